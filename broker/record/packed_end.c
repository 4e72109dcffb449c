/* packed_end.c: how a case ended, was to end, was reopened or passed on, as messages: see packed_end.h. */
#include "broker/record/packed_end.h"
#include "proto/wire/borrowed.h"

#include <string.h>

static void closed_pack(const struct event *e, Concordat__V1__Closed *m)
{
    concordat__v1__closed__init(m);
    m->outcome = (Concordat__V1__Outcome)e->is.closed.outcome;
    m->by = borrowed_text_or_none(e->is.closed.by);
    m->psychosocially_assessed = (Concordat__V1__Answered)e->is.closed.psychosocially_assessed;
    m->note_code = borrowed_text_or_none(e->is.closed.note_code);
    m->without_contact = (Concordat__V1__WithoutContact)e->is.closed.without_contact;
    m->undo_until_ms = e->is.closed.undo_until_ms;
}

static void closing_asked_pack(const struct event *e, const struct state *state,
                               Concordat__V1__ClosingAsked *m)
{
    const struct closing_asked *asked = &e->is.closing;
    concordat__v1__closing_asked__init(m);
    m->team = borrowed_text(state_team_id(state, asked->team));
    m->outcome = (Concordat__V1__Outcome)asked->outcome;
    m->without_contact = (Concordat__V1__WithoutContact)asked->without_contact;
    m->psychosocially_assessed = (Concordat__V1__Answered)asked->psychosocially_assessed;
    m->note_code = borrowed_text_or_none(asked->note_code);
    m->coordinator = borrowed_text_or_none(state_coordinator_id(state, asked->coordinator));
    m->remind_ms = asked->remind_ms;
}

static void kept_open_pack(const struct event *e, const struct state *state, Concordat__V1__KeptOpen *m)
{
    concordat__v1__kept_open__init(m);
    m->team = borrowed_text(state_team_id(state, e->is.closing.team));
    m->coordinator = borrowed_text_or_none(state_coordinator_id(state, e->is.closing.coordinator));
    m->remind_ms = e->is.closing.remind_ms;
}

static void withdrawn_pack(const struct event *e, Concordat__V1__Withdrawn *m)
{
    concordat__v1__withdrawn__init(m);
    m->by_another_device = e->is.withdrawn.other.is_other;
    m->sent_by = borrowed_text_or_none(e->is.withdrawn.other.sent_by);
    m->undo_until_ms = e->is.withdrawn.undo_until_ms;
}

static void reopened_pack(const struct event *e, const struct state *state, Concordat__V1__Reopened *m)
{
    concordat__v1__reopened__init(m);
    m->undone = (Concordat__V1__State)e->is.reopened.undone;
    m->in_hand = e->is.reopened.in_hand;
    m->team = borrowed_text(state_team_id(state, e->is.reopened.team));
    m->previous_team = borrowed_text(state_team_id(state, e->is.reopened.previous_team));
    m->coordinator = borrowed_text_or_none(state_coordinator_id(state, e->is.reopened.coordinator));
    m->lease_ms = e->is.reopened.lease_ms;
    m->remind_ms = e->is.reopened.remind_ms;
}

static void passed_on_pack(const struct event *e, Concordat__V1__PassedOn *m)
{
    concordat__v1__passed_on__init(m);
    m->provider = borrowed_text_or_none(e->is.passed_on.provider);
    m->received_ms = e->is.passed_on.received_ms;
}

void end_pack(const struct event *event, const struct state *state, struct packed_end *part,
              Concordat__V1__Event *message)
{
    message->closed = &part->is.closed; /* whichever: they share it */
    if (event->kind == EVENT_CLOSED)
        closed_pack(event, &part->is.closed);
    else if (event->kind == EVENT_WITHDRAWN)
        withdrawn_pack(event, &part->is.withdrawn);
    else if (event->kind == EVENT_CLOSING_ASKED)
        closing_asked_pack(event, state, &part->is.asked);
    else if (event->kind == EVENT_KEPT_OPEN)
        kept_open_pack(event, state, &part->is.kept_open);
    else if (event->kind == EVENT_PASSED_ON)
        passed_on_pack(event, &part->is.passed_on);
    else
        reopened_pack(event, state, &part->is.reopened);
}

/* --- read --------------------------------------------------------------------------------------------- */

static bool reopened_read(const Concordat__V1__Reopened *m, const struct state *state, struct event *event)
{
    event->is.reopened.undone = (enum case_state)m->undone;
    event->is.reopened.in_hand = m->in_hand;
    event->is.reopened.coordinator = state_coordinator_slot(state, m->coordinator);
    event->is.reopened.lease_ms = m->lease_ms;
    event->is.reopened.remind_ms = m->remind_ms;
    return state_team_or_none(state, m->team, &event->is.reopened.team) &&
           state_team_or_none(state, m->previous_team, &event->is.reopened.previous_team) &&
           event->is.reopened.coordinator != SLOT_NONE;
}

static bool closing_asked_read(const Concordat__V1__ClosingAsked *m, const struct state *state,
                               struct event *event)
{
    event->is.closing = (struct closing_asked){
        .team = state_team_slot(state, m->team),
        .coordinator = state_coordinator_slot(state, m->coordinator),
        .outcome = (int)m->outcome,
        .psychosocially_assessed = (int)m->psychosocially_assessed,
        .note_code = m->note_code,
        .without_contact = (enum without_contact)m->without_contact,
        .remind_ms = m->remind_ms,
    };
    return event->is.closing.team != SLOT_NONE && event->is.closing.coordinator != SLOT_NONE &&
           strlen(m->note_code) <= CLOSING_CODE_CHARS_MAX;
}

static bool kept_open_read(const Concordat__V1__KeptOpen *m, const struct state *state, struct event *event)
{
    event->is.closing = (struct closing_asked){.coordinator = state_coordinator_slot(state, m->coordinator),
                                               .note_code = "",
                                               .remind_ms = m->remind_ms};
    return state_team_or_none(state, m->team, &event->is.closing.team) &&
           event->is.closing.coordinator != SLOT_NONE;
}

bool end_read(const Concordat__V1__Event *message, const struct state *state, struct event *event)
{
    if (event->kind == EVENT_REOPENED)
        return reopened_read(message->reopened, state, event);
    if (event->kind == EVENT_CLOSING_ASKED)
        return closing_asked_read(message->closing_asked, state, event);
    if (event->kind == EVENT_KEPT_OPEN)
        return kept_open_read(message->kept_open, state, event);
    if (event->kind == EVENT_PASSED_ON) {
        event->is.passed_on =
            (struct passed_on){message->passed_on->provider, message->passed_on->received_ms};
        return true;
    }
    if (event->kind == EVENT_WITHDRAWN) {
        const Concordat__V1__Withdrawn *m = message->withdrawn;
        event->is.withdrawn.other = (struct other_device){m->by_another_device, m->sent_by};
        event->is.withdrawn.undo_until_ms = m->undo_until_ms;
        return true;
    }
    const Concordat__V1__Closed *m = message->closed;
    event->is.closed.outcome = (int)m->outcome;
    event->is.closed.psychosocially_assessed = (int)m->psychosocially_assessed;
    event->is.closed.by = m->by;
    event->is.closed.note_code = m->note_code;
    event->is.closed.without_contact = (enum without_contact)m->without_contact;
    event->is.closed.undo_until_ms = m->undo_until_ms;
    return true;
}
