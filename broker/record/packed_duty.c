/* packed_duty.c: what happens among the coordinators on duty, as messages: see packed_duty.h. */
#include "broker/record/packed_duty.h"
#include "proto/wire/borrowed.h"

/* --- packed ------------------------------------------------------------------------------------------- */

static void reminded_pack(const struct event *event, const struct state *state, struct packed_duty *part)
{
    Concordat__V1__Reminded *m = &part->is.reminded;
    concordat__v1__reminded__init(m);
    m->coordinator = borrowed_text(state_coordinator_id(state, event->is.reminded.coordinator));
    m->times = event->is.reminded.times;
    m->next_ms = event->is.reminded.next_ms;
    m->round = event->is.reminded.round;
    m->unheard = event->is.reminded.unheard;
    for (int i = 0; i < event->is.reminded.also_count; i++)
        part->also[i] = borrowed_text(state_coordinator_id(state, event->is.reminded.also[i]));
    m->n_also = event->is.reminded.also_count;
    m->also = part->also;
}

static void passed_pack(const struct event *event, const struct state *state, Concordat__V1__PassedOver *m)
{
    concordat__v1__passed_over__init(m);
    m->coordinator = borrowed_text(state_coordinator_id(state, event->is.passed.coordinator));
    m->previous = borrowed_text(state_coordinator_id(state, event->is.passed.previous));
    m->remind_ms = event->is.passed.remind_ms;
}

static void acknowledged_pack(const struct event *event, const struct state *state,
                              Concordat__V1__Acknowledged *m)
{
    concordat__v1__acknowledged__init(m);
    m->coordinator = borrowed_text(state_coordinator_id(state, event->is.acknowledged.coordinator));
    m->muted_ms = event->is.acknowledged.muted_ms;
    m->remind_ms = event->is.acknowledged.remind_ms;
}

static void asked_again_pack(const struct event *event, Concordat__V1__AskedAgain *m)
{
    concordat__v1__asked_again__init(m);
    m->why = (Concordat__V1__Worse)event->is.asked_again.why;
    m->remind_ms = event->is.asked_again.remind_ms;
}

static void silent_pack(const struct event *event, const struct state *state, Concordat__V1__TeamSilent *m)
{
    concordat__v1__team_silent__init(m);
    m->team = borrowed_text(state_team(state, event->is.silent.team)->id);
    m->since_ms = event->is.silent.since_ms;
}

void duty_pack(const struct event *event, const struct state *state, struct packed_duty *part,
               Concordat__V1__Event *message)
{
    message->passed_over = &part->is.passed; /* whichever: they share it */
    if (event->kind == EVENT_REMINDED)
        reminded_pack(event, state, part);
    else if (event->kind == EVENT_PASSED_OVER)
        passed_pack(event, state, &part->is.passed);
    else if (event->kind == EVENT_ACKNOWLEDGED)
        acknowledged_pack(event, state, &part->is.acknowledged);
    else if (event->kind == EVENT_ASKED_AGAIN)
        asked_again_pack(event, &part->is.asked_again);
    else
        silent_pack(event, state, &part->is.silent);
}

/* --- read --------------------------------------------------------------------------------------------- */

static uint16_t duty_slot(const struct state *state, const char *coordinator, bool *good)
{
    uint16_t slot = state_coordinator_slot(state, coordinator);
    *good &= slot != SLOT_NONE;
    return slot;
}

static bool reminded_read(const Concordat__V1__Reminded *m, const struct state *state, struct event *event)
{
    bool good = m->n_also <= ESCALATE_MAX;
    event->is.reminded.coordinator = duty_slot(state, m->coordinator, &good);
    event->is.reminded.times = m->times;
    event->is.reminded.next_ms = m->next_ms;
    event->is.reminded.round = (uint16_t)m->round;
    event->is.reminded.unheard = m->unheard;
    for (size_t i = 0; good && i < m->n_also; i++)
        event->is.reminded.also[event->is.reminded.also_count++] = duty_slot(state, m->also[i], &good);
    return good;
}

static bool passed_read(const Concordat__V1__PassedOver *m, const struct state *state, struct event *event)
{
    bool good = true;
    event->is.passed.coordinator = duty_slot(state, m->coordinator, &good);
    event->is.passed.previous = duty_slot(state, m->previous, &good);
    event->is.passed.remind_ms = m->remind_ms;
    return good;
}

static bool acknowledged_read(const Concordat__V1__Acknowledged *m, const struct state *state,
                              struct event *event)
{
    bool good = true;
    event->is.acknowledged.coordinator = duty_slot(state, m->coordinator, &good);
    event->is.acknowledged.muted_ms = m->muted_ms;
    event->is.acknowledged.remind_ms = m->remind_ms;
    return good;
}

static bool asked_again_read(const Concordat__V1__AskedAgain *m, struct event *event)
{
    event->is.asked_again.why = (enum worse)m->why;
    event->is.asked_again.remind_ms = m->remind_ms;
    return m->why > 0 && (int)m->why < WORSE_COUNT;
}

bool duty_read(const Concordat__V1__Event *message, const struct state *state, struct event *event)
{
    if (event->kind == EVENT_REMINDED)
        return reminded_read(message->reminded, state, event);
    if (event->kind == EVENT_PASSED_OVER)
        return passed_read(message->passed_over, state, event);
    if (event->kind == EVENT_ACKNOWLEDGED)
        return acknowledged_read(message->acknowledged, state, event);
    if (event->kind == EVENT_ASKED_AGAIN)
        return asked_again_read(message->asked_again, event);
    event->is.silent.team = state_team_slot(state, message->team_silent->team);
    event->is.silent.since_ms = message->team_silent->since_ms;
    return event->is.silent.team != SLOT_NONE;
}
