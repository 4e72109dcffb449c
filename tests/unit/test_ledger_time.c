/* The ledger's time: it never goes back and never leaps, and a wall clock that leaps has to be believed
 * first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "broker/shell/ledger_time.h"

#define SECONDS(n) ((int64_t)(n)*1000)
#define HOURS(n)   SECONDS((n)*3600)
#define NOON       INT64_C(1795003200000) /* a Wednesday in November 2026 */
#define IN_2038    (INT64_C(2147483648) * 1000)

/* One thing after the other that happens to the wall clock; each lasts a while, second by second. */
struct step {
    int64_t wrong_ms;  /* how wrong the wall clock is meanwhile */
    int lasting_s;     /* 0: the last step is behind us */
    int vouched;       /* somebody vouches for it all the while */
    int64_t ahead_ms;  /* how far the ledger's time stands ahead of the wall clock then, as is believed */
    int64_t behind_ms; /* how far the ledger's time is behind true time then, at most */
};

static void a_wall_clock_that_leaps_is_believed_once_it_keeps_its_time_and_somebody_vouches_for_it(
    void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct step steps[4];
    } rows[] = {
        {"right", {{0, 90, 1, 0, 0}}},
        {"a leap for a second", {{HOURS(15), 1, 1, 0, 0}, {0, 60, 1, 0, 0}}},
        {"2038 for a second", {{IN_2038 - NOON, 1, 1, 0, 0}, {0, 60, 1, 0, 0}}},
        {"an hour that nobody vouches for", {{HOURS(15), 3600, 0, 0, 0}, {0, 60, 1, 0, 0}}},
        {"an hour that somebody vouches for", {{HOURS(15), 3600, 1, -HOURS(15), 0}, {0, 60, 1, 0, 0}}},
        {"2038 and back", {{IN_2038 - NOON, 60, 1, NOON - IN_2038, 0}, {0, 60, 1, 0, 0}}},
        {"1970 and back", {{-NOON, 60, 1, NOON, 0}, {0, 60, 1, 0, 0}}},
        {"a day back", {{-HOURS(24), 60, 0, 0, 0}, {0, 60, 1, 0, 0}}},
        {"to and fro", {{HOURS(1), 25, 1, 0, 0}, {HOURS(2), 25, 1, 0, 0}, {-HOURS(1), 25, 1, 0, 0}}},
        {"a minute back: slower, until it has caught up",
         {{-SECONDS(60), 479, 1, 0, SECONDS(60)}, {0, 1, 1, 0, 0}}},
        {"a leap while it goes slower",
         {{-SECONDS(60), 80, 1, 0, SECONDS(10)}, {HOURS(5), 9, 1, 0, SECONDS(10)}}},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct ledger_time time;
        int64_t passed_ms = 0, before_ms = NOON;
        ledger_time_begin(&time, NOON, 0, NOON, SECONDS(7), true);
        for (const struct step *step = rows[row].steps; step->lasting_s; step++) {
            for (int second = 0; second < step->lasting_s; second++) {
                passed_ms += 1000;
                int64_t wall_ms = NOON + passed_ms + step->wrong_ms, mono_ms = SECONDS(7) + passed_ms;
                int64_t at_ms = ledger_time_follow(&time, wall_ms, mono_ms);
                assert_true(at_ms >= before_ms && at_ms - before_ms <= CLOCK_LEAP_MS);
                assert_int_equal(ledger_time_now(&time, wall_ms, mono_ms), at_ms);
                before_ms = at_ms;
                if (ledger_time_is_kept(&time, mono_ms) && step->vouched)
                    ledger_time_believe(&time, wall_ms, mono_ms);
                assert_int_equal(ledger_time_now(&time, wall_ms, mono_ms), at_ms);
            }
            int64_t behind_ms = NOON + passed_ms - before_ms;
            if (time.ahead_ms != step->ahead_ms || behind_ms < 0 || behind_ms > step->behind_ms)
                fail_msg("%s: ahead %lld, behind %lld", rows[row].name, (long long)time.ahead_ms,
                         (long long)behind_ms);
        }
    }
}

static void a_start_believes_the_wall_clock_if_the_broker_can_have_been_stopped_for_so_long(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t last_ms, ahead_ms, wall_ms;
        int vouched;
        int64_t at_ms, ahead_after_ms;
        enum clock_pace pace;
    } rows[] = {
        {"an empty ledger", 0, 0, NOON, 0, NOON, 0, PACE_OF_WALL},
        {"a night", NOON, 0, NOON + HOURS(9), 0, NOON + HOURS(9), 0, PACE_OF_WALL},
        {"2038, and nobody vouches", NOON, 0, IN_2038, 0, NOON, 0, PACE_MONOTONIC},
        {"2038, and somebody vouches", NOON, 0, IN_2038, 1, IN_2038, 0, PACE_OF_WALL},
        {"1970", NOON, 0, SECONDS(9), 0, NOON, 0, PACE_MONOTONIC},
        {"the ledger stands in 2038", IN_2038, 0, NOON, 1, IN_2038, 0, PACE_MONOTONIC},
        {"it stands there and that is known", IN_2038, IN_2038 - NOON, NOON + HOURS(1), 1, IN_2038 + HOURS(1),
         IN_2038 - NOON, PACE_OF_WALL},
        {"it stands behind", NOON, -HOURS(1), NOON + HOURS(2), 0, NOON + HOURS(1), -HOURS(1), PACE_OF_WALL},
        {"it stood behind", NOON, -HOURS(1), NOON + HOURS(2), 1, NOON + HOURS(2), 0, PACE_OF_WALL},
        {"a little back", NOON, 0, NOON - SECONDS(30), 1, NOON, 0, PACE_SLOWER},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct ledger_time time;
        ledger_time_begin(&time, rows[row].last_ms, rows[row].ahead_ms, rows[row].wall_ms, 5,
                          rows[row].vouched);
        int64_t at_ms = ledger_time_follow(&time, rows[row].wall_ms, 5);
        if (at_ms != rows[row].at_ms || time.ahead_ms != rows[row].ahead_after_ms ||
            time.pace != rows[row].pace)
            fail_msg("%s: %lld, ahead %lld, pace %d", rows[row].name, (long long)at_ms,
                     (long long)time.ahead_ms, (int)time.pace);
    }
}

/* Many turns in one millisecond do not stop a time that goes slower. */
static void a_slower_time_goes_on_however_often_it_is_asked(void **state)
{
    (void)state;
    struct ledger_time time;
    int64_t at_ms = NOON;
    ledger_time_begin(&time, NOON, 0, NOON, 0, true);
    for (int64_t mono_ms = 1; mono_ms <= SECONDS(8); mono_ms++)
        at_ms = ledger_time_follow(&time, NOON - SECONDS(60) + mono_ms, mono_ms);
    assert_in_range(at_ms, NOON + SECONDS(7) - 10, NOON + SECONDS(7) + 10);
}

/* A millisecond is what two clocks differ by when they are read one after the other. */
static void a_machine_that_was_suspended_for_days_has_lost_none_of_them(void **state)
{
    (void)state;
    static const int64_t back_ms[] = {0, 1, SECONDS(60)};
    for (size_t i = 0; i < sizeof back_ms / sizeof *back_ms; i++) {
        struct ledger_time time;
        ledger_time_begin(&time, NOON, 0, NOON, 0, true);
        ledger_time_follow(&time, NOON + SECONDS(1) - back_ms[i], SECONDS(1));
        int64_t slept_ms = SECONDS(1) + HOURS(24 * 30);
        assert_int_equal(ledger_time_follow(&time, NOON + slept_ms, slept_ms), NOON + slept_ms);
        assert_int_equal(time.pace, PACE_OF_WALL);
        ledger_time_follow(&time, NOON + slept_ms - back_ms[i], slept_ms);
        int64_t at_ms = ledger_time_follow(&time, NOON + 2 * slept_ms - back_ms[i], 2 * slept_ms);
        assert_int_equal(at_ms, NOON + 2 * slept_ms - back_ms[i]);
    }
}

/* One who sets the clock back again while it goes slower makes it go slower for longer. */
static void a_clock_that_is_set_back_twice_is_caught_up_with(void **state)
{
    (void)state;
    struct ledger_time time;
    int64_t at_ms = NOON, before_ms = NOON;
    ledger_time_begin(&time, NOON, 0, NOON, 0, true);
    for (int64_t mono_ms = 0; mono_ms <= SECONDS(600); mono_ms += 500) {
        int64_t wrong_ms = mono_ms < SECONDS(30) ? SECONDS(10) : SECONDS(60);
        at_ms = ledger_time_follow(&time, NOON + mono_ms - wrong_ms, mono_ms);
        assert_true(at_ms >= before_ms);
        before_ms = at_ms;
    }
    assert_int_equal(at_ms, NOON + SECONDS(540));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_wall_clock_that_leaps_is_believed_once_it_keeps_its_time_and_somebody_vouches_for_it),
        cmocka_unit_test(a_start_believes_the_wall_clock_if_the_broker_can_have_been_stopped_for_so_long),
        cmocka_unit_test(a_slower_time_goes_on_however_often_it_is_asked),
        cmocka_unit_test(a_machine_that_was_suspended_for_days_has_lost_none_of_them),
        cmocka_unit_test(a_clock_that_is_set_back_twice_is_caught_up_with),
    };
    return cmocka_run_group_tests_name("ledger time", tests, NULL, NULL);
}
