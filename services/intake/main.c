/* main.c: the options of concordat-intake. */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/client/addresses.h"
#include "proto/wire/check.h"
#include "proto/words/exit_code.h"
#include "proto/words/metrics.h"
#include "proto/words/program.h"
#include "proto/words/words.h"
#include "services/intake/service.h"

const char *argp_program_version = "concordat-intake " CONCORDAT_VERSION;

static const char about[] =
    "Takes the referrals of one source from its devices, saves them, and delivers them to the broker."
    "\v\"saved\" means: on this machine's disk. \"received\" means: on the broker's disk, and somebody holds "
    "it. What was told saved is delivered after the next start.\n\n"
    "The outbox is sealed. For an hour after the broker has acknowledged a referral it is kept whole, so that it can be "
    "sent again to a broker that has lost it; then what is confidential in it is taken out here, and "
    "what is left is forgotten as --retention-days says. A refused referral stays whole, and sealed, until it is "
    "sent again or its time is over.\n\n"
    "Exit codes:\n"
    "    0  stopped by SIGTERM or SIGINT\n"
    "  100  an option or the limit of descriptors is wrong\n"
    "  101  a bug: an assertion failed; or libzmq gave up, as the last line says\n"
    "  111  disk, memory, network or key file; nothing saved is lost\n\n"
    "Examples:\n"
    "  concordat-intake --source street-triage --organisation ZZPOL \\\n"
    "    --site control-room --ring 'Duty coordinator 01632 960100' \\\n"
    "    --state /var/lib/concordat-street-triage --listen tcp://127.0.0.1:5181 \\\n"
    "    --key street-triage.key_secret --keys devices \\\n"
    "    --broker tcp://127.0.0.1:5170 --broker-key broker.key";

enum intake_option {
    OPTION_SOURCE = 1000,
    OPTION_ORGANISATION,
    OPTION_SITE,
    OPTION_STATE,
    OPTION_LISTEN,
    OPTION_KEY,
    OPTION_OLD_KEY,
    OPTION_FORM_KEYS,
    OPTION_KEYS,
    OPTION_BROKER,
    OPTION_BROKER_KEY,
    OPTION_RING,
    OPTION_RETENTION,
};

enum { RETENTION_DAYS = 30, RETENTION_DAYS_MAX = 3650 };

static const struct argp_option options[] = {
    {"source", OPTION_SOURCE, "SOURCE", 0, "street-triage, liaison-and-diversion or emergency-department", 0},
    {"organisation", OPTION_ORGANISATION, "CODE", 0, "Its ODS or police force code, if a referral has none",
     0},
    {"site", OPTION_SITE, "ID", 0, "The id of its site in the directory, if a referral has none", 0},
    {"state", OPTION_STATE, "FOLDER", 0, "Where the outbox is kept; made if it does not exist", 0},
    {"listen", OPTION_LISTEN, "ENDPOINT", 0, "For devices, such as tcp://127.0.0.1:5181", 0},
    {"key", OPTION_KEY, "FILE", 0,
     "Secret key of this intake, role source. What is saved is sealed under a key that follows from it, so keep it "
     "outside the state folder and its backups",
     0},
    {"old-key", OPTION_OLD_KEY, "FILE", 0,
     "After a change of --key: the secret key before, once, to seal anew what is saved", 0},
    {"form-keys", OPTION_FORM_KEYS, "FILE", 0,
     "An earlier outbox.db of this intake, once, to open sealed forms whose keys it has", 0},
    {"keys", OPTION_KEYS, "FOLDER", 0, "Public keys of the devices admitted, role referrer", 0},
    {"broker", OPTION_BROKER, "ENDPOINT", 0,
     "The broker, such as tcp://127.0.0.1:5170; or with commas each machine on which it may be", 0},
    {"broker-key", OPTION_BROKER_KEY, "FILE", 0, "Public key of the broker", 0},
    {"ring", OPTION_RING, "TEXT", 0,
     "Whom a referrer can ring until the broker has told, such as \"Duty coordinator 01632 960100\"", 0},
    {"retention-days", OPTION_RETENTION, "DAYS", 0,
     "How long a closed or refused referral stays in the outbox (30), and one that nobody closes 12 times as long; "
     "what is not answered stays",
     0},
    {0},
};

/* Options whose text is taken as it stands. Each is needed. */
static const struct text_option {
    const char *name;
    enum intake_option key;
    size_t at; /* where struct service_config keeps the text */
} text_options[] = {
    {"organisation", OPTION_ORGANISATION, offsetof(struct service_config, site.organisation)},
    {"site", OPTION_SITE, offsetof(struct service_config, site.site)},
    {"state", OPTION_STATE, offsetof(struct service_config, state_folder)},
    {"listen", OPTION_LISTEN, offsetof(struct service_config, listen)},
    {"key", OPTION_KEY, offsetof(struct service_config, key_path)},
    {"keys", OPTION_KEYS, offsetof(struct service_config, keys_folder)},
    {"broker", OPTION_BROKER, offsetof(struct service_config, broker)},
    {"broker-key", OPTION_BROKER_KEY, offsetof(struct service_config, broker_key_path)},
};

static const char **text_option_at(struct service_config *config, const struct text_option *option)
{
    return (const char **)(void *)((char *)config + option->at);
}

static const struct text_option *text_option_find(int key)
{
    for (size_t i = 0; i < sizeof text_options / sizeof *text_options; i++)
        if ((int)text_options[i].key == key)
            return &text_options[i];
    return NULL;
}

static void parse_source(struct argp_state *state, const char *text, struct service_config *config)
{
    int source;
    if (!words_parse(&concordat__v1__source__descriptor, text, &source) ||
        source == CONCORDAT__V1__SOURCE__SOURCE_UNSPECIFIED) {
        argp_error(state, "--source is street-triage, liaison-and-diversion or emergency-department");
        return;
    }
    config->site.source = (Concordat__V1__Source)source;
}

static void parse_retention(struct argp_state *state, const char *text, struct service_config *config)
{
    char *end;
    errno = 0;
    unsigned long days = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || days < 1 || days > RETENTION_DAYS_MAX) {
        argp_error(state, "--retention-days is a number from 1 to %d", RETENTION_DAYS_MAX);
        return;
    }
    config->retention_days = (uint32_t)days;
}

static void require_options(struct argp_state *state, struct service_config *config)
{
    if (config->site.source == CONCORDAT__V1__SOURCE__SOURCE_UNSPECIFIED)
        argp_error(state, "--source is needed");
    for (size_t i = 0; i < sizeof text_options / sizeof *text_options; i++)
        if (!*text_option_at(config, &text_options[i]))
            argp_error(state, "--%s is needed", text_options[i].name);
}

static void intake_check_broker(struct argp_state *state, const struct service_config *config)
{
    char message[512];
    if (!addresses_are_good(config->broker, message, sizeof message))
        argp_error(state, "--broker %s", message);
}

/* The broker must take what stands in for a sender's own, or it would refuse every referral. */
static void check_site(struct argp_state *state, const struct service_config *config)
{
    uint8_t id[WIRE_ID_BYTES] = {0};
    struct wire_fault fault;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    referral.id = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    referral.organisation = (char *)config->site.organisation;
    referral.site = (char *)config->site.site;
    /* Behind a semicolon it says what a sender of a referral can do instead. */
    if (!check_message(&referral.base, &fault))
        argp_error(state, "--%.*s", (int)strcspn(fault.text, ";"), fault.text);
}

static error_t parse_intake_option(int key, char *text, struct argp_state *state)
{
    struct service_config *config = state->input;
    const struct text_option *option = text_option_find(key);
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = &config->metrics_path;
    if (option) {
        *text_option_at(config, option) = text;
        return 0;
    }
    switch (key) {
    case OPTION_OLD_KEY:
        config->old_key_path = text;
        break;
    case OPTION_FORM_KEYS:
        config->form_keys_path = text;
        break;
    case OPTION_SOURCE:
        parse_source(state, text, config);
        break;
    case OPTION_RING:
        if (!ring_parse(text, &config->ring))
            argp_error(state,
                       "--ring is a name and a telephone number, such as \"Duty coordinator 01632 960100\"");
        break;
    case OPTION_RETENTION:
        parse_retention(state, text, config);
        break;
    case ARGP_KEY_ARG:
        argp_error(state, "%s is no option", text);
        break;
    case ARGP_KEY_END:
        require_options(state, config);
        intake_check_broker(state, config);
        check_site(state, config);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* JSON holds what people typed into sealed forms: its memory is wiped before it is used again. */
static void json_wipe(void *memory)
{
    if (memory)
        sodium_memzero(memory, malloc_usable_size(memory));
    free(memory);
}

int main(int argc, char **argv)
{
    const struct argp_child more[] = {{&metrics_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = options, .parser = parse_intake_option, .doc = about, .children = more};
    struct service_config config = {.retention_days = RETENTION_DAYS,
                                    .ring = {.name = "the duty coordinator", .text = "the duty coordinator"}};
    program_begin();
    argp_err_exit_status = CODE_USAGE;
    program_take_options(&argp, argc, argv, 0, &config);
    if (sodium_init() < 0) {
        fprintf(stderr, "concordat-intake: libsodium does not start\n");
        return CODE_ENVIRONMENT;
    }
    json_set_alloc_funcs(malloc, json_wipe);
    return service_run(&config);
}
