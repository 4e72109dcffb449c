/* action_now.c: see action_now.h. */
#include "services/desk/action_now.h"

#include <string.h>

#include "services/desk/board.h"

/* How a case stands, for one who looks at it: a bit for each. */
enum case_now {
    NOW_OPEN = 1 << 0,
    NOW_ASKED = 1 << 1,        /* their team has the live offer */
    NOW_OURS = 1 << 2,         /* their team has the case, or their desk has it in hand */
    NOW_WAITS = 1 << 3,        /* the coordinator owns it and nobody has taken it */
    NOW_OTHERS = 1 << 4,       /* a team owns it or is asked, for its coordinator */
    NOW_HANDING_OVER = 1 << 5, /* their team has asked another to take it over */
    NOW_CLOSING = 1 << 6,      /* a team wants to close it without contact */
    NOW_MISSING = 1 << 7,
    NOW_UNSEEN = 1 << 8, /* changes or messages wait for somebody */
    NOW_ASKED_BESIDE = 1 << 9,
    NOW_REOPENABLE = 1 << 10,
    NOW_REFERRED_ON = 1 << 11,
    NOW_EVER = 1 << 12,
    NOW_DETAINED = 1 << 13,
    NOW_RINGS = 1 << 14, /* a coordinator's bell rings for it, or was stopped */
    NOW_CALLS = NOW_WAITS | NOW_MISSING | NOW_CLOSING | NOW_RINGS
};

static const struct action_now {
    const char *name;
    unsigned when;   /* it makes sense if one of these holds */
    unsigned likely; /* it is what comes next if one of these holds; the first rows before the others */
} actions_typed[] = {
    {"saw", NOW_UNSEEN, NOW_UNSEEN},
    {"found", NOW_MISSING, NOW_MISSING},
    {"saw-closing", NOW_CLOSING, NOW_CLOSING},
    {"acknowledge", NOW_CALLS, NOW_CALLS},
    {"take", NOW_WAITS | NOW_OTHERS, NOW_WAITS},
    {"assign", NOW_WAITS | NOW_OTHERS | NOW_OURS, NOW_WAITS},
    {"accept", NOW_ASKED, NOW_ASKED},
    {"decline", NOW_ASKED, NOW_ASKED},
    {"cancel-handover", NOW_HANDING_OVER, NOW_HANDING_OVER},
    {"checkin", NOW_OURS, NOW_OURS},
    {"tried", NOW_OURS, NOW_OURS},
    {"close", NOW_OURS, NOW_OURS},
    {"detention", NOW_OPEN, NOW_DETAINED},
    {"answer", NOW_ASKED_BESIDE, NOW_ASKED_BESIDE},
    {"reopen", NOW_REOPENABLE, NOW_REOPENABLE},
    {"passed-on", NOW_REFERRED_ON, NOW_REFERRED_ON},
    {"message", NOW_OPEN, NOW_OPEN},
    {"show", NOW_EVER, NOW_EVER},
    {"handover", NOW_OURS, 0},
    {"give-back", NOW_OURS, 0},
    {"seen", NOW_ASKED, 0},
    {"mute", NOW_CALLS, 0},
    {"ask", NOW_OPEN, 0},
    {"wish", NOW_OPEN, 0},
    {"missing", NOW_OPEN, 0},
    {"withdraw", NOW_OPEN, 0},
    {"who", NOW_EVER, 0},
    {"status", NOW_EVER, 0},
    {"erase", NOW_EVER, 0},
    {"hold", NOW_EVER, 0},
};

static unsigned team_now(const Concordat__V1__CaseStatus *status, const char *of)
{
    bool is_owner = status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM &&
                    status->state != CONCORDAT__V1__STATE__STATE_OFFERED && strcmp(status->owner, of) == 0;
    bool is_asked = status->attempt != 0 && strcmp(status->asked_team, of) == 0;
    return (is_owner ? NOW_OURS : 0) | (is_asked ? NOW_ASKED : 0) |
           (is_owner && status->handing_over ? NOW_HANDING_OVER : 0);
}

static unsigned coordinator_now(const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    unsigned rings = board_rank(status, now_ms) <= BOARD_OVERDUE ? NOW_RINGS : 0;
    if (status->without_contact != 0)
        return rings | NOW_CLOSING | NOW_OURS;
    if (status->state == CONCORDAT__V1__STATE__STATE_TAKEN)
        return rings | NOW_OURS;
    bool is_ours = status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_COORDINATOR;
    return rings | (is_ours ? NOW_WAITS : NOW_OTHERS);
}

/* An end is undone by the side that said it, or by the coordinator. */
static bool can_be_reopened(Concordat__V1__Role role, const Concordat__V1__CaseStatus *status)
{
    Concordat__V1__Role other = status->state == CONCORDAT__V1__STATE__STATE_WITHDRAWN
                                    ? CONCORDAT__V1__ROLE__ROLE_TEAM
                                    : CONCORDAT__V1__ROLE__ROLE_REFERRER;
    return status->reopen_until_ms != 0 && role != other;
}

static unsigned now_of(Concordat__V1__Role role, const char *of, const Concordat__V1__CaseStatus *status,
                       int64_t now_ms)
{
    bool is_over = status->state == CONCORDAT__V1__STATE__STATE_CLOSED ||
                   status->state == CONCORDAT__V1__STATE__STATE_WITHDRAWN;
    bool is_passed = status->outcome == CONCORDAT__V1__OUTCOME__OUTCOME_REFERRED_ON;
    bool is_unseen = status->changed_seq != 0 || action_messages_seq(status) != 0;
    unsigned now = NOW_EVER | (is_unseen ? NOW_UNSEEN : 0);
    if (is_over)
        return now | (can_be_reopened(role, status) ? NOW_REOPENABLE : 0) | (is_passed ? NOW_REFERRED_ON : 0);
    now |= NOW_OPEN | (status->missing ? NOW_MISSING : 0) | (status->n_beside > 0 ? NOW_ASKED_BESIDE : 0);
    now |= status->detention && status->detention->next ? NOW_DETAINED : 0;
    if (role == CONCORDAT__V1__ROLE__ROLE_TEAM)
        now |= team_now(status, of);
    if (role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
        now |= coordinator_now(status, now_ms);
    return now;
}

bool action_makes_sense(const struct action_kind *kind, Concordat__V1__Role role, const char *of,
                        const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    unsigned now = now_of(role, of, status, now_ms);
    for (size_t i = 0; i < sizeof actions_typed / sizeof *actions_typed; i++)
        if (strcmp(actions_typed[i].name, kind->name) == 0)
            return actions_typed[i].when & now;
    return !action_names_case(kind);
}

static size_t add_actions(Concordat__V1__Role role, unsigned now, bool likely,
                          const struct action_kind *kinds[ACTIONS_NOW_MAX], size_t count)
{
    for (size_t i = 0; i < sizeof actions_typed / sizeof *actions_typed; i++) {
        const struct action_now *row = &actions_typed[i];
        const struct action_kind *kind = action_find(row->name);
        bool is_likely = row->likely & now;
        if (row->when & now && is_likely == likely && action_is_for(kind, role) && count < ACTIONS_NOW_MAX)
            kinds[count++] = kind;
    }
    return count;
}

size_t action_now_list(Concordat__V1__Role role, const char *of, const Concordat__V1__CaseStatus *status,
                       int64_t now_ms, const struct action_kind *kinds[ACTIONS_NOW_MAX], size_t *likely)
{
    unsigned now = now_of(role, of, status, now_ms);
    *likely = add_actions(role, now, true, kinds, 0);
    return add_actions(role, now, false, kinds, *likely);
}
