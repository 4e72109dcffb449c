/* P9 Private, at the end: two people together erase the texts of a case, once the time for which they are
 * kept has ended; a hold keeps them for as long as it stands. Both are events, and the case keeps its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

#define DAYS(n) HOURS((n)*24)

/* A case that has ended at this instant; a drill if `drill`. */
static const struct ended_case *ended_now(struct core_world *w, bool drill)
{
    struct command submit = world_submission(w);
    submit.is.submit.drill = drill;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, submit.referral);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    const struct ended_case *ended = state_ended(w->state, submit.referral);
    assert_non_null(ended);
    return ended;
}

/* A refusal changes no byte. */
static void assert_not_erased(struct core_world *w, const uint8_t *id, enum erase_reason reason,
                              enum refusal why)
{
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(world_erase(w, id, reason), why);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
}

static void each_reason_waits_for_the_end_of_its_time_or_does_not(void **unused)
{
    (void)unused;
    static const struct {
        enum erase_reason reason;
        bool drill;
        int64_t waits_ms;
    } rows[] = {
        {ERASE_RETENTION, false, DAYS(RETENTION_DAYS_DEFAULT)},
        {ERASE_PERSON_ASKED, false, DAYS(RETENTION_DAYS_DEFAULT)},
        {ERASE_MISTAKE, false, 0},
        {ERASE_COURT_ORDER, false, 0},
        {ERASE_TEST_DATA, false, 0},
        {ERASE_RETENTION, true, DAYS(DRILL_RETENTION_DAYS)},
        {ERASE_PERSON_ASKED, true, DAYS(DRILL_RETENTION_DAYS)},
        {ERASE_MISTAKE, true, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct ended_case *ended = ended_now(w, rows[i].drill);
        if (rows[i].waits_ms) {
            assert_not_erased(w, ended->id, rows[i].reason, REFUSAL_TOO_EARLY);
            world_wait(w, rows[i].waits_ms - 1);
            assert_not_erased(w, ended->id, rows[i].reason, REFUSAL_TOO_EARLY);
            world_wait(w, 1);
        }
        assert_int_equal(world_erase(w, ended->id, rows[i].reason), REFUSAL_NONE);
        assert_int_equal(ended->erased_ms, w->now_ms);
        core_world_close(&w);
    }
}

static void the_event_says_who_why_and_of_which_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct ended_case *ended = ended_now(w, true);
    assert_int_not_equal(ended->confidential_seq, 0);
    assert_int_equal(world_erase(w, ended->id, ERASE_MISTAKE), REFUSAL_NONE);
    const struct event *event = world_event(w, EVENT_ERASED);
    assert_non_null(event);
    assert_memory_equal(event->referral, ended->id, ID_BYTES);
    assert_int_equal(event->number, ended->number);
    assert_true(event->drill);
    assert_string_equal(event->is.erased.by, "p117");
    assert_string_equal(event->is.erased.second, "p204");
    assert_int_equal(event->is.erased.reason, ERASE_MISTAKE);
    assert_int_equal(event->state, CASE_WITHDRAWN);
    assert_int_equal(event->owner.kind, OWNER_NONE);
    assert_int_equal(ended->confidential_seq, 0); /* nobody looks for what cannot be opened */
    assert_int_equal(ended->last_seq, event->seq);
    core_world_close(&w);
}

static void one_person_alone_erases_nothing_nor_does_anybody_without_a_reason(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct ended_case *ended = ended_now(w, false);
    struct command alone = world_command(w, COMMAND_ERASE, ended->id);
    alone.party = PARTY_BROKER;
    alone.is.erasure = (struct erasure){"p117", "p117", ERASE_MISTAKE};
    assert_int_equal(world_do(w, &alone), REFUSAL_BAD_VALUE);
    alone.is.erasure.by = "";
    assert_int_equal(world_do(w, &alone), REFUSAL_BAD_VALUE);
    assert_not_erased(w, ended->id, ERASE_NONE, REFUSAL_BAD_VALUE);
    assert_int_equal(world_hold(w, ended->id, true, HOLD_ON_ERASURE_NONE), REFUSAL_BAD_VALUE);
    core_world_close(&w);
}

static void a_case_that_goes_on_or_that_nobody_knows_is_not_erased(void **unused)
{
    (void)unused;
    static const uint8_t unknown[ID_BYTES] = {7};
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    for (int reason = ERASE_NONE + 1; reason < ERASE_REASON_COUNT; reason++) {
        assert_not_erased(w, r->id, (enum erase_reason)reason, REFUSAL_WRONG_STATE);
        assert_not_erased(w, unknown, (enum erase_reason)reason, REFUSAL_NOT_YOURS);
    }
    assert_int_equal(world_hold(w, unknown, true, HOLD_ON_ERASURE_INQUEST), REFUSAL_NOT_YOURS);
    core_world_close(&w);
}

static void while_any_hold_stands_no_reason_erases(void **unused)
{
    (void)unused;
    for (int hold = HOLD_ON_ERASURE_NONE + 1; hold < HOLD_ON_ERASURE_COUNT; hold++) {
        enum hold_on_erasure other =
            hold == HOLD_ON_ERASURE_INQUEST ? HOLD_ON_ERASURE_COMPLAINT : HOLD_ON_ERASURE_INQUEST;
        struct core_world *w = core_world_open(2, NULL);
        const struct ended_case *ended = ended_now(w, false);
        int64_t held_ms = w->now_ms;
        assert_int_equal(world_hold(w, ended->id, true, (enum hold_on_erasure)hold), REFUSAL_NONE);
        world_wait(w, DAYS(RETENTION_DAYS_DEFAULT));
        assert_int_equal(world_hold(w, ended->id, true, other), REFUSAL_NONE);
        assert_int_equal(ended->on_hold_ms, held_ms);
        for (int reason = ERASE_NONE + 1; reason < ERASE_REASON_COUNT; reason++)
            assert_not_erased(w, ended->id, (enum erase_reason)reason, REFUSAL_ON_HOLD);
        assert_int_equal(world_hold(w, ended->id, false, (enum hold_on_erasure)hold), REFUSAL_NONE);
        assert_not_erased(w, ended->id, ERASE_RETENTION, REFUSAL_ON_HOLD); /* the other stands */
        assert_int_equal(world_hold(w, ended->id, false, other), REFUSAL_NONE);
        assert_int_equal(ended->on_hold_ms, 0);
        assert_int_equal(world_erase(w, ended->id, ERASE_RETENTION), REFUSAL_NONE);
        core_world_close(&w);
    }
}

static void a_hold_on_an_open_case_stays_when_the_case_ends(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    int64_t held_ms = w->now_ms;
    assert_int_equal(world_hold(w, r->id, true, HOLD_ON_ERASURE_POLICE_INVESTIGATION), REFUSAL_NONE);
    assert_int_equal(r->on_hold_ms, held_ms);
    assert_int_equal(world_event(w, EVENT_HOLD_SET)->owner.kind,
                     OWNER_TEAM); /* whose it is does not change */
    world_wait(w, MINUTES(1));
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    const struct ended_case *ended = state_ended(w->state, withdraw.referral);
    assert_int_equal(ended->on_hold_ms, held_ms);
    assert_not_erased(w, ended->id, ERASE_MISTAKE, REFUSAL_ON_HOLD);
    core_world_close(&w);
}

/* A command that finds done what it asks for. */
static void assert_already_so(const struct core_world *w, enum refusal refusal)
{
    assert_int_equal(refusal, REFUSAL_NONE);
    assert_true(w->last.repeated);
    assert_int_equal(w->last.count, 0);
}

static void what_is_so_already_is_answered_as_done_and_happens_once(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct ended_case *ended = ended_now(w, false);
    assert_already_so(w, world_hold(w, ended->id, false, HOLD_ON_ERASURE_INQUIRY));
    assert_int_equal(world_hold(w, ended->id, true, HOLD_ON_ERASURE_INQUIRY), REFUSAL_NONE);
    assert_already_so(w, world_hold(w, ended->id, true, HOLD_ON_ERASURE_INQUIRY));
    assert_int_equal(world_hold(w, ended->id, false, HOLD_ON_ERASURE_INQUIRY), REFUSAL_NONE);
    int64_t erased_ms = w->now_ms;
    assert_int_equal(world_erase(w, ended->id, ERASE_MISTAKE), REFUSAL_NONE);
    world_wait(w, HOURS(1));
    assert_already_so(w, world_erase(w, ended->id, ERASE_COURT_ORDER));
    assert_already_so(w, world_hold(w, ended->id, false, HOLD_ON_ERASURE_INQUIRY));
    assert_int_equal(ended->erased_ms, erased_ms);
    assert_int_equal(world_count(w, EVENT_ERASED), 1);
    assert_int_equal(world_count(w, EVENT_HOLD_SET), 1);
    assert_int_equal(world_count(w, EVENT_HOLD_LIFTED), 1);
    core_world_close(&w);
}

static void of_a_hold_and_an_erasure_at_once_the_first_counts(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    memcpy(id, ended_now(w, false)->id, ID_BYTES);
    assert_int_equal(world_hold(w, id, true, HOLD_ON_ERASURE_LITIGATION), REFUSAL_NONE);
    assert_not_erased(w, id, ERASE_MISTAKE, REFUSAL_ON_HOLD);
    memcpy(id, ended_now(w, false)->id, ID_BYTES);
    assert_int_equal(world_erase(w, id, ERASE_MISTAKE), REFUSAL_NONE);
    assert_int_equal(world_hold(w, id, true, HOLD_ON_ERASURE_LITIGATION), REFUSAL_WRONG_STATE);
    assert_int_equal(state_ended(w->state, id)->on_hold_ms, 0);
    core_world_close(&w);
}

static void reading_an_erased_case_is_an_event_and_the_case_keeps_its_place(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct ended_case *ended = ended_now(w, false);
    uint32_t rows = state_ended_rows(w->state), number = ended->number;
    assert_int_equal(world_erase(w, ended->id, ERASE_TEST_DATA), REFUSAL_NONE);
    struct command read = world_from_coordinator(w, COMMAND_READ_RECORD, ended->id);
    read.is.read.reason = "asked about it";
    read.is.read.as.of = "northmoor-duty";
    assert_int_equal(world_do(w, &read), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_RECORD_READ), 1);
    assert_int_equal(state_ended_rows(w->state), rows);
    assert_ptr_equal(state_case_by_number(w->state, number, false).ended, ended);
    assert_int_equal(ended->state, CASE_WITHDRAWN);
    core_world_close(&w);
}

/* The ledger could only hold such an event if somebody had forged it. */
static void a_forged_erasure_does_not_follow(void **unused)
{
    (void)unused;
    for (int held = 0; held < 2; held++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct ended_case *ended = ended_now(w, false);
        assert_int_equal(world_erase(w, ended->id, ERASE_MISTAKE), REFUSAL_NONE);
        struct event again = *world_event(w, EVENT_ERASED);
        if (held) {
            const struct ended_case *other = ended_now(w, false);
            assert_int_equal(world_hold(w, other->id, true, HOLD_ON_ERASURE_INQUEST), REFUSAL_NONE);
            memcpy(again.referral, other->id, ID_BYTES);
        }
        again.seq = w->state->counters.seq + 1;
        assert_true(state_reserve(w->state, 0));
        assert_false(state_apply(w->state, &again));
        state_destroy(&w->state);
        w->state = state_new(1);
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_waits_for_the_end_of_its_time_or_does_not),
        cmocka_unit_test(the_event_says_who_why_and_of_which_case),
        cmocka_unit_test(one_person_alone_erases_nothing_nor_does_anybody_without_a_reason),
        cmocka_unit_test(a_case_that_goes_on_or_that_nobody_knows_is_not_erased),
        cmocka_unit_test(while_any_hold_stands_no_reason_erases),
        cmocka_unit_test(a_hold_on_an_open_case_stays_when_the_case_ends),
        cmocka_unit_test(what_is_so_already_is_answered_as_done_and_happens_once),
        cmocka_unit_test(of_a_hold_and_an_erasure_at_once_the_first_counts),
        cmocka_unit_test(reading_an_erased_case_is_an_event_and_the_case_keeps_its_place),
        cmocka_unit_test(a_forged_erasure_does_not_follow),
    };
    return cmocka_run_group_tests_name("P9_erasure", tests, NULL, NULL);
}
