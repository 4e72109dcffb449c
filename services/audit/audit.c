/* audit.c: concordat-audit: keeps an auditor's own copy of the ledger, checked event by event. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "proto/words/exit_code.h"
#include "services/audit/follow.h"

enum { PATH_BYTES = 4096 };

const char *argp_program_version = "concordat-audit " CONCORDAT_VERSION;

struct options {
    const char *broker, *broker_key, *key, *state;
};

static const struct argp_option option_list[] = {
    {"broker", 'b', "ENDPOINT", 0, "Where the broker listens, such as tcp://127.0.0.1:5170", 0},
    {"broker-key", 'B', "FILE", 0, "The broker's public key file", 0},
    {"key", 'k', "FILE", 0, "This auditor's secret key file", 0},
    {"state", 's', "FOLDER", 0, "Where trail.db is kept; made where it is not there", 0},
    {0}};

static const char documentation[] =
    "Follows the broker's ledger into FOLDER/trail.db: every event, checked against the chain before it is "
    "stored, and plain tables beside it that sqlite3 can query. Goes on from where it was after a crash."
    "\vA history that does not continue the one in the trail is written into its table `alarm` and never "
    "followed. `concordat report` and `concordat verify` read the trail.\n\n"
    "Exit codes:\n"
    "    0  stopped by SIGTERM or SIGINT\n"
    "  100  an option or a key is wrong\n"
    "  101  a bug: an assertion failed\n"
    "  111  disk, network or ledger, such as a history that does not continue ours\n\n"
    "Examples:\n"
    "  concordat-audit --broker tcp://127.0.0.1:5170 --broker-key broker.key \\\n"
    "    --key auditor.key_secret --state /var/lib/concordat-audit";

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'b':
        options->broker = argument;
        return 0;
    case 'B':
        options->broker_key = argument;
        return 0;
    case 'k':
        options->key = argument;
        return 0;
    case 's':
        options->state = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->broker || !options->broker_key || !options->key || !options->state)
            argp_error(state, "--broker, --broker-key, --key and --state are all needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t stopping;

static void stop(int signal_number)
{
    (void)signal_number;
    stopping = 1;
}

/* Two followers of one trail would only trip over each other. The lock goes with the process. */
static int lock_state(const char *folder)
{
    char path[PATH_BYTES];
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "concordat-audit: %s: %s\n", folder, strerror(errno));
        return -1;
    }
    snprintf(path, sizeof path, "%s/audit.lock", folder);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        fprintf(stderr, "concordat-audit: %s: %s\n", path, strerror(errno));
    } else if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        fprintf(stderr, "concordat-audit: %s: another concordat-audit keeps this trail\n", folder);
        close(lock);
        lock = -1;
    }
    return lock;
}

static int follow(const struct options *options, struct trail *trail)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    struct concordat_client *client = concordat_client_open(
        &(struct concordat_client_config){.endpoint = options->broker,
                                          .server_key_path = options->broker_key,
                                          .key_path = options->key,
                                          .software = "concordat-audit " CONCORDAT_VERSION},
        message, sizeof message);
    if (!client) {
        fprintf(stderr, "concordat-audit: %s\n", message);
        return CODE_USAGE;
    }
    sd_notify(0, "READY=1");
    int result = follow_run(client, trail, &stopping);
    sd_notify(0, "STOPPING=1");
    concordat_client_close(&client);
    return result;
}

int main(int count, char **arguments)
{
    struct options options = {0};
    exit_code_for_bugs();
    argp_err_exit_status = CODE_USAGE;
    argp_parse(&(struct argp){option_list, parse, NULL, documentation, NULL, NULL, NULL}, count, arguments, 0,
               NULL, &options);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    int lock = lock_state(options.state);
    if (lock < 0)
        return CODE_ENVIRONMENT;
    char path[PATH_BYTES], message[TRAIL_MESSAGE_BYTES] = "";
    snprintf(path, sizeof path, "%s/trail.db", options.state);
    int result = CODE_ENVIRONMENT;
    struct trail *trail = trail_open(path, message, sizeof message);
    if (!trail)
        fprintf(stderr, "concordat-audit: %s\n", message);
    else
        result = follow(&options, trail);
    trail_close(&trail);
    close(lock);
    return result;
}
