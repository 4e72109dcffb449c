/* service.c: see service.h. */
#include "services/gateway/service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/client/client.h"
#include "proto/server/descriptors.h"
#include "proto/words/exit_code.h"
#include "proto/words/now.h"
#include "services/gateway/listen.h"
#include "services/gateway/routes.h"

enum { GATEWAY_TURN_MS_MAX = 1000, GATEWAY_MESSAGE_BYTES = 1024 };

struct gateway {
    struct site site;
    struct http *http;
    struct concordat_client *client;
    int signals;
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

static int gateway_open_client(struct gateway *gateway, const struct gateway_config *config)
{
    char message[GATEWAY_MESSAGE_BYTES];
    const struct concordat_client_config client = {.endpoint = config->broker,
                                                   .server_key_path = config->broker_key_path,
                                                   .key_path = config->key_path,
                                                   .software = "concordat-gateway " CONCORDAT_VERSION};
    gateway->client = concordat_client_open(&client, message, sizeof message);
    return gateway->client ? 0 : gateway_complain(CODE_ENVIRONMENT, message);
}

static int gateway_open_http(struct gateway *gateway, const struct gateway_config *config,
                             uint64_t descriptors)
{
    char message[GATEWAY_MESSAGE_BYTES];
    int listening;
    enum listen_status status = listen_open(config->listen, &listening, message, sizeof message);
    if (status != LISTEN_GOOD)
        return gateway_complain(status == LISTEN_WRONG ? CODE_USAGE : CODE_ENVIRONMENT, message);
    gateway->http = http_open(listening, descriptors, routes_handle, &gateway->site, message, sizeof message);
    return gateway->http ? 0 : gateway_complain(CODE_ENVIRONMENT, message);
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
    gateway->site.signin = signin_open(config->people_path, message, sizeof message);
    if (!gateway->site.signin)
        return gateway_complain(CODE_ENVIRONMENT, message);
    int code = gateway_open_client(gateway, config);
    return code ? code : gateway_open_http(gateway, config, descriptors);
}

static void gateway_close(struct gateway *gateway)
{
    signin_close(&gateway->site.signin);
    http_close(&gateway->http);
    concordat_client_close(&gateway->client);
    if (gateway->signals >= 0)
        close(gateway->signals);
}

/* What the router sends is not shown yet; the client must read it all the same to know whether it is there.
 */
static void gateway_hear_router(struct gateway *gateway)
{
    while (concordat_client_next(gateway->client, 0))
        continue;
    bool answers = concordat_client_connected(gateway->client);
    if (answers == gateway->site.router_answers)
        return;
    gateway->site.router_answers = answers;
    gateway->site.router_since_ms = now_wall_ms();
}

static int shorter_ms(int one_ms, int other_ms)
{
    return other_ms >= 0 && other_ms < one_ms ? other_ms : one_ms;
}

/* Results of passwords come before the pages, which they wake. */
static void gateway_turn(struct gateway *gateway)
{
    gateway_hear_router(gateway);
    signin_turn(gateway->site.signin);
    http_turn(gateway->http, now_monotonic_ms());
}

static int gateway_loop(struct gateway *gateway)
{
    enum { SIGNALS, ROUTER, HTTP, PASSWORDS };
    for (;;) {
        gateway_turn(gateway);
        zmq_pollitem_t items[PASSWORDS + PASSWORDS_AT_ONCE] = {
            [SIGNALS] = {.fd = gateway->signals, .events = ZMQ_POLLIN},
            [ROUTER] = {.socket = concordat_client_socket(gateway->client), .events = ZMQ_POLLIN},
            [HTTP] = {.fd = http_fd(gateway->http), .events = ZMQ_POLLIN},
        };
        for (unsigned i = 0; i < PASSWORDS_AT_ONCE; i++)
            items[PASSWORDS + i] =
                (zmq_pollitem_t){.fd = signin_fd(gateway->site.signin, i), .events = ZMQ_POLLIN};
        int patience_ms = shorter_ms(GATEWAY_TURN_MS_MAX, concordat_client_patience_ms(gateway->client));
        patience_ms = shorter_ms(patience_ms, signin_patience_ms(gateway->site.signin));
        patience_ms = shorter_ms(patience_ms, http_patience_ms(gateway->http));
        if (zmq_poll(items, PASSWORDS + PASSWORDS_AT_ONCE, patience_ms) < 0 && errno != EINTR)
            return gateway_complain(CODE_ENVIRONMENT, zmq_strerror(errno));
        if (items[SIGNALS].revents)
            return 0;
    }
}

int gateway_run(const struct gateway_config *config)
{
    struct gateway gateway = {.signals = -1};
    int code = gateway_open(&gateway, config);
    if (code == 0) {
        fprintf(stderr, "listening at %s\n", config->listen);
        (void)sd_notify(0, "READY=1");
        code = gateway_loop(&gateway);
        (void)sd_notify(0, "STOPPING=1");
        fprintf(stderr, "stopped\n");
    }
    gateway_close(&gateway);
    return code;
}
