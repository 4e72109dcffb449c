/* sheet.h: what a person is told, as lines with labels, for a terminal, a web page or a hook to show.
 *
 * A sheet begins as all zeros, owns its lines and is ended by sheet_close. Texts are UTF-8 and
 * fit to be shown (utf8_clean, proto/wire/utf8.h). If memory
 * runs out, lines are left out and `incomplete` says so. One thread at a time may use a sheet.
 */
#ifndef CONCORDAT_DESK_SHEET_H
#define CONCORDAT_DESK_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/words/words.h"

enum sheet_kind {
    SHEET_HEADLINE, /* the label is a word that says how it went, such as "DONE"; the text goes on from it */
    SHEET_ROW,      /* label and text, such as "Ring" and a telephone number */
    SHEET_FIELD,    /* the same, as one of many below a heading */
    SHEET_ITEM,    /* one of a list that belongs to the row or field before: whom it is about, and the text */
    SHEET_HEADING, /* text only */
    SHEET_SENTENCE /* text only, which is kept on one line if a line is what is read, as in a log */
};

/* A colour for a headline. Its word says as much. */
enum sheet_tone { TONE_PLAIN, TONE_GOOD, TONE_WAITING, TONE_WARNING };

enum { SHEET_LABEL_BYTES = 96 };

/* What the reader can do about a line. The line says it in words; a terminal adds how it is typed, and a page
 * a link to it. */
struct sheet_act {
    const char *name;               /* of an action (action.h), or "update"; NULL: nothing can be done */
    const char *typed;              /* what follows the case, such as "arrived PLACE"; "": nothing */
    const char *field, *value;      /* what a form begins with; NULL: nothing */
    char number[NUMBER_TEXT_BYTES]; /* of the case */
};

struct sheet_line {
    enum sheet_kind kind;
    enum sheet_tone tone;
    char label[SHEET_LABEL_BYTES]; /* "" if it has none */
    char *text;                    /* owned */
    struct sheet_act act;
};

struct sheet {
    struct sheet_line *lines; /* owned */
    size_t count, room;
    bool incomplete;
};

void sheet_headline(struct sheet *sheet, enum sheet_tone tone, const char *word, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds nothing if the text is empty. */
void sheet_row(struct sheet *sheet, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sheet_field(struct sheet *sheet, const char *label, const char *text);
void sheet_item(struct sheet *sheet, const char *label, const char *text);
void sheet_heading(struct sheet *sheet, const char *text);
void sheet_sentence(struct sheet *sheet, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says of the line before that this can be done about the case. The act's texts are constants. */
void sheet_can(struct sheet *sheet, const char *number, struct sheet_act act);
/* The same as it is typed: "detention R-0412 arrived PLACE". Returns out. */
enum { SHEET_TYPED_BYTES = 128 };
const char *sheet_typed(const struct sheet_act *act, char out[SHEET_TYPED_BYTES]);

/* Frees the lines. The sheet is empty then and may be used again. */
void sheet_close(struct sheet *sheet);

#endif
