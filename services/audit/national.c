/* national.c: the national code of a coded value: MHSDS lists, and BaRS rejected-reason and safeguarding
 * codes.
 */
#include "services/audit/national.h"

#include <stddef.h>

#include "concordat/v1/codes.pb-c.h"
#include "concordat/v1/referral.pb-c.h"

struct national {
    const ProtobufCEnumDescriptor *list;
    int value;
    const char *code;
};

#define SOURCE(name, code)                                                                                   \
    {                                                                                                        \
        &concordat__v1__source__descriptor, CONCORDAT__V1__SOURCE__SOURCE_##name, code                       \
    }
#define URGENCY(name, code)                                                                                  \
    {                                                                                                        \
        &concordat__v1__urgency__descriptor, CONCORDAT__V1__URGENCY__URGENCY_##name, code                    \
    }
#define LEGAL(name, code)                                                                                    \
    {                                                                                                        \
        &concordat__v1__legal_status__descriptor, CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_##name, code     \
    }
#define DECLINE(name, code)                                                                                  \
    {                                                                                                        \
        &concordat__v1__decline_reason__descriptor, CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_##name,    \
            code                                                                                             \
    }
#define MECHANISM(name, code)                                                                                \
    {                                                                                                        \
        &concordat__v1__contact_mechanism__descriptor,                                                       \
            CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_##name, code                                 \
    }
#define ATTEND(name, code)                                                                                   \
    {                                                                                                        \
        &concordat__v1__attend_status__descriptor, CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_##name, code  \
    }

#define SAFEGUARDING(name, code)                                                                             \
    {                                                                                                        \
        &concordat__v1__safeguarding__descriptor, CONCORDAT__V1__SAFEGUARDING__SAFEGUARDING_##name, code     \
    }

static const struct national nationals[] = {
    SOURCE(STREET_TRIAGE, "E1"), /* MHSDS SourceOfReferralMH */
    SOURCE(LIAISON_AND_DIVERSION, "E5"),
    SOURCE(EMERGENCY_DEPARTMENT, "H1"),
    URGENCY(EMERGENCY, "1"), /* MHSDS ClinRespPriorityType, which is not in order of severity */
    URGENCY(VERY_URGENT, "4"),
    URGENCY(URGENT, "2"),
    URGENCY(ROUTINE, "3"),
    LEGAL(SECTION_136, "20"), /* MHSDS legal status */
    LEGAL(SECTION_135_1, "19"),
    /* BaRS rejected reason. For a person who cannot be reached it has none: its 27 says that of the service.
     */
    DECLINE(NO_CAPACITY, "22"),
    DECLINE(NOT_CLINICALLY_APPROPRIATE, "23"),
    DECLINE(SERVICE_CANNOT_RESPOND, "24"),
    DECLINE(AGE_NOT_SERVED, "40"),
    DECLINE(AREA_NOT_SERVED, "40"),
    DECLINE(TOO_FAR, "42"),
    DECLINE(NEED_NOT_SERVED, "40"),
    DECLINE(INTOXICATION, "24"),
    DECLINE(BEHAVIOUR, "24"),
    DECLINE(SAFETY_OF_STAFF, "24"),
    DECLINE(OTHER, "99"),
    MECHANISM(FACE_TO_FACE, "01"), /* MHSDS ConsMechanismMH */
    MECHANISM(TELEPHONE, "02"),
    MECHANISM(TALK_TYPE, "04"),
    MECHANISM(EMAIL, "05"),
    MECHANISM(TEXT, "09"),
    MECHANISM(VIDEO, "11"),
    ATTEND(ON_TIME, "5"), /* MHSDS AttendStatus */
    ATTEND(LATE_BUT_SEEN, "6"),
    ATTEND(LATE_NOT_SEEN, "7"),
    ATTEND(DID_NOT_ATTEND, "3"),
    ATTEND(CANCELLED_BY_PERSON, "2"),
    ATTEND(CANCELLED_BY_PROVIDER, "4"),
    SAFEGUARDING(NONE_IDENTIFIED, "861931000000100"), /* BaRS safeguarding codes, as we read them */
    SAFEGUARDING(CHILD_AT_RISK, "836881000000105"),
    SAFEGUARDING(UNBORN_CHILD_AT_RISK, "878111000000109"),
    SAFEGUARDING(ADULT_AT_RISK, "766561000000109"),
    SAFEGUARDING(DOMESTIC_ABUSE, "697950003"),
    SAFEGUARDING(PHYSICAL_ABUSE, "697949003"),
    SAFEGUARDING(SEXUAL_ABUSE, "702579009"),
    SAFEGUARDING(EMOTIONAL_ABUSE, "697951004"),
    SAFEGUARDING(FINANCIAL_ABUSE, "761571000000106"),
    SAFEGUARDING(DISCRIMINATORY_ABUSE, "417427001"),
    SAFEGUARDING(INSTITUTIONAL_ABUSE, "838481000000106"),
    SAFEGUARDING(CHILD_NEGLECT, "702953007"),
    SAFEGUARDING(SELF_NEGLECT, "248054003"),
    SAFEGUARDING(SEXUAL_EXPLOITATION, "919461000000108"),
    SAFEGUARDING(HONOUR_BASED_ABUSE, "736792008"),
    SAFEGUARDING(FEMALE_GENITAL_MUTILATION, "713201008"),
    SAFEGUARDING(RADICALISATION, "766969008"),
    SAFEGUARDING(OTHER, "U"),
};

const char *national_code(const ProtobufCEnumDescriptor *descriptor, int value)
{
    for (size_t i = 0; i < sizeof nationals / sizeof nationals[0]; i++)
        if (nationals[i].list == descriptor && nationals[i].value == value)
            return nationals[i].code;
    return "";
}
