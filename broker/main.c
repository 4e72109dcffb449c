/* main.c: the broker as a process: its options, its signals and its loop. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "broker/policy/policy_file.h"
#include "broker/shell/broker.h"
#include "broker/shell/keeper.h"
#include "broker/shell/recovery.h"
#include "proto/wire/wire.h"
#include "proto/words/exit_code.h"

enum { MESSAGE_BYTES = 512 };

/* So many messages are enough for one sync where the disk waits for work. Where so many turns, one after
 * another, were full, the processor is what is short: it does longer turns with less. */
enum { TURN_MESSAGES_GOOD = 64, TURN_MESSAGES_BUSY = 128, BUSY_TURNS = 4 };

const char *argp_program_version = "concordat-broker " CONCORDAT_VERSION;

static const char about[] =
    "The router: takes referrals, asks crisis teams, keeps the ledger.\v"
    "SIGHUP reads policy and keys again; if the policy is wrong, the running one stays. SIGTERM stops.\n\n"
    "Exit codes:\n"
    "    0  stopped as asked; the policy that --check was given is good\n"
    "  100  an option or the policy is wrong\n"
    "  101  a bug: an assertion failed\n"
    "  111  disk, network, ledger or key file; nothing acknowledged is lost\n\n"
    "Examples:\n"
    "  concordat-broker --check region.yaml\n"
    "  concordat-broker --policy region.yaml --state /var/lib/concordat \\\n"
    "    --listen tcp://127.0.0.1:5170 --key broker.key_secret --keys keys";

struct options {
    const char *policy, *state, *listen, *key, *keys, *check;
};

static const struct argp_option option_list[] = {
    {"policy", 'p', "FILE", 0, "The directory and policy of the region (YAML)", 0},
    {"state", 's', "FOLDER", 0, "Where the ledger is kept; made if it is not there", 0},
    {"listen", 'l', "ENDPOINT", 0, "Where services and teams connect, such as tcp://127.0.0.1:5170", 0},
    {"key", 'k', "FILE", 0, "The broker's own secret key", 0},
    {"keys", 'K', "FOLDER", 0, "Public keys of everyone who is let in", 0},
    {"check", 'c', "FILE", 0, "Check a policy file, say what is wrong with it, and stop", 0},
    {0}};

static error_t take_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'p':
        options->policy = value;
        break;
    case 's':
        options->state = value;
        break;
    case 'l':
        options->listen = value;
        break;
    case 'k':
        options->key = value;
        break;
    case 'K':
        options->keys = value;
        break;
    case 'c':
        options->check = value;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Everything the process owns. */
struct process {
    struct options options;
    struct ledger *ledger;
    struct server *server;
    struct policy_file *policy;
    struct broker *broker;
    struct keeper keeper;
    int signals;
    int taken; /* messages, in this turn */
    int full;  /* turns before this, one after another, that took all that they may */
    bool altered_said;
    bool stopping;
};

static struct now now_is(void)
{
    struct timespec wall, mono;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    return (struct now){.wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
                        .mono_ms = (int64_t)mono.tv_sec * 1000 + mono.tv_nsec / 1000000};
}

/* --- the ports of the shell, on this machine -------------------------------------------------------- */

static enum ledger_status port_write(void *context, const struct ledger_event *events, size_t count)
{
    struct process *p = context;
    return ledger_write(p->ledger, events, count);
}

static bool port_syncing(void *context)
{
    struct process *p = context;
    return ledger_is_syncing(p->ledger);
}

static enum ledger_status port_sync(void *context)
{
    struct process *p = context;
    return ledger_sync(p->ledger);
}

/* What is altered in the ledger is for whoever runs the broker to know; once, because whoever asks for it can
 * ask again. Routing does not need what is old, and goes on. */
static enum ledger_status say_altered(struct process *p, enum ledger_status status)
{
    if (status == LEDGER_CORRUPT && !p->altered_said)
        fprintf(stderr, "concordat-broker: ledger: %s\n", ledger_message(p->ledger));
    p->altered_said |= status == LEDGER_CORRUPT;
    return status;
}

static enum ledger_status port_read(void *context, uint64_t after, size_t limit, ledger_each *each,
                                    void *each_context)
{
    struct process *p = context;
    return say_altered(p, ledger_read(p->ledger, after, limit, each, each_context));
}

static enum ledger_status port_confidential(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                            size_t *size)
{
    struct process *p = context;
    return say_altered(p, ledger_confidential(p->ledger, seq, buffer, capacity, size));
}

static enum server_sent port_send(void *context, const struct server_route *route,
                                  const struct frame_part *parts, size_t count)
{
    struct process *p = context;
    return server_send(p->server, route, parts, count);
}

static const struct key *port_key(void *context, const char *name)
{
    struct process *p = context;
    return server_key(p->server, name);
}

static void port_random(void *context, void *bytes, size_t size)
{
    (void)context;
    randombytes_buf(bytes, size);
}

static void port_log(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "concordat-broker: %s\n", line);
}

/* --- starting and stopping -------------------------------------------------------------------------- */

static int check_policy(const char *path)
{
    struct policy_problems problems = {0};
    struct policy_file *file = policy_file_read(path, &problems);
    if (!file) {
        policy_problems_print(stdout, path, &problems);
        return CODE_USAGE;
    }
    printf("%s: good: %u areas, %u teams, %u coordinators\n", path, file->policy.area_count,
           file->policy.team_count, file->policy.coordinator_count);
    policy_file_destroy(&file);
    return 0;
}

static struct policy_file *read_policy(const char *path)
{
    struct policy_problems problems = {0};
    struct policy_file *file = policy_file_read(path, &problems);
    if (!file)
        policy_problems_print(stderr, path, &problems);
    return file;
}

static int block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int fail(const char *what, const char *message)
{
    fprintf(stderr, "concordat-broker: %s: %s\n", what, message);
    return CODE_ENVIRONMENT;
}

/* Everything that was taken is on disk and said after this. */
static enum ledger_status end_turn(struct process *p)
{
    enum ledger_status status = broker_commit(p->broker);
    p->taken = 0;
    return status == LEDGER_OK ? broker_settle(p->broker) : status;
}

static int start(struct process *p)
{
    char message[MESSAGE_BYTES], path[4096];
    enum ledger_status status;
    uint64_t replayed, seed;
    if (mkdir(p->options.state, 0700) && errno != EEXIST)
        return fail(p->options.state, strerror(errno));
    if ((size_t)snprintf(path, sizeof path, "%s/ledger.db", p->options.state) >= sizeof path)
        return fail(p->options.state, "the path is too long");
    p->ledger = ledger_open(path, &status, message, sizeof message);
    if (!p->ledger)
        return fail("ledger", message);
    if (!ledger_start_threads(p->ledger))
        return fail("ledger", "no thread is to be had");
    randombytes_buf(&seed, sizeof seed);
    struct state *state =
        recovery_read(p->ledger, p->options.state, seed, &replayed, message, sizeof message);
    if (!state)
        return fail("ledger", message);
    const struct broker_ports ports = {p,           port_write,        port_syncing, port_sync,
                                       port_read,   port_confidential, port_send,    port_key,
                                       port_random, port_log};
    p->broker = broker_open(&ports, state, "concordat-broker " CONCORDAT_VERSION);
    if (!p->broker || !broker_load_policy(p->broker, p->policy, now_is()))
        return fail("start", "not enough memory");
    p->keeper.kept_seq = state->counters.seq - replayed;
    broker_record_start(p->broker, replayed, now_is());
    if (end_turn(p) != LEDGER_OK)
        return fail("ledger", ledger_message(p->ledger));
    const struct server_config config = {p->options.listen, p->options.key, p->options.keys,
                                         WIRE_REQUEST_BYTES_MAX};
    p->server = server_open(&config, message, sizeof message);
    if (!p->server)
        return fail("listen", message);
    fprintf(stderr, "concordat-broker: ready on %s, %llu events, %u cases open\n", p->options.listen,
            (unsigned long long)broker_state(p->broker)->counters.seq,
            broker_state(p->broker)->counters.open_count);
    sd_notify(0, "READY=1");
    return 0;
}

/* What was taken was decided under the keys before, and goes out before others count: from then on nothing
 * goes to a key that was withdrawn. Where that fails the turn fails too. */
static void reload_keys(struct process *p)
{
    end_turn(p);
    server_reload_keys(p->server);
}

/* A policy that is wrong is refused and the running one stays. */
static void reload(struct process *p)
{
    sd_notify(0, "RELOADING=1");
    reload_keys(p);
    struct policy_file *file = read_policy(p->options.policy);
    if (file && broker_load_policy(p->broker, file, now_is())) {
        policy_file_destroy(&p->policy);
        p->policy = file;
        fprintf(stderr, "concordat-broker: policy and keys loaded again\n");
    } else {
        policy_file_destroy(&file);
        fprintf(stderr, "concordat-broker: keys loaded again; the policy before stays in force\n");
    }
    sd_notify(0, "READY=1");
}

static void take_signals(struct process *p)
{
    struct signalfd_siginfo info;
    while (read(p->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGHUP)
            reload(p);
        else
            p->stopping = true;
}

/* So many that a disk that waits for work gets it. */
static int enough(const struct process *p)
{
    return p->full < BUSY_TURNS ? TURN_MESSAGES_GOOD : TURN_MESSAGES_BUSY;
}

static bool takes_more(const struct process *p)
{
    return p->taken < (broker_is_settled(p->broker) ? enough(p) : TURN_MESSAGES_MAX);
}

/* Takes what waits. The turn before is told as soon as it is on disk. */
static enum ledger_status take(struct process *p)
{
    struct server_message message;
    struct now now = now_is();
    for (;; p->taken++) {
        enum ledger_status status = ledger_is_syncing(p->ledger) ? LEDGER_OK : broker_settle(p->broker);
        if (status != LEDGER_OK || !takes_more(p) || !server_receive(p->server, &message))
            return status;
        if (!broker_take(p->broker, &message.route, message.key_name, message.bytes, message.size, now))
            server_complain(p->server);
    }
}

/* One turn: take what waits, see what time brings, commit, send. What arrives while the turn before is still
 * on its way to the disk belongs to this one: one sync for all of it. */
static enum ledger_status turn(struct process *p)
{
    enum ledger_status status = take(p);
    if (status != LEDGER_OK || (!broker_is_settled(p->broker) && takes_more(p)))
        return status;
    bool idle = p->taken == 0;
    p->full = p->taken < enough(p) ? 0 : p->full + 1;
    p->taken = 0;
    broker_time(p->broker, now_is());
    status = broker_commit(p->broker);
    if (status == LEDGER_OK && keeper_is_due(&p->keeper, broker_state(p->broker)))
        status = broker_settle(p->broker);
    if (status != LEDGER_OK || !broker_is_settled(p->broker))
        return status;
    if (idle)
        ledger_idle(p->ledger);
    keeper_keep(&p->keeper, broker_state(p->broker), p->ledger, p->options.state);
    return LEDGER_OK;
}

static int run(struct process *p)
{
    zmq_pollitem_t items[] = {{server_socket(p->server), 0, ZMQ_POLLIN, 0},
                              {NULL, server_keys_fd(p->server), ZMQ_POLLIN, 0},
                              {NULL, p->signals, ZMQ_POLLIN, 0},
                              {NULL, ledger_synced_fd(p->ledger), ZMQ_POLLIN, 0}};
    while (!p->stopping) {
        int patience_ms = server_has_more(p->server) ? 0 : broker_patience_ms(p->broker, now_is());
        if (zmq_poll(items, 4, patience_ms) < 0 && errno != EINTR)
            return fail("poll", zmq_strerror(errno));
        if (items[1].revents)
            reload_keys(p);
        if (items[2].revents)
            take_signals(p);
        if (turn(p) != LEDGER_OK) {
            /* What is on disk is not known now. Senders keep what was not acknowledged; a new start reads
             * the ledger and goes on from there. */
            return fail("ledger", ledger_message(p->ledger));
        }
    }
    sd_notify(0, "STOPPING=1");
    if (end_turn(p) != LEDGER_OK)
        return fail("ledger", ledger_message(p->ledger));
    keeper_keep_now(&p->keeper, broker_state(p->broker), p->ledger, p->options.state);
    fprintf(stderr, "concordat-broker: stopped, %llu events\n",
            (unsigned long long)broker_state(p->broker)->counters.seq);
    return 0;
}

static void stop(struct process *p)
{
    broker_close(&p->broker);
    server_close(&p->server);
    policy_file_destroy(&p->policy);
    ledger_close(&p->ledger);
    close(p->signals);
}

int main(int argc, char **argv)
{
    const struct argp argp = {option_list, take_option, NULL, about, NULL, NULL, NULL};
    struct process p = {0};
    exit_code_for_bugs();
    argp_err_exit_status = CODE_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &p.options))
        return CODE_USAGE;
    if (p.options.check)
        return check_policy(p.options.check);
    if (!p.options.policy || !p.options.state || !p.options.listen || !p.options.key || !p.options.keys) {
        fprintf(stderr,
                "concordat-broker: --policy, --state, --listen, --key and --keys are needed; see --help\n");
        return CODE_USAGE;
    }
    /* Seeded by the system, in this process from there on: each submission needs a salt. */
    randombytes_set_implementation(&randombytes_internal_implementation);
    if (sodium_init() < 0)
        return fail("start", "no source of random numbers");
    p.policy = read_policy(p.options.policy);
    if (!p.policy)
        return CODE_USAGE;
    p.signals = block_signals();
    int code = start(&p);
    if (code == 0)
        code = run(&p);
    stop(&p);
    return code;
}
