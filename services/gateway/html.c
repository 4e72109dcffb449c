/* html.c: see html.h. */
#include "services/gateway/html.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/wire/utf8.h"
#include "services/gateway/limits.h"

enum { HTML_FIRST_BYTES = 4096 };

static bool html_grow(struct html *html, size_t more)
{
    if (html->broken || more > HTML_BYTES_MAX - html->size)
        return false;
    size_t room = html->room ? html->room : HTML_FIRST_BYTES;
    while (room < html->size + more)
        room *= 2;
    if (room == html->room)
        return true;
    char *text = realloc(html->text, room);
    if (!text)
        return false;
    html->text = text;
    html->room = room;
    return true;
}

void html_bytes(struct html *html, const char *bytes, size_t size)
{
    if (!html_grow(html, size)) {
        html->broken = true;
        return;
    }
    memcpy(html->text + html->size, bytes, size);
    html->size += size;
}

/* The characters that could end a text or an attribute in quotes, and what is written for them. */
static const struct html_entity {
    char character;
    const char *written;
} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&#34;"}, {'\'', "&#39;"}};

static const char *entity_of(char character)
{
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (entities[i].character == character)
            return entities[i].written;
    return NULL;
}

static void write_escaped(struct html *html, const char *clean)
{
    while (*clean) {
        size_t plain = strcspn(clean, "&<>\"'");
        html_bytes(html, clean, plain);
        clean += plain;
        const char *entity = *clean ? entity_of(*clean++) : NULL;
        if (entity)
            html_bytes(html, entity, strlen(entity));
    }
}

void html_text(struct html *html, const char *value)
{
    if (!value)
        return;
    char *clean = strdup(value);
    if (!clean) {
        html->broken = true;
        return;
    }
    utf8_clean(clean);
    write_escaped(html, clean);
    free(clean);
}

#define NUMBER_CHARACTERS "+0123456789"

enum { NUMBER_DIGITS_MIN = 10 /* of a number with its area */ };

/* How long the telephone number at `at` in a text is, with the spaces in it; 0: there is none. A short one is
 * one only where it is to be rung: "ring 999", and not "section 136" or "111 cases". */
static size_t number_length(const char *text, const char *at)
{
    static const char *const short_ones[] = {"999", "112", "111", "101"}, to_ring[] = "ring ";
    size_t length = strspn(at, NUMBER_CHARACTERS " "), digits = 0, before = sizeof to_ring - 1;
    bool is_rung = (size_t)(at - text) >= before && strncasecmp(at - before, to_ring, before) == 0;
    while (length > 0 && at[length - 1] == ' ')
        length--;
    for (size_t i = 0; is_rung && i < sizeof short_ones / sizeof *short_ones; i++)
        if (length == strlen(short_ones[i]) && memcmp(at, short_ones[i], length) == 0)
            return length;
    for (size_t i = 0; i < length; i++)
        digits += at[i] >= '0' && at[i] <= '9';
    return (*at == '0' || *at == '+') && digits >= NUMBER_DIGITS_MIN ? length : 0;
}

/* RFC 3966: spaces are no part of what is dialled. What is read is not cut in two by the end of a line. */
static void write_number(struct html *html, const char *number, size_t length)
{
    HTML_MARKUP(html, "<a href=\"tel:");
    for (size_t i = 0; i < length; i++)
        if (number[i] != ' ')
            html_bytes(html, &number[i], 1);
    HTML_MARKUP(html, "\">");
    for (size_t i = 0; i < length; i++)
        if (number[i] != ' ')
            html_bytes(html, &number[i], 1);
        else
            HTML_MARKUP(html, "&nbsp;");
    HTML_MARKUP(html, "</a>");
}

void html_ring(struct html *html, const char *value)
{
    const char *at = value ? value : "";
    while (*at) {
        char *words = strndup(at, strcspn(at, NUMBER_CHARACTERS));
        if (!words) {
            html->broken = true;
            return;
        }
        html_text(html, words);
        at += strlen(words);
        free(words);
        size_t length = number_length(value, at), others = strspn(at, NUMBER_CHARACTERS);
        if (length > 0)
            write_number(html, at, length);
        else
            html_bytes(html, at, others);
        at += length > 0 ? length : others;
    }
}

/* RFC 3986, 2.3: the characters that mean nothing in a URL. */
static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

void html_url_part(struct html *html, const char *value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (const char *at = value ? value : ""; *at; at++) {
        const unsigned char byte = (unsigned char)*at;
        const char escaped[] = {'%', digits[byte >> 4], digits[byte & 15]};
        if (is_unreserved(*at))
            html_bytes(html, at, 1);
        else
            html_bytes(html, escaped, sizeof escaped);
    }
}

bool html_is_whole(const struct html *html)
{
    return !html->broken;
}

void html_close(struct html *html)
{
    free(html->text);
    *html = (struct html){0};
}
