/* liaison_and_diversion.c: what liaison and diversion records beside, in custody, at a voluntary attendance
 * or in court, and its rules: screening, and consent to share with justice, which is apart from consent to
 * care. */
#include "services/intake/rule_parts.h"

void liaison_and_diversion_rules(const Concordat__V1__Referral *referral, struct findings *findings)
{
    static const Concordat__V1__LiaisonAndDiversion nothing = CONCORDAT__V1__LIAISON_AND_DIVERSION__INIT;
    bool given = referral->details_case == CONCORDAT__V1__REFERRAL__DETAILS_LIAISON_AND_DIVERSION;
    const Concordat__V1__LiaisonAndDiversion *liaison = given ? referral->liaison_and_diversion : &nothing;
    bool screened =
        liaison->screened == CONCORDAT__V1__ANSWERED__ANSWERED_YES && findings_has_time(liaison->screened_at);
    findings_add_if(findings, !screened, CONCORDAT__V1__FLAG__FLAG_SCREENING_MISSING);
    findings_add_if(findings,
                    liaison->consent_to_share_with_justice == CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED,
                    CONCORDAT__V1__FLAG__FLAG_CONSENT_NOT_RECORDED);
}
