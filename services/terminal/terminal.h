/* terminal.h: sheets and boards on a screen, messages as lines of JSON, and failures of the programs that a
 * person runs.
 *
 * Rows wrap at the terminal's width. Colour is used on a terminal only, unless NO_COLOR is set, and never
 * says anything that the words do not. One thread.
 */
#ifndef CONCORDAT_TERMINAL_TERMINAL_H
#define CONCORDAT_TERMINAL_TERMINAL_H

#include <stdint.h>
#include <stdio.h>

#include "proto/wire/wire.h"
#include "proto/words/exit_code.h"
#include "services/desk/sheet.h"

struct terminal {
    FILE *out; /* borrowed */
    bool colour;
    unsigned columns;
};

/* Finds out whether `out` is a terminal and how wide it is. */
void terminal_open(struct terminal *terminal, FILE *out);

/* Prints words between two margins, beginning at `column`, and ends the line; a line break in the text stays
 * one. */
void terminal_wrap(const struct terminal *terminal, const char *text, unsigned indent, unsigned column);

/* Prints the sheet's lines and closes it. */
void terminal_show(const struct terminal *terminal, struct sheet *sheet);

/* A table of at most 80 columns, the most pressing case first; above it, for a coordinator, whose areas.
 * `now_ms`: since 1970-01-01 UTC, by the server's clock if that is known. */
void terminal_show_board(const struct terminal *terminal, const Concordat__V1__Board *board, int64_t now_ms);

/* One line of JSON; nothing if there is no memory for it. */
void terminal_json(FILE *out, const ProtobufCMessage *message);

/* Tells why nothing could be done: on standard error in words, or on standard output as one line of JSON.
 * Returns the code. */
enum exit_code terminal_failure(bool json, enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
