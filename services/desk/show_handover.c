/* show_handover.c: see show_handover.h. */
#include "services/desk/show_handover.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "services/desk/time_words.h"

typedef Concordat__V1__CaseStatus case_status;
typedef Concordat__V1__ListedCase listed_case;

enum { AS_IT_STOOD_BYTES = 400, DUTY_BYTES = 3 * PEOPLE_WORDS_BYTES };

/* --- the signatures -------------------------------------------------------------------------------------
 */

/* A signature, unpacked; all zeros: nobody has signed. */
struct signature {
    Concordat__V1__Event *event; /* owned */
    const Concordat__V1__ShiftSigned *is;
};

static struct signature signature_open(const Concordat__V1__ShiftSigned *is)
{
    Concordat__V1__Event *event =
        is ? concordat__v1__event__unpack(NULL, is->event.len, is->event.data) : NULL;
    if (event && event->what_case == CONCORDAT__V1__EVENT__WHAT_SHIFT_NOTED)
        return (struct signature){event, is};
    if (event)
        concordat__v1__event__free_unpacked(event, NULL);
    return (struct signature){NULL, NULL};
}

static void signature_close(struct signature *signature)
{
    if (signature->event)
        concordat__v1__event__free_unpacked(signature->event, NULL);
    *signature = (struct signature){NULL, NULL};
}

static void show_signature(struct sheet *sheet, const char *label, const struct signature *signature,
                           const struct showing *showing)
{
    char person[PEOPLE_WORDS_BYTES], at[TIME_WORDS_BYTES];
    if (!signature->event) {
        sheet_row(sheet, label, "nobody has signed yet");
        return;
    }
    const Concordat__V1__Person *by = signature->event->person;
    time_words_clock(signature->is->at_ms, showing->now_ms, at);
    sheet_row(sheet, label, "%s, signed at %s (event %" PRIu64 " of the ledger)",
              people_words(showing->people, by ? by->id : "", person), at, signature->event->seq);
    if (signature->event->shift_noted->left_out > 0)
        sheet_row(sheet, "Not listed", "%u more cases: a signature lists %zu at most, and the board has all",
                  signature->event->shift_noted->left_out, signature->is->n_cases);
}

/* --- what was listed ------------------------------------------------------------------------------------
 */

static const listed_case *find_listed(const struct signature *signature, uint32_t number)
{
    for (size_t i = 0; signature->is && i < signature->is->n_cases; i++)
        if (signature->is->cases[i]->number == number)
            return signature->is->cases[i];
    return NULL;
}

/* "accepted, held by Northmoor Crisis Team until 14:40" */
static const char *as_it_stood(const listed_case *listed, int64_t now_ms, char out[AS_IT_STOOD_BYTES])
{
    char state[WORDS_MAX], until[TIME_WORDS_BYTES];
    if (listed->state == CONCORDAT__V1__STATE__STATE_UNSPECIFIED) {
        snprintf(out, AS_IT_STOOD_BYTES, "its event cannot be read");
        return out;
    }
    time_words_clock(listed->act_by_ms, now_ms, until);
    bool has_owner = listed->owner_name[0] != '\0';
    snprintf(out, AS_IT_STOOD_BYTES, "%s%s%s%s%s",
             words_for(&concordat__v1__state__descriptor, (int)listed->state, state),
             has_owner ? ", held by " : ", held by nobody", listed->owner_name,
             listed->act_by_ms ? ", to act by " : "", listed->act_by_ms ? until : "");
    return out;
}

/* What the second signature lists, and how that differs from the first. */
static void show_taken_case(struct sheet *sheet, const struct signature *given, const listed_case *listed,
                            const struct showing *showing)
{
    char number[NUMBER_TEXT_BYTES], stood[AS_IT_STOOD_BYTES];
    const listed_case *before = given ? find_listed(given, listed->number) : listed;
    words_number(listed->number, false, number);
    if (!before)
        sheet_headline(sheet, TONE_WARNING, number, "NEW between the two signatures");
    else if (before->seq != listed->seq)
        sheet_headline(sheet, TONE_WARNING, number, "CHANGED between the two signatures");
    else
        sheet_headline(sheet, TONE_PLAIN, number, "%s",
                       given ? "the same at both signatures" : "as it was signed");
    if (before && before->seq != listed->seq)
        sheet_row(sheet, "Given as", "%s", as_it_stood(before, showing->now_ms, stood));
    sheet_row(sheet, given ? "Taken as" : "Given as", "%s", as_it_stood(listed, showing->now_ms, stood));
}

static void show_gone_case(struct sheet *sheet, const listed_case *listed, const char *since,
                           const struct showing *showing)
{
    char number[NUMBER_TEXT_BYTES], stood[AS_IT_STOOD_BYTES];
    words_number(listed->number, false, number);
    sheet_headline(sheet, TONE_WARNING, number, "GONE %s: it has ended, or others hold it now", since);
    sheet_row(sheet, "Given as", "%s", as_it_stood(listed, showing->now_ms, stood));
}

static void show_teams(struct sheet *sheet, const Concordat__V1__HandoverSheet *handover, int64_t now_ms)
{
    char age[TIME_WORDS_BYTES], since[TIME_WORDS_BYTES], places[TIME_WORDS_BYTES + 80];
    if (handover->n_teams > 0)
        sheet_heading(sheet, "The teams of your areas, now");
    for (size_t i = 0; i < handover->n_teams; i++) {
        const Concordat__V1__TeamStanding *team = handover->teams[i];
        time_words(team->claimed_ms, now_ms, age);
        time_words_clock(team->absent_ms, now_ms, since);
        snprintf(places, sizeof places, "could see %u more, as it said at %s", team->free_places, age);
        sheet_row(sheet, team->name, "%s%s%s; has %u %s; %s; ring %s",
                  team->present     ? "there"
                  : team->absent_ms ? "AWAY, since "
                                    : "AWAY",
                  team->present || !team->absent_ms ? "" : since, team->open ? "" : ", closed by its hours",
                  team->cases, team->cases == 1 ? "person" : "people",
                  team->capacity_known ? places : "has not said how many more it could see", team->ring);
    }
}

void show_handed_over(struct sheet *sheet, const Concordat__V1__HandoverSheet *handover,
                      const struct showing *showing)
{
    struct signature given = signature_open(handover->given), taken = signature_open(handover->taken);
    const struct signature *listed = taken.event ? &taken : &given;
    if (given.event)
        sheet_headline(sheet, taken.event ? TONE_GOOD : TONE_WAITING, "SIGNED", "%s",
                       taken.event ? "by both" : "by one: it was not handed over");
    show_signature(sheet, "Gives", &given, showing);
    show_signature(sheet, "Takes", &taken, showing);
    if (listed->is)
        sheet_heading(sheet, "What was handed over");
    for (size_t i = 0; listed->is && i < listed->is->n_cases; i++)
        show_taken_case(sheet, taken.event ? &given : NULL, listed->is->cases[i], showing);
    for (size_t i = 0; taken.is && given.is && i < given.is->n_cases; i++)
        if (!find_listed(&taken, given.is->cases[i]->number))
            show_gone_case(sheet, given.is->cases[i], "between the two signatures", showing);
    if (listed->is && listed->is->n_cases == 0)
        sheet_sentence(sheet, "No case was open.");
    show_teams(sheet, handover, showing->now_ms);
    signature_close(&given);
    signature_close(&taken);
}

/* --- what is handed over now ----------------------------------------------------------------------------
 */

/* The people on shift there have the duty: if nobody is, that is said plainly. */
static void show_duty(struct sheet *sheet, const struct handover_now *now, const struct showing *showing)
{
    char text[DUTY_BYTES] = "", name[PEOPLE_WORDS_BYTES];
    size_t used = 0;
    for (size_t i = 0; now->board && i < now->board->n_on_shift; i++) {
        const Concordat__V1__ShiftPerson *person = now->board->on_shift[i];
        if (strcmp(person->desk, now->desk) != 0 || used >= sizeof text)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s", used ? "; " : "",
                                 people_words(showing->people, person->person, name),
                                 person->proposed_ms ? ", until somebody else signs" : "");
    }
    sheet_row(
        sheet, "On duty", "%s",
        used
            ? text
            : "NOBODY is on shift here. The cases stay with whom the list names. Who is here comes on shift");
}

static bool is_in_signature(const case_status *status)
{
    return !status->drill;
}

static void mark_case(struct sheet *sheet, const struct signature *given, const case_status *status,
                      const struct handover_now *now, const struct showing *showing)
{
    uint32_t number = 0;
    bool drill, is_known = words_parse_number(status->number, &number, &drill);
    const listed_case *before = is_known && is_in_signature(status) ? find_listed(given, number) : NULL;
    char at[TIME_WORDS_BYTES], stood[AS_IT_STOOD_BYTES];
    bool is_offer = status->attempt != 0 && strcmp(status->asked_team, now->desk) == 0;
    if (given->is)
        time_words_clock(given->is->at_ms, showing->now_ms, at);
    if (is_offer)
        sheet_headline(sheet, TONE_WAITING, status->number, "OFFERED to your team, which has not answered");
    else if (!given->is || !is_in_signature(status))
        sheet_headline(sheet, TONE_PLAIN, status->number, "%s", status->drill ? "a drill, about nobody" : "");
    else if (!before)
        sheet_headline(sheet, TONE_WARNING, status->number, "NEW since %s, when it was signed", at);
    else if (before->seq != status->seq)
        sheet_headline(sheet, TONE_WARNING, status->number, "CHANGED since %s, when it was signed", at);
    else
        sheet_headline(sheet, TONE_PLAIN, status->number, "as it was signed at %s", at);
    if (before && before->seq != status->seq)
        sheet_row(sheet, "Given as", "%s", as_it_stood(before, showing->now_ms, stood));
}

static void show_case_now(struct sheet *sheet, const struct signature *given, const case_status *status,
                          const struct handover_now *now, const struct showing *showing)
{
    bool is_team = now->role == CONCORDAT__V1__ROLE__ROLE_TEAM;
    mark_case(sheet, given, status, now, showing);
    show_status(sheet, status, showing);
    if (status->unheard > 0)
        sheet_row(sheet, "Unheard", "%u reminders that nobody has acknowledged", status->unheard);
    sheet_row(sheet, "Next shift", "what they must know is a message to your own side");
    sheet_can(sheet, status->number,
              (struct sheet_act){.name = "message",
                                 .typed = is_team ? "team WORDS" : "coordinator WORDS",
                                 .field = "to",
                                 .value = is_team ? "team" : "coordinator"});
}

static bool is_there(const struct handover_now *now, uint32_t number)
{
    char text[NUMBER_TEXT_BYTES];
    words_number(number, false, text);
    for (size_t i = 0; i < now->case_count; i++)
        if (strcmp(now->cases[i]->number, text) == 0)
            return true;
    return false;
}

void show_handover_now(struct sheet *sheet, const Concordat__V1__HandoverSheet *handover,
                       const struct handover_now *now, const struct showing *showing)
{
    struct signature given = signature_open(handover->given), nobody = {NULL, NULL};
    sheet_headline(sheet, TONE_WAITING, given.event ? "SIGNED" : "NOT SIGNED",
                   given.event ? "by one: who signed has the duty until somebody else signs."
                               : "yet: it is handed over when two people have.");
    show_signature(sheet, "Gives", &given, showing);
    show_signature(sheet, "Takes", &nobody, showing);
    show_duty(sheet, now, showing);
    if (now->board)
        show_areas(sheet, now->board, showing->now_ms);
    sheet_heading(sheet, "Open cases");
    for (size_t i = 0; i < now->case_count; i++)
        show_case_now(sheet, &given, now->cases[i], now, showing);
    for (size_t i = 0; given.is && i < given.is->n_cases; i++)
        if (!is_there(now, given.is->cases[i]->number))
            show_gone_case(sheet, given.is->cases[i], "since it was signed", showing);
    if (now->case_count == 0)
        sheet_sentence(sheet, "No case is open here.");
    show_teams(sheet, handover, showing->now_ms);
    signature_close(&given);
}
