/* inspector.c: the people who keep the records: they set holds and lift them, erase cases, many of which
 * may not be erased, and ask who had to do with one. */
#include <string.h>

#include "tests/simulation/world.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

static char *some_person(struct peer *p)
{
    static const char *const persons[] = {"p117", "p204", "kb30"};
    return (char *)(uintptr_t)persons[random_between(&p->random, 0, 2)];
}

static void inspector_holds(struct world *w, struct peer *p, const struct seen_case *c, bool on)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetHold body = CONCORDAT__V1__SET_HOLD__INIT;
    request.command_case = COMMAND(SET_HOLD);
    request.set_hold = &body;
    body.referral = peer_bytes(c->id, sizeof c->id);
    body.on = on;
    body.reason = (Concordat__V1__HoldOnErasure)random_between(&p->random, 0, 2);
    peer_command(w, p, &request, c->id, 0);
}

static void inspector_erases(struct world *w, struct peer *p, const struct seen_case *c)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Erase body = CONCORDAT__V1__ERASE__INIT;
    request.command_case = COMMAND(ERASE);
    request.erase = &body;
    body.referral = peer_bytes(c->id, sizeof c->id);
    body.reason = (Concordat__V1__EraseReason)random_between(&p->random, 0, 5);
    body.second_person = some_person(p);
    peer_command(w, p, &request, c->id, 0);
}

/* Sometimes as if it were the record, which is no inspector's. */
static void inspector_asks_who(struct world *w, struct peer *p, const struct seen_case *c)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetRecord body = CONCORDAT__V1__GET_RECORD__INIT;
    request.command_case = COMMAND(GET_RECORD);
    request.get_record = &body;
    body.referral = peer_bytes(c->id, sizeof c->id);
    body.reason = (char *)(uintptr_t) "a complaint";
    body.who = peer_chance(p, 80);
    peer_command(w, p, &request, c->id, 0);
}

static void inspector_plans(struct world *w, struct peer *p)
{
    peer_task(w, p, random_wait(&p->random, MINUTES(15)), COMMAND(ERASE), 0, NULL, 0);
}

/* Often a hold and an erasure of one case are under way at once, in either order. */
static void inspector_does(struct world *w, struct peer *p, const struct task *task)
{
    (void)task;
    uint32_t count = w->witness.cases.count;
    inspector_plans(w, p);
    if (!count || p->diligent)
        return;
    const struct seen_case *c =
        table_row(&w->witness.cases, (uint32_t)random_between(&p->random, 0, count - 1));
    if (peer_chance(p, 40))
        inspector_asks_who(w, p, c);
    for (int times = peer_chance(p, 40) ? 3 : 1; times > 0; times--)
        if (peer_chance(p, 50))
            inspector_erases(w, p, c);
        else
            inspector_holds(w, p, c, peer_chance(p, 60));
}

const struct peer_role inspector_role = {.open = inspector_plans, .does = inspector_does};
