/* people.c: see people.h. */
#include "services/desk/people.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/utf8.h"

enum { PEOPLE_LINE_BYTES = 512, PEOPLE_AT_FIRST = 64 };

/* A people file in the reading. */
struct people_reading {
    struct people *people;
    const char *file;
    size_t room;
    unsigned line, bad; /* lines read, and bad ones among them */
    char *fault;
};

static void people_refuse(struct people_reading *in, const char *says)
{
    if (in->bad++ == 0)
        snprintf(in->fault, PEOPLE_FAULT_BYTES / 2, "%s, line %u: %s", in->file, in->line, says);
}

static bool people_have_room(struct people_reading *in)
{
    struct people *people = in->people;
    if (people->count < in->room)
        return true;
    size_t room = in->room ? 2 * in->room : PEOPLE_AT_FIRST;
    struct people_row *rows = realloc(people->rows, room * sizeof *rows);
    if (!rows)
        return false;
    people->rows = rows;
    in->room = room;
    return true;
}

/* Tells what is wrong with a person of the file; NULL: nothing. */
static const char *people_check(const char *id, const char *name)
{
    if (!person_id_is(id))
        return "a line begins with an id, 1 to 4 small letters and 2 to 8 digits, such as p117";
    if (name[0] == '\0')
        return "a name follows the id, such as: p117 Sam Okafor";
    if (strlen(name) > PEOPLE_NAME_BYTES_MAX)
        return "the name is longer than 80 bytes";
    if (!utf8_is_text(name, strlen(name), false))
        return "the name is not UTF-8, or has characters that cannot be shown";
    return NULL;
}

static void people_add(struct people_reading *in, char *line)
{
    size_t id_size = strcspn(line, " \t");
    char *name = line + id_size + strspn(line + id_size, " \t");
    line[id_size] = '\0';
    const char *wrong = people_check(line, name);
    if (!wrong && in->people->count == PEOPLE_MAX)
        wrong = "there are more people than 20000";
    if (!wrong && !people_have_room(in))
        wrong = "out of memory";
    if (wrong) {
        people_refuse(in, wrong);
        return;
    }
    struct people_row *row = &in->people->rows[in->people->count++];
    memset(row, 0, sizeof *row);
    memcpy(row->id, line, strlen(line));
    memcpy(row->name, name, strlen(name));
}

/* A line without its end and the blanks around it. */
static char *people_trim(char *line)
{
    size_t size = strlen(line);
    while (size > 0 && strchr(" \t\r\n", line[size - 1]))
        line[--size] = '\0';
    return line + strspn(line, " \t");
}

static void people_read_line(struct people_reading *in, const char *text, size_t size)
{
    char copy[PEOPLE_LINE_BYTES];
    in->line++;
    if (size >= sizeof copy) {
        people_refuse(in, "the line is too long");
        return;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    char *line = people_trim(copy);
    if (line[0] != '\0' && line[0] != '#')
        people_add(in, line);
}

static int people_compare(const void *a, const void *b)
{
    return strcmp(((const struct people_row *)a)->id, ((const struct people_row *)b)->id);
}

/* An id that stands there twice could be either person: it is shown as an id. */
static void people_drop_twice(struct people_reading *in)
{
    struct people *people = in->people;
    size_t kept = 0;
    for (size_t i = 0, next; i < people->count; i = next) {
        for (next = i + 1; next < people->count && strcmp(people->rows[i].id, people->rows[next].id) == 0;)
            next++;
        if (next == i + 1)
            people->rows[kept++] = people->rows[i];
        else if (in->bad++ == 0)
            snprintf(in->fault, PEOPLE_FAULT_BYTES / 2, "%s: %s stands there twice", in->file,
                     people->rows[i].id);
    }
    people->count = kept;
}

void people_read(struct people *people, const char *file, const char *text, char fault[PEOPLE_FAULT_BYTES])
{
    struct people_reading in = {.people = people, .file = file, .fault = fault};
    *people = (struct people){0};
    fault[0] = '\0';
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        people_read_line(&in, text, size);
        text += size + (text[size] == '\n');
    }
    if (people->count > 0)
        qsort(people->rows, people->count, sizeof *people->rows, people_compare);
    people_drop_twice(&in);
    if (in.bad > 1) {
        size_t used = strlen(fault);
        snprintf(fault + used, PEOPLE_FAULT_BYTES - used, "; and %u more", in.bad - 1);
    }
}

void people_close(struct people *people)
{
    free(people->rows);
    *people = (struct people){0};
}

/* Borrowed; NULL if the file has none. */
static const char *people_name(const struct people *people, const char *id)
{
    struct people_row key = {{0}, {0}};
    if (!people || people->count == 0 || !person_id_is(id))
        return NULL;
    memcpy(key.id, id, strlen(id));
    const struct people_row *row =
        bsearch(&key, people->rows, people->count, sizeof *people->rows, people_compare);
    return row ? row->name : NULL;
}

const char *people_words(const struct people *people, const char *id, char out[PEOPLE_WORDS_BYTES])
{
    const char *name = people_name(people, id);
    if (id[0] == '\0')
        snprintf(out, PEOPLE_WORDS_BYTES, "not recorded");
    else if (!name)
        snprintf(out, PEOPLE_WORDS_BYTES, "%.*s", PERSON_ID_CHARS_MAX, id);
    else
        snprintf(out, PEOPLE_WORDS_BYTES, "%s (%.*s)", name, PERSON_ID_CHARS_MAX, id);
    return out;
}
