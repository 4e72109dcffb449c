/* server.c: the server's end of the protocol: a ROUTER that only known keys can reach. */
#include "proto/server/server.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/server/connections.h"
#include "proto/server/descriptors.h"
#include "proto/server/keyring.h"
#include "proto/server/keys_watch.h"
#include "proto/server/zap.h"
#include "proto/words/listen_error.h"
#include "proto/words/now.h"

enum {
    /* ZMQ_ZAP_ENFORCE_DOMAIN: Debian's zmq.h hides it, its library has it. Without it a context that has lost
     * its ZAP handler admits everybody. */
    ENFORCE_ZAP_DOMAIN = 93,
    /* ZMQ_ZERO_COPY_RECV: hidden too. With it each waiting frame can keep 8 KiB, however short it is: a peer
     * that sends frames one by one would make libzmq hold a hundred times what the backlog counts. */
    ZERO_COPY_RECV = 10,
    ROUTE_BYTES = 5, /* a name that libzmq gave: a zero and a number of four bytes */
    DROPS_A_CALL =
        256, /* frames that one call drops before it returns, so that the caller can do other work */
    KEYS_PROBLEM_BYTES = 4352, /* a path and what is wrong there */
    SLOW_MS = 1000             /* how long a peer counts as slow after it did not read */
};

_Static_assert((int)ROUTE_BYTES <= (int)SERVER_ROUTE_BYTES_MAX, "a route holds the name of a connection");

static const struct {
    int option, value;
} socket_options[] = {
    {ENFORCE_ZAP_DOMAIN, 1},
    {ZMQ_CURVE_SERVER, 1},
    {ZMQ_ROUTER_MANDATORY, 1}, /* otherwise libzmq silently drops what it cannot send */
    {ZMQ_ROUTER_HANDOVER, 0},  /* otherwise an admitted peer could take over another's connection */
    {ZMQ_SNDTIMEO, 0},
    {ZMQ_LINGER, 0},
    {ZMQ_SNDHWM, 250}, /* with frames of FRAME_BYTES_GOOD, 4 MiB for a peer that does not read */
    {ZMQ_RCVHWM, 1000},
    {ZMQ_HANDSHAKE_IVL, 5000},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_TCP_KEEPALIVE_IDLE, 30},
    {ZMQ_TCP_KEEPALIVE_INTVL, 10},
    {ZMQ_TCP_KEEPALIVE_CNT, 3},
    /* No ZMQ_HEARTBEAT_*: they can abort the process. */
};

struct server {
    void *context;
    void *router;
    struct zap *zap;
    struct keyring *keyring; /* zap owns it; only this thread replaces it */
    struct backlog *backlog;
    struct connections *connections;
    struct keys_watch watch;
    char keys_problem[KEYS_PROBLEM_BYTES];
    int reserve; /* a descriptor that is given up to read the keys when no other is free; -1: none */
    uint64_t drops[SERVER_DROPS]; /* zap counts SERVER_DROP_HANDSHAKE */
    /* The current frame and its sender. */
    zmq_msg_t frame;
    struct scan rest; /* the parts that we have not read */
    unsigned parts;   /* how many we have read */
    struct server_route route;
    char key_name[KEY_NAME_CHARS_MAX + 1];
    int fd;                   /* of the sender's connection */
    uint64_t admission;       /* the number of its admission (connections.h) */
    struct misuse withdrawn;  /* complaints about all keys that have been withdrawn */
    struct server_route slow; /* the last connection that did not read what we sent */
    int64_t slow_ms;          /* when that was */
};

static bool router_set_options(void *router, const struct server_config *config, const struct key *key)
{
    for (size_t i = 0; i < sizeof socket_options / sizeof socket_options[0]; i++)
        if (zmq_setsockopt(router, socket_options[i].option, &socket_options[i].value, sizeof(int)) != 0)
            return false;
    /* libzmq measures the encrypted frame. */
    int64_t frame_bytes_max = (int64_t)config->message_bytes_max + FRAME_AROUND_BYTES;
    int enforced = 0;
    return zmq_setsockopt(router, ZMQ_MAXMSGSIZE, &frame_bytes_max, sizeof frame_bytes_max) == 0 &&
           zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, key->secret_text, KEY_TEXT_CHARS + 1) == 0 &&
           zmq_setsockopt(router, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) == 0 &&
           zmq_getsockopt(router, ENFORCE_ZAP_DOMAIN, &enforced, &(size_t){sizeof enforced}) == 0 &&
           enforced == 1;
}

static bool server_read_own_key(const char *path, struct key *key, char *message, size_t message_size)
{
    if (keys_read(path, key, message, message_size) != 0)
        return false;
    /* An intake serves its devices with the key that it also shows the broker: a source's. */
    if ((key->is_server || key->role == CONCORDAT__V1__ROLE__ROLE_SOURCE) && key->has_secret)
        return true;
    snprintf(message, message_size, "%s: not the secret key of a server", path);
    keys_wipe(key);
    return false;
}

/* Opens and binds the sockets in the order that fails closed: the ZAP handler first. */
static bool server_open_sockets(struct server *server, const struct server_config *config,
                                const struct key *key, char *message, size_t message_size)
{
    server->backlog = backlog_open();
    server->connections = connections_open();
    if (!server->backlog || !server->connections) {
        snprintf(message, message_size, "out of memory");
        return false;
    }
    server->keyring = keyring_open(config->keys_folder, NULL, message, message_size);
    if (!server->keyring)
        return false;
    keys_watch_end_reading(&server->watch, true);
    fputs(keyring_complaints(server->keyring), stderr);
    server->context = zmq_ctx_new();
    server->router = server->context && zmq_ctx_set(server->context, ZERO_COPY_RECV, 0) == 0
                         ? zmq_socket(server->context, ZMQ_ROUTER)
                         : NULL;
    if (!server->router) {
        snprintf(message, message_size, "cannot open a socket: %s", zmq_strerror(errno));
        keyring_close(&server->keyring);
        return false;
    }
    server->zap = zap_open(server->context, server->router, server->keyring, server->backlog,
                           server->connections, message, message_size);
    if (!server->zap)
        return false;
    if (!router_set_options(server->router, config, key)) {
        snprintf(message, message_size, "this libzmq does not take the settings that keep strangers out");
        return false;
    }
    if (zmq_bind(server->router, config->endpoint) == 0)
        return true;
    int error = errno;
    snprintf(message, message_size, "%s: cannot listen there: %s%s", config->endpoint, zmq_strerror(error),
             listen_remedy(error));
    return false;
}

struct server *server_open(const struct server_config *config, char *message, size_t message_size)
{
    struct key key;
    assert(config->endpoint && config->key_path && config->keys_folder && config->message_bytes_max > 0);
    if (!server_read_own_key(config->key_path, &key, message, message_size))
        return NULL;
    struct server *server = calloc(1, sizeof *server);
    if (server) {
        zmq_msg_init(&server->frame);
        server->reserve = descriptors_reserve();
        if (!keys_watch_open(&server->watch, config->keys_folder, message, message_size) ||
            !server_open_sockets(server, config, &key, message, message_size))
            server_close(&server);
    } else {
        snprintf(message, message_size, "out of memory");
    }
    keys_wipe(&key);
    return server;
}

void server_close(struct server **server)
{
    if (!*server)
        return;
    zmq_msg_close(&(*server)->frame);
    zap_close(&(*server)->zap); /* closes the keyring too */
    backlog_close(&(*server)->backlog);
    connections_close(&(*server)->connections);
    if ((*server)->router)
        zmq_close((*server)->router);
    if ((*server)->context)
        zmq_ctx_term((*server)->context);
    keys_watch_close(&(*server)->watch);
    if ((*server)->reserve >= 0)
        close((*server)->reserve);
    free(*server);
    *server = NULL;
}

void *server_socket(struct server *server)
{
    return server->router;
}

int server_keys_fd(const struct server *server)
{
    return server->watch.fd;
}

static bool router_has_more(void *router)
{
    int more = 0;
    int rc = zmq_getsockopt(router, ZMQ_RCVMORE, &more, &(size_t){sizeof more});
    assert(rc == 0);
    return more;
}

/* Takes the next frame, without waiting. All frames of a message arrive together. */
static bool router_take_frame(void *router, zmq_msg_t *frame)
{
    int rc;
    do
        rc = zmq_msg_recv(frame, router, ZMQ_DONTWAIT);
    while (rc < 0 && errno == EINTR);
    return rc >= 0;
}

/* Takes the route from its frame. Returns false if the peer chose the name: another peer could choose the
 * same name once this one is gone, and would get its answers. A name that libzmq gave belongs to one
 * connection. */
static bool server_take_route(zmq_msg_t *frame, struct server_route *route)
{
    size_t size = zmq_msg_size(frame);
    const uint8_t *bytes = zmq_msg_data(frame);
    if (size != ROUTE_BYTES || bytes[0] != 0)
        return false;
    *route = (struct server_route){.size = (uint8_t)size};
    memcpy(route->bytes, bytes, size);
    return true;
}

/* Takes the sender's name and the number of its admission from what the ZAP handler said about the
 * connection. Returns false if it said nothing, or if the name now belongs to another key. A withdrawn name
 * is for the caller to refuse. */
static bool server_take_name(struct server *server)
{
    const char *user = zmq_msg_gets(&server->frame, "User-Id");
    const char *admission = zmq_msg_gets(&server->frame, ZAP_ADMISSION);
    if (!user || !*user || !admission || strlen(user) > KEY_NAME_CHARS_MAX)
        return false;
    strcpy(server->key_name, user);
    const struct key *key = keyring_by_name(server->keyring, user);
    if (key && strncmp(key->public_text, admission, KEY_TEXT_CHARS) != 0)
        return false;
    server->admission = strtoull(admission + KEY_TEXT_CHARS, NULL, 10);
    return true;
}

bool server_has_more(const struct server *server)
{
    return server->rest.at != server->rest.end;
}

bool server_keys_are_due(struct server *server)
{
    return keys_watch_is_due(&server->watch);
}

/* Lets the new ring count. */
static void server_use_keyring(struct server *server, struct keyring *keyring)
{
    if (strcmp(keyring_complaints(keyring), keyring_complaints(server->keyring)) != 0)
        fputs(keyring_complaints(keyring), stderr);
    keyring_keep_misuse(keyring, server->keyring);
    struct keyring *former = zap_change_keyring(server->zap, keyring);
    server->keyring = keyring;
    connections_change_keys(server->connections, keyring, keyring_lost(former, keyring), now_monotonic_ms());
    keyring_close(&former);
    /* The name that the current frame arrived under may now belong to another key. */
    if (server_has_more(server) && !server_take_name(server))
        server->rest.at = server->rest.end;
}

bool server_reload_keys(struct server *server)
{
    struct keys_watch *watch = &server->watch;
    bool had_failed = watch->failed;
    keys_watch_begin_reading(watch);
    bool scarce = descriptors_are_used_up();
    if (scarce && server->reserve >= 0)
        close(server->reserve);
    struct keyring *keyring =
        keyring_open(watch->folder, server->keyring, server->keys_problem, sizeof server->keys_problem);
    if (scarce || server->reserve < 0)
        server->reserve = descriptors_reserve();
    bool done = keyring;
    if (done)
        server_use_keyring(server, keyring);
    else if (keyring_withdraw_removed(server->keyring, watch->folder))
        connections_change_keys(server->connections, server->keyring, true, now_monotonic_ms());
    keys_watch_end_reading(watch, done);
    if (!done && !had_failed)
        fprintf(stderr, "%s; the keys stay as they were, but for removed ones, until they can be read\n",
                server->keys_problem);
    if (done && had_failed)
        fprintf(stderr, "%s: the keys can be read again, and count\n", watch->folder);
    return done;
}

const char *server_keys_problem(const struct server *server)
{
    return server->watch.failed ? server->keys_problem : NULL;
}

/* Takes a message off the socket. Returns false if there is none. *good is whether it was a route of ours and
 * one frame. */
static bool server_take_frame(struct server *server, bool *good)
{
    void *router = server->router;
    zmq_msg_t other;
    zmq_msg_init(&other);
    if (!router_take_frame(router, &other))
        return false;
    *good = server_take_route(&other, &server->route) && router_has_more(router);
    size_t frames = 1;
    while (router_has_more(router)) {
        zmq_msg_t *into = ++frames == 2 ? &server->frame : &other;
        if (!router_take_frame(router, into))
            break;
        server->fd = zmq_msg_get(into, ZMQ_SRCFD);
        backlog_took(server->backlog, server->fd, zmq_msg_size(into));
    }
    zmq_msg_close(&other);
    *good = *good && frames == 2;
    return true;
}

/* Returns the complaints about the sender of the current frame. */
static struct misuse *server_misuse_of_sender(struct server *server)
{
    const struct key *key = keyring_by_name(server->keyring, server->key_name);
    return key ? keyring_misuse(server->keyring, key) : &server->withdrawn;
}

/* Drops the rest of the frame and cuts its connection. */
static void server_cut_sender(struct server *server)
{
    server->rest.at = server->rest.end;
    connections_cut(server->connections, server->fd, server->admission);
}

/* Notes a complaint about the sender. Returns false if it was one too many. */
static bool server_note_complaint(struct server *server, const char *why)
{
    struct misuse *misuse = server_misuse_of_sender(server);
    int64_t now_ms = now_monotonic_ms();
    if (!misuse_note(misuse, now_ms))
        return true;
    unsigned times = seldom_count(&misuse->told, now_ms);
    if (times)
        fprintf(stderr, "%s is kept out for %d s: %s (%u times since the last of these lines)\n",
                server->key_name, MISUSE_BARRED_MS / 1000, why, times);
    server_cut_sender(server);
    return false;
}

void server_complain(struct server *server)
{
    assert(server->key_name[0]); /* a part has been received */
    server_note_complaint(server, "it goes on sending what cannot be read");
}

/* Returns whether to process the current frame. If not, the frame is dropped. */
static bool server_accepts_frame(struct server *server)
{
    const struct key *key = keyring_by_name(server->keyring, server->key_name);
    int64_t now_ms = now_monotonic_ms();
    if (key)
        connections_heard(server->connections, server->fd, server->admission, key, now_ms);
    if (misuse_is_barred(key ? keyring_misuse(server->keyring, key) : &server->withdrawn, now_ms)) {
        server->drops[SERVER_DROP_BARRED]++;
        server_cut_sender(server);
        return false;
    }
    bool slow =
        memcmp(&server->slow, &server->route, sizeof server->slow) == 0 && now_ms - server->slow_ms < SLOW_MS;
    return !slow || server_note_complaint(server, "it goes on asking and does not read the answers");
}

/* Makes the next frame that we process the current one. Returns false if there is none. */
static bool server_begin_frame(struct server *server)
{
    assert(!server_has_more(server));
    for (int drops = 0; drops < DROPS_A_CALL; drops++) {
        bool good = false;
        if (!server_take_frame(server, &good))
            return false;
        if (!good) {
            server->drops[SERVER_DROP_SHAPE]++;
        } else if (!server_take_name(server)) {
            server->drops[SERVER_DROP_NAME]++;
        } else {
            const uint8_t *bytes = zmq_msg_data(&server->frame);
            server->rest = (struct scan){bytes, bytes + zmq_msg_size(&server->frame)};
            server->parts = 0;
            if (server_accepts_frame(server))
                return true;
        }
    }
    return false;
}

bool server_receive(struct server *server, struct server_message *message)
{
    struct frame_part part;
    if (!server_has_more(server) && !server_begin_frame(server))
        return false;
    const uint8_t *from = server->rest.at;
    /* An empty frame is not a part either. */
    if (frame_next(&server->rest, &part) != SCAN_FIELD) {
        part = (struct frame_part){from, (size_t)(server->rest.end - from)};
        server->rest.at = server->rest.end;
    }
    if (++server->parts == FRAME_REQUESTS_MAX)
        server->rest.at = server->rest.end;
    message->route = server->route;
    strcpy(message->key_name, server->key_name);
    message->bytes = part.bytes;
    message->size = part.size;
    return true;
}

const struct key *server_key(const struct server *server, const char *key_name)
{
    return keyring_by_name(server->keyring, key_name);
}

/* Returns 0, or the error. */
static int router_send_route(void *router, const struct server_route *route)
{
    int rc;
    do
        rc = zmq_send(router, route->bytes, route->size, ZMQ_SNDMORE);
    while (rc < 0 && errno == EINTR);
    return rc < 0 ? errno : 0;
}

static int router_send_frame(void *router, zmq_msg_t *frame)
{
    int rc;
    do
        rc = zmq_msg_send(frame, router, 0);
    while (rc < 0 && errno == EINTR);
    return rc < 0 ? errno : 0;
}

enum server_sent server_send(struct server *server, const struct server_route *route,
                             const struct frame_part *parts, size_t count)
{
    zmq_msg_t frame;
    assert(count > 0 && route->size > 0 && route->size <= SERVER_ROUTE_BYTES_MAX);
    /* If there is not enough memory we treat the peer like a slow one: it is told nothing now. */
    int problem = zmq_msg_init_size(&frame, frame_size(parts, count)) ? EAGAIN : 0;
    if (problem == 0) {
        frame_join(parts, count, zmq_msg_data(&frame));
        problem = router_send_route(server->router, route);
        if (problem == 0)
            problem = router_send_frame(server->router, &frame);
        zmq_msg_close(&frame);
    }
    if (problem == 0)
        return SERVER_SENT;
    if (problem == EAGAIN) {
        server->slow = *route;
        server->slow_ms = now_monotonic_ms();
        return SERVER_PEER_SLOW;
    }
    assert(problem == EHOSTUNREACH);
    return SERVER_PEER_GONE;
}

uint64_t server_drops(const struct server *server, enum server_drop why)
{
    assert(why < SERVER_DROPS);
    return why == SERVER_DROP_HANDSHAKE ? zap_refused(server->zap) : server->drops[why];
}
