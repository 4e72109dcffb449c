/* setup_team_words.c: see setup_team_words.h. */
#include "services/cli/setup_team_words.h"

#include <string.h>

static const char *detained_words(const char *detained)
{
    return strcmp(detained, "only") == 0   ? " detained people only"
           : strcmp(detained, "also") == 0 ? ", detained people too"
                                           : "";
}

/* What the column limits, unless it limits nothing. */
static void write_limit(FILE *out, const char *before, const char *cell, const char *after)
{
    if (*cell && strcmp(cell, "all") != 0)
        fprintf(out, "; %s%s%s", before, cell, after);
}

void team_write_words(FILE *out, const struct team_row *row)
{
    const char *const *cells = row->cells;
    fprintf(out, "%s: %s%s", cells[TEAM_COLUMN_NAME], cells[TEAM_COLUMN_OFFERS],
            detained_words(cells[TEAM_COLUMN_DETAINED]));
    write_limit(out, "", cells[TEAM_COLUMN_HOURS], "");
    write_limit(out, "", cells[TEAM_COLUMN_AGES], "");
    write_limit(out, "", cells[TEAM_COLUMN_PLACES], " places");
    write_limit(out, "of ", cells[TEAM_COLUMN_SOURCES], " alone");
}
