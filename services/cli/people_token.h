/* people_token.h: `concordat people token`: the tokens by which programs act for people. The people file has
 * been read; its lock is held while it is changed. One thread. */
#ifndef CONCORDAT_CLI_PEOPLE_TOKEN_H
#define CONCORDAT_CLI_PEOPLE_TOKEN_H

#include "proto/words/exit_code.h"
#include "services/cli/people_input.h"
#include "services/gateway/accounts.h"
#include "services/gateway/last_use.h"

enum exit_code people_token_add(const struct people_input *input, struct accounts *accounts);
enum exit_code people_token_end(const struct people_input *input, struct accounts *accounts);
void people_token_list(const struct people_input *input, const struct accounts *accounts,
                       const struct last_uses *last);

#endif
