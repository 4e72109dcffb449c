/* street_triage.c: what street triage records beside, and its rules: is the scene safe for a team to come
 * to, and was section 136 used. */
#include "services/intake/rule_parts.h"

void street_triage_rules(const Concordat__V1__Referral *referral, struct findings *findings)
{
    static const Concordat__V1__StreetTriage nothing = CONCORDAT__V1__STREET_TRIAGE__INIT;
    bool given = referral->details_case == CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE;
    const Concordat__V1__StreetTriage *triage = given ? referral->street_triage : &nothing;
    findings_add_if(findings, triage->scene_safety == CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_NOT_SAFE,
                    CONCORDAT__V1__FLAG__FLAG_SCENE_NOT_SAFE);
    bool timed = referral->legal && findings_has_time(referral->legal->power_used_at);
    findings_add_if(findings, triage->section_136_used == CONCORDAT__V1__ANSWERED__ANSWERED_YES && !timed,
                    CONCORDAT__V1__FLAG__FLAG_SECTION_136_TIME_MISSING);
}
