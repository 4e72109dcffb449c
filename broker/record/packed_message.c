/* packed_message.c: see packed_message.h. */
#include "broker/record/packed_message.h"
#include "proto/wire/borrowed.h"

static void pack_sent(const struct event *event, const struct state *state, struct packed_message *part,
                      Concordat__V1__Event *message)
{
    const struct message_sent *sent = &event->is.message;
    Concordat__V1__MessageSent *m = message->message_sent = &part->is.sent;
    concordat__v1__message_sent__init(m);
    m->from = (Concordat__V1__CaseSide)sent->from;
    if (sent->from == SIDE_TEAM)
        m->sender = borrowed_text(state_team_id(state, sent->sender));
    else if (sent->from == SIDE_COORDINATOR)
        m->sender = borrowed_text(state_coordinator_id(state, sent->sender));
    for (int side = SIDE_REFERRER; side < SIDE_EVERYBODY; side++)
        if (sent->to & side_bit((enum case_side)side))
            part->to[m->n_to++] = (Concordat__V1__CaseSide)side;
    m->to = part->to;
    m->team = borrowed_text(state_team_id(state, sent->team));
}

static void pack_changes_seen(const struct event *event, const struct state *state,
                              struct packed_message *part, Concordat__V1__Event *message)
{
    Concordat__V1__ChangesSeen *m = message->changes_seen = &part->is.seen;
    concordat__v1__changes_seen__init(m);
    m->of = event->is.changes_seen.of;
    m->messages = event->is.changes_seen.messages;
    m->by = (Concordat__V1__CaseSide)event->is.changes_seen.by;
    m->team = borrowed_text(state_team_id(state, event->is.changes_seen.team));
}

static void pack_shift(const struct event *event, const struct state *state, struct packed_message *packed,
                       Concordat__V1__Event *message)
{
    Concordat__V1__ShiftNoted *part = &packed->is.shift;
    const struct shift_noted *noted = &event->is.shift;
    concordat__v1__shift_noted__init(part);
    message->shift_noted = part;
    part->step = (Concordat__V1__ShiftStep)noted->step;
    part->team = borrowed_text(state_team_id(state, noted->team));
    if (noted->coordinator != SLOT_NONE)
        part->coordinator = borrowed_text(state_coordinator_id(state, noted->coordinator));
    part->with_person = borrowed_text(noted->with);
    for (uint8_t i = 0; i < noted->case_count; i++) {
        concordat__v1__shift_case__init(&packed->cases[i]);
        packed->cases[i].number = noted->cases[i];
        packed->cases[i].seq = noted->case_seqs[i];
        packed->case_list[i] = &packed->cases[i];
    }
    part->n_cases = noted->case_count;
    part->cases = packed->case_list;
    part->left_out = noted->left_out;
    part->signs = noted->signs;
}

void message_pack(const struct event *event, const struct state *state, struct packed_message *part,
                  Concordat__V1__Event *message)
{
    (event->kind == EVENT_MESSAGE_SENT  ? pack_sent
     : event->kind == EVENT_SHIFT_NOTED ? pack_shift
                                        : pack_changes_seen)(event, state, part, message);
}

static bool is_side(Concordat__V1__CaseSide side)
{
    return (int)side > SIDE_NONE && (int)side < SIDE_EVERYBODY;
}

bool message_read_sent(const Concordat__V1__MessageSent *message, const struct state *state,
                       struct event *event)
{
    struct message_sent *sent = &event->is.message;
    *sent = (struct message_sent){.from = (enum case_side)message->from, .sender = SLOT_NONE};
    for (size_t i = 0; i < message->n_to; i++)
        if (is_side(message->to[i]))
            sent->to |= side_bit((enum case_side)message->to[i]);
    if (sent->from == SIDE_TEAM)
        sent->sender = state_team_slot(state, message->sender);
    else if (sent->from == SIDE_COORDINATOR)
        sent->sender = state_coordinator_slot(state, message->sender);
    bool knows_sender = sent->from == SIDE_REFERRER || sent->sender != SLOT_NONE;
    return is_side(message->from) && knows_sender && sent->to &&
           state_team_or_none(state, message->team, &sent->team);
}

bool message_read_seen(const Concordat__V1__ChangesSeen *message, const struct state *state,
                       struct event *event)
{
    event->is.changes_seen.of = message->of;
    event->is.changes_seen.messages = message->messages;
    event->is.changes_seen.by = (enum case_side)message->by;
    return is_side(message->by) && state_team_or_none(state, message->team, &event->is.changes_seen.team);
}

bool shift_read(const Concordat__V1__ShiftNoted *message, const struct state *state, struct event *event)
{
    struct shift_noted *noted = &event->is.shift;
    noted->step = (enum shift_step)message->step;
    noted->coordinator =
        message->coordinator[0] ? state_coordinator_slot(state, message->coordinator) : SLOT_NONE;
    noted->with = message->with_person;
    noted->left_out = message->left_out;
    noted->signs = message->signs;
    bool good = state_team_or_none(state, message->team, &noted->team) &&
                message->n_cases <= SHIFT_CASES_MAX &&
                (noted->team == SLOT_NONE) != (noted->coordinator == SLOT_NONE);
    for (size_t i = 0; good && i < message->n_cases; i++) {
        noted->case_seqs[noted->case_count] = message->cases[i]->seq;
        noted->cases[noted->case_count++] = message->cases[i]->number;
    }
    return good && (int)message->step > SHIFT_NONE && (int)message->step < SHIFT_STEP_COUNT;
}
