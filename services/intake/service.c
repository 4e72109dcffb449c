/* service.c: the intake as a whole: one loop over its devices, the broker, its keys and its signals. */
#include "services/intake/service.h"

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

#include "proto/client/client.h"
#include "proto/server/descriptors.h"
#include "proto/server/disk_room.h"
#include "proto/server/server.h"
#include "proto/words/exit_code.h"
#include "proto/words/metrics.h"
#include "proto/words/now.h"
#include "proto/words/watchdog.h"
#include "services/intake/delivery.h"
#include "services/intake/devices.h"
#include "services/intake/limits.h"
#include "services/intake/outbox_form_keys.h"
#include "services/intake/outbox_kept.h"
#include "services/intake/seal_key.h"
#include "services/intake/sealed_form.h"

#define HOUR_MS INT64_C(3600000)

enum { TURN_MS_MAX = 1000, BALLAST_LOOK_MS = 60 * 1000, PATH_BYTES = 512, MESSAGE_BYTES = 1024 };

/* A case that the router does not say has ended is kept so many times as long. With 30 days that is a year:
 * no case of crisis care is open for so long, but a router that lost its ledger never says that it ended. */
enum { RETENTIONS_WHILE_OPEN = 12 };

/* From here on our own clock counts as wrong: as much as the router takes for a leap, and more than a time
 * server corrects, or a message takes. */
enum { CLOCK_WRONG_MS = 2 * 60 * 1000 };

struct service {
    struct outbox *outbox;
    struct server *server;
    struct concordat_client *client;
    struct commands commands;
    struct devices *devices;
    struct delivery *delivery;
    int signals;
    uint32_t retention_days;
    int64_t forget_at_ms;
    bool clock_is_wrong;      /* and the log says so */
    const char *state_folder; /* borrowed */
    int64_t ballast_at_ms;    /* when to see to the ballast again; monotonic */
    int64_t sweep_at_ms;      /* when to sweep the outbox again; monotonic */
    bool keys_fail;           /* they cannot be read, and the service manager knows */
    struct metrics metrics;
};

static int service_complain(int code, const char *message)
{
    fprintf(stderr, "concordat-intake: %s\n", message);
    return code;
}

static int service_open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A disk without room is no reason not to start: what is saved has to be delivered. */
static void service_give_up_ballast_if_full(const struct service *service)
{
    const struct disk_room room = disk_room_of(service->state_folder, DISK_FLOOR_BYTES);
    if (disk_room_is_used_up(&room) && ballast_give_up(service->state_folder))
        fprintf(stderr,
                "the disk is full: the ballast in %s is given up. Make room; it comes back by itself\n",
                service->state_folder);
}

static void service_keep_ballast(struct service *service)
{
    int64_t now_ms = now_monotonic_ms();
    if (now_ms < service->ballast_at_ms)
        return;
    service->ballast_at_ms = now_ms + BALLAST_LOOK_MS;
    const struct disk_room room = disk_room_of(service->state_folder, DISK_FLOOR_BYTES);
    ballast_keep(service->state_folder, &room);
}

/* The keys of an outbox. */
struct seal_keys {
    uint8_t own[SEAL_KEY_BYTES], before[SEAL_KEY_BYTES];
    bool has_before;
};

/* The key before may be gone: it was needed once, and an option can stand in a unit for longer. */
static bool service_find_keys(const struct service_config *config, struct seal_keys *keys, char *message)
{
    keys->has_before = config->old_key_path && seal_key_derive(config->old_key_path, config->state_folder,
                                                               keys->before, message, MESSAGE_BYTES);
    if (config->old_key_path && !keys->has_before)
        (void)service_complain(0, message);
    return seal_key_derive(config->key_path, config->state_folder, keys->own, message, MESSAGE_BYTES);
}

static int service_open_outbox(struct service *service, const struct service_config *config)
{
    char path[PATH_BYTES], message[MESSAGE_BYTES] = "";
    enum outbox_status status;
    struct seal_keys keys;
    if (mkdir(config->state_folder, 0700) != 0 && errno != EEXIST) {
        snprintf(message, sizeof message, "%s: cannot make this folder: %s", config->state_folder,
                 strerror(errno));
        return service_complain(CODE_ENVIRONMENT, message);
    }
    if (snprintf(path, sizeof path, "%s/outbox.db", config->state_folder) >= (int)sizeof path)
        return service_complain(CODE_USAGE, "the state folder's name is too long");
    service_give_up_ballast_if_full(service);
    if (service_find_keys(config, &keys, message))
        service->outbox = outbox_open(path, keys.own, keys.has_before ? keys.before : NULL, &status, message,
                                      sizeof message);
    sodium_memzero(&keys, sizeof keys);
    if (!service->outbox)
        return service_complain(CODE_ENVIRONMENT, message);
    if (*message)
        (void)service_complain(0, message);
    return 0;
}

/* An earlier outbox may be gone: it was needed once, and an option can stand in a unit for longer. */
static enum outbox_status service_take_form_keys(struct service *service, const char *path)
{
    uint32_t taken = 0;
    enum outbox_status status = outbox_form_keys_take(service->outbox, path, &taken);
    if (status == OUTBOX_NOT_FOUND)
        fprintf(
            stderr,
            "concordat-intake: %s: no form keys could be read from it; forms that need them stay as they are\n",
            path);
    else if (status == OUTBOX_OK)
        fprintf(stderr, "took %u form keys from %s\n", taken, path);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

/* Opens the sealed forms whose keys have come back. */
static enum outbox_status service_open_forms(struct service *service, const struct service_config *config)
{
    uint32_t opened = 0, left = 0;
    enum outbox_status status =
        config->form_keys_path ? service_take_form_keys(service, config->form_keys_path) : OUTBOX_OK;
    if (status == OUTBOX_OK)
        status = sealed_forms_open_kept(service->outbox, &config->site, now_wall_ms(),
                                        &service->commands.arena, &opened, &left);
    if (opened > 0)
        fprintf(stderr, "opened %u sealed forms whose keys have come back; they are delivered now\n", opened);
    if (left > 0)
        fprintf(stderr, "%u sealed forms are kept that nobody can read: their form keys are not here\n",
                left);
    return status;
}

static int service_raise_descriptors(void)
{
    char message[MESSAGE_BYTES];
    uint64_t descriptors = descriptors_raise(message, sizeof message);
    if (!descriptors)
        return service_complain(CODE_USAGE, message);
    fprintf(stderr, "concordat-intake: up to %llu descriptors may be open\n",
            (unsigned long long)descriptors);
    return 0;
}

/* The time by which we save, deliver and forget: our own clock's, unless it differs from the router's by so
 * much that one of the two is wrong. The router's deadlines count, and its clock is doubted when it leaps;
 * ours may be that of a laptop. Before the router has been heard there is only ours. */
static int64_t service_now_ms(struct service *service)
{
    int64_t own_ms = now_wall_ms(), router_ms = concordat_client_server_ms(service->client);
    bool wrong = router_ms && llabs(own_ms - router_ms) > CLOCK_WRONG_MS;
    if (wrong && !service->clock_is_wrong)
        fprintf(
            stderr,
            "concordat-intake: this machine's clock stands %lld minutes %s the router's: the router's time "
            "counts while that is so. Look after this machine's clock.\n",
            (long long)(llabs(own_ms - router_ms) / 60000), own_ms > router_ms ? "ahead of" : "behind");
    else if (!wrong && service->clock_is_wrong)
        fputs("concordat-intake: this machine's clock agrees with the router's again\n", stderr);
    service->clock_is_wrong = wrong;
    return wrong ? router_ms : own_ms;
}

static void service_tell_devices(void *context, const Concordat__V1__CaseStatus *status)
{
    struct service *service = context;
    bool is_heard = concordat_client_connected(service->client);
    devices_tell(service->devices, status, is_heard ? service_now_ms(service) : 0);
}

static bool service_pass_record(void *context, const Concordat__V1__Message *message)
{
    struct service *service = context;
    return devices_pass_record(service->devices, message);
}

static bool service_ask_record(void *context, Concordat__V1__Request *request)
{
    struct service *service = context;
    return delivery_read(service->delivery, request);
}

static int service_open(struct service *service, const struct service_config *config)
{
    char message[MESSAGE_BYTES];
    service->retention_days = config->retention_days;
    service->state_folder = config->state_folder;
    service->metrics = (struct metrics){.program = "intake", .path = config->metrics_path};
    service->signals = service_open_signals();
    if (service->signals < 0)
        return service_complain(CODE_ENVIRONMENT, "cannot receive signals");
    int code = service_raise_descriptors();
    if (code == 0)
        code = service_open_outbox(service, config);
    if (code != 0)
        return code;
    const struct concordat_client_config client = {.endpoint = config->broker,
                                                   .server_key_path = config->broker_key_path,
                                                   .key_path = config->key_path,
                                                   .software = "concordat-intake " CONCORDAT_VERSION,
                                                   .wants_news = true};
    service->client = concordat_client_open(&client, message, sizeof message);
    if (!service->client)
        return service_complain(CODE_ENVIRONMENT, message);
    const struct server_config server = {.endpoint = config->listen,
                                         .key_path = config->key_path,
                                         .keys_folder = config->keys_folder,
                                         .message_bytes_max = WIRE_REQUEST_BYTES_MAX};
    service->server = server_open(&server, message, sizeof message);
    if (!service->server)
        return service_complain(CODE_ENVIRONMENT, message);
    if (commands_open(&service->commands, service->outbox, &config->site, &config->ring) != 0 ||
        !(service->devices =
              devices_open(service->server, &service->commands, service_ask_record, service)) ||
        !(service->delivery = delivery_open(service->outbox, service->client, service_tell_devices,
                                            service_pass_record, service)) ||
        delivery_give_up_lost(service->delivery, now_wall_ms()) != OUTBOX_OK ||
        service_open_forms(service, config) != OUTBOX_OK)
        return service_complain(CODE_ENVIRONMENT, "no memory, or the outbox cannot be read");
    return 0;
}

static void service_close(struct service *service)
{
    delivery_close(&service->delivery);
    devices_close(&service->devices);
    commands_close(&service->commands);
    server_close(&service->server);
    concordat_client_close(&service->client);
    outbox_close(&service->outbox);
    if (service->signals >= 0)
        close(service->signals);
}

/* Nothing is forgotten before the router has said what time it is: a machine that starts in 2038 would forget
 * everything, also what was refused and still has to be corrected. */
static enum outbox_status service_forget(struct service *service, int64_t at_ms)
{
    bool too_early = at_ms < service->forget_at_ms && service->forget_at_ms - at_ms <= HOUR_MS;
    if (too_early || !concordat_client_server_ms(service->client))
        return OUTBOX_OK;
    uint32_t forgotten = 0, ended = 0;
    int64_t kept_ms = (int64_t)service->retention_days * 24 * HOUR_MS;
    service->forget_at_ms = at_ms + HOUR_MS;
    enum outbox_status status =
        outbox_forget(service->outbox, at_ms - kept_ms, at_ms - kept_ms * RETENTIONS_WHILE_OPEN, &forgotten);
    if (status == OUTBOX_OK)
        status = outbox_form_keys_end(service->outbox, at_ms, &ended);
    if (forgotten > 0)
        fprintf(stderr, "forgot %u referrals whose time was over\n", forgotten);
    if (ended > 0)
        fprintf(stderr, "destroyed %u form keys whose time was over\n", ended);
    return status;
}

static enum outbox_status service_sweep(struct service *service)
{
    int64_t now_ms = now_monotonic_ms();
    if (now_ms < service->sweep_at_ms)
        return OUTBOX_OK;
    service->sweep_at_ms = now_ms + SWEEP_MS;
    enum outbox_status status = outbox_strip_old(service->outbox, service_now_ms(service));
    return status == OUTBOX_OK ? outbox_sweep(service->outbox) : status;
}

static enum outbox_status service_turn(struct service *service)
{
    int64_t at_ms = service_now_ms(service);
    enum outbox_status status = devices_turn(service->devices, at_ms);
    if (status == OUTBOX_OK)
        status = delivery_turn(service->delivery, at_ms);
    commands_note_router(&service->commands, delivery_is_connected(service->delivery), at_ms);
    if (status == OUTBOX_OK)
        status = service_forget(service, service_now_ms(service));
    return status == OUTBOX_OK ? service_sweep(service) : status;
}

static void service_reload_keys(struct service *service)
{
    bool done = server_reload_keys(service->server);
    if (!done && !service->keys_fail)
        (void)sd_notifyf(0, "STATUS=Only removals of keys count, the folder cannot be read: %s",
                         server_keys_problem(service->server));
    if (done && service->keys_fail)
        (void)sd_notify(0, "STATUS=Nothing to look after");
    service->keys_fail = !done;
}

static void service_write_disk(struct service *service)
{
    struct metrics *m = &service->metrics;
    const struct disk_room room = disk_room_of(service->state_folder, DISK_FLOOR_BYTES);
    metrics_number(m, METRIC_GAUGE, "disk_free_bytes", "Free room on the disk of the outbox.",
                   (double)room.free_bytes);
    metrics_number(m, METRIC_GAUGE, "disk_floor_bytes", "With less free room the disk counts as nearly full.",
                   (double)room.floor_bytes);
}

static enum outbox_status service_write_metrics(struct service *service)
{
    struct metrics *m = &service->metrics;
    struct outbox_counts counts = {0};
    int64_t now_ms = service_now_ms(service);
    if (!metrics_begin(m, now_monotonic_ms(), now_wall_ms()))
        return OUTBOX_OK;
    enum outbox_status status = outbox_count(service->outbox, &counts);
    int64_t waited_ms = counts.waiting && now_ms > counts.oldest_ms ? now_ms - counts.oldest_ms : 0;
    metrics_number(m, METRIC_GAUGE, "router_reachable", "1 if the router welcomes this intake.",
                   delivery_is_connected(service->delivery));
    metrics_number(m, METRIC_GAUGE, "waiting_commands",
                   "Commands that are saved here, and that the router does not have yet.", counts.waiting);
    metrics_number(m, METRIC_GAUGE, "oldest_waiting_seconds",
                   "For how long the oldest of these has waited; 0 if there is none.",
                   (double)waited_ms / 1000);
    metrics_number(m, METRIC_GAUGE, "refused_commands",
                   "Commands that the router refused, and that are kept for their senders to see.",
                   counts.refused);
    metrics_number(m, METRIC_COUNTER, "acknowledged_lost_total",
                   "Commands that the router had acknowledged, and then did not have.", counts.lost);
    metrics_number(m, METRIC_GAUGE, "acknowledged_lost_seconds",
                   "When the latest of these was found, in seconds since 1970 (UTC); 0: never.",
                   (double)counts.lost_ms / 1000);
    metrics_number(m, METRIC_GAUGE, "unopened_forms",
                   "Sealed forms whose key is not here, so that nobody can read them.", counts.unopened);
    metrics_number(m, METRIC_GAUGE, "clock_wrong",
                   "1 if this machine's clock differs from the router's by more than two minutes.",
                   service->clock_is_wrong);
    metrics_number(m, METRIC_GAUGE, "keys_readable",
                   "1 if the folder of keys can be read; if not, only removals of keys count.",
                   !service->keys_fail);
    metrics_number(m, METRIC_GAUGE, "outbox_bytes", "Size of the outbox, without its write-ahead log.",
                   (double)counts.bytes);
    service_write_disk(service);
    metrics_end(m);
    return status;
}

static int service_loop(struct service *service)
{
    struct watchdog watchdog;
    watchdog_open(&watchdog);
    for (;;) {
        watchdog_turn(&watchdog, now_monotonic_ms());
        service_keep_ballast(service);
        enum outbox_status status = service_turn(service);
        if (status == OUTBOX_OK)
            status = service_write_metrics(service);
        if (status != OUTBOX_OK) {
            /* Let the device that is told "not saved" hear it before the socket closes. */
            const int last_words_ms = 1000;
            (void)zmq_setsockopt(server_socket(service->server), ZMQ_LINGER, &last_words_ms, sizeof(int));
            service_give_up_ballast_if_full(service);
            return service_complain(CODE_ENVIRONMENT, outbox_message(service->outbox));
        }
        zmq_pollitem_t items[] = {
            {.socket = server_socket(service->server), .events = ZMQ_POLLIN},
            {.socket = concordat_client_socket(service->client), .events = ZMQ_POLLIN},
            {.fd = server_keys_fd(service->server), .events = ZMQ_POLLIN},
            {.fd = service->signals, .events = ZMQ_POLLIN},
        };
        int patience_ms = concordat_client_patience_ms(service->client);
        if (server_has_more(service->server))
            patience_ms = 0;
        else if (patience_ms < 0 || patience_ms > TURN_MS_MAX)
            patience_ms = TURN_MS_MAX;
        if (zmq_poll(items, 4, patience_ms) < 0 && errno != EINTR)
            return service_complain(CODE_ENVIRONMENT, zmq_strerror(errno));
        if (items[2].revents != 0 || server_keys_are_due(service->server))
            service_reload_keys(service);
        if (items[3].revents != 0)
            return 0;
    }
}

int service_run(const struct service_config *config)
{
    static struct service service = {.signals = -1}; /* larger than a stack frame should be */
    int code = service_open(&service, config);
    if (code == 0 && service_write_metrics(&service) != OUTBOX_OK)
        code = service_complain(CODE_ENVIRONMENT, outbox_message(service.outbox));
    if (code == 0) {
        fprintf(stderr, "listening at %s\n", config->listen);
        (void)sd_notify(0, "READY=1");
        code = service_loop(&service);
        (void)sd_notify(0, "STOPPING=1");
        fprintf(stderr, "stopped\n");
    }
    service_close(&service);
    return code;
}
