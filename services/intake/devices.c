/* devices.c: the intake as a server: which devices are there, and what each is told. */
#include "services/intake/devices.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/server/greeting.h"
#include "proto/server/seldom.h"
#include "proto/wire/borrowed.h"
#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/intake/device_quotas.h"
#include "services/intake/limits.h"
#include "services/intake/readings.h"
#include "services/intake/refused.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

enum { MESSAGES_A_TURN = 64 /* so that the broker and the signals have their turn */ };

/* A connection that has said hello: a session. */
struct device {
    struct server_route route;
    struct greeting_peer peer;
    bool wants_news;
    int64_t heard_ms; /* by the monotonic clock */
};

struct devices {
    struct server *server;
    struct commands *commands;
    struct arena arena;
    struct greeting_server self;
    char of_name[WORDS_MAX]; /* what people call the source */
    struct device all[ROOMS_MAX];
    size_t count;
    int64_t check_ms; /* when to look next for those that have fallen silent */
    struct seldom too_many, full;
    struct refused_devices *refused;
    struct device_quotas quotas;
    struct readings readings;
    devices_read *read;
    void *context;
    struct reply reply;
    uint8_t bytes[WIRE_MESSAGE_BYTES_MAX];
};

struct devices *devices_open(struct server *server, struct commands *commands, devices_read *read,
                             void *context)
{
    struct devices *devices = calloc(1, sizeof *devices);
    if (!devices)
        return NULL;
    devices->server = server;
    devices->commands = commands;
    devices->read = read;
    devices->context = context;
    words_for(&concordat__v1__source__descriptor, (int)commands->site.source, devices->of_name);
    devices->self.software = "concordat-intake " CONCORDAT_VERSION;
    randombytes_buf(devices->self.session, sizeof devices->self.session);
    devices->refused = refused_open();
    if (arena_open(&devices->arena, ARENA_MESSAGE_BYTES) != 0 || !devices->refused)
        devices_close(&devices);
    return devices;
}

void devices_close(struct devices **devices)
{
    if (*devices) {
        arena_close(&(*devices)->arena);
        refused_close(&(*devices)->refused);
        free(*devices);
        *devices = NULL;
    }
}

static struct device *device_find(struct devices *devices, const struct server_route *route)
{
    for (size_t i = 0; i < devices->count; i++) {
        const struct server_route *known = &devices->all[i].route;
        if (known->size == route->size && memcmp(known->bytes, route->bytes, route->size) == 0)
            return &devices->all[i];
    }
    return NULL;
}

static void device_drop(struct devices *devices, struct device *device)
{
    *device = devices->all[--devices->count];
}

/* Whether a device's key (NULL: it has been withdrawn) still counts, for the same role and owner as at the
 * hello; if not, this drops the device. */
static bool device_counts(struct devices *devices, struct device *device, const struct key *key)
{
    if (greeting_peer_has(&device->peer, key))
        return true;
    device_drop(devices, device);
    return false;
}

/* Ends the sessions of devices that have fallen silent. */
static void devices_drop_silent(struct devices *devices)
{
    int64_t now_ms = now_monotonic_ms();
    if (now_ms < devices->check_ms)
        return;
    devices->check_ms = now_ms + ROOMS_CHECK_MS;
    for (size_t i = devices->count; i-- > 0;)
        if (devices->all[i].heard_ms < now_ms - GREETING_SILENCE_MS)
            device_drop(devices, &devices->all[i]);
}

/* The session of this key that has been silent for longest, if the key has as many as it may have; else NULL.
 */
static struct device *device_most_silent(struct devices *devices, const struct key *key)
{
    struct device *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < devices->count; i++) {
        struct device *device = &devices->all[i];
        if (strcmp(device->peer.name, key->name) != 0)
            continue;
        count++;
        if (!found || device->heard_ms < found->heard_ms)
            found = device;
    }
    return count < ROOMS_OF_DEVICE_MAX ? NULL : found;
}

/* A place for one more session of this key, whose oldest one may have to end for it. NULL if all are taken.
 */
static struct device *device_place(struct devices *devices, const struct key *key)
{
    struct device *own = device_most_silent(devices, key);
    unsigned count = own ? seldom_count(&devices->too_many, now_monotonic_ms()) : 0;
    if (count)
        fprintf(stderr,
                "%s has more than %d sessions: ended the one that was silent for longest "
                "(%u such since the last of these lines)\n",
                key->name, ROOMS_OF_DEVICE_MAX, count);
    if (own || devices->count < ROOMS_MAX)
        return own ? own : &devices->all[devices->count++];
    count = seldom_count(&devices->full, now_monotonic_ms());
    if (count)
        fprintf(stderr,
                "%d sessions are all that there is room for: refused another, of %s "
                "(%u such since the last of these lines)\n",
                ROOMS_MAX, key->name, count);
    return NULL;
}

static enum server_sent devices_send(struct devices *devices, const struct server_route *route,
                                     const Concordat__V1__Message *message)
{
    size_t size = concordat__v1__message__get_packed_size(message);
    if (size > sizeof devices->bytes) {
        fprintf(stderr, "an answer of %zu bytes is too long to be sent\n", size);
        return SERVER_SENT;
    }
    concordat__v1__message__pack(message, devices->bytes);
    return server_send(devices->server, route, &(struct frame_part){devices->bytes, size}, 1);
}

void devices_tell(struct devices *devices, const Concordat__V1__CaseStatus *status, int64_t heard_ms)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
    commands_learn(devices->commands, status, heard_ms);
    Concordat__V1__CaseStatus complete = *status;
    commands_complete(devices->commands, &complete);
    message.status = &complete;
    for (size_t i = devices->count; i-- > 0;) {
        struct device *device = &devices->all[i];
        if (!device->wants_news ||
            !device_counts(devices, device, server_key(devices->server, device->peer.name)))
            continue;
        /* A slow device misses this news, and asks for the status. One that has gone says hello when it is
         * back. */
        if (devices_send(devices, &device->route, &message) == SERVER_PEER_GONE)
            device_drop(devices, device);
    }
}

/* Begins a session. `device` is the session before it on this connection, which ends; NULL: there is none. */
static void devices_hello(struct devices *devices, const struct server_route *route, struct device *device,
                          const struct greeting_request *said, int64_t now_ms)
{
    const uint8_t *command_id = greeting_command_id(said);
    device = device ? device : device_place(devices, said->key);
    if (!device) {
        commands_refuse(devices->commands, command_id, REFUSAL(TOO_MANY),
                        "too many devices are connected here already; try again shortly", &devices->reply);
        (void)devices_send(devices, route, &devices->reply.message);
        return;
    }
    *device = (struct device){.route = *route,
                              .peer = greeting_peer_of(said->key),
                              .wants_news = said->request->hello->wants_news,
                              .heard_ms = now_monotonic_ms()};
    struct greeting_answer answer;
    (void)devices_send(
        devices, route,
        greeting_welcome(&answer, &devices->self,
                         &(struct greeting_welcomed){said->key, devices->of_name,
                                                     greeting_spread_ms((uint32_t)devices->count)},
                         command_id, now_ms));
}

static void devices_ping(struct devices *devices, const struct server_route *route,
                         const struct greeting_request *said, int64_t now_ms)
{
    struct greeting_answer answer;
    (void)devices_send(devices, route,
                       greeting_pong(&answer, &devices->self, greeting_command_id(said), now_ms));
}

/* Logs that a command was saved, unless it had been before. Nothing about the person is in the line. */
static void devices_note_saved(struct devices *devices, const Concordat__V1__Request *request)
{
    const Concordat__V1__Answer *answer = &devices->reply.answer;
    const uint8_t *referral = wire_changed_referral(request);
    char uuid[UUID_TEXT_BYTES];
    struct outbox_counts counts = {0};
    if (!referral || !answer->done || answer->repeated)
        return;
    words_uuid(referral, uuid);
    if (answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_UNOPENED) {
        fprintf(
            stderr,
            "kept %s from %s, sealed to a form key that is not here: nobody can read it, and its sender was told "
            "to ring. If you have an earlier outbox.db of this intake, start it once with --form-keys\n",
            uuid, request->device);
        return;
    }
    (void)outbox_count(devices->commands->outbox, &counts);
    fprintf(stderr, "saved %s from %s (%u waiting, %u refused)\n", uuid, request->device, counts.waiting,
            counts.refused);
}

/* The command that is saved and delivered says which device sent it: by its key, whatever the device itself
 * wrote there. */
static enum outbox_status devices_answer(struct devices *devices, const struct server_route *route,
                                         const struct key *key, Concordat__V1__Request *request,
                                         int64_t now_ms)
{
    request->device = borrowed_text(key->name);
    enum outbox_status status =
        commands_answer(devices->commands, request, &devices->arena, now_ms, &devices->reply);
    devices_note_saved(devices, request);
    if (devices->reply.message.body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER &&
        !devices->reply.answer.done)
        refused_note(devices->refused, key->name, request, devices->reply.answer.refusal, now_monotonic_ms());
    (void)devices_send(devices, route, &devices->reply.message);
    return status;
}

/* What this intake had of a record is gone from its disk as soon as the router has it. */
static void devices_ask_record(struct devices *devices, const struct server_message *message,
                               const struct key *key, Concordat__V1__Request *request)
{
    bool is_new;
    request->device = borrowed_text(key->name);
    if (readings_note(&devices->readings, request->command_id.data, &message->route, now_monotonic_ms(),
                      &is_new) &&
        (!is_new || devices->read(devices->context, request)))
        return;
    struct server_route route;
    (void)readings_take(&devices->readings, &request->command_id, &route);
    refused_note(devices->refused, key->name, request, REFUSAL(UNAVAILABLE), now_monotonic_ms());
    commands_refuse(devices->commands, request->command_id.data, REFUSAL(UNAVAILABLE),
                    "only the router has the record, and it cannot be asked now; try again shortly",
                    &devices->reply);
    (void)devices_send(devices, &message->route, &devices->reply.message);
}

bool devices_pass_record(struct devices *devices, const Concordat__V1__Message *message)
{
    struct server_route route;
    if (!readings_take(&devices->readings, &message->command_id, &route))
        return false;
    struct device *device = device_find(devices, &route);
    if (device && device_counts(devices, device, server_key(devices->server, device->peer.name)))
        (void)devices_send(devices, &route, message);
    sodium_memzero(devices->bytes, concordat__v1__message__get_packed_size(message));
    return true;
}

/* Whether a request is within its key's quota. If not, the device is told when to try again. A command that
 * was saved before costs nothing: the device asks how far it is. */
static bool devices_are_within_quota(struct devices *devices, const struct server_message *message,
                                     const Concordat__V1__Request *request, int64_t now_ms)
{
    if (commands_has(devices->commands, request))
        return true;
    int64_t wait_ms =
        device_quotas_take(&devices->quotas, message->key_name, request->command_case, now_monotonic_ms());
    if (!wait_ms)
        return true;
    refused_note(devices->refused, message->key_name, request, REFUSAL(TOO_MANY), now_monotonic_ms());
    commands_refuse_until(devices->commands, request, wait_ms, now_ms, &devices->reply);
    (void)devices_send(devices, &message->route, &devices->reply.message);
    return false;
}

/* The words of a refusal at an intake; NULL: as everywhere. */
static const char *devices_words(const struct greeting_request *said, const struct greeting_next *next)
{
    if (next->refusal == REFUSAL(VERSION))
        return "this intake speaks version 1 of the protocol";
    if (next->refusal == REFUSAL(NOT_ALLOWED))
        return said->key->role == CONCORDAT__V1__ROLE__ROLE_REFERRER
                   ? "a referrer cannot do this at an intake"
                   : "only referrers send to an intake, and your key is not a referrer's";
    return next->text;
}

/* A message so broken that no answer can be addressed is dropped. A missing hello is ordinary after a restart
 * of ours. */
static void devices_refuse(struct devices *devices, const struct server_message *message,
                           const struct greeting_request *said, const struct greeting_next *next)
{
    const uint8_t *command_id = greeting_command_id(said);
    if (next->refusal != REFUSAL(HELLO_FIRST))
        refused_note(devices->refused, message->key_name, said->request, next->refusal, now_monotonic_ms());
    if (!command_id)
        return;
    commands_refuse(devices->commands, command_id, next->refusal, devices_words(said, next), &devices->reply);
    (void)devices_send(devices, &message->route, &devices->reply.message);
}

/* The device at this connection; NULL if it has not said hello, or if its session is over now. */
static struct device *devices_current(struct devices *devices, const struct server_route *route,
                                      const struct key *key)
{
    struct device *device = device_find(devices, route);
    return device && device_counts(devices, device, key) ? device : NULL;
}

static enum outbox_status devices_take(struct devices *devices, const struct server_message *message,
                                       int64_t now_ms)
{
    struct greeting_request said;
    greeting_read(&said, server_key(devices->server, message->key_name), message->bytes, message->size,
                  &devices->arena);
    struct device *device = devices_current(devices, &message->route, said.key);
    bool may_send = said.key && said.request && commands_may_send(said.key->role, said.request->command_case);
    const struct greeting_next next = greeting_decide(&said, may_send, device);
    if (next.is_misuse)
        server_complain(devices->server);
    if (device)
        device->heard_ms = now_monotonic_ms();
    switch (next.step) {
    case GREETING_REFUSE:
        devices_refuse(devices, message, &said, &next);
        break;
    case GREETING_HELLO:
        devices_hello(devices, &message->route, device, &said, now_ms);
        break;
    case GREETING_PING:
        devices_ping(devices, &message->route, &said, now_ms);
        break;
    case GREETING_GO_ON:
        if (!devices_are_within_quota(devices, message, said.request, now_ms))
            break;
        if (said.request->command_case != CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD)
            return devices_answer(devices, &message->route, said.key, said.request, now_ms);
        devices_ask_record(devices, message, said.key, said.request);
        break;
    }
    return OUTBOX_OK;
}

enum outbox_status devices_turn(struct devices *devices, int64_t now_ms)
{
    enum outbox_status status = OUTBOX_OK;
    struct server_message message;
    refused_turn(devices->refused, now_monotonic_ms());
    for (int i = 0; i < MESSAGES_A_TURN && status == OUTBOX_OK && server_receive(devices->server, &message);
         i++) {
        status = devices_take(devices, &message, now_ms);
        /* Which wipes what a person told. */
        arena_reset(&devices->arena);
        arena_reset(&devices->commands->arena);
    }
    /* Afterwards: while this machine stood still a device may have spoken. */
    devices_drop_silent(devices);
    return status;
}
