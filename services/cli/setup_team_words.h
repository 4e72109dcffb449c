/* setup_team_words.h: what a team of a sheet does, in words, so that a slip in the sheet can be seen. One
 * thread. */
#ifndef CONCORDAT_CLI_SETUP_TEAM_WORDS_H
#define CONCORDAT_CLI_SETUP_TEAM_WORDS_H

#include <stdio.h>

#include "services/cli/setup_teams.h"

/* Writes such as "The Beacon: receives detained people only; sat, sun 18:00-23:30; 18+", without its end. */
void team_write_words(FILE *out, const struct team_row *row);

#endif
