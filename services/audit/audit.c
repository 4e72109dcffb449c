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

#include "proto/client/addresses.h"
#include "proto/client/follow.h"
#include "proto/words/exit_code.h"
#include "proto/words/metrics.h"
#include "proto/words/now.h"
#include "proto/words/program.h"
#include "proto/words/watchdog.h"
#include "services/audit/sql.h"
#include "services/audit/trail.h"

enum { PATH_BYTES = 4096, SIGNAL_PATIENCE_MS = 500 };

const char *argp_program_version = "concordat-audit " CONCORDAT_VERSION;

struct audit_options {
    const char *broker, *broker_key, *key, *state, *metrics;
    bool group_reads;
};

static const struct argp_option audit_option_list[] = {
    {"broker", 'b', "ENDPOINT", 0,
     "The address that the broker listens on, such as tcp://127.0.0.1:5170; or with commas each machine on which it may be",
     0},
    {"broker-key", 'B', "FILE", 0, "The broker's public key file", 0},
    {"key", 'k', "FILE", 0, "The secret key file of this auditor or inspector", 0},
    {"state", 's', "FOLDER", 0, "The folder for trail.db; made if it is not there", 0},
    {"group-reads", 'g', 0, 0,
     "Who is in the group of this program may read the trail too, such as the gateway, in which auditors read it",
     0},
    {0}};

static const char documentation[] =
    "Follows the broker's ledger into FOLDER/trail.db: every event, checked against the chain before it is "
    "stored, and plain tables beside it that sqlite3 can query. After a crash it goes on from "
    "the event that it had come to. With the key of an inspector it gets all facts of the events, with that of "
    "an auditor a reduced form: age band, area, hour and codes. A trail is continued only by a key of the role "
    "that began it."
    "\vA history that does not continue the one in the trail is written into its table `alarm` and never "
    "followed. `concordat report` and `concordat verify` read the trail; while an alarm stands in it, it does "
    "not verify.\n\n"
    "Exit codes:\n"
    "    0  stopped by SIGTERM or SIGINT\n"
    "  100  an option or a key is wrong\n"
    "  101  a bug: an assertion failed\n"
    "  111  disk, network or ledger, such as a history that does not continue ours\n\n"
    "Examples:\n"
    "  concordat-audit --broker tcp://127.0.0.1:5170 --broker-key broker.key \\\n"
    "    --key auditor.key_secret --state /var/lib/concordat-audit";

static void check_audit_options(const struct argp_state *state, const struct audit_options *options)
{
    char message[512];
    if (!options->broker || !options->broker_key || !options->key || !options->state)
        argp_error(state, "--broker, --broker-key, --key and --state are all needed");
    else if (!addresses_are_good(options->broker, message, sizeof message))
        argp_error(state, "--broker %s", message);
}

static error_t parse_audit_option(int key, char *argument, struct argp_state *state)
{
    struct audit_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->metrics;
        return 0;
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
    case 'g':
        options->group_reads = true;
        return 0;
    case ARGP_KEY_END:
        check_audit_options(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t stopping;

static void note_signal(int signal_number)
{
    (void)signal_number;
    stopping = 1;
}

/* A trail has one writer. The lock ends with the process. */
static int lock_trail(const char *folder)
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

/* --- figures ---------------------------------------------------------------------------------------- */

static void write_figures(struct metrics *m, const struct concordat_follow *follow, struct trail *trail)
{
    if (!metrics_begin(m, now_monotonic_ms(), now_wall_ms()))
        return;
    const struct concordat_follow_standing stands = concordat_follow_stands(follow);
    uint64_t have = trail_head(trail, NULL);
    metrics_number(m, METRIC_GAUGE, "router_reachable", "1 if the router welcomes this follower.",
                   stands.connected);
    metrics_number(m, METRIC_COUNTER, "events_total", "Events in the trail: the number of the newest.",
                   (double)have);
    metrics_number(m, METRIC_GAUGE, "behind_events",
                   "Events that the router has told of, and that are not in the trail yet.",
                   stands.head > have ? (double)(stands.head - have) : 0);
    metrics_number(m, METRIC_GAUGE, "alarms",
                   "Alarms in the trail: what the router told did not continue the history.",
                   (double)sql_ask(trail_database(trail), "SELECT count(*) FROM alarm", 0));
    metrics_end(m);
}

/* --- following -------------------------------------------------------------------------------------- */

struct trail_keeping {
    struct trail *trail;
    enum trail_status status; /* of the latest events */
    char message[TRAIL_MESSAGE_BYTES];
};

static bool keep_events(void *context, const struct chained_event *events, size_t count)
{
    struct trail_keeping *keeping = context;
    keeping->status = trail_append(keeping->trail, events, count, keeping->message, sizeof keeping->message);
    return keeping->status == TRAIL_OK;
}

/* Records a history that is not the one in the trail, and says so. */
static void raise_alarm(struct trail *trail, const char *message)
{
    fprintf(stderr, "concordat-audit: ALARM: %s\n", message);
    if (trail_alarm(trail, now_wall_ms(), message) != TRAIL_OK)
        fputs("concordat-audit: the alarm could not be written into the trail\n", stderr);
}

/* Follows until a signal asks it to stop (0), or until something is wrong. */
static int follow_into(struct concordat_follow *follow, struct trail *trail, struct metrics *metrics)
{
    struct trail_keeping keeping = {.trail = trail};
    enum concordat_follow_status status = FOLLOW_GOES_ON;
    struct watchdog watchdog;
    watchdog_open(&watchdog);
    while (!stopping && status == FOLLOW_GOES_ON) {
        watchdog_turn(&watchdog, now_monotonic_ms());
        write_figures(metrics, follow, trail);
        status = concordat_follow_next(follow, SIGNAL_PATIENCE_MS, keep_events, &keeping);
    }
    if (status == FOLLOW_GOES_ON)
        return CODE_DONE;
    bool not_kept = status == FOLLOW_STOPPED;
    const char *message = not_kept ? keeping.message : concordat_follow_message(follow);
    if (status == FOLLOW_BROKEN || (not_kept && keeping.status == TRAIL_BROKEN))
        raise_alarm(trail, message);
    else
        fprintf(stderr, "concordat-audit: %s\n", message);
    metrics->due_ms = 0; /* an alarm is told before the program ends */
    write_figures(metrics, follow, trail);
    return CODE_ENVIRONMENT;
}

static int follow_broker(const struct audit_options *options, struct trail *trail)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    struct concordat_follow *follow = concordat_follow_open(
        &(struct concordat_client_config){.endpoint = options->broker,
                                          .server_key_path = options->broker_key,
                                          .key_path = options->key,
                                          .software = "concordat-audit " CONCORDAT_VERSION},
        trail_head(trail, NULL), message, sizeof message);
    if (!follow) {
        fprintf(stderr, "concordat-audit: %s\n", message);
        return CODE_USAGE;
    }
    struct metrics metrics = {.program = "audit", .path = options->metrics};
    write_figures(&metrics, follow, trail);
    sd_notify(0, "READY=1");
    int result = follow_into(follow, trail, &metrics);
    sd_notify(0, "STOPPING=1");
    concordat_follow_close(&follow);
    return result;
}

int main(int count, char **arguments)
{
    const struct argp_child more[] = {{&metrics_argp, 0, NULL, 0}, {0}};
    struct audit_options options = {0};
    program_begin();
    argp_err_exit_status = CODE_USAGE;
    program_take_options(
        &(struct argp){audit_option_list, parse_audit_option, NULL, documentation, more, NULL, NULL}, count,
        arguments, 0, &options);
    if (options.group_reads)
        (void)umask(S_IRWXO);
    struct sigaction action = {.sa_handler = note_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    int lock = lock_trail(options.state);
    if (lock < 0)
        return CODE_ENVIRONMENT;
    char path[PATH_BYTES], message[TRAIL_MESSAGE_BYTES] = "";
    snprintf(path, sizeof path, "%s/trail.db", options.state);
    int result = CODE_ENVIRONMENT;
    struct trail *trail = trail_open(path, message, sizeof message);
    if (!trail)
        fprintf(stderr, "concordat-audit: %s\n", message);
    else
        result = follow_broker(&options, trail);
    trail_close(&trail);
    close(lock);
    return result;
}
