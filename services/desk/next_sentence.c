/* next_sentence.c: a sentence for each state of a case: see next_sentence.h. */
#include "services/desk/next_sentence.h"

#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/time_words.h"

/* Each {name} stands for a value of next_values. */
static const char *const sentences[] = {
    [CONCORDAT__V1__STATE__STATE_UNSPECIFIED] =
        "It is delivered as soon as the router answers. Until then no team has been asked: if it cannot "
        "wait, ring.",
    [CONCORDAT__V1__STATE__STATE_OFFERED] =
        "{team} has been asked and has until {by} to answer; then the next team is asked at once.",
    [CONCORDAT__V1__STATE__STATE_HELD] =
        "{why}, so the duty coordinator holds it, and is reminded until a person takes it in hand, next at "
        "{by}.",
    [CONCORDAT__V1__STATE__STATE_TAKEN] =
        "{taken}The duty coordinator{person} has it in hand and finds who will come. Heard of again by {by}.",
    [CONCORDAT__V1__STATE__STATE_ACCEPTED] = "{team} will come, expected {arrival}. Heard of again by {by}.",
    [CONCORDAT__V1__STATE__STATE_TRAVELLING] =
        "{team} is on its way, expected {arrival}. Heard of again by {by}.",
    [CONCORDAT__V1__STATE__STATE_ARRIVED] = "{team} is where the person is. Heard of again by {by}.",
    [CONCORDAT__V1__STATE__STATE_IN_CONTACT] =
        "{team} is in contact with the person until it closes the case.",
    [CONCORDAT__V1__STATE__STATE_CLOSED] =
        "The case is closed: {outcome}. If help is needed again, refer again.",
    [CONCORDAT__V1__STATE__STATE_WITHDRAWN] =
        "The referrer withdrew it; nobody is coming. If help is needed again, refer again.",
};

struct next_values {
    const char *why;
    char team[160], by[TIME_WORDS_BYTES], arrival[TIME_WORDS_BYTES], person[PEOPLE_WORDS_BYTES + 8],
        outcome[WORDS_MAX], taken[200];
};

/* The first of two texts that is not empty. */
static const char *first_text(const char *text, const char *instead)
{
    return text[0] != '\0' ? text : instead;
}

const char *next_holder(const Concordat__V1__CaseStatus *status)
{
    if (status->state == CONCORDAT__V1__STATE__STATE_UNSPECIFIED)
        return "nobody yet: it is not with the router";
    if (status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED)
        return "nobody: the case is over";
    return first_text(status->owner_name, first_text(status->owner, "not known"));
}

static void next_fill(const Concordat__V1__CaseStatus *status, const struct people *people, int64_t now_ms,
                      struct next_values *values)
{
    char person[PEOPLE_WORDS_BYTES];
    bool asked = status->state == CONCORDAT__V1__STATE__STATE_OFFERED && status->owner_name[0] == '\0';
    snprintf(values->team, sizeof values->team, "%.150s",
             asked ? first_text(status->asked_team, "A team") : next_holder(status));
    values->why = status->hold_reason == CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ORIGIN_SHARE
                      ? "Every team that could take it is full, and its place went to a source that had fewer"
                      : "No team can take it now";
    bool taken = status->taken_from[0] != '\0';
    snprintf(values->taken, sizeof values->taken, "%.150s%s", status->taken_from,
             taken ? " no longer has it and need not go. " : "");
    time_words(status->act_by_ms, now_ms, values->by);
    time_words(status->expected_arrival_ms, now_ms, values->arrival);
    bool recorded = status->taken_by[0] != '\0';
    snprintf(values->person, sizeof values->person, recorded ? ", %s," : " (who is %s)",
             people_words(people, status->taken_by, person));
    words_for(&concordat__v1__outcome__descriptor, (int)status->outcome, values->outcome);
}

static const char *next_value(const struct next_values *values, const char *name, size_t size)
{
    const struct {
        const char *name, *value;
    } known[] = {{"team", values->team},       {"why", values->why},       {"by", values->by},
                 {"arrival", values->arrival}, {"person", values->person}, {"outcome", values->outcome},
                 {"taken", values->taken}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == size && strncmp(known[i].name, name, size) == 0)
            return known[i].value;
    return "";
}

void next_sentence(const Concordat__V1__CaseStatus *status, const struct people *people, int64_t now_ms,
                   char out[NEXT_SENTENCE_BYTES])
{
    struct next_values values;
    size_t used = 0;
    const char *at =
        (size_t)status->state < sizeof sentences / sizeof *sentences ? sentences[status->state] : "";
    out[0] = '\0';
    next_fill(status, people, now_ms, &values);
    while (*at != '\0' && used + 1 < NEXT_SENTENCE_BYTES) {
        const char *piece = at;
        size_t size = strcspn(at, "{");
        if (size == 0) {
            size_t name_size = strcspn(at, "}") - 1;
            piece = next_value(&values, at + 1, name_size);
            at += name_size + 2;
            size = strlen(piece);
        } else {
            at += size;
        }
        used += (size_t)snprintf(out + used, NEXT_SENTENCE_BYTES - used, "%.*s", (int)size, piece);
    }
}
