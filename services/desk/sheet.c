/* sheet.c: lines with labels, in memory: see sheet.h. */
#include "services/desk/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/utf8.h"

enum { LINES_AT_FIRST = 16 };

static bool sheet_has_room(struct sheet *sheet)
{
    size_t room = sheet->room > 0 ? 2 * sheet->room : LINES_AT_FIRST;
    struct sheet_line *lines;
    if (sheet->count < sheet->room)
        return true;
    lines = realloc(sheet->lines, room * sizeof *lines);
    if (!lines)
        return false;
    sheet->lines = lines;
    sheet->room = room;
    return true;
}

/* Takes the text, which is NULL if there was no memory for it. */
static void sheet_add(struct sheet *sheet, struct sheet_line line, const char *label)
{
    if (!line.text || !sheet_has_room(sheet)) {
        free(line.text);
        sheet->incomplete = true;
        return;
    }
    snprintf(line.label, sizeof line.label, "%s", label);
    utf8_clean(line.label);
    utf8_clean(line.text);
    sheet->lines[sheet->count++] = line;
}

__attribute__((format(printf, 1, 0))) static char *sheet_format(const char *format, va_list arguments)
{
    char *text;
    return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

void sheet_headline(struct sheet *sheet, enum sheet_tone tone, const char *word, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = sheet_format(format, arguments);
    va_end(arguments);
    sheet_add(sheet, (struct sheet_line){.kind = SHEET_HEADLINE, .tone = tone, .text = text}, word);
}

void sheet_row(struct sheet *sheet, const char *label, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = sheet_format(format, arguments);
    va_end(arguments);
    if (text && text[0] == '\0')
        free(text);
    else
        sheet_add(sheet, (struct sheet_line){.kind = SHEET_ROW, .text = text}, label);
}

void sheet_field(struct sheet *sheet, const char *label, const char *text)
{
    sheet_add(sheet, (struct sheet_line){.kind = SHEET_FIELD, .text = strdup(text)}, label);
}

void sheet_item(struct sheet *sheet, const char *label, const char *text)
{
    sheet_add(sheet, (struct sheet_line){.kind = SHEET_ITEM, .text = strdup(text)}, label);
}

void sheet_heading(struct sheet *sheet, const char *text)
{
    sheet_add(sheet, (struct sheet_line){.kind = SHEET_HEADING, .text = strdup(text)}, "");
}

void sheet_sentence(struct sheet *sheet, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = sheet_format(format, arguments);
    va_end(arguments);
    sheet_add(sheet, (struct sheet_line){.kind = SHEET_SENTENCE, .text = text}, "");
}

void sheet_can(struct sheet *sheet, const char *number, struct sheet_act act)
{
    if (sheet->count == 0 || number[0] == '\0')
        return;
    snprintf(act.number, sizeof act.number, "%s", number);
    sheet->lines[sheet->count - 1].act = act;
}

const char *sheet_typed(const struct sheet_act *act, char out[SHEET_TYPED_BYTES])
{
    snprintf(out, SHEET_TYPED_BYTES, "%s %s%s%s", act->name, act->number, act->typed[0] ? " " : "",
             act->typed);
    return out;
}

void sheet_close(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        free(sheet->lines[i].text);
    free(sheet->lines);
    *sheet = (struct sheet){0};
}
