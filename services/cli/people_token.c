/* people_token.c: see people_token.h. */
#include "services/cli/people_token.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/cli/people_told.h"
#include "services/terminal/terminal.h"

static json_t *token_json(const struct access_token *token)
{
    char made[TIME_TEXT_BYTES], ends[TIME_TEXT_BYTES];
    words_time(token->made_ms, made);
    words_time(token->ends_ms, ends);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", token->person, "tokenName", token->name, "label",
                     token->label, "made", made, "ends", ends);
}

static enum exit_code write_tokens(const struct people_input *input, const struct accounts *accounts)
{
    char fault[ACCOUNTS_FAULT_BYTES];
    if (accounts_write(accounts, input->path, fault) == ACCOUNTS_GOOD)
        return CODE_DONE;
    return terminal_failure(input->json, CODE_ENVIRONMENT, "%s", fault);
}

static void tell_token(const struct people_input *input, const struct account *account,
                       const struct access_token *token, const char *text)
{
    char day[DAY_TEXT_BYTES] = "";
    if (input->json) {
        json_t *out = token_json(token);
        json_object_set_new(out, "token", json_string(text));
        people_print_json(out);
        return;
    }
    (void)people_write_day(token->ends_ms / DAY_MS, day);
    printf("A program can act for %s (%s) until %s. Its token is told only now:\n\n"
           "%s\n\n"
           "Whoever has it can do at /api/v1 what %s can. In the list it is %s.\n",
           account->name, account->id, day, text, account->name, token->name);
}

enum exit_code people_token_add(const struct people_input *input, struct accounts *accounts)
{
    const struct account *account = accounts_find(accounts, input->id);
    struct access_token token;
    char text[ACCESS_TOKEN_BYTES];
    if (!account || account->disabled)
        return terminal_failure(input->json, CODE_REFUSED,
                                account ? "%s is disabled, so nothing can act for them. Nothing was changed"
                                        : "%s is not in the file; add them, or look for the id with list",
                                input->id);
    access_token_draw(&token, account->id, now_wall_ms(), input->days, text);
    strcpy(token.label, input->label);
    const char *why = accounts_add_token(accounts, &token);
    enum exit_code code = why ? terminal_failure(input->json, CODE_REFUSED, "%s. Nothing was changed", why)
                              : write_tokens(input, accounts);
    if (code == CODE_DONE)
        tell_token(input, account, &token, text);
    sodium_memzero(text, sizeof text);
    return code;
}

enum exit_code people_token_end(const struct people_input *input, struct accounts *accounts)
{
    if (accounts_end_tokens(accounts, input->id, input->token) == 0)
        return terminal_failure(input->json, CODE_REFUSED,
                                "%s has no token %.40s; token list has them. Nothing was changed", input->id,
                                input->token);
    enum exit_code code = write_tokens(input, accounts);
    if (code == CODE_DONE && input->json)
        people_print_json(
            json_pack("{s:s, s:s, s:b}", "id", input->id, "tokenName", input->token, "ended", 1));
    else if (code == CODE_DONE)
        printf("%s of %s has ended; a gateway takes it no more within a second.\n", input->token, input->id);
    return code;
}

static void print_listed_token(const struct access_token *token, int64_t used)
{
    char ends[DAY_TEXT_BYTES] = "", made[DAY_TEXT_BYTES] = "", last[DAY_TEXT_BYTES] = "never";
    bool has_ended = access_token_has_ended(token, now_wall_ms()), was_used = people_write_day(used, last);
    (void)people_write_day(token->made_ms / DAY_MS, made);
    (void)people_write_day(token->ends_ms / DAY_MS, ends);
    printf("%s  %-12s  made %s  ends %s  last used %-10s  %s%s\n", token->name, token->person, made, ends,
           last, token->label,
           has_ended                                                     ? "  ENDED"
           : people_is_unused(was_used ? used : token->made_ms / DAY_MS) ? "  NOT FOR 90 DAYS"
                                                                         : "");
}

void people_token_list(const struct people_input *input, const struct accounts *accounts,
                       const struct last_uses *last)
{
    json_t *all = input->json ? json_array() : NULL;
    for (size_t i = 0; i < accounts->token_count; i++) {
        const struct access_token *token = &accounts->tokens[i];
        int64_t used = last_use_day(last, token->name);
        char day[DAY_TEXT_BYTES];
        if (input->id && strcmp(input->id, token->person) != 0)
            continue;
        if (input->json) {
            json_t *out = token_json(token);
            json_object_set_new(out, "lastUsed",
                                people_write_day(used, day) ? json_string(day) : json_null());
            json_array_append_new(all, out);
        } else {
            print_listed_token(token, used);
        }
    }
    if (input->json)
        people_print_json(all);
}
