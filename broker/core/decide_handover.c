/* decide_handover.c: how a team gives a case on: to another team that it or the ladder chooses. */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* The case stays with the team until another has accepted it. */
enum refusal decide_handover(struct deciding *d)
{
    enum refusal refusal = deciding_in_hand(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (d->r.offer.attempt)
        return REFUSAL_WRONG_STATE; /* another team is being asked */
    struct match match;
    const char *wanted = d->command->is.move.team;
    if (wanted[0]) {
        uint16_t team = state_team_slot(d->state, wanted);
        if (team == SLOT_NONE || team == d->r.team || !directory_team(d->directory, team) ||
            !state_team(d->state, team)->present)
            return REFUSAL_UNKNOWN_TEAM;
        match.team = team;
        match.considered.count = 1;
        match_consider(d->directory, d->state, &d->r, team, d->now_ms, &match.considered.items[0]);
        match.considered.items[0].finding = CONSIDERATION_CHOSEN;
    } else {
        match_find(d->directory, d->state, &d->r, d->now_ms, &match);
        if (match.team == SLOT_NONE)
            return REFUSAL_UNKNOWN_TEAM;
    }
    deciding_offer(d, match.team, true, false, &match.considered);
    return REFUSAL_NONE;
}
