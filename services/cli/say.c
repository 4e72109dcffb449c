/* say.c: rows, banners, failures: see say.h. */
#include "services/cli/say.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "proto/words/json.h"

enum { LABEL_COLUMNS = 10, COLUMNS_MIN = 40, COLUMNS_DEFAULT = 80, COLUMNS_MAX = 110 };

static const char *const tone_codes[] = {[TONE_PLAIN] = "\033[1m",
                                         [TONE_GOOD] = "\033[1;32m",
                                         [TONE_WAITING] = "\033[1;33m",
                                         [TONE_WARNING] = "\033[1;31m"};

void say_open(struct say *say, FILE *out)
{
    struct winsize size;
    bool terminal = isatty(fileno(out)) == 1;
    const char *no_colour = getenv("NO_COLOR");

    *say = (struct say){.out = out, .columns = COLUMNS_DEFAULT, .now_ms = say_now_ms()};
    say->colour = terminal && (!no_colour || no_colour[0] == '\0');
    if (terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= COLUMNS_MIN)
        say->columns = size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

void say_clean(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
        bool c1 = at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F;
        if ((*at < 0x20 && *at != '\n') || *at == 0x7F || c1)
            *at = '?';
        if (c1)
            *++at = '?';
    }
}

/* Columns that a stretch of UTF-8 takes, near enough: one a character. */
static unsigned columns_of(const char *text, size_t size)
{
    unsigned columns = 0;

    for (size_t i = 0; i < size; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

/* Prints words between two margins; a line break in the text stays one. */
static void wrap(const struct say *say, const char *text, unsigned indent, unsigned column)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " \n");
        unsigned width = columns_of(text, size);

        if (column > indent && column + 1 + width > say->columns) {
            fprintf(say->out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent && size > 0) {
            fputc(' ', say->out);
            column++;
        }
        fwrite(text, 1, size, say->out);
        column += width;
        text += size;
        if (*text == '\n' && text[1] != '\0') {
            fprintf(say->out, "\n%*s", (int)indent, "");
            column = indent;
        }
        text += *text != '\0';
    }
    fputc('\n', say->out);
}

__attribute__((format(printf, 1, 0))) static char *format_clean(const char *format, va_list arguments)
{
    char *text = NULL;

    if (vasprintf(&text, format, arguments) < 0)
        return NULL;
    say_clean(text);
    return text;
}

void say_banner(const struct say *say, enum say_tone tone, const char *word, const char *format, ...)
{
    va_list arguments;
    unsigned column = columns_of(word, strlen(word));
    char *text;

    va_start(arguments, format);
    text = format_clean(format, arguments);
    va_end(arguments);
    fprintf(say->out, "%s%s%s", say->colour ? tone_codes[tone] : "", word, say->colour ? "\033[0m" : "");
    if (text && text[0] != '\0')
        wrap(say, text, 0, column);
    else
        fputc('\n', say->out);
    free(text);
}

void say_row(const struct say *say, const char *label, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = format_clean(format, arguments);
    va_end(arguments);
    if (text && text[0] != '\0') {
        fprintf(say->out, "%-*s", LABEL_COLUMNS, label);
        wrap(say, text, LABEL_COLUMNS, LABEL_COLUMNS);
    }
    free(text);
}

bool say_json(FILE *out, const ProtobufCMessage *message)
{
    json_t *json = json_from_message(message);
    bool written = json && json_dumpf(json, out, JSON_COMPACT | JSON_SORT_KEYS) == 0 &&
                   fputc('\n', out) != EOF && fflush(out) == 0;

    json_decref(json);
    return written;
}

static const char *failure_name(enum exit_code code)
{
    switch (code) {
    case CODE_REFUSED:
        return "refused";
    case CODE_NO_ANSWER:
        return "no-answer";
    case CODE_USAGE:
        return "usage";
    case CODE_DONE:
    case CODE_BUG:
    case CODE_ENVIRONMENT:
        break;
    }
    return "environment";
}

enum exit_code say_failure(bool as_json, enum exit_code code, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = format_clean(format, arguments);
    va_end(arguments);
    if (as_json) {
        json_t *json =
            json_pack("{s:s, s:s*, s:i}", "error", failure_name(code), "text", text, "exitCode", (int)code);
        if (json && json_dumpf(json, stdout, JSON_COMPACT) == 0)
            fputc('\n', stdout);
        json_decref(json);
    } else {
        fprintf(stderr, "concordat: %s\n", text != NULL ? text : failure_name(code));
    }
    free(text);
    return code;
}
