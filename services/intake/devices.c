/* devices.c: see devices.h. */
#include "services/intake/devices.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

enum {
    SESSIONS_MAX = 1024,  /* devices of one source */
    MESSAGES_A_TURN = 64, /* answered before others have their turn */
    PING_SECONDS = 10,
    SILENT_MS = 60000, /* a device that says nothing for so long has gone */
    SESSION_BYTES = 16
};

struct session {
    struct server_route route;
    bool wants_news;
    int64_t heard_ms;
};

struct devices {
    struct server *server;
    struct commands *commands;
    struct arena arena;
    uint8_t id[SESSION_BYTES]; /* of this start of the intake */
    struct session sessions[SESSIONS_MAX];
    size_t count;
    uint64_t unreadable; /* messages that no answer can be addressed to */
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

static struct session *session_find(struct devices *devices, const struct server_route *route)
{
    for (size_t i = 0; i < devices->count; i++) {
        const struct server_route *known = &devices->sessions[i].route;
        if (known->size == route->size && memcmp(known->bytes, route->bytes, route->size) == 0)
            return &devices->sessions[i];
    }
    return NULL;
}

static void session_drop(struct devices *devices, struct session *session)
{
    *session = devices->sessions[--devices->count];
}

/* A session for this connection, in the room of one that fell silent where need be; NULL where all talk. */
static struct session *session_open(struct devices *devices, const struct server_route *route, int64_t now_ms)
{
    struct session *session = session_find(devices, route);
    for (size_t i = 0; session == NULL && devices->count == SESSIONS_MAX && i < devices->count; i++)
        if (devices->sessions[i].heard_ms < now_ms - SILENT_MS)
            session_drop(devices, &devices->sessions[i]);
    if (!session && devices->count < SESSIONS_MAX) {
        session = &devices->sessions[devices->count++];
        *session = (struct session){.route = *route};
    }
    return session;
}

static enum server_sent send_message(struct devices *devices, const struct server_route *route,
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
        struct session *session = &devices->sessions[i];
        /* A slow device misses this news and asks for the status; one that is gone says hello anew. */
        if (session->wants_news && send_message(devices, &session->route, &message) == SERVER_PEER_GONE)
            session_drop(devices, session);
    }
}

static void hello(struct devices *devices, const struct server_route *route, const struct key *key,
                  const Concordat__V1__Request *request, int64_t now_ms)
{
    const uint8_t *command_id = request->command_id.data;
    if (request->hello->protocol != WIRE_PROTOCOL) {
        commands_refuse(devices->commands, command_id, REFUSAL(VERSION), "this intake speaks protocol 1",
                        &devices->reply);
        (void)send_message(devices, route, &devices->reply.message);
        return;
    }
    struct session *session = session_open(devices, route, now_ms);
    if (!session) {
        commands_refuse(devices->commands, command_id, REFUSAL(TOO_MANY), "too many devices",
                        &devices->reply);
        (void)send_message(devices, route, &devices->reply.message);
        return;
    }
    session->wants_news = request->hello->wants_news;
    session->heard_ms = now_ms;
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
    (void)send_message(devices, route, &message);
}

static void ping(struct devices *devices, const struct server_route *route,
                 const Concordat__V1__Request *request, int64_t now_ms)
{
    Concordat__V1__Pong pong = CONCORDAT__V1__PONG__INIT;
    pong.session = (ProtobufCBinaryData){SESSION_BYTES, devices->id};
    pong.now_ms = now_ms;
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.command_id = request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_PONG;
    message.pong = &pong;
    (void)send_message(devices, route, &message);
}

/* One line for who runs the intake, of what was saved anew: nothing about the person. */
static void note_saved(struct devices *devices, const Concordat__V1__Request *request)
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

/* A request of a key that is admitted and may send requests. */
static enum outbox_status take_request(struct devices *devices, const struct server_route *route,
                                       const struct key *key, Concordat__V1__Request *request, int64_t now_ms)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_HELLO) {
        hello(devices, route, key, request, now_ms);
        return OUTBOX_OK;
    }
    enum outbox_status status = OUTBOX_OK;
    struct session *session = session_find(devices, route);
    if (!session) {
        commands_refuse(devices->commands, request->command_id.data, REFUSAL(HELLO_FIRST), NULL,
                        &devices->reply);
    } else {
        session->heard_ms = now_ms;
        if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_PING) {
            ping(devices, route, request, now_ms);
            return OUTBOX_OK;
        }
        status = commands_answer(devices->commands, request, &devices->arena, now_ms, &devices->reply);
        note_saved(devices, request);
    }
    (void)send_message(devices, route, &devices->reply.message);
    return status;
}

static enum outbox_status take(struct devices *devices, struct server_message *message, int64_t now_ms)
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
        return take_request(devices, &message->route, key, request, now_ms);
    if (!key) {
        struct session *session = session_find(devices, &message->route);
        if (session)
            session_drop(devices, session);
        commands_refuse(devices->commands, command_id, REFUSAL(REVOKED), NULL, &devices->reply);
    } else if (key->role != CONCORDAT__V1__ROLE__ROLE_REFERRER) {
        commands_refuse(devices->commands, command_id, REFUSAL(NOT_ALLOWED), "an intake serves referrers",
                        &devices->reply);
    } else {
        commands_refuse(devices->commands, command_id, fault.refusal, fault.text, &devices->reply);
    }
    fprintf(stderr, "refused a message of %s\n", message->key_name);
    (void)send_message(devices, &message->route, &devices->reply.message);
    return OUTBOX_OK;
}

enum outbox_status devices_turn(struct devices *devices, int64_t now_ms)
{
    enum outbox_status status = OUTBOX_OK;
    struct server_message message;
    for (int i = 0; i < MESSAGES_A_TURN && status == OUTBOX_OK && server_receive(devices->server, &message);
         i++)
        status = take(devices, &message, now_ms);
    return status;
}
