/* telephone.c: a coordinator enters a referral for somebody who rang: mostly for a source that has a key, at
 * times for a caller who is not known, and now and then not as it should be. */
#include "tests/simulation/paper.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

/* Versions of the paper: as it should be, or with something wrong. */
enum { CALL_WELL, CALL_AMISS };

static const char *draw_caller(const struct world *w, struct peer *p)
{
    const struct peer *source = &w->peers[random_between(&p->random, 0, w->options.intakes - 1)];
    return peer_chance(p, 70) ? source->key.name : peer_chance(p, 50) ? "" : p->key.name;
}

static void call_goes_amiss(const struct world *w, struct peer *p, Concordat__V1__Submit *body)
{
    if (peer_chance(p, 30))
        body->telephoned = NULL;
    else
        body->telephoned->rang->unix_ms = w->now_ms + (peer_chance(p, 50) ? HOURS(1) : -HOURS(24 * 8));
}

void peer_enters_call(struct world *w, struct peer *p)
{
    struct paper paper;
    uint8_t id[16];
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit body = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Telephoned telephoned = CONCORDAT__V1__TELEPHONED__INIT;
    Concordat__V1__Instant rang = CONCORDAT__V1__INSTANT__INIT;
    int version = peer_chance(p, 10) ? CALL_AMISS : CALL_WELL;
    peer_new_id(w, p, id);
    paper_write(w, &paper, "street-triage", id, version);
    request.command_case = COMMAND(SUBMIT);
    request.submit = &body;
    body.referral = &paper.referral;
    body.confidential = &paper.confidential;
    body.telephoned = &telephoned;
    telephoned.on_behalf_of = (char *)(uintptr_t)draw_caller(w, p);
    telephoned.rang = &rang;
    if (peer_chance(p, 70))
        rang.unix_ms = w->now_ms - random_between(&p->random, 1, HOURS(peer_chance(p, 10) ? 24 : 1));
    if (version == CALL_AMISS)
        call_goes_amiss(w, p, &body);
    peer_command(w, p, &request, id, (uint32_t)version);
}

void peer_plans_call(struct world *w, struct peer *p)
{
    peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(SUBMIT), 0, NULL, 0);
}

/* By a clock that is set, they may have rung at a time to come, or long ago. */
void peer_call_answered(struct world *w, const struct peer *p, const struct pending *pending,
                        const Concordat__V1__Answer *answer)
{
    const struct seen_command *command = witness_command(&w->witness, pending->id);
    if (pending->kind == COMMAND(SUBMIT) && command->attempt == CALL_WELL && !answer->done &&
        !w->options.on[FAULT_CLOCK_JUMP])
        world_violated(w, "turned away", "%s was refused a referral of somebody who rang: %d %s", p->key.name,
                       (int)answer->refusal, answer->text);
}
