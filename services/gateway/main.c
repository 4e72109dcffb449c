/* main.c: the options of concordat-gateway. */
#include <argp.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/client/addresses.h"
#include "proto/words/exit_code.h"
#include "proto/words/metrics.h"
#include "proto/words/program.h"
#include "services/gateway/limits.h"
#include "services/gateway/service.h"

const char *argp_program_version = "concordat-gateway " CONCORDAT_VERSION;

static const char gateway_about[] =
    "Serves the pages on which people work with Concordat in a browser.\v"
    "It speaks HTTP only on this machine. A proxy in front of it speaks TLS and HTTP/2 to the browsers, and closes "
    "connections to the gateway that were idle for 20 seconds.\n\n"
    "The desks file has a line for each team, coordinator or source that it speaks for: KEYFILE for one at the "
    "broker, KEYFILE ENDPOINT SERVERKEYFILE for one at an intake. Each key is that desk's own, and the broker or intake "
    "decides what it may see and do. Give a gateway the keys of its own site alone. A person works at the desk with "
    "the same role and `of` as their account.\n\n"
    "`concordat people` writes the people file. A person who is disabled there is out within a second. Beside it "
    "the gateway keeps FILE.taken, the one-time codes that were used, and FILE.last, the day on which each person last "
    "signed in.\n\n"
    "Exit codes:\n"
    "    0  stopped by SIGTERM or SIGINT\n"
    "  100  an option or the limit of descriptors is wrong\n"
    "  101  a bug: an assertion failed; or libzmq gave up, as the last line says\n"
    "  111  network, memory, people file, desks file or key file\n\n"
    "Examples:\n"
    "  concordat-gateway --listen unix:/run/concordat-gateway.sock --origin https://concordat.example \\\n"
    "    --people /etc/concordat/people --desks /etc/concordat/desks \\\n"
    "    --broker tcp://127.0.0.1:5170 --broker-key broker.key --ring 'Duty coordinator 01632 960100'";

enum gateway_option {
    OPTION_LISTEN = 0x280,
    OPTION_ORIGIN,
    OPTION_PEOPLE,
    OPTION_DESKS,
    OPTION_BROKER,
    OPTION_BROKER_KEY,
    OPTION_TRAIL,
    OPTION_RING,
    OPTION_SINGLE,
    OPTION_LOCK
};

static const struct argp_option gateway_options[] = {
    {"listen", OPTION_LISTEN, "ADDRESS", 0,
     "For the proxy: unix:/PATH, 127.0.0.1:PORT, [::1]:PORT, or systemd for the socket of concordat-gateway.socket",
     0},
    {"origin", OPTION_ORIGIN, "URL", 0,
     "The address in people's browsers, such as https://concordat.example; forms that come from pages of another are "
     "refused",
     0},
    {"people", OPTION_PEOPLE, "FILE", 0, "Who may sign in; `concordat people` writes it", 0},
    {"desks", OPTION_DESKS, "FILE", 0, "The teams, coordinators and sources that it speaks for, a key a line",
     0},
    {"broker", OPTION_BROKER, "ENDPOINT", 0,
     "The broker, such as tcp://127.0.0.1:5170; or with commas each machine on which it may be", 0},
    {"broker-key", OPTION_BROKER_KEY, "FILE", 0, "Public key of the broker", 0},
    {"trail", OPTION_TRAIL, "FILE", 0,
     "The trail that concordat-audit keeps, for auditors to read here; without it they are told that there is none",
     0},
    {"ring", OPTION_RING, "TEXT", 0, "Whom people ring if it does not work, with the number", 0},
    {"lock-minutes", OPTION_LOCK, "N", 0,
     "A page that nobody touched for so long hides what is personal, until the person gives a code or their password; 1 to "
     "30, and 2 if it is not said. `concordat people add --lock-minutes` has another time for one person",
     0},
    {"single-sign-on", OPTION_SINGLE, "unix:/PATH,USER", 0,
     "Another socket, for Apache alone, whose workers run as this user (a name or number): it tells there whom their "
     "organisation has signed in; deploy/examples/apache-openidc.conf",
     0},
    {0},
};

/* Each is needed, but for the trail. */
static const struct gateway_text {
    const char *name;
    enum gateway_option key;
    size_t at; /* where struct gateway_config keeps the text */
} gateway_texts[] = {
    {"listen", OPTION_LISTEN, offsetof(struct gateway_config, listen)},
    {"origin", OPTION_ORIGIN, offsetof(struct gateway_config, origin)},
    {"people", OPTION_PEOPLE, offsetof(struct gateway_config, people_path)},
    {"desks", OPTION_DESKS, offsetof(struct gateway_config, desks_path)},
    {"broker", OPTION_BROKER, offsetof(struct gateway_config, broker)},
    {"broker-key", OPTION_BROKER_KEY, offsetof(struct gateway_config, broker_key_path)},
    {"trail", OPTION_TRAIL, offsetof(struct gateway_config, trail_path)},
    {"ring", OPTION_RING, offsetof(struct gateway_config, ring)},
};
enum { GATEWAY_TEXTS = sizeof gateway_texts / sizeof *gateway_texts };

static const char **gateway_text_at(struct gateway_config *config, size_t i)
{
    return (const char **)(void *)((char *)config + gateway_texts[i].at);
}

/* Browsers send an origin without a slash at its end, and only over TLS do they keep our cookie. */
static void check_origin(struct argp_state *state, const char *origin)
{
    static const char tls[] = "https://";
    if (strncmp(origin, tls, sizeof tls - 1) != 0 || !origin[sizeof tls - 1] ||
        strchr(origin + sizeof tls - 1, '/'))
        argp_error(state, "--origin is https:// and a name, and no path, such as https://concordat.example");
}

static void gateway_check_broker(const struct argp_state *state, const char *broker)
{
    char message[512];
    if (!addresses_are_good(broker, message, sizeof message))
        argp_error(state, "--broker %s", message);
}

static error_t parse_gateway_option(int key, char *text, struct argp_state *state)
{
    static struct single_sign_on single;
    struct gateway_config *config = state->input;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = &config->metrics_path;
    for (size_t i = 0; i < GATEWAY_TEXTS; i++) {
        if ((int)gateway_texts[i].key == key) {
            *gateway_text_at(config, i) = text;
            return 0;
        }
        if (key == ARGP_KEY_END && gateway_texts[i].key != OPTION_TRAIL && !*gateway_text_at(config, i))
            argp_error(state, "--%s is needed", gateway_texts[i].name);
    }
    if (key == OPTION_LOCK) {
        char *end;
        config->lock_minutes = (unsigned)strtoul(text, &end, 10);
        if (*end || config->lock_minutes < 1 || config->lock_minutes > LOCK_MINUTES_MAX)
            argp_error(state, "--lock-minutes is 1 to 30");
        return 0;
    }
    if (key == OPTION_SINGLE) {
        config->single = &single;
        if (!single_sign_on_read(text, &single))
            argp_error(state, "--single-sign-on is unix:/PATH,USER, and the user is one of this machine's");
        return 0;
    }
    if (key == ARGP_KEY_ARG)
        argp_error(state, "%s is no option", text);
    if (key == ARGP_KEY_END) {
        check_origin(state, config->origin);
        gateway_check_broker(state, config->broker);
    }
    return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

int main(int argc, char **argv)
{
    const struct argp_child more[] = {{&metrics_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = gateway_options, .parser = parse_gateway_option, .doc = gateway_about, .children = more};
    struct gateway_config config = {.lock_minutes = LOCK_MINUTES};
    program_begin();
    argp_err_exit_status = CODE_USAGE;
    program_take_options(&argp, argc, argv, 0, &config);
    if (sodium_init() < 0) {
        fprintf(stderr, "concordat-gateway: libsodium does not start\n");
        return CODE_ENVIRONMENT;
    }
    return gateway_run(&config);
}
