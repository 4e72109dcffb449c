/* rules.c: the order in which a referral is completed and looked at, and what cannot be routed at all. */
#include "services/intake/rules.h"

#include <ctype.h>
#include <string.h>

#include "services/intake/postcode.h"
#include "services/intake/rule_parts.h"

/* Fewer digits are no telephone number, not even an extension. */
enum { CALLBACK_DIGITS_MIN = 3 };

/* Each source's own rules. */
static const struct {
    Concordat__V1__Source source;
    void (*rules)(const Concordat__V1__Referral *referral, struct findings *findings);
} own_rules[] = {
    {CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE, street_triage_rules},
    {CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION, liaison_and_diversion_rules},
    {CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT, emergency_department_rules},
};

Concordat__V1__Refusal rules_refusal(const Concordat__V1__Referral *referral,
                                     const Concordat__V1__Confidential *confidential,
                                     Concordat__V1__Source source)
{
    if (referral->source != source)
        return CONCORDAT__V1__REFUSAL__REFUSAL_NO_SOURCE;
    int digits = 0;
    for (const char *c = confidential ? confidential->callback_number : ""; *c != '\0'; c++)
        digits += isdigit((unsigned char)*c) ? 1 : 0;
    return digits < CALLBACK_DIGITS_MIN ? CONCORDAT__V1__REFUSAL__REFUSAL_NO_CALLBACK
                                        : CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED;
}

static bool complete_text(char **text, const char *otherwise, struct arena *arena)
{
    if (!findings_is_blank(*text))
        return true;
    size_t size = strlen(otherwise) + 1;
    char *copy = arena_take(arena, size);
    if (!copy)
        return false;
    *text = memcpy(copy, otherwise, size);
    return true;
}

static bool complete_decided(Concordat__V1__Referral *referral, const Concordat__V1__Instant *decided,
                             int64_t now_ms, struct arena *arena)
{
    if (!referral->decided_at) {
        referral->decided_at = arena_take(arena, sizeof *referral->decided_at);
        if (!referral->decided_at)
            return false;
        concordat__v1__instant__init(referral->decided_at);
    }
    Concordat__V1__Instant *own = referral->decided_at;
    if (!findings_has_time(own)) {
        own->unix_ms = findings_has_time(decided) ? decided->unix_ms : now_ms;
        own->basis = findings_has_time(decided) ? decided->basis : CONCORDAT__V1__BASIS__BASIS_IMPUTED;
    }
    if (own->basis == CONCORDAT__V1__BASIS__BASIS_UNSPECIFIED)
        own->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    return true;
}

/* The district is all that the ledger may know of where the person is; the whole postcode is confidential. */
static bool complete_district(Concordat__V1__Referral *referral,
                              const Concordat__V1__Confidential *confidential, struct arena *arena)
{
    char district[POSTCODE_DISTRICT_BYTES];
    if (!confidential || !postcode_district(confidential->postcode, district))
        return true;
    return complete_text(&referral->postcode_district, district, arena);
}

static bool complete_age(Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                         int64_t now_ms, struct arena *arena)
{
    uint32_t years;
    if ((referral->person && (referral->person->age_known || referral->person->age_estimated)) ||
        confidential == NULL || !age_from_date_of_birth(confidential->date_of_birth, now_ms, &years))
        return true;
    if (!referral->person) {
        referral->person = arena_take(arena, sizeof *referral->person);
        if (!referral->person)
            return false;
        concordat__v1__demographics__init(referral->person);
    }
    referral->person->age_years = years;
    referral->person->age_known = true;
    return true;
}

static void find(const Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                 int64_t now_ms, struct findings *findings)
{
    *findings = (struct findings){0};
    /* Only who wrote it on paper knows that it is entered late. */
    for (size_t i = 0; i < referral->n_flags; i++) {
        findings_add_if(findings, referral->flags[i] == CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY,
                        CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY);
    }
    findings_add_if(findings, referral->urgency == CONCORDAT__V1__URGENCY__URGENCY_UNSPECIFIED,
                    CONCORDAT__V1__FLAG__FLAG_URGENCY_MISSING);
    person_rules(referral, confidential, findings);
    legal_rules(referral, findings);
    time_rules(referral, now_ms, findings);
    for (size_t i = 0; i < sizeof own_rules / sizeof own_rules[0]; i++)
        if (own_rules[i].source == referral->source)
            own_rules[i].rules(referral, findings);
}

bool rules_apply(Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                 const struct rules_site *site, const Concordat__V1__Instant *decided, int64_t now_ms,
                 struct arena *arena, struct findings *findings)
{
    if (!complete_text(&referral->organisation, site->organisation, arena) ||
        !complete_text(&referral->site, site->site, arena) ||
        !complete_decided(referral, decided, now_ms, arena) ||
        !complete_district(referral, confidential, arena) ||
        !complete_age(referral, confidential, now_ms, arena))
        return false;
    find(referral, confidential, now_ms, findings);
    size_t size = findings->count * sizeof findings->flags[0];
    referral->flags = arena_take(arena, size);
    if (!referral->flags)
        return false;
    memcpy(referral->flags, findings->flags, size);
    referral->n_flags = findings->count;
    return true;
}
