/* people.c: `concordat people add`, `list`, `disable` and `reset`: who may sign in at the gateway. */
#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/wire/utf8.h"
#include "proto/words/now.h"
#include "proto/words/program.h"
#include "proto/words/words.h"
#include "services/cli/command.h"
#include "services/cli/qr.h"
#include "services/gateway/accounts.h"
#include "services/gateway/last_sign_in.h"
#include "services/terminal/terminal.h"

enum {
    OPTION_FILE = 0x280,
    OPTION_ROLE,
    OPTION_OF,
    OPTION_STAFF,
    OPTION_NAME,
    OPTION_ISSUER,
    OPTION_SUBJECT,
    OPTION_PASSWORD,
    OPTION_QR,
    OPTION_LOCK,
    OPTION_JSON
};

struct people_input {
    const char *verb, *id, *path, *of, *name, *issuer, *subject, *qr;
    struct identity identity;
    Concordat__V1__Role role;
    Concordat__V1__StaffRole staff;
    unsigned lock_minutes;
    bool password, json;
};

static const struct argp_option people_options[] = {
    {"file", OPTION_FILE, "FILE", 0, "The gateway's people file; add makes it if there is none", 0},
    {"name", OPTION_NAME, "NAME", 0, "With add: the person's name, for screens", 0},
    {"role", OPTION_ROLE, "ROLE", 0, "With add: referrer, team, coordinator, auditor or inspector", 0},
    {"of", OPTION_OF, "ID", 0, "With add: the id of their source, team, coordinator or organisation", 0},
    {"staff-role", OPTION_STAFF, "ROLE", 0, "With add: what they are, such as mental-health-nurse", 0},
    {"issuer", OPTION_ISSUER, "URL", 0,
     "With add or reset: the organisation's account signs them in; who vouches for it", 0},
    {"subject", OPTION_SUBJECT, "ID", 0,
     "With --issuer: what the issuer calls this person, which is no e-mail address", 0},
    {"password", OPTION_PASSWORD, 0, 0, "With --issuer: draw a password beside it too", 0},
    {"lock-minutes", OPTION_LOCK, "N", 0,
     "With add or reset: pages that this person did not touch for so long are locked; 1 to 30, else as the gateway has it",
     0},
    {"qr", OPTION_QR, "FILE.svg", 0,
     "With add or reset: also write the code that the app scans, as a picture; delete it when it was scanned",
     0},
    {"json", OPTION_JSON, 0, 0, "Print JSON", 0},
    {0}};

static const char people_doc[] =
    "Say who may sign in at the gateway.\v"
    "add and reset draw a password, a secret for an app that makes one-time codes, and recovery codes, and print them "
    "once. Give them to the person by hand: they are nowhere else, and the file keeps only what they are checked by. On a "
    "terminal the app can scan its secret from the screen. "
    "reset ends all that was drawn before, and lets in again whom disable kept out. A gateway that runs reads the file "
    "within a second; who is signed in with what was before is out then. list says when each person last signed in, and "
    "who has not for 90 days.\n\n"
    "With --issuer and --subject their organisation's account signs them in, and nothing is drawn unless --password is "
    "given too. An account that is in nobody's line is shown its issuer and subject when it tries to sign in.\n\n"
    "  concordat people add p117 --file people --name 'Sam Okafor' \\\n"
    "    --role team --of northmoor-crisis\n"
    "  concordat people add p118 --file people --name 'Ash Moor' \\\n"
    "    --role team --of northmoor-crisis \\\n"
    "    --issuer https://id.example/staff --subject 6f1c02d4\n"
    "  concordat people list --file people\n"
    "  concordat people disable p117 --file people\n"
    "  concordat people reset p117 --file people";

enum { APP_ADDRESS_BYTES = 128 };

/* Drawn for a person, and told once. */
struct drawn {
    char password[RECOVERY_TEXT_BYTES], secret[ONETIME_SECRET_TEXT_BYTES];
    char codes[RECOVERY_CODES][RECOVERY_TEXT_BYTES];
};

/* --- options
 * ------------------------------------------------------------------------------------------------ */

static void parse_people_role(struct argp_state *state, const char *text, struct people_input *input)
{
    int role;
    bool good = words_parse(&concordat__v1__role__descriptor, text, &role) &&
                role != CONCORDAT__V1__ROLE__ROLE_UNSPECIFIED && role != CONCORDAT__V1__ROLE__ROLE_SOURCE;
    if (!good)
        argp_error(state, "--role is referrer, team, coordinator, auditor or inspector");
    else
        input->role = (Concordat__V1__Role)role;
}

static void parse_people_staff(struct argp_state *state, const char *text, struct people_input *input)
{
    int staff;
    if (!words_parse(&concordat__v1__staff_role__descriptor, text, &staff))
        argp_error(state, "--staff-role \"%.40s\" is not one that the protocol has", text);
    else
        input->staff = (Concordat__V1__StaffRole)staff;
}

static void parse_people_lock(struct argp_state *state, const char *text, struct people_input *input)
{
    char *end;
    unsigned long minutes = strtoul(text, &end, 10);
    if (*end || minutes < 1 || minutes > LOCK_MINUTES_MAX)
        argp_error(state, "--lock-minutes is 1 to 30");
    input->lock_minutes = (unsigned)minutes;
}

static bool is_short_text(const char *text, size_t bytes_max)
{
    size_t size = text ? strlen(text) : 0;
    return size > 0 && size <= bytes_max && utf8_is_text(text, size, false);
}

static void check_people_identity(struct argp_state *state, struct people_input *input)
{
    bool draws = strcmp(input->verb, "add") == 0 || strcmp(input->verb, "reset") == 0;
    if (!input->issuer && !input->subject && !input->password)
        return;
    if (!draws || !identity_set(&input->identity, input->issuer, input->subject))
        argp_error(
            state,
            "--issuer is https://... and --subject is at most 255 characters of ASCII; add and reset take "
            "both or neither, and --password with them");
}

static void check_people_input(struct argp_state *state, struct people_input *input)
{
    bool lists = input->verb && strcmp(input->verb, "list") == 0,
         adds = input->verb && strcmp(input->verb, "add") == 0;
    if (!lists && !adds &&
        (!input->verb || (strcmp(input->verb, "disable") != 0 && strcmp(input->verb, "reset") != 0)))
        argp_error(state, "say add ID, list, disable ID or reset ID");
    else if (!input->path)
        argp_error(state, "--file is needed");
    else if (lists ? input->id != NULL : !input->id || !person_id_is(input->id))
        argp_error(state, lists ? "list takes no id" : "an id is like p117: letters, then digits");
    else if (adds && (!is_short_text(input->name, PEOPLE_NAME_BYTES_MAX) ||
                      !is_short_text(input->of, KEY_OF_CHARS_MAX) || strchr(input->of, ' ') || !input->role))
        argp_error(state, "a new person needs --name, --role and --of, each of one line; an id has no space");
    else
        check_people_identity(state, input);
}

static error_t parse_people_option(int key, char *argument, struct argp_state *state)
{
    struct people_input *input = state->input;
    switch (key) {
    case OPTION_FILE:
        input->path = argument;
        return 0;
    case OPTION_ROLE:
        parse_people_role(state, argument, input);
        return 0;
    case OPTION_OF:
        input->of = argument;
        return 0;
    case OPTION_STAFF:
        parse_people_staff(state, argument, input);
        return 0;
    case OPTION_NAME:
        input->name = argument;
        return 0;
    case OPTION_ISSUER:
        input->issuer = argument;
        return 0;
    case OPTION_SUBJECT:
        input->subject = argument;
        return 0;
    case OPTION_PASSWORD:
        input->password = true;
        return 0;
    case OPTION_LOCK:
        parse_people_lock(state, argument, input);
        return 0;
    case OPTION_QR:
        input->qr = argument;
        return 0;
    case OPTION_JSON:
        input->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "\"%.40s\" is too much", argument);
        *(state->arg_num == 0 ? &input->verb : &input->id) = argument;
        return 0;
    case ARGP_KEY_END:
        check_people_input(state, input);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- what is said
 * ------------------------------------------------------------------------------------------- */

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

static void print_people_json(json_t *out)
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
    print_people_json(out);
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

static void tell_changed(const struct people_input *input, const struct account *account,
                         const struct drawn *drawn)
{
    bool has_drawn = drawn->password[0];
    if (input->json && !has_drawn)
        print_people_json(person_json(account));
    else if (input->json)
        tell_drawn_json(account, drawn);
    else if (account->disabled)
        printf("%s (%s) can sign in no more, and is out within a second.\n", account->name, account->id);
    else if (has_drawn)
        tell_drawn(account, drawn);
    else
        printf("%s (%s) can sign in with their organisation's account.\n", account->name, account->id);
}

/* Comes last: what was drawn holds, and is told, whether the picture can be written or not. */
static enum exit_code draw_picture(const struct people_input *input, const struct account *account,
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

enum { DAY_TEXT_BYTES = 16 };

/* As 2026-11-29. False if it is not known. */
static bool write_day(int64_t day, char out[DAY_TEXT_BYTES])
{
    struct tm date;
    time_t seconds = (time_t)(day * (DAY_MS / 1000));
    return day != LAST_SIGN_IN_NEVER && gmtime_r(&seconds, &date) &&
           strftime(out, DAY_TEXT_BYTES, "%Y-%m-%d", &date);
}

static json_t *listed_json(const struct account *account, int64_t day)
{
    char text[DAY_TEXT_BYTES];
    json_t *out = person_json(account);
    json_object_set_new(out, "lastSignIn", write_day(day, text) ? json_string(text) : json_null());
    return out;
}

static void print_listed(const struct account *account, int64_t day)
{
    char role[WORDS_MAX], text[DAY_TEXT_BYTES] = "never";
    bool is_unused = !write_day(day, text) || now_wall_ms() / DAY_MS - day >= SIGN_IN_UNUSED_DAYS;
    printf("%-12s  %-11s  %-20s  %zu recovery codes  last signed in %-10s  %s%s%s%s\n", account->id,
           words_for(&concordat__v1__role__descriptor, (int)account->role, role), account->of,
           account->code_count, text, account->name,
           identity_is_none(&account->identity) ? "" : "  single sign-on",
           is_unused && !account->disabled ? "  NOT FOR 90 DAYS" : "", account->disabled ? "  DISABLED" : "");
}

static void list_people(const struct accounts *accounts, const struct last_sign_ins *last, bool json)
{
    json_t *out = json ? json_array() : NULL;
    for (size_t i = 0; i < accounts->count; i++) {
        const struct account *account = &accounts->rows[i];
        int64_t day = last_sign_in_day(last, account->id);
        if (json)
            json_array_append_new(out, listed_json(account, day));
        else
            print_listed(account, day);
    }
    if (json)
        print_people_json(out);
}

/* --- what is done
 * ------------------------------------------------------------------------------------------- */

/* Ends what was drawn before, and draws what is asked for. A reset without --issuer keeps single sign-on, and
 * draws a password if there was one. False if there is no memory to hash in. */
static bool draw_for(const struct people_input *input, struct account *account, struct drawn *drawn)
{
    bool has_identity = !identity_is_none(&input->identity),
         draws = input->password ||
                 (!has_identity && (account->password[0] || identity_is_none(&account->identity)));
    if (has_identity)
        account->identity = input->identity;
    account->code_count = 0;
    account->password[0] = '\0';
    if (!draws)
        return true;
    recovery_draw(drawn->password);
    onetime_draw_secret(account->secret);
    onetime_write_secret(account->secret, drawn->secret);
    account->code_count = RECOVERY_CODES;
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        recovery_draw(drawn->codes[i]);
        bool good = recovery_digest(account->id, drawn->codes[i], account->codes[i]);
        assert(good);
    }
    return password_hash(drawn->password, account->password);
}

static struct account *add_person(struct accounts *accounts, const struct people_input *input)
{
    struct account *account = accounts_add(accounts, input->id);
    if (!account)
        return NULL;
    strcpy(account->name, input->name);
    strcpy(account->of, input->of);
    account->role = input->role;
    account->staff = input->staff;
    return account;
}

/* The file is read, and its lock is held. */
static enum exit_code change_people(const struct people_input *input, struct accounts *accounts)
{
    char fault[ACCOUNTS_FAULT_BYTES];
    struct drawn drawn = {0};
    bool adds = strcmp(input->verb, "add") == 0, disables = strcmp(input->verb, "disable") == 0;
    struct account *account = accounts_find(accounts, input->id);
    if (adds == (account != NULL))
        return terminal_failure(
            input->json, CODE_REFUSED,
            adds ? "%s is in the file already; reset draws a new password. Nothing was changed"
                 : "%s is not in the file; add them, or look for the id with list",
            input->id);
    const struct account *other = accounts_find_identity(accounts, &input->identity);
    if (other && other != account)
        return terminal_failure(input->json, CODE_REFUSED,
                                "%s has this issuer and subject already, and nothing was changed", other->id);
    if (adds)
        account = add_person(accounts, input);
    if (!account || (!disables && !draw_for(input, account, &drawn)))
        return terminal_failure(input->json, CODE_ENVIRONMENT, "no memory; the file is as it was");
    account->disabled = disables;
    if (input->lock_minutes)
        account->lock_minutes = input->lock_minutes;
    if (accounts_write(accounts, input->path, fault) != ACCOUNTS_GOOD)
        return terminal_failure(input->json, CODE_ENVIRONMENT, "%s", fault);
    tell_changed(input, account, &drawn);
    enum exit_code code = draw_picture(input, account, &drawn);
    sodium_memzero(&drawn, sizeof drawn);
    return code;
}

static enum exit_code read_people(const struct people_input *input, struct accounts *accounts)
{
    char fault[ACCOUNTS_FAULT_BYTES];
    bool may_be_new = strcmp(input->verb, "add") == 0 && access(input->path, F_OK) != 0 && errno == ENOENT;
    enum accounts_status status = may_be_new ? ACCOUNTS_GOOD : accounts_read(accounts, input->path, fault);
    if (status == ACCOUNTS_GOOD)
        return CODE_DONE;
    return terminal_failure(input->json, status == ACCOUNTS_WRONG ? CODE_USAGE : CODE_ENVIRONMENT, "%s",
                            fault);
}

static enum exit_code read_and_list(const struct people_input *input, const struct accounts *accounts)
{
    char message[ACCOUNTS_FAULT_BYTES];
    struct last_sign_ins *last = last_sign_ins_open(input->path, message, sizeof message);
    if (!last)
        return terminal_failure(input->json, CODE_ENVIRONMENT, "%s", message);
    list_people(accounts, last, input->json);
    last_sign_ins_close(&last);
    return CODE_DONE;
}

enum exit_code command_people(const struct subcommand *command, int argc, char **argv)
{
    const struct argp argp = {.options = people_options,
                              .parser = parse_people_option,
                              .args_doc = "add ID | list | disable ID | reset ID",
                              .doc = people_doc};
    struct people_input input = {0};
    struct accounts accounts = {0};
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    if (sodium_init() < 0)
        return terminal_failure(input.json, CODE_ENVIRONMENT, "no source of random numbers");
    bool lists = strcmp(input.verb, "list") == 0;
    int lock = lists ? -1 : accounts_lock(input.path);
    if (!lists && lock < 0)
        return terminal_failure(input.json, CODE_ENVIRONMENT, "%.200s.lock: %s", input.path, strerror(errno));
    enum exit_code code = read_people(&input, &accounts);
    if (code == CODE_DONE && lists)
        code = read_and_list(&input, &accounts);
    else if (code == CODE_DONE)
        code = change_people(&input, &accounts);
    accounts_close(&accounts);
    if (lock >= 0)
        close(lock);
    return code;
}
