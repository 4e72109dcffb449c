/* emergency_department.c: what an emergency department records beside, and its rules: when the person came,
 * whether they are physically well enough to be seen, and after self-harm a psychosocial assessment. */
#include "services/intake/rule_parts.h"

void emergency_department_rules(const Concordat__V1__Referral *referral, struct findings *findings)
{
    static const Concordat__V1__EmergencyDepartment nothing = CONCORDAT__V1__EMERGENCY_DEPARTMENT__INIT;
    bool given = referral->details_case == CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT;
    const Concordat__V1__EmergencyDepartment *department = given ? referral->emergency_department : &nothing;
    findings_add_if(findings, !findings_has_time(department->arrived_at),
                    CONCORDAT__V1__FLAG__FLAG_ARRIVAL_TIME_MISSING);
    findings_add_if(findings, department->physically_cleared != CONCORDAT__V1__ANSWERED__ANSWERED_YES,
                    CONCORDAT__V1__FLAG__FLAG_PHYSICAL_CLEARANCE_OUTSTANDING);
    findings->assessment_outstanding =
        department->self_harm == CONCORDAT__V1__ANSWERED__ANSWERED_YES &&
        department->psychosocially_assessed != CONCORDAT__V1__ANSWERED__ANSWERED_YES;
}
