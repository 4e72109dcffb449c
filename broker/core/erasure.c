/* erasure.c: how long the texts of an ended case are kept, and which reasons do not wait for that. */
#include "broker/core/erasure.h"

#include <assert.h>

#define MS_PER_DAY (INT64_C(24) * 60 * 60 * 1000)

/* A text about another person, or about nobody, is no record of anybody's care; and an order is obeyed. But a
 * text that a person asks to have erased is a record of their care, which UK GDPR article 17(3)(c) excepts
 * until the time for which such records are kept has ended. */
static const bool waits[ERASE_REASON_COUNT] = {
    [ERASE_RETENTION] = true,    [ERASE_PERSON_ASKED] = true, [ERASE_MISTAKE] = false,
    [ERASE_COURT_ORDER] = false, [ERASE_TEST_DATA] = false,
};

int64_t erasure_from_ms(const struct policy *policy, const struct ended_case *ended, enum erase_reason reason)
{
    assert(reason > ERASE_NONE && reason < ERASE_REASON_COUNT);
    int64_t days = ended->drill ? DRILL_RETENTION_DAYS : policy->retention_days;
    return waits[reason] ? instant_within(ended->ended_ms + days * MS_PER_DAY) : 0;
}
