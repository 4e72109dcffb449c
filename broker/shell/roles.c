/* roles.c: which role may send which command: the one table. */
#include "broker/shell/roles.h"

#include <stddef.h>

#define SOURCE      (1u << CONCORDAT__V1__ROLE__ROLE_SOURCE)
#define TEAM        (1u << CONCORDAT__V1__ROLE__ROLE_TEAM)
#define COORDINATOR (1u << CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
#define AUDITOR     (1u << CONCORDAT__V1__ROLE__ROLE_AUDITOR)
#define INSPECTOR   (1u << CONCORDAT__V1__ROLE__ROLE_INSPECTOR)
#define EVERYONE    (SOURCE | TEAM | COORDINATOR | AUDITOR | INSPECTOR)
/* A status has exact times and the ids of cases, which the reduced form keeps from an auditor. */
#define ON_THE_BOARD (EVERYONE & ~AUDITOR)
/* Those who answer for how a case is dealt with may ask who read it, and need not be those who read it. A
 * source reads what it told itself (records.c). */
#define READS    (SOURCE | TEAM | COORDINATOR)
#define ASKS_WHO (COORDINATOR | INSPECTOR)
/* How many people wait where is a small number, which can tell of one person. Coordinators and inspectors see
 * the cases themselves. A source is another organisation's, and an auditor gets what disclosure rules allow.
 */
#define COUNTS_CASES (COORDINATOR | INSPECTOR)
#define MAY(command) [CONCORDAT__V1__REQUEST__COMMAND_##command]

/* A role that is not here may send nothing: referrers talk to their intake. */
static const unsigned may_send[] = {
    MAY(HELLO) = EVERYONE,
    MAY(PING) = EVERYONE,
    MAY(SUBMIT) = SOURCE | COORDINATOR,
    MAY(UPDATE) = SOURCE,
    MAY(WITHDRAW) = SOURCE,
    MAY(TOLD) = SOURCE,
    MAY(SAW_CHANGES) = SOURCE | TEAM | COORDINATOR,
    MAY(SEND_MESSAGE) = SOURCE | TEAM | COORDINATOR,
    MAY(GET_STATUS) = ON_THE_BOARD,
    MAY(SET_PRESENCE) = TEAM | COORDINATOR,
    MAY(SET_CAPACITY) = TEAM,
    MAY(SEEN) = TEAM,
    MAY(ACCEPT) = TEAM,
    MAY(DECLINE) = TEAM,
    MAY(CHECK_IN) = TEAM | COORDINATOR,
    MAY(CLOSE) = TEAM | COORDINATOR,
    MAY(SAW_CLOSING) = COORDINATOR,
    MAY(HANDOVER) = TEAM,
    MAY(RECORD_DETENTION) = SOURCE | TEAM | COORDINATOR,
    MAY(GIVE_BACK) = TEAM,
    MAY(REOPEN) = SOURCE | TEAM | COORDINATOR,
    MAY(RECORD_PASSED_ON) = TEAM | COORDINATOR,
    MAY(CANCEL_HANDOVER) = TEAM,
    MAY(TRIED_TO_REACH) = TEAM | COORDINATOR,
    MAY(REPORT_MISSING) = SOURCE | TEAM | COORDINATOR,
    MAY(REPORT_FOUND) = SOURCE | TEAM | COORDINATOR,
    MAY(ASK_BESIDE) = SOURCE | TEAM | COORDINATOR,
    MAY(ANSWER_BESIDE) = SOURCE | TEAM | COORDINATOR,
    MAY(TAKE) = COORDINATOR,
    MAY(ASSIGN) = COORDINATOR,
    MAY(ON_SHIFT) = TEAM | COORDINATOR,
    MAY(SHIFT_HANDOVER) = TEAM | COORDINATOR,
    MAY(GET_HANDOVER) = TEAM | COORDINATOR,
    MAY(ACKNOWLEDGE) = COORDINATOR,
    MAY(MUTE) = COORDINATOR,
    MAY(COVER) = COORDINATOR,
    MAY(RECORD_WISH) = SOURCE | TEAM | COORDINATOR,
    MAY(GET_BOARD) = ON_THE_BOARD,
    MAY(GET_RECORD) = READS | ASKS_WHO,
    MAY(GET_STANDING) = SOURCE | COORDINATOR | AUDITOR | INSPECTOR,
    MAY(FOLLOW) = AUDITOR | INSPECTOR,
    MAY(ERASE) = INSPECTOR,
    MAY(SET_HOLD) = INSPECTOR,
};

bool roles_may_send(Concordat__V1__Role role, Concordat__V1__Request__CommandCase command)
{
    size_t row = (size_t)command;
    return row < sizeof may_send / sizeof *may_send && (may_send[row] & (1u << role));
}

bool roles_may_count_cases(Concordat__V1__Role role)
{
    return COUNTS_CASES & (1u << role);
}

bool roles_may_read(Concordat__V1__Role role, const Concordat__V1__GetRecord *asked)
{
    return (asked->who ? ASKS_WHO : READS) & (1u << role);
}
