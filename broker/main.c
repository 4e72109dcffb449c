/* main.c: the broker as a process: its parts, its signals and its loop. */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "broker/await_lead.h"
#include "broker/key_store.h"
#include "broker/machine.h"
#include "broker/options.h"
#include "broker/policy_check.h"
#include "broker/policy_on_disk.h"
#include "broker/replay_watch.h"
#include "broker/shell/broker.h"
#include "broker/shell/figures.h"
#include "broker/shell/keeper.h"
#include "broker/shell/recovery.h"
#include "proto/server/descriptors.h"
#include "proto/server/disk_room.h"
#include "proto/wire/wire.h"
#include "proto/words/exit_code.h"
#include "proto/words/metrics.h"
#include "proto/words/program.h"
#include "proto/words/watchdog.h"

enum { MESSAGE_BYTES = 512 };

/* TURN_MESSAGES_GOOD messages make one sync worthwhile. After BUSY_TURNS full turns in a row the processor is
 * the bottleneck, and longer turns cost it less for each message. */
enum { TURN_MESSAGES_GOOD = 64, TURN_MESSAGES_BUSY = 128, BUSY_TURNS = 4 };
/* Making the ballast can take a moment, so it is not tried at each turn. */
enum { BALLAST_LOOK_MS = 60 * 1000 };
enum { ROTATION_PAUSE_MS = 1 };

/* What the service manager was told last of what somebody has to look after. */
struct status_told {
    const char *room; /* of the disk; NULL: there is enough */
    bool doubts_clock, keys_fail, policy_fails, lacks_master_key;
};

/* Everything that the process owns. */
struct process {
    struct broker_options options;
    struct machine machine;
    char ledger_path[4096];           /* of a ledger in a file */
    struct standby standby;           /* until this router leads; a ledger in a file is led at once */
    struct acknowledged acknowledged; /* of a ledger on servers */
    struct key_store key_store;
    bool seals_failed; /* nobody knows what is on the disk */
    struct policy_file *policy;
    struct broker *broker;
    struct keeper keeper;
    struct replay_watch replay_watch;
    int64_t ballast_at_ms; /* when to see to the ballast again */
    int signals;
    int taken;         /* messages, in this turn */
    int full_turns;    /* before this one, without a break */
    bool keys_fail;    /* they cannot be read now */
    bool policy_fails; /* the file has faults, and the policy before is in force */
    struct status_told told;
    struct metrics metrics;
    struct policy_on_disk policy_on_disk;
    bool stopping;
};

/* Returns the exit code. */
static int report_failure(const char *what, const char *message)
{
    fprintf(stderr, "concordat-broker: %s: %s\n", what, message);
    return CODE_ENVIRONMENT;
}

/* With a ledger on servers another router may lead by now, and this one is to follow. */
static int report_lost_ledger(const struct process *p, const char *what, const char *message)
{
    int code = report_failure(what, message);
    return p->options.ledger ? CODE_DEPOSED : code;
}

/* --- signals -------------------------------------------------------------------------------------- */

/* Signals come by a descriptor. Without one nobody could stop the broker, or make it read its policy again.
 */
static int process_open_signals(struct process *p)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return p->signals >= 0 ? 0 : report_failure("signals", strerror(errno));
}

/* --- starting --------------------------------------------------------------------------------------- */

/* Afterwards all that was taken is on disk and sent. */
static enum ledger_status commit_and_settle(struct process *p)
{
    enum ledger_status status = broker_commit(p->broker);
    p->taken = 0;
    return status == LEDGER_OK ? broker_settle(p->broker) : status;
}

/* A disk without room is no reason not to start: what people answer has to be taken. */
static void give_up_ballast_if_full(const struct process *p)
{
    const struct disk_room room = disk_room_of(p->options.state, p->options.disk_floor_bytes);
    if (!disk_room_is_used_up(&room) || !ballast_give_up(p->options.state))
        return;
    fprintf(stderr,
            "concordat-broker: the disk is full: the ballast in %s is given up, and makes %llu MiB "
            "of room at most. Make more; the ballast comes back by itself\n",
            p->options.state, (unsigned long long)(BALLAST_BYTES / DISK_MIB));
}

static int process_open_file(struct process *p)
{
    char message[MESSAGE_BYTES];
    enum ledger_status status;
    if ((size_t)snprintf(p->ledger_path, sizeof p->ledger_path, "%s/ledger.db", p->options.state) >=
        sizeof p->ledger_path)
        return report_failure(p->options.state, "the path is too long");
    p->machine.ledger = ledger_open(p->ledger_path, &status, message, sizeof message);
    return p->machine.ledger ? 0 : report_failure("ledger", message);
}

/* A router that begins to lead takes the policy as it is then. */
static void take_policy_of_now(struct process *p)
{
    struct policy_file *file;
    p->policy_fails = policy_check_read(p->options.policy, stderr, &file) != 0;
    policy_file_destroy(p->policy_fails ? &file : &p->policy);
    p->policy = p->policy_fails ? p->policy : file;
}

static int process_open_served(struct process *p)
{
    char message[MESSAGE_BYTES];
    if (!acknowledged_open(&p->acknowledged, p->options.state, message, sizeof message))
        return report_failure("ledger", message);
    standby_open(&p->standby, &await_calls, p->options.ledger, p->options.state, &p->acknowledged);
    p->machine.acknowledged = &p->acknowledged;
    p->stopping = !await_lead(&p->standby, p->signals, &p->metrics, &p->machine.ledger);
    if (!p->stopping && p->standby.waited)
        take_policy_of_now(p);
    return 0;
}

static int process_open_ledger(struct process *p)
{
    if (mkdir(p->options.state, 0700) && errno != EEXIST)
        return report_failure(p->options.state, strerror(errno));
    give_up_ballast_if_full(p);
    p->standby.folder = p->options.state;
    int code = p->options.ledger ? process_open_served(p) : process_open_file(p);
    if (code != 0 || p->stopping)
        return code;
    if (!ledger_start_threads(p->machine.ledger))
        return report_failure("ledger", "a thread could not be started");
    return 0;
}

static void report_recovery(struct broker *broker, const struct recovery *recovery)
{
    if (recovery->refused_snapshot)
        broker_found_altered(broker, &(struct altered){ALTERATION_SNAPSHOT, recovery->refused_snapshot});
    if (recovery->found.copy)
        broker_found_altered(broker, &(struct altered){ALTERATION_COPY, recovery->found.copy});
    if (recovery->found.differs)
        broker_found_altered(broker, &(struct altered){ALTERATION_STATE, recovery->found.differs});
}

static int process_open_broker(struct process *p)
{
    char message[MESSAGE_BYTES];
    struct recovery recovery;
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    struct state *state = standby_state(&p->standby, p->machine.ledger, seed, &recovery, &p->keeper.kept_seq,
                                        message, sizeof message);
    if (!state)
        return report_failure("ledger", message);
    const struct broker_ports ports = machine_ports(&p->machine);
    p->broker = broker_open(&ports, state, "concordat-broker " CONCORDAT_VERSION);
    if (!p->broker || !broker_load_policy(p->broker, p->policy, machine_now()))
        return report_failure("start", "not enough memory");
    broker_record_start(p->broker, recovery.replayed, machine_now());
    report_recovery(p->broker, &recovery);
    if (commit_and_settle(p) != LEDGER_OK)
        return report_lost_ledger(p, "ledger", ledger_message(p->machine.ledger));
    return 0;
}

/* After the first commit, which gives a new ledger the event by which its keys know it. */
static int process_open_keys(struct process *p)
{
    char message[KEY_STORE_MESSAGE_BYTES];
    const struct key_store_setting setting = {p->options.state, p->options.ledger, p->options.master_key,
                                              p->options.key};
    if (key_store_open(&p->key_store, &setting, p->machine.ledger, &broker_state(p->broker)->counters,
                       message, sizeof message) != 0)
        return report_failure("keys", message);
    return broker_use_seals(p->broker, p->key_store.seals) ? 0 : report_failure("keys", "the disk failed");
}

static int process_open_server(struct process *p)
{
    char message[MESSAGE_BYTES];
    const struct server_config config = {p->options.listen, p->options.key, p->options.keys,
                                         WIRE_REQUEST_BYTES_MAX};
    p->machine.server = server_open(&config, message, sizeof message);
    return p->machine.server ? 0 : report_failure("listen", message);
}

/* Each connection takes a descriptor; at the limit nobody new gets in. */
static int process_raise_descriptors(void)
{
    char message[MESSAGE_BYTES];
    uint64_t descriptors = descriptors_raise(message, sizeof message);
    if (!descriptors) {
        (void)report_failure("start", message);
        return CODE_USAGE;
    }
    fprintf(stderr, "concordat-broker: up to %llu descriptors may be open\n",
            (unsigned long long)descriptors);
    return 0;
}

static struct process_faults process_faults(void *process)
{
    struct process *p = process;
    return (struct process_faults){
        p->keys_fail, p->key_store.problem[0] != 0,
        !policy_on_disk_is(&p->policy_on_disk, p->options.policy, &p->policy->policy)};
}

static void process_write_metrics(struct process *p)
{
    const struct now now = machine_now();
    if (!metrics_begin(&p->metrics, now.mono_ms, now.wall_ms))
        return;
    const struct process_faults faults = process_faults(p);
    figures_write(p->broker, &p->metrics);
    machine_write_figures(&p->machine, &p->metrics);
    await_write_leads(&p->metrics, true);
    metrics_number(&p->metrics, METRIC_GAUGE, "keys_readable",
                   "1 if the folder of keys can be read; if not, only removals of keys count.",
                   !faults.keys_unreadable);
    metrics_number(&p->metrics, METRIC_GAUGE, "master_key_missing",
                   "1 if the master key is missing or wrong, as the log says.", faults.master_key_missing);
    metrics_number(
        &p->metrics, METRIC_GAUGE, "policy_is_on_disk",
        "1 if the policy in force is the file on the disk, 0 if that is another or cannot be read.",
        !faults.policy_is_another);
    metrics_end(&p->metrics);
}

static int process_start(struct process *p)
{
    p->metrics = (struct metrics){.program = "broker", .path = p->options.metrics};
    int code = process_open_signals(p);
    if (code == 0)
        code = process_raise_descriptors();
    if (code == 0)
        code = process_open_ledger(p);
    if (code != 0 || p->stopping)
        return code;
    code = process_open_broker(p);
    if (code == 0)
        code = process_open_keys(p);
    if (code == 0)
        code = process_open_server(p);
    if (code != 0)
        return code;
    process_write_metrics(p);
    const struct counters *counters = &broker_state(p->broker)->counters;
    fprintf(stderr, "concordat-broker: ready on %s, %llu events, %u cases open\n", p->options.listen,
            (unsigned long long)counters->seq, counters->open_count);
    sd_notify(0, "READY=1");
    replay_watch_begin(&p->replay_watch, p->options.ledger ? p->options.ledger : p->ledger_path,
                       machine_now().mono_ms);
    return 0;
}

/* --- running ---------------------------------------------------------------------------------------- */

/* The messages taken so far were decided under the old keys, so their answers go out before the new
 * keys count. From then on nothing goes to a key that was withdrawn. If the commit fails, the next turn
 * fails too. Returns whether the keys could be read. */
static bool reload_keys(struct process *p)
{
    commit_and_settle(p);
    p->keys_fail = !server_reload_keys(p->machine.server);
    return !p->keys_fail;
}

/* A wrong policy is refused, and the running one stays. */
static void reload_keys_and_policy(struct process *p)
{
    sd_notify(0, "RELOADING=1");
    const char *keys =
        reload_keys(p) ? "keys loaded again" : "the keys cannot be read yet, and stay as they were";
    struct policy_file *file;
    key_store_reload(&p->key_store);
    bool good = policy_check_read(p->options.policy, stderr, &file) == 0 &&
                broker_load_policy(p->broker, file, machine_now());
    p->policy_fails = !good;
    if (good) {
        policy_file_destroy(&p->policy);
        p->policy = file;
    } else {
        policy_file_destroy(&file);
    }
    fprintf(stderr, "concordat-broker: %s; %s\n", keys,
            good ? "policy loaded again" : "the policy before stays in force");
    sd_notify(0, "READY=1");
}

static void obey_signals(struct process *p)
{
    struct signalfd_siginfo info;
    while (read(p->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGHUP)
            reload_keys_and_policy(p);
        else if (info.ssi_signo == SIGUSR1)
            broker_confirm_clock(p->broker, machine_now());
        else
            p->stopping = true;
}

/* How many messages a turn takes before it goes to disk. */
static int messages_enough(const struct process *p)
{
    return p->full_turns < BUSY_TURNS ? TURN_MESSAGES_GOOD : TURN_MESSAGES_BUSY;
}

/* While a turn is in flight to the disk the next one may take as many as there is room for. */
static bool turn_takes_more(const struct process *p)
{
    return p->taken < (broker_is_settled(p->broker) ? messages_enough(p) : TURN_MESSAGES_MAX);
}

/* Takes the waiting messages. Between them the turn in flight is sent as soon as it is on disk. */
static enum ledger_status process_take_messages(struct process *p)
{
    struct server *server = p->machine.server;
    struct server_message message;
    struct now now = machine_now();
    for (;; p->taken++) {
        bool syncing = ledger_is_syncing(p->machine.ledger);
        enum ledger_status status = syncing ? LEDGER_OK : broker_settle(p->broker);
        if (status != LEDGER_OK || !turn_takes_more(p) || !server_receive(server, &message))
            return status;
        if (!broker_take(p->broker, &message.route, message.key_name, message.bytes, message.size, now))
            server_complain(server);
    }
}

/* What a turn does for the snapshots (keeper.h): an event, as the last of the turn, and once that is on disk
 * the rest. */
enum snapshot_step { SNAPSHOT_RESTS, SNAPSHOT_BEGINS, SNAPSHOT_IS_WRITTEN };

static enum snapshot_step record_snapshot_step(struct process *p)
{
    struct kept kept;
    if (keeper_has_written(&p->keeper, &kept))
        return broker_keep_snapshot(p->broker, &kept, machine_now()) ? SNAPSHOT_IS_WRITTEN : SNAPSHOT_RESTS;
    if (!keeper_is_due(&p->keeper, broker_state(p->broker)))
        return SNAPSHOT_RESTS;
    return broker_begin_snapshot(p->broker, machine_now()) ? SNAPSHOT_BEGINS : SNAPSHOT_RESTS;
}

static void take_snapshot_step(struct process *p, enum snapshot_step step)
{
    uint8_t chain[CHAIN_BYTES];
    (void)ledger_head(p->machine.ledger, chain);
    if (step == SNAPSHOT_BEGINS)
        keeper_begin(&p->keeper, broker_state(p->broker), chain, p->options.state);
    else if (step == SNAPSHOT_IS_WRITTEN)
        keeper_keep(&p->keeper, p->options.state);
}

/* Takes messages, does what is due, commits, sends. Messages that arrive while a turn is in flight belong to
 * the next one: one sync for all of them. */
static enum ledger_status process_turn(struct process *p)
{
    enum ledger_status status = process_take_messages(p);
    if (status != LEDGER_OK || (!broker_is_settled(p->broker) && turn_takes_more(p)))
        return status;
    bool idle = p->taken == 0;
    p->full_turns = p->taken < messages_enough(p) ? 0 : p->full_turns + 1;
    p->taken = 0;
    broker_time(p->broker, machine_now());
    enum snapshot_step step = record_snapshot_step(p);
    status = broker_commit(p->broker);
    if (status == LEDGER_OK && step != SNAPSHOT_RESTS)
        status = broker_settle(p->broker);
    if (status != LEDGER_OK)
        return status;
    bool settled = broker_is_settled(p->broker);
    p->seals_failed = !key_store_tend(&p->key_store, idle && settled);
    if (!settled)
        return status;
    if (idle)
        ledger_idle(p->machine.ledger);
    take_snapshot_step(p, step);
    return LEDGER_OK;
}

/* `systemctl status` shows what somebody has to look after. */
static void process_tell_status(struct process *p)
{
    const struct status_told now = {broker_room(p->broker), broker_doubts_clock(p->broker), p->keys_fail,
                                    p->policy_fails, p->key_store.problem[0]};
    bool is_news = now.room != p->told.room || now.doubts_clock != p->told.doubts_clock ||
                   now.keys_fail != p->told.keys_fail || now.policy_fails != p->told.policy_fails ||
                   now.lacks_master_key != p->told.lacks_master_key;
    bool is_well =
        !now.room && !now.doubts_clock && !now.keys_fail && !now.policy_fails && !now.lacks_master_key;
    p->told = now;
    if (!is_news)
        return;
    sd_notifyf(0, "STATUS=%s%s%s%s%s%s%s%s%s", is_well ? "Nothing to look after" : "", p->key_store.problem,
               now.lacks_master_key ? ". " : "",
               now.keys_fail ? "Only removals of keys count, the folder cannot be read: " : "",
               now.keys_fail ? server_keys_problem(p->machine.server) : "", now.keys_fail ? ". " : "",
               now.policy_fails
                   ? "The policy file was NOT taken, and the policy before is in force: --check says "
                     "what is wrong with the file. "
                   : "",
               now.doubts_clock ? "The wall clock has leapt and is not believed yet: look after it, or "
                                  "confirm it with SIGUSR1. "
                                : "",
               now.room ? now.room : "");
}

/* The ballast is made again when there is room. */
static void look_after_ballast(struct process *p)
{
    int64_t now_ms = machine_now().mono_ms;
    if (broker_room(p->broker) || now_ms < p->ballast_at_ms)
        return;
    p->ballast_at_ms = now_ms + BALLAST_LOOK_MS;
    const struct disk_room disk = disk_room_of(p->options.state, p->options.disk_floor_bytes);
    ballast_keep(p->options.state, &disk);
}

static void look_after_replay(struct process *p)
{
    struct altered found[REPLAY_FINDINGS_MAX];
    size_t count = replay_watch_look(&p->replay_watch, machine_now().mono_ms, found);
    for (size_t i = 0; i < count; i++)
        broker_found_altered(p->broker, &found[i]);
}

/* The next start finds the room that the ballast took. */
static int report_failed_turn(struct process *p)
{
    int code = report_lost_ledger(p, "ledger", ledger_message(p->machine.ledger));
    give_up_ballast_if_full(p);
    return code;
}

/* A rotation of the master key does not wait for the next message, and leaves the processor to others. */
static int process_patience_ms(const struct process *p)
{
    if (server_has_more(p->machine.server))
        return 0;
    int patience_ms = broker_patience_ms(p->broker, machine_now());
    return p->key_store.hurries && patience_ms > ROTATION_PAUSE_MS ? ROTATION_PAUSE_MS : patience_ms;
}

/* Runs until a signal says to stop, or something fails. After a failed turn nobody knows what is on disk.
 * Senders keep what was not acknowledged, and the next start goes on from what it reads there. */
static int process_run(struct process *p)
{
    zmq_pollitem_t items[] = {{server_socket(p->machine.server), 0, ZMQ_POLLIN, 0},
                              {NULL, server_keys_fd(p->machine.server), ZMQ_POLLIN, 0},
                              {NULL, p->signals, ZMQ_POLLIN, 0},
                              {NULL, ledger_synced_fd(p->machine.ledger), ZMQ_POLLIN, 0}};
    struct watchdog watchdog;
    watchdog_open(&watchdog);
    while (!p->stopping) {
        watchdog_turn(&watchdog, machine_now().mono_ms);
        int patience_ms = watchdog_patience_ms(&watchdog, machine_now().mono_ms, process_patience_ms(p));
        if (zmq_poll(items, 4, patience_ms) < 0 && errno != EINTR)
            return report_failure("poll", zmq_strerror(errno));
        if (items[1].revents || server_keys_are_due(p->machine.server))
            (void)reload_keys(p);
        if (items[2].revents)
            obey_signals(p);
        if (process_turn(p) != LEDGER_OK)
            return report_failed_turn(p);
        if (p->seals_failed)
            return report_lost_ledger(
                p, "keys", p->options.ledger ? "their table cannot be written" : "the disk failed");
        process_tell_status(p);
        process_write_metrics(p);
        look_after_ballast(p);
        look_after_replay(p);
    }
    return 0;
}

/* So that the next start is quick. */
static enum ledger_status leave_snapshot(struct process *p)
{
    struct kept kept;
    uint8_t chain[CHAIN_BYTES];
    if (!keeper_give_up(&p->keeper, broker_state(p->broker)) ||
        !broker_begin_snapshot(p->broker, machine_now()))
        return LEDGER_OK;
    enum ledger_status status = commit_and_settle(p);
    if (status != LEDGER_OK)
        return status;
    (void)ledger_head(p->machine.ledger, chain);
    keeper_write_now(&p->keeper, broker_state(p->broker), chain, p->options.state);
    if (!keeper_has_written(&p->keeper, &kept) || !broker_keep_snapshot(p->broker, &kept, machine_now()))
        return LEDGER_OK;
    status = commit_and_settle(p);
    if (status == LEDGER_OK)
        keeper_keep(&p->keeper, p->options.state);
    return status;
}

static int process_stop(struct process *p)
{
    sd_notify(0, "STOPPING=1");
    replay_watch_end(&p->replay_watch);
    if (commit_and_settle(p) != LEDGER_OK || leave_snapshot(p) != LEDGER_OK)
        return report_failed_turn(p);
    fprintf(stderr, "concordat-broker: stopped, %llu events\n",
            (unsigned long long)broker_state(p->broker)->counters.seq);
    return 0;
}

static void process_close(struct process *p)
{
    replay_watch_end(&p->replay_watch);
    broker_close(&p->broker);
    key_store_close(&p->key_store);
    keeper_close(&p->keeper);
    standby_close(&p->standby);
    acknowledged_close(&p->acknowledged);
    machine_close(&p->machine);
    policy_file_destroy(&p->policy);
    if (p->signals >= 0)
        close(p->signals);
}

static int check_before_start(const struct broker_options *options)
{
    int code = policy_check(options->check, options->names);
    return code == 0 && options->ledger && !ledger_look(options->ledger, stdout) ? CODE_ENVIRONMENT : code;
}

int main(int argc, char **argv)
{
    static struct process p = {.signals = -1,
                               .key_store.disk.fd = -1,
                               .acknowledged.fd = -1,
                               .options = {.disk_floor_bytes = DISK_FLOOR_BYTES}};
    program_begin();
    options_take(argc, argv, &p.options);
    if (p.options.check)
        return check_before_start(&p.options);
    /* The system gives the seed, this process makes the numbers: each submission needs a salt. */
    randombytes_set_implementation(&randombytes_internal_implementation);
    if (sodium_init() < 0)
        return report_failure("start", "no source of random numbers");
    p.machine.state_folder = p.options.state;
    p.machine.faults = process_faults;
    p.machine.process = &p;
    p.machine.disk_floor_bytes = p.options.disk_floor_bytes;
    int code = policy_check_read(p.options.policy, stderr, &p.policy);
    if (code == 0)
        code = process_start(&p);
    if (code == 0 && p.broker)
        code = process_run(&p);
    if (code == 0 && p.broker)
        code = process_stop(&p);
    process_close(&p);
    return code;
}
