/* setup_teams.c: see setup_teams.h. */
#include "services/cli/setup_teams.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/wire/utf8.h"

enum { SHEET_BYTES_MAX = 1024 * 1024, SHEET_CELLS_MAX = 64 };

static const struct column {
    const char *name, *remedy; /* NULL: the cell may be empty */
    bool any_case;             /* it has words of a policy, which are in small letters */
} columns[TEAM_COLUMNS] = {
    [TEAM_COLUMN_ID] = {"id", "Write a short id of a-z, 0-9 and -, such as northmoor-crisis", false},
    [TEAM_COLUMN_NAME] = {"name", "Write the team's name as people know it", false},
    [TEAM_COLUMN_TYPE] = {"type", "Write the MHSDS team type, such as A02 (crisis team) or A19 (crisis line)",
                          false},
    [TEAM_COLUMN_ORGANISATION] = {"organisation", NULL, false},
    [TEAM_COLUMN_TELEPHONE] = {"telephone", "Write the number that people ring", false},
    [TEAM_COLUMN_SOURCES] = {"sources", NULL, true},
    [TEAM_COLUMN_OFFERS] = {"offers", NULL, true},
    [TEAM_COLUMN_DETAINED] = {"detained", NULL, true},
    [TEAM_COLUMN_AGES] = {"ages", NULL, true},
    [TEAM_COLUMN_PLACES] = {"places", NULL, false},
    [TEAM_COLUMN_HOURS] = {"hours", NULL, true},
};

/* What teams of a type do, if the sheet does not say. The last row is for any other type. */
static const struct usual {
    const char *type, *offers, *detained;
} usual[] = {
    {"A19", "rings", "never"},    /* crisis line */
    {"A20", "receives", "only"},  /* health-based place of safety */
    {"A21", "receives", "never"}, /* crisis café, safe haven, sanctuary */
    {"A22", "receives", "never"}, /* walk-in crisis assessment unit */
    {"A23", "receives", "never"}, /* psychiatric decision unit */
    {"A24", "receives", "never"}, /* acute day service */
    {"A25", "receives", "never"}, /* crisis house */
    {"A11", "comes", "also"},     /* psychiatric liaison */
    {"C05", "comes", "also"},     /* paediatric liaison */
    {NULL, "comes", "never"},
};

const char *team_column_name(enum team_column column)
{
    return columns[column].name;
}

/* --- the sheet as rows of cells ------------------------------------------------------------------- */

struct sheet_reader {
    const char *path, *organisation;
    FILE *problems;
    char *at;
    int line, row_line;       /* of `at`, and of the row that was read last */
    int places[TEAM_COLUMNS]; /* of each column in the sheet; -1: it has none */
    size_t width;             /* cells of the heading */
    char *cells[SHEET_CELLS_MAX];
    size_t count; /* cells of the row, if it has more than fit too */
    bool good;
};

/* The cell is told if there is one. */
static void sheet_problem(struct sheet_reader *reader, const char *column, const char *cell, const char *what,
                          const char *remedy)
{
    fprintf(reader->problems, "%s:%d: %s: %s%.40s%s%s. %s.\n", reader->path, reader->row_line, column,
            cell ? "\"" : "", cell ? cell : "", cell ? "\" " : "", what, remedy);
    reader->good = false;
}

static void cell_trim(char *cell, char *end)
{
    char *from = cell + strspn(cell, " \t");
    while (end > from && strchr(" \t", end[-1]))
        end--;
    *end = '\0';
    memmove(cell, from, (size_t)(end - from) + 1);
}

/* Takes a cell, without the quotation marks around it. Returns whether another follows in its row. */
static bool sheet_take_cell(struct sheet_reader *reader, char **cell)
{
    char *from = reader->at, *to = from;
    bool quoted = *from == '"';
    *cell = to;
    from += quoted;
    while (*from && (quoted || !strchr(",\r\n", *from))) {
        if (quoted && *from == '"' && from[1] != '"') {
            quoted = false; /* the mark at the end */
            from++;
            continue;
        }
        from += quoted && *from == '"'; /* two of them are one in a quoted cell */
        reader->line += *from == '\n';
        *to++ = *from++;
    }
    if (quoted)
        sheet_problem(reader, "file", NULL, "a quotation mark is opened here and never closed",
                      "Save the sheet as CSV again");
    bool follows = *from == ',';
    from += from[0] == '\r' && from[1] == '\n';
    reader->line += *from == '\n' || *from == '\r';
    reader->at = from + (*from != '\0');
    *to = '\0';
    cell_trim(*cell, to);
    return follows;
}

/* False at the end. */
static bool sheet_take_row(struct sheet_reader *reader)
{
    char *cell;
    bool follows = true;
    reader->row_line = reader->line;
    if (!*reader->at)
        return false;
    for (reader->count = 0; follows; reader->count++) {
        follows = sheet_take_cell(reader, &cell);
        if (!utf8_is_text(cell, strlen(cell), false))
            sheet_problem(reader, "file", NULL, "a cell is no text of one line in UTF-8",
                          "Save the sheet as CSV UTF-8");
        if (reader->count < SHEET_CELLS_MAX)
            reader->cells[reader->count] = cell;
    }
    return true;
}

static bool sheet_row_is_empty(const struct sheet_reader *reader)
{
    for (size_t i = 0; i < reader->count && i < SHEET_CELLS_MAX; i++)
        if (*reader->cells[i])
            return false;
    return true;
}

/* --- what the rows mean ---------------------------------------------------------------------------- */

static int find_team_column(const char *name)
{
    for (int i = 0; i < TEAM_COLUMNS; i++)
        if (strcasecmp(columns[i].name, name) == 0)
            return i;
    return -1;
}

/* One thing to say, rather than one of each column. */
static bool has_semicolons(const struct sheet_reader *reader)
{
    return reader->count == 1 && strchr(reader->cells[0], ';');
}

static void sheet_read_heading(struct sheet_reader *reader)
{
    for (int i = 0; i < TEAM_COLUMNS; i++)
        reader->places[i] = -1;
    if (!sheet_take_row(reader)) {
        sheet_problem(reader, "file", NULL, "the sheet is empty",
                      "Write a heading with the columns, and a row for each team");
        return;
    }
    if (has_semicolons(reader)) {
        sheet_problem(reader, "file", NULL, "the columns are separated by semicolons",
                      "Save the sheet as CSV with commas");
        return;
    }
    reader->width = reader->count;
    for (size_t i = 0; i < reader->count && i < SHEET_CELLS_MAX; i++) {
        int column = find_team_column(reader->cells[i]);
        if (column < 0)
            sheet_problem(
                reader, "heading", reader->cells[i], "is no column",
                "Columns are id, name, type, organisation, telephone, sources, offers, detained, ages, hours and "
                "places");
        else if (reader->places[column] >= 0)
            sheet_problem(reader, "heading", reader->cells[i], "stands there twice",
                          "Take one of the two columns out");
        else
            reader->places[column] = (int)i;
    }
    for (int i = 0; i < TEAM_COLUMNS; i++)
        if (reader->places[i] < 0 && columns[i].remedy)
            sheet_problem(reader, "heading", columns[i].name, "is not there", "Add the column");
}

static const struct usual *usual_of(const char *type)
{
    const struct usual *row = usual;
    while (row->type && strcmp(row->type, type) != 0)
        row++;
    return row;
}

/* What an empty cell stands for. */
static const char *cell_left_out(const struct sheet_reader *reader, const struct team_row *row,
                                 enum team_column column)
{
    const struct usual *team = usual_of(row->cells[TEAM_COLUMN_TYPE]);
    switch (column) {
    case TEAM_COLUMN_ORGANISATION:
        return reader->organisation;
    case TEAM_COLUMN_SOURCES:
    case TEAM_COLUMN_AGES:
        return "all";
    case TEAM_COLUMN_OFFERS:
        return team->offers;
    case TEAM_COLUMN_DETAINED:
        return team->detained;
    case TEAM_COLUMN_HOURS:
        return "always";
    case TEAM_COLUMN_ID:
    case TEAM_COLUMN_NAME:
    case TEAM_COLUMN_TYPE:
    case TEAM_COLUMN_TELEPHONE:
    case TEAM_COLUMN_PLACES:
    case TEAM_COLUMNS:
        break;
    }
    return "";
}

/* Tells a slip in a cell of a team, which is then told by nobody else. */
static void team_problem(struct sheet_reader *reader, struct team_row *row, enum team_column column,
                         const char *cell, const char *what, const char *remedy)
{
    sheet_problem(reader, columns[column].name, cell, what, remedy);
    row->told[column] = true;
}

static void check_team_hours(struct sheet_reader *reader, struct team_row *row)
{
    const char *text = row->cells[TEAM_COLUMN_HOURS], *at = text;
    struct team_hours hours;
    int took = 0;
    if (strcmp(text, "always") == 0)
        return;
    while ((took = team_hours_take(&at, &hours)) > 0)
        ;
    if (took == 0)
        return;
    team_problem(reader, row, TEAM_COLUMN_HOURS, text, "are not hours",
                 "Write always, or such as mon-fri 09:00-17:00; sat, sun 10:00-14:00");
    row->cells[TEAM_COLUMN_HOURS] = "always"; /* so that the rest of the row can be checked */
}

/* Puts the text of a cell in small letters. */
static void cell_lower(char *cell)
{
    for (; *cell; cell++)
        if (*cell >= 'A' && *cell <= 'Z')
            *cell = (char)(*cell - 'A' + 'a');
}

/* False if the row cannot be read as a team. */
static bool sheet_read_team(struct sheet_reader *reader, struct team_row *row)
{
    row->line = reader->row_line;
    if (reader->count != reader->width) {
        sheet_problem(reader, "file", NULL, "the row has not as many cells as the heading",
                      "Put quotation marks around a cell that has a comma in it");
        return false;
    }
    for (int i = 0; i < TEAM_COLUMNS; i++) {
        char *cell = reader->places[i] >= 0 ? reader->cells[reader->places[i]] : NULL;
        if (cell && columns[i].any_case)
            cell_lower(cell);
        row->cells[i] = cell ? cell : "";
        if (!*row->cells[i] && columns[i].remedy)
            team_problem(reader, row, (enum team_column)i, NULL, "the cell is empty", columns[i].remedy);
    }
    for (int i = 0; i < TEAM_COLUMNS; i++)
        if (!*row->cells[i])
            row->cells[i] = cell_left_out(reader, row, (enum team_column)i);
    check_team_hours(reader, row);
    return true;
}

static void check_id_is_new(struct sheet_reader *reader, const struct teams_sheet *sheet,
                            struct team_row *row)
{
    char what[64];
    const char *id = row->cells[TEAM_COLUMN_ID];
    for (size_t i = 0; *id && i < sheet->count; i++) {
        if (strcmp(sheet->rows[i].cells[TEAM_COLUMN_ID], id) != 0)
            continue;
        snprintf(what, sizeof what, "is the id of the team in line %d too", sheet->rows[i].line);
        team_problem(reader, row, TEAM_COLUMN_ID, id, what, "Give each team an id of its own");
        return;
    }
}

/* False if there is no memory. */
static bool sheet_read_teams(struct sheet_reader *reader, struct teams_sheet *sheet)
{
    while (sheet_take_row(reader)) {
        if (sheet_row_is_empty(reader))
            continue;
        struct team_row *more = reallocarray(sheet->rows, sheet->count + 1, sizeof *more), *row;
        if (!more)
            return false;
        sheet->rows = more;
        row = &sheet->rows[sheet->count];
        *row = (struct team_row){0};
        if (!sheet_read_team(reader, row))
            continue;
        check_id_is_new(reader, sheet, row);
        sheet->count++;
    }
    if (sheet->count == 0 && reader->good)
        sheet_problem(reader, "file", NULL, "the sheet has no team",
                      "Write a row for each team below the heading");
    return true;
}

/* The text of the file, and a NUL after it; NULL with errno. */
static char *teams_sheet_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file ? calloc(1, SHEET_BYTES_MAX + 1) : NULL;
    size_t size = text ? fread(text, 1, SHEET_BYTES_MAX + 1, file) : 0;
    int problem = !text                      ? errno
                  : ferror(file)             ? EIO
                  : size > SHEET_BYTES_MAX   ? EFBIG
                  : memchr(text, '\0', size) ? EILSEQ
                                             : 0;
    if (file)
        fclose(file);
    if (text && problem) {
        free(text);
        text = NULL;
    }
    errno = problem;
    return text;
}

bool teams_sheet_read(struct teams_sheet *sheet, const char *path, const char *organisation, FILE *problems)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* Excel begins a file of UTF-8 with it */
    *sheet = (struct teams_sheet){.text = teams_sheet_text(path)};
    if (!sheet->text) {
        fprintf(problems, "%s: %s\n", path, strerror(errno));
        return false;
    }
    struct sheet_reader reader = {
        .path = path, .organisation = organisation, .problems = problems, .line = 1, .good = true};
    reader.at = sheet->text + (strncmp(sheet->text, mark, strlen(mark)) == 0 ? strlen(mark) : 0);
    sheet_read_heading(&reader);
    if (reader.good && !sheet_read_teams(&reader, sheet)) {
        fprintf(problems, "%s: there is no memory to read it\n", path);
        return false;
    }
    sheet->slipped = !reader.good;
    return reader.good;
}

void teams_sheet_close(struct teams_sheet *sheet)
{
    free(sheet->rows);
    free(sheet->text);
    *sheet = (struct teams_sheet){0};
}

static bool hours_copy(char out[TEAM_HOURS_PART_BYTES], const char *from, const char *end)
{
    while (from < end && end[-1] == ' ')
        end--;
    int size = snprintf(out, TEAM_HOURS_PART_BYTES, "%.*s", (int)(end - from), from);
    return size > 0 && size < TEAM_HOURS_PART_BYTES && !strpbrk(out, "\"\\");
}

int team_hours_take(const char **text, struct team_hours *hours)
{
    const char *start = *text + strspn(*text, "; "), *end = start + strcspn(start, ";");
    *text = end;
    if (start == end)
        return 0;
    const char *digits = start + strcspn(start, "0123456789"),
               *dash = memchr(digits, '-', (size_t)(end - digits));
    if (digits >= end || !dash || strspn(digits, "0123456789:- ") < (size_t)(end - digits))
        return -1;
    bool good = hours_copy(hours->days, start, digits) && hours_copy(hours->from, digits, dash) &&
                hours_copy(hours->to, dash + 1 + strspn(dash + 1, " "), end);
    return good ? 1 : -1;
}
