/* action_checks.c: see action_checks.h. */
#include "services/desk/action_checks.h"

#include <string.h>

const char *check_in_check(struct action *action)
{
    Concordat__V1__CheckIn *check_in = &action->body.check_in;
    if (check_in->step != CONCORDAT__V1__STEP__STEP_CONTACT)
        return NULL;
    if (check_in->mechanism == 0)
        return "say how the contact was made, such as face-to-face";
    if (check_in->attend_status == 0)
        check_in->attend_status = CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_ON_TIME;
    return NULL;
}

const char *decline_check(struct action *action)
{
    bool other = action->body.decline.reason == CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_OTHER;
    return other && action->text[0] == '\0'
               ? "\"other\" needs a note: a few words why, nothing that names the person"
               : NULL;
}

const char *close_check(struct action *action)
{
    bool died = action->body.close.outcome == CONCORDAT__V1__OUTCOME__OUTCOME_DIED;
    return died && !action->confirmed
               ? "if the person has died, say it once more with --yes; nothing was closed"
               : NULL;
}

const char *saw_closing_check(struct action *action)
{
    action->body.saw_closing.keep_open = action->text[0] != '\0';
    return NULL;
}

const char *cover_check(struct action *action)
{
    const Concordat__V1__Cover *cover = &action->body.cover;
    if (action->ends && cover->minutes > 0)
        return "it cannot both last and end";
    if (!action->ends && cover->minutes == 0)
        return "say for how long, such as 2h, or that it ends";
    if (!action->ends && cover->reason == 0)
        return "say why: asked, absent or overload";
    return NULL;
}

const char *handed_over_check(struct action *action)
{
    action->body.get_handover.seq = action->event;
    return NULL;
}

const char *shift_handover_check(struct action *action)
{
    Concordat__V1__ShiftHandover *handover = &action->body.shift_handover;
    bool signs = handover->from_person[0] != '\0';
    if (signs && action->ends)
        return "a handover is either signed or cancelled";
    handover->step = signs          ? CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_SIGNED
                     : action->ends ? CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_CANCELLED
                                    : CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_PROPOSED;
    return NULL;
}

const char *hold_check(struct action *action)
{
    action->body.set_hold.on = action->on;
    return action->on == action->off ? "say either --on or --off" : NULL;
}

#define GROUND(name) CONCORDAT__V1__STATION_GROUND__STATION_GROUND_##name

static void detention_grounds(struct action *action)
{
    Concordat__V1__RecordDetention *detention = &action->body.detention;
    if (action->risk)
        action->grounds[detention->n_grounds++] = GROUND(IMMINENT_RISK);
    if (action->no_other_place)
        action->grounds[detention->n_grounds++] = GROUND(NO_OTHER_PLACE);
    if (action->health_professional)
        action->grounds[detention->n_grounds++] = GROUND(HEALTH_PROFESSIONAL);
    detention->grounds = action->grounds;
}

const char *detention_check(struct action *action)
{
    Concordat__V1__RecordDetention *detention = &action->body.detention;
    detention->at_door = action->at_door;
    detention->by_responsible_doctor = action->responsible_doctor;
    detention->assessed_at_station = action->assessed_at_station;
    detention_grounds(action);
    if (detention->step == CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED && detention->end == 0)
        return "say how it ended, such as application; and if no AMHP saw the person, why";
    if (detention->step == CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_EXTENDED && detention->minutes == 0)
        return "say for how long, such as 6h, and why";
    if (detention->step == CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_CORRECTED &&
        (!detention->occurred || action->text[0] == '\0' || strcmp(detention->by, detention->second) == 0))
        return "say when it was, which two people say so, and why in a note";
    return NULL;
}

const char *seen_check(struct action *action)
{
    action->body.seen.by_person = true;
    return NULL;
}

const char *tried_check(struct action *action)
{
    const Concordat__V1__TriedToReach *tried = &action->body.tried;
    bool again = tried->next == CONCORDAT__V1__CONTACT_NEXT__CONTACT_NEXT_TRY_AGAIN;
    return again && tried->next_minutes == 0 ? "say in how many minutes you try again, such as 15" : NULL;
}

const char *who_check(struct action *action)
{
    action->body.get_record.who = true;
    return NULL;
}
