/* completion.c: what the receiver of a referral makes good. */
#include <string.h>

#include "proto/referral/referral_rules.h"
#include "proto/referral/rule_parts.h"

static bool complete_text(char **text, const char *otherwise, struct arena *arena)
{
    if (given_text(*text))
        return true;
    size_t size = strlen(otherwise) + 1;
    char *copy = arena_take(arena, size);
    if (!copy)
        return false;
    *text = memcpy(copy, otherwise, size);
    return true;
}

/* A sender whose site has no id has said it in words: the receiver's own id would say otherwise. */
static bool complete_site(Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                          const char *otherwise, struct arena *arena)
{
    return (confidential && given_text(confidential->site_in_words)) ||
           complete_text(&referral->site, otherwise, arena);
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
    if (!given_time(own)) {
        bool was_decided = decided && given_time(decided);
        own->unix_ms = was_decided ? decided->unix_ms : now_ms;
        own->basis = was_decided ? decided->basis : CONCORDAT__V1__BASIS__BASIS_IMPUTED;
    }
    if (own->basis == CONCORDAT__V1__BASIS__BASIS_UNSPECIFIED)
        own->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    return true;
}

/* The district is all that the ledger may know of where the person is; the whole postcode is confidential. */
static bool complete_district(Concordat__V1__Referral *referral,
                              const Concordat__V1__Confidential *confidential,
                              const Concordat__V1__Referral *earlier, struct arena *arena)
{
    char district[POSTCODE_DISTRICT_BYTES];
    if (!confidential)
        return !earlier || complete_text(&referral->postcode_district, earlier->postcode_district, arena);
    if (!postcode_district(confidential->postcode, district))
        return true;
    return complete_text(&referral->postcode_district, district, arena);
}

/* The age by the date of birth or, if there is no confidential part, as it was. False if neither tells it. */
static bool completed_age(const Concordat__V1__Confidential *confidential,
                          const Concordat__V1__Referral *earlier, int64_t now_ms, uint32_t *years)
{
    if (confidential)
        return age_from_date_of_birth(confidential->date_of_birth, now_ms, years);
    if (!earlier || !earlier->person || !earlier->person->age_known)
        return false;
    *years = earlier->person->age_years;
    return true;
}

static bool complete_age(Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                         const Concordat__V1__Referral *earlier, int64_t now_ms, struct arena *arena)
{
    uint32_t years;
    if ((referral->person && (referral->person->age_known || referral->person->age_estimated)) ||
        !completed_age(confidential, earlier, now_ms, &years))
        return true;
    if (!referral->person) {
        referral->person = arena_take(arena, sizeof *referral->person);
        if (!referral->person)
            return false;
        concordat__v1__demographics__init(referral->person);
    }
    referral->person->age_years = years;
    referral->person->age_known = true;
    referral->person->age_estimated = !confidential && earlier->person->age_estimated;
    return true;
}

bool referral_rules_age_is_by_birth(const Concordat__V1__Demographics *person, const char *date_of_birth,
                                    int64_t now_ms)
{
    uint32_t born;
    return person->age_known && !person->age_estimated &&
           age_from_date_of_birth(date_of_birth, now_ms, &born) &&
           (person->age_years == born || person->age_years + 1 == born);
}

static bool complete_flags(Concordat__V1__Referral *referral, uint64_t found, struct arena *arena)
{
    referral->n_flags = 0;
    referral->flags = arena_take(arena, FLAG_BITS * sizeof *referral->flags);
    if (!referral->flags)
        return false;
    for (unsigned flag = 1; flag < FLAG_BITS; flag++)
        if (found & flag_bit(flag))
            referral->flags[referral->n_flags++] = (Concordat__V1__Flag)flag;
    return true;
}

bool referral_rules_complete(Concordat__V1__Referral *referral,
                             const Concordat__V1__Confidential *confidential,
                             const struct referral_site *site, const Concordat__V1__Referral *earlier,
                             int64_t now_ms, struct arena *arena)
{
    if (!complete_text(&referral->organisation, site->organisation, arena) ||
        !complete_site(referral, confidential, site->site, arena) ||
        !complete_decided(referral, earlier ? earlier->decided_at : NULL, now_ms, arena) ||
        !complete_district(referral, confidential, earlier, arena) ||
        !complete_age(referral, confidential, earlier, now_ms, arena))
        return false;
    uint64_t kept = earlier && !confidential ? referral_rules_kept_flags(earlier, referral) : 0;
    return complete_flags(referral, referral_rules_flags(referral, confidential, now_ms) | kept, arena);
}
