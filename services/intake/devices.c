/* devices.c: see devices.h. */
#include "services/intake/devices.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

enum {
    DEVICES_MAX = 1024,   /* of one source */
    MESSAGES_A_TURN = 64, /* so that the broker and the signals have their turn */
    PING_SECONDS = 10,
    SILENT_MS = 60000, /* after that a device's place may go to another */
    SESSION_BYTES = 16
};

/* A connection that has said hello. */
struct device {
    struct server_route route;
    bool wants_news;
    int64_t heard_ms;
};

struct devices {
    struct server *server;
    struct commands *commands;
    struct arena arena;
    uint8_t id[SESSION_BYTES]; /* new at each start of the intake */
    struct device all[DEVICES_MAX];
    size_t count;
    uint64_t unreadable; /* messages so broken that no answer could be addressed */
    struct reply reply;
    uint8_t bytes[WIRE_MESSAGE_BYTES_MAX];
};

struct devices *devices_open(struct server *server, struct commands *commands)
{
    struct devices *devices = calloc(1, sizeof *devices);
    if (!devices)
        return NULL;
    devices->server = server;
    devices->commands = commands;
    randombytes_buf(devices->id, sizeof devices->id);
    if (arena_open(&devices->arena, ARENA_MESSAGE_BYTES) != 0)
        devices_close(&devices);
    return devices;
}

void devices_close(struct devices **devices)
{
    if (*devices) {
        arena_close(&(*devices)->arena);
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

/* The place of this connection among the devices. If all are taken it gets one that has fallen silent; NULL
 * if none has. */
static struct device *device_admit(struct devices *devices, const struct server_route *route, int64_t now_ms)
{
    struct device *device = device_find(devices, route);
    for (size_t i = 0; !device && devices->count == DEVICES_MAX && i < devices->count; i++)
        if (devices->all[i].heard_ms < now_ms - SILENT_MS)
            device_drop(devices, &devices->all[i]);
    if (!device && devices->count < DEVICES_MAX) {
        device = &devices->all[devices->count++];
        *device = (struct device){.route = *route};
    }
    return device;
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

void devices_tell(struct devices *devices, const Concordat__V1__CaseStatus *status)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
    commands_learn(devices->commands, status);
    Concordat__V1__CaseStatus complete = *status;
    commands_complete(devices->commands, &complete);
    message.status = &complete;
    for (size_t i = devices->count; i-- > 0;) {
        struct device *device = &devices->all[i];
        /* A slow device misses this news, and asks for the status. One that has gone says hello when it is
         * back. */
        if (device->wants_news && devices_send(devices, &device->route, &message) == SERVER_PEER_GONE)
            device_drop(devices, device);
    }
}

static void devices_hello(struct devices *devices, const struct server_route *route, const struct key *key,
                          const Concordat__V1__Request *request, int64_t now_ms)
{
    const uint8_t *command_id = request->command_id.data;
    if (request->hello->protocol != WIRE_PROTOCOL) {
        commands_refuse(devices->commands, command_id, REFUSAL(VERSION), "this intake speaks protocol 1",
                        &devices->reply);
        (void)devices_send(devices, route, &devices->reply.message);
        return;
    }
    struct device *device = device_admit(devices, route, now_ms);
    if (!device) {
        commands_refuse(devices->commands, command_id, REFUSAL(TOO_MANY), "too many devices",
                        &devices->reply);
        (void)devices_send(devices, route, &devices->reply.message);
        return;
    }
    device->wants_news = request->hello->wants_news;
    device->heard_ms = now_ms;
    Concordat__V1__Welcome welcome = CONCORDAT__V1__WELCOME__INIT;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.software = "concordat-intake " CONCORDAT_VERSION;
    welcome.role = key->role;
    welcome.name = (char *)key->name;
    welcome.of = (char *)key->of;
    welcome.ping_seconds = PING_SECONDS;
    welcome.session = (ProtobufCBinaryData){SESSION_BYTES, devices->id};
    welcome.now_ms = now_ms;
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.command_id = request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_WELCOME;
    message.welcome = &welcome;
    (void)devices_send(devices, route, &message);
}

static void devices_ping(struct devices *devices, const struct server_route *route,
                         const Concordat__V1__Request *request, int64_t now_ms)
{
    Concordat__V1__Pong pong = CONCORDAT__V1__PONG__INIT;
    pong.session = (ProtobufCBinaryData){SESSION_BYTES, devices->id};
    pong.now_ms = now_ms;
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.command_id = request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_PONG;
    message.pong = &pong;
    (void)devices_send(devices, route, &message);
}

/* Logs that a command was saved, unless it had been before. Nothing about the person is in the line. */
static void devices_note_saved(struct devices *devices, const Concordat__V1__Request *request)
{
    const Concordat__V1__Answer *answer = &devices->reply.answer;
    const uint8_t *referral = outbox_referral(request);
    char uuid[UUID_TEXT_BYTES];
    uint32_t waiting = 0, refused = 0;
    if (!referral || !answer->done || answer->repeated)
        return;
    words_uuid(referral, uuid);
    (void)outbox_count(devices->commands->outbox, &waiting, &refused);
    fprintf(stderr, "saved %s (%u waiting, %u refused)\n", uuid, waiting, refused);
}

/* Answers a request whose key is admitted and is a referrer's. */
static enum outbox_status devices_take_request(struct devices *devices, const struct server_route *route,
                                               const struct key *key, Concordat__V1__Request *request,
                                               int64_t now_ms)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_HELLO) {
        devices_hello(devices, route, key, request, now_ms);
        return OUTBOX_OK;
    }
    enum outbox_status status = OUTBOX_OK;
    struct device *device = device_find(devices, route);
    if (!device) {
        commands_refuse(devices->commands, request->command_id.data, REFUSAL(HELLO_FIRST), NULL,
                        &devices->reply);
    } else {
        device->heard_ms = now_ms;
        if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_PING) {
            devices_ping(devices, route, request, now_ms);
            return OUTBOX_OK;
        }
        status = commands_answer(devices->commands, request, &devices->arena, now_ms, &devices->reply);
        devices_note_saved(devices, request);
    }
    (void)devices_send(devices, route, &devices->reply.message);
    return status;
}

static enum outbox_status devices_take(struct devices *devices, struct server_message *message,
                                       int64_t now_ms)
{
    struct wire_fault fault = {0};
    Concordat__V1__Request *request =
        wire_unpack_request(message->bytes, message->size, &devices->arena, &fault);
    const struct key *key = server_key(devices->server, message->key_name);
    const uint8_t *command_id = request ? request->command_id.data : fault.command_id;
    if (!request || !key)
        server_complain(devices->server);
    if (!request && !fault.has_command_id) {
        devices->unreadable++;
        fprintf(stderr, "%s sent what cannot be read (%llu so far)\n", message->key_name,
                (unsigned long long)devices->unreadable);
        return OUTBOX_OK;
    }
    if (key && key->role == CONCORDAT__V1__ROLE__ROLE_REFERRER && request)
        return devices_take_request(devices, &message->route, key, request, now_ms);
    if (!key) {
        struct device *device = device_find(devices, &message->route);
        if (device)
            device_drop(devices, device);
        commands_refuse(devices->commands, command_id, REFUSAL(REVOKED), NULL, &devices->reply);
    } else if (key->role != CONCORDAT__V1__ROLE__ROLE_REFERRER) {
        commands_refuse(devices->commands, command_id, REFUSAL(NOT_ALLOWED), "an intake serves referrers",
                        &devices->reply);
    } else {
        commands_refuse(devices->commands, command_id, fault.refusal, fault.text, &devices->reply);
    }
    fprintf(stderr, "refused a message of %s\n", message->key_name);
    (void)devices_send(devices, &message->route, &devices->reply.message);
    return OUTBOX_OK;
}

enum outbox_status devices_turn(struct devices *devices, int64_t now_ms)
{
    enum outbox_status status = OUTBOX_OK;
    struct server_message message;
    for (int i = 0; i < MESSAGES_A_TURN && status == OUTBOX_OK && server_receive(devices->server, &message);
         i++)
        status = devices_take(devices, &message, now_ms);
    return status;
}
