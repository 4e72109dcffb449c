/* check_events.c: the promises that a single event can break: P1 invented, P2, P3, P5, P7, and no empty
 * rung. */
#include <string.h>

#include "tests/simulation/checks.h"

#define WHAT(name)  CONCORDAT__V1__EVENT__WHAT_##name
#define STATE(name) CONCORDAT__V1__STATE__STATE_##name
#define HOLD(name)  CONCORDAT__V1__HOLD_REASON__HOLD_REASON_##name

typedef unsigned long long number;

/* A clock that differs by less has not leapt; then the drift of days, and a disk that takes its time. */
enum { CLOCK_WRONG_MS_MAX = 5 * 60 * 1000 };

static void check_who(struct world *w, uint64_t seq, const Concordat__V1__Event *e, const struct peer *sender)
{
    const char *device = peer_device(sender, e->command.data);
    if (strcmp(sender->key.name, e->actor) != 0)
        world_violated(w, "P1 invented", "event %llu is laid to %s, but %s sent it", (number)seq, e->actor,
                       sender->key.name);
    if (strcmp(device, e->actor_device) != 0)
        world_violated(w, "P10 wrong device", "event %llu is laid to the device %s, but %s sent it",
                       (number)seq, e->actor_device, device);
    const Concordat__V1__Person person = peer_person(sender, e->command.data);
    const char *id = e->person ? e->person->id : "";
    if (strcmp(person.id, id) != 0 || (e->person && e->person->role != person.role))
        world_violated(w, "P10 wrong person", "event %llu is laid to %s (%d), but %s (%d) did it",
                       (number)seq, id, e->person ? (int)e->person->role : 0, person.id, (int)person.role);
}

void check_time(struct world *w, uint64_t seq, const Concordat__V1__Event *e)
{
    const struct seen_event *last = witness_event(&w->witness, seq - 1);
    int64_t wrong_ms = e->at_ms - w->witness.ahead_ms - w->now_ms;
    if (last && e->at_ms < last->at_ms)
        world_violated(w, "P6 time went back", "event %llu is before the one before it", (number)seq);
    if (world_clock_binds(w) && (wrong_ms > CLOCK_WRONG_MS_MAX || wrong_ms < -CLOCK_WRONG_MS_MAX))
        world_violated(w, "P4 wrong hours", "event %llu is wrong by %lld s", (number)seq,
                       (long long)wrong_ms / 1000);
}

void check_invented(struct world *w, uint64_t seq, const Concordat__V1__Event *e)
{
    if (!e->command.len)
        return;
    const struct seen_command *command = witness_command(&w->witness, e->command.data);
    if (!command)
        world_violated(w, "P1 invented", "event %llu has a command that nobody sent", (number)seq);
    else
        check_who(w, seq, e, &w->peers[command->peer]);
}

void check_one_effect(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                      const struct seen_case *before)
{
    if (e->what_case == WHAT(RECEIVED) && before)
        world_violated(w, "P5 duplicate effect", "event %llu receives a referral for the second time",
                       (number)seq);
    if (e->referral.len && !before && e->what_case != WHAT(RECEIVED))
        world_violated(w, "P1 lost", "event %llu is of a case that was never received", (number)seq);
    struct seen_command *command = e->command.len ? witness_command(&w->witness, e->command.data) : NULL;
    if (!command)
        return;
    if (command->last_seq && command->last_seq + 1 != seq)
        world_violated(w, "P5 duplicate effect", "the command of event %llu acted before, in event %llu",
                       (number)seq, (number)command->last_seq);
    if (!command->first_seq)
        command->first_seq = seq;
    command->last_seq = seq;
}

/* An acceptance must name the live offer and come from the team that was asked. A late yes names an earlier
 * offer, and the team is offered the case anew. */
static void check_whose(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                        const struct seen_case *before)
{
    const struct seen_command *command = witness_command(&w->witness, e->command.data);
    const struct peer *peer = command ? &w->peers[command->peer] : NULL;
    bool of_its_own =
        before->late ? command->attempt < e->accepted->attempt : command->attempt == e->accepted->attempt;
    if (peer && peer->honest && (!of_its_own || strcmp(peer->key.of, e->accepted->team) != 0))
        world_violated(w, "P3 late accept", "event %llu: %s accepts offer %u and is given offer %u of %s",
                       (number)seq, peer->key.name, command->attempt, e->accepted->attempt,
                       e->accepted->team);
}

/* From the newest event of a case, the links have to lead to each of its events. */
void check_link(struct world *w, uint64_t seq, const Concordat__V1__Event *e, const struct seen_case *before)
{
    uint64_t previous = before && e->referral.len ? before->newest_seq : 0;
    if (e->previous != previous)
        world_violated(w, "P7 broken link", "event %llu names %llu as the event before it, it was %llu",
                       (number)seq, (number)e->previous, (number)previous);
}

/* A case that is changed through another device than the one that sent it: the event names both. */
void check_other_device(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                        const struct seen_case *before)
{
    bool is_withdrawn = e->what_case == WHAT(WITHDRAWN);
    if (!before || (!is_withdrawn && e->what_case != WHAT(UPDATED)))
        return;
    bool said = is_withdrawn ? e->withdrawn->by_another_device : e->updated->by_another_device;
    const char *sent_by = is_withdrawn ? e->withdrawn->sent_by : e->updated->sent_by;
    bool is_other = strcmp(before->device, e->actor_device) != 0;
    if (said != is_other || strcmp(sent_by, is_other ? before->device : "") != 0)
        world_violated(w, "P10 wrong device", "event %llu of %s does not say that %s sent the case",
                       (number)seq, e->actor_device, before->device);
}

static bool may_change(int kind)
{
    return kind == WHAT(RECORD_READ) || kind == WHAT(REFERRER_TOLD) || kind == WHAT(ALTERATION_FOUND) ||
           kind == WHAT(ERASED) || kind == WHAT(HOLD_SET) || kind == WHAT(HOLD_LIFTED) ||
           kind == WHAT(PASSED_ON) || kind == WHAT(REOPENED); /* check_undone */
}

/* A yes that comes late counts if the team was asked, and nobody has the case. */
static bool may_be_late(const struct world *w, const Concordat__V1__Event *e, const struct seen_case *before)
{
    int team = witness_team(&w->witness, e->offered->team);
    return team >= 0 && before->asked & UINT64_C(1) << team && !before->contact_made &&
           before->state == STATE(HELD);
}

void check_one_answer(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                      const struct seen_case *before)
{
    if (!before)
        return;
    if (before->ended && !may_change((int)e->what_case))
        world_violated(w, "P3 after the end", "event %llu is of a case that has ended", (number)seq);
    if (e->what_case == WHAT(OFFERED)) {
        if (before->offer_live)
            world_violated(w, "P3 two live offers", "event %llu offers what is offered already", (number)seq);
        if (e->offered->late && !may_be_late(w, e, before))
            world_violated(w, "P3 late accept", "event %llu gives %s a case that somebody has", (number)seq,
                           e->offered->team);
        if (before->team[0] && !e->offered->handover)
            world_violated(w, "P2 two owners", "event %llu offers what %s has in hand", (number)seq,
                           before->team);
    } else if (e->what_case == WHAT(ACCEPTED)) {
        check_whose(w, seq, e, before);
        if (!before->offer_live)
            world_violated(w, "P3 two acceptances", "event %llu accepts no live offer", (number)seq);
        else if (e->accepted->attempt != before->attempt ||
                 strcmp(e->accepted->team, before->offer_team) != 0)
            world_violated(w, "P3 two acceptances", "event %llu accepts another offer", (number)seq);
        else if (e->at_ms >= before->expires_ms)
            world_violated(w, "P3 late accept", "event %llu accepts what had expired", (number)seq);
        if (before->team[0] && !before->handover)
            world_violated(w, "P2 two owners", "event %llu accepts what %s has in hand", (number)seq,
                           before->team);
    } else if (e->what_case == WHAT(OFFER_ENDED)) {
        if (!before->offer_live || e->offer_ended->attempt != before->attempt)
            world_violated(w, "P3 offer ended twice", "event %llu ends no live offer", (number)seq);
        if (e->offer_ended->end == CONCORDAT__V1__OFFER_END__OFFER_END_LATE_ANSWER &&
            (before->assigned || before->handover))
            world_violated(w, "P3 late accept", "event %llu ends an offer that a person made", (number)seq);
    }
}

/* --- P7 --------------------------------------------------------------------------------------------- */

/* Returns how many teams a decision in an area had to consider, by the policy that it names; -1 if that is
 * none of our policies. */
static int steps_of(const struct world *w, const ProtobufCBinaryData *digest, const char *area)
{
    int of = witness_policy_of(w, digest);
    if (of < 0)
        return -1;
    const struct policy *policy = &w->policies[of]->policy;
    int index = policy_find_area(policy, area);
    return policy->areas[index < 0 ? policy->default_area : index].step_count;
}

static void check_offer_reasons(struct world *w, uint64_t seq, const Concordat__V1__Offered *m,
                                const struct seen_case *before)
{
    int steps = steps_of(w, &m->policy, before->area), chosen = 0;
    bool named = m->assigned || m->late || (m->handover && m->n_considered == 1);
    for (size_t i = 0; i < m->n_considered; i++) {
        const Concordat__V1__Considered *c = m->considered[i];
        if (c->finding == CONCORDAT__V1__CONSIDERATION__CONSIDERATION_UNSPECIFIED)
            chosen = 99;
        if (c->finding == CONCORDAT__V1__CONSIDERATION__CONSIDERATION_CHOSEN)
            chosen += strcmp(c->team, m->team) == 0 ? 1 : 99;
    }
    if (steps < 0 || chosen != 1 || (!named && m->n_considered != (size_t)steps))
        world_violated(w, "P7 no reasons", "event %llu offers to %s: %zu teams considered of %d, %d chosen",
                       (number)seq, m->team, m->n_considered, steps, chosen);
}

static bool is_chosen_for(const Concordat__V1__Held *m)
{
    return m->reason == HOLD(FOUND) || m->reason == HOLD(NOT_REACHED);
}

/* Nobody is considered if the coordinator chooses: for a person who is found, and whom a team had or met
 * before they were missing; and for one whom the team did not reach, and handed back. */
static bool is_chosen_for_rightly(const struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                                  const struct seen_case *before)
{
    const struct seen_event *last = witness_event(&w->witness, seq - 1);
    const struct seen_command *command =
        e->command.len ? witness_command(&w->witness, e->command.data) : NULL;
    if (before->newest_seq != seq - 1 || e->held->n_considered != 0)
        return false;
    if (e->held->reason == HOLD(FOUND))
        return last->kind == WHAT(FOUND) && (before->had_team || before->contact_made);
    return last->kind == WHAT(GIVEN_BACK) && command &&
           command->kind == CONCORDAT__V1__REQUEST__COMMAND_TRIED_TO_REACH;
}

static void check_hold_reasons(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                               const struct seen_case *before)
{
    const Concordat__V1__Held *m = e->held;
    int steps = steps_of(w, &m->policy, before->area);
    bool by_the_ladder = m->reason != HOLD(COORDINATOR_SILENT) && m->reason != HOLD(COORDINATOR_LEFT) &&
                         !before->contact_made && !before->assigned;
    /* If others come first, the ladder is asked when the turn of this case has come. */
    by_the_ladder &= m->reason != HOLD(IN_TURN) && m->reason != HOLD(ORIGIN_SHARE) &&
                     m->reason != HOLD(LEASE_LAPSED) && m->reason != HOLD(GIVEN_BACK) &&
                     m->reason != HOLD(ENDED_BY_MISTAKE);
    bool good = steps >= 0 && m->reason != HOLD(UNSPECIFIED) &&
                (m->n_considered == (size_t)steps || (!by_the_ladder && m->n_considered == 0));
    if (is_chosen_for(m))
        good = is_chosen_for_rightly(w, seq, e, before);
    for (size_t i = 0; i < m->n_considered; i++)
        good &= m->considered[i]->finding != CONCORDAT__V1__CONSIDERATION__CONSIDERATION_CHOSEN &&
                m->considered[i]->finding != CONCORDAT__V1__CONSIDERATION__CONSIDERATION_RANKED_LOWER;
    if (!good)
        world_violated(w, "P7 no reasons", "event %llu holds for reason %d: %zu teams considered of %d",
                       (number)seq, (int)m->reason, m->n_considered, steps);
}

void check_reasons(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                   const struct seen_case *before)
{
    if (!before)
        return;
    if (e->what_case == WHAT(OFFERED))
        check_offer_reasons(w, seq, e->offered, before);
    else if (e->what_case == WHAT(HELD))
        check_hold_reasons(w, seq, e, before);
}

/* --- nobody is asked who cannot answer -------------------------------------------------------------- */

void check_empty_rung(struct world *w, uint64_t seq, const Concordat__V1__Event *e)
{
    if (e->what_case != WHAT(OFFERED))
        return;
    const Concordat__V1__Offered *m = e->offered;
    if (m->late)
        return; /* it has said yes itself */
    if (!witness_present(&w->witness, m->team)) {
        world_violated(w, "P4 empty rung", "event %llu asks %s, which is absent", (number)seq, m->team);
        return;
    }
    int of = witness_policy_of(w, &m->policy);
    if (of < 0 || m->assigned || (m->handover && m->n_considered == 1))
        return;
    const struct policy *policy = &w->policies[of]->policy;
    int team = policy_find_team(policy, m->team);
    if (team < 0 ||
        !rota_open_at(&policy->teams[team].rota, &policy->holidays, e->at_ms - w->witness.ahead_ms))
        world_violated(w, "P4 empty rung", "event %llu asks %s, which is shut", (number)seq, m->team);
}

/* --- P2 --------------------------------------------------------------------------------------------- */

void check_owned(struct world *w, uint64_t seq, const Concordat__V1__Event *e, const struct seen_case *after)
{
    int kind = e->owner ? (int)e->owner->kind : 0;
    const char *id = e->owner ? e->owner->id : "";
    if (after->last_seq != seq)
        return; /* about a case that had ended */
    if ((int)e->state != after->state)
        world_violated(w, "P2 wrong state", "event %llu says state %d, it is %d", (number)seq, (int)e->state,
                       after->state);
    if (after->ended) {
        if (kind != CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED)
            world_violated(w, "P2 two owners", "event %llu names an owner of an ended case", (number)seq);
        return;
    }
    bool with_coordinator =
        after->state == STATE(HELD) || after->state == STATE(TAKEN) || after->state == STATE(MISSING);
    const char *team = after->state == STATE(OFFERED) ? after->offer_team : after->team;
    if (kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED || !id[0])
        world_violated(w, "P2 unowned", "after event %llu nobody owns the case", (number)seq);
    else if (with_coordinator ? kind != CONCORDAT__V1__OWNER_KIND__OWNER_KIND_COORDINATOR
                              : kind != CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM || strcmp(id, team) != 0)
        world_violated(w, "P2 two owners", "event %llu says that %s owns the case, it is %s", (number)seq, id,
                       with_coordinator ? "the coordinator" : team);
    else if (e->owner->act_by_ms <= 0)
        world_violated(w, "P2 unowned", "event %llu says not by when %s must act", (number)seq, id);
}
