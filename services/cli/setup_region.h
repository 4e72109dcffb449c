/* setup_region.h: writes the policy of a region that begins: the example's rules, one area, its duty
 * coordinator, and the teams of a sheet in one ladder. One thread. */
#ifndef CONCORDAT_CLI_SETUP_REGION_H
#define CONCORDAT_CLI_SETUP_REGION_H

#include "services/cli/setup_answers.h"
#include "services/cli/setup_teams.h"

/* The id of the area's coordinator. */
#define SETUP_DUTY_ID "duty"

/* The text, to be freed; NULL: no memory. lines[i] is the line at which the sheet's team i begins;
 * lines[count] that at which the next section does. */
char *setup_region_write(const struct setup_answers *answers, const struct teams_sheet *sheet, int *lines);

#endif
