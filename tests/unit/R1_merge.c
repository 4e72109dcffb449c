/* What an update leaves, replaces and takes away, field by field, whatever the fields of a referral are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/referral/merge.h"
#include "tests/worlds/referral_cases.h"

enum { ARENA_BYTES = 64 * 1024 };

/* A referral about which everything is known, as it was and as it becomes, and an update of it. */
struct merging_case {
    struct whole_referral was, is;
    struct arena arena;
    Concordat__V1__Update update;
    Concordat__V1__Referral given;
    Concordat__V1__Demographics person;
    struct merge_changes changes;
};

static int open_case(void **state)
{
    struct merging_case *c = calloc(1, sizeof *c);
    if (!c || arena_open(&c->arena, ARENA_BYTES) != 0)
        return -1;
    *state = c;
    return 0;
}

static int close_case(void **state)
{
    struct merging_case *c = *state;
    arena_close(&c->arena);
    free(c);
    return 0;
}

static void begin(struct merging_case *c, Concordat__V1__Source source)
{
    cases_whole(&c->was, source);
    cases_whole(&c->is, source);
    memcpy(c->is.id, c->was.id, sizeof c->is.id);
    concordat__v1__update__init(&c->update);
    concordat__v1__referral__init(&c->given);
    concordat__v1__demographics__init(&c->person);
    c->update.referral = &c->given;
}

static void lay(struct merging_case *c)
{
    struct merge_whole was = {&c->was.referral, &c->was.confidential};
    struct merge_whole is = {&c->is.referral, &c->is.confidential};
    arena_reset(&c->arena);
    assert_true(merge_lay_over(&is, &c->update, &c->arena));
    assert_true(merge_find_changes(&was, &is, &c->arena, &c->changes));
}

static const Concordat__V1__Change *only_change(const struct merging_case *c, const char *field)
{
    assert_int_equal(c->changes.count, 1);
    assert_string_equal(c->changes.list[0]->field, field);
    return c->changes.list[0];
}

static const Concordat__V1__Source sources[] = {CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                                CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION,
                                                CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT};
enum { SOURCES = sizeof sources / sizeof *sources };

static void R1_an_update_that_says_nothing_changes_nothing(void **state)
{
    struct merging_case *c = *state;
    for (int i = 0; i < SOURCES; i++) {
        begin(c, sources[i]);
        lay(c);
        assert_int_equal(c->changes.count, 0);
    }
}

static void R1_what_is_said_again_changes_nothing(void **state)
{
    struct merging_case *c = *state;
    for (int i = 0; i < SOURCES; i++) {
        begin(c, sources[i]);
        c->update.referral = &c->was.referral;
        c->update.confidential = &c->was.confidential;
        lay(c);
        assert_int_equal(c->changes.count, 0);
    }
}

/* Takes each field of a type away by its path; all the others must stay. */
static void clear_each(struct merging_case *c, const ProtobufCMessageDescriptor *type, const char *prefix,
                       Concordat__V1__Source source)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        char path[100], fault[MERGE_FAULT_BYTES];
        char *clear[] = {path};
        snprintf(path, sizeof path, "%s%s", prefix, type->fields[i].name);
        begin(c, source);
        c->update.clear = clear;
        c->update.n_clear = 1;
        if (!merge_may_clear(&c->update, fault))
            continue;
        lay(c);
        for (size_t k = 0; k < c->changes.count; k++)
            assert_true(c->changes.list[k]->cleared &&
                        strstr(path, c->changes.list[k]->field) ==
                            path + strlen(path) - strlen(c->changes.list[k]->field));
        assert_true(c->changes.count <= 1);
    }
}

static void R1_a_field_that_is_taken_away_takes_no_other_with_it(void **state)
{
    struct merging_case *c = *state;
    for (int i = 0; i < SOURCES; i++) {
        clear_each(c, &concordat__v1__legal__descriptor, "referral.legal.", sources[i]);
        clear_each(c, &concordat__v1__confidential__descriptor, "confidential.", sources[i]);
        clear_each(c, &concordat__v1__street_triage__descriptor, "referral.street_triage.", sources[i]);
    }
}

static void R1_a_part_that_is_taken_away_is_told_field_by_field(void **state)
{
    struct merging_case *c = *state;
    char *clear[] = {(char *)"referral.person"};
    begin(c, sources[0]);
    c->update.clear = clear;
    c->update.n_clear = 1;
    lay(c);
    assert_true(c->changes.count > 1);
    for (size_t i = 0; i < c->changes.count; i++)
        assert_int_equal(strncmp(c->changes.list[i]->field, "person.", 7), 0);
}

static void R1_an_age_and_its_estimate_are_one_value(void **state)
{
    struct merging_case *c = *state;
    begin(c, sources[0]);
    c->was.person.age_estimated = c->is.person.age_estimated = true;
    c->given.person = &c->person;
    c->person.age_known = true;
    c->person.age_years = c->was.person.age_years;
    lay(c);
    assert_true(only_change(c, "person.age_estimated")->cleared);
    assert_false(c->is.person.age_estimated);
}

static void R1_an_age_of_nought_is_an_age(void **state)
{
    struct merging_case *c = *state;
    begin(c, sources[0]);
    c->given.person = &c->person;
    c->person.age_known = true;
    lay(c);
    assert_string_equal(only_change(c, "person.age_years")->after, "0");
    assert_true(c->is.person.age_known);
}

static void R1_no_is_an_answer(void **state)
{
    struct merging_case *c = *state;
    begin(c, sources[0]);
    c->was.referral.intoxicated = c->is.referral.intoxicated = CONCORDAT__V1__ANSWERED__ANSWERED_YES;
    c->given.intoxicated = CONCORDAT__V1__ANSWERED__ANSWERED_NO;
    lay(c);
    assert_string_equal(only_change(c, "intoxicated")->before, "1");
    assert_string_equal(only_change(c, "intoxicated")->after, "2");
}

static void R1_other_facts_are_laid_over_label_by_label(void **state)
{
    struct merging_case *c = *state;
    Concordat__V1__Confidential told = CONCORDAT__V1__CONFIDENTIAL__INIT;
    begin(c, sources[0]);
    c->was.confidential.other_facts = c->is.confidential.other_facts =
        (char *)"Kind of place: a quay\nOffence: none";
    told.other_facts = (char *)"Offence: a broken window";
    c->update.confidential = &told;
    lay(c);
    assert_string_equal(c->is.confidential.other_facts, "Kind of place: a quay\nOffence: a broken window");
    assert_string_equal(only_change(c, "confidential.other_facts")->after, "");
}

static void R1_what_tells_who_refers_whom_cannot_be_taken_away(void **state)
{
    struct merging_case *c = *state;
    static const char *const paths[] = {"referral",
                                        "referral.id",
                                        "referral.source",
                                        "referral.drill",
                                        "confidential",
                                        "referral.flags",
                                        "referral.person.ages",
                                        "confidential.callback_number",
                                        "referral.needs.",
                                        "",
                                        "referral.decided_at.x",
                                        "drill"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char fault[MERGE_FAULT_BYTES];
        char *clear[] = {(char *)(uintptr_t)paths[i]};
        begin(c, sources[0]);
        c->update.clear = clear;
        c->update.n_clear = 1;
        if (strcmp(paths[i], "referral.needs.") != 0) /* a dot too many does no harm */
            assert_false(merge_may_clear(&c->update, fault));
    }
}

#define OPENED(name) cmocka_unit_test_setup_teardown(name, open_case, close_case)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPENED(R1_an_update_that_says_nothing_changes_nothing),
        OPENED(R1_what_is_said_again_changes_nothing),
        OPENED(R1_a_field_that_is_taken_away_takes_no_other_with_it),
        OPENED(R1_a_part_that_is_taken_away_is_told_field_by_field),
        OPENED(R1_an_age_and_its_estimate_are_one_value),
        OPENED(R1_an_age_of_nought_is_an_age),
        OPENED(R1_no_is_an_answer),
        OPENED(R1_other_facts_are_laid_over_label_by_label),
        OPENED(R1_what_tells_who_refers_whom_cannot_be_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
