/* trail_facts.c: the facts of a referral, as its row in table `referral` holds them.
 *
 * There is one UPDATE for each message of the referral, so that its fields stand beside the columns they
 * fill.
 */
#include "services/audit/trail_facts.h"

#include "proto/referral/referral_rules.h"
#include "proto/words/words.h"
#include "services/audit/national.h"

enum { ADULT_YEARS = 18 };

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))

static struct sql_value instant_value(const Concordat__V1__Instant *instant)
{
    return sql_time(instant == NULL ? 0 : instant->unix_ms);
}

void trail_facts_add_word(sqlite3_str *list, const ProtobufCEnumDescriptor *descriptor, int value)
{
    sqlite3_str_appendf(list, "%s%s", sqlite3_str_length(list) > 0 ? ", " : "",
                        words_for(descriptor, value, (char[WORDS_MAX]){0}));
}

/* The concerns in words, and the national codes of those that have one. */
static int set_safeguarding(struct sql *sql, const struct sql_value *id, const Concordat__V1__Referral *facts)
{
    sqlite3_str *concerns = sqlite3_str_new(NULL), *codes = sqlite3_str_new(NULL);
    for (size_t i = 0; i < facts->n_safeguarding; i++) {
        const char *code =
            national_code(&concordat__v1__safeguarding__descriptor, (int)facts->safeguarding[i]);
        trail_facts_add_word(concerns, &concordat__v1__safeguarding__descriptor, (int)facts->safeguarding[i]);
        if (*code)
            sqlite3_str_appendf(codes, "%s%s", sqlite3_str_length(codes) > 0 ? ", " : "", code);
    }
    int out_of_memory = sqlite3_str_errcode(concerns) | sqlite3_str_errcode(codes);
    char *concerns_text = sqlite3_str_finish(concerns);
    char *codes_text = sqlite3_str_finish(codes);
    int done = SQLITE_NOMEM;
    if (out_of_memory == SQLITE_OK)
        done = RUN("UPDATE referral SET safeguarding = ?2, safeguarding_codes = ?3 WHERE referral = ?1", *id,
                   sql_text(concerns_text), sql_text(codes_text));
    sqlite3_free(concerns_text);
    sqlite3_free(codes_text);
    return done;
}

static bool noted(const Concordat__V1__Referral *facts, Concordat__V1__Flag flag)
{
    for (size_t i = 0; i < facts->n_flags; i++)
        if (facts->flags[i] == flag)
            return true;
    return false;
}

static int set_referral(struct sql *sql, const struct sql_value *id, const Concordat__V1__Referral *facts,
                        const struct trail_routing *routing)
{
    sqlite3_str *needs = sqlite3_str_new(NULL);
    for (size_t i = 0; i < facts->n_needs; i++)
        trail_facts_add_word(needs, &concordat__v1__need__descriptor, (int)facts->needs[i]);
    sqlite3_str *flags = sqlite3_str_new(NULL);
    for (size_t i = 0; i < facts->n_flags; i++)
        trail_facts_add_word(flags, &concordat__v1__flag__descriptor, (int)facts->flags[i]);
    for (size_t i = 0; i < routing->flag_count; i++)
        if (!noted(facts, routing->flags[i]))
            trail_facts_add_word(flags, &concordat__v1__flag__descriptor, (int)routing->flags[i]);
    int out_of_memory = sqlite3_str_errcode(needs) | sqlite3_str_errcode(flags);
    char *needs_text = sqlite3_str_finish(needs);
    char *flags_text = sqlite3_str_finish(flags);
    const Concordat__V1__Instant *decided = facts->decided_at;
    int done = SQLITE_NOMEM;
    if (out_of_memory == SQLITE_OK)
        done = RUN(
            "UPDATE referral SET source = ?2, source_code = ?3, organisation = ?4, site = ?5,"
            " referrer_role = ?6, urgency = ?7, urgency_code = ?8, urgency_set_by = ?9, routed_as = ?10,"
            " area = ?11, postcode_district = ?12, primary_reason = ?13, presenting_code = ?14,"
            " needs = ?15, flags = ?16, intoxicated = ?17, decided_at_ms = ?18, decided_basis = ?19"
            " WHERE referral = ?1",
            *id, WORDS(source, facts->source), CODE(source, facts->source), sql_text(facts->organisation),
            sql_text(facts->site), WORDS(staff_role, facts->referrer_role), WORDS(urgency, facts->urgency),
            CODE(urgency, facts->urgency), WORDS(staff_role, facts->urgency_set_by),
            WORDS(urgency, routing->routed_as), sql_text(routing->area), sql_text(facts->postcode_district),
            sql_text(facts->primary_reason), sql_text(facts->presenting_code), sql_text(needs_text),
            sql_text(flags_text), WORDS(answered, facts->intoxicated), instant_value(decided),
            WORDS(basis, decided == NULL ? 0 : (int)decided->basis));
    sqlite3_free(needs_text);
    sqlite3_free(flags_text);
    return done;
}

/* By the age that the router used: the younger one, if the stated age and the date of birth contradict each
 * other. In both forms of a trail it is the same. NULL: the age is not known. */
static const char *age_used(const Concordat__V1__Demographics *person, const struct trail_routing *routing)
{
    bool contradicts = false;
    for (size_t i = 0; i < routing->flag_count; i++)
        contradicts |= routing->flags[i] == CONCORDAT__V1__FLAG__FLAG_AGE_CONTRADICTS;
    if (!contradicts && (!person->age_known || referral_rules_age_is_doubted(person)))
        return NULL;
    return (contradicts ? routing->age : person->age_years) < ADULT_YEARS ? "under 18" : "18 and over";
}

static int set_person(struct sql *sql, const struct sql_value *id, const Concordat__V1__Demographics *person,
                      const struct trail_routing *routing)
{
    Concordat__V1__Demographics nothing = CONCORDAT__V1__DEMOGRAPHICS__INIT;
    if (!person)
        person = &nothing;
    return RUN("UPDATE referral SET age_years = ?2, age_estimated = ?3, gender = ?4, ethnic_category = ?5,"
               " ethnicity_stated_by = ?6, language = ?7, interpreter_needed = ?8, looks_under_18 = ?9,"
               " age_used = ?10 WHERE referral = ?1",
               *id, person->age_known ? sql_integer(person->age_years) : sql_text(NULL),
               sql_integer(person->age_estimated), sql_text(person->gender),
               sql_text(person->ethnic_category), WORDS(ethnicity_stated_by, person->ethnicity_stated_by),
               sql_text(person->language), WORDS(answered, person->interpreter_needed),
               WORDS(looks_under18, person->looks_under_18), sql_text(age_used(person, routing)));
}

static int set_legal(struct sql *sql, const struct sql_value *id, const Concordat__V1__Legal *legal)
{
    Concordat__V1__Legal nothing = CONCORDAT__V1__LEGAL__INIT;
    if (!legal)
        legal = &nothing;
    return RUN("UPDATE referral SET legal_status = ?2, legal_status_code = ?3, power_used_at_ms = ?4,"
               " arrived_at_place_of_safety_at_ms = ?5, place_of_safety = ?6, transport = ?7,"
               " police_vehicle_reason = ?8, chosen_for_physical_need = ?9, handover_done_at_ms = ?10,"
               " used_in_dwelling = ?11, person_agrees_to_home = ?12, occupier_agrees_to_home = ?13,"
               " lives_alone_there = ?14 WHERE referral = ?1",
               *id, WORDS(legal_status, legal->status), CODE(legal_status, legal->status),
               instant_value(legal->power_used_at), instant_value(legal->arrived_at_place_of_safety_at),
               WORDS(place_of_safety, legal->place_of_safety), WORDS(transport, legal->transport),
               WORDS(police_vehicle_reason, legal->police_vehicle_reason),
               WORDS(answered, legal->chosen_for_physical_need), instant_value(legal->handover_done_at),
               WORDS(answered, legal->used_in_dwelling), WORDS(answered, legal->person_agrees_to_home),
               WORDS(answered, legal->occupier_agrees_to_home), WORDS(answered, legal->lives_alone_there));
}

static int set_street_triage(struct sql *sql, const struct sql_value *id,
                             const Concordat__V1__StreetTriage *details)
{
    return RUN("UPDATE referral SET street_triage_model = ?2, scene_safety = ?3, section_136_used = ?4,"
               " kind_of_place = ?5 WHERE referral = ?1",
               *id, WORDS(street_triage_model, details->model), WORDS(scene_safety, details->scene_safety),
               WORDS(answered, details->section_136_used), WORDS(kind_of_place, details->kind_of_place));
}

static int set_liaison(struct sql *sql, const struct sql_value *id,
                       const Concordat__V1__LiaisonAndDiversion *details)
{
    return RUN("UPDATE referral SET point_of_contact = ?2, screened = ?3, screened_at_ms = ?4, assessed = ?5,"
               " assessed_at_ms = ?6, consent_to_share_with_justice = ?7, offence_category = ?8"
               " WHERE referral = ?1",
               *id, WORDS(point_of_contact, details->point_of_contact), WORDS(answered, details->screened),
               instant_value(details->screened_at), WORDS(answered, details->assessed),
               instant_value(details->assessed_at), WORDS(answered, details->consent_to_share_with_justice),
               WORDS(offence_category, details->offence_category));
}

static int set_emergency(struct sql *sql, const struct sql_value *id,
                         const Concordat__V1__EmergencyDepartment *details)
{
    /* If a team has said that the person was assessed (in a check-in or the outcome), a form that does not
     * say so leaves that as it is. */
    return RUN(
        "UPDATE referral SET arrived_at_department_at_ms = ?2, self_harm = ?3, physically_cleared = ?4,"
        " psychosocially_assessed = coalesce(?5, psychosocially_assessed),"
        " psychosocially_assessed_at_ms = ?6 WHERE referral = ?1",
        *id, instant_value(details->arrived_at), WORDS(answered, details->self_harm),
        WORDS(answered, details->physically_cleared), WORDS(answered, details->psychosocially_assessed),
        instant_value(details->psychosocially_assessed_at));
}

static int set_details(struct sql *sql, const struct sql_value *id, const Concordat__V1__Referral *facts)
{
    switch (facts->details_case) {
    case CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE:
        return set_street_triage(sql, id, facts->street_triage);
    case CONCORDAT__V1__REFERRAL__DETAILS_LIAISON_AND_DIVERSION:
        return set_liaison(sql, id, facts->liaison_and_diversion);
    case CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT:
        return set_emergency(sql, id, facts->emergency_department);
    case CONCORDAT__V1__REFERRAL__DETAILS__NOT_SET:
    case _CONCORDAT__V1__REFERRAL__DETAILS__CASE_IS_INT_SIZE:
        break;
    }
    return SQLITE_OK;
}

int trail_facts_set(struct sql *sql, const ProtobufCBinaryData *id, const Concordat__V1__Referral *facts,
                    const struct trail_routing *routing)
{
    struct sql_value referral = sql_uuid(id);
    int done = set_referral(sql, &referral, facts, routing);
    if (done == SQLITE_OK)
        done = set_safeguarding(sql, &referral, facts);
    if (done == SQLITE_OK)
        done = set_person(sql, &referral, facts->person, routing);
    if (done == SQLITE_OK)
        done = set_legal(sql, &referral, facts->legal);
    if (done == SQLITE_OK)
        done = set_details(sql, &referral, facts);
    return done;
}
