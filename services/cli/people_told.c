/* people_told.c: see people_told.h. */
#include "services/cli/people_told.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/cli/qr.h"
#include "services/terminal/terminal.h"

enum { APP_ADDRESS_BYTES = 128 };

static json_t *person_json(const struct account *account)
{
    char role[WORDS_MAX];
    json_t *out =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:i}", "id", account->id, "name", account->name, "role",
                  words_for(&concordat__v1__role__descriptor, (int)account->role, role), "of", account->of,
                  "disabled", (int)account->disabled, "recoveryCodesLeft", (int)account->code_count);
    if (!identity_is_none(&account->identity)) {
        json_object_set_new(out, "issuer", json_string(account->identity.issuer));
        json_object_set_new(out, "subject", json_string(account->identity.subject));
    }
    return out;
}

void people_print_json(json_t *out)
{
    json_dumpf(out, stdout, JSON_COMPACT);
    json_decref(out);
    putchar('\n');
}

static void tell_drawn_json(const struct account *account, const struct drawn *drawn)
{
    json_t *out = person_json(account), *codes = json_array();
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        json_array_append_new(codes, json_string(drawn->codes[i]));
    json_object_set_new(out, "password", json_string(drawn->password));
    json_object_set_new(out, "secret", json_string(drawn->secret));
    json_object_set_new(out, "recoveryCodes", codes);
    people_print_json(out);
}

/* What apps for one-time codes read out of a QR code. */
static void write_app_address(const struct account *account, const struct drawn *drawn,
                              char out[APP_ADDRESS_BYTES])
{
    snprintf(out, APP_ADDRESS_BYTES, "otpauth://totp/Concordat:%s?secret=%s&issuer=Concordat", account->id,
             drawn->secret);
}

static void tell_drawn(const struct account *account, const struct drawn *drawn)
{
    char address[APP_ADDRESS_BYTES];
    write_app_address(account, drawn, address);
    printf("%s (%s) can sign in. Give this to them by hand; it is told only now.\n\n"
           "Password        %s\n"
           "For the app     %s\n"
           "Recovery codes  each in place of one code from the app:\n",
           account->name, account->id, drawn->password, address);
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        printf("                %s\n", drawn->codes[i]);
    if (isatty(STDOUT_FILENO)) {
        printf("\nScan this with the app:\n\n");
        (void)qr_print(stdout, address); /* the address stands above */
    }
    sodium_memzero(address, sizeof address);
}

void people_tell_changed(const struct people_input *input, const struct account *account,
                         const struct drawn *drawn)
{
    bool has_drawn = drawn->password[0];
    if (input->json && !has_drawn)
        people_print_json(person_json(account));
    else if (input->json)
        tell_drawn_json(account, drawn);
    else if (account->disabled)
        printf("%s (%s) can sign in no more, and is out within a second.\n", account->name, account->id);
    else if (has_drawn)
        tell_drawn(account, drawn);
    else
        printf("%s (%s) can sign in with their organisation's account.\n", account->name, account->id);
}

enum exit_code people_draw_picture(const struct people_input *input, const struct account *account,
                                   const struct drawn *drawn)
{
    char address[APP_ADDRESS_BYTES];
    if (!input->qr || !drawn->secret[0])
        return CODE_DONE;
    write_app_address(account, drawn, address);
    bool good = qr_write_svg(input->qr, address);
    int problem = errno;
    sodium_memzero(address, sizeof address);
    if (good)
        return CODE_DONE;
    return terminal_failure(false, CODE_ENVIRONMENT,
                            "%s: %s. What was drawn holds; type the secret into the app", input->qr,
                            strerror(problem));
}

bool people_write_day(int64_t day, char out[DAY_TEXT_BYTES])
{
    struct tm date;
    time_t seconds = (time_t)(day * (DAY_MS / 1000));
    return day != LAST_USE_NEVER && gmtime_r(&seconds, &date) &&
           strftime(out, DAY_TEXT_BYTES, "%Y-%m-%d", &date);
}

bool people_is_unused(int64_t day)
{
    return now_wall_ms() / DAY_MS - day >= UNUSED_DAYS;
}

static json_t *listed_json(const struct account *account, int64_t day)
{
    char text[DAY_TEXT_BYTES];
    json_t *out = person_json(account);
    json_object_set_new(out, "lastSignIn", people_write_day(day, text) ? json_string(text) : json_null());
    return out;
}

static void print_listed(const struct account *account, int64_t day)
{
    char role[WORDS_MAX], text[DAY_TEXT_BYTES] = "never";
    bool is_unused = !people_write_day(day, text) || people_is_unused(day);
    printf("%-12s  %-11s  %-20s  %zu recovery codes  last signed in %-10s  %s%s%s%s\n", account->id,
           words_for(&concordat__v1__role__descriptor, (int)account->role, role), account->of,
           account->code_count, text, account->name,
           identity_is_none(&account->identity) ? "" : "  single sign-on",
           is_unused && !account->disabled ? "  NOT FOR 90 DAYS" : "", account->disabled ? "  DISABLED" : "");
}

void people_list(const struct accounts *accounts, const struct last_uses *last, bool json)
{
    json_t *out = json ? json_array() : NULL;
    for (size_t i = 0; i < accounts->count; i++) {
        const struct account *account = &accounts->rows[i];
        int64_t day = last_use_day(last, account->id);
        if (json)
            json_array_append_new(out, listed_json(account, day));
        else
            print_listed(account, day);
    }
    if (json)
        people_print_json(out);
}
