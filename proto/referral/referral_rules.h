/* referral_rules.h: what a referral is checked for, wherever it comes in.
 *
 * An intake asks for immediate feedback and the broker for authority; a web form or another interface asks
 * the same questions in the same order: can it be routed at all, what can be made good, what is missing or
 * odd. Only a referral without a source or without a way to ring back has no route. What is not known about a
 * person is noted, and is never held against the referral.
 *
 * Pure: no clock, no I/O, and no memory but the arena's; safe from any thread. now_ms is UTC. The messages
 * are such as check_message (proto/wire/check.h) lets through. `confidential` may be NULL throughout.
 */
#ifndef CONCORDAT_REFERRAL_RULES_H
#define CONCORDAT_REFERRAL_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "concordat/v1/referral.pb-c.h"
#include "proto/wire/arena.h"
#include "proto/words/flag_bit.h"

/* Why a referral cannot be routed at all, or REFUSAL_UNSPECIFIED when it can:
 *   NO_SOURCE    it does not say which service refers;
 *   NOT_ALLOWED  it names another source than `source`, the one that its sender speaks for;
 *   NO_CALLBACK  its confidential part has no number to ring back, not even an extension of three digits.
 * A new referral needs a confidential part. One that is not new may come without: then the part that came
 * before stands. */
Concordat__V1__Refusal referral_rules_refusal(const Concordat__V1__Referral *referral,
                                              const Concordat__V1__Confidential *confidential,
                                              Concordat__V1__Source source, bool is_new);

/* A receiver of referrals, which stands in for what its senders leave out. Borrows the texts. */
struct referral_site {
    Concordat__V1__Source source;
    const char *organisation;
    const char *site;
};

/* Makes good, in place and with memory of the arena, what the receiver knows better than the sender: the
 * organisation; the site, unless it is said in words; the district of the postcode; the age, by the date of
 * birth; the time of the decision. `earlier` is the version before, as it was completed, or NULL. Its time of
 * the decision stands in when this version has none; without either the time is now, and imputed. When this
 * version has no confidential part, the district and the age of the version before stand in too: that part
 * may have told them, and it stays as it was. Then sets the referral's flags to those of referral_rules_flags
 * and referral_rules_kept_flags. False when the arena is full. */
bool referral_rules_complete(Concordat__V1__Referral *referral,
                             const Concordat__V1__Confidential *confidential,
                             const struct referral_site *site, const Concordat__V1__Referral *earlier,
                             int64_t now_ms, struct arena *arena);

/* Finds what is missing or odd about a referral, as a set of flag_bit. The referral is judged as it stands:
 * an age that only the date of birth tells is missing until it has been made good, because teams are found by
 * the referral alone. Of the flags that the referral carries only REFERRAL_SENDERS_FLAGS are kept, because
 * every other can be found. Without a confidential part nothing is noted of what it would say. */
uint64_t referral_rules_flags(const Concordat__V1__Referral *referral,
                              const Concordat__V1__Confidential *confidential, int64_t now_ms);

/* Whether section 136 was used in a dwelling, its garden or yard, as far as the referral says. */
bool referral_rules_used_in_dwelling(const Concordat__V1__Referral *referral);

/* The flags of an earlier version that still hold for a later one without a confidential part: what the part
 * before told was noted then, and nobody has it to look again. */
uint64_t referral_rules_kept_flags(const Concordat__V1__Referral *earlier,
                                   const Concordat__V1__Referral *later);

enum { POSTCODE_DISTRICT_BYTES = 5 };

/* The district, or outward half, of a postcode: as near to an address as the ledger comes. Takes a whole
 * postcode or a district, in any case and with any spaces, hyphens and commas, a district whose second half
 * was not finished, and a text in which one of these stands, such as "St Mary's bridge, ZX1 4". False, with
 * an empty district, if there is none, or more than one, and for the pseudo postcodes. */
bool postcode_district(const char *text, char district[POSTCODE_DISTRICT_BYTES]);

/* Whether it is one of the pseudo postcodes (ZZ99: no fixed abode, not known), which name no place. */
bool postcode_is_pseudo(const char *text);

/* The age to route by, in years, of a referral flagged AGE_CONTRADICTS: the younger of the stated age and
 * that by the date of birth. */
uint32_t referral_rules_routed_age(const Concordat__V1__Referral *referral,
                                   const Concordat__V1__Confidential *confidential, int64_t now_ms);

/* Whether an age counts as not known, though one is given: somebody guessed an adult's, and the person looks
 * under 18. A guess is no clear evidence against how the person looks (PACE Code C 1.5). */
bool referral_rules_age_is_doubted(const Concordat__V1__Demographics *person);

/* Whether a stated age is no more than what this date of birth tells, or told at the last birthday. */
bool referral_rules_age_is_by_birth(const Concordat__V1__Demographics *person, const char *date_of_birth,
                                    int64_t now_ms);

/* Flags that only the sender can know: whether it was written on paper first. */
#define REFERRAL_SENDERS_FLAGS flag_bit(CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY)

/* Self-harm without a psychosocial assessment, at an emergency department: NICE QS34 asks for one each time.
 */
bool referral_rules_assessment_is_due(const Concordat__V1__Referral *referral);

#endif
