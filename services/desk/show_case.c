/* show_case.c: the state of a case in plain words: see show.h. */
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/next_sentence.h"
#include "services/desk/show.h"
#include "services/desk/show_beside.h"
#include "services/desk/show_detention.h"
#include "services/desk/show_passed.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__CaseStatus case_status;

enum { SILENCE_BYTES = 160, MS_PER_MINUTE = 60 * 1000 };

static const char overdue[] = "; OVERDUE: nothing was heard by the promised time";

static const char *state_words(const case_status *status, char out[WORDS_MAX])
{
    return status->state == CONCORDAT__V1__STATE__STATE_UNSPECIFIED
               ? "saved at the intake only"
               : words_for(&concordat__v1__state__descriptor, (int)status->state, out);
}

/* It can be a new shift, or somebody who should not have the device: those who see the case know. */
static const char *other_device_words(const case_status *status)
{
    if (!status->by_another_device)
        return "";
    return status->state == CONCORDAT__V1__STATE__STATE_WITHDRAWN
               ? " by another device of the source than the one that sent it"
               : "; last changed by another device of the source than the one that sent it";
}

const char *show_fallback_ring(const char *ring)
{
    return ring ? ring : "your duty coordinator";
}

void show_whom_to_ring(struct sheet *sheet, const case_status *status, const struct showing *showing)
{
    bool has_ring = status->ring[0] != '\0', has_coordinator = status->coordinator_ring[0] != '\0';
    bool differ = strcmp(status->ring, status->coordinator_ring) != 0;
    bool holders_number = status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM && differ;
    const char *coordinator =
        status->coordinator_name[0] != '\0' ? status->coordinator_name : "duty coordinator";
    if (has_ring)
        sheet_row(sheet, "Ring", "%s (%s)", status->ring, holders_number ? next_holder(status) : coordinator);
    if (has_coordinator && differ)
        sheet_row(sheet, has_ring ? "or" : "Ring", "%s (%s)", status->coordinator_ring, coordinator);
    if (!has_ring && !has_coordinator)
        sheet_row(sheet, "Ring", "%s", show_fallback_ring(showing->ring));
}

/* What a team is not usually asked about. */
static const char *difference_words(Concordat__V1__Consideration finding)
{
    static const char *const words[] = {
        [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_PATHWAY_NOT_SERVED] = "people from this source",
        [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_LANGUAGE_NOT_SERVED] = "this language",
        [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_NEED_NOT_SERVED] = "one of these needs",
        [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_AGE_NOT_SERVED] = "people of this age",
        [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_ONLY_DETAINED] = "people who are not detained",
        [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_DETENTION_NOT_TAKEN] = "people who are detained",
    };
    bool known = (size_t)finding < sizeof words / sizeof *words && words[finding];
    return known ? words[finding] : "something else";
}

void show_differences(struct sheet *sheet, size_t count, const Concordat__V1__Consideration *differs)
{
    char text[WORDS_MAX * 4] = "";
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? ", " : "", difference_words(differs[i]));
    }
    if (count > 0)
        sheet_row(sheet, "Not usual", "this team is not there for %s; no better one can be asked", text);
}

static void show_declined_as(struct sheet *sheet, const case_status *status)
{
    char text[WORDS_MAX * 3] = "", word[WORDS_MAX];
    for (size_t i = 0; i < status->n_declined_as; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? ", " : "",
                 words_for(&concordat__v1__decline_reason__descriptor, (int)status->declined_as[i], word));
    }
    if (text[0] != '\0')
        sheet_row(sheet, "Declined", "for %s; no person is turned away for that", text);
}

/* "; the team's device has been silent since 14:05" */
static const char *silence_words(const case_status *status, int64_t now_ms, char out[SILENCE_BYTES])
{
    char since[TIME_WORDS_BYTES];
    out[0] = '\0';
    if (!status->team_silence)
        return out;
    time_words_clock(status->team_silence->since_ms, now_ms, since);
    snprintf(out, SILENCE_BYTES, "; the team's device has been silent since %s%s", since,
             status->team_silence->told ? ", and the coordinator has been told" : "");
    return out;
}

/* A case that has ended has the urgency that was told alone: none, if nobody told one. */
static void show_case_row(struct sheet *sheet, const case_status *status)
{
    char urgency[WORDS_MAX] = "", source[WORDS_MAX];
    bool follows = status->follows[0] != '\0';
    if (status->urgency != CONCORDAT__V1__URGENCY__URGENCY_UNSPECIFIED)
        words_for(&concordat__v1__urgency__descriptor, (int)status->urgency, urgency);
    sheet_row(sheet, "Case", "%s%s%s%s, %s%s%s%s%s",
              status->number[0] != '\0' ? status->number : "not numbered yet",
              status->drill ? " (DRILL)" : "", *urgency ? ", " : "", urgency,
              words_for(&concordat__v1__source__descriptor, (int)status->source, source),
              status->area[0] != '\0' ? ", " : "", next_area(status),
              follows ? "; help is asked for again after " : "", status->follows);
}

/* A case with an assumed area may be with a team that cannot come. */
static void show_area(struct sheet *sheet, const case_status *status)
{
    if (!status->area_assumed)
        return;
    sheet_row(sheet, "Area",
              "%s, assumed, because the referral names no place of this region. If they are elsewhere, "
              "the referrer says so",
              next_area(status));
    sheet_can(sheet, status->number, (struct sheet_act){.name = "update", .typed = "--postcode DISTRICT"});
}

/* Since when the texts about the person cannot be read any more, or cannot be erased. */
static void show_erasure(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char time[TIME_WORDS_BYTES];
    if (status->erased_ms != 0) {
        time_words_clock(status->erased_ms, now_ms, time);
        sheet_row(sheet, "Erased", "%s: the texts about the person cannot be opened any more", time);
    }
    if (status->on_hold_ms != 0) {
        time_words_clock(status->on_hold_ms, now_ms, time);
        sheet_row(sheet, "On hold", "since %s: it cannot be erased until that is lifted", time);
    }
}

/* That it was telephoned, and when; what was entered later than that is a late entry. */
static void show_entered(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char rang[TIME_WORDS_BYTES], entered[TIME_WORDS_BYTES];
    if (status->entered_ms == 0)
        return;
    time_words_clock(status->received_ms, now_ms, rang);
    time_words_clock(status->entered_ms, now_ms, entered);
    bool is_late = status->entered_ms / MS_PER_MINUTE > status->received_ms / MS_PER_MINUTE;
    if (is_late)
        sheet_row(sheet, "By phone", "at %s; entered by the duty coordinator at %s, a late entry", rang,
                  entered);
    else
        sheet_row(sheet, "By phone", "at %s; entered by the duty coordinator", rang);
}

/* That another team is asked to take it over, and until when. */
static void show_handover(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char until[TIME_WORDS_BYTES];
    if (!status->handing_over)
        return;
    time_words(status->answer_by_ms, now_ms, until);
    sheet_row(sheet, "Handover",
              "%s is asked to take it over and has until %s to answer; until then it stays with %s",
              next_asked_team(status), until, next_holder(status));
}

static void show_missing(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    const Concordat__V1__Missing *missing = status->missing;
    char since[TIME_WORDS_BYTES], seen[TIME_WORDS_BYTES], place[WORDS_MAX];
    if (!missing)
        return;
    bool has_time = missing->seen_ms != 0, has_place = missing->seen_at != 0,
         had = missing->team_name[0] != '\0';
    time_words_clock(missing->since_ms, now_ms, since);
    time_words_clock(missing->seen_ms, now_ms, seen);
    words_for(&concordat__v1__kind_of_place__descriptor, (int)missing->seen_at, place);
    sheet_row(sheet, "Missing", "since %s; last seen: %s%s%s%s%s", since, has_time ? seen : "not known when",
              has_place ? ", " : "", has_place ? place : "", had ? "; before that with " : "",
              missing->team_name);
}

static void show_tries(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char next[WORDS_MAX], by[TIME_WORDS_BYTES];
    bool nobody_tries = status->state == CONCORDAT__V1__STATE__STATE_HELD ||
                        status->state == CONCORDAT__V1__STATE__STATE_MISSING;
    if (status->tries == 0)
        return;
    if (nobody_tries) {
        sheet_row(sheet, "Tries", "%u to reach the person failed", status->tries);
        return;
    }
    time_words(status->next_try_ms, now_ms, by);
    words_for(&concordat__v1__contact_next__descriptor, (int)status->next_try, next);
    sheet_row(sheet, "Tries", "%u to reach the person failed; next: %s%s%s%s", status->tries,
              status->next_try != 0 ? next : "not said", status->next_try_ms != 0 ? ", by " : "",
              status->next_try_ms != 0 ? by : "",
              status->tries_used_up
                  ? ". ALL TRIES ARE USED UP: decide on a visit, a welfare check or handing it back"
                  : "");
}

/* What the coordinator looks at; whoever else reads it sees what they wait for. */
static void show_closing(struct sheet *sheet, const case_status *status)
{
    char outcome[WORDS_MAX], reason[WORDS_MAX];
    if (status->without_contact == 0)
        return;
    sheet_row(
        sheet, "To close",
        "%s wants to close it as: %s. Nobody has met the person: %s. The coordinator says that they saw "
        "it, or keeps it open",
        status->had_by[0] != '\0' ? status->had_by : "The team",
        words_for(&concordat__v1__outcome__descriptor, (int)status->closing_as, outcome),
        words_for(&concordat__v1__without_contact__descriptor, (int)status->without_contact, reason));
    sheet_can(sheet, status->number,
              (struct sheet_act){.name = "saw-closing", .typed = "[--keep-open WORDS]"});
}

/* A person who has heard of a case, and until when nobody is reminded of it. */
static void show_heard(struct sheet *sheet, const case_status *status, const struct showing *showing)
{
    char person[PEOPLE_WORDS_BYTES], until[TIME_WORDS_BYTES];
    if (status->heard_by[0] == '\0')
        return;
    time_words_clock(status->muted_until_ms, showing->now_ms, until);
    people_words(showing->people, status->heard_by, person);
    if (status->muted_until_ms > showing->now_ms)
        sheet_row(sheet, "Heard", "%s has heard of it. Nobody is reminded until %s, or until it is worse.",
                  person, until);
    else
        sheet_row(sheet, "Heard", "%s has heard of it.", person);
}

/* By when the person is to be seen. */
static void show_seen_by(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char time[TIME_WORDS_BYTES];
    time_words(status->respond_by_ms, now_ms, time);
    if (status->respond_by_ms != 0)
        sheet_row(sheet, "Seen by", "%s%s", time, status->respond_by_ms < now_ms ? " LATE" : "");
}

/* Why a case is late, if it is. */
static void show_lateness(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char silence[SILENCE_BYTES];
    silence_words(status, now_ms, silence);
    sheet_row(sheet, "Silent", "%s", silence[0] != '\0' ? silence + strlen("; ") : "");
    if (status->lease_warned)
        sheet_row(sheet, "Overdue", "%s", overdue + strlen("; OVERDUE: "));
    if (status->respond_by_ms < now_ms)
        show_seen_by(sheet, status, now_ms);
}

void show_concerns(struct sheet *sheet, const case_status *status, const struct showing *showing)
{
    show_heard(sheet, status, showing);
    show_lateness(sheet, status, showing->now_ms);
    show_declined_as(sheet, status);
    show_handover(sheet, status, showing->now_ms);
    show_changes(sheet, status, showing->now_ms);
    show_messages(sheet, status, showing->now_ms);
    show_closing(sheet, status);
    show_tries(sheet, status, showing->now_ms);
    show_missing(sheet, status, showing->now_ms);
    show_beside(sheet, status, showing->now_ms);
}

void show_status(struct sheet *sheet, const case_status *status, const struct showing *showing)
{
    char state[WORDS_MAX], time[TIME_WORDS_BYTES], next[NEXT_SENTENCE_BYTES], silence[SILENCE_BYTES];
    bool since_known = status->since_ms != 0;
    show_case_row(sheet, status);
    show_entered(sheet, status, showing->now_ms);
    sheet_row(sheet, "State", "%s%s%s", state_words(status, state), other_device_words(status),
              status->lease_warned ? overdue : "");
    time_words(status->since_ms, showing->now_ms, time);
    sheet_row(sheet, "Held by", "%s%s%s%s", next_holder(status), since_known ? ", since " : "",
              since_known ? time : "", silence_words(status, showing->now_ms, silence));
    show_whom_to_ring(sheet, status, showing);
    next_sentence(status, showing->people, showing->now_ms, next);
    sheet_row(sheet, "Next", "%s", next);
    show_heard(sheet, status, showing);
    if (status->state == CONCORDAT__V1__STATE__STATE_MISSING)
        sheet_can(sheet, status->number, (struct sheet_act){.name = "found", .typed = "BY"});
    show_area(sheet, status);
    show_handover(sheet, status, showing->now_ms);
    show_differences(sheet, status->n_differs, status->differs);
    show_declined_as(sheet, status);
    show_changes(sheet, status, showing->now_ms);
    show_messages(sheet, status, showing->now_ms);
    if (status->n_altered > 0)
        sheet_row(
            sheet, "Altered",
            "Something that the router had stored of this case was altered, and is shown to nobody. Ask the "
            "referrer for it again.");
    show_closing(sheet, status);
    show_tries(sheet, status, showing->now_ms);
    show_missing(sheet, status, showing->now_ms);
    show_detention(sheet, status, showing->now_ms);
    show_beside(sheet, status, showing->now_ms);
    show_passed(sheet, status, showing->now_ms);
    show_erasure(sheet, status, showing->now_ms);
    show_seen_by(sheet, status, showing->now_ms);
}

void show_other_devices(struct sheet *sheet, const Concordat__V1__Board *board)
{
    char state[WORDS_MAX];
    for (size_t i = 0; i < board->n_cases; i++)
        if (board->cases[i]->by_another_device)
            sheet_sentence(sheet, "%s: %s%s.", board->cases[i]->number, state_words(board->cases[i], state),
                           other_device_words(board->cases[i]));
}

void show_status_line(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char state[WORDS_MAX], arrival[TIME_WORDS_BYTES], detained[DETENTION_WORDS_BYTES],
        beside[BESIDE_WORDS_BYTES];
    bool arrival_known = status->expected_arrival_ms != 0;
    const char *ring = status->ring[0] != '\0' ? status->ring : status->coordinator_ring;
    time_words(status->expected_arrival_ms, now_ms, arrival);
    sheet_headline(sheet, TONE_PLAIN, status->number, "%s%s, held by %s, ring %s%s%s%s%s%s",
                   state_words(status, state), other_device_words(status), next_holder(status),
                   ring[0] != '\0' ? ring : show_fallback_ring(NULL), arrival_known ? ", expected " : "",
                   arrival_known ? arrival : "", status->lease_warned ? overdue : "",
                   show_detention_words(status, now_ms, detained), show_beside_words(status, beside));
}

void show_erasure_plan(struct sheet *sheet, const case_status *status, const char *person,
                       const Concordat__V1__Erase *erase, const struct showing *showing)
{
    char reason[WORDS_MAX], first[PEOPLE_WORDS_BYTES], second[PEOPLE_WORDS_BYTES];
    sheet_headline(sheet, TONE_WARNING, "TO ERASE:", "%s, for good. Nobody can undo it.", status->number);
    show_case_row(sheet, status);
    sheet_row(sheet, "Goes",
              "who the person is and how to reach them, and all that was told or noted about "
              "them, whoever asks");
    sheet_row(sheet, "Stays",
              "codes and times, and which team and coordinator had it; every report counts it");
    sheet_row(sheet, "By", "%s and %s, who answer for it; reason: %s",
              people_words(showing->people, person, first),
              people_words(showing->people, erase->second_person, second),
              words_for(&concordat__v1__erase_reason__descriptor, (int)erase->reason, reason));
    show_erasure(sheet, status, showing->now_ms);
}
