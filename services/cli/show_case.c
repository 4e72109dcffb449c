/* show_case.c: answers and the state of a case in plain words. */
#include <string.h>

#include "proto/words/words.h"
#include "services/cli/show.h"

typedef Concordat__V1__CaseStatus case_status;

void show_flags(const Concordat__V1__Flag *flags, size_t count, char out[SHOW_FLAGS_BYTES])
{
    size_t used = 0;
    char word[WORDS_MAX];

    out[0] = '\0';
    for (size_t i = 0; i < count && used < SHOW_FLAGS_BYTES; i++) {
        const char *flag = words_for(&concordat__v1__flag__descriptor, (int)flags[i], word);
        used += (size_t)snprintf(out + used, SHOW_FLAGS_BYTES - used, "%s%s", i > 0 ? ", " : "", flag);
    }
}

static const char *or_else(const char *text, const char *instead)
{
    return text[0] != '\0' ? text : instead;
}

static const char *owner_name(const case_status *status)
{
    if (status->state == CONCORDAT__V1__STATE__STATE_UNSPECIFIED)
        return "nobody yet: it is not with the router";
    if (status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED)
        return "nobody: the case is over";
    return or_else(status->owner_name, or_else(status->owner, "not known"));
}

static const char *state_words(const case_status *status, char out[WORDS_MAX])
{
    return status->state == CONCORDAT__V1__STATE__STATE_UNSPECIFIED
               ? "saved at the intake only"
               : words_for(&concordat__v1__state__descriptor, (int)status->state, out);
}

/* What happens next, state by state. {team} {by} {arrival} {person} {outcome} are filled in. */
static const char *const next_sentences[] = {
    [CONCORDAT__V1__STATE__STATE_UNSPECIFIED] = "It is delivered as soon as the router answers. Until then "
                                                "no team has been asked: if it cannot wait, ring.",
    [CONCORDAT__V1__STATE__STATE_OFFERED] =
        "{team} has been asked and has until {by} to answer; then the next team is asked at once.",
    [CONCORDAT__V1__STATE__STATE_HELD] = "No team can take it now, so the duty coordinator holds it, and is "
                                         "reminded until a person takes it in "
                                         "hand, next at {by}.",
    [CONCORDAT__V1__STATE__STATE_TAKEN] =
        "The duty coordinator{person} has it in hand and finds who will come. Heard of again by {by}.",
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
    char team[160], by[SAY_TIME_BYTES], arrival[SAY_TIME_BYTES], person[80], outcome[WORDS_MAX];
};

static void next_fill(const struct say *say, const case_status *status, struct next_values *values)
{
    bool asked = status->state == CONCORDAT__V1__STATE__STATE_OFFERED;

    snprintf(values->team, sizeof values->team, "%.150s",
             asked && status->owner_name[0] == '\0' ? or_else(status->asked_team, "A team")
                                                    : owner_name(status));
    say_time(status->act_by_ms, say->now_ms, values->by);
    say_time(status->expected_arrival_ms, say->now_ms, values->arrival);
    values->person[0] = '\0';
    if (status->taken_by[0] != '\0')
        snprintf(values->person, sizeof values->person, " (%.64s)", status->taken_by);
    snprintf(values->outcome, sizeof values->outcome, "%s",
             words_for(&concordat__v1__outcome__descriptor, (int)status->outcome, (char[WORDS_MAX]){0}));
}

static const char *next_value(const struct next_values *values, const char *name, size_t size)
{
    const struct {
        const char *name, *value;
    } known[] = {{"team", values->team},
                 {"by", values->by},
                 {"arrival", values->arrival},
                 {"person", values->person},
                 {"outcome", values->outcome}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == size && strncmp(known[i].name, name, size) == 0)
            return known[i].value;
    return "";
}

static void next_sentence(const struct say *say, const case_status *status, char *out, size_t size)
{
    struct next_values values;
    size_t used = 0;
    const char *at = (size_t)status->state < sizeof next_sentences / sizeof next_sentences[0]
                         ? next_sentences[status->state]
                         : NULL;

    out[0] = '\0';
    next_fill(say, status, &values);
    while (at && *at != '\0' && used + 1 < size) {
        const char *value = at;
        size_t take = strcspn(at, "{");
        if (take == 0) {
            size_t name = strcspn(at, "}") - 1;
            value = next_value(&values, at + 1, name);
            at += name + 2;
            take = strlen(value);
        } else {
            at += take;
        }
        used += (size_t)snprintf(out + used, size - used, "%.*s", (int)take, value);
    }
}

static void show_whom_to_ring(const struct say *say, const case_status *status)
{
    const char *coordinator = or_else(status->coordinator_name, "duty coordinator");
    bool owners_number = status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM &&
                         strcmp(status->ring, status->coordinator_ring) != 0;

    if (status->ring[0] != '\0')
        say_row(say, "Ring", "%s (%s)", status->ring, owners_number ? owner_name(status) : coordinator);
    if (status->coordinator_ring[0] != '\0' && strcmp(status->ring, status->coordinator_ring) != 0)
        say_row(say, status->ring[0] != '\0' ? "or" : "Ring", "%s (%s)", status->coordinator_ring,
                coordinator);
    if (status->ring[0] == '\0' && status->coordinator_ring[0] == '\0')
        say_row(say, "Ring", "%s", say->ring != NULL ? say->ring : "your duty coordinator");
}

void show_status(const struct say *say, const case_status *status)
{
    char state[WORDS_MAX], urgency[WORDS_MAX], source[WORDS_MAX], time[SAY_TIME_BYTES], next[512];

    say_row(say, "Case", "%s%s, %s, %s%s%s", or_else(status->number, "not numbered yet"),
            status->drill ? " (DRILL)" : "",
            words_for(&concordat__v1__urgency__descriptor, (int)status->urgency, urgency),
            words_for(&concordat__v1__source__descriptor, (int)status->source, source),
            status->area[0] != '\0' ? ", " : "", status->area);
    say_time(status->since_ms, say->now_ms, time);
    say_row(say, "State", "%s%s", state_words(status, state),
            status->lease_warned ? "; OVERDUE: nothing was heard by the promised time" : "");
    if (status->since_ms != 0)
        say_row(say, "Held by", "%s, since %s", owner_name(status), time);
    else
        say_row(say, "Held by", "%s", owner_name(status));
    show_whom_to_ring(say, status);
    next_sentence(say, status, next, sizeof next);
    say_row(say, "Next", "%s", next);
    if (status->respond_by_ms != 0) {
        say_time(status->respond_by_ms, say->now_ms, time);
        say_row(say, "Seen by", "%s%s", time, status->respond_by_ms < say->now_ms ? " LATE" : "");
    }
}

void show_status_line(const struct say *say, const case_status *status)
{
    char state[WORDS_MAX], arrival[SAY_TIME_BYTES] = "";

    if (status->expected_arrival_ms != 0)
        say_time(status->expected_arrival_ms, say->now_ms, arrival);
    say_banner(say, TONE_PLAIN, status->number, "%s, held by %s, ring %s%s%s%s", state_words(status, state),
               owner_name(status),
               or_else(status->ring, or_else(status->coordinator_ring, "your duty coordinator")),
               arrival[0] != '\0' ? ", expected " : "", arrival,
               status->lease_warned ? "; OVERDUE: nothing was heard by the promised time" : "");
}

static void show_saved(const struct say *say, const Concordat__V1__Answer *answer, const char *again)
{
    bool was_received = answer->status && answer->status->state != 0;

    say_banner(say, TONE_WAITING, "SAVED", "on the intake's disk, NOT YET with the router.%s", again);
    say_row(say, "Next",
            "The intake delivers it by itself as soon as the router answers; do not send it again.%s",
            was_received ? "" : " Until it says RECEIVED no team has been asked: if it cannot wait, ring.");
}

static void show_done(const struct say *say, const Concordat__V1__Answer *answer)
{
    const char *again = answer->repeated ? " It had been sent before; nothing was done twice." : "";

    if (answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_SAVED)
        show_saved(say, answer, again);
    else if (answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED && say->receipt)
        say_banner(say, TONE_GOOD, "RECEIVED", "by the router as %s.%s",
                   or_else(answer->status ? answer->status->number : "", "(no number yet)"), again);
    else
        say_banner(say, TONE_GOOD, "DONE", "%s", again);
}

void show_answer(const struct say *say, const Concordat__V1__Answer *answer)
{
    char refusal[WORDS_MAX], flags[SHOW_FLAGS_BYTES];
    bool only_saved = answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_SAVED;

    if (answer->done)
        show_done(say, answer);
    else
        say_banner(say, TONE_WARNING, "NOT DONE:", "%s",
                   words_for(&concordat__v1__refusal__descriptor, (int)answer->refusal, refusal));
    say_row(say, answer->done ? "Note" : "Reason", "%s", answer->text);
    show_flags(answer->flags, answer->n_flags, flags);
    if (flags[0] != '\0')
        say_row(say, "Noted", "%s. None of this holds it up.", flags);
    if (answer->status && !only_saved && answer->status->referral.len > 0)
        show_status(say, answer->status);
    else if (answer->status) /* no case, or none that is with the router: only whom to ring */
        show_whom_to_ring(say, answer->status);
    else if (!answer->done || only_saved)
        say_row(say, "Ring", "%s, if a person is waiting",
                say->ring != NULL ? say->ring : "your duty coordinator");
}
