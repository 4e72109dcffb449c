/* R6: a directory in which somebody would be left with a telephone or with nobody says so before it is used:
 * for which areas, ages, sources and legal status, at which hours, and whose shift would close the gap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/policy/coverage.h"
#include "tests/worlds/core_world.h"

/* Both areas ask the same teams. */
static void share_the_ladder(struct core_world *w)
{
    memcpy(w->areas[1].steps, w->areas[0].steps, sizeof w->areas[0].steps);
    w->areas[1].step_count = w->areas[0].step_count;
}

static void assert_gaps(struct core_world *w, int gaps, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(coverage_print(out, "r.yaml", &w->policy, WORLD_NOON), gaps);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void R6_if_somebody_always_comes_nothing_is_said(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, share_the_ladder);
    w->teams[1].offers = TEAM_RINGS;
    assert_gaps(w, 0, "");
    core_world_close(&w);
}

enum { ADULTS, CHILDREN, VOICE };

static void children_by_day(struct core_world *w)
{
    share_the_ladder(w);
    w->teams[ADULTS].age_first = ADULT_YEARS;
    w->teams[CHILDREN].age_last = ADULT_YEARS - 1;
    w->teams[CHILDREN].rota.shifts[0] = (struct shift){ROTA_WEEK, 8 * 60, 22 * 60};
    w->teams[VOICE].offers = TEAM_RINGS;
}

static void R6_an_age_with_a_telephone_only_at_night_is_told_with_the_shift_that_closes_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, children_by_day);
    w->teams[VOICE].detained = DETAINED_NEVER;
    assert_gaps(
        w, 2,
        "r.yaml: gap: northmoor, southfell: aged 0-17, not detained, from street-triage or "
        "liaison-and-diversion or emergency-department: mon, tue, wed, thu, fri, sat, sun 00:00-08:00 and "
        "22:00-24:00: only a telephone is left (team-3), and teams that are not there for them are asked. "
        "A shift of team-2 then would close it.\n"
        "r.yaml: gap: northmoor, southfell: aged 0-17, detained, from street-triage or "
        "liaison-and-diversion or emergency-department: mon, tue, wed, thu, fri, sat, sun 00:00-08:00 and "
        "22:00-24:00: nobody is left, and teams that are not there for them are asked. A shift of team-2 "
        "then would close it.\n");
    w->teams[CHILDREN].rota.shifts[0] = (struct shift){ROTA_WEEK | ROTA_BANK_HOLIDAY, 0, MINUTES_PER_DAY};
    assert_gaps(w, 0, "");
    core_world_close(&w);
}

static void R6_a_region_without_a_place_of_safety_is_told(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, share_the_ladder);
    w->teams[0].detained = DETAINED_NEVER;
    assert_gaps(w, 1,
                "r.yaml: gap: northmoor, southfell: aged 0+, detained, from street-triage or "
                "liaison-and-diversion or emergency-department: at all hours: nobody is left. No team on the "
                "ladder comes for them at any hour: add one.\n");
    core_world_close(&w);
}

/* A bank holiday falls into the 28 days, and no shift begins on it. */
static void R6_a_bank_holiday_in_the_next_28_days_is_a_day_of_its_own(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, share_the_ladder);
    w->policy.holidays = (struct bank_holidays){1, {(int32_t)(WORLD_NOON / HOURS(24)) + 27}};
    w->teams[0].rota.shifts[0].days = ROTA_WEEK;
    assert_gaps(w, 2,
                "r.yaml: gap: northmoor, southfell: aged 0+, not detained, from street-triage or "
                "liaison-and-diversion or emergency-department: bank-holidays 00:00-24:00: nobody is left. A "
                "shift of team-1 then would close it.\n"
                "r.yaml: gap: northmoor, southfell: aged 0+, detained, from street-triage or "
                "liaison-and-diversion or emergency-department: bank-holidays 00:00-24:00: nobody is left. A "
                "shift of team-1 then would close it.\n");
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R6_if_somebody_always_comes_nothing_is_said),
        cmocka_unit_test(R6_an_age_with_a_telephone_only_at_night_is_told_with_the_shift_that_closes_it),
        cmocka_unit_test(R6_a_region_without_a_place_of_safety_is_told),
        cmocka_unit_test(R6_a_bank_holiday_in_the_next_28_days_is_a_day_of_its_own),
    };
    return cmocka_run_group_tests_name("R6_coverage", tests, NULL, NULL);
}
