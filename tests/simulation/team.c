/* team.c: one device of a crisis team: is present or not, gets offers, answers in its own way, goes and comes
 * back. */
#include <string.h>

#include "tests/simulation/world.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

/* --- what it says ----------------------------------------------------------------------------------- */

enum { DETENTION_ENDED_STEP = CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED };

static void say_capacity(struct world *w, struct peer *p)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetCapacity body = CONCORDAT__V1__SET_CAPACITY__INIT;
    request.command_case = COMMAND(SET_CAPACITY);
    request.set_capacity = &body;
    body.free_places = (uint32_t)random_between(&p->random, 0, 4);
    peer_command(w, p, &request, NULL, 0);
}

static void say_answer(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Seen seen = CONCORDAT__V1__SEEN__INIT;
    Concordat__V1__Accept accept = CONCORDAT__V1__ACCEPT__INIT;
    Concordat__V1__Decline decline = CONCORDAT__V1__DECLINE__INIT;
    ProtobufCBinaryData referral = peer_bytes(task->referral, 16);
    request.command_case = (Concordat__V1__Request__CommandCase)task->kind;
    if (task->kind == COMMAND(SEEN)) {
        request.seen = &seen;
        seen.referral = referral;
        seen.attempt = task->attempt;
        seen.by_person = peer_chance(p, 50);
    } else if (task->kind == COMMAND(ACCEPT)) {
        request.accept = &accept;
        accept.referral = referral;
        accept.attempt = task->attempt;
        if (peer_chance(p, 90))
            accept.arrival_case = CONCORDAT__V1__ACCEPT__ARRIVAL_EXPECTED_MINUTES;
        accept.expected_minutes = (uint32_t)random_between(&p->random, 0, peer_chance(p, 15) ? 900 : 60);
    } else {
        request.decline = &decline;
        decline.referral = referral;
        decline.attempt = task->attempt;
        decline.reason = (Concordat__V1__DeclineReason)random_between(&p->random, 1, 11);
        if (peer_chance(p, 30))
            decline.note = (char *)(uintptr_t) "a note, Invented";
    }
    peer_command(w, p, &request, task->referral, task->attempt);
}

static void say_check_in(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__CheckIn body = CONCORDAT__V1__CHECK_IN__INIT;
    request.command_case = COMMAND(CHECK_IN);
    request.check_in = &body;
    body.referral = peer_bytes(task->referral, 16);
    body.step = (Concordat__V1__Step)task->step;
    body.mechanism = (Concordat__V1__ContactMechanism)random_between(&p->random, 1, 6);
    body.attend_status = (Concordat__V1__AttendStatus)random_between(&p->random, 0, 6);
    if (peer_chance(p, 90))
        body.arrival_case = CONCORDAT__V1__CHECK_IN__ARRIVAL_EXPECTED_MINUTES;
    body.expected_minutes = (uint32_t)random_between(&p->random, 0, 40);
    peer_command(w, p, &request, task->referral, 0);
}

static void say_undo(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GiveBack give_back = CONCORDAT__V1__GIVE_BACK__INIT;
    Concordat__V1__CancelHandover cancel = CONCORDAT__V1__CANCEL_HANDOVER__INIT;
    request.command_case = (Concordat__V1__Request__CommandCase)task->kind;
    if (task->kind == COMMAND(GIVE_BACK)) {
        request.give_back = &give_back;
        give_back.referral = peer_bytes(task->referral, 16);
        if (peer_chance(p, 90))
            give_back.reason = (char *)(uintptr_t) "cannot go, Invented";
    } else {
        request.cancel_handover = &cancel;
        cancel.referral = peer_bytes(task->referral, 16);
    }
    peer_command(w, p, &request, task->referral, 0);
}

static void say_end(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Close close = CONCORDAT__V1__CLOSE__INIT;
    Concordat__V1__Handover handover = CONCORDAT__V1__HANDOVER__INIT;
    if (task->kind == COMMAND(CLOSE)) {
        request.command_case = COMMAND(CLOSE);
        request.close = &close;
        close.referral = peer_bytes(task->referral, 16);
        close.outcome = (Concordat__V1__Outcome)random_between(&p->random, 1, p->diligent ? 12 : 13);
        peer_says_why_it_closes(p, &close);
    } else {
        int other = (int)random_between(&p->random, 0, w->policies[0]->policy.team_count - 1);
        request.command_case = COMMAND(HANDOVER);
        request.handover = &handover;
        handover.referral = peer_bytes(task->referral, 16);
        handover.although = peer_chance(p, 50);
        if (peer_chance(p, 50))
            handover.to_team = w->policies[0]->policy.teams[other].id;
    }
    peer_command(w, p, &request, task->referral, 0);
}

static void say_tried(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__TriedToReach body = CONCORDAT__V1__TRIED_TO_REACH__INIT;
    request.command_case = COMMAND(TRIED_TO_REACH);
    request.tried_to_reach = &body;
    body.referral = peer_bytes(task->referral, 16);
    body.mechanism = CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_TELEPHONE;
    body.next = (Concordat__V1__ContactNext)random_between(&p->random, 0, 4);
    body.next_minutes = (uint32_t)random_between(&p->random, 0, 30);
    peer_command(w, p, &request, task->referral, 0);
}

static void say_asked(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__AskBeside body = CONCORDAT__V1__ASK_BESIDE__INIT;
    request.command_case = COMMAND(ASK_BESIDE);
    request.ask_beside = &body;
    body.referral = peer_bytes(task->referral, 16);
    body.what = (Concordat__V1__Beside)random_between(&p->random, 1, 8);
    peer_command(w, p, &request, task->referral, 0);
}

static void say_answered(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__AnswerBeside body = CONCORDAT__V1__ANSWER_BESIDE__INIT;
    request.command_case = COMMAND(ANSWER_BESIDE);
    request.answer_beside = &body;
    body.referral = peer_bytes(task->referral, 16);
    body.what = (Concordat__V1__Beside)random_between(&p->random, 1, 8);
    body.state = (Concordat__V1__BesideState)random_between(&p->random, 3, 7);
    peer_command(w, p, &request, task->referral, 0);
}

static void ask_record(struct world *w, struct peer *p, const uint8_t *referral)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetRecord body = CONCORDAT__V1__GET_RECORD__INIT;
    request.command_case = COMMAND(GET_RECORD);
    request.get_record = &body;
    body.referral = peer_bytes(referral, 16);
    body.reason = (char *)(uintptr_t) "to go there, Invented";
    peer_command(w, p, &request, referral, 0);
}

/* --- what it does ----------------------------------------------------------------------------------- */

static void take_offer(struct world *w, struct peer *p, const Concordat__V1__Offer *offer)
{
    const uint8_t *id = offer->referral.data;
    int64_t window_ms = offer->expires_ms - offer->offered_ms;
    int64_t after_ms = random_between(&p->random, 100, 1 + window_ms * 9 / 10);
    if (w->options.two_at_once)
        after_ms = 100 + (id[15] + 256 * id[14]) * (window_ms / 65536 + 1) / 2; /* the same on each device */
    if (p->diligent) {
        peer_task(w, p, SECONDS(2), COMMAND(ACCEPT), 0, id, offer->attempt);
        return;
    }
    if (peer_chance(p, 40))
        peer_task(w, p, random_wait(&p->random, SECONDS(20)), COMMAND(SEEN), 0, id, offer->attempt);
    if (peer_chance(p, 15))
        peer_task(w, p, random_wait(&p->random, SECONDS(20)), COMMAND(GET_RECORD), 0, id, 0);
    if (peer_chance(p, p->ignores))
        return;
    if (peer_chance(p, p->late))
        after_ms = window_ms + random_between(&p->random, 0, window_ms);
    else if (peer_chance(p, p->late)) /* at the last instant */
        after_ms = offer->expires_ms - w->now_ms + random_between(&p->random, -3, 1);
    int kind = peer_chance(p, p->accepts) ? COMMAND(ACCEPT) : COMMAND(DECLINE);
    peer_task(w, p, after_ms > 0 ? after_ms : 1, kind, 0, id, offer->attempt);
    if (peer_chance(p, p->twice))
        peer_task(w, p, after_ms > 0 ? after_ms : 1, COMMAND(ACCEPT), 0, id, offer->attempt);
}

/* After an acceptance the team reports its progress, or reports nothing more. */
static void go_on(struct world *w, struct peer *p, const uint8_t *id)
{
    int64_t at_ms = 0;
    if (p->diligent) {
        peer_task(w, p, MINUTES(1) - 1, COMMAND(RECORD_DETENTION), DETENTION_ENDED_STEP, id, 0);
        peer_task(w, p, MINUTES(1), COMMAND(CLOSE), 0, id, 0);
        return;
    }
    for (int times = (int)random_between(&p->random, 0, 2); times > 0; times--)
        peer_task(w, p, random_wait(&p->random, MINUTES(10)), COMMAND(GET_RECORD), 0, id, 0);
    for (int step = 1; step <= 3; step++) {
        if (peer_chance(p, p->vanishes))
            return;
        at_ms += random_wait(&p->random, MINUTES(15));
        if (peer_chance(p, 80))
            peer_task(w, p, at_ms, COMMAND(CHECK_IN), step, id, 0);
    }
    for (int times = (int)random_between(&p->random, 0, 3); times > 0; times--)
        peer_detention_step(w, p, id, random_wait(&p->random, MINUTES(60)));
    if (peer_chance(p, 40))
        peer_plans_detention(w, p, id);
    if (peer_chance(p, 10))
        peer_task(w, p, random_wait(&p->random, MINUTES(30)), COMMAND(RECORD_WISH), 0, id, 0);
    for (int times = (int)random_between(&p->random, 0, 2); times > 0; times--)
        peer_task(w, p, random_wait(&p->random, MINUTES(60)),
                  peer_chance(p, 50) ? COMMAND(ASK_BESIDE) : COMMAND(ANSWER_BESIDE), 0, id, 0);
    if (peer_chance(p, 20))
        peer_task(w, p, random_wait(&p->random, MINUTES(60)), COMMAND(TRIED_TO_REACH), 0, id, 0);
    if (peer_chance(p, 10))
        peer_task(w, p, random_wait(&p->random, MINUTES(60)), COMMAND(REPORT_MISSING), 0, id, 0);
    at_ms += random_wait(&p->random, MINUTES(60));
    if (peer_chance(p, 80))
        peer_task(w, p, at_ms - 1, COMMAND(RECORD_DETENTION), DETENTION_ENDED_STEP, id, 0);
    if (peer_chance(p, 15))
        peer_task(w, p, random_wait(&p->random, MINUTES(60)), COMMAND(GIVE_BACK), 0, id, 0);
    peer_task(w, p, at_ms, peer_chance(p, 20) ? COMMAND(HANDOVER) : COMMAND(CLOSE), 0, id, 0);
    if (peer_chance(p, 10))
        peer_task(w, p, at_ms + SECONDS(20), COMMAND(CANCEL_HANDOVER), 0, id, 0);
    if (peer_chance(p, 30))
        peer_task(w, p, at_ms + MINUTES(20), COMMAND(CLOSE), 0, id, 0);
}

static void change_shift(struct world *w, struct peer *p)
{
    bool present = p->diligent || peer_chance(p, p->present ? 50 : 90);
    if (p->welcome)
        peer_says_presence(w, p, present);
    else
        p->present = present;
    if (peer_chance(p, 40) && p->welcome && !p->diligent)
        say_capacity(w, p);
    peer_task(w, p, random_wait(&p->random, HOURS(3)), COMMAND(SET_PRESENCE), 0, NULL, 0);
}

static void open_device(struct world *w, struct peer *p)
{
    p->present = peer_chance(p, 90);
    p->lease_ms = random_between(&p->random, SECONDS(30), SECONDS(600));
    p->renew_ms = INT64_MAX;
    peer_task(w, p, random_wait(&p->random, HOURS(3)), COMMAND(SET_PRESENCE), 0, NULL, 0);
    peer_plans_shift(w, p);
}

static void team_wake(struct world *w, struct peer *p)
{
    if (p->welcome && p->renew_ms <= w->now_ms)
        peer_says_presence(w, p, p->present || p->diligent);
    peer_plan(w, p, p->welcome ? p->renew_ms : INT64_MAX);
}

/* People write to each other about what they are asked and what they have. */
static void read_status(struct world *w, struct peer *p, const Concordat__V1__CaseStatus *status)
{
    if (!status || p->diligent)
        return;
    peer_looks(w, p, status, 30);
    if (peer_chance(p, 4))
        peer_plans_message(w, p, status->referral.data, random_wait(&p->random, MINUTES(1)));
}

static void team_told(struct world *w, struct peer *p, const Concordat__V1__Message *message)
{
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_WELCOME) {
        if (p->present || p->diligent)
            peer_says_presence(w, p, true);
        peer_plan(w, p, p->renew_ms);
    } else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER) {
        world_note(w, p->key.name, "is offered", message->offer->referral.data, message->offer->attempt);
        take_offer(w, p, message->offer);
        read_status(w, p, message->offer->status);
        if (message->offer->status->detention && peer_chance(p, 10))
            peer_detention_step(w, p, message->offer->referral.data, random_wait(&p->random, MINUTES(1)));
    } else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS) {
        read_status(w, p, message->status);
    }
}

static void team_answered(struct world *w, struct peer *p, const struct pending *pending,
                          const Concordat__V1__Answer *answer)
{
    if (pending->kind == COMMAND(ACCEPT) && answer->done)
        go_on(w, p, pending->referral);
    else if (pending->kind == COMMAND(CLOSE) && !p->diligent && peer_chance(p, 25))
        peer_task(w, p, random_wait(&p->random, peer_chance(p, 70) ? MINUTES(30) : HOURS(6)), COMMAND(REOPEN),
                  0, pending->referral, 0);
    else if (pending->kind == COMMAND(CLOSE) && answer->done)
        peer_task(w, p, random_wait(&p->random, MINUTES(30)), COMMAND(RECORD_PASSED_ON), 0, pending->referral,
                  0);
    else if (pending->kind == COMMAND(REOPEN) && answer->done)
        go_on(w, p, pending->referral);
}

static void team_does(struct world *w, struct peer *p, const struct task *task)
{
    if (peer_says(w, p, task))
        return;
    switch (task->kind) {
    case COMMAND(SET_PRESENCE):
        change_shift(w, p);
        break;
    case COMMAND(SEEN):
    case COMMAND(ACCEPT):
    case COMMAND(DECLINE):
        say_answer(w, p, task);
        break;
    case COMMAND(CHECK_IN):
        say_check_in(w, p, task);
        break;
    case COMMAND(GET_RECORD):
        ask_record(w, p, task->referral);
        break;
    case COMMAND(TRIED_TO_REACH):
        say_tried(w, p, task);
        break;
    case COMMAND(ASK_BESIDE):
        say_asked(w, p, task);
        break;
    case COMMAND(ANSWER_BESIDE):
        say_answered(w, p, task);
        break;
    case COMMAND(RECORD_PASSED_ON):
        peer_passes_on(w, p, task->referral);
        break;
    case COMMAND(GIVE_BACK):
    case COMMAND(CANCEL_HANDOVER):
        say_undo(w, p, task);
        break;
    default:
        say_end(w, p, task);
        break;
    }
}

const struct peer_role team_role = {open_device, team_wake, team_told, team_answered, team_does};
