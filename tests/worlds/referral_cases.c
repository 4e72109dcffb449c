/* referral_cases.c: see referral_cases.h. */
#include "tests/worlds/referral_cases.h"

#include <stdbool.h>

#define FLAG(name)   CONCORDAT__V1__FLAG__FLAG_##name
#define SOURCE(name) CONCORDAT__V1__SOURCE__SOURCE_##name
#define YES          CONCORDAT__V1__ANSWERED__ANSWERED_YES
#define NO           CONCORDAT__V1__ANSWERED__ANSWERED_NO

static Concordat__V1__Instant minutes_ago(int minutes)
{
    Concordat__V1__Instant instant = CONCORDAT__V1__INSTANT__INIT;
    instant.unix_ms = CASES_NOW_MS - minutes * CASES_MINUTE_MS;
    return instant;
}

static void whole_details(struct whole_referral *whole, Concordat__V1__Source source)
{
    whole->referral.source = source;
    if (source == SOURCE(STREET_TRIAGE)) {
        whole->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE;
        whole->referral.street_triage = &whole->street_triage;
    } else if (source == SOURCE(LIAISON_AND_DIVERSION)) {
        whole->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_LIAISON_AND_DIVERSION;
        whole->referral.liaison_and_diversion = &whole->liaison;
    } else {
        whole->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT;
        whole->referral.emergency_department = &whole->department;
    }
}

void cases_whole(struct whole_referral *whole, Concordat__V1__Source source)
{
    *whole = (struct whole_referral){.id = "r"};
    whole->decided = minutes_ago(5);
    whole->earlier = minutes_ago(40);
    whole->later = minutes_ago(20);
    whole->last = minutes_ago(10);
    concordat__v1__demographics__init(&whole->person);
    whole->person.age_known = true;
    whole->person.age_years = 34;
    whole->person.ethnic_category = "A";
    concordat__v1__legal__init(&whole->legal);
    concordat__v1__street_triage__init(&whole->street_triage);
    concordat__v1__liaison_and_diversion__init(&whole->liaison);
    whole->liaison.screened = YES;
    whole->liaison.screened_at = &whole->earlier;
    whole->liaison.consent_to_share_with_justice = NO;
    concordat__v1__emergency_department__init(&whole->department);
    whole->department.arrived_at = &whole->earlier;
    whole->department.physically_cleared = YES;
    concordat__v1__confidential__init(&whole->confidential);
    whole->confidential.callback_number = "07700 900123";
    whole->confidential.person_name = "Robin Example";
    whole->confidential.nhs_number = "943 476 5919";
    whole->confidential.postcode = "zx1 2ab";
    concordat__v1__referral__init(&whole->referral);
    whole->referral.id = (ProtobufCBinaryData){sizeof whole->id, whole->id};
    whole->referral.urgency = CONCORDAT__V1__URGENCY__URGENCY_URGENT;
    whole->referral.decided_at = &whole->decided;
    whole->referral.person = &whole->person;
    whole->referral.legal = &whole->legal;
    whole_details(whole, source);
}

/* --- what each case leaves out or gets wrong ------------------------------------------------------------ */

#define CHANGE(name) static void change_##name(struct whole_referral *w)
CHANGE(no_change)
{
    (void)w;
}
CHANGE(no_name)
{
    w->confidential.person_name = " ";
}
CHANGE(no_age)
{
    w->person.age_known = false;
}
CHANGE(guessed_age)
{
    w->person.age_estimated = true;
}
CHANGE(child_by_birth)
{
    w->confidential.date_of_birth = "2015-01-01";
}
CHANGE(child_as_stated)
{
    w->person.age_years = 12;
    w->confidential.date_of_birth = "1990-01-01";
}
CHANGE(guessed_adult_who_is_a_child_by_birth)
{
    w->person.age_years = 18;
    w->confidential.date_of_birth = "2009-01-01";
}
CHANGE(older_by_birth)
{
    w->confidential.date_of_birth = "1960-01-01";
}
CHANGE(a_birthday_apart)
{
    w->person.age_years = 37;
    w->confidential.date_of_birth = "1990-01-01";
}
CHANGE(child_by_birth_as_people_write_it)
{
    w->confidential.date_of_birth = "31/12/2010";
}
CHANGE(birth_on_a_day_that_never_was)
{
    w->confidential.date_of_birth = "29/02/2011";
}
CHANGE(birth_in_words)
{
    w->confidential.date_of_birth = "some time in May";
}
CHANGE(place_with_a_postcode)
{
    w->confidential.postcode = "St Mary's bridge, ZX1 4";
}
CHANGE(no_ethnicity)
{
    w->person.ethnic_category = "";
}
CHANGE(not_stated_ethnicity)
{
    w->person.ethnic_category = "Z";
}
CHANGE(no_nhs_number)
{
    w->confidential.nhs_number = "";
}
CHANGE(wrong_nhs_number)
{
    w->confidential.nhs_number = "3478526985";
}
CHANGE(no_postcode)
{
    w->confidential.postcode = "";
}
CHANGE(odd_postcode)
{
    w->confidential.postcode = "by the bridge";
}
CHANGE(pseudo_postcode)
{
    w->confidential.postcode = "ZZ99 3VZ";
}
CHANGE(odd_district)
{
    w->referral.postcode_district = "1234";
}
CHANGE(no_urgency)
{
    w->referral.urgency = CONCORDAT__V1__URGENCY__URGENCY_UNSPECIFIED;
}
CHANGE(no_decided)
{
    w->referral.decided_at = NULL;
}
CHANGE(decided_in_future)
{
    w->decided.unix_ms = CASES_NOW_MS + 10 * CASES_MINUTE_MS;
}
CHANGE(decided_a_little_ahead)
{
    w->decided.unix_ms = CASES_NOW_MS + CASES_MINUTE_MS;
}
CHANGE(decided_long_ago)
{
    w->decided.unix_ms = CASES_NOW_MS - 1500 * CASES_MINUTE_MS;
}
CHANGE(written_on_paper)
{
    static Concordat__V1__Flag flags[] = {FLAG(LATE_ENTRY), FLAG(NAME_MISSING)};
    w->referral.flags = flags;
    w->referral.n_flags = 2;
}
CHANGE(flagged_by_the_sender)
{
    static Concordat__V1__Flag flags[] = {FLAG(NAME_MISSING)};
    w->referral.flags = flags;
    w->referral.n_flags = 1;
}
CHANGE(section_136_without_time)
{
    w->legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
}
CHANGE(section_136_used_without_time)
{
    w->street_triage.section_136_used = YES;
    w->referral.legal = NULL;
}
CHANGE(section_136_with_time)
{
    w->street_triage.section_136_used = YES;
    w->legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
    w->legal.power_used_at = &w->earlier;
}
CHANGE(looks_under_18)
{
    w->person.age_known = false;
    w->person.age_years = 0;
    w->person.looks_under_18 = CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_YES;
}
CHANGE(nobody_can_tell_the_age)
{
    change_looks_under_18(w);
    w->person.looks_under_18 = CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_CANNOT_TELL;
}
CHANGE(looks_adult)
{
    change_looks_under_18(w);
    w->person.looks_under_18 = CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_NO;
}
CHANGE(child_at_police_station)
{
    w->person.age_years = 17;
    w->legal.place_of_safety = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION;
}
CHANGE(adult_at_police_station)
{
    w->person.age_years = 18;
    w->legal.place_of_safety = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION;
}
CHANGE(police_vehicle)
{
    w->legal.transport = CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE;
}
CHANGE(police_vehicle_with_reason)
{
    change_police_vehicle(w);
    w->legal.police_vehicle_reason =
        CONCORDAT__V1__POLICE_VEHICLE_REASON__POLICE_VEHICLE_REASON_AMBULANCE_NOT_WITHIN_30_MINUTES;
}
CHANGE(arrival_before_power_used)
{
    w->legal.power_used_at = &w->later;
    w->legal.arrived_at_place_of_safety_at = &w->earlier;
}
CHANGE(handover_before_power_used)
{
    w->legal.power_used_at = &w->later;
    w->legal.handover_done_at = &w->earlier;
}
CHANGE(section_136_in_a_dwelling)
{
    change_section_136_with_time(w);
    w->legal.used_in_dwelling = YES;
}
CHANGE(section_136_where_somebody_lives)
{
    change_section_136_with_time(w);
    w->street_triage.kind_of_place = CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_ANOTHER_HOME;
}
CHANGE(section_136_in_front_of_the_home)
{
    change_section_136_where_somebody_lives(w);
    w->legal.used_in_dwelling = NO;
}
CHANGE(private_home)
{
    w->legal.place_of_safety = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_PRIVATE_HOME;
    w->legal.person_agrees_to_home = YES;
}
CHANGE(private_home_agreed)
{
    change_private_home(w);
    w->legal.occupier_agrees_to_home = YES;
}
CHANGE(private_home_without_others)
{
    change_private_home(w);
    w->legal.lives_alone_there = YES;
}
CHANGE(legal_in_order)
{
    w->legal.power_used_at = &w->earlier;
    w->legal.arrived_at_place_of_safety_at = &w->later;
    w->legal.handover_done_at = &w->last;
}
CHANGE(handover_in_future)
{
    w->last.unix_ms = CASES_NOW_MS + 10 * CASES_MINUTE_MS;
    w->legal.handover_done_at = &w->last;
}
CHANGE(scene_not_safe)
{
    w->street_triage.scene_safety = CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_NOT_SAFE;
}
CHANGE(not_screened)
{
    w->liaison.screened = NO;
}
CHANGE(screened_without_time)
{
    w->liaison.screened_at = NULL;
}
CHANGE(no_consent_answer)
{
    w->liaison.consent_to_share_with_justice = CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED;
}
CHANGE(assessed_before_screened)
{
    w->liaison.screened_at = &w->later;
    w->liaison.assessed_at = &w->earlier;
}
CHANGE(no_arrival)
{
    w->department.arrived_at = NULL;
}
CHANGE(not_cleared)
{
    w->department.physically_cleared = NO;
}
CHANGE(no_answer_on_clearance)
{
    w->department.physically_cleared = CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED;
}
CHANGE(assessed_before_arrival)
{
    w->department.arrived_at = &w->later;
    w->department.psychosocially_assessed_at = &w->earlier;
}

/* --- the table ------------------------------------------------------------------------------------------ */

#define CASE(change) #change, change_##change

static const struct referral_case all_cases[] = {
    {CASE(no_change), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(no_name), SOURCE(STREET_TRIAGE), FLAG(NAME_MISSING)},
    {CASE(no_age), SOURCE(STREET_TRIAGE), FLAG(AGE_MISSING)},
    {CASE(looks_under_18), SOURCE(STREET_TRIAGE), FLAG(MAY_BE_UNDER_18)},
    {CASE(nobody_can_tell_the_age), SOURCE(EMERGENCY_DEPARTMENT), FLAG(MAY_BE_UNDER_18)},
    {CASE(looks_adult), SOURCE(STREET_TRIAGE), FLAG(AGE_MISSING)},
    {CASE(guessed_age), SOURCE(STREET_TRIAGE), FLAG(AGE_ESTIMATED)},
    {CASE(child_by_birth), SOURCE(STREET_TRIAGE), FLAG(AGE_CONTRADICTS)},
    {CASE(child_as_stated), SOURCE(STREET_TRIAGE), FLAG(AGE_CONTRADICTS)},
    {CASE(guessed_adult_who_is_a_child_by_birth), SOURCE(STREET_TRIAGE), FLAG(AGE_CONTRADICTS)},
    {CASE(older_by_birth), SOURCE(STREET_TRIAGE), FLAG(AGE_CONTRADICTS)},
    {CASE(a_birthday_apart), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(child_by_birth_as_people_write_it), SOURCE(STREET_TRIAGE), FLAG(AGE_CONTRADICTS)},
    {CASE(birth_on_a_day_that_never_was), SOURCE(STREET_TRIAGE), FLAG(DATE_OF_BIRTH_NOT_READ)},
    {CASE(birth_in_words), SOURCE(STREET_TRIAGE), FLAG(DATE_OF_BIRTH_NOT_READ)},
    {CASE(place_with_a_postcode), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(no_ethnicity), SOURCE(STREET_TRIAGE), FLAG(ETHNICITY_MISSING)},
    {CASE(not_stated_ethnicity), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(no_nhs_number), SOURCE(STREET_TRIAGE), FLAG(NHS_NUMBER_MISSING)},
    {CASE(wrong_nhs_number), SOURCE(STREET_TRIAGE), FLAG(NHS_NUMBER_FAILS_CHECK)},
    {CASE(no_postcode), SOURCE(STREET_TRIAGE), FLAG(POSTCODE_MISSING)},
    {CASE(odd_postcode), SOURCE(STREET_TRIAGE), FLAG(POSTCODE_NOT_RECOGNISED)},
    {CASE(pseudo_postcode), SOURCE(STREET_TRIAGE), FLAG(POSTCODE_MISSING)},
    {CASE(odd_district), SOURCE(STREET_TRIAGE), FLAG(POSTCODE_NOT_RECOGNISED)},
    {CASE(no_urgency), SOURCE(STREET_TRIAGE), FLAG(URGENCY_MISSING)},
    {CASE(no_decided), SOURCE(STREET_TRIAGE), FLAG(DECIDED_TIME_MISSING)},
    {CASE(decided_in_future), SOURCE(STREET_TRIAGE), FLAG(DECIDED_TIME_IN_FUTURE)},
    {CASE(decided_a_little_ahead), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(decided_long_ago), SOURCE(STREET_TRIAGE), FLAG(DECIDED_TIME_LONG_AGO)},
    {CASE(written_on_paper), SOURCE(STREET_TRIAGE), FLAG(LATE_ENTRY)},
    {CASE(flagged_by_the_sender), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(section_136_without_time), SOURCE(EMERGENCY_DEPARTMENT), FLAG(SECTION_136_TIME_MISSING)},
    {CASE(section_136_used_without_time), SOURCE(STREET_TRIAGE), FLAG(SECTION_136_TIME_MISSING)},
    {CASE(section_136_with_time), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(child_at_police_station), SOURCE(STREET_TRIAGE), FLAG(UNDER_18_AT_POLICE_STATION)},
    {CASE(adult_at_police_station), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(police_vehicle), SOURCE(STREET_TRIAGE), FLAG(TRANSPORT_REASON_MISSING)},
    {CASE(police_vehicle_with_reason), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(arrival_before_power_used), SOURCE(STREET_TRIAGE), FLAG(TIME_ORDER)},
    {CASE(handover_before_power_used), SOURCE(STREET_TRIAGE), FLAG(TIME_ORDER)},
    {CASE(legal_in_order), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(section_136_in_a_dwelling), SOURCE(EMERGENCY_DEPARTMENT), FLAG(SECTION_136_IN_DWELLING)},
    {CASE(section_136_where_somebody_lives), SOURCE(STREET_TRIAGE), FLAG(SECTION_136_IN_DWELLING)},
    {CASE(section_136_in_front_of_the_home), SOURCE(STREET_TRIAGE), FLAG(UNSPECIFIED)},
    {CASE(private_home), SOURCE(EMERGENCY_DEPARTMENT), FLAG(HOME_CONSENT_MISSING)},
    {CASE(private_home_agreed), SOURCE(EMERGENCY_DEPARTMENT), FLAG(UNSPECIFIED)},
    {CASE(private_home_without_others), SOURCE(EMERGENCY_DEPARTMENT), FLAG(UNSPECIFIED)},
    {CASE(handover_in_future), SOURCE(STREET_TRIAGE), FLAG(TIME_ORDER)},
    {CASE(scene_not_safe), SOURCE(STREET_TRIAGE), FLAG(SCENE_NOT_SAFE)},
    {CASE(not_screened), SOURCE(LIAISON_AND_DIVERSION), FLAG(SCREENING_MISSING)},
    {CASE(screened_without_time), SOURCE(LIAISON_AND_DIVERSION), FLAG(SCREENING_MISSING)},
    {CASE(no_consent_answer), SOURCE(LIAISON_AND_DIVERSION), FLAG(CONSENT_NOT_RECORDED)},
    {CASE(assessed_before_screened), SOURCE(LIAISON_AND_DIVERSION), FLAG(TIME_ORDER)},
    {CASE(no_arrival), SOURCE(EMERGENCY_DEPARTMENT), FLAG(ARRIVAL_TIME_MISSING)},
    {CASE(not_cleared), SOURCE(EMERGENCY_DEPARTMENT), FLAG(PHYSICAL_CLEARANCE_OUTSTANDING)},
    {CASE(no_answer_on_clearance), SOURCE(EMERGENCY_DEPARTMENT), FLAG(PHYSICAL_CLEARANCE_OUTSTANDING)},
    {CASE(assessed_before_arrival), SOURCE(EMERGENCY_DEPARTMENT), FLAG(TIME_ORDER)},
};

const struct referral_case *cases_all(size_t *count)
{
    *count = sizeof all_cases / sizeof *all_cases;
    return all_cases;
}
