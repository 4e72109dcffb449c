/* setup_teams.h: a spreadsheet of teams: CSV (RFC 4180) with a heading, as every spreadsheet program saves
 * it.
 *
 * Columns stand in any order. Those that are left out, and cells that are empty, get what most teams of their
 * type have. The rules of a policy are the broker's: this file knows how a sheet is written, and no more. One
 * thread. */
#ifndef CONCORDAT_CLI_SETUP_TEAMS_H
#define CONCORDAT_CLI_SETUP_TEAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* In the order in which a policy has them. */
enum team_column {
    TEAM_COLUMN_ID,
    TEAM_COLUMN_NAME,
    TEAM_COLUMN_TYPE,
    TEAM_COLUMN_ORGANISATION,
    TEAM_COLUMN_TELEPHONE,
    TEAM_COLUMN_SOURCES,
    TEAM_COLUMN_OFFERS,
    TEAM_COLUMN_DETAINED,
    TEAM_COLUMN_AGES,
    TEAM_COLUMN_PLACES,
    TEAM_COLUMN_HOURS,
    TEAM_COLUMNS
};

/* As the heading has it, and as a policy calls the field. */
const char *team_column_name(enum team_column column);

struct team_row {
    int line;                        /* of the sheet; 1 is the heading */
    const char *cells[TEAM_COLUMNS]; /* "": none, and then it is not needed */
    bool told[TEAM_COLUMNS];         /* the cell has a slip, which was told */
};

struct teams_sheet {
    char *text; /* owned; the cells point into it, or are constants */
    struct team_row *rows;
    size_t count;
    bool slipped; /* something was wrong with it */
};

enum { TEAM_HOURS_PART_BYTES = 80 };

/* A stretch of hours: "mon-fri", "09:00", "17:00". */
struct team_hours {
    char days[TEAM_HOURS_PART_BYTES], from[TEAM_HOURS_PART_BYTES], to[TEAM_HOURS_PART_BYTES];
};

/* Reads a sheet. A team without an organisation is of `organisation`, which must outlive the sheet. Prints a
 * line for each thing that is wrong, "file:line: column: what. Remedy.", and returns whether nothing was. If
 * something was, the sheet has the teams whose rows could be read, so that the rest of them can be checked.
 * Ended by teams_sheet_close either way. */
bool teams_sheet_read(struct teams_sheet *sheet, const char *path, const char *organisation, FILE *problems);
void teams_sheet_close(struct teams_sheet *sheet);

/* Takes the next stretch of "mon-fri 09:00-17:00; sat, sun 10:00-14:00": 1, 0 at the end, or -1 if it is not
 * written so. */
int team_hours_take(const char **text, struct team_hours *hours);

#endif
