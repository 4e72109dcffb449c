/* Scenarios with the real broker: what broke in systems of this kind, each named after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/simulation/scenarios/stage.h"

#define WHAT(name)    CONCORDAT__V1__EVENT__WHAT_##name
#define BODY(name)    CONCORDAT__V1__MESSAGE__BODY_##name
#define REFUSED(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

static const char always[] = "always", shut[] = "[{days: sun, from: \"01:00\", to: \"02:00\"}]";

/* A team accepts and then reports nothing: it is warned, and the case goes to another team. */
static void acknowledged_and_forgotten(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    stage_submit(s, id);
    assert_true(stage_accept(s, TEAM_1, id, 1)->done);
    stage_wait(s, MINUTES(30 + 30) + SECONDS(10), -1); /* the arrival time, and the grace after it */
    assert_int_equal(stage_case(s, id)->state, CASE_ACCEPTED);
    assert_int_equal(stage_events(s, WHAT(LEASE_WARNED)), 1);
    stage_wait(s, MINUTES(15) + SECONDS(10), -1);
    assert_int_equal(stage_events(s, WHAT(LEASE_LAPSED)), 1);
    assert_int_equal(stage_case(s, id)->state, CASE_OFFERED);
    assert_int_equal(stage_case(s, id)->offer.team, state_team_slot(broker_state(s->broker), "team-2"));
    stage_close(&s);
}

/* No team of the first rung is present: the second rung is asked at once. If no team is present at all, the
 * coordinator has the case at once. */
static void an_empty_rung_burns_its_delay(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(shut, always);
    stage_submit(s, id);
    assert_int_equal(stage_case(s, id)->offer.team, state_team_slot(broker_state(s->broker), "team-2"));
    assert_int_equal(stage_case(s, id)->offer.offered_ms, stage_case(s, id)->received_ms);
    stage_presence(s, TEAM_2, false, 0);
    assert_int_equal(stage_case(s, id)->state, CASE_HELD);
    assert_int_equal(broker_state(s->broker)->counters.at_ms, stage_case(s, id)->received_ms);
    stage_close(&s);
}

/* The disk fails: nobody is told anything, and after the restart the ledger holds nothing that nobody was
 * told. */
static void acknowledged_before_durable(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    size_t sent = s->sent_count;
    s->disk_fails = true;
    assert_null(stage_submit(s, id));
    assert_int_equal(s->sent_count, sent);
    stage_restart(s);
    assert_null(stage_case(s, id));
    stage_close(&s);
}

static void submit_only(struct stage *s, uint8_t number)
{
    uint8_t id[16] = {number, [15] = 3};
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &submit;
    submit.referral = &referral;
    submit.confidential = &confidential;
    referral.id = (ProtobufCBinaryData){sizeof id, id};
    referral.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    confidential.callback_number = (char *)(uintptr_t) "07700 900123";
    stage_say_only(s, INTAKE, &request);
}

/* The broker decides the next turn while one is on its way to the disk. Both tell only what is on the
 * disk. */
static void decided_beside_the_disk(void **unused)
{
    (void)unused;
    struct stage *s = stage_open(always, always);
    size_t from = s->sent_count;
    s->disk_takes_its_time = true;
    submit_only(s, 1);
    assert_int_equal(stage_turn(s), LEDGER_OK);
    submit_only(s, 2);
    assert_int_equal(s->sent_count, from);
    assert_int_equal(stage_settle(s), LEDGER_OK);
    assert_int_equal(stage_count(s, INTAKE, CONCORDAT__V1__MESSAGE__BODY_ANSWER, from), 1);
    assert_int_equal(stage_count(s, TEAM_1, CONCORDAT__V1__MESSAGE__BODY_OFFER, from), 1);
    assert_int_equal(stage_turn(s), LEDGER_OK);
    assert_int_equal(stage_count(s, INTAKE, CONCORDAT__V1__MESSAGE__BODY_ANSWER, from), 1);
    submit_only(s, 3);
    from = s->sent_count;
    s->disk_fails = true;
    assert_int_equal(stage_turn(s), LEDGER_UNKNOWN);
    assert_int_equal(s->sent_count, from);
    stage_restart(s);
    assert_int_equal(broker_state(s->broker)->counters.open_count, 1);
    stage_close(&s);
}

/* A team goes while it is asked, or loses a case: it does not count as busy afterwards, and is asked again
 * when it is back. */
static void stuck_reserved(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, shut);
    stage_submit(s, id);
    stage_presence(s, TEAM_1, false, 0);
    uint16_t team = state_team_slot(broker_state(s->broker), "team-1");
    assert_int_equal(state_team(broker_state(s->broker), team)->people.live_offers, 0);
    assert_int_equal(stage_case(s, id)->state, CASE_HELD);
    stage_presence(s, TEAM_1, true, 600);
    stage_wait(s, MINUTES(6), -1); /* the reminder begins a new round */
    assert_int_equal(stage_case(s, id)->offer.team, team);
    stage_take(s, id);
    assert_int_equal(state_team(broker_state(s->broker), team)->people.live_offers, 0);
    stage_close(&s);
}

/* One device accepts: the other hears that the offer is over, its own acceptance changes nothing, and a
 * device that comes later does not see the ended offer. */
static void the_zombie_offer(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    stage_submit(s, id);
    size_t from = s->sent_count;
    assert_true(stage_accept(s, TEAM_1, id, 1)->done);
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER_OVER), from), 1);
    size_t events = s->store.count;
    const Concordat__V1__Answer *late = stage_accept(s, TEAM_1_TOO, id, 1);
    assert_false(late->done);
    assert_int_equal(late->refusal, REFUSED(ALREADY_ACCEPTED));
    assert_string_equal(late->status->owner, "team-1");
    assert_int_equal(stage_events(s, WHAT(ACCEPTED)), 1);
    assert_int_equal(s->store.count, events + 1); /* the refusal */
    stage_restart(s);
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER), 0), 0);
    stage_close(&s);
}

/* More referrals than any page, batch or window: each is acknowledged, each is there after a restart, each is
 * in the feed. */
static void the_1001st_message(void **unused)
{
    (void)unused;
    enum { MANY = 1101 };
    static uint8_t ids[MANY][16];
    struct stage *s = stage_open(always, always);
    for (int i = 0; i < MANY; i++)
        assert_true(stage_submit(s, ids[i])->done);
    stage_restart(s);
    for (int i = 0; i < MANY; i++)
        assert_non_null(stage_case(s, ids[i]));
    stage_wait(s, SECONDS(20), -1); /* the news come page by page */
    assert_true(stage_count(s, COORDINATOR, BODY(STATUS), 0) >= MANY);
    uint64_t seen = 0;
    for (int page = 0; page < 100 && seen < s->store.count; page++) {
        Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
        Concordat__V1__Follow follow = CONCORDAT__V1__FOLLOW__INIT;
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_FOLLOW;
        request.follow = &follow;
        follow.after = seen;
        const Concordat__V1__Message *message = stage_say(s, AUDITOR, &request);
        assert_non_null(message);
        assert_memory_equal(message->feed->events[0]->chain.data, s->store.events[seen].chain, CHAIN_BYTES);
        seen += message->feed->n_events;
    }
    assert_int_equal(seen, s->store.count);
    stage_close(&s);
}

static void follow_only(struct stage *s, int peer, uint64_t after)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Follow follow = CONCORDAT__V1__FOLLOW__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_FOLLOW;
    request.follow = &follow;
    follow.after = after;
    stage_say_only(s, peer, &request);
}

/* An auditor's connection hangs and it follows on another: the newest waits, and the other is told. */
static void the_follower_that_comes_back(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    int again = stage_add_follower(s, "auditor", CONCORDAT__V1__ROLE__ROLE_AUDITOR);
    int other = stage_add_follower(s, "inspector", CONCORDAT__V1__ROLE__ROLE_INSPECTOR);
    size_t from = s->sent_count;
    follow_only(s, AUDITOR, s->store.count);
    follow_only(s, other, s->store.count);
    follow_only(s, again, s->store.count);
    follow_only(s, again, s->store.count);
    assert_int_equal(stage_turn(s), LEDGER_OK);
    assert_int_equal(stage_count(s, AUDITOR, BODY(ANSWER), from), 1);
    assert_int_equal(stage_count(s, again, BODY(ANSWER), from), 0);
    stage_submit(s, id);
    assert_int_equal(stage_count(s, AUDITOR, BODY(FEED), from), 0);
    assert_int_equal(stage_count(s, again, BODY(FEED), from), 1);
    assert_int_equal(stage_count(s, other, BODY(FEED), from), 1);
    stage_close(&s);
}

/* Many auditors ask for all of history at once: others have their answers before all of them have theirs. */
static void everybody_follows_at_once(void **unused)
{
    (void)unused;
    enum { FIRST = AUDITOR + 1, REFERRALS = 300 };
    static const char *const names[] = {"a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "a-7", "a-8", "a-9"};
    enum { FOLLOWERS = sizeof names / sizeof names[0] };
    uint8_t id[16];
    int feeds = 0, turns = 0;
    struct stage *s = stage_open(always, always);
    for (int i = 0; i < REFERRALS; i++)
        stage_submit(s, id);
    for (int i = 0; i < FOLLOWERS; i++)
        assert_int_equal(stage_add_follower(s, names[i], CONCORDAT__V1__ROLE__ROLE_AUDITOR), FIRST + i);
    size_t from = s->sent_count;
    for (int i = 0; i < FOLLOWERS; i++)
        follow_only(s, FIRST + i, 0);
    for (; feeds < FOLLOWERS && turns < 2 * FOLLOWERS; turns++) {
        assert_int_equal(stage_turn(s), LEDGER_OK);
        feeds = 0;
        for (int i = 0; i < FOLLOWERS; i++)
            feeds += stage_count(s, FIRST + i, BODY(FEED), from);
        const struct now now = {s->wall_ms, s->mono_ms};
        assert_int_equal(broker_patience_ms(s->broker, now) == 0, feeds < FOLLOWERS);
    }
    assert_int_equal(feeds, FOLLOWERS);
    assert_true(turns > 1);
    stage_close(&s);
}

/* A client that repeats for ever fills neither the ledger nor the boards of others. */
static void the_retry_that_will_not_stop(void **unused)
{
    (void)unused;
    uint8_t id[16], command[16] = {9};
    struct stage *s = stage_open(always, always);
    stage_submit(s, id);
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Accept accept = CONCORDAT__V1__ACCEPT__INIT;
    request.command_id = (ProtobufCBinaryData){16, command};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_ACCEPT;
    request.accept = &accept;
    accept.referral = (ProtobufCBinaryData){16, id};
    accept.attempt = 1;
    assert_true(stage_say(s, TEAM_1, &request)->answer->done);
    size_t events = s->store.count, from = s->sent_count;
    for (int i = 0; i < 1000; i++)
        assert_true(stage_say(s, TEAM_1, &request)->answer->repeated);
    assert_int_equal(s->store.count, events);
    command[0] = 10;
    for (int i = 0; i < 1000; i++)
        assert_false(stage_say(s, TEAM_1_TOO, &request)->answer->done);
    assert_true(s->store.count <= events + 6); /* how many refusals of one key the ledger keeps in a minute */
    assert_int_equal(stage_count(s, COORDINATOR, BODY(STATUS), from), 0);
    stage_close(&s);
}

/* After a year of ended cases the policy changes: the broker looks only at the open case, and once. */
static void turning_a_feature_on_wakes_a_year_of_old_work(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, shut);
    for (int i = 0; i < 300; i++) {
        stage_submit(s, id);
        stage_accept(s, TEAM_1, id, 1);
        Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
        Concordat__V1__Close close = CONCORDAT__V1__CLOSE__INIT;
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_CLOSE;
        request.close = &close;
        close.referral = (ProtobufCBinaryData){16, id};
        close.outcome = CONCORDAT__V1__OUTCOME__OUTCOME_DIED; /* whether the person was met or not */
        assert_true(stage_say(s, TEAM_1, &request)->answer->done);
    }
    stage_submit(s, id);
    stage_presence(s, TEAM_1, false, 0); /* the open case is held now */
    int offers = stage_events(s, WHAT(OFFERED));
    s->wall_ms += INT64_C(365) * HOURS(24);
    stage_turn(s);
    stage_presence(s, TEAM_2, true, 600);
    stage_load(s, always, always);
    stage_wait(s, SECONDS(10), TEAM_1);
    assert_int_equal(stage_events(s, WHAT(OFFERED)), offers + 1);
    assert_int_equal(stage_case(s, id)->state, CASE_OFFERED);
    stage_close(&s);
}

/* One device reads nothing: everyone else gets all their messages, and the device gets all news when it is
 * back. */
static void one_slow_destination_harms_the_rest(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    s->slow[TEAM_1] = s->slow[AUDITOR] = true;
    size_t from = s->sent_count;
    for (int i = 0; i < 50; i++)
        assert_true(stage_submit(s, id)->done);
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER), from), 50);
    assert_true(stage_count(s, COORDINATOR, BODY(STATUS), from) >= 50);
    s->slow[TEAM_1] = false;
    from = s->sent_count;
    stage_presence(s, TEAM_1, true, 600);
    stage_wait(s, SECONDS(1), -1);
    assert_int_equal(stage_count(s, TEAM_1, BODY(OFFER), from), 50);
    stage_close(&s);
}

/* The broker dies while teams are asked: when it is back the same offers stand, and no case is offered
 * twice. */
static void recovery_and_dispatcher_take_the_same_item(void **unused)
{
    (void)unused;
    uint8_t ids[20][16];
    struct stage *s = stage_open(always, always);
    for (int i = 0; i < 20; i++)
        stage_submit(s, ids[i]);
    int offers = stage_events(s, WHAT(OFFERED));
    for (int again = 0; again < 3; again++)
        stage_restart(s);
    stage_wait(s, SECONDS(30), -1);
    assert_int_equal(stage_events(s, WHAT(OFFERED)), offers);
    assert_int_equal(stage_count(s, TEAM_1, BODY(OFFER), 0), 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(stage_case(s, ids[i])->offer.attempt, 1);
    assert_true(stage_accept(s, TEAM_1, ids[0], 1)->done);
    stage_close(&s);
}

/* A team's device dies without a word: after its lease nothing more goes to that team. */
static void a_dead_worker_still_fed(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    stage_presence(s, TEAM_1, true, 30);
    stage_submit(s, id);
    stage_wait(s, SECONDS(32), TEAM_1);
    assert_int_equal(stage_case(s, id)->offer.team, state_team_slot(broker_state(s->broker), "team-2"));
    for (int i = 0; i < 10; i++) {
        stage_submit(s, id);
        assert_int_equal(stage_case(s, id)->offer.team, state_team_slot(broker_state(s->broker), "team-2"));
    }
    stage_close(&s);
}

/* The machine was suspended and did not listen: nobody counts as absent for that time, and a team that stays
 * silent afterwards does. */
static void who_did_not_listen_says_nobody_was_silent(void **unused)
{
    (void)unused;
    struct stage *s = stage_open(always, always);
    uint16_t team = state_team_slot(broker_state(s->broker), "team-1");
    stage_presence(s, TEAM_1, true, 30);
    stage_wait(s, SECONDS(10), TEAM_1);
    s->wall_ms += HOURS(1);
    s->mono_ms += HOURS(1);
    assert_int_equal(stage_turn(s), LEDGER_OK);
    assert_true(state_team(broker_state(s->broker), team)->present);
    stage_wait(s, SECONDS(32), TEAM_1);
    assert_false(state_team(broker_state(s->broker), team)->present);
    stage_close(&s);
}

/* The wall clock is set back by hours while a team is asked: the offer still expires. */
static void a_clock_set_back_holds_an_offer_open(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    stage_submit(s, id);
    stage_wait(s, MINUTES(1), -1);
    s->wall_ms -= HOURS(5);
    stage_wait(s, MINUTES(6), -1);
    assert_int_equal(stage_case(s, id)->attempts, 2);
    stage_close(&s);
}

/* The wall clock is wrong for a while, and the broker may be started anew meanwhile: a minute after the clock
 * is right a team that is open is asked, the answer time is shown as it is, and events are in order. */
static void a_clock_that_leaps_shuts_teams(void **unused)
{
    (void)unused;
    static const struct {
        int64_t wrong_ms, lasting_ms;
        bool restarts, unknown;
    } rows[] = {
        {HOURS(15), SECONDS(1), false, false},     {HOURS(15), SECONDS(1), true, false},
        {HOURS(15), HOURS(1), false, false},       {HOURS(15), HOURS(1), false, true},
        {HOURS(15), HOURS(1), true, false},        {HOURS(102200), MINUTES(5), false, false},
        {HOURS(102200), MINUTES(5), true, false},  {HOURS(102200), MINUTES(5), true, true},
        {-HOURS(24), MINUTES(40), false, false},   {-HOURS(24), MINUTES(40), true, true},
        {-HOURS(490000), MINUTES(5), true, false},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        uint8_t id[16];
        struct stage *s = stage_open("[{days: mon-fri, from: \"09:00\", to: \"17:00\"}]", shut);
        s->clock_is_unknown = rows[row].unknown;
        s->wall_ms += rows[row].wrong_ms;
        stage_wait(s, SECONDS(1), -1);
        if (rows[row].restarts)
            stage_restart(s);
        stage_wait(s, rows[row].lasting_ms, -1);
        s->wall_ms -= rows[row].wrong_ms;
        s->clock_is_unknown = false;
        stage_wait(s, MINUTES(1), -1);
        size_t from = s->sent_count;
        stage_submit(s, id);
        assert_int_equal(stage_count(s, TEAM_1, BODY(OFFER), from), 1);
        for (size_t i = from; i < s->sent_count; i++) {
            const Concordat__V1__Message *message = stage_sent_message(s, i);
            if (message->body_case == BODY(OFFER))
                assert_int_equal(message->offer->expires_ms, s->wall_ms + MINUTES(5));
        }
        for (uint64_t seq = 2; seq <= s->store.count; seq++) {
            int64_t before_ms = stage_event(s, seq - 1)->at_ms;
            assert_true(stage_event(s, seq)->at_ms >= before_ms);
        }
        stage_close(&s);
    }
}

/* Nothing keeps the machine's clock, so the system vouches for no time: a person does. */
static void a_clock_that_an_operator_confirms(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open("[{days: mon-fri, from: \"09:00\", to: \"17:00\"}]", shut);
    s->clock_is_unknown = true;
    s->wall_ms += HOURS(15);
    stage_wait(s, HOURS(2), -1);
    assert_int_equal(stage_events(s, WHAT(CLOCK_CORRECTED)), 0);
    assert_true(broker_doubts_clock(s->broker));
    broker_confirm_clock(s->broker, (struct now){s->wall_ms, s->mono_ms});
    stage_turn(s);
    assert_false(broker_doubts_clock(s->broker));
    assert_int_equal(stage_events(s, WHAT(CLOCK_CORRECTED)), 1);
    const Concordat__V1__ClockCorrected *corrected = stage_event(s, s->store.count)->clock_corrected;
    assert_true(corrected->confirmed && corrected->behind_ms == HOURS(15));
    stage_submit(s, id);
    assert_int_equal(stage_case(s, id)->state, CASE_HELD); /* it is five o'clock in the morning */
    stage_close(&s);
}

/* A day on which every team is present and none answers: each case goes to the coordinator, the reminders
 * come on time, and no team is asked twice in a row if another could be. */
static void a_day_of_silence(void **unused)
{
    (void)unused;
    enum { CASES = 5 };
    uint8_t ids[CASES][16];
    struct stage *s = stage_open(always, always);
    for (int i = 0; i < CASES; i++)
        stage_submit(s, ids[i]);
    for (int hour = 0; hour < 24; hour++) {
        stage_wait(s, HOURS(1), -1);
        for (int i = 0; i < CASES; i++)
            assert_true(stage_case(s, ids[i])->owner.act_by_ms > s->wall_ms);
    }
    char last_team[CASES][64] = {0};
    int reminded = 0;
    for (uint64_t seq = 1; seq <= s->store.count; seq++) {
        const Concordat__V1__Event *event = stage_event(s, seq);
        reminded += event->what_case == WHAT(REMINDED);
        for (int i = 0; i < CASES && event->what_case == WHAT(OFFERED); i++) {
            if (memcmp(event->referral.data, ids[i], 16) != 0)
                continue;
            assert_string_not_equal(last_team[i], event->offered->team);
            snprintf(last_team[i], sizeof last_team[i], "%s", event->offered->team);
        }
    }
    for (int i = 0; i < CASES; i++) {
        assert_int_equal(stage_case(s, ids[i])->owner.kind, OWNER_COORDINATOR);
        assert_true(stage_case(s, ids[i])->reminders >= 23 * 12); /* every five minutes */
    }
    assert_true(reminded >= CASES * 23 * 12);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_and_forgotten),
        cmocka_unit_test(an_empty_rung_burns_its_delay),
        cmocka_unit_test(acknowledged_before_durable),
        cmocka_unit_test(decided_beside_the_disk),
        cmocka_unit_test(stuck_reserved),
        cmocka_unit_test(the_zombie_offer),
        cmocka_unit_test(the_1001st_message),
        cmocka_unit_test(the_follower_that_comes_back),
        cmocka_unit_test(everybody_follows_at_once),
        cmocka_unit_test(the_retry_that_will_not_stop),
        cmocka_unit_test(turning_a_feature_on_wakes_a_year_of_old_work),
        cmocka_unit_test(one_slow_destination_harms_the_rest),
        cmocka_unit_test(recovery_and_dispatcher_take_the_same_item),
        cmocka_unit_test(a_dead_worker_still_fed),
        cmocka_unit_test(who_did_not_listen_says_nobody_was_silent),
        cmocka_unit_test(a_clock_set_back_holds_an_offer_open),
        cmocka_unit_test(a_clock_that_leaps_shuts_teams),
        cmocka_unit_test(a_clock_that_an_operator_confirms),
        cmocka_unit_test(a_day_of_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
