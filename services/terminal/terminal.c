/* terminal.c: sheets, boards, JSON and failures on a screen: see terminal.h. */
#include "services/terminal/terminal.h"

#include <assert.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "proto/wire/utf8.h"
#include "proto/words/json.h"
#include "services/desk/board.h"
#include "services/desk/show.h"
#include "services/desk/show_beside.h"
#include "services/desk/time_words.h"

enum {
    LABEL_COLUMNS = 10,
    FIELD_INDENT = 4,
    ITEM_INDENT = 6,
    COLUMNS_MIN = 40,
    COLUMNS_DEFAULT = 80,
    COLUMNS_MAX = 110
};

static const char *const tone_codes[] = {[TONE_PLAIN] = "\033[1m",
                                         [TONE_GOOD] = "\033[1;32m",
                                         [TONE_WAITING] = "\033[1;33m",
                                         [TONE_WARNING] = "\033[1;31m"};
static const char late_code[] = "\033[31m", end_code[] = "\033[0m";

void terminal_open(struct terminal *terminal, FILE *out)
{
    struct winsize size;
    bool is_terminal = isatty(fileno(out)) == 1;
    const char *no_colour = getenv("NO_COLOR");
    *terminal = (struct terminal){.out = out, .columns = COLUMNS_DEFAULT};
    terminal->colour = is_terminal && (!no_colour || no_colour[0] == '\0');
    if (is_terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= COLUMNS_MIN)
        terminal->columns = size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

/* Columns that a stretch of UTF-8 takes, near enough: one a character. */
static unsigned columns_of(const char *text, size_t size)
{
    unsigned columns = 0;
    for (size_t i = 0; i < size; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

void terminal_wrap(const struct terminal *terminal, const char *text, unsigned indent, unsigned column)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " \n");
        unsigned width = columns_of(text, size);
        if (column > indent && column + 1 + width > terminal->columns) {
            fprintf(terminal->out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent && size > 0) {
            fputc(' ', terminal->out);
            column++;
        }
        fwrite(text, 1, size, terminal->out);
        column += width;
        text += size;
        if (*text == '\n' && text[1] != '\0') {
            fprintf(terminal->out, "\n%*s", (int)indent, "");
            column = indent;
        }
        text += *text != '\0';
    }
    fputc('\n', terminal->out);
}

static void print_headline(const struct terminal *terminal, const char *word, enum sheet_tone tone,
                           const char *text, unsigned indent)
{
    fprintf(terminal->out, "%s%s%s", terminal->colour ? tone_codes[tone] : "", word,
            terminal->colour ? end_code : "");
    terminal_wrap(terminal, text, indent, columns_of(word, strlen(word)));
}

/* The text of a line, and how to do what it speaks of. */
static char *line_text(const struct sheet_line *line)
{
    char typed[SHEET_TYPED_BYTES], *text;
    bool good = line->act.name ? asprintf(&text, "%s (%s)", line->text, sheet_typed(&line->act, typed)) >= 0
                               : (text = strdup(line->text)) != NULL;
    return good ? text : NULL;
}

static void print_text(const struct terminal *terminal, const struct sheet_line *line, const char *text)
{
    char field[SHEET_LABEL_BYTES + 6];
    switch (line->kind) {
    case SHEET_HEADLINE:
        print_headline(terminal, line->label, line->tone, text, 0);
        return;
    case SHEET_ROW:
        fprintf(terminal->out, "%-*s", LABEL_COLUMNS, line->label);
        terminal_wrap(terminal, text, LABEL_COLUMNS, LABEL_COLUMNS);
        return;
    case SHEET_FIELD:
        snprintf(field, sizeof field, "  %s:", line->label);
        print_headline(terminal, field, TONE_PLAIN, text, FIELD_INDENT);
        return;
    case SHEET_ITEM:
        snprintf(field, sizeof field, "    %s:", line->label);
        print_headline(terminal, field, TONE_PLAIN, text, ITEM_INDENT);
        return;
    case SHEET_HEADING:
    case SHEET_SENTENCE:
        fprintf(terminal->out, "%s\n", text);
        return;
    }
    assert(!"a kind of line without a look");
}

static void print_line(const struct terminal *terminal, const struct sheet_line *line)
{
    char *text = line_text(line);
    print_text(terminal, line, text ? text : line->text);
    free(text);
}

void terminal_show(const struct terminal *terminal, struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        print_line(terminal, &sheet->lines[i]);
    if (sheet->incomplete)
        fputs("Out of memory: not everything could be shown here.\n", terminal->out);
    sheet_close(sheet);
}

/* A longer text is cut off, so that a case stays on one line. */
static const struct {
    int width, most;
} board_columns[BOARD_COLUMNS] = {
    [BOARD_CASE] = {7, 10},     [BOARD_URGENCY] = {11, 11}, [BOARD_STATE] = {10, 10},
    [BOARD_HELD_BY] = {15, 15}, [BOARD_DETAINED] = {9, 11}, [BOARD_ACT_BY] = {12, 63},
    [BOARD_SEEN_BY] = {0, 63}};

static void print_cells(FILE *out, const char *const cells[BOARD_COLUMNS])
{
    for (int i = 0; i < BOARD_COLUMNS; i++)
        fprintf(out, "%s%-*.*s", i > 0 ? " " : "", board_columns[i].width, board_columns[i].most, cells[i]);
}

static void print_board_row(const struct terminal *terminal, const struct board_row *row)
{
    const char *cells[BOARD_COLUMNS];
    bool red = row->late && terminal->colour;
    for (int i = 0; i < BOARD_COLUMNS; i++)
        cells[i] = row->cells[i];
    fputs(red ? late_code : "", terminal->out);
    print_cells(terminal->out, cells);
    fprintf(terminal->out, "%s\n", red ? end_code : "");
}

void terminal_show_board(const struct terminal *terminal, const Concordat__V1__Board *board, int64_t now_ms)
{
    const Concordat__V1__CaseStatus **cases = board_in_order(board, now_ms);
    struct sheet areas = {0};
    char now[TIME_WORDS_BYTES];
    time_words_clock(now_ms, now_ms, now);
    fprintf(terminal->out, "%s  %zu case%s\n", now, board->n_cases, board->n_cases == 1 ? "" : "s");
    show_as_of(&areas, board->as_of_ms, now_ms);
    show_areas(&areas, board, now_ms);
    show_readings(&areas, board, now_ms);
    show_other_devices(&areas, board);
    show_unseen_changes(&areas, board);
    show_waiting_messages(&areas, board);
    show_on_shift(&areas, board->n_on_shift, board->on_shift, NULL, now_ms);
    show_beside_of_board(&areas, board);
    terminal_show(terminal, &areas);
    if (cases && board->n_cases > 0) {
        print_cells(terminal->out, board_headings);
        fputc('\n', terminal->out);
    }
    for (size_t i = 0; cases && i < board->n_cases; i++) {
        struct board_row row;
        board_fill_row(cases[i], now_ms, &row);
        print_board_row(terminal, &row);
    }
    free(cases);
}

/* Puts the events of a history in the place of their bytes. */
static void terminal_unfold_history(const Concordat__V1__Record *record, json_t *history)
{
    for (size_t i = 0; i < record->n_history; i++) {
        const ProtobufCBinaryData *bytes = &record->history[i]->event;
        Concordat__V1__Event *event = concordat__v1__event__unpack(NULL, bytes->len, bytes->data);
        if (!event)
            continue;
        json_object_set_new(json_array_get(history, i), "event", json_to_show(&event->base));
        concordat__v1__event__free_unpacked(event, NULL);
    }
}

void terminal_json(FILE *out, const ProtobufCMessage *message)
{
    json_t *json = json_to_show(message);
    const Concordat__V1__Message *answer = (const Concordat__V1__Message *)message;
    if (message->descriptor == &concordat__v1__message__descriptor &&
        answer->body_case == CONCORDAT__V1__MESSAGE__BODY_RECORD)
        terminal_unfold_history(answer->record, json_object_get(json_object_get(json, "record"), "history"));
    if (json && json_dumpf(json, out, JSON_COMPACT | JSON_SORT_KEYS) == 0)
        fputc('\n', out);
    json_decref(json);
}

static const char *failure_name(enum exit_code code)
{
    switch (code) {
    case CODE_REFUSED:
        return "refused";
    case CODE_NO_ANSWER:
        return "no-answer";
    case CODE_EMPTY:
        return "empty";
    case CODE_NEWER:
        return "newer";
    case CODE_WITHHELD:
        return "withheld";
    case CODE_USAGE:
        return "usage";
    case CODE_DONE:
    case CODE_PROVISIONAL:
    case CODE_DIFFERS:
    case CODE_ALTERED:
    case CODE_BUG:
    case CODE_ENVIRONMENT:
    case CODE_DEPOSED:
        break;
    }
    return "environment";
}

enum exit_code terminal_failure(bool as_json, enum exit_code code, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (text)
        utf8_clean(text);
    if (as_json) {
        json_t *json =
            json_pack("{s:s, s:s*, s:i}", "error", failure_name(code), "text", text, "exitCode", (int)code);
        if (json && json_dumpf(json, stdout, JSON_COMPACT) == 0)
            fputc('\n', stdout);
        json_decref(json);
    } else {
        fprintf(stderr, "concordat: %s\n", text ? text : failure_name(code));
    }
    free(text);
    return code;
}
