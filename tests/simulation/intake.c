/* intake.c: a referral source: submits, repeats until acknowledged, updates, withdraws, tells the referrer.
 */
#include <string.h>

#include "tests/simulation/paper.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

/* Steps of an UPDATE task: the versions of a whole paper come first. */
enum { VERSIONS = 10, CORRECTIONS = 8 };

static char *intake_text(const char *string)
{
    return (char *)(uintptr_t)string;
}

static void submit(struct world *w, struct peer *p, const uint8_t *id, int version)
{
    struct paper paper;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit body = CONCORDAT__V1__SUBMIT__INIT;
    char follows[16];
    paper_write(w, &paper, p->key.of, id, version);
    request.command_case = COMMAND(SUBMIT);
    request.submit = &body;
    body.referral = &paper.referral;
    body.confidential = &paper.confidential;
    if (id[15] % 16 == 0) { /* help is asked for again, after a case that there may be */
        snprintf(follows, sizeof follows, "%c-%04d", paper.referral.drill ? 'D' : 'R', 1 + id[14] / 4);
        body.follows = follows;
    }
    peer_command(w, p, &request, id, (uint32_t)version);
}

static void update(struct world *w, struct peer *p, const uint8_t *id, int version)
{
    struct paper paper;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Update body = CONCORDAT__V1__UPDATE__INIT;
    paper_write(w, &paper, p->key.of, id, version);
    request.command_case = COMMAND(UPDATE);
    request.update = &body;
    body.referral = &paper.referral;
    body.confidential = version % 2 ? &paper.confidential : NULL;
    peer_command(w, p, &request, id, (uint32_t)version);
}

/* Puts one thing right, and says nothing of the rest. */
static void correct(struct world *w, struct peer *p, const uint8_t *id, int version)
{
    struct correction correction = {.clear = NULL};
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    paper_correct(w, &correction, id, version);
    request.command_case = COMMAND(UPDATE);
    request.update = &correction.update;
    peer_command(w, p, &request, id, (uint32_t)version);
}

static void withdraw(struct world *w, struct peer *p, const uint8_t *id)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Withdraw body = CONCORDAT__V1__WITHDRAW__INIT;
    request.command_case = COMMAND(WITHDRAW);
    request.withdraw = &body;
    body.referral = peer_bytes(id, 16);
    if (peer_chance(p, 50))
        body.reason = intake_text("a reason, Invented");
    peer_command(w, p, &request, id, 0);
}

/* Whatever was ended by mistake; some of it by the team, and some too late. */
static void plan_reopening(struct world *w, struct peer *p, const uint8_t *id)
{
    peer_task(w, p, random_wait(&p->random, peer_chance(p, 70) ? MINUTES(30) : HOURS(6)), COMMAND(REOPEN), 0,
              id, 0);
}

static void intake_ask(struct world *w, struct peer *p, int kind, const uint8_t *id)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus status = CONCORDAT__V1__GET_STATUS__INIT;
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;
    Concordat__V1__GetRecord record = CONCORDAT__V1__GET_RECORD__INIT;
    request.command_case = (Concordat__V1__Request__CommandCase)kind;
    if (kind == COMMAND(GET_RECORD)) {
        record.referral = peer_bytes(id, 16);
        record.reason = intake_text("to read what I told, Invented");
        request.get_record = &record;
    } else if (kind == COMMAND(GET_BOARD)) {
        board.with_closed = true;
        request.get_board = &board;
    } else {
        status.referral = peer_bytes(id, 16);
        request.get_status = &status;
    }
    peer_command(w, p, &request, id, 0);
}

static void intake_tell(struct world *w, struct peer *p, const Concordat__V1__CaseStatus *status)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Told told = CONCORDAT__V1__TOLD__INIT;
    request.command_case = COMMAND(TOLD);
    request.told = &told;
    told.referral = status->referral;
    told.state = status->state;
    peer_command(w, p, &request, status->referral.data, 0);
}

/* Things turn out otherwise than they were said, and go on while somebody comes. */
static void plan_changes(struct world *w, struct peer *p, const uint8_t *id)
{
    if (peer_chance(p, 15))
        peer_task(w, p, random_wait(&p->random, MINUTES(20)), COMMAND(UPDATE), 1 + peer_chance(p, 50), id, 0);
    for (int times = (int)random_between(&p->random, -2, 2); times > 0; times--)
        peer_task(w, p, random_wait(&p->random, MINUTES(20)), COMMAND(UPDATE),
                  VERSIONS + (int)random_between(&p->random, 0, CORRECTIONS - 1), id, 0);
    if (peer_chance(p, 10))
        peer_task(w, p, random_wait(&p->random, MINUTES(20)), COMMAND(RECORD_WISH), 0, id, 0);
    if (peer_chance(p, 20))
        peer_detention_step(w, p, id, random_wait(&p->random, MINUTES(20)));
    if (peer_chance(p, 5))
        peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(GET_RECORD), 0, id, 0);
    if (peer_chance(p, 20))
        peer_plans_message(w, p, id, random_wait(&p->random, MINUTES(20)));
    if (peer_chance(p, 4))
        peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(REPORT_MISSING), 0, id, 0);
    if (peer_chance(p, 10))
        peer_task(w, p, peer_chance(p, 20) ? 0 : random_wait(&p->random, HOURS(1)), COMMAND(WITHDRAW), 0, id,
                  0);
}

static void new_referral(struct world *w, struct peer *p)
{
    uint8_t id[16];
    peer_new_id(w, p, id);
    if (p->own_count < KNOWN_MAX)
        memcpy(p->own[p->own_count++], id, 16);
    w->referrals++;
    world_note(w, p->key.name, "refers", id, 0);
    submit(w, p, id, 0);
    if (peer_chance(
            p, 5)) /* the same referral in another command: the intake lost its note that it had sent it */
        peer_task(w, p, random_wait(&p->random, MINUTES(1)), COMMAND(SUBMIT), 0, id, 0);
    if (peer_chance(p, 3)) /* the same referral id with other content */
        peer_task(w, p, random_wait(&p->random, MINUTES(20)), COMMAND(SUBMIT), 9, id, 0);
    plan_changes(w, p, id);
    if (peer_chance(p, 10))
        peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(GET_STATUS), 0, id, 0);
    if (peer_chance(p, 3))
        peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(GET_BOARD), 0, id, 0);
}

/* The first intake may submit far more than all teams can take. */
static int64_t intake_pause(const struct world *w, const struct peer *p)
{
    bool floods = w->options.flood && p == &w->peers[0];
    return floods ? w->options.referral_every_ms / FLOOD_TIMES : w->options.referral_every_ms;
}

/* Now and then submits many at once. */
static void intake_wake(struct world *w, struct peer *p)
{
    if (w->healing || p->pending_count > PENDING_MAX - 4)
        return;
    if (p->next_referral_ms == 0)
        p->next_referral_ms = w->now_ms + random_wait(&p->random, intake_pause(w, p));
    int crowd = peer_chance(p, 2) ? 8 : 1;
    while (p->next_referral_ms <= w->now_ms && crowd-- > 0) {
        new_referral(w, p);
        if (crowd == 0)
            p->next_referral_ms = w->now_ms + random_wait(&p->random, intake_pause(w, p));
    }
    peer_plan(w, p, p->next_referral_ms);
}

/* Looks at its case, and at one that a coordinator entered for it goes on as at its own. */
static void read_own(struct world *w, struct peer *p, const Concordat__V1__CaseStatus *status)
{
    const uint8_t *id = status->referral.data;
    peer_looks(w, p, status, 20);
    for (int i = 0; i < p->own_count; i++)
        if (memcmp(p->own[i], id, 16) == 0)
            return;
    if (p->own_count == KNOWN_MAX)
        return;
    memcpy(p->own[p->own_count++], id, 16);
    plan_changes(w, p, id);
}

static void intake_told(struct world *w, struct peer *p, const Concordat__V1__Message *message)
{
    bool ends = message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS &&
                message->status->state == CONCORDAT__V1__STATE__STATE_CLOSED;
    if (ends && peer_chance(p, 3))
        plan_reopening(w, p, message->status->referral.data);
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        read_own(w, p, message->status);
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS && peer_chance(p, 40) &&
        p->pending_count < PENDING_MAX / 2)
        intake_tell(w, p, message->status);
}

/* Nobody is turned away: the broker may refuse an honest submission only if its id is in the ledger
 * already. */
static void intake_answered(struct world *w, struct peer *p, const struct pending *pending,
                            const Concordat__V1__Answer *answer)
{
    if (pending->kind == COMMAND(WITHDRAW) && peer_chance(p, 40))
        plan_reopening(w, p, pending->referral);
    if (pending->kind != COMMAND(SUBMIT))
        return;
    if (!answer->done && !witness_case(&w->witness, pending->referral))
        world_violated(w, "turned away", "%s was refused a referral: %d %s", p->key.name,
                       (int)answer->refusal, answer->text);
}

static void intake_does(struct world *w, struct peer *p, const struct task *task)
{
    if (w->healing && task->kind != COMMAND(SUBMIT))
        return;
    if (peer_says(w, p, task))
        return;
    switch (task->kind) {
    case COMMAND(SUBMIT):
        if (task->step == 0 || witness_case(&w->witness, task->referral))
            submit(w, p, task->referral, task->step);
        break;
    case COMMAND(UPDATE):
        if (task->step < VERSIONS)
            update(w, p, task->referral, task->step);
        else
            correct(w, p, task->referral, task->step);
        break;
    case COMMAND(WITHDRAW):
        withdraw(w, p, task->referral);
        break;
    default:
        intake_ask(w, p, task->kind, task->referral);
        break;
    }
}

const struct peer_role intake_role = {
    .wake = intake_wake, .told = intake_told, .answered = intake_answered, .does = intake_does};
