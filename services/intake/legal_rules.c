/* legal_rules.c: detention and conveyance: the Mental Health Act 1983, sections 136 and 136A, and what the
 * Home Office's annual collection asks about a journey in a police vehicle. Any source can meet them. */
#include "services/intake/rule_parts.h"

void legal_rules(const Concordat__V1__Referral *referral, struct findings *findings)
{
    const Concordat__V1__Legal *legal = referral->legal;
    if (!legal)
        return;
    findings_add_if(findings,
                    legal->status == CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136 &&
                        !findings_has_time(legal->power_used_at),
                    CONCORDAT__V1__FLAG__FLAG_SECTION_136_TIME_MISSING);
    findings_add_if(findings,
                    legal->transport == CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE &&
                        legal->police_vehicle_reason ==
                            CONCORDAT__V1__POLICE_VEHICLE_REASON__POLICE_VEHICLE_REASON_UNSPECIFIED,
                    CONCORDAT__V1__FLAG__FLAG_TRANSPORT_REASON_MISSING);
    const Concordat__V1__Demographics *person = referral->person;
    findings_add_if(
        findings,
        legal->place_of_safety == CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION &&
            person != NULL && (person->age_known || person->age_estimated) && person->age_years < 18,
        CONCORDAT__V1__FLAG__FLAG_UNDER_18_AT_POLICE_STATION);
}
