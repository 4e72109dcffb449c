/* action_labels.c: the table of what a page calls the fields of actions: see action_labels.h. */
#include "services/desk/action_labels.h"

#include <string.h>

/* Names of actions and fields, which nobody reads. */
#define FIELDS(action, field) action, field

#define NO_NAMES "Write nothing that names the person."
#define NOW      "Such as 14:05 or yesterday 14:05. Empty is now."

const struct action_label action_labels[] = {
    {FIELDS(NULL, "note"), "A few words", NO_NAMES},
    {FIELDS(NULL, "at"), "Time when it was", NOW},
    {FIELDS(NULL, "assessed"), "Psychosocial assessment done?", NULL},
    {FIELDS(NULL, "number"), "Their own number", "Such as CAD-0412."},
    {FIELDS(NULL, "request"), "Which of several", "As the case counts them, from 1. Empty if there is one."},
    {FIELDS(NULL, "although"), "Although the rules say otherwise",
     "Ask this team although the rules would not send the person to it."},
    {FIELDS("accept", "minutes"), "Minutes until you are there", "0 says that your team is there now."},
    {FIELDS("decline", "reason"), "Reason to decline", NULL},
    {FIELDS("decline", "note"), "A few words", "Needed if the reason is another one. " NO_NAMES},
    {FIELDS("checkin", "step"), "What you are doing", NULL},
    {FIELDS("checkin", "minutes"), "Minutes until you arrive", NULL},
    {FIELDS("checkin", "how"), "How you reached them", NULL},
    {FIELDS("checkin", "attended"), "Did the person come?", "Empty is: attended on time."},
    {FIELDS("close", "outcome"), "What came of it", NULL},
    {FIELDS("close", "without-contact"), "Why nobody met the person", "Only if nobody of your team has."},
    {FIELDS("saw-closing", "keep-open"), "Why it stays open",
     "Empty lets it close as the team said. Otherwise it stays open, and you choose who goes on."},
    {FIELDS("detention", "step"), "What happened", NULL},
    {FIELDS("detention", "place"), "Place of safety", NULL},
    {FIELDS("detention", "at-door"), "Not inside yet", "The person has arrived at the door only."},
    {FIELDS("detention", "power"), "Power that was used", NULL},
    {FIELDS("detention", "by"), "Who did it", "Their id, such as p117, and no name."},
    {FIELDS("detention", "second"), "Who approved it",
     "Their id: the inspector, the superintendent or the second person."},
    {FIELDS("detention", "how"), "How it ended", NULL},
    {FIELDS("detention", "without-amhp"), "Why no AMHP came", "Only if none has interviewed the person."},
    {FIELDS("detention", "for"), "How much longer", "Such as 6h."},
    {FIELDS("detention", "reason"), "Reason to extend", NULL},
    {FIELDS("detention", "responsible-doctor"), "By the responsible doctor",
     "The doctor responsible for the examination extends it."},
    {FIELDS("detention", "assessed-there"), "Assessed at the station",
     "The person is assessed at the police station."},
    {FIELDS("detention", "risk"), "Imminent serious risk",
     "Of serious injury or death: one ground for a police station."},
    {FIELDS("detention", "no-other-place"), "No other place",
     "No other place can be expected to receive the person: another ground."},
    {FIELDS("detention", "health-professional"), "Health professional throughout",
     "One will be there all the time: another ground."},
    {FIELDS("tried", "how"), "How you tried", NULL},
    {FIELDS("tried", "next"), "What comes next", NULL},
    {FIELDS("tried", "minutes"), "Minutes until then", "Another try needs this."},
    {FIELDS("missing", "where"), "Where they were last", "The kind of place where the person was seen."},
    {FIELDS("missing", "last-seen"), "When they were seen", "Such as 14:05 or yesterday 14:05."},
    {FIELDS("found", "by"), "Found by", NULL},
    {FIELDS("found", "where"), "Where they were found", NULL},
    {FIELDS("ask", "what"), "What you asked for", NULL},
    {FIELDS("ask", "of"), "Whom you asked", "The code or the id of their organisation, and no name."},
    {FIELDS("answer", "what"), "What was asked for", NULL},
    {FIELDS("answer", "answer"), "What came of it", NULL},
    {FIELDS("handover", "team"), "Team to ask", "Empty asks the team whose turn it is."},
    {FIELDS("give-back", "reason"), "Why you cannot go", NO_NAMES},
    {FIELDS("reopen", "because"), "Why the end was wrong", NO_NAMES},
    {FIELDS("passed-on", "to"), "Provider that has it", "The code of the organisation, such as RX4."},
    {FIELDS("passed-on", "received"), "When they received it", "Such as 14:05. Empty if nobody knows yet."},
    {FIELDS("passed-on", "note"), "Name of the provider", "Only if it has no code."},
    {FIELDS("capacity", "places"), "People you can see", "How many more your team could see now. 0 is full."},
    {FIELDS("on-shift", "end"), "You go off shift", NULL},
    {FIELDS("shift-handover", "sign"), "Whose shift you take",
     "The id of the person who goes, such as p117."},
    {FIELDS("shift-handover", "cancel"), "You stay after all", NULL},
    {FIELDS("handed-over", "event"), "Number of its event", "It stands beside each signature."},
    {FIELDS("message", "to"), "Who reads it", NULL},
    {FIELDS("message", "text"), "Your message", NULL},
    {FIELDS("show", "reason"), "Why you read it", "Recorded with your name. At least three letters."},
    {FIELDS("show", "break-glass"), "Why beyond your areas", "Only for a case of another area."},
    {FIELDS("who", "reason"), "Why you ask", "Recorded with your name. At least three letters."},
    {FIELDS("withdraw", "reason"), "Why nobody need come", NO_NAMES},
    {FIELDS("wish", "wish"), "What the person wants", NULL},
    {FIELDS("take", "reason"), "Why you take it", "Needed if a team has it. " NO_NAMES},
    {FIELDS("assign", "team"), "Team to ask", NULL},
    {FIELDS("mute", "minutes"), "Minutes without reminders", "15, 30 or 60. 0 has the reminders back."},
    {FIELDS("cover", "area"), "Area you help with", NULL},
    {FIELDS("cover", "for"), "How long", "Such as 45m or 2h, and at most 12h."},
    {FIELDS("cover", "reason"), "Why you help", NULL},
    {FIELDS("cover", "end"), "You stop covering it", NULL},
    {FIELDS("erase", "second"), "The second person",
     "The id of whoever answers for it with you, such as p204."},
    {FIELDS("erase", "reason"), "Reason to erase", NULL},
    {FIELDS("hold", "on"), "Put it on hold", NULL},
    {FIELDS("hold", "off"), "Lift the hold", NULL},
    {FIELDS("hold", "reason"), "Reason of the hold", NULL},
    {.field = NULL}};

#define IN(name) CONCORDAT__V1__STEP__STEP_##name
#define OF(name) CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name

static const struct action_step_label step_labels[] = {
    {"checkin", IN(TRAVELLING), "On the way", NULL},
    {"checkin", IN(ARRIVED), "Arrived where the person is", NULL},
    {"checkin", IN(CONTACT), "In contact with the person", NULL},
    {"detention", OF(USED), "The power was used", "Section 136, or entry by section 135(1)."},
    {"detention", OF(GOING), "On the way to a place", NULL},
    {"detention", OF(ARRIVED), "Arrived at a place of safety", "The hours count from the first arrival."},
    {"detention", OF(KEPT), "Kept where they were", "The person was at a place of safety already."},
    {"detention", OF(ENTERED), "Entry by section 135(1)", "And the person is kept there."},
    {"detention", OF(STATION_AUTHORISED), "Police station allowed", "By an inspector, with the grounds."},
    {"detention", OF(HEALTH_CHECKED), "Health check at the station", NULL},
    {"detention", OF(REVIEWED), "Review at the station", NULL},
    {"detention", OF(EXAMINED), "Examined by a doctor", NULL},
    {"detention", OF(INTERVIEWED), "Interviewed by an AMHP", NULL},
    {"detention", OF(TRANSFER_ASKED), "Another place was asked", NULL},
    {"detention", OF(TRANSFER_AGREED), "The other place said yes", NULL},
    {"detention", OF(TRANSFER_REFUSED), "The other place said no", NULL},
    {"detention", OF(POLICE_LEFT), "The police have left", "They were free to go."},
    {"detention", OF(EXTENDED), "More hours by an extension", "By the responsible doctor (section 136B)."},
    {"detention", OF(ESCAPED), "The person has escaped", NULL},
    {"detention", OF(ENDED), "The detention has ended", NULL},
    {"detention", OF(CORRECTED), "The first arrival was later", "Two people say so, and why."},
};

/* A button, and what follows if what it leads to is sent; NULL: the page says it beside its fields. */
static const struct action_button {
    const char *action, *words, *follows;
} buttons[] = {
    {"accept", "Accept", "Your team has the case then, and the referrer is told when you will be there."},
    {"seen", "I have seen the offer",
     "Whoever waits sees that a person of your team thinks about it. The offer is still to be answered."},
    {"decline", "Decline", "The next team is asked at once."},
    {"checkin", "Say how far you are", NULL},
    {"close", "Close",
     "The case ends. If nobody has met the person, the coordinator looks at it first, and may keep it open."},
    {"saw-closing", "See its closing", NULL},
    {"detention", "Record the detention", NULL},
    {"tried", "Could not reach them",
     "If you hand it back, the coordinator has the case. Otherwise whoever has it now keeps it."},
    {"missing", "Report missing",
     "The duty coordinator has the case until the person is found. Tell the police too."},
    {"found", "The person is found",
     "If a team had the case, the coordinator chooses whether that team goes on. Otherwise the next "
     "team is asked at once."},
    {"ask", "Record what you asked for", "This does not ask them: ring them, and record it here."},
    {"answer", "Record an answer", "After a no ask others: it is yours until somebody says yes."},
    {"handover", "Hand over", "Your team keeps the case until the other one accepts it."},
    {"cancel-handover", "Keep it", "Your team keeps the case."},
    {"give-back", "Give back",
     "The next team is asked at once. If your team has met the person, the coordinator decides what "
     "comes next."},
    {"reopen", "Open it again", "It keeps its number and its clocks, as if it had never ended."},
    {"passed-on", "Say who has it", NULL},
    {"capacity", "Say your places", "Say it again when it changes."},
    {"status", "See how it stands", NULL},
    {"saw", "Say that you saw it", "Whoever wrote it or changed it sees that you saw it."},
    {"on-shift", "Begin or end shift", NULL},
    {"shift-handover", "Hand your shift over", NULL},
    {"handed-over", "Read a handover again", NULL},
    {"message", "Write a message", "It is shown to them at once. If it cannot wait, ring."},
    {"show", "Read the record", NULL},
    {"who", "Who and why", NULL},
    {"withdraw", "Withdraw", "The case ends, and nobody comes."},
    {"wish", "Record their wish", NULL},
    {"take", "Take in hand", "You find who will come. A team that has the case is told that it need not go."},
    {"assign", "Ask a team", "That team is asked at once."},
    {"acknowledge", "Say you heard",
     "The bell stops until the next reminder. Nothing else changes: to act, take the case in hand."},
    {"mute", "Mute reminders", "You are told before the time if the case turns worse."},
    {"cover", "Cover an area",
     "The neighbour is told. Nothing changes about who holds a case until you take it."},
    {"erase", "Erase", NULL},
    {"hold", "Hold or release", NULL},
};

static const struct action_button *find_button(const struct action_kind *kind)
{
    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++)
        if (strcmp(buttons[i].action, kind->name) == 0)
            return &buttons[i];
    return NULL;
}

const char *action_button(const struct action_kind *kind)
{
    const struct action_button *button = find_button(kind);
    return button ? button->words : NULL;
}

const char *action_follows(const struct action_kind *kind)
{
    const struct action_button *button = find_button(kind);
    return button ? button->follows : NULL;
}

const struct action_step_label *action_step_label(const struct action_kind *kind, size_t at)
{
    for (size_t i = 0; i < sizeof step_labels / sizeof *step_labels; i++)
        if (strcmp(step_labels[i].action, kind->name) == 0 && at-- == 0)
            return &step_labels[i];
    return NULL;
}

bool action_asks_for(const struct action_field *field)
{
    return field->value != ACTION_CASE && field->value != ACTION_ATTEMPT && strcmp(field->name, "yes") != 0;
}

const struct action_label *action_label(const struct action_kind *kind, const struct action_field *field)
{
    const struct action_label *found = NULL;
    for (const struct action_label *row = action_labels; row->field; row++) {
        bool is_its_own = row->action && strcmp(row->action, kind->name) == 0;
        if (strcmp(row->field, field->name) == 0 && (is_its_own || (!row->action && !found)))
            found = row;
    }
    return found;
}
