/* setup_region.c: see setup_region.h. */
#include "services/cli/setup_region.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/cli/setup_examples.h"

enum { AREA_ID_CHARS_MAX = 32 };

static const char heading[] =
    "# The directory and the rules of this region: who can be asked, in which order, when, and how quickly.\n"
    "#\n"
    "# `concordat setup` has made this file and never changes it again: it is yours. Check what you have changed, and\n"
    "# have the router read it; if something is wrong with it, the router keeps what it has:\n"
    "#\n"
    "#     concordat-broker --check /etc/concordat/region.yaml && systemctl reload concordat-broker\n"
    "#\n";

/* The rungs of the ladder, from the first. */
static const struct rung {
    const char *offers, *about;
} rungs[] = {
    {"comes", "who comes to the person"},
    {"receives", "who receives a person"},
    {"rings", "who rings"},
};

/* What a team has by its type, and how long it usually takes, which no sheet asks for. */
static const char *needs_of(const char *type, const char *offers)
{
    static const struct {
        const char *type, *needs;
    } known[] = {
        {"A07", "face-to-face-visit, older-adult"},
        {"A11", "face-to-face-visit, liaison-psychiatry"},
        {"A20", "face-to-face-visit, place-of-safety"},
        {"C05", "face-to-face-visit, liaison-psychiatry"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].type, type) == 0)
            return known[i].needs;
    return strcmp(offers, "rings") == 0 ? "" : "face-to-face-visit";
}

static const char *arrival_of(const char *offers)
{
    return strcmp(offers, "comes") == 0 ? "1h" : strcmp(offers, "receives") == 0 ? "15m" : "10m";
}

/* A text in quotation marks, as YAML reads it. */
static void write_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void write_text_field(FILE *out, const char *name, const char *text)
{
    fprintf(out, "    %s: ", name);
    write_quoted(out, text);
    fputc('\n', out);
}

/* Words with commas, semicolons or spaces between them, as a list of quoted texts. */
static void write_words(FILE *out, const char *text)
{
    static const char between[] = " ,;[]";
    const char *sign = "";
    fputc('[', out);
    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        char word[64];
        size_t size = strcspn(text, between);
        snprintf(word, sizeof word, "%.*s", (int)size, text);
        fputs(sign, out);
        write_quoted(out, word);
        sign = ", ";
        text += size;
    }
    fputc(']', out);
}

static void write_sources(FILE *out, const char *text)
{
    fputs("    sources: ", out);
    if (strcmp(text, "all") == 0)
        fputs("all", out);
    else
        write_words(out, text);
    fputc('\n', out);
}

static void write_hours(FILE *out, const char *text)
{
    struct team_hours hours;
    if (strcmp(text, "always") == 0) {
        fputs("    hours: always\n", out);
        return;
    }
    fputs("    hours:\n", out);
    while (team_hours_take(&text, &hours) > 0)
        fprintf(out, "      - {days: \"%s\", from: \"%s\", to: \"%s\"}\n", hours.days, hours.from, hours.to);
}

static void region_write_team(FILE *out, const struct team_row *row)
{
    const char *const *cells = row->cells;
    fprintf(out, "  - id: ");
    write_quoted(out, cells[TEAM_COLUMN_ID]);
    fputc('\n', out);
    for (enum team_column column = TEAM_COLUMN_NAME; column <= TEAM_COLUMN_TELEPHONE; column++)
        write_text_field(out, team_column_name(column), cells[column]);
    write_sources(out, cells[TEAM_COLUMN_SOURCES]);
    for (enum team_column column = TEAM_COLUMN_OFFERS; column <= TEAM_COLUMN_PLACES; column++)
        if (*cells[column])
            write_text_field(out, team_column_name(column), cells[column]);
    fprintf(out, "    needs: [%s]\n    expected_arrival: %s\n",
            needs_of(cells[TEAM_COLUMN_TYPE], cells[TEAM_COLUMN_OFFERS]),
            arrival_of(cells[TEAM_COLUMN_OFFERS]));
    write_hours(out, cells[TEAM_COLUMN_HOURS]);
}

static void write_rung(FILE *out, const struct teams_sheet *sheet, const struct rung *rung)
{
    const char *sign = "      - [";
    for (size_t i = 0; i < sheet->count; i++) {
        if (strcmp(sheet->rows[i].cells[TEAM_COLUMN_OFFERS], rung->offers) != 0)
            continue;
        fputs(sign, out);
        write_quoted(out, sheet->rows[i].cells[TEAM_COLUMN_ID]);
        sign = ", ";
    }
    if (*sign == ',')
        fprintf(out, "] # %s\n", rung->about);
}

/* An id of the name's letters: "Northmoor and Southfell" is northmoor-and-southfell. */
static void area_id_of(const char *name, char id[AREA_ID_CHARS_MAX + 1])
{
    size_t size = 0;
    for (; *name && size < AREA_ID_CHARS_MAX; name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            id[size++] = c;
        else if (size > 0 && id[size - 1] != '-')
            id[size++] = '-';
    }
    while (size > 0 && id[size - 1] == '-')
        size--;
    id[size] = '\0';
    if (size == 0)
        strcpy(id, "area");
}

static void write_organisations(FILE *out, const struct setup_answers *answers, const char *area)
{
    for (size_t i = 0; i < answers->source_count; i++) {
        bool is_new = true;
        for (size_t j = 0; j < i; j++)
            is_new &= strcmp(answers->sources[i].organisation, answers->sources[j].organisation) != 0;
        if (is_new)
            fprintf(out, "  - {code: %s, area: \"%s\"}\n", answers->sources[i].organisation, area);
    }
}

static int region_line(FILE *out, char *const *text)
{
    int line = 1;
    fflush(out);
    for (const char *at = *text; (at = strchr(at, '\n')); at++)
        line++;
    return line;
}

static void write_gap(FILE *out, enum region_gap gap, const struct setup_answers *answers,
                      const struct teams_sheet *sheet, const char *area)
{
    switch (gap) {
    case REGION_HEADING:
        fputs(heading, out);
        break;
    case REGION_NAME:
        write_quoted(out, answers->name);
        break;
    case REGION_DEFAULT_AREA:
        write_quoted(out, area);
        break;
    case REGION_COORDINATORS:
        fprintf(out, "  - id: %s\n", SETUP_DUTY_ID);
        write_text_field(out, "name", answers->duty);
        write_text_field(out, "telephone", answers->duty_telephone);
        break;
    case REGION_LADDERS:
        fprintf(out, "  - id: \"%s\"\n    rungs:\n", area);
        for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
            write_rung(out, sheet, &rungs[i]);
        break;
    case REGION_AREAS:
        fprintf(out, "  - id: \"%s\"\n", area);
        write_text_field(out, "name", answers->name);
        fputs("    postcode_districts: ", out);
        write_words(out, answers->postcodes);
        fprintf(out, "\n    coordinator: %s\n    ladder: \"%s\"\n", SETUP_DUTY_ID, area);
        break;
    case REGION_ORGANISATIONS:
        write_organisations(out, answers, area);
        break;
    case REGION_TEAMS: /* setup_region_write, which notes their lines */
    case REGION_GAPS:
        break;
    }
}

char *setup_region_write(const struct setup_answers *answers, const struct teams_sheet *sheet, int *lines)
{
    char *text = NULL, area[AREA_ID_CHARS_MAX + 1];
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    area_id_of(answers->name, area);
    for (int gap = 0; gap < REGION_GAPS; gap++) {
        fputs(setup_region_pieces[gap], out);
        write_gap(out, (enum region_gap)gap, answers, sheet, area);
        for (size_t i = 0; gap == REGION_TEAMS && i <= sheet->count; i++) {
            lines[i] = region_line(out, &text);
            if (i < sheet->count)
                region_write_team(out, &sheet->rows[i]);
        }
    }
    fputs(setup_region_pieces[REGION_GAPS], out);
    if (fclose(out) == 0 && text)
        return text;
    free(text);
    return NULL;
}
