/* people_told.h: what `concordat people` says, in words or as JSON. One thread. */
#ifndef CONCORDAT_CLI_PEOPLE_TOLD_H
#define CONCORDAT_CLI_PEOPLE_TOLD_H

#include <jansson.h>

#include "proto/words/exit_code.h"
#include "services/cli/people_input.h"
#include "services/gateway/accounts.h"
#include "services/gateway/last_use.h"

enum { DAY_TEXT_BYTES = 16 };

/* Drawn for a person, and told once. */
struct drawn {
    char password[RECOVERY_TEXT_BYTES], secret[ONETIME_SECRET_TEXT_BYTES];
    char codes[RECOVERY_CODES][RECOVERY_TEXT_BYTES];
};

/* Prints one line, and ends what it prints. */
void people_print_json(json_t *out);

/* As 2026-11-29. False if it is not known. */
bool people_write_day(int64_t day, char out[DAY_TEXT_BYTES]);
/* Nothing was used since that day for so long that nobody may need it any more. */
bool people_is_unused(int64_t day);

void people_list(const struct accounts *accounts, const struct last_uses *last, bool json);
void people_tell_changed(const struct people_input *input, const struct account *account,
                         const struct drawn *drawn);
/* Comes last: what was drawn holds, and is told, whether the picture can be written or not. */
enum exit_code people_draw_picture(const struct people_input *input, const struct account *account,
                                   const struct drawn *drawn);

#endif
