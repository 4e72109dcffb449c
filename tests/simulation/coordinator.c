/* coordinator.c: the duty coordinator's desk: takes held cases, asks a team, reports, closes, covers a
 * neighbour, hears a reminder, enters a call, comes and goes, or is busy. A diligent coordinator works off a
 * backlog, and looks at the board whenever there is nothing to do. */
#include <string.h>

#include "tests/simulation/world.h"

#define COMMAND(name)        CONCORDAT__V1__REQUEST__COMMAND_##name
#define STATE(name)          CONCORDAT__V1__STATE__STATE_##name
#define DETENTION_STEP(name) CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name

/* To reopen a case that has ended is nothing that keeps a coordinator from what must be done now. */
static bool means_to(const struct peer *p, const uint8_t *referral)
{
    for (int i = 0; i < p->task_count; i++)
        if (p->tasks[i].kind != COMMAND(REOPEN) && memcmp(p->tasks[i].referral, referral, 16) == 0)
            return true;
    return false;
}

/* A diligent coordinator takes only as many cases as they can close: a case that is taken and then forgotten
 * comes back only after its lease has lapsed. */
static bool can_take(struct peer *p)
{
    return p->diligent ? p->task_count + p->pending_count < PENDING_MAX : peer_chance(p, 40);
}

/* What somebody at the desk does beside deciding who comes. */
static void coordinator_notes(struct world *w, struct peer *p, const Concordat__V1__CaseStatus *status)
{
    const uint8_t *id = status->referral.data;
    peer_looks(w, p, status, 10);
    if (peer_chance(p, 2))
        peer_plans_message(w, p, id, random_wait(&p->random, MINUTES(3)));
    if (status->unheard && peer_chance(p, 8))
        peer_task(w, p, random_wait(&p->random, MINUTES(2)),
                  peer_chance(p, 70) ? COMMAND(ACKNOWLEDGE) : COMMAND(MUTE), 0, id, 0);
    if (status->detention && peer_chance(p, 2))
        peer_detention_step(w, p, id, random_wait(&p->random, MINUTES(5)));
    if (peer_chance(p, 1))
        peer_task(w, p, random_wait(&p->random, MINUTES(5)), COMMAND(RECORD_WISH), 0, id, 0);
}

static void coordinator_consider(struct world *w, struct peer *p, const Concordat__V1__CaseStatus *status)
{
    const uint8_t *id = status->referral.data;
    if (means_to(p, id))
        return;
    if (!p->diligent)
        coordinator_notes(w, p, status);
    if (!p->diligent && peer_chance(p, 1))
        peer_task(w, p, random_wait(&p->random, MINUTES(5)), COMMAND(GET_RECORD), 0, id, 0);
    else if (status->without_contact && !p->diligent && peer_chance(p, 60))
        peer_task(w, p, random_wait(&p->random, MINUTES(30)), COMMAND(SAW_CLOSING), 0, id, 0);
    else if (status->state == STATE(HELD) && can_take(p)) {
        peer_task(w, p, p->diligent ? SECONDS(2) : random_wait(&p->random, MINUTES(5)), COMMAND(TAKE), 0, id,
                  0);
    } else if (status->state == STATE(TAKEN) && strcmp(status->owner, p->key.of) == 0) {
        if (status->detention && (p->diligent || peer_chance(p, 10)))
            peer_task(w, p, SECONDS(29), COMMAND(RECORD_DETENTION), DETENTION_STEP(ENDED), id, 0);
        if (p->diligent)
            peer_task(w, p, SECONDS(30), COMMAND(CLOSE), 0, id, 0);
        else if (!peer_chance(p, p->vanishes))
            peer_task(w, p, random_wait(&p->random, MINUTES(15)),
                      peer_chance(p, 60)   ? COMMAND(ASSIGN)
                      : peer_chance(p, 50) ? COMMAND(CHECK_IN)
                                           : COMMAND(CLOSE),
                      0, id, 0);
    } else if (status->state == STATE(MISSING) && !peer_chance(p, p->vanishes)) {
        peer_task(w, p, random_wait(&p->random, MINUTES(30)),
                  p->diligent || peer_chance(p, 70) ? COMMAND(REPORT_FOUND) : COMMAND(REPORT_MISSING), 0, id,
                  0);
    } else if (status->state == STATE(OFFERED) && !p->diligent && peer_chance(p, 2)) {
        peer_task(w, p, random_wait(&p->random, MINUTES(1)),
                  peer_chance(p, 50) ? COMMAND(ASSIGN) : COMMAND(TAKE), 0, id, 0);
    } else if (status->state >= STATE(CLOSED) && !p->diligent && peer_chance(p, 5)) {
        peer_task(w, p, random_wait(&p->random, peer_chance(p, 70) ? MINUTES(30) : HOURS(6)), COMMAND(REOPEN),
                  0, id, 0);
    } else if (status->state >= STATE(ACCEPTED) && status->state <= STATE(IN_CONTACT) && !p->diligent &&
               peer_chance(p, 2)) {
        peer_task(w, p, random_wait(&p->random, MINUTES(5)), COMMAND(TAKE), 0, id, 0);
    }
}

static void coordinator_told(struct world *w, struct peer *p, const Concordat__V1__Message *message)
{
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        coordinator_consider(w, p, message->status);
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_WELCOME && (p->present || p->diligent)) {
        peer_says_presence(w, p, true);
        peer_plan(w, p, p->renew_ms);
    }
    if (message->body_case != CONCORDAT__V1__MESSAGE__BODY_BOARD)
        return;
    for (size_t i = 0; i < message->board->n_cases; i++)
        coordinator_consider(w, p, message->board->cases[i]);
}

/* The board is watched, or it is not. */
static void coordinator_changes_shift(struct world *w, struct peer *p)
{
    bool present = p->diligent || peer_chance(p, p->present ? 40 : 80);
    if (p->welcome)
        peer_says_presence(w, p, present);
    else
        p->present = present;
    peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(SET_PRESENCE), 0, NULL, 0);
}

/* Whether there is a case to deal with; shifts, the next cover and call, and what may be reopened can wait.
 */
static bool has_work(const struct peer *p)
{
    for (int i = 0; i < p->task_count; i++) {
        int kind = p->tasks[i].kind;
        if (kind != COMMAND(SET_PRESENCE) && kind != COMMAND(COVER) && kind != COMMAND(REOPEN) &&
            kind != COMMAND(ON_SHIFT) && kind != COMMAND(SHIFT_HANDOVER) && kind != COMMAND(SUBMIT))
            return true;
    }
    return p->pending_count > 0;
}

static void coordinator_wake(struct world *w, struct peer *p)
{
    if (p->welcome && p->renew_ms <= w->now_ms)
        peer_says_presence(w, p, p->present || p->diligent);
    peer_plan(w, p, p->welcome ? p->renew_ms : INT64_MAX);
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;
    if (!p->diligent || !p->welcome || has_work(p))
        return;
    request.command_case = COMMAND(GET_BOARD);
    request.get_board = &board;
    peer_command(w, p, &request, NULL, 0);
}

/* For a few minutes or hours, or no longer; now and then an area that is their own, or that nobody has. */
static void coordinator_covers(struct world *w, struct peer *p)
{
    const struct policy *policy = &w->policies[0]->policy;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Cover body = CONCORDAT__V1__COVER__INIT;
    int area = (int)random_between(&p->random, 0, policy->area_count - 1);
    request.command_case = COMMAND(COVER);
    request.cover = &body;
    body.area = peer_chance(p, 5) ? (char *)(uintptr_t) "nowhere" : policy->areas[area].id;
    if (!peer_chance(p, 20))
        body.minutes = (uint32_t)random_between(&p->random, 1, peer_chance(p, 70) ? 30 : 720);
    body.reason = (Concordat__V1__CoverReason)random_between(&p->random, 0, 3);
    peer_command(w, p, &request, NULL, 0);
}

/* Now and then a coordinator reads a record beyond their areas, or one of their own with the same words, or
 * asks who had to do with a case; and sometimes one after another. */
static void coordinator_breaks_glass(struct world *w, struct peer *p)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetRecord body = CONCORDAT__V1__GET_RECORD__INIT;
    uint32_t count = w->witness.cases.count;
    request.command_case = COMMAND(GET_RECORD);
    request.get_record = &body;
    body.reason = (char *)(uintptr_t) "to help, Invented";
    for (int times = peer_chance(p, 20) ? 5 : 1; count && times > 0; times--) {
        const struct seen_case *c =
            table_row(&w->witness.cases, (uint32_t)random_between(&p->random, 0, count - 1));
        body.referral = peer_bytes(c->id, sizeof c->id);
        body.break_glass = (Concordat__V1__BreakGlass)random_between(&p->random, 0, 3);
        body.who = peer_chance(p, 40);
        peer_command(w, p, &request, c->id, 0);
    }
}

static void coordinator_plans_cover(struct world *w, struct peer *p)
{
    peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(COVER), 0, NULL, 0);
}

static void coordinator_hears(struct world *w, struct peer *p, const struct task *task)
{
    static const uint32_t minutes[] = {15, 30, 60, 0, 45}; /* the last is refused */
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Acknowledge acknowledge = CONCORDAT__V1__ACKNOWLEDGE__INIT;
    Concordat__V1__Mute mute = CONCORDAT__V1__MUTE__INIT;
    request.command_case = (Concordat__V1__Request__CommandCase)task->kind;
    acknowledge.referral = mute.referral = peer_bytes(task->referral, 16);
    if (task->kind == COMMAND(MUTE)) {
        request.mute = &mute;
        mute.minutes = minutes[random_between(&p->random, 0, 4)];
    } else {
        request.acknowledge = &acknowledge;
    }
    peer_command(w, p, &request, task->referral, 0);
}

static void coordinator_acts(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Take take = CONCORDAT__V1__TAKE__INIT;
    Concordat__V1__Assign assign = CONCORDAT__V1__ASSIGN__INIT;
    Concordat__V1__CheckIn check_in = CONCORDAT__V1__CHECK_IN__INIT;
    Concordat__V1__Close close = CONCORDAT__V1__CLOSE__INIT;
    Concordat__V1__GetRecord record = CONCORDAT__V1__GET_RECORD__INIT;
    Concordat__V1__ReportFound found = CONCORDAT__V1__REPORT_FOUND__INIT;
    ProtobufCBinaryData referral = peer_bytes(task->referral, 16);
    int team = (int)random_between(&p->random, 0, w->policies[0]->policy.team_count - 1);
    request.command_case = (Concordat__V1__Request__CommandCase)task->kind;
    if (task->kind == COMMAND(TAKE)) {
        request.take = &take;
        take.referral = referral;
        if (peer_chance(p, 70))
            take.reason = (char *)(uintptr_t) "to find another, Invented";
    } else if (task->kind == COMMAND(ASSIGN)) {
        request.assign = &assign;
        assign.referral = referral;
        assign.although = peer_chance(p, 70);
        assign.to_team = w->policies[0]->policy.teams[team].id;
    } else if (task->kind == COMMAND(CHECK_IN)) {
        request.check_in = &check_in;
        check_in.referral = referral;
        check_in.step = CONCORDAT__V1__STEP__STEP_CONTACT;
        check_in.attend_status = CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_DID_NOT_ATTEND;
    } else if (task->kind == COMMAND(REPORT_FOUND)) {
        request.report_found = &found;
        found.referral = referral;
        found.by = (Concordat__V1__FoundBy)random_between(&p->random, 0, 5);
    } else if (task->kind == COMMAND(GET_RECORD)) {
        request.get_record = &record;
        record.referral = referral;
        record.reason = (char *)(uintptr_t) "to decide, Invented";
    } else {
        request.close = &close;
        close.referral = referral;
        close.outcome = CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE;
        peer_says_why_it_closes(p, &close);
    }
    peer_command(w, p, &request, task->referral, 0);
}

/* A diligent coordinator has enough to do at home. */
static void coordinator_helps(struct world *w, struct peer *p)
{
    if (p->diligent)
        return;
    coordinator_covers(w, p);
    if (peer_chance(p, 30))
        coordinator_breaks_glass(w, p);
    coordinator_plans_cover(w, p);
}

/* Nobody rings while the backlog is worked off. */
static void coordinator_takes_call(struct world *w, struct peer *p)
{
    if (p->diligent)
        return;
    peer_enters_call(w, p);
    peer_plans_call(w, p);
}

static void coordinator_does(struct world *w, struct peer *p, const struct task *task)
{
    if (peer_says(w, p, task))
        return;
    switch (task->kind) {
    case COMMAND(SUBMIT):
        coordinator_takes_call(w, p);
        break;
    case COMMAND(ACKNOWLEDGE):
    case COMMAND(MUTE):
        coordinator_hears(w, p, task);
        break;
    case COMMAND(SET_PRESENCE):
        coordinator_changes_shift(w, p);
        break;
    case COMMAND(COVER):
        coordinator_helps(w, p);
        break;
    case COMMAND(SAW_CLOSING):
        peer_saw_closing(w, p, task->referral);
        break;
    default:
        coordinator_acts(w, p, task);
        break;
    }
}

static void open_desk(struct world *w, struct peer *p)
{
    p->present = peer_chance(p, 60);
    p->lease_ms = random_between(&p->random, SECONDS(30), SECONDS(600));
    p->renew_ms = INT64_MAX;
    peer_task(w, p, random_wait(&p->random, HOURS(1)), COMMAND(SET_PRESENCE), 0, NULL, 0);
    coordinator_plans_cover(w, p);
    peer_plans_shift(w, p);
    peer_plans_call(w, p);
}

static void coordinator_answered(struct world *w, struct peer *p, const struct pending *pending,
                                 const Concordat__V1__Answer *answer)
{
    peer_call_answered(w, p, pending, answer);
}

const struct peer_role coordinator_role = {open_desk, coordinator_wake, coordinator_told,
                                           coordinator_answered, coordinator_does};
