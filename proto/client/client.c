/* client.c: the client's end of the protocol: says hello, pings, and repeats every request until its answer.
 */
#include "proto/client/client.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/client/addresses.h"
#include "proto/client/client_kept.h"
#include "proto/client/client_link.h"
#include "proto/client/client_queue.h"
#include "proto/wire/borrowed.h"
#include "proto/wire/person_id.h"
#include "proto/words/now.h"
#include "proto/words/words.h"

enum {
    ARENA_BYTES = 2 * WIRE_MESSAGE_BYTES_MAX, /* the system gives us only the pages that we use */
    WELCOME_ARENA_BYTES = 4096,
    PING_DEFAULT_MS = 10000,
    PINGS_UNANSWERED = 3, /* after so many a connection counts as dead */
    PATIENCE_MS = 250,    /* how often to look whether the connection has ended, while there is one */
    IMPATIENCE_MS = 100,  /* how often while there is none; also the pause before sending again */
};

struct concordat_client {
    struct client_link link;
    struct client_queue queue;
    struct client_kept kept;
    void (*lost)(void *lost_context, const struct concordat_client_lost *lost); /* NULL: nothing is kept */
    void *lost_context;
    char *software; /* owned */
    bool wants_news;
    int64_t patience_ms;
    char person_id[PERSON_ID_CHARS_MAX + 1]; /* who is at the keyboard; "": not said */
    Concordat__V1__StaffRole person_role;
    struct arena arena; /* holds the message that the caller has */
    zmq_msg_t frame;    /* the latest */
    struct scan rest;   /* the parts of it that we have not read */
    struct arena welcome_arena;
    const Concordat__V1__Welcome *welcome; /* in welcome_arena, or NULL */
    bool welcomed;                         /* the server has welcomed this connection */
    uint8_t hello_id[WIRE_ID_BYTES];
    int64_t hello_at_ms; /* all times are monotonic */
    int hello_wait_ms;
    int64_t ping_at_ms;
    int ping_ms;
    int64_t heard_ms;
    struct address_walk walk;
    int64_t send_at_ms;                /* when to try again, after the socket took no more */
    const uint8_t *awaited;            /* the request whose answer a caller waits for, borrowed; NULL: none */
    int64_t give_up_ms;                /* until when the caller waits for it */
    int64_t server_ms, server_boot_ms; /* what the server's clock said, and when by our boot clock */
};

/* --- sending ----------------------------------------------------------------------------------------- */

/* The server does not know this connection: send nothing but hello until it welcomes us. */
static void client_restart_hello(struct concordat_client *client, int64_t hello_at_ms)
{
    client->welcomed = false;
    client->hello_at_ms = hello_at_ms;
    client->hello_wait_ms = RESEND_FIRST_MS;
}

static bool client_send_small(struct concordat_client *client, Concordat__V1__Request *request,
                              uint8_t id[WIRE_ID_BYTES])
{
    uint8_t bytes[512];
    words_new_uuid(id);
    request->command_id = (ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = id};
    assert(concordat__v1__request__get_packed_size(request) <= sizeof bytes);
    const struct frame_part part = {bytes, concordat__v1__request__pack(request, bytes)};
    return client_link_send(&client->link, &part, 1);
}

static void client_say_hello(struct concordat_client *client, int64_t now_ms)
{
    Concordat__V1__Hello hello = CONCORDAT__V1__HELLO__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    hello.protocol = WIRE_PROTOCOL;
    hello.software = client->software;
    hello.wants_news = client->wants_news;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_HELLO;
    request.hello = &hello;
    if (!client_send_small(client, &request, client->hello_id)) {
        client->hello_at_ms = now_ms + IMPATIENCE_MS;
        return;
    }
    client->hello_at_ms = now_ms + client->hello_wait_ms;
    client->hello_wait_ms =
        client->hello_wait_ms > RESEND_MOST_MS / 2 ? RESEND_MOST_MS : client->hello_wait_ms * 2;
}

static void client_ping(struct concordat_client *client, int64_t now_ms)
{
    Concordat__V1__Ping body = CONCORDAT__V1__PING__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    uint8_t id[WIRE_ID_BYTES];
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_PING;
    request.ping = &body;
    bool sent = client_send_small(client, &request, id);
    client->ping_at_ms = now_ms + (sent ? client->ping_ms : IMPATIENCE_MS);
}

static void client_send_due(struct concordat_client *client, int64_t now_ms)
{
    struct outstanding *due[FRAME_REQUESTS_MAX];
    struct frame_part parts[FRAME_REQUESTS_MAX];
    size_t count;
    while (client->welcomed && now_ms >= client->send_at_ms &&
           (count = client_queue_due(&client->queue, now_ms, due)) > 0) {
        for (size_t i = 0; i < count; i++)
            parts[i] = (struct frame_part){due[i]->bytes, due[i]->size};
        if (!client_link_send(&client->link, parts, count))
            client->send_at_ms = now_ms + IMPATIENCE_MS;
        else
            for (size_t i = 0; i < count; i++)
                client_queue_back_off(due[i], now_ms);
    }
}

/* What another run of the server had acknowledged. */
static void client_send_kept(struct client_kept *kept, struct client_link *link, int64_t now_ms)
{
    const struct kept_command *command = client_kept_due(kept, now_ms);
    if (!command)
        return;
    const struct frame_part part = {command->bytes, command->size};
    (void)client_link_send(link, &part, 1); /* if it takes none now, the next time comes as after a send */
    client_kept_was_sent(kept, now_ms);
}

/* A new connection: until it is open only a hello is due, soon, in case that nobody tells us that it is. */
static void client_connect(struct concordat_client *client, int64_t now_ms)
{
    client->heard_ms = now_ms;
    client_restart_hello(client, now_ms + RESEND_FIRST_MS);
    client_link_renew(&client->link, client->walk.at); /* if this fails, the walk tries again */
}

/* Something happened to the connection, or nothing did: whether it is time for another one. Returns whether
 * it connects anew, so that what happened to the one before matters no more. */
static bool client_walk(struct concordat_client *client, enum walk_event event, int64_t now_ms)
{
    const struct walk_spread spread = {randombytes_random(),
                                       client->welcome ? client->welcome->reconnect_spread_ms : 0};
    enum walk_step step = walk_on(&client->walk, event, now_ms, &spread);
    if (step == WALK_TURN_KEY && !client_link_turn_key(&client->link))
        step = walk_on(&client->walk, WALK_NO_OTHER_KEY, now_ms, &spread);
    if (step != WALK_STAY)
        client_connect(client, now_ms);
    return step != WALK_STAY;
}

static void client_heed_link(struct concordat_client *client, int64_t now_ms)
{
    enum link_event event;
    bool anew = false;
    while (!anew && (event = client_link_event(&client->link)) != LINK_SAME) {
        if (event == LINK_TAKEN) {
            anew = client_walk(client, WALK_WAS_TAKEN, now_ms);
        } else if (event == LINK_UP) {
            client_restart_hello(client, now_ms);
            anew = client_walk(client, WALK_WAS_OPENED, now_ms);
        } else {
            client_restart_hello(client, now_ms + RESEND_FIRST_MS);
            anew = client_walk(client, WALK_ENDED, now_ms);
        }
    }
    if (!anew && now_ms - client->heard_ms > (int64_t)PINGS_UNANSWERED * client->ping_ms) {
        client->heard_ms = now_ms;
        client_restart_hello(client, now_ms + RESEND_FIRST_MS);
        anew = client_walk(client, WALK_FELL_SILENT, now_ms);
    }
    if (!anew)
        (void)client_walk(client, WALK_TIME, now_ms);
}

/* Does everything that is due. Call this only when no message waits: a caller who was away for long would
 * take its own silence for the server's. */
static void client_tend(struct concordat_client *client)
{
    int64_t now_ms = now_monotonic_ms();
    client_heed_link(client, now_ms);
    if (!client->welcomed && client->walk.state != WALK_RESTING && now_ms >= client->hello_at_ms)
        client_say_hello(client, now_ms);
    if (client->welcomed && now_ms >= client->ping_at_ms)
        client_ping(client, now_ms);
    if (client->welcomed) {
        client_kept_forget(&client->kept, now_ms);
        client_send_kept(&client->kept, &client->link, now_ms);
    }
    client_send_due(client, now_ms);
}

/* The server is there, and knows this connection no more. */
static void client_is_forgotten(struct concordat_client *client, int64_t now_ms)
{
    client_restart_hello(client, now_ms);
    (void)client_walk(client, WALK_WAS_FORGOTTEN, now_ms);
}

static void client_note_time(struct concordat_client *client, int64_t server_ms)
{
    client->server_ms = server_ms;
    client->server_boot_ms = now_boot_ms();
}

int64_t concordat_client_server_ms(const struct concordat_client *client)
{
    return client->server_ms ? client->server_ms + (now_boot_ms() - client->server_boot_ms) : 0;
}

/* --- receiving --------------------------------------------------------------------------------------- */

static void client_take_welcome(struct concordat_client *client, const uint8_t *bytes, size_t size,
                                int64_t now_ms)
{
    struct wire_fault fault;
    const Concordat__V1__Message *message = wire_unpack_message(bytes, size, &client->welcome_arena, &fault);
    client->welcome = message ? message->welcome : NULL;
    client->welcomed = client->welcome;
    if (!client->welcomed)
        return;
    client_link_keep_key(&client->link);
    (void)client_walk(client, WALK_WAS_WELCOMED, now_ms);
    client_note_time(client, client->welcome->now_ms);
    uint32_t seconds = client->welcome->ping_seconds;
    client->ping_ms = seconds > 0 && seconds <= 3600 ? (int)seconds * 1000 : PING_DEFAULT_MS;
    client->ping_at_ms = now_ms + client->ping_ms;
    client_queue_all_due(&client->queue, now_ms);
    client_kept_meet(&client->kept, &client->welcome->session, now_ms);
}

/* If the server has restarted without our noticing, it has forgotten this connection. */
static void client_take_pong(struct concordat_client *client, const Concordat__V1__Pong *pong, int64_t now_ms)
{
    if (!client->welcomed)
        return;
    client_note_time(client, pong->now_ms);
    const ProtobufCBinaryData *known = &client->welcome->session;
    if (pong->session.len != known->len ||
        (known->len > 0 && memcmp(pong->session.data, known->data, known->len) != 0))
        client_is_forgotten(client, now_ms);
}

static bool client_is_answer(const Concordat__V1__Message *message, const uint8_t id[WIRE_ID_BYTES])
{
    return message->command_id.len == WIRE_ID_BYTES &&
           memcmp(message->command_id.data, id, WIRE_ID_BYTES) == 0;
}

/* The server cannot take a request now: nothing was done. Returns whether it will be sent again in time; if
 * not, the caller who waits is to see why. */
static bool client_tries_again(struct concordat_client *client, const Concordat__V1__Message *message,
                               int64_t now_ms)
{
    struct outstanding *request = client_queue_find(&client->queue, message->command_id.data);
    int64_t after_ms = message->answer->retry_after_ms;
    if (!request || after_ms <= 0)
        return true;
    client_queue_put_off(request, now_ms, after_ms);
    bool awaited = client->awaited && client_is_answer(message, client->awaited);
    if (!awaited && client->patience_ms == 0)
        return true;
    return request->send_at_ms < (awaited ? client->give_up_ms : request->asked_ms + client->patience_ms);
}

/* Returns whether it answers what was sent again without the caller's asking. */
static bool client_takes_repeat(struct client_kept *kept, const struct concordat_client *client,
                                const Concordat__V1__Message *message, int64_t now_ms)
{
    struct concordat_client_lost lost;
    if (message->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER || message->command_id.len != WIRE_ID_BYTES)
        return false;
    enum kept_answer answer =
        client_kept_take(kept, message->command_id.data, message->answer, now_ms, &lost);
    if (answer == KEPT_WAS_LOST)
        client->lost(client->lost_context, &lost);
    return answer != KEPT_NOT_ASKED;
}

/* Takes an answer. Returns whether it settles a request, so that the caller is to see it. */
static bool client_settle(struct concordat_client *client, const Concordat__V1__Message *message,
                          int64_t now_ms)
{
    Concordat__V1__Refusal refusal = message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER
                                         ? message->answer->refusal
                                         : CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED;
    if (refusal == CONCORDAT__V1__REFUSAL__REFUSAL_HELLO_FIRST) {
        if (client->welcomed)
            client_is_forgotten(client, now_ms);
        return false;
    }
    if (client_takes_repeat(&client->kept, client, message, now_ms))
        return false;
    if ((refusal == CONCORDAT__V1__REFUSAL__REFUSAL_UNAVAILABLE ||
         refusal == CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY) &&
        client_tries_again(client, message, now_ms))
        return false;
    /* The server does not welcome us, which settles every request; we say hello again later. */
    if (client_is_answer(message, client->hello_id))
        return !client->welcomed;
    struct outstanding *request = client_queue_find(&client->queue, message->command_id.data);
    if (!request)
        return false; /* a second answer, to a request that we had repeated */
    if (client->lost && request->changes_case && message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER &&
        message->answer->done)
        client_kept_add(&client->kept, request, message->answer->seq, now_ms);
    client_queue_drop(&client->queue, request);
    return true;
}

/* Unpacks one message into the arena. Returns it if it is for the caller; NULL if it was for us, or
 * unreadable. */
static const Concordat__V1__Message *client_take(struct concordat_client *client, const uint8_t *bytes,
                                                 size_t size)
{
    struct wire_fault fault;
    int64_t now_ms = now_monotonic_ms();
    client->heard_ms = now_ms;
    const Concordat__V1__Message *message = wire_unpack_message(bytes, size, &client->arena, &fault);
    if (!message)
        return NULL;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_WELCOME) {
        client_take_welcome(client, bytes, size, now_ms);
        return NULL;
    }
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_PONG) {
        client_take_pong(client, message->pong, now_ms);
        return NULL;
    }
    if (message->command_id.len == 0 || client_settle(client, message, now_ms))
        return message;
    return NULL;
}

/* Takes the next part that has arrived, borrowed. A part that cannot be read ends its frame. */
static bool client_next_part(struct concordat_client *client, struct frame_part *part)
{
    while (frame_next(&client->rest, part) != SCAN_FIELD) {
        zmq_msg_close(&client->frame);
        client->rest = (struct scan){NULL, NULL};
        if (!client_link_receive(&client->link, &client->frame)) {
            zmq_msg_init(&client->frame);
            return false;
        }
        const uint8_t *bytes = zmq_msg_data(&client->frame);
        client->rest = (struct scan){bytes, bytes + zmq_msg_size(&client->frame)};
    }
    return true;
}

/* Returns the next message for the caller, or NULL. With `wanted`, that is the answer to `wanted` or the
 * refusal of our hello; other messages are kept. */
static const Concordat__V1__Message *client_receive(struct concordat_client *client, const uint8_t *wanted)
{
    struct frame_part part;
    while (client_next_part(client, &part)) {
        const Concordat__V1__Message *message = client_take(client, part.bytes, part.size);
        bool keep = message && wanted && !client_is_answer(message, wanted) &&
                    !client_is_answer(message, client->hello_id);
        if (keep)
            client_queue_keep_news(&client->queue, part.bytes, part.size);
        if (message && !keep)
            return message;
    }
    return NULL;
}

static int64_t sooner_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Returns in how many ms something is due. */
static int client_idle_ms(const struct concordat_client *client)
{
    int64_t now_ms = now_monotonic_ms();
    int64_t at_ms = now_ms + (client->welcomed ? PATIENCE_MS : IMPATIENCE_MS);
    if (client->welcomed) {
        int64_t due_ms = client_queue_next_ms(&client->queue);
        at_ms = sooner_ms(at_ms, client->ping_at_ms);
        at_ms = sooner_ms(at_ms, client_kept_next_ms(&client->kept));
        at_ms = sooner_ms(at_ms, due_ms > client->send_at_ms ? due_ms : client->send_at_ms);
    } else {
        if (client->walk.state != WALK_RESTING)
            at_ms = sooner_ms(at_ms, client->hello_at_ms);
        at_ms = sooner_ms(at_ms, client->walk.due_ms);
    }
    return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

static const Concordat__V1__Message *client_await(struct concordat_client *client, const uint8_t *wanted,
                                                  int timeout_ms)
{
    int64_t until_ms = now_monotonic_ms() + (timeout_ms > 0 ? timeout_ms : 0);
    for (;;) {
        const Concordat__V1__Message *message = client_receive(client, wanted);
        if (message)
            return message;
        client_tend(client);
        int64_t left_ms = until_ms - now_monotonic_ms();
        if (left_ms <= 0)
            return NULL;
        if (!client_link_wait(&client->link, (int)sooner_ms(left_ms, client_idle_ms(client))))
            return NULL;
    }
}

/* --- the functions of client.h ----------------------------------------------------------------------- */

struct concordat_client *concordat_client_open(const struct concordat_client_config *config, char *message,
                                               size_t message_size)
{
    assert(config->endpoint && config->server_key_path && config->key_path && config->software);
    struct concordat_client *client = calloc(1, sizeof *client);
    if (client)
        zmq_msg_init(&client->frame);
    if (!client || arena_open(&client->arena, ARENA_BYTES) != 0 ||
        arena_open(&client->welcome_arena, WELCOME_ARENA_BYTES) != 0 ||
        !(client->software = strndup(config->software, 64))) {
        snprintf(message, message_size, "out of memory");
        concordat_client_close(&client);
        return NULL;
    }
    if (client_link_open(&client->link, config, message, message_size) != 0) {
        concordat_client_close(&client);
        return NULL;
    }
    client->wants_news = config->wants_news;
    client->patience_ms = config->patience_ms;
    client->lost = config->lost;
    client->lost_context = config->lost_context;
    client->ping_ms = PING_DEFAULT_MS;
    client->heard_ms = now_monotonic_ms();
    client_restart_hello(client, client->heard_ms + RESEND_FIRST_MS); /* sooner, if LINK_UP comes */
    walk_begin(&client->walk, client->link.addresses.count, client->heard_ms);
    return client;
}

void concordat_client_close(struct concordat_client **client)
{
    if (!*client)
        return;
    zmq_msg_close(&(*client)->frame);
    client_link_close(&(*client)->link);
    client_queue_clear(&(*client)->queue);
    client_kept_clear(&(*client)->kept);
    arena_close(&(*client)->arena);
    arena_close(&(*client)->welcome_arena);
    free((*client)->software);
    free(*client);
    *client = NULL;
}

void concordat_client_set_person(struct concordat_client *client, const char *id,
                                 Concordat__V1__StaffRole role)
{
    assert(id[0] == '\0' || person_id_is(id));
    snprintf(client->person_id, sizeof client->person_id, "%s", id);
    client->person_role = role;
}

bool concordat_client_connected(const struct concordat_client *client)
{
    return client->welcomed &&
           now_monotonic_ms() - client->heard_ms <= (int64_t)PINGS_UNANSWERED * client->ping_ms;
}

const Concordat__V1__Welcome *concordat_client_welcome(const struct concordat_client *client)
{
    return client->welcome;
}

/* Packs a request as it is sent, without changing it. Owned by the caller; NULL if it is too long, or memory
 * is short. */
static uint8_t *client_pack(const struct concordat_client *client, const Concordat__V1__Request *given,
                            uint8_t id[WIRE_ID_BYTES], size_t *size)
{
    Concordat__V1__Request request = *given;
    Concordat__V1__Person person = CONCORDAT__V1__PERSON__INIT;
    person.id = borrowed_text(client->person_id);
    person.role = client->person_role;
    if (client->person_id[0] != '\0' && !request.person)
        request.person = &person;
    request.command_id = (ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = id};
    *size = concordat__v1__request__get_packed_size(&request);
    uint8_t *bytes = *size <= WIRE_REQUEST_BYTES_MAX ? malloc(*size) : NULL;
    if (bytes)
        concordat__v1__request__pack(&request, bytes);
    return bytes;
}

int concordat_client_send(struct concordat_client *client, Concordat__V1__Request *request,
                          uint8_t *command_id)
{
    size_t size;
    assert(request->command_case != CONCORDAT__V1__REQUEST__COMMAND__NOT_SET);
    const ProtobufCBinaryData given = request->command_id;
    uint8_t id[WIRE_ID_BYTES];
    if (given.len == WIRE_ID_BYTES)
        memcpy(id, given.data, WIRE_ID_BYTES);
    else if (given.len == 0)
        words_new_uuid(id);
    else
        return -1;
    uint8_t *bytes = client_pack(client, request, id, &size);
    int64_t now_ms = now_monotonic_ms();
    struct outstanding *same = client_queue_find(&client->queue, id);
    if (bytes && same)
        client_queue_drop(&client->queue, same);
    if (!bytes ||
        client_queue_add(&client->queue, id, wire_changed_referral(request), bytes, size, now_ms) != 0)
        return -1;
    if (command_id)
        memcpy(command_id, id, WIRE_ID_BYTES);
    return 0;
}

void concordat_client_give_up(struct concordat_client *client, const uint8_t command_id[WIRE_ID_BYTES])
{
    struct outstanding *unanswered = client_queue_find(&client->queue, command_id);
    if (unanswered)
        client_queue_drop(&client->queue, unanswered);
}

const Concordat__V1__Message *concordat_client_next(struct concordat_client *client, int timeout_ms)
{
    struct kept_news news;
    struct wire_fault fault;
    while (client_queue_take_news(&client->queue, &news)) {
        const Concordat__V1__Message *message =
            wire_unpack_message(news.bytes, news.size, &client->arena, &fault);
        free(news.bytes);
        if (message)
            return message;
    }
    return client_await(client, NULL, timeout_ms);
}

const Concordat__V1__Message *concordat_client_request(struct concordat_client *client,
                                                       Concordat__V1__Request *request, int timeout_ms)
{
    uint8_t id[WIRE_ID_BYTES];
    if (concordat_client_send(client, request, id) != 0)
        return NULL;
    client->awaited = id;
    client->give_up_ms = now_monotonic_ms() + (timeout_ms > 0 ? timeout_ms : 0);
    const Concordat__V1__Message *answer = client_await(client, id, timeout_ms);
    client->awaited = NULL;
    if (!answer)
        concordat_client_give_up(client, id);
    return answer;
}

void *concordat_client_socket(struct concordat_client *client)
{
    return client->link.socket;
}

int concordat_client_patience_ms(const struct concordat_client *client)
{
    bool waiting = client->queue.news_count > 0 || client->rest.at != client->rest.end;
    return waiting ? 0 : client_idle_ms(client);
}
