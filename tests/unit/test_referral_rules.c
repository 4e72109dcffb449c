/* The rules for referrals: each notes what it should, and nothing that is unknown about a person
 * is a bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/referral/referral_rules.h"
#include "proto/referral/rule_parts.h"
#include "tests/worlds/referral_cases.h"

#define FLAG(name)    CONCORDAT__V1__FLAG__FLAG_##name
#define SOURCE(name)  CONCORDAT__V1__SOURCE__SOURCE_##name
#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name
#define YES           CONCORDAT__V1__ANSWERED__ANSWERED_YES

static const struct referral_site northmoor_site = {.organisation = "ZZ9", .site = "northmoor-station"};

struct checked_referral {
    struct whole_referral whole;
    struct arena arena;
};

static int open_checked(void **state)
{
    static struct checked_referral checked;
    *state = &checked;
    cases_whole(&checked.whole, SOURCE(STREET_TRIAGE));
    return arena_open(&checked.arena, ARENA_MESSAGE_BYTES);
}

static int close_checked(void **state)
{
    struct checked_referral *checked = *state;
    arena_close(&checked->arena);
    return 0;
}

static void complete_at(struct checked_referral *c, const Concordat__V1__Referral *earlier, int64_t now_ms)
{
    assert_true(referral_rules_complete(&c->whole.referral, &c->whole.confidential, &northmoor_site, earlier,
                                        now_ms, &c->arena));
}

static uint64_t flags_carried(const Concordat__V1__Referral *referral)
{
    uint64_t flags = 0;
    for (size_t i = 0; i < referral->n_flags; i++)
        flags |= flag_bit(referral->flags[i]);
    return flags;
}

static bool carries_flag(const struct checked_referral *c, Concordat__V1__Flag flag)
{
    return flags_carried(&c->whole.referral) & flag_bit(flag);
}

static void a_whole_referral_of_each_source_has_no_flag(void **state)
{
    struct checked_referral *c = *state;
    for (int source = SOURCE(STREET_TRIAGE); source <= SOURCE(EMERGENCY_DEPARTMENT); source++) {
        cases_whole(&c->whole, (Concordat__V1__Source)source);
        complete_at(c, NULL, CASES_NOW_MS);
        assert_int_equal(c->whole.referral.n_flags, 0);
    }
}

static void nhs_numbers_are_told_apart_by_their_check_digit(void **state)
{
    (void)state;
    static const char *const valid[] = {"9434765919", "9449305552", "9000000009", "943 476 5919",
                                        "943-476-5919"};
    static const char *const invalid[] = {"3478526985",  "4857773456", "",           "943476591",
                                          "94347659190", "943476591X", "0000000000", "1111111111",
                                          "not known",   "943476 5918"};
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        assert_true(nhs_number_is_valid(valid[i]));
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
        assert_false(nhs_number_is_valid(invalid[i]));
}

static void districts_are_the_outward_half_and_pseudo_postcodes_name_no_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *district;
    } rows[] = {
        {"ZX1 2AB", "ZX1"},
        {"zx12ab", "ZX1"},
        {" zx1  2ab ", "ZX1"},
        {"ZX1", "ZX1"},
        {"Z1 1AA", "Z1"},
        {"ZX10 1AA", "ZX10"},
        {"ZX1A 1AA", "ZX1A"},
        {"Z1A 1AA", "Z1A"},
        {"ZZ99 3VZ", ""},
        {"zz993wz", ""},
        {"ZZ99", ""},
        {"", ""},
        {"ZX", ""},
        {"1ZX 2AB", ""},
        {"1ZX 2ABC", ""},
        {"unknown", ""},
        {"ZX1\xc3\xa9", ""},
        {"\xc3\xa9", ""},
        {"ZXX1 1AA", ""},
        {"ZX5-1AA", "ZX5"},
        {"ZX5,", "ZX5"},
        {"ZX5, 1AA.", "ZX5"},
        {"ZX5 1A", "ZX5"},
        {"ZX1 2ABC", "ZX1"},
        {"M6 junction 3", ""},
        {"by M6 J3", ""},
        {"ZX51A", ""},
        {"-", ""},
        {"St Mary's bridge, ZX1 4", "ZX1"},
        {"outside 12 Mill Lane Northmoor ZX5 1AA, by the gate", "ZX5"},
        {"flat 3b zx51aa", "ZX5"},
        {"Caf\xc3\xa9 at the lock, Z1 1AA", "Z1"},
        {"Mill Lane ZX5 1A", "ZX5"},
        {"on the M6 near ZX1", "ZX1"},
        {"on the M6 near Northmoor", ""},
        {"between ZX1 1AA and ZX2 1AA", ""},
        {"ZX2, the car is at ZX1 1AA", "ZX1"},
        {"ZX1 1AA or ZX1 2BB", "ZX1"},
        {"no fixed abode ZZ99 3VZ", ""},
        {"St Mary's bridge, Northmoor", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char district[POSTCODE_DISTRICT_BYTES];
        assert_int_equal(postcode_district(rows[i].text, district), rows[i].district[0] != '\0');
        assert_string_equal(district, rows[i].district);
    }
}

static void organisation_site_and_district_are_made_good(void **state)
{
    struct checked_referral *c = *state;
    complete_at(c, NULL, CASES_NOW_MS);
    assert_string_equal(c->whole.referral.organisation, "ZZ9");
    assert_string_equal(c->whole.referral.site, "northmoor-station");
    assert_string_equal(c->whole.referral.postcode_district, "ZX1");

    c->whole.referral.organisation = "ZZ8";
    c->whole.referral.site = "southfell-station";
    c->whole.referral.postcode_district = "ZX2";
    complete_at(c, NULL, CASES_NOW_MS);
    assert_string_equal(c->whole.referral.organisation, "ZZ8");
    assert_string_equal(c->whole.referral.site, "southfell-station");
    assert_string_equal(c->whole.referral.postcode_district, "ZX2");
}

static void a_site_that_is_said_in_words_is_not_made_the_receivers(void **state)
{
    struct checked_referral *c = *state;
    c->whole.confidential.site_in_words = "the van at the harbour";
    complete_at(c, NULL, CASES_NOW_MS);
    assert_string_equal(c->whole.referral.site, "");
}

static void a_missing_decision_time_is_imputed_once_and_flagged(void **state)
{
    struct checked_referral *c = *state;
    complete_at(c, NULL, CASES_NOW_MS);
    assert_int_equal(c->whole.referral.decided_at->basis, CONCORDAT__V1__BASIS__BASIS_STATED);

    c->whole.referral.decided_at = NULL;
    complete_at(c, NULL, CASES_NOW_MS);
    assert_int_equal(c->whole.referral.decided_at->unix_ms, CASES_NOW_MS);
    assert_int_equal(c->whole.referral.decided_at->basis, CONCORDAT__V1__BASIS__BASIS_IMPUTED);
    assert_true(carries_flag(c, FLAG(DECIDED_TIME_MISSING)));

    /* An update without the time does not move the beginning of the wait. */
    Concordat__V1__Referral earlier = c->whole.referral;
    c->whole.referral.decided_at = NULL;
    complete_at(c, &earlier, CASES_NOW_MS + CASES_MINUTE_MS);
    assert_int_equal(c->whole.referral.decided_at->unix_ms, CASES_NOW_MS);
    assert_true(carries_flag(c, FLAG(DECIDED_TIME_MISSING)));
}

static void change_nothing(struct whole_referral *whole)
{
    (void)whole;
}

static void lose_the_name(struct whole_referral *whole)
{
    whole->confidential.person_name = "";
}

static void lose_the_nhs_number(struct whole_referral *whole)
{
    whole->confidential.nhs_number = "";
}

static void mistype_the_nhs_number(struct whole_referral *whole)
{
    whole->confidential.nhs_number = "9434765918";
}

static void lose_the_postcode(struct whole_referral *whole)
{
    whole->confidential.postcode = whole->referral.postcode_district = "";
}

static void give_a_district(struct whole_referral *whole)
{
    whole->referral.postcode_district = "ZX2";
}

static void mistype_the_postcode(struct whole_referral *whole)
{
    whole->confidential.postcode = "nowhere";
    whole->referral.postcode_district = "";
}

static void mistype_the_district(struct whole_referral *whole)
{
    whole->referral.postcode_district = "nowhere";
}

static void contradict_the_age(struct whole_referral *whole)
{
    whole->confidential.date_of_birth = "2015-01-01";
}

static void correct_the_age(struct whole_referral *whole)
{
    whole->person.age_years = 11;
}

static void bring_a_child_to_a_station(struct whole_referral *whole)
{
    contradict_the_age(whole);
    whole->legal.place_of_safety = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION;
}

static void go_to_a_hospital(struct whole_referral *whole)
{
    whole->legal.place_of_safety = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED;
}

static void a_flag_of_the_confidential_part_stays_while_an_update_comes_without_it(void **state)
{
    struct checked_referral *c = *state;
    static const struct {
        void (*first)(struct whole_referral *whole);
        void (*update)(struct whole_referral *whole);
        Concordat__V1__Flag flag;
        bool stays;
    } rows[] = {
        {lose_the_name, change_nothing, FLAG(NAME_MISSING), true},
        {lose_the_nhs_number, change_nothing, FLAG(NHS_NUMBER_MISSING), true},
        {mistype_the_nhs_number, change_nothing, FLAG(NHS_NUMBER_FAILS_CHECK), true},
        {lose_the_postcode, change_nothing, FLAG(POSTCODE_MISSING), true},
        {lose_the_postcode, give_a_district, FLAG(POSTCODE_MISSING), false},
        {mistype_the_postcode, give_a_district, FLAG(POSTCODE_NOT_RECOGNISED), true},
        {mistype_the_district, give_a_district, FLAG(POSTCODE_NOT_RECOGNISED), false},
        {contradict_the_age, change_nothing, FLAG(AGE_CONTRADICTS), true},
        {contradict_the_age, correct_the_age, FLAG(AGE_CONTRADICTS), false},
        {bring_a_child_to_a_station, change_nothing, FLAG(UNDER_18_AT_POLICE_STATION), true},
        {bring_a_child_to_a_station, go_to_a_hospital, FLAG(UNDER_18_AT_POLICE_STATION), false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cases_whole(&c->whole, SOURCE(STREET_TRIAGE));
        rows[i].first(&c->whole);
        complete_at(c, NULL, CASES_NOW_MS);
        assert_true(carries_flag(c, rows[i].flag));
        Concordat__V1__Referral earlier = c->whole.referral;
        Concordat__V1__Demographics person = c->whole.person;
        earlier.person = &person;
        rows[i].update(&c->whole);
        assert_true(referral_rules_complete(&c->whole.referral, NULL, &northmoor_site, &earlier,
                                            CASES_NOW_MS + CASES_MINUTE_MS, &c->arena));
        if (carries_flag(c, rows[i].flag) != rows[i].stays)
            fail_msg("row %zu", i);
    }
}

/* The part itself has been stripped by then, so that nobody can look again. */
static void the_district_and_the_age_stay_while_an_update_comes_without_the_confidential_part(void **state)
{
    struct checked_referral *c = *state;
    c->whole.referral.person->age_known = false;
    c->whole.confidential.date_of_birth = "1990-11-19";
    complete_at(c, NULL, CASES_NOW_MS);
    Concordat__V1__Referral earlier = c->whole.referral;
    Concordat__V1__Demographics person = c->whole.person;
    earlier.person = &person;
    c->whole.referral.postcode_district = "";
    c->whole.referral.person->age_known = false;
    c->whole.referral.person->age_years = 0;
    assert_true(referral_rules_complete(&c->whole.referral, NULL, &northmoor_site, &earlier,
                                        CASES_NOW_MS + CASES_MINUTE_MS, &c->arena));
    assert_string_equal(c->whole.referral.postcode_district, "ZX1");
    assert_true(c->whole.referral.person->age_known);
    assert_int_equal(c->whole.referral.person->age_years, 35);
}

static void an_age_is_taken_from_the_date_of_birth(void **state)
{
    struct checked_referral *c = *state;
    static const struct {
        const char *born;
        int64_t now_ms;
        uint32_t years;
    } rows[] = {
        {"1990-11-18", CASES_NOW_MS, 36},
        {"1990-11-19", CASES_NOW_MS, 35},
        {"2026-11-18", CASES_NOW_MS, 0},
        {"1896-11-18", CASES_NOW_MS, 130},
        {"2008-02-29", INT64_C(1772323199000), 17}, /* 2026-02-28 23:59:59 */
        {"2008-02-29", INT64_C(1772323200000), 18}, /* 2026-03-01 */
        {"18/11/1990", CASES_NOW_MS, 36},
        {"19 Nov 1990", CASES_NOW_MS, 35},
        {"31/12/10", CASES_NOW_MS, 15},
        {"2008-07-16", INT64_C(1784158200000), 18}, /* 2026-07-16 in London, 23:30 the day before in UTC */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t years = 1000;
        assert_true(age_from_date_of_birth(rows[i].born, rows[i].now_ms, &years));
        assert_int_equal(years, rows[i].years);
    }
    static const char *const odd[] = {"",           "2026-11-19",      "2030-01-01", "1895-11-18",
                                      "1800-01-01", "0000-01-01",      "1990-13-01", "1990-00-01",
                                      "1990-01-40", "1990-01-00",      "2011-02-29", "1990/31/31",
                                      "1990-09-2x", "199\xc3\xa9-9-21"};
    uint32_t years = 0;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_false(age_from_date_of_birth(odd[i], CASES_NOW_MS, &years));
    c->whole.referral.person = NULL;
    c->whole.confidential.date_of_birth = "2010-01-01";
    complete_at(c, NULL, CASES_NOW_MS);
    assert_true(c->whole.referral.person->age_known);
    assert_int_equal(c->whole.referral.person->age_years, 16);
}

static void each_case_raises_its_own_flag_and_no_other(void **state)
{
    struct checked_referral *c = *state;
    size_t count;
    const struct referral_case *cases = cases_all(&count);
    for (size_t i = 0; i < count; i++) {
        uint64_t expected = cases[i].flag == FLAG(UNSPECIFIED) ? 0 : flag_bit(cases[i].flag);
        cases_whole(&c->whole, cases[i].source);
        cases[i].change(&c->whole);
        assert_int_equal(
            referral_rules_refusal(&c->whole.referral, &c->whole.confidential, cases[i].source, true),
            REFUSAL(UNSPECIFIED));
        if (referral_rules_flags(&c->whole.referral, &c->whole.confidential, CASES_NOW_MS) != expected)
            fail_msg("%s, as it was sent", cases[i].name);
        complete_at(c, NULL, CASES_NOW_MS);
        if (flags_carried(&c->whole.referral) != expected)
            fail_msg("%s, made good", cases[i].name);
    }
}

static void every_flag_that_a_referral_alone_can_raise_is_in_some_case(void **state)
{
    (void)state;
    size_t count;
    const struct referral_case *cases = cases_all(&count);
    uint64_t raised = flag_bit(FLAG(UNSPECIFIED)) | flag_bit(FLAG(AREA_ASSUMED)) |
                      flag_bit(FLAG(SITE_NOT_KNOWN));   /* which need the directory */
    raised |= flag_bit(FLAG(LEGAL_STATUS_CONTRADICTS)); /* the others need the history of a detention */
    for (unsigned flag = FLAG(POLICE_STATION_GROUNDS_MISSING); flag <= FLAG(ENDED_WITHOUT_AMHP); flag++)
        raised |= flag_bit(flag);
    raised |= flag_bit(FLAG(APPROPRIATE_ADULT_NOT_PACE)); /* that of a request */
    for (size_t i = 0; i < count; i++)
        raised |= flag_bit(cases[i].flag);
    for (unsigned i = 0; i < concordat__v1__flag__descriptor.n_values; i++) {
        const ProtobufCEnumValue *flag = &concordat__v1__flag__descriptor.values[i];
        assert_in_range(flag->value, 0, FLAG_BITS - 1);
        if (!(raised & flag_bit((unsigned)flag->value)))
            fail_msg("no case raises %s", flag->name);
    }
}

static void what_a_part_that_is_not_there_would_say_is_not_noted(void **state)
{
    struct checked_referral *c = *state;
    const Concordat__V1__Referral *referral = &c->whole.referral;
    assert_int_equal(referral_rules_flags(referral, NULL, CASES_NOW_MS), 0);
    c->whole.referral.postcode_district = "1234";
    assert_int_equal(referral_rules_flags(referral, NULL, CASES_NOW_MS),
                     flag_bit(FLAG(POSTCODE_NOT_RECOGNISED)));
}

static void self_harm_without_an_assessment_is_told(void **state)
{
    struct checked_referral *c = *state;
    cases_whole(&c->whole, SOURCE(EMERGENCY_DEPARTMENT));
    assert_false(referral_rules_assessment_is_due(&c->whole.referral));
    c->whole.department.self_harm = YES;
    assert_true(referral_rules_assessment_is_due(&c->whole.referral));
    c->whole.department.psychosocially_assessed = YES;
    assert_false(referral_rules_assessment_is_due(&c->whole.referral));
}

static void P11_a_referral_of_which_nothing_is_known_is_routed(void **state)
{
    struct checked_referral *c = *state;
    for (int source = SOURCE(STREET_TRIAGE); source <= SOURCE(EMERGENCY_DEPARTMENT); source++) {
        concordat__v1__referral__init(&c->whole.referral);
        concordat__v1__confidential__init(&c->whole.confidential);
        c->whole.referral.source = (Concordat__V1__Source)source;
        c->whole.confidential.callback_number = "07700 900123";
        assert_int_equal(referral_rules_refusal(&c->whole.referral, &c->whole.confidential,
                                                (Concordat__V1__Source)source, true),
                         REFUSAL(UNSPECIFIED));
        complete_at(c, NULL, CASES_NOW_MS);
        assert_true(carries_flag(c, FLAG(NAME_MISSING)));
        assert_true(carries_flag(c, FLAG(AGE_MISSING)));
        assert_true(carries_flag(c, FLAG(POSTCODE_MISSING)));
    }
}

static void P11_only_what_has_no_source_or_no_way_to_ring_back_is_refused(void **state)
{
    struct checked_referral *c = *state;
    Concordat__V1__Referral *referral = &c->whole.referral;
    Concordat__V1__Confidential *confidential = &c->whole.confidential;
    assert_int_equal(referral_rules_refusal(referral, confidential, SOURCE(EMERGENCY_DEPARTMENT), true),
                     REFUSAL(NOT_ALLOWED));
    referral->source = SOURCE(UNSPECIFIED);
    assert_int_equal(referral_rules_refusal(referral, confidential, SOURCE(STREET_TRIAGE), true),
                     REFUSAL(NO_SOURCE));
    assert_int_equal(referral_rules_refusal(referral, confidential, SOURCE(UNSPECIFIED), true),
                     REFUSAL(NO_SOURCE));
    referral->source = SOURCE(STREET_TRIAGE);
    static const char *const silent[] = {"", " ", "none", "12", "radio only"};
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        confidential->callback_number = (char *)silent[i];
        assert_int_equal(referral_rules_refusal(referral, confidential, SOURCE(STREET_TRIAGE), true),
                         REFUSAL(NO_CALLBACK));
        /* An update that says no number leaves it as it was; one that says no good one is refused. */
        assert_int_equal(referral_rules_refusal(referral, confidential, SOURCE(STREET_TRIAGE), false),
                         silent[i][0] ? REFUSAL(NO_CALLBACK) : REFUSAL(UNSPECIFIED));
    }
    confidential->callback_number = "ext 4421";
    assert_int_equal(referral_rules_refusal(referral, confidential, SOURCE(STREET_TRIAGE), true),
                     REFUSAL(UNSPECIFIED));
    /* An update may leave the confidential part as it was; a new referral has none yet. */
    assert_int_equal(referral_rules_refusal(referral, NULL, SOURCE(STREET_TRIAGE), true),
                     REFUSAL(NO_CALLBACK));
    assert_int_equal(referral_rules_refusal(referral, NULL, SOURCE(STREET_TRIAGE), false),
                     REFUSAL(UNSPECIFIED));
}

#define CHECKED(name) cmocka_unit_test_setup_teardown(name, open_checked, close_checked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECKED(a_whole_referral_of_each_source_has_no_flag),
        CHECKED(nhs_numbers_are_told_apart_by_their_check_digit),
        CHECKED(districts_are_the_outward_half_and_pseudo_postcodes_name_no_place),
        CHECKED(organisation_site_and_district_are_made_good),
        CHECKED(a_site_that_is_said_in_words_is_not_made_the_receivers),
        CHECKED(a_missing_decision_time_is_imputed_once_and_flagged),
        CHECKED(a_flag_of_the_confidential_part_stays_while_an_update_comes_without_it),
        CHECKED(the_district_and_the_age_stay_while_an_update_comes_without_the_confidential_part),
        CHECKED(an_age_is_taken_from_the_date_of_birth),
        CHECKED(each_case_raises_its_own_flag_and_no_other),
        CHECKED(every_flag_that_a_referral_alone_can_raise_is_in_some_case),
        CHECKED(what_a_part_that_is_not_there_would_say_is_not_noted),
        CHECKED(self_harm_without_an_assessment_is_told),
        CHECKED(P11_a_referral_of_which_nothing_is_known_is_routed),
        CHECKED(P11_only_what_has_no_source_or_no_way_to_ring_back_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
