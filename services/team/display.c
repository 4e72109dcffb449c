/* display.c: blocks, lines or JSON of what happens to a team: see display.h. */
#include "services/team/display.h"

#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/words/json.h"
#include "proto/words/now.h"
#include "services/desk/time_words.h"

void display_open(struct display *display, FILE *out, bool json, const char *ring,
                  const struct people *people)
{
    *display = (struct display){.kind = json                       ? DISPLAY_JSON
                                        : isatty(fileno(out)) == 1 ? DISPLAY_BLOCKS
                                                                   : DISPLAY_LINES,
                                .showing = {.ring = ring, .people = people}};
    terminal_open(&display->terminal, out);
    if (display->kind == DISPLAY_LINES)
        display->terminal.columns = UINT_MAX; /* one line for each happening */
}

/* Each happening begins here: the clock is read, a line is stamped, a block is set apart. */
static void display_begin(struct display *display)
{
    FILE *out = display->terminal.out;
    int64_t now_ms = now_wall_ms() + display->skew_ms;
    char clock[TIME_WORDS_BYTES];
    display->showing.now_ms = now_ms;
    if (display->kind == DISPLAY_BLOCKS)
        fputc('\n', out);
    if (display->kind != DISPLAY_LINES)
        return;
    time_words_clock(now_ms, now_ms, clock);
    fprintf(out, "%s:%02d ", clock, (int)(now_ms / 1000 % 60));
}

static void display_end(struct display *display, struct sheet *sheet)
{
    terminal_show(&display->terminal, sheet);
    fflush(display->terminal.out);
}

/* {"event":...,"text":...,NAME:message}; what is NULL is left out. */
static void display_json(struct display *display, const char *event, const char *text, const char *name,
                         const ProtobufCMessage *message)
{
    json_t *json = json_pack("{s:s, s:I, s:s*}", "event", event, "atMs", (json_int_t)display->showing.now_ms,
                             "text", text);
    if (json && message)
        json_object_set_new(json, name, json_to_show(message));
    if (json && json_dumpf(json, display->terminal.out, JSON_COMPACT) == 0)
        fputc('\n', display->terminal.out);
    json_decref(json);
}

/* The offer, and the lines that answer it here. */
static void display_offer_block(struct sheet *sheet, const Concordat__V1__Offer *offer, int64_t now_ms)
{
    show_offer(sheet, offer, now_ms);
    sheet_row(sheet, "Answer", "accept %s MINUTES, or decline %s REASON", offer->number, offer->number);
}

void display_offer(struct display *display, const Concordat__V1__Offer *offer)
{
    struct sheet sheet = {0};
    display_begin(display);
    if (display->kind == DISPLAY_JSON)
        display_json(display, "offer", NULL, "offer", &offer->base);
    else if (display->kind == DISPLAY_LINES)
        show_offer_line(&sheet, offer, display->showing.now_ms);
    else
        display_offer_block(&sheet, offer, display->showing.now_ms);
    display_end(display, &sheet);
}

static bool is_answered(Concordat__V1__OfferEnd end)
{
    return end == CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED ||
           end == CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED;
}

void display_offer_over(struct display *display, const Concordat__V1__OfferOver *over, bool here,
                        const char *team)
{
    struct sheet sheet = {0};
    if (here && is_answered(over->end))
        return; /* the answer to our answer says it */
    display_begin(display);
    if (display->kind == DISPLAY_JSON)
        display_json(display, "offer-over", show_offer_end(over->end), "offerOver", &over->base);
    else if (display->kind == DISPLAY_LINES)
        show_offer_over_line(&sheet, over);
    else
        show_offer_over(&sheet, over, team);
    display_end(display, &sheet);
}

void display_changes(struct display *display, const Concordat__V1__CaseStatus *status, int64_t answer_by_ms)
{
    struct sheet sheet = {0};
    char time[TIME_WORDS_BYTES];
    display_begin(display);
    if (display->kind == DISPLAY_JSON) {
        display_json(display, "changed", NULL, "status", &status->base);
    } else {
        if (status->changed_seq != 0)
            show_changes_line(&sheet, status, display->showing.now_ms);
        show_messages_line(&sheet, status, display->showing.now_ms);
        time_words(answer_by_ms, display->showing.now_ms, time);
        sheet_row(&sheet, "Answer by", "%s", answer_by_ms ? time : "");
        if (display->kind == DISPLAY_BLOCKS)
            sheet_row(&sheet, "Seen", "saw %s", status->number);
    }
    display_end(display, &sheet);
}

void display_status(struct display *display, const Concordat__V1__CaseStatus *status)
{
    struct sheet sheet = {0};
    display_begin(display);
    if (display->kind == DISPLAY_JSON)
        display_json(display, "status", NULL, "status", &status->base);
    else
        show_status_line(&sheet, status, display->showing.now_ms);
    display_end(display, &sheet);
}

void display_answer(struct display *display, const char *command, const Concordat__V1__Answer *answer,
                    const char *team)
{
    struct sheet sheet = {0};
    display_begin(display);
    if (display->kind == DISPLAY_JSON) {
        display_json(display, "answer", command, "answer", &answer->base);
    } else if (display->kind == DISPLAY_LINES) {
        show_answer_line(&sheet, command, answer, team);
    } else {
        show_answer(&sheet, answer, &display->showing);
        sheet_row(&sheet, "Note", "%s", show_answer_note(answer, team));
    }
    display_end(display, &sheet);
}

void display_message(struct display *display, const Concordat__V1__Message *message)
{
    struct sheet sheet = {0};
    bool is_board = message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD;
    display_begin(display);
    if (display->kind == DISPLAY_JSON)
        display_json(display, is_board ? "board" : "record", NULL, is_board ? "board" : "record",
                     is_board ? &message->board->base : &message->record->base);
    else if (is_board)
        terminal_show_board(&display->terminal, message->board, display->showing.now_ms);
    else
        show_record(&sheet, message->record, &display->showing);
    display_end(display, &sheet);
}

void display_note(struct display *display, const char *event, const char *format, ...)
{
    struct sheet sheet = {0};
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    display_begin(display);
    if (display->kind == DISPLAY_JSON)
        display_json(display, event, text, NULL, NULL);
    else
        sheet_headline(&sheet, TONE_PLAIN, event, "%s", text ? text : "");
    display_end(display, &sheet);
    free(text);
}
