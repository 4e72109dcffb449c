/* status.c: who holds a case and whom to ring. */
#include "broker/status.h"

static char *text(const char *string)
{
    return (char *)(uintptr_t)string;
}

static void begin(struct status *s, const uint8_t *id, uint32_t number, bool drill)
{
    concordat__v1__case_status__init(&s->message);
    words_number(number, drill, s->number);
    s->message.referral = (ProtobufCBinaryData){ID_BYTES, (uint8_t *)(uintptr_t)id};
    s->message.number = s->number;
    s->message.drill = drill;
}

/* The coordinator stands behind every team; while a team is only asked, the coordinator is who to ring. */
static void say_coordinator(struct status *s, const struct state *state, const struct directory *directory,
                            uint16_t slot)
{
    const struct policy_coordinator *coordinator = directory_coordinator(directory, slot);
    s->message.coordinator_name = text(coordinator ? coordinator->name : state_coordinator_id(state, slot));
    s->message.coordinator_ring = text(coordinator ? coordinator->telephone : "");
    s->message.ring = s->message.coordinator_ring;
}

static void say_owner(struct status *s, const struct state *state, const struct directory *directory,
                      const struct referral *r)
{
    s->message.owner_kind = (Concordat__V1__OwnerKind)r->owner.kind;
    if (r->owner.kind == OWNER_COORDINATOR) {
        s->message.owner = text(state_coordinator_id(state, r->owner.slot));
        s->message.owner_name = s->message.coordinator_name;
        return;
    }
    const struct policy_team *team = directory_team(directory, r->owner.slot);
    s->message.owner = text(state_team(state, r->owner.slot)->id);
    s->message.owner_name = text(team ? team->name : s->message.owner);
    if (team && referral_is_with_team(r))
        s->message.ring = text(team->telephone);
}

void status_of_referral(struct status *s, const struct state *state, const struct directory *directory,
                        const struct referral *r)
{
    begin(s, r->id, r->number, r->drill);
    Concordat__V1__CaseStatus *m = &s->message;
    m->state = (Concordat__V1__State)r->state;
    say_coordinator(s, state, directory, r->coordinator);
    say_owner(s, state, directory, r);
    m->since_ms = r->owned_since_ms;
    m->act_by_ms = r->owner.act_by_ms;
    m->offers = r->attempts;
    m->expected_arrival_ms = r->expected_arrival_ms;
    m->urgency = (Concordat__V1__Urgency)r->facts.routed_as;
    m->source = (Concordat__V1__Source)r->facts.source;
    m->area = text(state_area_id(state, r->facts.area));
    m->received_ms = r->received_ms;
    if (!r->clocks[CLOCK_RESPONSE].stopped_ms)
        m->respond_by_ms = r->clocks[CLOCK_RESPONSE].due_ms;
    m->lease_warned = r->lapses_ms != 0;
    m->seq = r->last_seq;
    m->attempt = r->offer.attempt;
    if (r->offer.attempt)
        m->asked_team = text(state_team(state, r->offer.team)->id);
    m->taken_by = text(r->taken_by);
}

void status_of_ended(struct status *s, const struct state *state, const struct directory *directory,
                     const struct ended_case *ended)
{
    begin(s, ended->id, ended->number, ended->drill);
    Concordat__V1__CaseStatus *m = &s->message;
    m->state = (Concordat__V1__State)ended->state;
    say_coordinator(s, state, directory, ended->coordinator);
    m->since_ms = ended->ended_ms;
    m->offers = ended->attempts;
    m->outcome = (Concordat__V1__Outcome)ended->outcome;
    m->urgency = (Concordat__V1__Urgency)ended->urgency;
    m->source = (Concordat__V1__Source)ended->source;
    m->area = text(state_area_id(state, ended->area));
    m->received_ms = ended->received_ms;
    m->seq = ended->last_seq;
}

bool status_of(struct status *s, const struct state *state, const struct directory *directory,
               const uint8_t *id)
{
    const struct referral *r = state_referral(state, id);
    const struct ended_case *ended = r ? NULL : state_ended(state, id);
    if (r)
        status_of_referral(s, state, directory, r);
    else if (ended)
        status_of_ended(s, state, directory, ended);
    return r || ended;
}
