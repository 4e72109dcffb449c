/* shifts.c: what the people of a team or of a desk do with their shifts: come, go, propose to hand over, sign
 * or cancel; at times out of order, or two of it by one person. */
#include "tests/simulation/world.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name
#define STEP(name)    CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_##name

void peer_plans_shift(struct world *w, struct peer *p)
{
    peer_task(w, p, random_wait(&p->random, MINUTES(40)), COMMAND(ON_SHIFT), 0, NULL, 0);
}

static void come_or_go(struct world *w, struct peer *p)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__OnShift body = CONCORDAT__V1__ON_SHIFT__INIT;
    request.command_case = COMMAND(ON_SHIFT);
    request.on_shift = &body;
    body.ends = peer_chance(p, 30);
    peer_command(w, p, &request, NULL, 0);
}

void peer_hands_shift_over(struct world *w, struct peer *p, int step)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__ShiftHandover body = CONCORDAT__V1__SHIFT_HANDOVER__INIT;
    uint8_t drawn[16] = {0};
    request.command_case = COMMAND(SHIFT_HANDOVER);
    request.shift_handover = &body;
    body.step = (Concordat__V1__ShiftStep)step;
    drawn[15] = (uint8_t)(4 * random_between(&p->random, 0, 3));
    if (step == STEP(SIGNED))
        body.from_person = peer_person(p, drawn).id;
    peer_command(w, p, &request, NULL, 0);
}

void peer_changes_shift(struct world *w, struct peer *p)
{
    if (p->diligent)
        return; /* there are cases to do */
    if (peer_chance(p, 60))
        come_or_go(w, p);
    else
        peer_hands_shift_over(w, p, STEP(PROPOSED));
    for (int times = (int)random_between(&p->random, 0, 3); times > 0; times--)
        peer_task(w, p, random_wait(&p->random, MINUTES(5)), COMMAND(SHIFT_HANDOVER),
                  peer_chance(p, 85) ? STEP(SIGNED) : STEP(CANCELLED), NULL, 0);
    peer_plans_shift(w, p);
}
