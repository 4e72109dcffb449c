/* form.c: see form.h. */
#include "services/gateway/form.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/utf8.h"

/* Bytes that are being read, and where what is read goes. What is read is never longer. */
struct form_reader {
    const char *at, *end;
    char *out;
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads one character as it was meant. False if an escape is cut short or means NUL. */
static bool read_escaped(struct form_reader *reader, char *character)
{
    *character = *reader->at++;
    if (*character == '+')
        *character = ' ';
    if (*character != '%')
        return *character != '\0';
    int high = reader->end - reader->at >= 2 ? hex_value(reader->at[0]) : -1;
    int low = high >= 0 ? hex_value(reader->at[1]) : -1;
    if (low < 0 || (high == 0 && low == 0))
        return false;
    *character = (char)(high << 4 | low);
    reader->at += 2;
    return true;
}

/* Browsers send \r\n for a line end. */
static char *put_character(char *start, char *out, char character)
{
    if (character == '\n' && out > start && out[-1] == '\r')
        out--;
    *out++ = character;
    return out;
}

/* Reads up to one of the stops or the end, and past it. NULL if it is no text. */
static char *read_part(struct form_reader *reader, const char *stops, size_t *size)
{
    char *start = reader->out, *out = start;
    while (reader->at < reader->end && !(*reader->at && strchr(stops, *reader->at))) {
        char character;
        if (!read_escaped(reader, &character))
            return NULL;
        out = put_character(start, out, character);
    }
    *size = (size_t)(out - start);
    *out = '\0';
    reader->out = out + 1;
    return start;
}

static const struct form_rule *rule_of(const char *name, const struct form_rule *rules, size_t rule_count)
{
    for (size_t i = 0; i < rule_count; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

static void mend_value(const struct form_rule *rule, char *value)
{
    for (char *at = value; *at; at++)
        if (*at == '\t' || (*at == '\n' && !rule->lines))
            *at = ' ';
    utf8_clean(value);
}

/* A value of NULL is none that was sent. */
static bool add_field(struct form *form, const struct form_rule *rule, char *value, size_t size)
{
    if (!rule || form->count == FORM_FIELDS_MAX || size > rule->bytes_max)
        return false;
    if (value && rule->mended)
        mend_value(rule, value);
    else if (value && !utf8_is_text(value, size, rule->lines))
        return false;
    if (!rule->repeats && form_value(form, rule->name, 0))
        return false;
    form->fields[form->count++] = (struct form_field){rule, value ? value : ""};
    return true;
}

static bool read_field(struct form *form, struct form_reader *reader, const struct form_rule *rules,
                       size_t rule_count)
{
    size_t name_size, size = 0;
    const char *name = read_part(reader, "=&", &name_size);
    char *value = NULL;
    if (!name)
        return false;
    if (reader->at < reader->end && *reader->at == '=') {
        reader->at++;
        value = read_part(reader, "&", &size);
        if (!value)
            return false;
    }
    if (reader->at < reader->end)
        reader->at++;
    return add_field(form, rule_of(name, rules, rule_count), value, size);
}

enum form_status form_read(struct form *form, const char *bytes, size_t size, const struct form_rule *rules,
                           size_t rule_count)
{
    form->count = 0;
    /* The NUL of each name and value has the room of the "=", the "&" or the end behind it. */
    form->size = size + 1;
    form->text = malloc(form->size);
    if (!form->text)
        return FORM_NO_MEMORY;
    struct form_reader reader = {bytes, bytes + size, form->text};
    while (reader.at < reader.end)
        if (!read_field(form, &reader, rules, rule_count))
            return FORM_WRONG;
    return FORM_GOOD;
}

void form_close(struct form *form)
{
    /* A password may be in it, and what was told about a person. */
    if (form->text)
        sodium_memzero(form->text, form->size);
    free(form->text);
    form->text = NULL;
    form->count = 0;
}

const char *form_value(const struct form *form, const char *name, size_t at)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].rule->name, name) == 0 && at-- == 0)
            return form->fields[i].value;
    return NULL;
}

bool form_has(const struct form *form, const char *name, const char *value)
{
    const char *sent;
    for (size_t i = 0; (sent = form_value(form, name, i)); i++)
        if (strcmp(sent, value) == 0)
            return true;
    return false;
}
