/* greeting.c: how a server begins a conversation and keeps it up. */
#include "proto/server/greeting.h"

#include <assert.h>
#include <string.h>

#include "proto/server/arrivals.h"
#include "proto/wire/borrowed.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

/* A client waits ADDRESS_PATIENCE_MS at one address (client/addresses.h): so long all these take. */
static_assert(GREETING_AT_ONCE * ARRIVALS_EACH_MS <= 1000, "those who come at once are let in in time");
static_assert(sizeof((struct greeting_peer){0}.name) == sizeof((struct key){0}.name), "a key's name fits");
static_assert(sizeof((struct greeting_peer){0}.of) == sizeof((struct key){0}.of), "a key's owner fits");

struct greeting_peer greeting_peer_of(const struct key *key)
{
    struct greeting_peer peer = {.role = key->role};
    memcpy(peer.name, key->name, sizeof peer.name);
    memcpy(peer.of, key->of, sizeof peer.of);
    memcpy(peer.public_bytes, key->public_bytes, sizeof peer.public_bytes);
    return peer;
}

bool greeting_peer_has(const struct greeting_peer *peer, const struct key *key)
{
    return key && key->role == peer->role && strcmp(key->of, peer->of) == 0 &&
           strcmp(key->name, peer->name) == 0 &&
           memcmp(key->public_bytes, peer->public_bytes, sizeof peer->public_bytes) == 0;
}

void greeting_read(struct greeting_request *said, const struct key *key, const uint8_t *bytes, size_t size,
                   struct arena *arena)
{
    said->key = key;
    said->request = wire_unpack_request(bytes, size, arena, &said->fault);
}

const uint8_t *greeting_command_id(const struct greeting_request *said)
{
    if (said->request)
        return said->request->command_id.data;
    return said->fault.has_command_id ? said->fault.command_id : NULL;
}

static struct greeting_next greeting_refuse(Concordat__V1__Refusal refusal)
{
    return (struct greeting_next){.step = GREETING_REFUSE, .refusal = refusal};
}

struct greeting_next greeting_decide(const struct greeting_request *said, bool may_send, bool has_session)
{
    if (!said->key)
        return (struct greeting_next){GREETING_REFUSE, REFUSAL(REVOKED), NULL, true};
    if (!said->request)
        return (struct greeting_next){GREETING_REFUSE, said->fault.refusal, said->fault.text, true};
    if (!may_send)
        return greeting_refuse(REFUSAL(NOT_ALLOWED));
    bool is_hello = said->request->command_case == CONCORDAT__V1__REQUEST__COMMAND_HELLO;
    if (!is_hello && !has_session)
        return greeting_refuse(REFUSAL(HELLO_FIRST));
    if (is_hello && said->request->hello->protocol != WIRE_PROTOCOL)
        return greeting_refuse(REFUSAL(VERSION));
    if (is_hello)
        return (struct greeting_next){.step = GREETING_HELLO};
    bool is_ping = said->request->command_case == CONCORDAT__V1__REQUEST__COMMAND_PING;
    return (struct greeting_next){.step = is_ping ? GREETING_PING : GREETING_GO_ON};
}

static void greeting_address(struct greeting_answer *answer, const uint8_t *command_id,
                             Concordat__V1__Message__BodyCase body)
{
    concordat__v1__message__init(&answer->message);
    answer->message.command_id = borrowed_bytes(command_id, WIRE_ID_BYTES);
    answer->message.body_case = body;
}

uint32_t greeting_spread_ms(uint32_t sessions)
{
    const uint32_t a_peer_ms = ARRIVALS_EACH_MS * 4;
    return sessions <= GREETING_AT_ONCE ? 0 : sessions * a_peer_ms / 3;
}

const Concordat__V1__Message *greeting_welcome(struct greeting_answer *answer,
                                               const struct greeting_server *server,
                                               const struct greeting_welcomed *welcomed,
                                               const uint8_t *command_id, int64_t now_ms)
{
    Concordat__V1__Welcome *welcome = &answer->welcome;
    greeting_address(answer, command_id, CONCORDAT__V1__MESSAGE__BODY_WELCOME);
    answer->message.welcome = welcome;
    concordat__v1__welcome__init(welcome);
    welcome->protocol = WIRE_PROTOCOL;
    welcome->software = borrowed_text(server->software);
    welcome->role = welcomed->key->role;
    welcome->name = borrowed_text(welcomed->key->name);
    welcome->of = borrowed_text(welcomed->key->of);
    welcome->of_name = borrowed_text(welcomed->of_name);
    welcome->ping_seconds = server->has_standby ? GREETING_PING_SECONDS_STANDBY : GREETING_PING_SECONDS;
    welcome->session = borrowed_bytes(server->session, sizeof server->session);
    welcome->now_ms = now_ms;
    welcome->reconnect_spread_ms = welcomed->spread_ms;
    return &answer->message;
}

const Concordat__V1__Message *greeting_pong(struct greeting_answer *answer,
                                            const struct greeting_server *server, const uint8_t *command_id,
                                            int64_t now_ms)
{
    greeting_address(answer, command_id, CONCORDAT__V1__MESSAGE__BODY_PONG);
    answer->message.pong = &answer->pong;
    concordat__v1__pong__init(&answer->pong);
    answer->pong.session = borrowed_bytes(server->session, sizeof server->session);
    answer->pong.now_ms = now_ms;
    return &answer->message;
}
