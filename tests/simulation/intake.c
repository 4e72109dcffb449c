/* intake.c: a referral source: submits, repeats until acknowledged, updates, withdraws, tells the referrer.
 */
#include <string.h>

#include "proto/words/words.h"
#include "tests/simulation/told.h"
#include "tests/simulation/world.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

static char *intake_text(const char *string)
{
    return (char *)(uintptr_t)string;
}

/* The content of a referral follows from its id and version, so that it can be sent again unchanged. */
struct paper {
    Concordat__V1__Referral referral;
    Concordat__V1__Confidential confidential;
    struct told told;
    Concordat__V1__Demographics person;
    Concordat__V1__Legal legal;
    Concordat__V1__Instant decided, arrived;
    Concordat__V1__Need need;
};

static void write_person(struct paper *paper, struct random *random)
{
    concordat__v1__demographics__init(&paper->person);
    paper->referral.person = &paper->person;
    paper->person.age_known = random_between(random, 0, 9) > 0;
    paper->person.age_years = paper->person.age_known ? (uint32_t)random_between(random, 9, 90) : 0;
    if (random_between(random, 0, 9) == 0)
        paper->person.language = intake_text("ur");
}

static void write_paper(struct world *w, struct paper *paper, const struct peer *p, const uint8_t *id,
                        int version)
{
    static const char *const districts[] = {"ZX1", "ZX2", "ZX3", "ZX5", "ZX6", "ZX9", ""};
    static const char *const sites[] = {"", "control-room", "car-1", "car-2", "car-9"};
    static const char *const organisations[] = {"ZZP01", "ZZP02", "ZZP99"};
    uint64_t number;
    struct random random;
    memcpy(&number, id + 8, sizeof number);
    random_open(&random, number, "paper", (uint64_t)version);
    concordat__v1__referral__init(&paper->referral);
    concordat__v1__confidential__init(&paper->confidential);
    Concordat__V1__Referral *r = &paper->referral;
    int source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    words_parse(&concordat__v1__source__descriptor, p->key.of, &source);
    r->id = peer_bytes(id, 16);
    r->source = (Concordat__V1__Source)source;
    r->organisation = intake_text(organisations[random_between(&random, 0, 2)]);
    r->postcode_district = intake_text(districts[random_between(&random, 0, 6)]);
    r->urgency = (Concordat__V1__Urgency)random_between(&random, 0, 4);
    r->drill = random_between(&random, 0, 19) == 0;
    write_person(paper, &random);
    if (random_between(&random, 0, 4) == 0) {
        paper->need = (Concordat__V1__Need)random_between(&random, 1, 8);
        r->n_needs = 1;
        r->needs = &paper->need;
    }
    if (random_between(&random, 0, 2) == 0) {
        concordat__v1__instant__init(&paper->decided);
        paper->decided.unix_ms = w->options.began_ms + random_between(&random, 0, w->options.lasting_ms);
        paper->decided.basis = CONCORDAT__V1__BASIS__BASIS_STATED;
        r->decided_at = &paper->decided;
    }
    if (random_between(&random, 0, 3) == 0) {
        concordat__v1__legal__init(&paper->legal);
        concordat__v1__instant__init(&paper->arrived);
        paper->arrived.unix_ms = w->options.began_ms + random_between(&random, 0, w->options.lasting_ms);
        paper->legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
        paper->legal.arrived_at_place_of_safety_at = &paper->arrived;
        r->legal = &paper->legal;
    }
    r->site = intake_text(sites[random_between(&random, 0, 4)]);
    told_write(id, version, &paper->told);
    paper->confidential.callback_number = paper->told.callback_number;
    paper->confidential.person_name = paper->told.person_name;
    paper->confidential.narrative = paper->told.narrative;
}

static void submit(struct world *w, struct peer *p, const uint8_t *id, int version)
{
    struct paper paper;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit body = CONCORDAT__V1__SUBMIT__INIT;
    write_paper(w, &paper, p, id, version);
    request.command_case = COMMAND(SUBMIT);
    request.submit = &body;
    body.referral = &paper.referral;
    body.confidential = &paper.confidential;
    peer_command(w, p, &request, id, (uint32_t)version);
}

static void update(struct world *w, struct peer *p, const uint8_t *id, int version)
{
    struct paper paper;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Update body = CONCORDAT__V1__UPDATE__INIT;
    write_paper(w, &paper, p, id, version);
    request.command_case = COMMAND(UPDATE);
    request.update = &body;
    body.referral = &paper.referral;
    body.confidential = version % 2 ? &paper.confidential : NULL;
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

static void intake_ask(struct world *w, struct peer *p, int kind, const uint8_t *id)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus status = CONCORDAT__V1__GET_STATUS__INIT;
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;
    request.command_case = (Concordat__V1__Request__CommandCase)kind;
    if (kind == COMMAND(GET_BOARD)) {
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
    if (peer_chance(p, 15))
        peer_task(w, p, random_wait(&p->random, MINUTES(20)), COMMAND(UPDATE), 1 + peer_chance(p, 50), id, 0);
    if (peer_chance(p, 10))
        peer_task(w, p, peer_chance(p, 20) ? 0 : random_wait(&p->random, HOURS(1)), COMMAND(WITHDRAW), 0, id,
                  0);
    if (peer_chance(p, 10))
        peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(GET_STATUS), 0, id, 0);
    if (peer_chance(p, 3))
        peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(GET_BOARD), 0, id, 0);
}

/* The first intake may submit far more than all teams can take. */
static int64_t intake_pause(const struct world *w, const struct peer *p)
{
    bool floods = w->options.flood && p == &w->peers[0];
    return floods ? w->options.referral_every_ms / 20 : w->options.referral_every_ms;
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

static void intake_told(struct world *w, struct peer *p, const Concordat__V1__Message *message)
{
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS && peer_chance(p, 40) &&
        p->pending_count < PENDING_MAX / 2)
        intake_tell(w, p, message->status);
}

/* Nobody is turned away: the broker may refuse an honest submission only if its id is in the ledger
 * already. */
static void intake_answered(struct world *w, struct peer *p, const struct pending *pending,
                            const Concordat__V1__Answer *answer)
{
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
    switch (task->kind) {
    case COMMAND(SUBMIT):
        if (task->step == 0 || witness_case(&w->witness, task->referral))
            submit(w, p, task->referral, task->step);
        break;
    case COMMAND(UPDATE):
        update(w, p, task->referral, task->step);
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
