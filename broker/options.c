/* options.c: see options.h. */
#include "broker/options.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "broker/ledger/ledger.h"
#include "proto/server/disk_room.h"
#include "proto/words/exit_code.h"
#include "proto/words/metrics.h"
#include "proto/words/program.h"

const char *argp_program_version = "concordat-broker " CONCORDAT_VERSION;

enum { OPTIONS_MESSAGE_BYTES = 256 };

static const char about[] =
    "The router: takes referrals, asks crisis teams, keeps the ledger.\v"
    "SIGHUP reads policy, keys and master key again; if the policy is wrong, the running one stays.\n"
    "SIGTERM stops.\n"
    "SIGUSR1 confirms a wall clock that has leapt, and that the system does not call synchronised.\n\n"
    "Exit codes:\n"
    "    0  stopped as asked; the policy that --check was given is good, whatever gaps it has\n"
    "  100  an option, the policy or the limit of descriptors is wrong\n"
    "  101  a bug: an assertion failed; or libzmq gave up, as the last line says\n"
    "  111  disk, memory, network, ledger or key file; nothing acknowledged is lost\n"
    "  112  this router led a ledger on servers, and leads no longer: another one may; start it again, and it "
    "follows\n\n"
    "Examples:\n"
    "  concordat-broker --check region.yaml\n"
    "  concordat-broker --policy region.yaml --state /var/lib/concordat \\\n"
    "    --listen tcp://127.0.0.1:5170 --key broker.key_secret --keys keys\n"
    "  concordat-broker --policy region.yaml --state /var/lib/concordat \\\n"
    "    --ledger 'postgresql://concordat_broker@a,b,c/concordat?passfile=/etc/concordat/pgpass' \\\n"
    "    --listen tcp://0.0.0.0:5170 --key broker.key_secret --keys keys";

static const struct argp_option option_list[] = {
    {"policy", 'p', "FILE", 0, "The directory and policy of the region (YAML)", 0},
    {"state", 's', "FOLDER", 0, "Where the ledger and snapshots are kept; made if it is not there", 0},
    {"ledger", 'L', "ADDRESS", 0,
     "Where the ledger is kept, if not in the state folder: servers of PostgreSQL, such as "
     "postgresql://concordat_broker@a,b,c/concordat?passfile=FILE. While another router leads, this one waits "
     "and follows",
     0},
    {"listen", 'l', "ENDPOINT", 0, "Where services and teams connect, such as tcp://127.0.0.1:5170", 0},
    {"key", 'k', "FILE", 0, "The broker's own secret key", 0},
    {"keys", 'K', "FOLDER", 0, "Public keys of everyone who is let in", 0},
    {"master-key", 'm', "FILE", 0,
     "The master key, outside the state folder; else the credential \"master-key\"", 0},
    {"disk-floor", 'f', "MIB", 0,
     "With less free disk long referrals are refused (1024; on a small disk an eighth of it)", 0},
    {"check", 'c', "FILE", 0,
     "Check a policy file, say what is wrong with it, and for whom and when nobody would come; "
     "with --ledger, also what its servers lack; then stop",
     0},
    {"names", 'n', 0, 0, "With --check: also list the coordinators and teams, for programs", 0},
    {0}};

/* A number of MiB, from 1 to a TiB. */
static error_t take_disk_floor(const char *text, struct argp_state *state, uint64_t *bytes)
{
    char *end;
    unsigned long long mib = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || mib < 1 || mib > DISK_MIB)
        argp_error(state, "--disk-floor takes a number of MiB from 1 to %llu", (unsigned long long)DISK_MIB);
    *bytes = mib * DISK_MIB;
    return 0;
}

static error_t take_ledger(const char *text, struct argp_state *state, const char **ledger)
{
    char message[OPTIONS_MESSAGE_BYTES];
    if (!ledger_is_served(text))
        argp_error(state, "--ledger takes an address that begins with " LEDGER_SERVED);
    if (!ledger_check_address(text, message, sizeof message))
        argp_error(state, "%s", message);
    *ledger = text;
    return 0;
}

static error_t broker_take_option(int key, char *value, struct argp_state *state)
{
    struct broker_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->metrics;
        break;
    case 'p':
        options->policy = value;
        break;
    case 's':
        options->state = value;
        break;
    case 'L':
        return take_ledger(value, state, &options->ledger);
    case 'l':
        options->listen = value;
        break;
    case 'k':
        options->key = value;
        break;
    case 'K':
        options->keys = value;
        break;
    case 'm':
        options->master_key = value;
        break;
    case 'f':
        return take_disk_floor(value, state, &options->disk_floor_bytes);
    case 'c':
        options->check = value;
        break;
    case 'n':
        options->names = true;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

void options_take(int argc, char **argv, struct broker_options *options)
{
    const struct argp_child more[] = {{&metrics_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {option_list, broker_take_option, NULL, about, more, NULL, NULL};
    argp_err_exit_status = CODE_USAGE;
    program_take_options(&argp, argc, argv, 0, options);
    if (options->check ||
        (options->policy && options->state && options->listen && options->key && options->keys))
        return;
    fprintf(stderr,
            "concordat-broker: --policy, --state, --listen, --key and --keys are needed; see --help\n");
    exit(CODE_USAGE);
}
