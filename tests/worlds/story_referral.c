/* story_referral.c: see story_referral.h. */
#include "tests/worlds/story_referral.h"

#define TEXT(text) ((char *)(uintptr_t)(text)) /* protobuf-c has no const; packing does not write */

static void fill_instant(Concordat__V1__Instant *instant, int64_t minutes)
{
    concordat__v1__instant__init(instant);
    instant->unix_ms = STORY_START_MS + minutes * STORY_MIN_MS;
    instant->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
}

/* What only the source of a referral records. */
static void fill_details(struct story_referral *said, const struct story_person *person)
{
    Concordat__V1__Referral *referral = &said->referral;
    concordat__v1__street_triage__init(&said->triage);
    concordat__v1__liaison_and_diversion__init(&said->liaison);
    concordat__v1__emergency_department__init(&said->department);
    fill_instant(&said->at_department, person->department_min);
    fill_instant(&said->assessed, person->psychosocial_min);
    said->triage.kind_of_place = CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_BRIDGE;
    said->liaison.offence_category = CONCORDAT__V1__OFFENCE_CATEGORY__OFFENCE_CATEGORY_PUBLIC_ORDER;
    said->liaison.point_of_contact = person->point_of_contact;
    said->liaison.screened = person->screened;
    said->liaison.assessed = person->assessed;
    said->liaison.consent_to_share_with_justice = person->consents;
    said->department.self_harm = person->self_harm;
    said->department.psychosocially_assessed = person->assessed;
    if (person->self_harm && person->assessed == CONCORDAT__V1__ANSWERED__ANSWERED_YES) {
        said->department.arrived_at = &said->at_department;
        said->department.psychosocially_assessed_at = &said->assessed;
    }
    if (person->source == CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE) {
        referral->details_case = CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE;
        referral->street_triage = &said->triage;
    } else if (person->source == CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION) {
        referral->details_case = CONCORDAT__V1__REFERRAL__DETAILS_LIAISON_AND_DIVERSION;
        referral->liaison_and_diversion = &said->liaison;
    } else if (person->self_harm) {
        referral->details_case = CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT;
        referral->emergency_department = &said->department;
    }
}

static void fill_person(Concordat__V1__Demographics *demographics, const struct story_person *person)
{
    concordat__v1__demographics__init(demographics);
    demographics->age_known = person->age >= 0;
    demographics->age_years = person->age >= 0 ? (uint32_t)person->age : 0;
    demographics->age_estimated = person->guessed_adult_looks_under_18;
    demographics->looks_under_18 = person->guessed_adult_looks_under_18;
    demographics->gender = TEXT(person->gender ? person->gender : "2");
    demographics->ethnic_category = TEXT(person->ethnic_category ? person->ethnic_category : "H");
    demographics->ethnicity_stated_by = person->stated_by;
}

static void fill_legal(struct story_referral *said, const struct story_person *person)
{
    concordat__v1__legal__init(&said->legal);
    fill_instant(&said->arrived, person->arrived_min);
    said->legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
    said->legal.place_of_safety = person->place;
    said->legal.transport = person->transport;
    said->legal.arrived_at_place_of_safety_at = &said->arrived;
    said->needs[0] = CONCORDAT__V1__NEED__NEED_AMHP;
    said->needs[1] = CONCORDAT__V1__NEED__NEED_PLACE_OF_SAFETY;
    said->referral.legal = &said->legal;
    said->referral.n_needs = 2;
    said->referral.needs = said->needs;
}

/* Each referral of a story has these, so that a test sees what an auditor gets of them. */
static void fill_always(struct story_referral *said)
{
    Concordat__V1__Referral *referral = &said->referral;
    said->concerns[0] = CONCORDAT__V1__SAFEGUARDING__SAFEGUARDING_CHILD_AT_RISK;
    said->concerns[1] = CONCORDAT__V1__SAFEGUARDING__SAFEGUARDING_MODERN_SLAVERY;
    said->flags[0] = CONCORDAT__V1__FLAG__FLAG_NAME_MISSING;
    said->flags[1] = CONCORDAT__V1__FLAG__FLAG_AGE_CONTRADICTS;
    referral->organisation = TEXT("ZZ9");
    referral->site = TEXT("northmoor-car");
    referral->referrer_role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_STREET_TRIAGE_NURSE;
    referral->urgency_set_by = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_OTHER;
    referral->n_safeguarding = 2;
    referral->safeguarding = said->concerns;
    referral->n_flags = 1;
    referral->flags = said->flags;
}

void story_refer(struct story_referral *said, const struct story_person *person)
{
    Concordat__V1__Referral *referral = &said->referral;
    concordat__v1__referral__init(referral);
    fill_always(said);
    fill_person(&said->person, person);
    fill_details(said, person);
    fill_instant(&said->decided, person->decided_min);
    said->decided.basis = person->decided;
    referral->source = person->source;
    referral->urgency = person->urgency;
    referral->person = &said->person;
    referral->drill = person->drill;
    referral->decided_at = person->decided == 0 ? NULL : &said->decided;
    if (person->place != 0)
        fill_legal(said, person);
}
