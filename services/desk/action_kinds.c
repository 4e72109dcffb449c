/* action_kinds.c: the table of what a person can do: see action.h. */
#include <stddef.h>

#include "services/desk/action_checks.h"

enum {
    COVER_MINUTES_MAX = 12 * 60,
    MINUTES_MAX = 24 * 60,
    PLACES_MAX = 1000,
    MUTE_MINUTES_MAX = 60,
    ATTEMPT_MAX = 1000000
};

#define REFERRER    (1u << CONCORDAT__V1__ROLE__ROLE_REFERRER)
#define TEAM        (1u << CONCORDAT__V1__ROLE__ROLE_TEAM)
#define COORDINATOR (1u << CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
#define INSPECTOR   (1u << CONCORDAT__V1__ROLE__ROLE_INSPECTOR)
#define EVERYONE    (REFERRER | TEAM | COORDINATOR | INSPECTOR)

#define COMMAND(name) .command = CONCORDAT__V1__REQUEST__COMMAND_##name
#define AT(path)      .at = offsetof(struct action, body.path)
#define STEP(name)    .of_steps = 1u << CONCORDAT__V1__STEP__STEP_##name
#define STEPS(set)    .of_steps = (set)
#define NEEDED(set)   .needed_at = (set)
#define ONE(name)     (1u << CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name)
/* Steps of a detention that have a place, or somebody who did it. */
#define ARRIVALS (ONE(ARRIVED) | ONE(KEPT) | ONE(ENTERED))
#define OF_A_PLACE                                                                                           \
    (ARRIVALS | ONE(USED) | ONE(GOING) | ONE(TRANSFER_ASKED) | ONE(TRANSFER_AGREED) | ONE(TRANSFER_REFUSED))
#define DONE_BY_ONE (ONE(EXAMINED) | ONE(INTERVIEWED) | ONE(HEALTH_CHECKED) | ONE(REVIEWED) | DONE_BY_TWO)
#define DONE_BY_TWO (ONE(EXTENDED) | ONE(STATION_AUTHORISED) | ONE(CORRECTED) | ONE(ENDED))

#define CASE(body)                                                                                           \
    {                                                                                                        \
        "case", "CASE", .value = ACTION_CASE, AT(body.referral), .needed = true                              \
    }
#define COUNT(path, most) .value = ACTION_COUNT, AT(path), .max = (most)
#define CODE(path, enum)  .value = ACTION_CODE, AT(path), .codes = &concordat__v1__##enum##__descriptor
#define TEXT(path)        .value = ACTION_TEXT, AT(path)
#define PERSON(path)      .value = ACTION_PERSON, AT(path)
#define FLAG(member)      .value = ACTION_FLAG, .at = offsetof(struct action, member)
#define REFERENCE(path)   .value = ACTION_REFERENCE, AT(path)

#define ATTEMPT(body)                                                                                        \
    {                                                                                                        \
        "attempt", "N", "The offer's attempt; without it the live offer is answered",                        \
            .value = ACTION_ATTEMPT, AT(body.attempt), .max = ATTEMPT_MAX                                    \
    }
#define ALTHOUGH(body)                                                                                       \
    {                                                                                                        \
        "although", NULL, "Although the rules would not send this person to it", .value = ACTION_FLAG,       \
                                                                                 AT(body.although)           \
    }
#define ASSESSED(body)                                                                                       \
    "assessed", "YES|NO", "Whether a psychosocial assessment was done",                                      \
        CODE(body.psychosocially_assessed, answered)

const struct action_kind action_kinds[] = {
    {.name = "accept",
     .who = TEAM,
     .arguments = "CASE MINUTES",
     .title = "accept an offer",
     .summary = "accept an offer: your team will be there in MINUTES",
     .help = "0 is now: your team is there.",
     .examples = "accept R-0412 20",
     COMMAND(ACCEPT),
     .fields = {CASE(accept),
                {"minutes", "MINUTES", COUNT(accept.expected_minutes, MINUTES_MAX), .needed = true},
                ATTEMPT(accept)}},
    {.name = "seen",
     .who = TEAM,
     .arguments = "CASE",
     .title = "a person here has seen the offer",
     .summary = "say that a person of your team has seen an offer, and thinks about it",
     .help =
         "A device says by itself that an offer has come. That somebody knows of it is said by this, and by "
         "whatever else is typed about the case.",
     .examples = "seen R-0412",
     COMMAND(SEEN),
     .check = seen_check,
     .fields = {CASE(seen), ATTEMPT(seen)}},
    {.name = "decline",
     .who = TEAM,
     .arguments = "CASE REASON [NOTE...]",
     .title = "decline an offer with a reason",
     .summary = "decline an offer; the next team is asked at once",
     .help = "With \"other\" a note is asked for; write nothing in it that names the person.",
     .examples = "decline R-0412 no-capacity\n"
                 "decline R-0412 other lift broken, no step-free access",
     COMMAND(DECLINE),
     .check = decline_check,
     .fields = {CASE(decline),
                {"reason", "REASON", CODE(decline.reason, decline_reason), .needed = true},
                {"note", "NOTE", TEXT(decline.note), .rest = true},
                ATTEMPT(decline)}},
    {.name = "checkin",
     .who = TEAM | COORDINATOR,
     .arguments = "CASE travelling [MINUTES] | arrived | contact HOW",
     .title = "travelling, arrived, in contact",
     .summary = "say how far your team is with a case",
     .help =
         "A contact counts as attended, on time, unless --attended says otherwise. Only a contact that was "
         "attended and face to face stops the response clock.",
     .examples = "checkin R-0412 travelling 15\n"
                 "checkin R-0412 arrived\n"
                 "checkin R-0412 contact face-to-face --assessed yes\n"
                 "checkin R-0412 contact telephone --attended did-not-attend",
     COMMAND(CHECK_IN),
     .check = check_in_check,
     .fields = {CASE(check_in),
                {"step", "STEP", CODE(check_in.step, step), .needed = true},
                {"minutes", "MINUTES", COUNT(check_in.expected_minutes, MINUTES_MAX), STEP(TRAVELLING)},
                {"how", "HOW", CODE(check_in.mechanism, contact_mechanism), STEP(CONTACT),
                 NEEDED(1u << CONCORDAT__V1__STEP__STEP_CONTACT)},
                {"at", "TIME",
                 "When it was, such as 14:05, \"yesterday 14:05\" or 31/01/2026 14:05; without it, now",
                 .value = ACTION_TIME, AT(check_in.occurred)},
                {"attended", "HOW",
                 "on-time (where nothing is said), late-but-seen, late-not-seen, "
                 "did-not-attend, cancelled-by-person, cancelled-by-provider",
                 CODE(check_in.attend_status, attend_status), STEP(CONTACT)},
                {ASSESSED(check_in), STEP(CONTACT)}}},
    {.name = "close",
     .who = TEAM | COORDINATOR,
     .arguments = "CASE OUTCOME",
     .title = "close a case with its outcome",
     .summary = "close a case with what came of it",
     .help =
         "If nobody has met the person, say why it closes and add a note: the coordinator has to see it first, "
         "and may keep it open. Your team then has nothing more to do. That the person has died is said with "
         "--yes, so that nobody says it by one slip.",
     .examples = "close R-0412 crisis-home-treatment --assessed yes\n"
                 "close R-0412 not-found --without-contact not-found --note unanswered",
     COMMAND(CLOSE),
     .check = close_check,
     .fields = {CASE(close),
                {"outcome", "OUTCOME", CODE(close.outcome, outcome), .needed = true},
                {ASSESSED(close)},
                {"without-contact", "REASON", "Nobody has met the person: why it closes",
                 CODE(close.without_contact, without_contact)},
                {"note", "WORDS", "A few words", TEXT(close.note)},
                {"yes", NULL, "The person has died", FLAG(confirmed)}}},
    {.name = "saw-closing",
     .who = COORDINATOR,
     .arguments = "CASE",
     .title = "coordinator: you saw that a case closes without contact",
     .summary = "coordinator: you saw that a case closes without contact",
     .help =
         "It closes as the team said. That is no approval: whoever closed it answers for it. With --keep-open it "
         "stays open and you choose who goes on; if you do not, teams are asked from the next reminder on.",
     .examples = "saw-closing R-0412\n"
                 "saw-closing R-0412 --keep-open unexplained",
     .needs_person = true,
     COMMAND(SAW_CLOSING),
     .check = saw_closing_check,
     .fields = {CASE(saw_closing),
                {"keep-open", "WORDS", "Keep it open: why, in a few words", TEXT(saw_closing.reason)}}},
    {.name = "detention",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE STEP [PLACE]",
     .title = "what happens in a detention under section 136 or 135(1)",
     .summary = "record what happened in a detention under section 136 or 135(1)",
     .help =
         "PLACE is health-based, emergency-department, private-home, police-station or other. The hours count "
         "from the first arrival, and nothing but an end stops them. The status of the case "
         "says what to record next.",
     .examples = "detention R-0412 arrived health-based --at 14:05\n"
                 "detention R-0412 examined --by p117\n"
                 "detention R-0412 extended --for 6h --reason condition --responsible-doctor\n"
                 "detention R-0412 ended --how application",
     COMMAND(RECORD_DETENTION),
     .check = detention_check,
     .fields = {CASE(detention),
                {"step", "STEP", CODE(detention.step, detention_step), .needed = true,
                 .never_typed = CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_NOTED},
                {"place", "PLACE", CODE(detention.place, place_of_safety), STEPS(OF_A_PLACE)},
                {"at-door", NULL, "Arrived at the door, and not yet inside", FLAG(at_door), STEPS(ARRIVALS)},
                {"risk", NULL, "Of a police station: imminent risk of serious injury or death", FLAG(risk),
                 STEPS(ONE(STATION_AUTHORISED))},
                {"no-other-place", NULL, "Of a police station: no other place can be expected to",
                 FLAG(no_other_place), STEPS(ONE(STATION_AUTHORISED))},
                {"health-professional", NULL, "Of a police station: one will be there throughout",
                 FLAG(health_professional), STEPS(ONE(STATION_AUTHORISED))},
                {"how", "HOW",
                 "Of an end: application, informal-admission, arrangements-made, none-needed, "
                 "no-mental-disorder, expired, not-retaken, died or never-detained",
                 CODE(detention.end, detention_end), STEPS(ONE(ENDED)), NEEDED(ONE(ENDED))},
                {"without-amhp", "WHY", "no-mental-disorder, none-came, person-gone, mistake or other",
                 CODE(detention.without_amhp, without_amhp), STEPS(ONE(ENDED))},
                {"for", "SPAN", "Of an extension: how long, such as 6h", .value = ACTION_SPAN,
                 AT(detention.minutes), .max = MINUTES_MAX, STEPS(ONE(EXTENDED)), NEEDED(ONE(EXTENDED))},
                {"reason", "WHY", "Of an extension: condition, no-bed, no-staff or other",
                 CODE(detention.extension_reason, extension_reason), STEPS(ONE(EXTENDED))},
                {"responsible-doctor", NULL, "Of an extension: by the doctor responsible for the examination",
                 FLAG(responsible_doctor), STEPS(ONE(EXTENDED))},
                {"assessed-there", NULL, "Of an extension: the person is assessed at the police station",
                 FLAG(assessed_at_station), STEPS(ONE(EXTENDED))},
                {"at", "TIME", "When it was, such as 14:05 or \"yesterday 14:05\"; without it, now",
                 .value = ACTION_TIME, AT(detention.occurred), NEEDED(ONE(CORRECTED))},
                {"power", "POWER", "section-136 or section-135-1", CODE(detention.power, legal_status),
                 STEPS(ONE(USED) | ARRIVALS)},
                {"by", "PERSON", "The id of who did it: the doctor, the AMHP", PERSON(detention.by),
                 STEPS(DONE_BY_ONE), NEEDED(ONE(CORRECTED))},
                {"second", "PERSON", "The id of who approved it: inspector, superintendent, second person",
                 PERSON(detention.second), STEPS(DONE_BY_TWO), NEEDED(ONE(CORRECTED))},
                {"note", "WORDS", "A few words", TEXT(detention.note), NEEDED(ONE(CORRECTED))}}},
    {.name = "tried",
     .who = TEAM | COORDINATOR,
     .arguments = "CASE HOW NEXT [MINUTES]",
     .title = "you could not reach the person, and what comes next",
     .summary = "say that you could not reach the person, and what comes next",
     .help =
         "HOW is face-to-face, telephone, video and so on. NEXT is try-again, visit, welfare-check or hand-back; "
         "MINUTES is until then, and another try needs it. After as many tries as the region allows the "
         "coordinator is told. A welfare check becomes a request beside the case; record whom you asked: ask "
         "CASE welfare-check. With hand-back the coordinator has the case.",
     .examples = "tried R-0412 telephone try-again 15\n"
                 "tried R-0412 telephone visit 30\n"
                 "tried R-0412 face-to-face hand-back",
     COMMAND(TRIED_TO_REACH),
     .check = tried_check,
     .fields = {CASE(tried),
                {"how", "HOW", CODE(tried.mechanism, contact_mechanism), .needed = true},
                {"next", "NEXT", CODE(tried.next, contact_next), .needed = true},
                {"minutes", "MINUTES", COUNT(tried.next_minutes, COVER_MINUTES_MAX)},
                {"note", "WORDS", "A few words", TEXT(tried.note)}}},
    {.name = "missing",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE [WHERE]",
     .title = "nobody knows where the person is",
     .summary = "say that nobody knows where the person is, and where they were seen last",
     .help =
         "WHERE is the kind of place, such as street, railway or hospital; say the rest in --note. The duty "
         "coordinator has the case until the person is found, and is reminded. All clocks go on. Somebody who "
         "is detained is recorded as having escaped. Tell the police too, and record it: ask CASE "
         "missing-report. Said again, it says where the person was seen since.",
     .examples = "missing R-0412 railway --last-seen 2026-01-31T14:05:00Z\n"
                 "missing R-0412",
     COMMAND(REPORT_MISSING),
     .fields = {CASE(missing),
                {"where", "WHERE", CODE(missing.seen_at, kind_of_place)},
                {"last-seen", "TIME", "When the person was seen last, such as 2026-01-31T14:05:00Z",
                 .value = ACTION_TIME, AT(missing.last_seen)},
                {"note", "WORDS", "A few words", TEXT(missing.note)}}},
    {.name = "found",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE BY [WHERE]",
     .title = "the person who was missing is found",
     .summary = "say that the person is found, by whom and where",
     .help =
         "BY is police, ambulance, health-staff, family, themselves or others; WHERE is the kind of place. If a team "
         "had the case, the coordinator chooses whether that team goes on; otherwise the next team is asked at "
         "once. For somebody who is detained record the arrival too: detention CASE arrived PLACE.",
     .examples = "found R-0412 police railway",
     COMMAND(REPORT_FOUND),
     .fields = {CASE(found),
                {"by", "BY", CODE(found.by, found_by), .needed = true},
                {"where", "WHERE", CODE(found.at, kind_of_place)},
                {"at", "TIME", "When it was; without it, now", .value = ACTION_TIME, AT(found.found)},
                {"note", "WORDS", "A few words", TEXT(found.note)}}},
    {.name = "ask",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE WHAT [OF] [NUMBER]",
     .title = "what you asked for beside the team: an AMHP, a bed",
     .summary = "record that you have asked somebody for something beside the team that comes",
     .help =
         "It does not ask them: ring them, and record it here. OF is who was asked, by a code or an id; NUMBER is "
         "theirs. Neither is a name. An AMHP is asked of the council where the person is now. "
         "Until they say yes it is yours, and you are reminded.",
     .examples = "ask R-0412 amhp E08000003\n"
                 "ask R-0412 ambulance RX9 CAD-0412",
     COMMAND(ASK_BESIDE),
     .fields = {CASE(ask),
                {"what", "WHAT", CODE(ask.what, beside), .needed = true},
                {"of", "OF", REFERENCE(ask.asked_of)},
                {"number", "NUMBER", REFERENCE(ask.log_number)},
                {"note", "WORDS", "A few words", TEXT(ask.note)},
                {"request", "N", "Which of several of a kind, as the status counts them",
                 COUNT(ask.request, ATTEMPT_MAX)}}},
    {.name = "answer",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE WHAT ANSWER [NUMBER]",
     .title = "what came of it: yes, no, on the way, done, cancelled",
     .summary = "record what came of something that was asked for beside the team",
     .help =
         "ANSWER is yes, no, on-the-way, done or cancelled. After a no ask others: it is yours until somebody "
         "says yes.",
     .examples = "answer R-0412 amhp yes\n"
                 "answer R-0412 welfare-check no P-2211",
     COMMAND(ANSWER_BESIDE),
     .fields = {CASE(answer),
                {"what", "WHAT", CODE(answer.what, beside), .needed = true},
                {"answer", "ANSWER", CODE(answer.state, beside_state), .needed = true,
                 .typed_from = CONCORDAT__V1__BESIDE_STATE__BESIDE_STATE_YES},
                {"number", "NUMBER", REFERENCE(answer.log_number)},
                {"note", "WORDS", "A few words", TEXT(answer.note)},
                {"request", "N", "Which of several of a kind, as the status counts them",
                 COUNT(answer.request, ATTEMPT_MAX)}}},
    {.name = "handover",
     .who = TEAM,
     .arguments = "CASE [TEAM]",
     .title = "hand a case to another team",
     .summary = "hand a case to another team; yours holds it until that team accepts",
     .help =
         "Without TEAM whoever the ladder finds is asked. A team that the region's rules would not send this "
         "person to is asked only with --although.",
     .examples = "handover R-0412 southfell-crisis",
     COMMAND(HANDOVER),
     .fields = {CASE(handover),
                {"team", "TEAM", .value = ACTION_TEAM, AT(handover.to_team)},
                ALTHOUGH(handover)}},
    {.name = "cancel-handover",
     .who = TEAM,
     .arguments = "CASE",
     .title = "keep a case that you have asked a team to take over",
     .summary = "keep a case that you have asked another team to take over",
     .help = "",
     .examples = "cancel-handover R-0412",
     COMMAND(CANCEL_HANDOVER),
     .fields = {CASE(cancel_handover)}},
    {.name = "give-back",
     .who = TEAM,
     .arguments = "CASE REASON...",
     .title = "give a case back that your team cannot go to after all",
     .summary =
         "give a case back that your team has accepted and cannot go to; the next team is asked at once",
     .help =
         "Say in a few words why, and nothing that names the person. If your team has met the person, the duty "
         "coordinator decides what comes next.",
     .examples = "give-back R-0412 accepted by mistake, it was R-0421",
     COMMAND(GIVE_BACK),
     .fields = {CASE(give_back), {"reason", "REASON", TEXT(give_back.reason), .needed = true, .rest = true}}},
    {.name = "reopen",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE --because REASON...",
     .title = "a case was closed or withdrawn by mistake: open it again",
     .summary = "open a case again that was closed or withdrawn by mistake",
     .help =
         "The team that closed it has it again as it was. Otherwise the duty coordinator has it, and a team is asked "
         "at once. It keeps its number and its clocks, as if it had never ended. The status of the case says until "
         "when it can be done; later, or if help is asked for again, refer again with --follows. Say in a few words "
         "why, and nothing that names the person.",
     .examples = "reopen R-0412 --because it was R-0421 that was to be closed",
     COMMAND(REOPEN),
     .fields = {CASE(reopen),
                {"because", "REASON", "In a few words, why its end was wrong", TEXT(reopen.reason),
                 .needed = true, .rest = true}}},
    {.name = "passed-on",
     .who = TEAM | COORDINATOR,
     .arguments = "CASE --to CODE [--received TIME]",
     .title = "another provider has a case that you closed as referred on",
     .summary = "say which other provider has a case that was closed as referred on, and since when",
     .help =
         "Close it first, as referred-on. CODE is the organisation's; one that has none is named with --note. If it is "
         "not known yet when they received it, say it later. The person waits from our receipt. The national wait "
         "runs from theirs, and is theirs to report: our figures count the case as passed on.",
     .examples = "passed-on R-0412 --to RX4\n"
                 "passed-on R-0412 --received 14:05",
     COMMAND(RECORD_PASSED_ON),
     .fields = {CASE(passed_on),
                {"to", "CODE", "The code of the organisation that has it now", .value = ACTION_PROVIDER,
                 AT(passed_on.provider)},
                {"received", "TIME", "When they received it, such as 14:05; without it, not known yet",
                 .value = ACTION_TIME, AT(passed_on.received)},
                {"note", "WORDS", "If they have no code: who they are", TEXT(passed_on.note)}}},
    {.name = "capacity",
     .who = TEAM,
     .arguments = "PLACES",
     .title = "how many more people your team could see",
     .summary = "how many more people your team could see now",
     .help = "A claim ages: say it again when it changes and at the start of a shift. 0 means full.",
     .examples = "capacity 3",
     COMMAND(SET_CAPACITY),
     .fields = {{"places", "PLACES", COUNT(set_capacity.free_places, PLACES_MAX), .needed = true}}},
    {.name = "status",
     .who = EVERYONE,
     .arguments = "CASE",
     .title = "who holds a case, and whom to ring",
     .summary = "who holds a case, and whom to ring",
     .help = "",
     .examples = "status R-0412",
     COMMAND(GET_STATUS),
     .fields = {CASE(get_status)}},
    {.name = "saw",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE",
     .title = "say that you saw a message, or what was changed",
     .summary = "say that you saw the messages to you, or what was changed in a case",
     .help =
         "Until then every screen that shows the case says that it was changed, and whoever wrote sees that "
         "you have not seen it. What comes after what you were shown stays marked.",
     .examples = "saw R-0412",
     COMMAND(SAW_CHANGES),
     .fields = {CASE(saw_changes)}},
    {.name = "on-shift",
     .who = TEAM | COORDINATOR,
     .arguments = "[--end]",
     .title = "say that you come on shift, or go",
     .summary = "say that you come on shift at your team or desk, or that you go",
     .help =
         "Say who you are: --as, or CONCORDAT_PERSON. The board shows who is on shift, and since when. If you are the "
         "only one and cases are in hand, hand over first (`shift-handover`).",
     .examples = "on-shift\n"
                 "on-shift --end",
     .needs_person = true,
     COMMAND(ON_SHIFT),
     .fields = {{"end", NULL, "You go", .value = ACTION_FLAG, AT(on_shift.ends)}}},
    {.name = "shift-handover",
     .who = TEAM | COORDINATOR,
     .arguments = "[--sign PERSON|--cancel]",
     .title = "hand your shift over: two people sign",
     .summary = "hand your shift over to the person who comes: you propose it, and they sign it",
     .help =
         "Say who you are: --as, or CONCORDAT_PERSON. Until it is signed you hold what is in hand, and the board says so. The record has both people, the cases and "
         "both times. What the next shift must know of a case, write to your own side: message CASE team WORDS.",
     .examples = "shift-handover\n"
                 "shift-handover --sign p117\n"
                 "shift-handover --cancel",
     .needs_person = true,
     COMMAND(SHIFT_HANDOVER),
     .check = shift_handover_check,
     .fields = {{"sign", "PERSON", "You come, and sign the handover of PERSON",
                 PERSON(shift_handover.from_person)},
                {"cancel", NULL, "You stay after all", FLAG(ends)}}},
    {.name = "handed-over",
     .who = TEAM | COORDINATOR,
     .arguments = "[EVENT]",
     .title = "read again what a shift handed over",
     .summary = "read again what was handed over at the end of a shift, and who signed",
     .help =
         "EVENT is the number of either signature. Without it you see how the teams of your areas stand now.",
     .examples = "handed-over 4711",
     COMMAND(GET_HANDOVER),
     .check = handed_over_check,
     .fields = {{"event", "EVENT", .value = ACTION_COUNT, .at = offsetof(struct action, event),
                 .max = UINT32_MAX}}},
    {.name = "message",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE TO WORDS...",
     .title = "write to the others who work on a case",
     .summary = "write to the others who work on a case: they are shown it at once",
     .help =
         "A message to the team goes to the one that has the case or, if none has, is asked. One to your own side "
         "waits for whoever comes on duty after you. It stays marked until somebody there says that they saw it "
         "(`saw`). If it cannot wait, ring.",
     .examples = "message R-0412 team The door code is 1234\n"
                 "message R-0412 everybody The person is with their sister now",
     COMMAND(SEND_MESSAGE),
     .fields = {CASE(send_message),
                {"to", "TO", CODE(send_message.to, case_side), .needed = true},
                {"text", "WORDS", TEXT(send_message.text), .needed = true, .rest = true}}},
    {.name = "show",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE REASON...",
     .title = "the person's record; the reading is recorded",
     .summary = "the person's record; the reading and its reason are recorded",
     .help =
         "The reason has at least three letters. A referrer reads what their own source told, through the "
         "intake. A coordinator can read one record beyond their areas: with "
         "--break-glass, and why. It is recorded as that, the case's own coordinator is told at once, and so "
         "are your other devices; three an hour are allowed.",
     .examples = "show R-0412 on our way to the person\n"
                 "show R-0412 --break-glass life-at-risk ambulance asks for medication",
     COMMAND(GET_RECORD),
     .fields = {CASE(get_record),
                {"reason", "REASON", TEXT(get_record.reason), .needed = true, .rest = true},
                {"break-glass", "WHY", "Beyond your areas: life-at-risk, asked or investigation",
                 CODE(get_record.break_glass, break_glass)}}},
    {.name = "who",
     .who = COORDINATOR | INSPECTOR,
     .arguments = "CASE REASON...",
     .title = "who was told of a case, who looked at it and why, who acted",
     .summary = "who was told of a case, who looked at its record and why, and who acted",
     .help =
         "For the case's coordinator and for inspectors. The reason has at least three letters, and that you "
         "asked is recorded with it. The newest is last; at most the latest 256 events are shown, and it says "
         "if there are more. Names are those of your own people file (--people).",
     .examples = "who R-0412 the family asks who read it",
     COMMAND(GET_RECORD),
     .check = who_check,
     .fields = {CASE(get_record),
                {"reason", "REASON", TEXT(get_record.reason), .needed = true, .rest = true}}},
    {.name = "withdraw",
     .who = REFERRER,
     .arguments = "CASE REASON...",
     .title = "nobody need come any more",
     .summary = "nobody need come any more",
     .help = "",
     .examples = "withdraw R-0412 went home with family",
     COMMAND(WITHDRAW),
     .fields = {CASE(withdraw), {"reason", "REASON", TEXT(withdraw.reason), .needed = true, .rest = true}}},
    {.name = "wish",
     .who = REFERRER | TEAM | COORDINATOR,
     .arguments = "CASE telephone|visit",
     .title = "how the person wants to be helped: telephone or visit",
     .summary = "record whether the telephone is enough for the person, or somebody is to come",
     .help = "If a team that rings has the case, another that comes is sought; when the person says that the "
             "telephone is enough, that ends. Ask the person, and record only what they said.",
     .examples = "wish R-0412 telephone\n"
                 "wish R-0412 visit",
     COMMAND(RECORD_WISH),
     .fields = {CASE(record_wish), {"wish", "WISH", CODE(record_wish.wish, wish), .needed = true}}},
    {.name = "take",
     .who = COORDINATOR,
     .arguments = "CASE [REASON...]",
     .title = "coordinator: take a case in hand",
     .summary = "coordinator: take a case in hand, also from a team that has it",
     .help =
         "To take it from a team needs a reason; the team is told at once that it need not go. Who takes it is "
         "the person whom --as or CONCORDAT_PERSON names; without either it is not recorded.",
     .examples = "take R-0412\n"
                 "take R-0412 the team rang, it cannot go",
     COMMAND(TAKE),
     .fields = {CASE(take), {"reason", "REASON", TEXT(take.reason), .rest = true}}},
    {.name = "assign",
     .who = COORDINATOR,
     .arguments = "CASE TEAM",
     .title = "coordinator: ask the team that you choose",
     .summary = "coordinator: ask the team that you choose",
     .help = "A team that the region's rules would not send this person to is asked only with --although.",
     .examples = "assign R-0412 northmoor-crisis",
     COMMAND(ASSIGN),
     .fields = {CASE(assign),
                {"team", "TEAM", .value = ACTION_TEAM, AT(assign.to_team), .needed = true},
                ALTHOUGH(assign)}},
    {.name = "acknowledge",
     .who = COORDINATOR,
     .arguments = "CASE",
     .title = "coordinator: say that you have heard a reminder",
     .summary = "coordinator: say that you have heard of a case; the bell stops until the next reminder",
     .help =
         "Say who you are: --as, or CONCORDAT_PERSON. It takes nothing in hand: `take` does. If nobody "
         "acknowledges a reminder within the policy's time, the next one also goes to the next coordinator.",
     .examples = "acknowledge R-0412",
     .needs_person = true,
     COMMAND(ACKNOWLEDGE),
     .fields = {CASE(acknowledge)}},
    {.name = "mute",
     .who = COORDINATOR,
     .arguments = "CASE MINUTES",
     .title = "coordinator: no reminders of a case for a while",
     .summary = "coordinator: no reminders of a case for 15, 30 or 60 minutes; 0 has them back",
     .help =
         "You are told again before the time if the case turns worse: a clock runs out, its urgency is raised, or "
         "whoever holds it is overdue. Say who you are: --as, or CONCORDAT_PERSON.",
     .examples = "mute R-0412 30\n"
                 "mute R-0412 0",
     .needs_person = true,
     COMMAND(MUTE),
     .fields = {CASE(mute), {"minutes", "MINUTES", COUNT(mute.minutes, MUTE_MINUTES_MAX), .needed = true}}},
    {.name = "cover",
     .who = COORDINATOR,
     .arguments = "AREA",
     .title = "coordinator: help with a neighbour's area for a while",
     .summary = "coordinator: see the cases of a neighbour's area for a while, and deal with them",
     .help =
         "The reason is asked (the neighbour asked for help), absent (nobody answers there) or overload. It is "
         "recorded, and the neighbour is told. Said again it can last longer, never shorter: to make it "
         "shorter, end it first. Nothing changes about who holds a case until you take it.",
     .examples = "cover southfell --for 2h --reason asked\n"
                 "cover southfell --end",
     COMMAND(COVER),
     .check = cover_check,
     .fields = {{"area", "AREA", .value = ACTION_AREA, AT(cover.area), .needed = true},
                {"for", "SPAN", "How long, such as 45m or 2h; at most 12h", .value = ACTION_SPAN,
                 AT(cover.minutes), .max = COVER_MINUTES_MAX},
                {"reason", "REASON", "asked, absent or overload", CODE(cover.reason, cover_reason)},
                {"end", NULL, "No longer", FLAG(ends)}}},
    {.name = "erase",
     .who = INSPECTOR,
     .arguments = "CASE --second PERSON --reason REASON",
     .title = "inspector: erase the texts about the person of a case",
     .summary = "inspector: erase the texts about the person of a case that has ended, for good",
     .help =
         "Two people answer for it: you (--as, or CONCORDAT_PERSON) and a second, each by the id that your own list of people has "
         "for them; never write a name. With retention and person-asked (UK GDPR article 17) it waits until the "
         "region's retention has ended; with mistake (about another person, or twice), court-order and "
         "test-data it does not. A hold stands against all of them. Codes and times stay, so the case keeps its "
         "place in every report.",
     .examples = "erase R-0412 --second p204 --reason retention\n"
                 "erase R-0413 --second p204 --reason mistake --yes",
     .is_final = true,
     .needs_person = true,
     COMMAND(ERASE),
     .fields = {CASE(erase),
                {"second", "PERSON", "The id of the second person", PERSON(erase.second_person),
                 .needed = true},
                {"reason", "REASON", "retention, person-asked, mistake, court-order or test-data",
                 CODE(erase.reason, erase_reason), .needed = true},
                {"yes", NULL, "Do not ask once more", FLAG(confirmed)}}},
    {.name = "hold",
     .who = INSPECTOR,
     .arguments = "CASE --on|--off --reason REASON",
     .title = "inspector: keep a case from being erased",
     .summary = "inspector: keep a case from being erased, or let it be erased again",
     .help =
         "A case can be put on hold while it is open or after it has ended. Each reason is a hold of its own: "
         "to lift one, name its reason; the case can be erased when all of them are lifted. Say who you are: "
         "--as, or CONCORDAT_PERSON.",
     .examples = "hold R-0412 --on --reason inquest\n"
                 "hold R-0412 --off --reason inquest",
     .needs_person = true,
     COMMAND(SET_HOLD),
     .check = hold_check,
     .fields = {CASE(set_hold),
                {"on", NULL, "Set it", FLAG(on)},
                {"off", NULL, "Lift it", FLAG(off)},
                {"reason", "REASON",
                 "complaint, inquest, inquiry, litigation, police-investigation, subject-access or "
                 "safety-review",
                 CODE(set_hold.reason, hold_on_erasure), .needed = true}}},
    {.name = NULL}};
