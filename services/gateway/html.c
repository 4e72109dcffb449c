/* html.c: see html.h. */
#include "services/gateway/html.h"

#include <stdlib.h>
#include <string.h>

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
