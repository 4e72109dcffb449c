/* Civil time in London, opening hours and the look-ups of the directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "broker/core/policy.h"
#include "broker/core/rota.h"
#include "proto/words/london.h"

static const int64_t MINUTE = 60 * 1000;
static const int64_t HOUR = 60 * 60 * 1000;
static const int64_t DAY = 24 * 60 * 60 * 1000;

static const struct bank_holidays NO_HOLIDAYS = {0};

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return london_instant(london_day(year, month, day), hour * 60 + minute);
}

/* Makes an instant from UTC, for the hours around a clock change. */
static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return london_day(year, month, day) * DAY + hour * HOUR + minute * MINUTE;
}

/* Gives day and minute from the system's time zone database. */
static void civil_by_system(int64_t utc_ms, int32_t *day, int32_t *minute, int64_t *offset_ms)
{
    time_t seconds = (time_t)(utc_ms / 1000);
    struct tm local;

    assert_non_null(localtime_r(&seconds, &local));
    *offset_ms = local.tm_gmtoff * 1000;
    *day = (int32_t)((utc_ms + *offset_ms) / DAY);
    *minute = local.tm_hour * 60 + local.tm_min;
}

static void check_against_system(int64_t utc_ms)
{
    int32_t day, minute, expected_day, expected_minute;
    int64_t expected_offset;

    civil_by_system(utc_ms, &expected_day, &expected_minute, &expected_offset);
    london_civil(utc_ms, &day, &minute);
    if (london_offset_ms(utc_ms) != expected_offset || day != expected_day || minute != expected_minute) {
        fail_msg("at %lld ms the system says day %d minute %d, we say day %d minute %d", (long long)utc_ms,
                 expected_day, expected_minute, day, minute);
    }
}

static void every_hour_from_1996_to_2037_is_as_the_system_has_it(void **state)
{
    int64_t last_offset = 0;
    int changes = 0;

    (void)state;
    for (int64_t now = utc(1996, 1, 1, 0, 0); now < utc(2038, 1, 1, 0, 0); now += HOUR) {
        check_against_system(now);
        if (london_offset_ms(now) != last_offset) {
            last_offset = london_offset_ms(now);
            changes++;
            check_against_system(now - 1);
            check_against_system(now + 1);
        }
    }
    assert_int_equal(changes, 2 * 42);
}

static void every_civil_hour_is_found_again(void **state)
{
    (void)state;
    for (int64_t now = utc(1996, 1, 1, 0, 0); now < utc(2038, 1, 1, 0, 0); now += HOUR) {
        bool second_time = london_offset_ms(now) == 0 && london_offset_ms(now - HOUR) == HOUR;
        int32_t day, minute;

        london_civil(now, &day, &minute);
        assert_true(london_instant(day, minute) == (second_time ? now - HOUR : now));
    }
}

static void days_and_weekdays_are_the_calendar_s(void **state)
{
    (void)state;
    for (int32_t day = -200000; day < 200000; day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm date;

        assert_non_null(gmtime_r(&seconds, &date));
        assert_int_equal(london_day(date.tm_year + 1900, date.tm_mon + 1, date.tm_mday), day);
        assert_int_equal(london_weekday(day), (date.tm_wday + 6) % 7);
    }
}

static void the_skipped_hour_is_the_change_and_the_doubled_hour_its_first(void **state)
{
    (void)state;
    /* 29 March 2026: 01:00 GMT becomes 02:00 BST. */
    assert_true(at(2026, 3, 29, 0, 59) == utc(2026, 3, 29, 0, 59));
    assert_true(at(2026, 3, 29, 1, 0) == utc(2026, 3, 29, 1, 0));
    assert_true(at(2026, 3, 29, 1, 30) == utc(2026, 3, 29, 1, 0));
    assert_true(at(2026, 3, 29, 1, 59) == utc(2026, 3, 29, 1, 0));
    assert_true(at(2026, 3, 29, 2, 0) == utc(2026, 3, 29, 1, 0));
    assert_true(at(2026, 3, 29, 2, 30) == utc(2026, 3, 29, 1, 30));
    /* 25 October 2026: 02:00 BST becomes 01:00 GMT. */
    assert_true(at(2026, 10, 25, 0, 59) == utc(2026, 10, 24, 23, 59));
    assert_true(at(2026, 10, 25, 1, 0) == utc(2026, 10, 25, 0, 0));
    assert_true(at(2026, 10, 25, 1, 59) == utc(2026, 10, 25, 0, 59));
    assert_true(at(2026, 10, 25, 2, 0) == utc(2026, 10, 25, 2, 0));
    assert_true(at(2026, 10, 25, 24, 0) == at(2026, 10, 26, 0, 0));
}

static struct rota one_shift(int days, int from_hour, int to_hour)
{
    return (struct rota){.count = 1,
                         .shifts = {{.days = (uint8_t)days,
                                     .from_minute = (int16_t)(from_hour * 60),
                                     .to_minute = (int16_t)(to_hour * 60)}}};
}

/* Checks that a team is open from one time to another, and shut 1 ms before and after. */
static void assert_open_between(const struct rota *rota, const struct bank_holidays *holidays, int64_t from,
                                int64_t to)
{
    assert_false(rota_open_at(rota, holidays, from - 1));
    for (int64_t now = from; now < to; now += MINUTE)
        assert_true(rota_open_at(rota, holidays, now));
    assert_true(rota_open_at(rota, holidays, to - 1));
    assert_false(rota_open_at(rota, holidays, to));
}

static void a_day_shift_opens_and_shuts_to_the_millisecond(void **state)
{
    struct rota rota = one_shift(0x1f, 9, 17);

    (void)state;
    assert_open_between(&rota, &NO_HOLIDAYS, at(2026, 7, 3, 9, 0), at(2026, 7, 3, 17, 0)); /* a Friday */
    assert_true(rota_next_opening(&rota, &NO_HOLIDAYS, at(2026, 7, 3, 12, 0)) == at(2026, 7, 6, 9, 0));
}

static void a_friday_night_runs_into_saturday(void **state)
{
    struct rota rota = one_shift(1 << 4, 20, 8);

    (void)state;
    assert_open_between(&rota, &NO_HOLIDAYS, at(2026, 7, 3, 20, 0), at(2026, 7, 4, 8, 0));
    assert_false(rota_open_at(&rota, &NO_HOLIDAYS, at(2026, 7, 3, 7, 0)));
    assert_false(rota_open_at(&rota, &NO_HOLIDAYS, at(2026, 7, 4, 21, 0)));
    assert_true(rota_next_opening(&rota, &NO_HOLIDAYS, at(2026, 7, 4, 1, 0)) == at(2026, 7, 10, 20, 0));
}

static void always_open_is_open_at_every_instant_and_opens_no_more(void **state)
{
    struct rota rota = one_shift(ROTA_WEEK | ROTA_BANK_HOLIDAY, 0, 24);
    struct bank_holidays holidays = {.count = 1, .days = {london_day(2026, 10, 25)}};

    (void)state;
    for (int64_t now = utc(2026, 1, 1, 0, 0); now < utc(2027, 1, 1, 0, 0); now += 15 * MINUTE) {
        assert_true(rota_open_at(&rota, &holidays, now));
        assert_true(rota_open_at(&rota, &holidays, now - 1));
    }
    assert_true(rota_next_opening(&rota, &holidays, at(2026, 10, 20, 0, 0)) == 0);
}

static void a_rota_without_shifts_never_opens(void **state)
{
    struct rota rota = {0};

    (void)state;
    assert_false(rota_open_at(&rota, &NO_HOLIDAYS, at(2026, 7, 3, 12, 0)));
    assert_true(rota_next_opening(&rota, &NO_HOLIDAYS, at(2026, 7, 3, 12, 0)) == 0);
}

static void on_a_bank_holiday_only_its_own_shifts_begin(void **state)
{
    struct rota weekdays = one_shift(0x1f, 9, 17);
    struct rota holiday_only = one_shift(ROTA_BANK_HOLIDAY, 10, 14);
    struct bank_holidays holidays = {.count = 2, .days = {london_day(2026, 8, 31), london_day(2026, 12, 25)}};

    (void)state;
    assert_false(rota_open_at(&weekdays, &holidays, at(2026, 8, 31, 12, 0)));
    assert_true(rota_open_at(&weekdays, &holidays, at(2026, 9, 1, 12, 0)));
    assert_true(rota_next_opening(&weekdays, &holidays, at(2026, 8, 28, 18, 0)) == at(2026, 9, 1, 9, 0));
    assert_open_between(&holiday_only, &holidays, at(2026, 12, 25, 10, 0), at(2026, 12, 25, 14, 0));
    assert_true(rota_next_opening(&holiday_only, &holidays, at(2026, 9, 1, 9, 0)) == 0);
}

static void a_shift_that_began_the_day_before_runs_into_the_holiday(void **state)
{
    struct rota nights = one_shift(ROTA_WEEK, 20, 8);
    struct bank_holidays holidays = {.count = 1, .days = {london_day(2026, 8, 31)}};

    (void)state;
    assert_open_between(&nights, &holidays, at(2026, 8, 30, 20, 0), at(2026, 8, 31, 8, 0));
    assert_false(rota_open_at(&nights, &holidays, at(2026, 8, 31, 22, 0)));
    assert_false(rota_open_at(&nights, &holidays, at(2026, 9, 1, 3, 0)));
}

static void a_night_shift_is_eleven_hours_in_march_and_thirteen_in_october(void **state)
{
    struct rota nights = one_shift(ROTA_WEEK, 20, 8);

    (void)state;
    assert_open_between(&nights, &NO_HOLIDAYS, at(2026, 3, 28, 20, 0), at(2026, 3, 28, 20, 0) + 11 * HOUR);
    assert_open_between(&nights, &NO_HOLIDAYS, at(2026, 10, 24, 20, 0), at(2026, 10, 24, 20, 0) + 13 * HOUR);
}

static void a_shift_that_ends_in_the_doubled_hour_does_not_open_again(void **state)
{
    struct rota evening = {.count = 1, .shifts = {{ROTA_WEEK, 18 * 60, 60 + 30}}};
    struct rota morning = {.count = 1, .shifts = {{ROTA_WEEK, 60 + 30, 9 * 60}}};
    int64_t first_half_past_one = utc(2026, 10, 25, 0, 30);

    (void)state;
    assert_open_between(&evening, &NO_HOLIDAYS, at(2026, 10, 24, 18, 0), first_half_past_one);
    assert_false(rota_open_at(&evening, &NO_HOLIDAYS, first_half_past_one + HOUR - MINUTE));
    assert_open_between(&morning, &NO_HOLIDAYS, first_half_past_one, at(2026, 10, 25, 9, 0));
    assert_true(rota_next_opening(&morning, &NO_HOLIDAYS, first_half_past_one) == at(2026, 10, 26, 1, 30));
}

static void the_next_opening_is_found_for_28_days_and_no_longer(void **state)
{
    struct rota holiday_only = one_shift(ROTA_BANK_HOLIDAY, 9, 17);
    struct bank_holidays holidays = {.count = 1, .days = {london_day(2026, 7, 29)}};
    int64_t opening = at(2026, 7, 29, 9, 0);

    (void)state;
    assert_true(rota_next_opening(&holiday_only, &holidays, opening - 28 * DAY) == opening);
    assert_true(rota_next_opening(&holiday_only, &holidays, opening - 28 * DAY - 1) == 0);
    assert_true(rota_next_opening(&holiday_only, &holidays, opening - 1) == opening);
    assert_true(rota_next_opening(&holiday_only, &holidays, opening) == 0);
}

enum { SEARCH_MINUTES = 31 * 24 * 60 };

/* Computes the same from the definition and the system's time zone database: a shift runs from the first
 * minute at which civil time has reached its beginning until civil time has reached its end. */
static void paint_open_minutes(const struct rota *rota, const struct bank_holidays *holidays, int64_t start,
                               bool *open)
{
    int64_t reached = 0;

    for (int64_t i = -3 * 60; i < SEARCH_MINUTES; i++) {
        int32_t day, minute;
        int64_t offset;

        civil_by_system(start + i * MINUTE, &day, &minute, &offset);
        reached = reached > day * 1440LL + minute ? reached : day * 1440LL + minute;
        if (i < 0)
            continue;
        open[i] = false;
        for (int32_t begin = day - 1; begin <= day; begin++) {
            int bit = 1 << ((begin + 3) % 7);

            for (int h = 0; h < holidays->count; h++)
                bit = holidays->days[h] == begin ? ROTA_BANK_HOLIDAY : bit;
            for (int s = 0; s < rota->count; s++) {
                const struct shift *shift = &rota->shifts[s];
                int64_t from = begin * 1440LL + shift->from_minute;
                int64_t to = begin * 1440LL + shift->to_minute;

                to += shift->to_minute <= shift->from_minute ? 1440 : 0;
                open[i] = open[i] || ((shift->days & bit) && reached >= from && reached < to);
            }
        }
    }
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*seed >> 33) % bound;
}

static void random_rota(uint64_t *seed, int32_t today, struct rota *rota, struct bank_holidays *holidays)
{
    rota->count = (uint8_t)random_below(seed, 5);
    for (int i = 0; i < rota->count; i++) {
        uint32_t grain = random_below(seed, 2) ? 30 : 1;

        rota->shifts[i].days = (uint8_t)(random_below(seed, 256) & random_below(seed, 256));
        rota->shifts[i].from_minute = (int16_t)(random_below(seed, 1440 / grain) * grain);
        rota->shifts[i].to_minute = (int16_t)(random_below(seed, 1440 / grain + 1) * grain);
    }
    holidays->count = (uint16_t)random_below(seed, 4);
    for (int32_t i = 0, day = today; i < holidays->count; i++) {
        day += 1 + (int32_t)random_below(seed, 6);
        holidays->days[i] = day;
    }
}

static void random_rotas_agree_with_a_search_minute_by_minute(void **state)
{
    static bool open[SEARCH_MINUTES];
    const char *given = getenv("CONCORDAT_SEED");
    uint64_t seed = given == NULL ? (uint64_t)time(NULL) : strtoull(given, NULL, 10);

    (void)state;
    print_message("CONCORDAT_SEED=%llu\n", (unsigned long long)seed);
    for (int round = 0; round < 60; round++) {
        static const int MONTHS[] = {3, 10, 6};
        int64_t start = at(1996 + (int)random_below(&seed, 41), MONTHS[round % 3],
                           10 + (int)random_below(&seed, 18), (int)random_below(&seed, 24), 0);
        struct rota rota = {0};
        struct bank_holidays holidays = {0};
        int next = -1;

        random_rota(&seed, (int32_t)(start / DAY), &rota, &holidays);
        paint_open_minutes(&rota, &holidays, start, open);
        for (int i = SEARCH_MINUTES - 1; i > 0; i--) {
            int64_t now = start + (i - 1) * MINUTE;
            int64_t expected;

            assert_int_equal(rota_open_at(&rota, &holidays, now), open[i - 1]);
            next = open[i] && !open[i - 1] ? i : next;
            expected = next > 0 && next - (i - 1) <= 28 * 24 * 60 ? start + next * MINUTE : 0;
            if (i < 3 * 24 * 60 && i % 7 == 0)
                assert_true(rota_next_opening(&rota, &holidays, now) == expected);
        }
    }
}

static void the_area_is_found_by_district_then_site_then_organisation_then_default(void **state)
{
    struct policy_place districts[] = {{"ZX1", 0, 0}, {"ZX11", 1, 0}, {"ZX2", 1, 0}};
    struct policy_place organisations[] = {{"ZZ101", 2, 0}};
    struct policy_site sites[] = {{.id = "car-1", .has_area = true, .area = 4}, {.id = "control-room"}};
    struct policy policy = {.default_area = 3,
                            .district_count = 3,
                            .districts = districts,
                            .organisation_count = 1,
                            .organisations = organisations,
                            .site_count = 2,
                            .sites = sites};
    static const struct {
        struct referral_place at;
        uint16_t area;
        bool assumed;
    } rows[] = {
        {{"ZX11", "car-1", "ZZ101"}, 1, false},
        {{"zx1", NULL, NULL}, 0, false},
        {{"ZX3", NULL, "zz101"}, 2, true},
        {{"ZX3", "car-1", "ZZ101"}, 4, true},
        {{"", "control-room", "ZZ101"}, 2, true},
        {{"", "car-2", "ZZ999"}, 3, true},
        {{NULL, "", "a code that is far too long"}, 3, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool assumed;
        assert_int_equal(policy_area_for(&policy, &rows[i].at, &assumed), rows[i].area);
        assert_int_equal(assumed, rows[i].assumed);
    }
}

static void a_site_is_unknown_only_if_the_directory_lists_sites(void **state)
{
    struct policy_site sites[] = {{.id = "car-1"}};
    struct policy listed = {.site_count = 1, .sites = sites}, not_listed = {0};

    (void)state;
    assert_true(policy_site_is_unknown(&listed, "car-2"));
    assert_false(policy_site_is_unknown(&listed, "car-1"));
    assert_false(policy_site_is_unknown(&listed, ""));
    assert_false(policy_site_is_unknown(&listed, NULL));
    assert_false(policy_site_is_unknown(&not_listed, "car-2"));
}

static void every_id_is_found_and_no_other(void **state)
{
    struct policy_team teams[3] = {{.id = "alder"}, {.id = "birch"}, {.id = "cedar"}};
    struct policy_area areas[1] = {{.id = "northmoor"}};
    struct policy_coordinator coordinators[2] = {{.id = "a"}, {.id = "b"}};
    struct policy policy = {.team_count = 3,
                            .teams = teams,
                            .area_count = 1,
                            .areas = areas,
                            .coordinator_count = 2,
                            .coordinators = coordinators};

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(policy_find_team(&policy, teams[i].id), i);
    assert_int_equal(policy_find_team(&policy, ""), -1);
    assert_int_equal(policy_find_team(&policy, "birc"), -1);
    assert_int_equal(policy_find_team(&policy, "dogwood"), -1);
    assert_int_equal(policy_find_area(&policy, "northmoor"), 0);
    assert_int_equal(policy_find_area(&policy, "southfell"), -1);
    assert_int_equal(policy_find_coordinator(&policy, "b"), 1);
    assert_int_equal(policy_find_coordinator(&policy, "c"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hour_from_1996_to_2037_is_as_the_system_has_it),
        cmocka_unit_test(every_civil_hour_is_found_again),
        cmocka_unit_test(days_and_weekdays_are_the_calendar_s),
        cmocka_unit_test(the_skipped_hour_is_the_change_and_the_doubled_hour_its_first),
        cmocka_unit_test(a_day_shift_opens_and_shuts_to_the_millisecond),
        cmocka_unit_test(a_friday_night_runs_into_saturday),
        cmocka_unit_test(always_open_is_open_at_every_instant_and_opens_no_more),
        cmocka_unit_test(a_rota_without_shifts_never_opens),
        cmocka_unit_test(on_a_bank_holiday_only_its_own_shifts_begin),
        cmocka_unit_test(a_shift_that_began_the_day_before_runs_into_the_holiday),
        cmocka_unit_test(a_night_shift_is_eleven_hours_in_march_and_thirteen_in_october),
        cmocka_unit_test(a_shift_that_ends_in_the_doubled_hour_does_not_open_again),
        cmocka_unit_test(the_next_opening_is_found_for_28_days_and_no_longer),
        cmocka_unit_test(random_rotas_agree_with_a_search_minute_by_minute),
        cmocka_unit_test(the_area_is_found_by_district_then_site_then_organisation_then_default),
        cmocka_unit_test(a_site_is_unknown_only_if_the_directory_lists_sites),
        cmocka_unit_test(every_id_is_found_and_no_other),
    };

    if (setenv("TZ", "Europe/London", 1) != 0)
        return EXIT_FAILURE;
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
