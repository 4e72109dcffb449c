/* The intake's rules: each notes what it should, and nothing that is unknown about a person is a bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/intake/postcode.h"
#include "services/intake/rule_parts.h"
#include "services/intake/rules.h"

#define FLAG(name)   CONCORDAT__V1__FLAG__FLAG_##name
#define SOURCE(name) CONCORDAT__V1__SOURCE__SOURCE_##name
#define YES          CONCORDAT__V1__ANSWERED__ANSWERED_YES
#define NO           CONCORDAT__V1__ANSWERED__ANSWERED_NO

#define NOW_MS    INT64_C(1790000000000) /* 2026-09-21 */
#define MINUTE_MS INT64_C(60000)

/* A referral about which everything is known; a test changes what it is about. */
struct sample {
    struct arena arena;
    Concordat__V1__Instant decided, earlier, later, last;
    Concordat__V1__Demographics person;
    Concordat__V1__Legal legal;
    Concordat__V1__StreetTriage street_triage;
    Concordat__V1__LiaisonAndDiversion liaison;
    Concordat__V1__EmergencyDepartment department;
    Concordat__V1__Confidential confidential;
    Concordat__V1__Referral referral;
    struct findings findings;
};

static const struct rules_site site = {.organisation = "ZZ9", .site = "Northmoor station"};

static Concordat__V1__Instant at(int64_t unix_ms)
{
    Concordat__V1__Instant instant = CONCORDAT__V1__INSTANT__INIT;
    instant.unix_ms = unix_ms;
    return instant;
}

static void give_details(struct sample *s, Concordat__V1__Source source)
{
    s->referral.source = source;
    if (source == SOURCE(STREET_TRIAGE)) {
        s->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE;
        s->referral.street_triage = &s->street_triage;
    } else if (source == SOURCE(LIAISON_AND_DIVERSION)) {
        s->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_LIAISON_AND_DIVERSION;
        s->referral.liaison_and_diversion = &s->liaison;
    } else {
        s->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT;
        s->referral.emergency_department = &s->department;
    }
}

static void begin(struct sample *s, Concordat__V1__Source source)
{
    *s = (struct sample){0};
    assert_int_equal(arena_open(&s->arena, ARENA_MESSAGE_BYTES), 0);
    s->decided = at(NOW_MS - 5 * MINUTE_MS);
    s->earlier = at(NOW_MS - 40 * MINUTE_MS);
    s->later = at(NOW_MS - 20 * MINUTE_MS);
    s->last = at(NOW_MS - 10 * MINUTE_MS);
    concordat__v1__demographics__init(&s->person);
    s->person.age_known = true;
    s->person.age_years = 34;
    s->person.ethnic_category = "A";
    concordat__v1__legal__init(&s->legal);
    concordat__v1__street_triage__init(&s->street_triage);
    concordat__v1__liaison_and_diversion__init(&s->liaison);
    s->liaison.screened = YES;
    s->liaison.screened_at = &s->earlier;
    s->liaison.consent_to_share_with_justice = NO;
    concordat__v1__emergency_department__init(&s->department);
    s->department.arrived_at = &s->earlier;
    s->department.physically_cleared = YES;
    concordat__v1__confidential__init(&s->confidential);
    s->confidential.callback_number = "07700 900123";
    s->confidential.person_name = "Robin Example";
    s->confidential.nhs_number = "943 476 5919";
    s->confidential.postcode = "zx1 2ab";
    concordat__v1__referral__init(&s->referral);
    s->referral.urgency = CONCORDAT__V1__URGENCY__URGENCY_URGENT;
    s->referral.decided_at = &s->decided;
    s->referral.person = &s->person;
    s->referral.legal = &s->legal;
    give_details(s, source);
}

static void apply(struct sample *s)
{
    assert_true(rules_apply(&s->referral, &s->confidential, &site, NULL, NOW_MS, &s->arena, &s->findings));
}

static bool has(const struct sample *s, Concordat__V1__Flag flag)
{
    for (size_t i = 0; i < s->referral.n_flags; i++)
        if (s->referral.flags[i] == flag)
            return true;
    return false;
}

static void end(struct sample *s)
{
    arena_close(&s->arena);
}

/* Applies the rules and expects this flag and no other; FLAG(UNSPECIFIED): none. */
static void expect_only(struct sample *s, Concordat__V1__Flag flag)
{
    apply(s);
    if (flag == FLAG(UNSPECIFIED)) {
        assert_int_equal(s->referral.n_flags, 0);
    } else {
        assert_true(has(s, flag));
        assert_int_equal(s->referral.n_flags, 1);
    }
    end(s);
}

static void a_full_referral_of_each_source_has_no_flag(void **state)
{
    (void)state;
    struct sample s;
    for (int source = SOURCE(STREET_TRIAGE); source <= SOURCE(EMERGENCY_DEPARTMENT); source++) {
        begin(&s, (Concordat__V1__Source)source);
        expect_only(&s, FLAG(UNSPECIFIED));
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
        {"ZX1 2AB", "ZX1"}, {"zx12ab", "ZX1"},    {" zx1  2ab ", "ZX1"}, {"ZX1", "ZX1"},
        {"Z1 1AA", "Z1"},   {"ZX10 1AA", "ZX10"}, {"ZX1A 1AA", "ZX1A"},  {"Z1A 1AA", "Z1A"},
        {"ZZ99 3VZ", ""},   {"zz993wz", ""},      {"ZZ99", ""},          {"", ""},
        {"ZX", ""},         {"1ZX 2AB", ""},      {"ZX1 2ABC", ""},      {"unknown", ""},
        {"ZX1?2AB", ""},    {"\xc3\xa9", ""},     {"ZXX1 1AA", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char district[POSTCODE_DISTRICT_BYTES];
        assert_int_equal(postcode_district(rows[i].text, district), rows[i].district[0] != '\0');
        assert_string_equal(district, rows[i].district);
    }
}

static void the_intake_completes_organisation_site_and_district(void **state)
{
    (void)state;
    struct sample s;
    begin(&s, SOURCE(STREET_TRIAGE));
    apply(&s);
    assert_string_equal(s.referral.organisation, "ZZ9");
    assert_string_equal(s.referral.site, "Northmoor station");
    assert_string_equal(s.referral.postcode_district, "ZX1");
    end(&s);

    begin(&s, SOURCE(STREET_TRIAGE));
    s.referral.organisation = "ZZ8";
    s.referral.site = "Southfell";
    s.referral.postcode_district = "ZX2";
    apply(&s);
    assert_string_equal(s.referral.organisation, "ZZ8");
    assert_string_equal(s.referral.site, "Southfell");
    assert_string_equal(s.referral.postcode_district, "ZX2");
    end(&s);
}

static void a_missing_decision_time_is_imputed_once_and_flagged(void **state)
{
    (void)state;
    struct sample s;
    begin(&s, SOURCE(STREET_TRIAGE));
    s.referral.decided_at = NULL;
    apply(&s);
    assert_int_equal(s.referral.decided_at->unix_ms, NOW_MS);
    assert_int_equal(s.referral.decided_at->basis, CONCORDAT__V1__BASIS__BASIS_IMPUTED);
    assert_true(has(&s, FLAG(DECIDED_TIME_MISSING)));

    /* An update without the time does not move the beginning of the wait. */
    Concordat__V1__Instant imputed = *s.referral.decided_at;
    s.referral.decided_at = NULL;
    assert_true(rules_apply(&s.referral, &s.confidential, &site, &imputed, NOW_MS + MINUTE_MS, &s.arena,
                            &s.findings));
    assert_int_equal(s.referral.decided_at->unix_ms, NOW_MS);
    assert_true(has(&s, FLAG(DECIDED_TIME_MISSING)));
    end(&s);

    begin(&s, SOURCE(STREET_TRIAGE));
    apply(&s);
    assert_int_equal(s.referral.decided_at->basis, CONCORDAT__V1__BASIS__BASIS_STATED);
    end(&s);
}

static void an_age_is_taken_from_the_date_of_birth(void **state)
{
    (void)state;
    uint32_t years = 0;
    assert_true(age_from_date_of_birth("1990-09-21", NOW_MS, &years));
    assert_int_equal(years, 36);
    assert_true(age_from_date_of_birth("1990-09-22", NOW_MS, &years));
    assert_int_equal(years, 35);
    static const char *const odd[] = {"",           "2030-01-01", "1800-01-01", "1990-13-01",
                                      "1990-00-01", "1990-01-40", "21/09/1990", "1990-9-21 "};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_false(age_from_date_of_birth(odd[i], NOW_MS, &years));
    struct sample s;
    begin(&s, SOURCE(STREET_TRIAGE));
    s.referral.person = NULL;
    s.confidential.date_of_birth = "2010-01-01";
    apply(&s);
    assert_true(s.referral.person->age_known);
    assert_int_equal(s.referral.person->age_years, 16);
    end(&s);
}

#define CHANGE(name) static void name(struct sample *s)
CHANGE(no_change)
{
    (void)s;
}
CHANGE(no_name)
{
    s->confidential.person_name = " ";
}
CHANGE(no_age)
{
    s->person.age_known = false;
}
CHANGE(guessed_age)
{
    s->person.age_estimated = true;
}
CHANGE(no_ethnicity)
{
    s->person.ethnic_category = "";
}
CHANGE(not_stated_ethnicity)
{
    s->person.ethnic_category = "Z";
}
CHANGE(no_nhs_number)
{
    s->confidential.nhs_number = "";
}
CHANGE(wrong_nhs_number)
{
    s->confidential.nhs_number = "3478526985";
}
CHANGE(no_postcode)
{
    s->confidential.postcode = "";
}
CHANGE(odd_postcode)
{
    s->confidential.postcode = "by the bridge";
}
CHANGE(pseudo_postcode)
{
    s->confidential.postcode = "ZZ99 3VZ";
}
CHANGE(odd_district)
{
    s->referral.postcode_district = "1234";
}
CHANGE(no_urgency)
{
    s->referral.urgency = CONCORDAT__V1__URGENCY__URGENCY_UNSPECIFIED;
}
CHANGE(no_decided)
{
    s->referral.decided_at = NULL;
}
CHANGE(decided_in_future)
{
    s->decided.unix_ms = NOW_MS + 10 * MINUTE_MS;
}
CHANGE(decided_a_little_ahead)
{
    s->decided.unix_ms = NOW_MS + MINUTE_MS;
}
CHANGE(decided_long_ago)
{
    s->decided.unix_ms = NOW_MS - 1500 * MINUTE_MS;
}
CHANGE(written_on_paper)
{
    static Concordat__V1__Flag flags[] = {FLAG(LATE_ENTRY), FLAG(NAME_MISSING)};
    s->referral.flags = flags;
    s->referral.n_flags = 2;
}
CHANGE(flagged_by_the_sender)
{
    static Concordat__V1__Flag flags[] = {FLAG(NAME_MISSING)};
    s->referral.flags = flags;
    s->referral.n_flags = 1;
}
CHANGE(section_136_without_time)
{
    s->legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
}
CHANGE(section_136_used_without_time)
{
    s->street_triage.section_136_used = YES;
    s->referral.legal = NULL;
}
CHANGE(section_136_with_time)
{
    s->street_triage.section_136_used = YES;
    s->legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
    s->legal.power_used_at = &s->earlier;
}
CHANGE(child_at_police_station)
{
    s->person.age_years = 17;
    s->legal.place_of_safety = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION;
}
CHANGE(adult_at_police_station)
{
    s->person.age_years = 18;
    s->legal.place_of_safety = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION;
}
CHANGE(police_vehicle)
{
    s->legal.transport = CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE;
}
CHANGE(police_vehicle_with_reason)
{
    police_vehicle(s);
    s->legal.police_vehicle_reason =
        CONCORDAT__V1__POLICE_VEHICLE_REASON__POLICE_VEHICLE_REASON_AMBULANCE_NOT_WITHIN_30_MINUTES;
}
CHANGE(arrival_before_power_used)
{
    s->legal.power_used_at = &s->later;
    s->legal.arrived_at_place_of_safety_at = &s->earlier;
}
CHANGE(handover_before_power_used)
{
    s->legal.power_used_at = &s->later;
    s->legal.handover_done_at = &s->earlier;
}
CHANGE(legal_in_order)
{
    s->legal.power_used_at = &s->earlier;
    s->legal.arrived_at_place_of_safety_at = &s->later;
    s->legal.handover_done_at = &s->last;
}
CHANGE(handover_in_future)
{
    s->last.unix_ms = NOW_MS + 10 * MINUTE_MS;
    s->legal.handover_done_at = &s->last;
}
CHANGE(scene_not_safe)
{
    s->street_triage.scene_safety = CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_NOT_SAFE;
}
CHANGE(not_screened)
{
    s->liaison.screened = NO;
}
CHANGE(screened_without_time)
{
    s->liaison.screened_at = NULL;
}
CHANGE(no_consent_answer)
{
    s->liaison.consent_to_share_with_justice = CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED;
}
CHANGE(assessed_before_screened)
{
    s->liaison.screened_at = &s->later;
    s->liaison.assessed_at = &s->earlier;
}
CHANGE(no_arrival)
{
    s->department.arrived_at = NULL;
}
CHANGE(not_cleared)
{
    s->department.physically_cleared = NO;
}
CHANGE(no_answer_on_clearance)
{
    s->department.physically_cleared = CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED;
}
CHANGE(assessed_before_arrival)
{
    s->department.arrived_at = &s->later;
    s->department.psychosocially_assessed_at = &s->earlier;
}

static void each_rule_notes_its_own_and_no_other(void **state)
{
    (void)state;
    static const struct {
        Concordat__V1__Source source;
        void (*change)(struct sample *);
        Concordat__V1__Flag flag;
    } rows[] = {
        {SOURCE(STREET_TRIAGE), no_change, FLAG(UNSPECIFIED)},
        {SOURCE(STREET_TRIAGE), no_name, FLAG(NAME_MISSING)},
        {SOURCE(STREET_TRIAGE), no_age, FLAG(AGE_MISSING)},
        {SOURCE(STREET_TRIAGE), guessed_age, FLAG(AGE_ESTIMATED)},
        {SOURCE(STREET_TRIAGE), no_ethnicity, FLAG(ETHNICITY_MISSING)},
        {SOURCE(STREET_TRIAGE), not_stated_ethnicity, FLAG(UNSPECIFIED)},
        {SOURCE(STREET_TRIAGE), no_nhs_number, FLAG(NHS_NUMBER_MISSING)},
        {SOURCE(STREET_TRIAGE), wrong_nhs_number, FLAG(NHS_NUMBER_FAILS_CHECK)},
        {SOURCE(STREET_TRIAGE), no_postcode, FLAG(POSTCODE_MISSING)},
        {SOURCE(STREET_TRIAGE), odd_postcode, FLAG(POSTCODE_NOT_RECOGNISED)},
        {SOURCE(STREET_TRIAGE), pseudo_postcode, FLAG(POSTCODE_NOT_RECOGNISED)},
        {SOURCE(STREET_TRIAGE), odd_district, FLAG(POSTCODE_NOT_RECOGNISED)},
        {SOURCE(STREET_TRIAGE), no_urgency, FLAG(URGENCY_MISSING)},
        {SOURCE(STREET_TRIAGE), no_decided, FLAG(DECIDED_TIME_MISSING)},
        {SOURCE(STREET_TRIAGE), decided_in_future, FLAG(DECIDED_TIME_IN_FUTURE)},
        {SOURCE(STREET_TRIAGE), decided_a_little_ahead, FLAG(UNSPECIFIED)},
        {SOURCE(STREET_TRIAGE), decided_long_ago, FLAG(DECIDED_TIME_LONG_AGO)},
        {SOURCE(STREET_TRIAGE), written_on_paper, FLAG(LATE_ENTRY)},
        {SOURCE(STREET_TRIAGE), flagged_by_the_sender, FLAG(UNSPECIFIED)},
        {SOURCE(EMERGENCY_DEPARTMENT), section_136_without_time, FLAG(SECTION_136_TIME_MISSING)},
        {SOURCE(STREET_TRIAGE), section_136_used_without_time, FLAG(SECTION_136_TIME_MISSING)},
        {SOURCE(STREET_TRIAGE), section_136_with_time, FLAG(UNSPECIFIED)},
        {SOURCE(STREET_TRIAGE), child_at_police_station, FLAG(UNDER_18_AT_POLICE_STATION)},
        {SOURCE(STREET_TRIAGE), adult_at_police_station, FLAG(UNSPECIFIED)},
        {SOURCE(STREET_TRIAGE), police_vehicle, FLAG(TRANSPORT_REASON_MISSING)},
        {SOURCE(STREET_TRIAGE), police_vehicle_with_reason, FLAG(UNSPECIFIED)},
        {SOURCE(STREET_TRIAGE), arrival_before_power_used, FLAG(TIME_ORDER)},
        {SOURCE(STREET_TRIAGE), handover_before_power_used, FLAG(TIME_ORDER)},
        {SOURCE(STREET_TRIAGE), legal_in_order, FLAG(UNSPECIFIED)},
        {SOURCE(STREET_TRIAGE), handover_in_future, FLAG(TIME_ORDER)},
        {SOURCE(STREET_TRIAGE), scene_not_safe, FLAG(SCENE_NOT_SAFE)},
        {SOURCE(LIAISON_AND_DIVERSION), not_screened, FLAG(SCREENING_MISSING)},
        {SOURCE(LIAISON_AND_DIVERSION), screened_without_time, FLAG(SCREENING_MISSING)},
        {SOURCE(LIAISON_AND_DIVERSION), no_consent_answer, FLAG(CONSENT_NOT_RECORDED)},
        {SOURCE(LIAISON_AND_DIVERSION), assessed_before_screened, FLAG(TIME_ORDER)},
        {SOURCE(EMERGENCY_DEPARTMENT), no_arrival, FLAG(ARRIVAL_TIME_MISSING)},
        {SOURCE(EMERGENCY_DEPARTMENT), not_cleared, FLAG(PHYSICAL_CLEARANCE_OUTSTANDING)},
        {SOURCE(EMERGENCY_DEPARTMENT), no_answer_on_clearance, FLAG(PHYSICAL_CLEARANCE_OUTSTANDING)},
        {SOURCE(EMERGENCY_DEPARTMENT), assessed_before_arrival, FLAG(TIME_ORDER)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sample s;
        begin(&s, rows[i].source);
        rows[i].change(&s);
        assert_int_equal(rules_refusal(&s.referral, &s.confidential, rows[i].source),
                         CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
        expect_only(&s, rows[i].flag);
    }
}

static void self_harm_without_an_assessment_is_noted(void **state)
{
    (void)state;
    struct sample s;
    begin(&s, SOURCE(EMERGENCY_DEPARTMENT));
    s.department.self_harm = YES;
    apply(&s);
    assert_true(s.findings.assessment_outstanding);
    s.department.psychosocially_assessed = YES;
    apply(&s);
    assert_false(s.findings.assessment_outstanding);
    end(&s);
}

static void kind_a_referral_of_which_nothing_is_known_is_routed(void **state)
{
    (void)state;
    for (int source = SOURCE(STREET_TRIAGE); source <= SOURCE(EMERGENCY_DEPARTMENT); source++) {
        struct sample s;
        begin(&s, (Concordat__V1__Source)source);
        concordat__v1__referral__init(&s.referral);
        concordat__v1__confidential__init(&s.confidential);
        s.referral.source = (Concordat__V1__Source)source;
        s.confidential.callback_number = "07700 900123";
        assert_int_equal(rules_refusal(&s.referral, &s.confidential, (Concordat__V1__Source)source),
                         CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
        apply(&s);
        assert_true(has(&s, FLAG(NAME_MISSING)));
        assert_true(has(&s, FLAG(AGE_MISSING)));
        assert_true(has(&s, FLAG(POSTCODE_MISSING)));
        end(&s);
    }
}

static void only_what_has_no_source_or_no_way_to_ring_back_is_refused(void **state)
{
    (void)state;
    struct sample s;
    begin(&s, SOURCE(STREET_TRIAGE));
    assert_int_equal(rules_refusal(&s.referral, &s.confidential, SOURCE(EMERGENCY_DEPARTMENT)),
                     CONCORDAT__V1__REFUSAL__REFUSAL_NO_SOURCE);
    s.referral.source = SOURCE(UNSPECIFIED);
    assert_int_equal(rules_refusal(&s.referral, &s.confidential, SOURCE(STREET_TRIAGE)),
                     CONCORDAT__V1__REFUSAL__REFUSAL_NO_SOURCE);
    s.referral.source = SOURCE(STREET_TRIAGE);
    static const char *const silent[] = {"", " ", "none", "12"};
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        s.confidential.callback_number = (char *)silent[i];
        assert_int_equal(rules_refusal(&s.referral, &s.confidential, SOURCE(STREET_TRIAGE)),
                         CONCORDAT__V1__REFUSAL__REFUSAL_NO_CALLBACK);
    }
    assert_int_equal(rules_refusal(&s.referral, NULL, SOURCE(STREET_TRIAGE)),
                     CONCORDAT__V1__REFUSAL__REFUSAL_NO_CALLBACK);
    s.confidential.callback_number = "ext 4421";
    assert_int_equal(rules_refusal(&s.referral, &s.confidential, SOURCE(STREET_TRIAGE)),
                     CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_referral_of_each_source_has_no_flag),
        cmocka_unit_test(nhs_numbers_are_told_apart_by_their_check_digit),
        cmocka_unit_test(districts_are_the_outward_half_and_pseudo_postcodes_name_no_place),
        cmocka_unit_test(the_intake_completes_organisation_site_and_district),
        cmocka_unit_test(a_missing_decision_time_is_imputed_once_and_flagged),
        cmocka_unit_test(an_age_is_taken_from_the_date_of_birth),
        cmocka_unit_test(each_rule_notes_its_own_and_no_other),
        cmocka_unit_test(self_harm_without_an_assessment_is_noted),
        cmocka_unit_test(kind_a_referral_of_which_nothing_is_known_is_routed),
        cmocka_unit_test(only_what_has_no_source_or_no_way_to_ring_back_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
