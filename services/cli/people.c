/* people.c: `concordat people`: who may sign in at the gateway, and which programs act for them. */
#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "proto/wire/utf8.h"
#include "proto/words/program.h"
#include "proto/words/words.h"
#include "services/cli/command.h"
#include "services/cli/people_desk.h"
#include "services/cli/people_token.h"
#include "services/cli/people_told.h"
#include "services/cli/typed_options.h"
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
    OPTION_DAYS,
    OPTION_LABEL,
    OPTION_JSON
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
    {"days", OPTION_DAYS, "N", 0, "With token add: for so long it counts, at most 366 days (90)", 0},
    {"label", OPTION_LABEL, "WORDS", 0, "With token add: which program has it, for the list", 0},
    {"json", OPTION_JSON, 0, 0, "Print JSON", 0},
    {0}};

static const char people_doc[] =
    "Say who may sign in at the gateway.\v"
    "add and reset draw a password, a secret for an app that makes one-time codes, and recovery codes, and print them "
    "once. Give them to the person by hand: they are nowhere else, and the file keeps only what they are checked by. On a "
    "terminal the app can scan its secret from the screen. "
    "reset ends all that was drawn before, tokens too, and lets in again whom disable kept out. A gateway that runs reads the file "
    "within a second; who is signed in with what was before is out then. list says when each person last signed in, and "
    "who has not for 90 days.\n\n"
    "With --issuer and --subject their organisation's account signs them in, and nothing is drawn unless --password is "
    "given too. An account that is in nobody's line is shown its issuer and subject when it tries to sign in.\n\n"
    "A token lets a program act for a person at the gateway's /api/v1, with their id and role on each event: "
    "Authorization: Bearer TOKEN. token add draws one and prints it once; the file keeps only its digest. Give it to the "
    "program in a file that nobody else can read, never in an address or on a command line. It counts nowhere else: "
    "not for pages, and not to sign in. token list says when each was last used, and which have not been for 90 days; "
    "token end ends one within a second. disable and reset end all that the person has.\n\n"
    "  concordat people add p117 --file people --name 'Sam Okafor' \\\n"
    "    --role team --of northmoor-crisis\n"
    "  concordat people add p118 --file people --name 'Ash Moor' \\\n"
    "    --role team --of northmoor-crisis \\\n"
    "    --issuer https://id.example/staff --subject 6f1c02d4\n"
    "  concordat people list --file people\n"
    "  concordat people disable p117 --file people\n"
    "  concordat people reset p117 --file people\n"
    "  concordat people token add p117 --file people --label 'Ward board'\n"
    "  concordat people token list --file people\n"
    "  concordat people token end p117 t-3f9a02c1b7 --file people";

/* --- options
 * ------------------------------------------------------------------------------------------------ */

/* How it is typed: the words of the verb, and then so many more, an id first. */
static const struct people_form {
    const char *word, *second;
    enum people_verb verb;
    unsigned least, most;
} people_forms[] = {
    {"add", NULL, PEOPLE_ADD, 1, 1},          {"list", NULL, PEOPLE_LIST, 0, 0},
    {"disable", NULL, PEOPLE_DISABLE, 1, 1},  {"reset", NULL, PEOPLE_RESET, 1, 1},
    {"token", "add", PEOPLE_TOKEN_ADD, 1, 1}, {"token", "list", PEOPLE_TOKEN_LIST, 0, 1},
    {"token", "end", PEOPLE_TOKEN_END, 2, 2},
};

static const struct typed_option people_typed[] = {
    {.key = OPTION_FILE, .at = offsetof(struct people_input, path)},
    {.key = OPTION_ROLE, .at = offsetof(struct people_input, role_text)},
    {.key = OPTION_OF, .at = offsetof(struct people_input, of)},
    {.key = OPTION_STAFF, .at = offsetof(struct people_input, staff_text)},
    {.key = OPTION_NAME, .at = offsetof(struct people_input, name)},
    {.key = OPTION_ISSUER, .at = offsetof(struct people_input, issuer)},
    {.key = OPTION_SUBJECT, .at = offsetof(struct people_input, subject)},
    {.key = OPTION_PASSWORD, .at = offsetof(struct people_input, password), .yes = true},
    {.key = OPTION_QR, .at = offsetof(struct people_input, qr)},
    {.key = OPTION_LOCK,
     .at = offsetof(struct people_input, lock_minutes),
     .most = LOCK_MINUTES_MAX,
     .wrong = "--lock-minutes is 1 to 30"},
    {.key = OPTION_DAYS,
     .at = offsetof(struct people_input, days),
     .most = ACCESS_DAYS_MAX,
     .wrong = "--days is 1 to 366"},
    {.key = OPTION_LABEL, .at = offsetof(struct people_input, label)},
    {.key = OPTION_JSON, .at = offsetof(struct people_input, json), .yes = true},
};

static void read_people_roles(struct argp_state *state, struct people_input *input)
{
    int role = 0, staff = 0;
    bool good = !input->role_text ||
                (words_parse(&concordat__v1__role__descriptor, input->role_text, &role) &&
                 role != CONCORDAT__V1__ROLE__ROLE_UNSPECIFIED && role != CONCORDAT__V1__ROLE__ROLE_SOURCE);
    if (!good)
        argp_error(state, "--role is referrer, team, coordinator, auditor or inspector");
    if (input->staff_text && !words_parse(&concordat__v1__staff_role__descriptor, input->staff_text, &staff))
        argp_error(state, "--staff-role \"%.40s\" is not one that the protocol has", input->staff_text);
    input->role = (Concordat__V1__Role)role;
    input->staff = (Concordat__V1__StaffRole)staff;
}

static bool is_short_text(const char *text, size_t bytes_max)
{
    size_t size = text ? strlen(text) : 0;
    return size > 0 && size <= bytes_max && utf8_is_text(text, size, false);
}

static void check_people_identity(struct argp_state *state, struct people_input *input)
{
    bool draws = input->verb == PEOPLE_ADD || input->verb == PEOPLE_RESET;
    if (!input->issuer && !input->subject && !input->password)
        return;
    if (!draws || !identity_set(&input->identity, input->issuer, input->subject))
        argp_error(
            state,
            "--issuer is https://... and --subject is at most 255 characters of ASCII; add and reset take "
            "both or neither, and --password with them");
}

static bool is_same_word(const char *one, const char *other)
{
    return one == other || (one && other && strcmp(one, other) == 0);
}

static const struct people_form *find_people_form(const struct people_input *input)
{
    for (size_t i = 0; i < sizeof people_forms / sizeof *people_forms; i++) {
        const struct people_form *row = &people_forms[i];
        if (is_same_word(row->word, input->words[0]) &&
            (!row->second || is_same_word(row->second, input->words[1])))
            return row;
    }
    return NULL;
}

/* Finds the verb, the id and the name among the words. */
static void read_people_words(struct argp_state *state, struct people_input *input)
{
    const struct people_form *row = find_people_form(input);
    unsigned count = 0, before = row && row->second ? 2 : 1;
    while (count < PEOPLE_WORDS && input->words[count])
        count++;
    if (!row) {
        argp_error(state,
                   "say add ID, list, disable ID, reset ID, token add ID, token list or token end ID NAME");
        return;
    }
    if (count - before > row->most && row->verb == PEOPLE_LIST)
        argp_error(state, "list takes no id");
    else if (count - before > row->most)
        argp_error(state, "\"%.40s\" is too much", input->words[before + row->most]);
    else if (count - before < row->least && row->least == 2)
        argp_error(state, "say whose token, and its name as token list has it");
    else if (count - before < row->least || (count > before && !person_id_is(input->words[before])))
        argp_error(state, "an id is " PERSON_ID_RULE);
    input->verb = row->verb;
    input->id = count > before ? input->words[before] : NULL;
    input->token = count > before + 1 ? input->words[before + 1] : NULL;
}

static void check_people_input(struct argp_state *state, struct people_input *input)
{
    read_people_words(state, input);
    read_people_roles(state, input);
    if (!input->path)
        argp_error(state, "--file is needed");
    else if (input->verb == PEOPLE_ADD &&
             (!is_short_text(input->name, PEOPLE_NAME_BYTES_MAX) ||
              !is_short_text(input->of, KEY_OF_CHARS_MAX) || strchr(input->of, ' ') || !input->role))
        argp_error(state, "a new person needs --name, --role and --of, each of one line; an id has no space");
    else if (input->verb == PEOPLE_TOKEN_ADD && !is_short_text(input->label, ACCESS_LABEL_BYTES_MAX))
        argp_error(state, "a new token needs --label, of one line: which program has it");
    else
        check_people_identity(state, input);
}

static error_t parse_people_option(int key, char *argument, struct argp_state *state)
{
    struct people_input *input = state->input;
    if (typed_options_take(state, people_typed, sizeof people_typed / sizeof *people_typed, key, argument,
                           input))
        return 0;
    if (key == ARGP_KEY_ARG)
        typed_options_take_word(state, argument, input->words, PEOPLE_WORDS);
    else if (key == ARGP_KEY_END)
        check_people_input(state, input);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
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
    bool adds = input->verb == PEOPLE_ADD, disables = input->verb == PEOPLE_DISABLE;
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
    (void)accounts_end_tokens(accounts, account->id, NULL);
    if (input->lock_minutes)
        account->lock_minutes = input->lock_minutes;
    if (accounts_write(accounts, input->path, fault) != ACCOUNTS_GOOD)
        return terminal_failure(input->json, CODE_ENVIRONMENT, "%s", fault);
    people_tell_changed(input, account, &drawn);
    if (adds)
        people_desk_warn(input->path, account->role, account->of);
    enum exit_code code = people_draw_picture(input, account, &drawn);
    sodium_memzero(&drawn, sizeof drawn);
    return code;
}

static enum exit_code read_people(const struct people_input *input, struct accounts *accounts)
{
    char fault[ACCOUNTS_FAULT_BYTES];
    bool may_be_new = input->verb == PEOPLE_ADD && access(input->path, F_OK) != 0 && errno == ENOENT;
    enum accounts_status status = may_be_new ? ACCOUNTS_GOOD : accounts_read(accounts, input->path, fault);
    if (status == ACCOUNTS_GOOD)
        return CODE_DONE;
    return terminal_failure(input->json, status == ACCOUNTS_WRONG ? CODE_USAGE : CODE_ENVIRONMENT, "%s",
                            fault);
}

static enum exit_code read_and_list(const struct people_input *input, const struct accounts *accounts)
{
    char message[ACCOUNTS_FAULT_BYTES];
    struct last_uses *last = last_uses_open(input->path, message, sizeof message);
    if (!last)
        return terminal_failure(input->json, CODE_ENVIRONMENT, "%s", message);
    if (input->verb == PEOPLE_LIST)
        people_list(accounts, last, input->json);
    else
        people_token_list(input, accounts, last);
    last_uses_close(&last);
    return CODE_DONE;
}

static enum exit_code do_with_people(const struct people_input *input, struct accounts *accounts)
{
    switch (input->verb) {
    case PEOPLE_LIST:
    case PEOPLE_TOKEN_LIST:
        return read_and_list(input, accounts);
    case PEOPLE_TOKEN_ADD:
        return people_token_add(input, accounts);
    case PEOPLE_TOKEN_END:
        return people_token_end(input, accounts);
    case PEOPLE_NONE:
    case PEOPLE_ADD:
    case PEOPLE_DISABLE:
    case PEOPLE_RESET:
        break;
    }
    return change_people(input, accounts);
}

enum exit_code command_people(const struct subcommand *command, int argc, char **argv)
{
    const struct argp argp = {
        .options = people_options,
        .parser = parse_people_option,
        .args_doc =
            "add ID | list | disable ID | reset ID | token add ID | token list [ID] | token end ID NAME",
        .doc = people_doc};
    struct people_input input = {.days = ACCESS_DAYS};
    struct accounts accounts = {0};
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    if (sodium_init() < 0)
        return terminal_failure(input.json, CODE_ENVIRONMENT, "no source of random numbers");
    bool lists = input.verb == PEOPLE_LIST || input.verb == PEOPLE_TOKEN_LIST;
    int lock = lists ? -1 : accounts_lock(input.path);
    if (!lists && lock < 0)
        return terminal_failure(input.json, CODE_ENVIRONMENT, "%.200s.lock: %s", input.path, strerror(errno));
    enum exit_code code = read_people(&input, &accounts);
    if (code == CODE_DONE)
        code = do_with_people(&input, &accounts);
    accounts_close(&accounts);
    if (lock >= 0)
        close(lock);
    return code;
}
