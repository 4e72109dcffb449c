/* packed_duty.c: what happens among the coordinators on duty, as messages: see packed_duty.h. */
#include "broker/record/packed_duty.h"

/* protobuf-c has no const strings; packing only reads them. */
static char *duty_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

static void passed_pack(const struct event *event, const struct state *state, Concordat__V1__PassedOver *m)
{
    concordat__v1__passed_over__init(m);
    m->coordinator = duty_text(state_coordinator_id(state, event->is.passed.coordinator));
    m->previous = duty_text(state_coordinator_id(state, event->is.passed.previous));
    m->remind_ms = event->is.passed.remind_ms;
}

static void acknowledged_pack(const struct event *event, const struct state *state,
                              Concordat__V1__Acknowledged *m)
{
    concordat__v1__acknowledged__init(m);
    m->coordinator = duty_text(state_coordinator_id(state, event->is.acknowledged.coordinator));
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
    m->team = duty_text(state_team(state, event->is.silent.team)->id);
    m->since_ms = event->is.silent.since_ms;
}

void duty_pack(const struct event *event, const struct state *state, struct packed_duty *part,
               Concordat__V1__Event *message)
{
    message->passed_over = &part->is.passed; /* whichever: they share it */
    if (event->kind == EVENT_PASSED_OVER)
        passed_pack(event, state, &part->is.passed);
    else if (event->kind == EVENT_ACKNOWLEDGED)
        acknowledged_pack(event, state, &part->is.acknowledged);
    else if (event->kind == EVENT_ASKED_AGAIN)
        asked_again_pack(event, &part->is.asked_again);
    else
        silent_pack(event, state, &part->is.silent);
}
