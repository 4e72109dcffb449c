/* keys.c: `concordat keys make`, `concordat keys show` and `concordat keys master`. */
#include "proto/keys/keys.h"

#include <argp.h>
#include <jansson.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "proto/seal/master_key.h"
#include "proto/words/program.h"
#include "proto/words/words.h"
#include "services/cli/command.h"
#include "services/cli/typed_options.h"
#include "services/terminal/terminal.h"

enum { KEYS_WORDS = 2 };

struct keys_input {
    const char *words[KEYS_WORDS];
    const char *verb, *subject, *role, *of, *folder, *before;
    bool json;
};

enum { OPTION_ROLE = 0x280, OPTION_OF, OPTION_FOLDER, OPTION_BEFORE, OPTION_JSON };

static const struct argp_option keys_options[] = {
    {"role", OPTION_ROLE, "ROLE", 0, "server, referrer, source, team, coordinator, auditor or inspector", 0},
    {"of", OPTION_OF, "ID", 0, "Whose key it is: the id of the source, team, coordinator or organisation", 0},
    {"folder", OPTION_FOLDER, "FOLDER", 0, "Where to put it (the folder that you are in)", 0},
    {"before", OPTION_BEFORE, "FILE", 0,
     "Of a master key: the one in use, whose generations the new file keeps", 0},
    {"json", OPTION_JSON, 0, 0, "Print JSON", 0},
    {0}};

static const char keys_doc[] =
    "Make a key pair, or a master key, or show what a key file is.\v"
    "NAME.key is public: give it to the broker or intake, which admits it from its "
    "folder of keys. NAME.key_secret is secret: it stays with whoever uses it.\n\n"
    "  concordat keys make car-7 --role referrer --of street-triage --folder keys\n"
    "  concordat keys show keys/car-7.key\n\n"
    "The router's master key seals what is told about people. Keep it outside the router's state folder, and a copy "
    "on paper in two safes: without it nothing that it sealed can be opened. To rotate it, make a new file with "
    "--before, put it in the place of the old one, and send the router a SIGHUP; its log says when the older "
    "generations are not needed any more.\n\n"
    "  concordat keys master master-key\n"
    "  concordat keys master master-key.new --before master-key";

static const struct typed_option keys_typed[] = {
    {.key = OPTION_ROLE, .at = offsetof(struct keys_input, role)},
    {.key = OPTION_OF, .at = offsetof(struct keys_input, of)},
    {.key = OPTION_FOLDER, .at = offsetof(struct keys_input, folder)},
    {.key = OPTION_BEFORE, .at = offsetof(struct keys_input, before)},
    {.key = OPTION_JSON, .at = offsetof(struct keys_input, json), .yes = true},
};

static void check_keys_input(struct argp_state *state, struct keys_input *input)
{
    input->verb = input->words[0];
    input->subject = input->words[1];
    if (!input->subject || (strcmp(input->verb, "make") != 0 && strcmp(input->verb, "show") != 0 &&
                            strcmp(input->verb, "master") != 0))
        argp_error(state, "say make NAME, show FILE, or master FILE");
    else if (strcmp(input->verb, "make") == 0 && (!input->role || !input->of))
        argp_error(state, "a new key needs --role and --of");
}

static error_t parse_keys_option(int key, char *argument, struct argp_state *state)
{
    struct keys_input *input = state->input;
    if (typed_options_take(state, keys_typed, sizeof keys_typed / sizeof *keys_typed, key, argument, input))
        return 0;
    if (key == ARGP_KEY_ARG)
        typed_options_take_word(state, argument, input->words, KEYS_WORDS);
    else if (key == ARGP_KEY_END)
        check_keys_input(state, input);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static void print_key_json(const struct key *key, const char *role)
{
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:b}", "name", key->name, "role", role, "of", key->of,
                            "publicKey", key->public_text, "secret", (int)key->has_secret);
    json_dumpf(out, stdout, JSON_COMPACT);
    json_decref(out);
    putchar('\n');
}

static void print_key(const struct key *key, const char *role)
{
    struct terminal terminal;
    struct sheet sheet = {0};
    sheet_row(&sheet, "Name", "%s", key->name);
    sheet_row(&sheet, "Role", "%s", role);
    sheet_row(&sheet, "Of", "%s", key->of);
    sheet_row(&sheet, "Public", "%s", key->public_text);
    sheet_row(&sheet, "File", "%s", key->has_secret ? "secret: keep it to yourself" : "public");
    terminal_open(&terminal, stdout);
    terminal_show(&terminal, &sheet);
}

static enum exit_code show_key(const char *path, bool json)
{
    char fault[300], word[WORDS_MAX];
    struct key key;
    if (keys_read(path, &key, fault, sizeof fault) != 0)
        return terminal_failure(json, CODE_USAGE, "%s", fault);
    const char *role =
        key.is_server ? "server" : words_for(&concordat__v1__role__descriptor, (int)key.role, word);
    if (json)
        print_key_json(&key, role);
    else
        print_key(&key, role);
    keys_wipe(&key);
    return CODE_DONE;
}

static enum exit_code make_and_show_key(const struct keys_input *input)
{
    const char *folder = input->folder ? input->folder : ".";
    char fault[300], path[4096];
    if (keys_make(folder, input->subject, input->role, input->of, fault, sizeof fault) != 0)
        return terminal_failure(input->json, CODE_ENVIRONMENT, "%s", fault);
    if (snprintf(path, sizeof path, "%s/%s.key", folder, input->subject) >= (int)sizeof path)
        return CODE_DONE;
    return show_key(path, input->json);
}

static enum exit_code make_master_key(const struct keys_input *input)
{
    struct master_key *before = NULL;
    char fault[300];
    if (sodium_init() < 0)
        return terminal_failure(input->json, CODE_ENVIRONMENT, "no source of random numbers");
    if (input->before &&
        master_key_open_file(input->before, NULL, &before, fault, sizeof fault) != MASTER_KEY_GOOD)
        return terminal_failure(input->json, CODE_USAGE, "%s", fault);
    int made = master_key_make(input->subject, before, fault, sizeof fault);
    master_key_close(&before);
    if (made != 0)
        return terminal_failure(input->json, CODE_ENVIRONMENT, "%s", fault);
    if (input->json)
        printf("{\"made\":true}\n");
    else
        printf(
            "Made the master key %s. Only you can read it; the router's user must be able to, and nobody else.\n",
            input->subject);
    return CODE_DONE;
}

enum exit_code command_keys(const struct subcommand *command, int argc, char **argv)
{
    const struct argp argp = {.options = keys_options,
                              .parser = parse_keys_option,
                              .args_doc = "make NAME | show FILE | master FILE",
                              .doc = keys_doc};
    struct keys_input input = {0};
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    if (strcmp(input.verb, "master") == 0)
        return make_master_key(&input);
    return strcmp(input.verb, "make") == 0 ? make_and_show_key(&input) : show_key(input.subject, input.json);
}
