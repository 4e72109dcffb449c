/* next_sentence.c: a sentence for each state of a case: see next_sentence.h. */
#include "services/desk/next_sentence.h"

#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/time_words.h"

/* Each {name} stands for a value of next_values. */
static const char *const sentences[] = {
    [CONCORDAT__V1__STATE__STATE_UNSPECIFIED] =
        "{danger}It is delivered as soon as the router answers. Until then no team has been asked: if it cannot "
        "wait, ring.",
    [CONCORDAT__V1__STATE__STATE_OFFERED] =
        "{danger}{team} has been asked and has until {by} to answer; then the next team is asked at once.{notice}",
    [CONCORDAT__V1__STATE__STATE_HELD] =
        "{danger}{why}. The duty coordinator holds it, and is reminded until a person takes it in hand, next at "
        "{by}.{heard}",
    [CONCORDAT__V1__STATE__STATE_TAKEN] =
        "{danger}{taken}The duty coordinator{person} has it in hand and finds who will come. Heard of again by "
        "{by}.",
    [CONCORDAT__V1__STATE__STATE_ACCEPTED] =
        "{danger}{team} {will}, expected {arrival}. {sought}Heard of again by {by}.",
    [CONCORDAT__V1__STATE__STATE_TRAVELLING] =
        "{danger}{team} is on its way, expected {arrival}. {sought}Heard of again by {by}.",
    [CONCORDAT__V1__STATE__STATE_ARRIVED] = "{team} is where the person is. {sought}Heard of again by {by}.",
    [CONCORDAT__V1__STATE__STATE_IN_CONTACT] =
        "{team} is in contact with the person until it closes the case.{then}",
    [CONCORDAT__V1__STATE__STATE_CLOSED] =
        "The case is closed: {outcome}.{mistake} If help is needed again, refer again.",
    [CONCORDAT__V1__STATE__STATE_WITHDRAWN] =
        "The referrer withdrew it; nobody is coming.{mistake} If help is needed again, refer again.",
    [CONCORDAT__V1__STATE__STATE_MISSING] =
        "Nobody knows where the person is. The duty coordinator has it and is reminded, next at {by}.{heard} "
        "If you find them, say so.",
};

/* What the team that has the case does, as the policy says. */
static const char *const wills[] = {
    [CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_UNSPECIFIED] = "has it",
    [CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_COMES] = "will come",
    [CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_RINGS] = "will ring",
    [CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_RECEIVES] = "is ready to receive the person",
};

enum { SOUGHT_BYTES = 200, MISTAKE_BYTES = TIME_WORDS_BYTES + 60 };

struct next_values {
    const char *will, *danger, *notice;
    char sought[SOUGHT_BYTES], then[SOUGHT_BYTES + 1], mistake[MISTAKE_BYTES];
    char why[240], team[160], by[TIME_WORDS_BYTES], arrival[TIME_WORDS_BYTES], person[PEOPLE_WORDS_BYTES + 8],
        outcome[WORDS_MAX], taken[200], heard[120];
};

/* How far the live offer has come. */
static const char *const notices[] = {
    [CONCORDAT__V1__OFFER_NOTICE__OFFER_NOTICE_UNSPECIFIED] = "", /* it may have gone out this moment */
    [CONCORDAT__V1__OFFER_NOTICE__OFFER_NOTICE_DELIVERED] =
        " It is on a device there; nobody has said yet that they saw it.",
    [CONCORDAT__V1__OFFER_NOTICE__OFFER_NOTICE_SEEN] = " A person there has seen it.",
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

const char *next_area(const Concordat__V1__CaseStatus *status)
{
    return first_text(status->area_name, status->area);
}

const char *next_asked_team(const Concordat__V1__CaseStatus *status)
{
    return first_text(status->asked_team_name, status->asked_team);
}

/* Another team is sought while this one has the case: how far that is. */
static void next_sought(const Concordat__V1__CaseStatus *status, char out[SOUGHT_BYTES])
{
    out[0] = '\0';
    if (status->seeking == CONCORDAT__V1__SEEKING__SEEKING_UNSPECIFIED)
        return;
    bool sooner = status->seeking == CONCORDAT__V1__SEEKING__SEEKING_ONE_SOONER;
    const char *asked_team = next_asked_team(status);
    bool asked = asked_team[0] != '\0';
    snprintf(out, SOUGHT_BYTES, "Another team is sought that comes%s: %.60s %s.%s", sooner ? " sooner" : "",
             asked ? asked_team : "none", asked ? "is asked" : "can be asked now",
             asked ? " " : " The duty coordinator is told. ");
}

/* Until somebody is there. */
static bool next_is_dangerous(const Concordat__V1__CaseStatus *status)
{
    return status->urgency == CONCORDAT__V1__URGENCY__URGENCY_EMERGENCY;
}

/* That no person has heard of a case that waits. The number is the one to ring for it. */
static void next_fill_heard(const Concordat__V1__CaseStatus *status, struct next_values *values)
{
    const char *ring = first_text(status->ring, status->coordinator_ring);
    values->heard[0] = '\0';
    if (status->unheard > 0)
        snprintf(values->heard, sizeof values->heard,
                 " NOBODY HAS ANSWERED YET, after %u reminder%s: ring %.24s.", (unsigned)status->unheard,
                 status->unheard == 1 ? "" : "s", first_text(ring, "your duty coordinator"));
}

/* Until when an end that was a mistake can be undone. */
static void next_fill_mistake(const Concordat__V1__CaseStatus *status, int64_t now_ms,
                              char mistake[MISTAKE_BYTES])
{
    char until[TIME_WORDS_BYTES];
    mistake[0] = '\0';
    if (status->reopen_until_ms <= now_ms)
        return;
    time_words(status->reopen_until_ms, now_ms, until);
    snprintf(mistake, MISTAKE_BYTES, " If that was a mistake, it can be reopened until %s.", until);
}

/* Why the coordinator holds it. */
static void hold_words(const Concordat__V1__CaseStatus *status, char *out, size_t size)
{
    switch ((int)status->hold_reason) {
    case CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ORIGIN_SHARE:
        snprintf(out, size,
                 "Every team that could take it is full, and its place went to a source that had fewer");
        return;
    case CONCORDAT__V1__HOLD_REASON__HOLD_REASON_FOUND:
        snprintf(out, size, "The person is found.%s%.80s%s The coordinator chooses who goes on",
                 status->had_by[0] != '\0' ? " " : "", status->had_by,
                 status->had_by[0] != '\0' ? " had them before." : "");
        return;
    case CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ENDED_BY_MISTAKE:
        snprintf(out, size, "It had been ended by mistake and was reopened");
        return;
    case CONCORDAT__V1__HOLD_REASON__HOLD_REASON_NOT_REACHED:
        snprintf(out, size, "The team could not reach the person. The coordinator decides what comes next");
        return;
    case CONCORDAT__V1__HOLD_REASON__HOLD_REASON_CLOSING_ASKED:
        snprintf(out, size, "The team wants to close it without contact. The coordinator looks at it");
        return;
    case CONCORDAT__V1__HOLD_REASON__HOLD_REASON_KEPT_OPEN:
        snprintf(out, size, "The coordinator keeps it open and chooses who goes on");
        return;
    default:
        snprintf(out, size, "No team can take it now");
    }
}

static void next_fill(const Concordat__V1__CaseStatus *status, const struct people *people, int64_t now_ms,
                      struct next_values *values)
{
    char person[PEOPLE_WORDS_BYTES];
    bool asked = status->state == CONCORDAT__V1__STATE__STATE_OFFERED && status->owner_name[0] == '\0';
    snprintf(values->team, sizeof values->team, "%.150s",
             asked ? first_text(next_asked_team(status), "A team") : next_holder(status));
    hold_words(status, values->why, sizeof values->why);
    bool taken = status->taken_from[0] != '\0';
    snprintf(values->taken, sizeof values->taken, "%.150s%s", status->taken_from,
             taken ? " no longer has it and need not go. " : "");
    bool known = (size_t)status->owner_offers < sizeof wills / sizeof *wills;
    values->will = wills[known ? status->owner_offers : CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_UNSPECIFIED];
    values->danger = next_is_dangerous(status) ? "If there is danger to life, ring 999 now as well. " : "";
    next_sought(status, values->sought);
    snprintf(values->then, sizeof values->then, "%s%s", values->sought[0] ? " " : "", values->sought);
    values->notice =
        (size_t)status->offer_notice < sizeof notices / sizeof *notices ? notices[status->offer_notice] : "";
    time_words(status->act_by_ms, now_ms, values->by);
    time_words(status->expected_arrival_ms, now_ms, values->arrival);
    next_fill_heard(status, values);
    next_fill_mistake(status, now_ms, values->mistake);
    bool recorded = status->taken_by[0] != '\0';
    snprintf(values->person, sizeof values->person, recorded ? ", %s," : " (who is %s)",
             people_words(people, status->taken_by, person));
    words_for(&concordat__v1__outcome__descriptor, (int)status->outcome, values->outcome);
}

static const char *next_value(const struct next_values *values, const char *name, size_t size)
{
    const struct {
        const char *name, *value;
    } known[] = {{"team", values->team},       {"why", values->why},        {"by", values->by},
                 {"arrival", values->arrival}, {"person", values->person},  {"outcome", values->outcome},
                 {"taken", values->taken},     {"will", values->will},      {"danger", values->danger},
                 {"sought", values->sought},   {"then", values->then},      {"notice", values->notice},
                 {"heard", values->heard},     {"mistake", values->mistake}};
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
