/* service.c: see service.h. */
#include "services/gateway/service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/server/descriptors.h"
#include "proto/words/exit_code.h"
#include "proto/words/metrics.h"
#include "proto/words/now.h"
#include "proto/words/watchdog.h"
#include "services/gateway/api_quota.h"
#include "services/gateway/board_news.h"
#include "services/gateway/desks.h"
#include "services/gateway/limits.h"
#include "services/gateway/listen.h"
#include "services/gateway/routes.h"
#include "services/gateway/sealing.h"

enum { GATEWAY_TURN_MS_MAX = 1000, GATEWAY_MESSAGE_BYTES = 1024 };
/* The order of what is polled; the desks come last. */
enum {
    POLLED_SIGNALS,
    POLLED_HTTP,
    POLLED_SINGLE,
    POLLED_PASSWORDS,
    POLLED_AUDIT = POLLED_PASSWORDS + PASSWORDS_AT_ONCE,
    POLLED_AT_MOST = POLLED_AUDIT + AUDIT_ROOM_FDS /* and the desks */
};

struct gateway {
    struct site site;
    struct http *http;
    struct single_sign_on single;
    struct http *single_http; /* NULL: there is no single sign-on */
    zmq_pollitem_t *items;    /* owned */
    int signals;
    int64_t look_ms; /* when it is seen next which boards are open */
    struct metrics metrics;
};

static int gateway_complain(int code, const char *message)
{
    fprintf(stderr, "concordat-gateway: %s\n", message);
    return code;
}

static int gateway_open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int gateway_open_http(const char *address, uint64_t descriptors, http_handler *handle, void *context,
                             struct http **http)
{
    char message[GATEWAY_MESSAGE_BYTES];
    int listening;
    enum listen_status status = listen_open(address, &listening, message, sizeof message);
    if (status != LISTEN_GOOD)
        return gateway_complain(status == LISTEN_WRONG ? CODE_USAGE : CODE_ENVIRONMENT, message);
    *http = http_open(listening, descriptors, handle, context, message, sizeof message);
    return *http ? 0 : gateway_complain(CODE_ENVIRONMENT, message);
}

static int gateway_open_doors(struct gateway *gateway, const struct gateway_config *config,
                              uint64_t descriptors)
{
    uint64_t others = desks_count(gateway->site.desks) * DESK_DESCRIPTORS;
    int code = 0;
    if (config->single) {
        gateway->single = *config->single;
        gateway->single.signin = gateway->site.signin;
        gateway->single.ring = config->ring;
        others += SINGLE_CONNECTIONS_MAX;
        code = gateway_open_http(config->single->listen, HTTP_DESCRIPTORS_KEPT + SINGLE_CONNECTIONS_MAX,
                                 single_sign_on_handle, &gateway->single, &gateway->single_http);
    }
    if (code == 0)
        code = gateway_open_http(config->listen, descriptors > others ? descriptors - others : 1,
                                 routes_handle, &gateway->site, &gateway->http);
    return code;
}

static enum feed_sight what_a_board_sees(void *context, uint64_t session, bool is_wall)
{
    struct signin *signin = context;
    if (!signin_holds(signin, session, is_wall))
        return FEED_SEES_NOTHING;
    return is_wall || signin_locks(signin, session) ? FEED_SEES_WITHOUT : FEED_SEES_ALL;
}

/* The listening socket comes last: when it is there, everything is. */
static int gateway_open(struct gateway *gateway, const struct gateway_config *config)
{
    char message[GATEWAY_MESSAGE_BYTES];
    gateway->site =
        (struct site){.origin = config->origin, .ring = config->ring, .router_since_ms = now_wall_ms()};
    gateway->signals = gateway_open_signals();
    if (gateway->signals < 0)
        return gateway_complain(CODE_ENVIRONMENT, "cannot receive signals");
    uint64_t descriptors = descriptors_raise(message, sizeof message);
    if (!descriptors)
        return gateway_complain(CODE_USAGE, message);
    gateway->site.signin = signin_open(config->people_path, config->single != NULL, config->lock_minutes,
                                       message, sizeof message);
    if (!gateway->site.signin)
        return gateway_complain(CODE_ENVIRONMENT, message);
    gateway->site.feed = feed_open(what_a_board_sees, gateway->site.signin);
    if (!gateway->site.feed)
        return gateway_complain(CODE_ENVIRONMENT, "no memory to begin with");
    gateway->site.desks =
        desks_open(config->desks_path, config->broker, config->broker_key_path, message, sizeof message);
    if (!gateway->site.desks)
        return gateway_complain(CODE_ENVIRONMENT, message);
    gateway->site.sealing = sealing_open(gateway->site.desks);
    if (!gateway->site.sealing)
        return gateway_complain(CODE_ENVIRONMENT, "no memory to begin with");
    gateway->site.audit = audit_room_open(config->trail_path);
    if (!gateway->site.audit)
        return gateway_complain(CODE_ENVIRONMENT, "cannot start the threads that read the trail");
    gateway->site.news = board_news_begin(&gateway->site);
    gateway->items = calloc(POLLED_AT_MOST + desks_count(gateway->site.desks), sizeof *gateway->items);
    gateway->site.said = said_open();
    gateway->site.quota = api_quota_open();
    if (!gateway->items || !gateway->site.news || !gateway->site.said || !gateway->site.quota)
        return gateway_complain(CODE_ENVIRONMENT, "no memory to begin with");
    return gateway_open_doors(gateway, config, descriptors);
}

static void gateway_close(struct gateway *gateway)
{
    signin_close(&gateway->site.signin);
    feed_close(&gateway->site.feed);
    desks_close(&gateway->site.desks);
    board_news_close(&gateway->site.news);
    audit_room_close(&gateway->site.audit);
    sealing_close(&gateway->site.sealing);
    http_close(&gateway->http);
    http_close(&gateway->single_http);
    said_close(&gateway->site.said);
    api_quota_close(&gateway->site.quota);
    free(gateway->site.openapi);
    free(gateway->items);
    if (gateway->signals >= 0)
        close(gateway->signals);
}

static void gateway_say_state(struct gateway *gateway, const struct desk *desk, bool answers)
{
    feed_say_state(gateway->site.feed, desk, answers ? FEED_WORKS : FEED_AWAY, now_wall_ms());
}

static void gateway_hear_desks(struct gateway *gateway)
{
    const struct desks *desks = gateway->site.desks;
    desks_turn(gateway->site.desks, now_monotonic_ms());
    sealing_turn(gateway->site.sealing, now_monotonic_ms());
    for (size_t i = 0; i < desks_count(desks); i++)
        gateway_say_state(gateway, desks_at(desks, i), desks_are_live_for(desks, desks_at(desks, i)));
    bool answers = desks_answer(desks);
    gateway_say_state(gateway, NULL, answers); /* to those whom no desk serves */
    if (answers == gateway->site.router_answers)
        return;
    gateway->site.router_answers = answers;
    gateway->site.router_since_ms = now_wall_ms();
}

static int shorter_ms(int one_ms, int other_ms)
{
    return other_ms >= 0 && other_ms < one_ms ? other_ms : one_ms;
}

/* A board that stays open is looked at, though its page is not fetched again. */
static void gateway_watch_desks(struct gateway *gateway, int64_t now_ms)
{
    const struct desks *desks = gateway->site.desks;
    if (now_ms < gateway->look_ms)
        return;
    gateway->look_ms = now_ms + DESK_LOOK_MS;
    for (size_t i = 0; i < desks_count(desks); i++)
        if (feed_has_board(gateway->site.feed, desks_at(desks, i)))
            desk_is_watched(desks_at(desks, i), now_ms);
}

/* Results of passwords, answers and what boards are told come before the pages, which they wake. */
static void gateway_turn(struct gateway *gateway)
{
    gateway_hear_desks(gateway);
    gateway_watch_desks(gateway, now_monotonic_ms());
    board_news_turn(gateway->site.news, now_monotonic_ms());
    signin_turn(gateway->site.signin);
    feed_turn(gateway->site.feed, now_monotonic_ms(), now_wall_ms());
    audit_room_turn(gateway->site.audit);
    http_turn(gateway->http, now_monotonic_ms());
    if (gateway->single_http)
        http_turn(gateway->single_http, now_monotonic_ms());
}

static void gateway_write_requests(struct gateway *gateway)
{
    static const char *const classes[] = {[2] = "2xx", [3] = "3xx", [4] = "4xx", [5] = "5xx"};
    const struct http *single = gateway->single_http;
    metrics_family(&gateway->metrics, METRIC_COUNTER, "requests_total",
                   "Requests that were answered, by class of status.");
    for (unsigned class = HTTP_CLASS_FIRST; class <= HTTP_CLASS_LAST; class ++) {
        uint64_t count = http_answered(gateway->http, class) + (single ? http_answered(single, class) : 0);
        metrics_sample(&gateway->metrics, (double)count, "status", classes[class], NULL);
    }
}

static void gateway_write_losses(struct gateway *gateway)
{
    struct desk_losses all = {0};
    for (size_t i = 0; i < desks_count(gateway->site.desks); i++) {
        const struct desk_losses losses = desk_losses(desks_at(gateway->site.desks, i));
        all.count += losses.count;
        all.latest_ms = losses.latest_ms > all.latest_ms ? losses.latest_ms : all.latest_ms;
    }
    metrics_number(&gateway->metrics, METRIC_COUNTER, "acknowledged_lost_total",
                   "Commands that the router had acknowledged, and then did not have.", (double)all.count);
    metrics_number(&gateway->metrics, METRIC_GAUGE, "acknowledged_lost_seconds",
                   "When the latest of these was found, in seconds since 1970 (UTC); 0: never.",
                   (double)all.latest_ms / 1000);
}

static void gateway_write_metrics(struct gateway *gateway)
{
    struct metrics *m = &gateway->metrics;
    if (!metrics_begin(m, now_monotonic_ms(), now_wall_ms()))
        return;
    const struct signin_counts counts = signin_counts(gateway->site.signin);
    metrics_number(m, METRIC_GAUGE, "router_answers",
                   "1 if the router, or the intake, answers for all desks of this gateway.",
                   gateway->site.router_answers);
    metrics_number(m, METRIC_GAUGE, "sessions", "Browsers in which somebody is signed in.", counts.sessions);
    metrics_number(m, METRIC_COUNTER, "sign_ins_refused_total", "Attempts to sign in that were refused.",
                   (double)counts.refused);
    gateway_write_requests(gateway);
    gateway_write_losses(gateway);
    metrics_number(m, METRIC_GAUGE, "event_streams", "Boards that stay open and are told what happens.",
                   http_streams_open(gateway->http));
    metrics_number(m, METRIC_GAUGE, "reports_asked",
                   "Reports and stories that auditors have asked for, and that are being made or wait.",
                   (double)audit_room_asked(gateway->site.audit));
    metrics_end(m);
}

/* Returns how many items there are to poll. A desk's socket can be another one after each turn. */
static int gateway_fill_items(struct gateway *gateway)
{
    const struct desks *desks = gateway->site.desks;
    zmq_pollitem_t *items = gateway->items;
    items[POLLED_SIGNALS] = (zmq_pollitem_t){.fd = gateway->signals, .events = ZMQ_POLLIN};
    items[POLLED_HTTP] = (zmq_pollitem_t){.fd = http_fd(gateway->http), .events = ZMQ_POLLIN};
    items[POLLED_SINGLE] = (zmq_pollitem_t){.fd = gateway->single_http ? http_fd(gateway->single_http) : -1,
                                            .events = ZMQ_POLLIN};
    for (unsigned i = 0; i < PASSWORDS_AT_ONCE; i++)
        items[POLLED_PASSWORDS + i] =
            (zmq_pollitem_t){.fd = signin_fd(gateway->site.signin, i), .events = ZMQ_POLLIN};
    int count = POLLED_AUDIT;
    for (unsigned i = 0; i < AUDIT_ROOM_FDS && audit_room_fd(gateway->site.audit, i) >= 0; i++)
        items[count++] = (zmq_pollitem_t){.fd = audit_room_fd(gateway->site.audit, i), .events = ZMQ_POLLIN};
    for (size_t i = 0; i < desks_count(desks); i++) {
        void *socket = desk_socket(desks_at(desks, i));
        if (socket)
            items[count++] = (zmq_pollitem_t){.socket = socket, .events = ZMQ_POLLIN};
    }
    return count;
}

static int gateway_loop(struct gateway *gateway)
{
    struct watchdog watchdog;
    watchdog_open(&watchdog);
    for (;;) {
        watchdog_turn(&watchdog, now_monotonic_ms());
        gateway_turn(gateway);
        gateway_write_metrics(gateway);
        int count = gateway_fill_items(gateway);
        int patience_ms =
            shorter_ms(GATEWAY_TURN_MS_MAX, desks_patience_ms(gateway->site.desks, now_monotonic_ms()));
        patience_ms = shorter_ms(patience_ms, signin_patience_ms(gateway->site.signin));
        patience_ms = shorter_ms(patience_ms, audit_room_patience_ms(gateway->site.audit));
        patience_ms = shorter_ms(patience_ms, http_patience_ms(gateway->http));
        if (gateway->single_http)
            patience_ms = shorter_ms(patience_ms, http_patience_ms(gateway->single_http));
        if (zmq_poll(gateway->items, count, patience_ms) < 0 && errno != EINTR)
            return gateway_complain(CODE_ENVIRONMENT, zmq_strerror(errno));
        if (gateway->items[POLLED_SIGNALS].revents)
            return 0;
    }
}

int gateway_run(const struct gateway_config *config)
{
    struct gateway gateway = {.signals = -1};
    int code = gateway_open(&gateway, config);
    if (code == 0) {
        gateway.metrics = (struct metrics){.program = "gateway", .path = config->metrics_path};
        gateway_write_metrics(&gateway);
        fprintf(stderr, "listening at %s\n", config->listen);
        (void)sd_notify(0, "READY=1");
        code = gateway_loop(&gateway);
        (void)sd_notify(0, "STOPPING=1");
        fprintf(stderr, "stopped\n");
    }
    gateway_close(&gateway);
    return code;
}
