/* case_events.c: the story of a case in order of time: each event a sentence, with what was found of each
 * team, what was changed, and what became of the clocks. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "services/audit/case_tale.h"
#include "services/desk/named.h"
#include "services/desk/show.h"

enum { SUBJECT_BYTES = 160, TEXT_BYTES = 2048, TEAMS_MAX = 64 };

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name

typedef Concordat__V1__Event told_event;

/* ---- who did it ---- */

static bool is_by_referrer(const told_event *event)
{
    return event->what_case == WHAT(REFERRER_TOLD) || event->what_case == WHAT(WITHDRAWN) ||
           (event->what_case == WHAT(RECEIVED) && !event->received->telephoned);
}

static bool is_by_device(const told_event *event)
{
    return event->what_case == WHAT(OFFER_SEEN) && !event->offer_seen->by_person;
}

/* "A team clinician", "An AMHP". */
static void role_words(Concordat__V1__StaffRole role, char out[SUBJECT_BYTES])
{
    char word[WORDS_MAX];
    words_for(&concordat__v1__staff_role__descriptor, (int)role, word);
    snprintf(out, SUBJECT_BYTES, "%s %s", strchr("aeiouAEIO", word[0]) ? "An" : "A", word);
}

static void subject_words(const struct tale *tale, const told_event *event, char out[SUBJECT_BYTES])
{
    const Concordat__V1__Person *person = event->person;
    size_t used = 0;
    if (event_words_by_router(event))
        snprintf(out, SUBJECT_BYTES, "The router");
    else if (is_by_device(event))
        snprintf(out, SUBJECT_BYTES, "The team");
    else if (person && person->role)
        role_words(person->role, out);
    else
        snprintf(out, SUBJECT_BYTES, "%s", is_by_referrer(event) ? "The referrer" : "Somebody");
    used = strlen(out);
    if (tale->profile == CASE_STORY_STANDARD && person && person->id[0] && !event_words_by_router(event))
        snprintf(out + used, SUBJECT_BYTES - used, " (%.100s)", person->id);
}

/* ---- what belongs to it ---- */

static void say_received(const struct tale *tale, const told_event *event)
{
    const Concordat__V1__Received *received = event->received;
    char source[WORDS_MAX], recorded[WORDS_MAX], routed[WORDS_MAX];
    const Concordat__V1__Referral *facts = received->referral;
    if (!facts)
        return;
    words_for(&concordat__v1__source__descriptor, (int)facts->source, source);
    words_for(&concordat__v1__urgency__descriptor, (int)facts->urgency, recorded);
    words_for(&concordat__v1__urgency__descriptor, (int)received->routed_as, routed);
    sheet_item(tale->sheet, "Source", source);
    if (facts->urgency == received->routed_as)
        sheet_item(tale->sheet, "Urgency", recorded);
    else {
        char words[2 * WORDS_MAX + 40];
        snprintf(words, sizeof words, "%s; the router took it as %s", recorded, routed);
        sheet_item(tale->sheet, "Urgency", words);
    }
    if (received->area[0])
        sheet_item(tale->sheet, "Area", received->area);
    if (received->coordinator[0])
        sheet_item(tale->sheet, "Has it whenever no team does",
                   named_party(&tale->directory, received->coordinator));
}

static void say_changed(const struct tale *tale, const told_event *event)
{
    char words[SHOW_CHANGE_BYTES];
    for (size_t i = 0; i < event->updated->n_changed; i++) {
        show_change(event->updated->changed[i], tale->profile == CASE_STORY_STANDARD && !tale->is_reduced,
                    tale->names.now_ms, words);
        sheet_item(tale->sheet, "Changed", words);
    }
    if (event->updated->alters_who_comes)
        sheet_item(tale->sheet, "So",
                   "another team would be asked now; the team keeps it until people decide");
}

/* What the decision before found, so that it is not said again. */
struct tale_found {
    const char *team; /* borrowed from an event */
    Concordat__V1__Consideration finding;
};

struct tale_findings {
    struct tale_found found[TEAMS_MAX];
    size_t count;
};

/* True if it was found just so before; notes it. */
static bool was_found_before(struct tale_findings *before, const Concordat__V1__Considered *considered)
{
    for (size_t i = 0; i < before->count; i++)
        if (strcmp(before->found[i].team, considered->team) == 0) {
            bool same = before->found[i].finding == considered->finding;
            before->found[i].finding = considered->finding;
            return same;
        }
    if (before->count < TEAMS_MAX)
        before->found[before->count++] = (struct tale_found){considered->team, considered->finding};
    return false;
}

static void say_considered(const struct tale *tale, struct tale_findings *before, const told_event *event)
{
    Concordat__V1__Considered **considered;
    size_t count = event_words_considered(event, &considered), as_before = 0;
    char word[WORDS_MAX];
    for (size_t i = 0; i < count; i++)
        if (considered[i]->finding != CONCORDAT__V1__CONSIDERATION__CONSIDERATION_CHOSEN &&
            was_found_before(before, considered[i]))
            as_before++;
        else
            sheet_item(tale->sheet, named_party(&tale->directory, considered[i]->team),
                       event_words_why(considered[i]->finding, word));
    if (as_before > 0) {
        snprintf(word, sizeof word, "%zu of them, found as at the decision before", as_before);
        sheet_item(tale->sheet, "The other teams", word);
    }
}

/* ---- clocks ---- */

/* When each clock ends, as far as it is told. */
struct tale_limits {
    int64_t due_ms[16], from_ms[16];
};

static void say_clock(const struct tale *tale, struct tale_limits *limits,
                      const Concordat__V1__ClockChange *change)
{
    struct event_names names = tale->names;
    char clock[WORDS_MAX], at[TIME_WORDS_BYTES], due[TIME_WORDS_BYTES], words[400];
    size_t row = (size_t)change->clock % 16;
    bool ran = limits->due_ms[row] != 0;
    if (ran && limits->due_ms[row] == change->due_ms && limits->from_ms[row] == change->at_ms &&
        change->what == CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STARTED)
        return; /* said again, and the same */
    words_for(&concordat__v1__clock__descriptor, (int)change->clock, clock);
    tale_time(tale, change->at_ms + names.ahead_ms, names.now_ms, at);
    tale_time(tale, change->due_ms + names.ahead_ms, names.now_ms, due);
    limits->due_ms[row] = 0;
    if (change->what == CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STARTED) {
        limits->due_ms[row] = change->due_ms;
        limits->from_ms[row] = change->at_ms;
        snprintf(words, sizeof words, "%s %s %s, with its limit at %s%s", clock,
                 ran ? "runs from another time or to another limit now: from" : "began at", at, due,
                 change->basis == CONCORDAT__V1__BASIS__BASIS_IMPUTED ? "; nobody stated when it began" : "");
    } else if (change->what == CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STOPPED)
        snprintf(words, sizeof words, "%s stopped at %s", clock, at);
    else
        snprintf(words, sizeof words, "%s counts as never begun, because of a correction", clock);
    sheet_item(tale->sheet, "Clock", words);
}

/* ---- one after another ---- */

struct telling {
    struct tale_findings findings;
    struct tale_limits limits;
    char date[TIME_WORDS_BYTES]; /* of the day that is told */
};

static void begin_day(const struct tale *tale, struct telling *telling, int64_t at_ms)
{
    char date[TIME_WORDS_BYTES];
    time_words_date(at_ms, date);
    if (tale->is_reduced || strcmp(date, telling->date) == 0)
        return;
    snprintf(telling->date, sizeof telling->date, "%s", date);
    sheet_heading(tale->sheet, date);
}

static void tell_one(struct tale *tale, struct telling *telling, const struct tale_event *told)
{
    char at[TIME_WORDS_BYTES], subject[SUBJECT_BYTES], what[EVENT_WORDS_BYTES], line[TEXT_BYTES];
    const told_event *event = told->event;
    tale->names.now_ms = told->at_ms;
    begin_day(tale, telling, told->at_ms);
    tale_time(tale, told->at_ms, told->at_ms, at);
    if (!event || !event->what_case) {
        sheet_field(tale->sheet, at, "Something was recorded that this program cannot read.");
        return;
    }
    subject_words(tale, event, subject);
    event_words_what(event, &tale->names, what);
    snprintf(line, sizeof line, "%s %s.%s #%" PRId64, subject, what,
             event->n_sealed && event->what_case != WHAT(RECEIVED)
                 ? " The words that were written with it are sealed, and not told here."
                 : "",
             told->seq);
    sheet_field(tale->sheet, at, line);
    if (event->what_case == WHAT(RECEIVED))
        say_received(tale, event);
    if (event->what_case == WHAT(UPDATED))
        say_changed(tale, event);
    say_considered(tale, &telling->findings, event);
    for (size_t i = 0; i < event->n_clocks; i++)
        say_clock(tale, &telling->limits, event->clocks[i]);
}

/* An acceptance ends its offer by an event of its own, which says no more. Who looked is for other profiles.
 */
static bool is_told(const struct tale *tale, const told_event *event)
{
    if (!event)
        return true;
    if (event->what_case == WHAT(OFFER_ENDED) &&
        event->offer_ended->end == CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED)
        return event->n_clocks > 0;
    return event->what_case != WHAT(RECORD_READ) || tale->profile != CASE_STORY_NO_IDENTIFIERS;
}

bool tale_tell_events(const struct tale *tale)
{
    struct tale told = *tale; /* its time goes on */
    struct telling *telling = calloc(1, sizeof *telling);
    if (!telling)
        return false;
    sheet_headline(tale->sheet, TONE_PLAIN, "What happened, in order of time", "%s", "");
    for (size_t i = 0; i < tale->count; i++)
        if (is_told(tale, tale->events[i].event))
            tell_one(&told, telling, &tale->events[i]);
    free(telling);
    return true;
}
