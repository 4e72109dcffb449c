/* display.c: see display.h. */
#include "services/team/display.h"

#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/json.h"
#include "proto/words/words.h"

void display_open(struct display *display, FILE *out, bool json)
{
    *display = (struct display){.kind = json                       ? DISPLAY_JSON
                                        : isatty(fileno(out)) == 1 ? DISPLAY_BLOCKS
                                                                   : DISPLAY_LINES};
    say_open(&display->say, out);
    if (display->kind == DISPLAY_LINES)
        display->say.columns = UINT_MAX; /* one line for what is one happening */
}

/* Every happening begins here: the clock is read, a line is stamped, a block is set apart. */
static void begin(struct display *display)
{
    char clock[SAY_TIME_BYTES];

    display->say.now_ms = say_now_ms() + display->skew_ms;
    if (display->kind == DISPLAY_BLOCKS)
        fputc('\n', display->say.out);
    if (display->kind != DISPLAY_LINES)
        return;
    say_clock(display->say.now_ms, display->say.now_ms, clock);
    fprintf(display->say.out, "%s:%02d ", clock, (int)(display->say.now_ms / 1000 % 60));
}

/* {"event":...,"text":...,NAME:message}; what is NULL is left out. */
static void write_json(struct display *display, const char *event, const char *text, const char *name,
                       const ProtobufCMessage *message)
{
    json_t *json =
        json_pack("{s:s, s:I, s:s*}", "event", event, "atMs", (json_int_t)display->say.now_ms, "text", text);

    if (json && message)
        json_object_set_new(json, name, json_from_message(message));
    if (json && json_dumpf(json, display->say.out, JSON_COMPACT) == 0)
        fputc('\n', display->say.out);
    json_decref(json);
}

static void end(struct display *display)
{
    fflush(display->say.out);
}

void display_offer(struct display *display, const Concordat__V1__Offer *offer)
{
    begin(display);
    if (display->kind == DISPLAY_JSON)
        write_json(display, "offer", NULL, "offer", &offer->base);
    else if (display->kind == DISPLAY_LINES)
        show_offer_line(&display->say, offer);
    else
        show_offer(&display->say, offer);
    end(display);
}

/* How an offer ended, to a device that has not answered it. */
static const char *const endings[] = {
    [CONCORDAT__V1__OFFER_END__OFFER_END_UNSPECIFIED] = "it has ended",
    [CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED] = "already accepted by another device of your team",
    [CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED] = "already declined by another device of your team",
    [CONCORDAT__V1__OFFER_END__OFFER_END_EXPIRED] = "the time to answer has run out",
    [CONCORDAT__V1__OFFER_END__OFFER_END_TEAM_ABSENT] = "your team counts as absent",
    [CONCORDAT__V1__OFFER_END__OFFER_END_REFERRAL_WITHDRAWN] = "withdrawn by the referrer",
    [CONCORDAT__V1__OFFER_END__OFFER_END_CASE_MOVED] = "the duty coordinator has moved the case",
};

static bool is_answered(Concordat__V1__OfferEnd end)
{
    return end == CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED ||
           end == CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED;
}

void display_offer_over(struct display *display, const Concordat__V1__OfferOver *over, bool here,
                        const char *team)
{
    bool known = (size_t)over->end < sizeof endings / sizeof endings[0];
    const char *text = endings[known ? over->end : 0];
    const Concordat__V1__CaseStatus *status = over->status;

    if (here && is_answered(over->end))
        return; /* the answer to our answer says it */
    begin(display);
    if (display->kind == DISPLAY_JSON) {
        write_json(display, "offer-over", text, "offerOver", &over->base);
    } else {
        say_banner(&display->say, TONE_PLAIN, over->number, "offer over: %s", text);
        if (display->kind == DISPLAY_BLOCKS && status && strcmp(status->owner, team) != 0)
            say_row(&display->say, "Held by", "%s, ring %s", status->owner_name, status->ring);
    }
    end(display);
}

void display_status(struct display *display, const Concordat__V1__CaseStatus *status)
{
    begin(display);
    if (display->kind == DISPLAY_JSON)
        write_json(display, "status", NULL, "status", &status->base);
    else
        show_status_line(&display->say, status);
    end(display);
}

static bool accepted_elsewhere(const Concordat__V1__Answer *answer, const char *team)
{
    return !answer->done && answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_ALREADY_ACCEPTED &&
           answer->status != NULL && strcmp(answer->status->owner, team) == 0;
}

static void answer_line(struct display *display, const char *what, const Concordat__V1__Answer *answer,
                        const char *note)
{
    char refusal[WORDS_MAX] = "", state[WORDS_MAX];
    const Concordat__V1__CaseStatus *status = answer->status;

    if (!answer->done)
        words_for(&concordat__v1__refusal__descriptor, (int)answer->refusal, refusal);
    fprintf(display->say.out, "%s: %s%s%s%s", what, answer->done ? "done" : "NOT DONE, ", refusal,
            answer->text[0] != '\0' ? "; " : "", answer->text);
    fputs(note, display->say.out);
    if (status)
        fprintf(display->say.out, "; %s is %s, held by %s, ring %s", status->number,
                words_for(&concordat__v1__state__descriptor, (int)status->state, state),
                status->owner_name[0] != '\0' ? status->owner_name : "nobody",
                status->ring[0] != '\0' ? status->ring : status->coordinator_ring);
    fputc('\n', display->say.out);
}

void display_answer(struct display *display, const char *what, const Concordat__V1__Answer *answer,
                    const char *team)
{
    bool elsewhere = accepted_elsewhere(answer, team);

    begin(display);
    if (display->kind == DISPLAY_JSON) {
        write_json(display, "answer", what, "answer", &answer->base);
    } else if (display->kind == DISPLAY_LINES) {
        answer_line(display, what, answer,
                    elsewhere ? "; already accepted by another device of your team" : "");
    } else {
        show_answer(&display->say, answer);
        if (elsewhere)
            say_row(&display->say, "Note", "already accepted by another device of your team");
    }
    end(display);
}

void display_message(struct display *display, const Concordat__V1__Message *message)
{
    bool is_board = message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD;

    begin(display);
    if (display->kind == DISPLAY_JSON)
        write_json(display, is_board ? "board" : "record", NULL, is_board ? "board" : "record",
                   is_board ? &message->board->base : &message->record->base);
    else if (is_board)
        show_board(&display->say, message->board);
    else
        show_record(&display->say, message->record);
    end(display);
}

void display_note(struct display *display, const char *event, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    begin(display);
    if (display->kind == DISPLAY_JSON)
        write_json(display, event, text, NULL, NULL);
    else
        say_banner(&display->say, TONE_PLAIN, event, "%s", text != NULL ? text : "");
    end(display);
    free(text);
}
