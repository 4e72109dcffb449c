/* flags.c: what is missing or odd about a referral: one row for each thing that can be found. */
#include <assert.h>

#include "proto/referral/referral_rules.h"
#include "proto/referral/rule_parts.h"

#define MINUTE_MS INT64_C(60000)

/* Two machines' clocks may differ by this much before a time counts as in the future. */
#define CLOCK_SKEW_MS (2 * MINUTE_MS)
/* A decision older than a day was written down late, or its date is wrong. */
#define LONG_AGO_MS (24 * 60 * MINUTE_MS)

/* A referral with an empty part in the place of each that was left out. */
struct noting {
    const Concordat__V1__Referral *referral;
    const Concordat__V1__Confidential *confidential; /* NULL when there is none */
    const Concordat__V1__Demographics *person;
    const Concordat__V1__Legal *legal;
    const Concordat__V1__StreetTriage *triage;
    const Concordat__V1__LiaisonAndDiversion *liaison;
    const Concordat__V1__EmergencyDepartment *department;
    int64_t now_ms;
};

/* --- the person: all of it may be missing, and none of it is a bar ------------------------------------ */

static bool name_is_missing(const struct noting *n)
{
    return n->confidential && !given_text(n->confidential->person_name);
}

static bool may_be_under_18(const struct noting *n)
{
    Concordat__V1__LooksUnder18 looks = n->person->looks_under_18;
    return !n->person->age_known && !n->person->age_estimated &&
           (looks == CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_YES ||
            looks == CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_CANNOT_TELL);
}

static bool age_is_missing(const struct noting *n)
{
    return !n->person->age_known && !may_be_under_18(n);
}

static bool age_is_estimated(const struct noting *n)
{
    return n->person->age_estimated;
}

static bool ethnicity_is_missing(const struct noting *n)
{
    return !given_text(n->person->ethnic_category);
}

static bool nhs_number_is_missing(const struct noting *n)
{
    return n->confidential && !given_text(n->confidential->nhs_number);
}

static bool nhs_number_fails_check(const struct noting *n)
{
    return n->confidential && given_text(n->confidential->nhs_number) &&
           !nhs_number_is_valid(n->confidential->nhs_number);
}

/* A person of no fixed abode is somewhere all the same, and a pseudo postcode does not say where. */
static bool says_where(const char *postcode)
{
    return given_text(postcode) && !postcode_is_pseudo(postcode);
}

static bool postcode_is_missing(const struct noting *n)
{
    return n->confidential && !says_where(n->confidential->postcode) &&
           !says_where(n->referral->postcode_district);
}

static bool names_no_place(const char *postcode)
{
    char district[POSTCODE_DISTRICT_BYTES];
    return says_where(postcode) && !postcode_district(postcode, district);
}

static bool postcode_is_not_recognised(const struct noting *n)
{
    return names_no_place(n->referral->postcode_district) ||
           (n->confidential && names_no_place(n->confidential->postcode));
}

/* Somebody meant to tell the age by it. */
static bool date_of_birth_is_not_read(const struct noting *n)
{
    uint32_t years;
    return n->confidential && given_text(n->confidential->date_of_birth) &&
           !age_from_date_of_birth(n->confidential->date_of_birth, n->now_ms, &years);
}

/* --- the decision to refer ---------------------------------------------------------------------------- */

static bool urgency_is_missing(const struct noting *n)
{
    return n->referral->urgency == CONCORDAT__V1__URGENCY__URGENCY_UNSPECIFIED;
}

static bool decided_time_is_missing(const struct noting *n)
{
    const Concordat__V1__Instant *decided = n->referral->decided_at;
    return !given_time(decided) || decided->basis == CONCORDAT__V1__BASIS__BASIS_IMPUTED;
}

static bool decided_time_is_in_future(const struct noting *n)
{
    return !decided_time_is_missing(n) && n->referral->decided_at->unix_ms > n->now_ms + CLOCK_SKEW_MS;
}

static bool decided_time_is_long_ago(const struct noting *n)
{
    return !decided_time_is_missing(n) && n->referral->decided_at->unix_ms < n->now_ms - LONG_AGO_MS;
}

/* --- the age, where two things tell it ---------------------------------------------------------------- */

static bool age_contradicts(const struct noting *n)
{
    uint32_t years;
    bool contradicts;
    return n->confidential &&
           age_to_route_by(n->person, n->confidential->date_of_birth, n->now_ms, &years, &contradicts) &&
           contradicts;
}

/* --- detention and conveyance, which any source can meet ---------------------------------------------- */

/* Mental Health Act 1983, section 136. */
static bool section_136_has_no_time(const struct noting *n)
{
    return n->legal->status == CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136 &&
           !given_time(n->legal->power_used_at);
}

/* The Home Office's annual collection on section 136 asks for the reason. */
static bool police_vehicle_has_no_reason(const struct noting *n)
{
    return n->legal->transport == CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE &&
           n->legal->police_vehicle_reason ==
               CONCORDAT__V1__POLICE_VEHICLE_REASON__POLICE_VEHICLE_REASON_UNSPECIFIED;
}

/* Section 136(1A). */
static bool power_is_used_in_dwelling(const struct noting *n)
{
    return referral_rules_used_in_dwelling(n->referral);
}

/* Section 135(7). */
static bool home_has_no_consent(const struct noting *n)
{
    bool another = n->legal->lives_alone_there != CONCORDAT__V1__ANSWERED__ANSWERED_YES;
    return n->legal->place_of_safety == CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_PRIVATE_HOME &&
           (n->legal->person_agrees_to_home != CONCORDAT__V1__ANSWERED__ANSWERED_YES ||
            (another && n->legal->occupier_agrees_to_home != CONCORDAT__V1__ANSWERED__ANSWERED_YES));
}

/* Mental Health Act 1983, section 136A. Somebody who may be under 18 is taken to be. */
static bool child_is_at_police_station(const struct noting *n)
{
    uint32_t years;
    bool contradicts;
    if (n->legal->place_of_safety != CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION)
        return false;
    return age_to_route_by(n->person, n->confidential ? n->confidential->date_of_birth : "", n->now_ms,
                           &years, &contradicts)
               ? years < ADULT_YEARS
               : may_be_under_18(n);
}

/* --- the order of times ------------------------------------------------------------------------------- */

/* Any of them may be missing; now comes last. */
static bool in_order(const struct noting *n, const Concordat__V1__Instant *first,
                     const Concordat__V1__Instant *second, const Concordat__V1__Instant *third)
{
    const Concordat__V1__Instant *const times[] = {first, second, third};
    int64_t before_ms = INT64_MIN;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (!given_time(times[i]))
            continue;
        if (times[i]->unix_ms < before_ms || times[i]->unix_ms > n->now_ms + CLOCK_SKEW_MS)
            return false;
        before_ms = times[i]->unix_ms;
    }
    return true;
}

static bool legal_times_disagree(const struct noting *n)
{
    return !in_order(n, n->legal->power_used_at, n->legal->arrived_at_place_of_safety_at,
                     n->legal->handover_done_at);
}

static bool liaison_times_disagree(const struct noting *n)
{
    return !in_order(n, n->liaison->screened_at, n->liaison->assessed_at, NULL);
}

static bool department_times_disagree(const struct noting *n)
{
    return !in_order(n, n->department->arrived_at, n->department->psychosocially_assessed_at, NULL);
}

/* --- street triage: is the scene safe to come to, was section 136 used -------------------------------- */

static bool scene_is_not_safe(const struct noting *n)
{
    return n->triage->scene_safety == CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_NOT_SAFE;
}

static bool used_power_has_no_time(const struct noting *n)
{
    return n->triage->section_136_used == CONCORDAT__V1__ANSWERED__ANSWERED_YES &&
           !given_time(n->legal->power_used_at);
}

/* --- liaison and diversion ---------------------------------------------------------------------------- */

static bool screening_is_missing(const struct noting *n)
{
    return n->liaison->screened != CONCORDAT__V1__ANSWERED__ANSWERED_YES ||
           !given_time(n->liaison->screened_at);
}

/* Consent to share with justice is apart from consent to care. */
static bool consent_is_not_recorded(const struct noting *n)
{
    return n->liaison->consent_to_share_with_justice == CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED;
}

/* --- emergency department: when the person came, are they well enough to be seen ---------------------- */

static bool arrival_time_is_missing(const struct noting *n)
{
    return !given_time(n->department->arrived_at);
}

static bool clearance_is_outstanding(const struct noting *n)
{
    return n->department->physically_cleared != CONCORDAT__V1__ANSWERED__ANSWERED_YES;
}

/* --- the table ---------------------------------------------------------------------------------------- */

#define FLAG(name)   CONCORDAT__V1__FLAG__FLAG_##name
#define SOURCE(name) CONCORDAT__V1__SOURCE__SOURCE_##name
#define ANY_SOURCE   SOURCE(UNSPECIFIED)

/* codes.proto says what each flag means. Three are not here: AREA_ASSUMED and SITE_NOT_KNOWN, which need the
 * directory, and LATE_ENTRY, which only the sender can know. */
static const struct flag_rule {
    Concordat__V1__Flag flag;
    Concordat__V1__Source source; /* whose referrals alone are asked for it */
    bool (*is_found)(const struct noting *n);
} flag_rules[] = {
    {FLAG(NAME_MISSING), ANY_SOURCE, name_is_missing},
    {FLAG(AGE_MISSING), ANY_SOURCE, age_is_missing},
    {FLAG(AGE_ESTIMATED), ANY_SOURCE, age_is_estimated},
    {FLAG(AGE_CONTRADICTS), ANY_SOURCE, age_contradicts},
    {FLAG(DATE_OF_BIRTH_NOT_READ), ANY_SOURCE, date_of_birth_is_not_read},
    {FLAG(MAY_BE_UNDER_18), ANY_SOURCE, may_be_under_18},
    {FLAG(ETHNICITY_MISSING), ANY_SOURCE, ethnicity_is_missing},
    {FLAG(NHS_NUMBER_MISSING), ANY_SOURCE, nhs_number_is_missing},
    {FLAG(NHS_NUMBER_FAILS_CHECK), ANY_SOURCE, nhs_number_fails_check},
    {FLAG(POSTCODE_MISSING), ANY_SOURCE, postcode_is_missing},
    {FLAG(POSTCODE_NOT_RECOGNISED), ANY_SOURCE, postcode_is_not_recognised},
    {FLAG(URGENCY_MISSING), ANY_SOURCE, urgency_is_missing},
    {FLAG(DECIDED_TIME_MISSING), ANY_SOURCE, decided_time_is_missing},
    {FLAG(DECIDED_TIME_IN_FUTURE), ANY_SOURCE, decided_time_is_in_future},
    {FLAG(DECIDED_TIME_LONG_AGO), ANY_SOURCE, decided_time_is_long_ago},
    {FLAG(SECTION_136_TIME_MISSING), ANY_SOURCE, section_136_has_no_time},
    {FLAG(TRANSPORT_REASON_MISSING), ANY_SOURCE, police_vehicle_has_no_reason},
    {FLAG(UNDER_18_AT_POLICE_STATION), ANY_SOURCE, child_is_at_police_station},
    {FLAG(SECTION_136_IN_DWELLING), ANY_SOURCE, power_is_used_in_dwelling},
    {FLAG(HOME_CONSENT_MISSING), ANY_SOURCE, home_has_no_consent},
    {FLAG(TIME_ORDER), ANY_SOURCE, legal_times_disagree},
    {FLAG(TIME_ORDER), ANY_SOURCE, liaison_times_disagree},
    {FLAG(TIME_ORDER), ANY_SOURCE, department_times_disagree},
    {FLAG(SCENE_NOT_SAFE), SOURCE(STREET_TRIAGE), scene_is_not_safe},
    {FLAG(SECTION_136_TIME_MISSING), SOURCE(STREET_TRIAGE), used_power_has_no_time},
    {FLAG(SCREENING_MISSING), SOURCE(LIAISON_AND_DIVERSION), screening_is_missing},
    {FLAG(CONSENT_NOT_RECORDED), SOURCE(LIAISON_AND_DIVERSION), consent_is_not_recorded},
    {FLAG(ARRIVAL_TIME_MISSING), SOURCE(EMERGENCY_DEPARTMENT), arrival_time_is_missing},
    {FLAG(PHYSICAL_CLEARANCE_OUTSTANDING), SOURCE(EMERGENCY_DEPARTMENT), clearance_is_outstanding},
};

static_assert((unsigned)FLAG(DATE_OF_BIRTH_NOT_READ) < FLAG_BITS,
              "a set of flags has room for the last of them");

static const Concordat__V1__EmergencyDepartment *department_of(const Concordat__V1__Referral *referral)
{
    static const Concordat__V1__EmergencyDepartment nothing = CONCORDAT__V1__EMERGENCY_DEPARTMENT__INIT;
    return referral->details_case == CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT
               ? referral->emergency_department
               : &nothing;
}

/* If nobody says whether it was a dwelling, the kind of place where the person was met does. */
bool referral_rules_used_in_dwelling(const Concordat__V1__Referral *referral)
{
    const Concordat__V1__Legal *legal = referral->legal;
    bool met_at_home =
        referral->details_case == CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE &&
        (referral->street_triage->kind_of_place == CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_HOME ||
         referral->street_triage->kind_of_place == CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_ANOTHER_HOME);
    if (!legal || legal->status != CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136)
        return false;
    return legal->used_in_dwelling == CONCORDAT__V1__ANSWERED__ANSWERED_YES ||
           (legal->used_in_dwelling == CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED && met_at_home);
}

uint64_t referral_rules_flags(const Concordat__V1__Referral *referral,
                              const Concordat__V1__Confidential *confidential, int64_t now_ms)
{
    static const Concordat__V1__Demographics no_person = CONCORDAT__V1__DEMOGRAPHICS__INIT;
    static const Concordat__V1__Legal no_legal = CONCORDAT__V1__LEGAL__INIT;
    static const Concordat__V1__StreetTriage no_triage = CONCORDAT__V1__STREET_TRIAGE__INIT;
    static const Concordat__V1__LiaisonAndDiversion no_liaison = CONCORDAT__V1__LIAISON_AND_DIVERSION__INIT;
    const struct noting noting = {
        .referral = referral,
        .confidential = confidential,
        .person = referral->person ? referral->person : &no_person,
        .legal = referral->legal ? referral->legal : &no_legal,
        .triage = referral->details_case == CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE
                      ? referral->street_triage
                      : &no_triage,
        .liaison = referral->details_case == CONCORDAT__V1__REFERRAL__DETAILS_LIAISON_AND_DIVERSION
                       ? referral->liaison_and_diversion
                       : &no_liaison,
        .department = department_of(referral),
        .now_ms = now_ms,
    };
    uint64_t found = 0;
    for (size_t i = 0; i < referral->n_flags; i++)
        found |= flag_bit(referral->flags[i]) & REFERRAL_SENDERS_FLAGS;
    for (size_t i = 0; i < sizeof flag_rules / sizeof *flag_rules; i++) {
        const struct flag_rule *rule = &flag_rules[i];
        if ((rule->source == ANY_SOURCE || rule->source == referral->source) && rule->is_found(&noting))
            found |= flag_bit(rule->flag);
    }
    return found;
}

static bool is_same_age(const Concordat__V1__Demographics *a, const Concordat__V1__Demographics *b)
{
    return a && b && a->age_known && b->age_known && a->age_years == b->age_years;
}

/* Only a confidential part speaks of a name or an NHS number, so those four hold whatever a later version
 * says. The flags of the postcode and of the age hold while the referral still says what they were found by.
 */
uint64_t referral_rules_kept_flags(const Concordat__V1__Referral *earlier,
                                   const Concordat__V1__Referral *later)
{
    const uint64_t identity = flag_bit(FLAG(NAME_MISSING)) | flag_bit(FLAG(NHS_NUMBER_MISSING)) |
                              flag_bit(FLAG(NHS_NUMBER_FAILS_CHECK)) | flag_bit(FLAG(DATE_OF_BIRTH_NOT_READ));
    uint64_t noted = 0, may_hold = identity;
    for (size_t i = 0; i < earlier->n_flags; i++)
        noted |= flag_bit(earlier->flags[i]);
    if (!given_text(later->postcode_district))
        may_hold |= flag_bit(FLAG(POSTCODE_MISSING));
    if (!names_no_place(earlier->postcode_district))
        may_hold |= flag_bit(FLAG(POSTCODE_NOT_RECOGNISED));
    if (is_same_age(earlier->person, later->person)) {
        may_hold |= flag_bit(FLAG(AGE_CONTRADICTS));
        if (later->legal &&
            later->legal->place_of_safety == CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION)
            may_hold |= flag_bit(FLAG(UNDER_18_AT_POLICE_STATION));
    }
    return noted & may_hold;
}

uint32_t referral_rules_routed_age(const Concordat__V1__Referral *referral,
                                   const Concordat__V1__Confidential *confidential, int64_t now_ms)
{
    uint32_t years;
    bool contradicts;
    assert(referral->person && confidential);
    age_to_route_by(referral->person, confidential->date_of_birth, now_ms, &years, &contradicts);
    return years;
}

bool referral_rules_assessment_is_due(const Concordat__V1__Referral *referral)
{
    const Concordat__V1__EmergencyDepartment *department = department_of(referral);
    return referral->source == SOURCE(EMERGENCY_DEPARTMENT) &&
           department->self_harm == CONCORDAT__V1__ANSWERED__ANSWERED_YES &&
           department->psychosocially_assessed != CONCORDAT__V1__ANSWERED__ANSWERED_YES;
}
