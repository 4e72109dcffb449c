/* zap.c: the ZAP handler's thread. */
#include "proto/server/zap.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/server/arrivals.h"
#include "proto/server/seldom.h"
#include "proto/words/exit_code.h"
#include "proto/words/now.h"

#define MONITOR_ENDPOINT "inproc://concordat.handshakes"

enum {
    MONITORED = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_CLOSED |
                ZMQ_EVENT_DISCONNECTED
};

/* A request's frames, in the order of RFC 27. */
enum zap_frame { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, PUBLIC_KEY, FRAMES };
enum { FRAME_BYTES_MAX = 255 };

struct zap_request {
    size_t size[FRAMES];
    char bytes[FRAMES][FRAME_BYTES_MAX + 1]; /* each ends in a NUL */
};

struct zap {
    void *context; /* borrowed */
    void *handler; /* once the thread runs, only it uses this socket and the next */
    void *events;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards keyring */
    struct keyring *keyring;
    atomic_bool closing;
    atomic_uint_least64_t refused;
    struct backlog *backlog;         /* borrowed */
    struct connections *connections; /* borrowed */
    struct arrivals *arrivals;
    int64_t check_ms; /* when to check the backlog next */
    struct seldom unknown;
};

/* Receives a request. Returns false if it is malformed, or with *gone set if the context has been shut down.
 */
static bool zap_receive(void *handler, struct zap_request *request, bool *gone)
{
    size_t frames = 0;
    bool good = true;
    int more = 1;
    while (more) {
        char spare[FRAME_BYTES_MAX];
        char *bytes = frames < FRAMES ? request->bytes[frames] : spare;
        int size = zmq_recv(handler, bytes, FRAME_BYTES_MAX, 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 || zmq_getsockopt(handler, ZMQ_RCVMORE, &more, &(size_t){sizeof more}) != 0) {
            *gone = true;
            return false;
        }
        if (size > FRAME_BYTES_MAX || frames >= FRAMES) {
            good = false;
        } else {
            bytes[size] = '\0';
            request->size[frames] = (size_t)size;
        }
        frames++;
    }
    return good && frames == FRAMES;
}

static bool zap_frame_is(const struct zap_request *request, enum zap_frame frame, const char *text)
{
    return request->size[frame] == strlen(text) && !memcmp(request->bytes[frame], text, strlen(text));
}

/* Logs only a stranger's address, and seldom: anybody can knock. */
static void zap_log_unknown(struct zap *zap, const char *address)
{
    unsigned refused = seldom_count(&zap->unknown, now_monotonic_ms());
    if (refused)
        fprintf(stderr, "refused a connection: unknown key, from %.64s (%u since the last of these lines)\n",
                address, refused);
}

/* Returns whether to admit the connection. If so, *admitted is its key. */
static bool zap_admit(struct zap *zap, const struct zap_request *request, struct key *admitted)
{
    if (!zap_frame_is(request, VERSION, "1.0") || !zap_frame_is(request, DOMAIN, ZAP_DOMAIN) ||
        !zap_frame_is(request, MECHANISM, "CURVE") || request->size[PUBLIC_KEY] != KEY_BYTES)
        return false;
    pthread_mutex_lock(&zap->mutex);
    const struct key *key = keyring_by_bytes(zap->keyring, (const uint8_t *)request->bytes[PUBLIC_KEY]);
    bool barred = key && misuse_is_barred(keyring_misuse(zap->keyring, key), now_monotonic_ms());
    if (key)
        *admitted = *key;
    pthread_mutex_unlock(&zap->mutex);
    if (!key)
        zap_log_unknown(zap, request->bytes[ADDRESS]);
    return key && !barred;
}

/* Writes one ZMTP property: a byte with the length of the name, the name, four bytes with the length of the
 * value, the value. Returns its size. */
static size_t zap_write_property(uint8_t *out, const char *name, const char *value)
{
    size_t name_size = strlen(name), value_size = strlen(value);
    assert(value_size <= UINT8_MAX);
    *out = (uint8_t)name_size;
    memcpy(out + 1, name, name_size);
    memcpy(out + 1 + name_size, (const uint8_t[]){0, 0, 0, (uint8_t)value_size}, 4);
    memcpy(out + 5 + name_size, value, value_size);
    return 5 + name_size + value_size;
}

/* Refuses with 300, which tells the client nothing, and not with 400: libzmq's client gives up for good at
 * 400, so a client whose key is added late would have to be restarted. */
static bool zap_answer(struct zap *zap, const struct zap_request *request, const struct key *admitted)
{
    void *handler = zap->handler;
    char admission[KEY_TEXT_CHARS + 24];
    uint8_t metadata[64 + sizeof admission];
    size_t size = 0;
    if (admitted) {
        snprintf(admission, sizeof admission, "%.*s%llu", KEY_TEXT_CHARS, admitted->public_text,
                 (unsigned long long)connections_admit(zap->connections));
        size = zap_write_property(metadata, ZAP_ADMISSION, admission);
    }
    const char *code = admitted ? "200" : "300", *name = admitted ? admitted->name : "";
    return zmq_send(handler, "1.0", 3, ZMQ_SNDMORE) >= 0 &&
           zmq_send(handler, request->bytes[REQUEST_ID], request->size[REQUEST_ID], ZMQ_SNDMORE) >= 0 &&
           zmq_send(handler, code, strlen(code), ZMQ_SNDMORE) >= 0 &&
           zmq_send(handler, "", 0, ZMQ_SNDMORE) >= 0 &&
           zmq_send(handler, name, strlen(name), ZMQ_SNDMORE) >= 0 &&
           zmq_send(handler, metadata, size, 0) >= 0;
}

/* Takes an event of the monitor: a frame with its kind and a value (the descriptor, if a connection came or
 * went), and a frame with our own address. Returns false if the context has been shut down. */
static bool zap_take_event(struct zap *zap)
{
    uint8_t event[6] = {0};
    uint16_t kind;
    int32_t about;
    int more = 1;
    for (size_t room = sizeof event; more; room = 0)
        if ((zmq_recv(zap->events, room ? event : NULL, room, 0) < 0 && errno != EINTR) ||
            zmq_getsockopt(zap->events, ZMQ_RCVMORE, &more, &(size_t){sizeof more}) != 0)
            return false;
    memcpy(&kind, event, sizeof kind);
    memcpy(&about, event + sizeof kind, sizeof about);
    if (kind == ZMQ_EVENT_ACCEPTED) {
        arrivals_begin(zap->arrivals, about, now_monotonic_ms());
        backlog_begin(zap->backlog, about);
        connections_begin(zap->connections, about, now_monotonic_ms());
    } else if (kind == ZMQ_EVENT_CLOSED || kind == ZMQ_EVENT_DISCONNECTED) {
        arrivals_end(zap->arrivals, about);
        backlog_end(zap->backlog, about);
        connections_end(zap->connections, about);
    } else {
        atomic_fetch_add(&zap->refused, 1);
    }
    return true;
}

/* Takes all events that have come. Returns false if the context has been shut down. */
static bool zap_take_events(struct zap *zap)
{
    int state = 0;
    bool good = true;
    while (good && (good = zmq_getsockopt(zap->events, ZMQ_EVENTS, &state, &(size_t){sizeof state}) == 0) &&
           state & ZMQ_POLLIN)
        good = zap_take_event(zap);
    return good;
}

/* Answers one request. Returns false if the context has been shut down. */
static bool zap_serve(struct zap *zap)
{
    struct zap_request request = {0};
    struct key admitted = {0};
    bool gone = false;
    bool good = zap_receive(zap->handler, &request, &gone);
    /* A connection begins before its handshake is admitted (connections.h). */
    if (gone || !zap_take_events(zap))
        return false;
    good = good && zap_admit(zap, &request, &admitted);
    return zap_answer(zap, &request, good ? &admitted : NULL);
}

static void zap_cut_what_is_too_much(struct zap *zap)
{
    int64_t now_ms = now_monotonic_ms();
    if (now_ms < zap->check_ms)
        return;
    zap->check_ms = now_ms + BACKLOG_CHECK_MS;
    connections_tend(zap->connections, now_ms);
    unsigned cut = backlog_cut(zap->backlog);
    if (cut)
        fprintf(stderr, "cut off %u connections that sent more than can be read\n", cut);
}

static void *zap_keep_door(void *argument)
{
    struct zap *zap = argument;
    bool good = true;
    while (good) {
        zmq_pollitem_t items[] = {{.socket = zap->handler, .events = ZMQ_POLLIN},
                                  {.socket = zap->events, .events = ZMQ_POLLIN}};
        int patience_ms = arrivals_let_in(zap->arrivals, now_monotonic_ms());
        if (patience_ms < 0 || patience_ms > BACKLOG_CHECK_MS)
            patience_ms = BACKLOG_CHECK_MS;
        if (zmq_poll(items, 2, patience_ms) < 0)
            good = errno == EINTR;
        if (good && items[0].revents & ZMQ_POLLIN)
            good = zap_serve(zap);
        good = good && zap_take_events(zap);
        if (good)
            zap_cut_what_is_too_much(zap);
    }
    int why = errno;
    if (!atomic_load(&zap->closing)) {
        fprintf(stderr, "the check of keys has ended (%s); stopping, so that nobody gets in unchecked\n",
                zmq_strerror(why));
        if (why == ENOMEM)
            _exit(CODE_ENVIRONMENT);
        abort();
    }
    zmq_close(zap->handler);
    zmq_close(zap->events);
    return NULL;
}

/* The order matters: the handler must be bound before any socket of the context can accept a connection. */
static bool zap_open_sockets(struct zap *zap, void *router)
{
    int none = 0;
    zap->handler = zmq_socket(zap->context, ZMQ_REP);
    zap->events = zmq_socket(zap->context, ZMQ_PAIR);
    /* The monitor has no limit (ZMQ_RCVHWM 0): at a limit libzmq's thread would stop all work and wait for
     * us. */
    return zap->handler && zap->events && zmq_setsockopt(zap->handler, ZMQ_LINGER, &none, sizeof none) == 0 &&
           zmq_setsockopt(zap->events, ZMQ_RCVHWM, &none, sizeof none) == 0 &&
           zmq_bind(zap->handler, "inproc://zeromq.zap.01") == 0 &&
           zmq_socket_monitor(router, MONITOR_ENDPOINT, MONITORED) == 0 &&
           zmq_connect(zap->events, MONITOR_ENDPOINT) == 0;
}

struct zap *zap_open(void *context, void *router, struct keyring *keyring, struct backlog *backlog,
                     struct connections *connections, char *message, size_t message_size)
{
    assert(context && router && keyring && backlog && connections);
    struct zap *zap = calloc(1, sizeof *zap);
    struct arrivals *arrivals = arrivals_open();
    if (!zap || !arrivals) {
        arrivals_close(&arrivals);
        free(zap);
        snprintf(message, message_size, "out of memory");
        keyring_close(&keyring);
        return NULL;
    }
    zap->context = context;
    zap->keyring = keyring;
    zap->backlog = backlog;
    zap->connections = connections;
    zap->arrivals = arrivals;
    pthread_mutex_init(&zap->mutex, NULL);
    bool good = zap_open_sockets(zap, router);
    int why = errno;
    if (good) {
        why = pthread_create(&zap->thread, NULL, zap_keep_door, zap);
        good = why == 0;
    }
    if (good)
        return zap;
    snprintf(message, message_size, "cannot start the check of keys: %s", zmq_strerror(why));
    if (zap->handler)
        zmq_close(zap->handler);
    if (zap->events)
        zmq_close(zap->events);
    arrivals_close(&zap->arrivals);
    keyring_close(&zap->keyring);
    pthread_mutex_destroy(&zap->mutex);
    free(zap);
    return NULL;
}

void zap_close(struct zap **zap)
{
    if (!*zap)
        return;
    atomic_store(&(*zap)->closing, true);
    zmq_ctx_shutdown((*zap)->context);
    pthread_join((*zap)->thread, NULL);
    arrivals_close(&(*zap)->arrivals);
    keyring_close(&(*zap)->keyring);
    pthread_mutex_destroy(&(*zap)->mutex);
    free(*zap);
    *zap = NULL;
}

struct keyring *zap_change_keyring(struct zap *zap, struct keyring *keyring)
{
    assert(keyring && keyring != zap->keyring);
    pthread_mutex_lock(&zap->mutex);
    struct keyring *former = zap->keyring;
    zap->keyring = keyring;
    pthread_mutex_unlock(&zap->mutex);
    return former;
}

uint64_t zap_refused(const struct zap *zap)
{
    return atomic_load(&zap->refused);
}
