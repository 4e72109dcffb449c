/* time_rules.c: the times that a referral states: the decision to refer, and which must follow which. */
#include "services/intake/rule_parts.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

/* Two machines' clocks may differ by this much before a time counts as in the future. */
#define FUTURE_MS (2 * MINUTE_MS)
/* A decision older than a day was written down late, or its date is wrong. */
#define LONG_AGO_MS (24 * HOUR_MS)

static void decided_rules(const Concordat__V1__Instant *decided, int64_t now_ms, struct findings *findings)
{
    if (!findings_has_time(decided) || decided->basis == CONCORDAT__V1__BASIS__BASIS_IMPUTED)
        findings_add(findings, CONCORDAT__V1__FLAG__FLAG_DECIDED_TIME_MISSING);
    else if (decided->unix_ms > now_ms + FUTURE_MS)
        findings_add(findings, CONCORDAT__V1__FLAG__FLAG_DECIDED_TIME_IN_FUTURE);
    else if (decided->unix_ms < now_ms - LONG_AGO_MS)
        findings_add(findings, CONCORDAT__V1__FLAG__FLAG_DECIDED_TIME_LONG_AGO);
}

/* Times in the order in which they must have happened; any may be missing. Now comes last. */
static bool in_order(const Concordat__V1__Instant *const *times, size_t count, int64_t now_ms)
{
    int64_t before = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        if (!findings_has_time(times[i]))
            continue;
        if (times[i]->unix_ms < before || times[i]->unix_ms > now_ms + FUTURE_MS)
            return false;
        before = times[i]->unix_ms;
    }
    return true;
}

static bool details_in_order(const Concordat__V1__Referral *referral, int64_t now_ms)
{
    switch (referral->details_case) {
    case CONCORDAT__V1__REFERRAL__DETAILS_LIAISON_AND_DIVERSION: {
        const Concordat__V1__LiaisonAndDiversion *l = referral->liaison_and_diversion;
        return in_order((const Concordat__V1__Instant *[]){l->screened_at, l->assessed_at}, 2, now_ms);
    }
    case CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT: {
        const Concordat__V1__EmergencyDepartment *e = referral->emergency_department;
        return in_order((const Concordat__V1__Instant *[]){e->arrived_at, e->psychosocially_assessed_at}, 2,
                        now_ms);
    }
    case CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE:
    case CONCORDAT__V1__REFERRAL__DETAILS__NOT_SET:
    case _CONCORDAT__V1__REFERRAL__DETAILS__CASE_IS_INT_SIZE:
        break;
    }
    return true;
}

void time_rules(const Concordat__V1__Referral *referral, int64_t now_ms, struct findings *findings)
{
    decided_rules(referral->decided_at, now_ms, findings);
    bool ordered = details_in_order(referral, now_ms);
    const Concordat__V1__Legal *legal = referral->legal;
    if (legal) {
        ordered = ordered && in_order((const Concordat__V1__Instant *[]){legal->power_used_at,
                                                                         legal->arrived_at_place_of_safety_at,
                                                                         legal->handover_done_at},
                                      3, now_ms);
    }
    findings_add_if(findings, !ordered, CONCORDAT__V1__FLAG__FLAG_TIME_ORDER);
}
