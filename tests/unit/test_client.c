/* A client against a real ROUTER with CURVE: it repeats every request until it has an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "proto/client/client.h"
#include "proto/keys/keys.h"
#include "proto/wire/frame.h"
#include "proto/words/words.h"
#include "tests/worlds/folder.h"

enum { TURN_MS = 5, TURNS_MAX = 4000 };

static char folder[FOLDER_PATH_BYTES];
static char endpoint[100], server_public[100], server_secret[100], client_secret[100];
static char message[300];

/* A server of one socket, in the same thread as the client, so that the steps of a test happen in order. */
struct fake_server {
    void *context, *socket;
    uint8_t route[64];
    size_t route_size;
    uint8_t frame[64 * 1024]; /* the latest */
    struct scan rest;
    struct arena arena;
    const char *session;
    uint32_t ping_seconds;
    int64_t retry_after_ms; /* of every answer */
};

static void bind_server(struct fake_server *server)
{
    struct key key;
    int yes = 1, none = 0;
    assert_int_equal(keys_read(server_secret, &key, message, sizeof message), 0);
    server->context = zmq_ctx_new();
    server->socket = zmq_socket(server->context, ZMQ_ROUTER);
    zmq_setsockopt(server->socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(server->socket, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    zmq_setsockopt(server->socket, ZMQ_CURVE_SECRETKEY, key.secret_text, KEY_TEXT_CHARS + 1);
    assert_int_equal(zmq_bind(server->socket, endpoint), 0);
    keys_wipe(&key);
}

/* Closes the context too: a socket that closes in the background would remove the file of a newer one. */
static void unbind_server(struct fake_server *server)
{
    zmq_close(server->socket);
    zmq_ctx_term(server->context);
}

static void send_bytes(struct fake_server *server, const void *bytes, size_t size)
{
    assert_true(zmq_send(server->socket, server->route, server->route_size, ZMQ_SNDMORE) > 0);
    assert_int_equal(zmq_send(server->socket, bytes, size, 0), (int)size);
}

static void send_message(struct fake_server *server, Concordat__V1__Message *reply)
{
    uint8_t bytes[2000];
    assert_true(concordat__v1__message__get_packed_size(reply) <= sizeof bytes);
    const struct frame_part part = {bytes, concordat__v1__message__pack(reply, bytes)};
    uint8_t frame[sizeof bytes + FRAME_AROUND_BYTES];
    frame_join(&part, 1, frame);
    send_bytes(server, frame, frame_size(&part, 1));
}

static void welcome(struct fake_server *server, const ProtobufCBinaryData *command_id)
{
    Concordat__V1__Message reply = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Welcome body = CONCORDAT__V1__WELCOME__INIT;
    body.protocol = WIRE_PROTOCOL;
    body.ping_seconds = server->ping_seconds;
    body.session = (ProtobufCBinaryData){strlen(server->session), (uint8_t *)(uintptr_t)server->session};
    reply.command_id = *command_id;
    reply.body_case = CONCORDAT__V1__MESSAGE__BODY_WELCOME;
    reply.welcome = &body;
    send_message(server, &reply);
}

static void pong(struct fake_server *server, const ProtobufCBinaryData *command_id)
{
    Concordat__V1__Message reply = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Pong body = CONCORDAT__V1__PONG__INIT;
    body.session = (ProtobufCBinaryData){strlen(server->session), (uint8_t *)(uintptr_t)server->session};
    reply.command_id = *command_id;
    reply.body_case = CONCORDAT__V1__MESSAGE__BODY_PONG;
    reply.pong = &body;
    send_message(server, &reply);
}

static void answer(struct fake_server *server, const uint8_t *id, Concordat__V1__Refusal refusal)
{
    Concordat__V1__Message reply = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Answer body = CONCORDAT__V1__ANSWER__INIT;
    body.done = refusal == CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED;
    body.refusal = refusal;
    body.retry_after_ms = server->retry_after_ms;
    reply.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)(uintptr_t)id};
    reply.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    reply.answer = &body;
    send_message(server, &reply);
}

static void news(struct fake_server *server, uint32_t attempt)
{
    Concordat__V1__Message reply = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Offer body = CONCORDAT__V1__OFFER__INIT;
    body.attempt = attempt;
    reply.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER;
    reply.offer = &body;
    send_message(server, &reply);
}

static bool take_frame(struct fake_server *server)
{
    int got = zmq_recv(server->socket, server->route, sizeof server->route, ZMQ_DONTWAIT);
    if (got < 0)
        return false;
    server->route_size = (size_t)got;
    got = zmq_recv(server->socket, server->frame, sizeof server->frame, 0);
    assert_in_range(got, 1, sizeof server->frame);
    server->rest = (struct scan){server->frame, server->frame + got};
    return true;
}

/* Returns the next request that arrives, giving the client its turns meanwhile. *seen is the last message
 * that the client returned. */
static Concordat__V1__Request *take(struct fake_server *server, struct concordat_client *client,
                                    const Concordat__V1__Message **seen)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        const Concordat__V1__Message *told = concordat_client_next(client, TURN_MS);
        if (told && seen)
            *seen = told;
        struct wire_fault fault;
        struct frame_part part;
        if (server->rest.at == server->rest.end && !take_frame(server))
            continue;
        assert_int_equal(frame_next(&server->rest, &part), SCAN_FIELD);
        Concordat__V1__Request *request = wire_unpack_request(part.bytes, part.size, &server->arena, &fault);
        assert_non_null(request);
        return request;
    }
    fail_msg("no request came");
    return NULL;
}

/* Returns the next request other than hello and ping, which it answers. */
static Concordat__V1__Request *take_command(struct fake_server *server, struct concordat_client *client,
                                            const Concordat__V1__Message **seen)
{
    for (;;) {
        Concordat__V1__Request *request = take(server, client, seen);
        if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_HELLO)
            welcome(server, &request->command_id);
        else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_PING)
            pong(server, &request->command_id);
        else
            return request;
    }
}

static const Concordat__V1__Message *told(struct concordat_client *client)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        const Concordat__V1__Message *seen = concordat_client_next(client, TURN_MS);
        if (seen)
            return seen;
    }
    fail_msg("the client was told nothing");
    return NULL;
}

static void assert_answers(const Concordat__V1__Message *seen, const uint8_t *id)
{
    assert_int_equal(seen->body_case, CONCORDAT__V1__MESSAGE__BODY_ANSWER);
    assert_int_equal(seen->command_id.len, WIRE_ID_BYTES);
    assert_memory_equal(seen->command_id.data, id, WIRE_ID_BYTES);
}

static void claim(Concordat__V1__Request *request)
{
    static Concordat__V1__SetCapacity capacity = CONCORDAT__V1__SET_CAPACITY__INIT;
    concordat__v1__request__init(request);
    capacity.free_places = 3;
    request->command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY;
    request->set_capacity = &capacity;
}

static struct fake_server server;
static struct concordat_client *client;

static int start(void **state)
{
    (void)state;
    const struct concordat_client_config config = {.endpoint = endpoint,
                                                   .server_key_path = server_public,
                                                   .key_path = client_secret,
                                                   .software = "test",
                                                   .wants_news = true};
    server = (struct fake_server){.session = "first", .ping_seconds = 60};
    if (arena_open(&server.arena, ARENA_MESSAGE_BYTES) != 0)
        return -1;
    bind_server(&server);
    client = concordat_client_open(&config, message, sizeof message);
    return client ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    concordat_client_close(&client);
    unbind_server(&server);
    arena_close(&server.arena);
    return client ? -1 : 0;
}

static void hello_comes_first_and_says_what_the_client_wants(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    claim(&request);
    assert_int_equal(concordat_client_send(client, &request, NULL), 0);
    Concordat__V1__Request *first = take(&server, client, NULL);
    assert_int_equal(first->command_case, CONCORDAT__V1__REQUEST__COMMAND_HELLO);
    assert_int_equal(first->hello->protocol, WIRE_PROTOCOL);
    assert_string_equal(first->hello->software, "test");
    assert_true(first->hello->wants_news);
    assert_false(concordat_client_connected(client));
    assert_null(concordat_client_welcome(client));
    welcome(&server, &first->command_id);
    take_command(&server, client, NULL);
    assert_true(concordat_client_connected(client));
    assert_int_equal(concordat_client_welcome(client)->ping_seconds, 60);
}

static void an_answer_comes_back_to_its_request(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    uint8_t first[16], second[16];
    claim(&request);
    assert_int_equal(concordat_client_send(client, &request, first), 0);
    assert_int_equal(concordat_client_send(client, &request, second), 0);
    assert_memory_not_equal(first, second, 16);
    assert_int_equal(request.command_id.len, 0); /* the caller's request is unchanged */
    assert_memory_equal(take_command(&server, client, NULL)->command_id.data, first, 16);
    assert_memory_equal(take_command(&server, client, NULL)->command_id.data, second, 16);
    answer(&server, second, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
    answer(&server, first, CONCORDAT__V1__REFUSAL__REFUSAL_CONFLICT);
    assert_answers(told(client), second);
    const Concordat__V1__Message *seen = told(client);
    assert_answers(seen, first);
    assert_int_equal(seen->answer->refusal, CONCORDAT__V1__REFUSAL__REFUSAL_CONFLICT);
}

static void a_request_is_repeated_until_answered_though_the_server_went_away(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    uint8_t id[16];
    claim(&request);
    assert_int_equal(concordat_client_send(client, &request, id), 0);
    assert_memory_equal(take_command(&server, client, NULL)->command_id.data, id, 16);
    for (int times = 0; times < 2; times++) {
        unbind_server(&server);
        server.session = times ? "third" : "second";
        bind_server(&server);
        assert_int_equal(take(&server, client, NULL)->command_case, CONCORDAT__V1__REQUEST__COMMAND_HELLO);
        assert_false(concordat_client_connected(client));
        Concordat__V1__Request *hello =
            take(&server, client, NULL); /* the client says an unanswered hello again */
        assert_int_equal(hello->command_case, CONCORDAT__V1__REQUEST__COMMAND_HELLO);
        welcome(&server, &hello->command_id);
        assert_memory_equal(take_command(&server, client, NULL)->command_id.data, id, 16);
    }
    answer(&server, id, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
    assert_answers(told(client), id);
    answer(&server, id, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED); /* the answer to the repeated request:
                                                                         the client drops it */
    news(&server, 7);
    assert_int_equal(told(client)->body_case, CONCORDAT__V1__MESSAGE__BODY_OFFER);
}

static void an_unanswered_request_is_sent_again_on_the_same_connection(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    uint8_t id[16];
    claim(&request);
    assert_int_equal(concordat_client_send(client, &request, id), 0);
    for (int times = 0; times < 3; times++)
        assert_memory_equal(take_command(&server, client, NULL)->command_id.data, id, 16);
}

static void the_client_says_hello_again_when_asked_and_then_sends_the_oldest_request_first(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    const Concordat__V1__Message *seen = NULL;
    uint8_t id[16], second[16];
    claim(&request);
    assert_int_equal(concordat_client_send(client, &request, id), 0);
    for (int times = 0; times < 3; times++) /* now the request waits for seconds */
        take_command(&server, client, NULL);
    answer(&server, id, CONCORDAT__V1__REFUSAL__REFUSAL_HELLO_FIRST);
    Concordat__V1__Request *next = take(&server, client, &seen);
    assert_int_equal(next->command_case, CONCORDAT__V1__REQUEST__COMMAND_HELLO);
    assert_int_equal(concordat_client_send(client, &request, second), 0);
    welcome(&server, &next->command_id);
    assert_memory_equal(take_command(&server, client, &seen)->command_id.data, id, 16);
    assert_memory_equal(take_command(&server, client, &seen)->command_id.data, second, 16);
    assert_null(seen);
}

static void a_pong_of_another_session_brings_hello_and_the_requests_again(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    uint8_t id[16];
    claim(&request);
    server.ping_seconds = 1;
    assert_int_equal(concordat_client_send(client, &request, id), 0);
    take_command(&server, client, NULL);
    server.session = "second";
    Concordat__V1__Request *next;
    do {
        next = take(&server, client, NULL);
    } while (next->command_case != CONCORDAT__V1__REQUEST__COMMAND_PING);
    pong(&server, &next->command_id);
    do {
        next = take(&server, client, NULL);
    } while (next->command_case == CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY);
    assert_int_equal(next->command_case, CONCORDAT__V1__REQUEST__COMMAND_HELLO);
    welcome(&server, &next->command_id);
    assert_memory_equal(take_command(&server, client, NULL)->command_id.data, id, 16);
}

static void the_client_connects_again_after_three_silent_pings(void **state)
{
    (void)state;
    server.ping_seconds = 1;
    Concordat__V1__Request *next = take(&server, client, NULL);
    assert_int_equal(next->command_case, CONCORDAT__V1__REQUEST__COMMAND_HELLO);
    welcome(&server, &next->command_id);
    uint8_t route[64];
    size_t route_size = server.route_size;
    memcpy(route, server.route, route_size);
    do {
        next = take(&server, client, NULL);
    } while (next->command_case == CONCORDAT__V1__REQUEST__COMMAND_PING);
    assert_int_equal(next->command_case, CONCORDAT__V1__REQUEST__COMMAND_HELLO);
    assert_true(server.route_size != route_size || memcmp(server.route, route, route_size) != 0);
}

static void unavailable_is_tried_again_and_not_returned(void **state)
{
    (void)state;
    static const Concordat__V1__Refusal later[] = {CONCORDAT__V1__REFUSAL__REFUSAL_UNAVAILABLE,
                                                   CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY};
    Concordat__V1__Request request;
    const Concordat__V1__Message *seen = NULL;
    uint8_t id[16];
    claim(&request);
    assert_int_equal(concordat_client_send(client, &request, id), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(take_command(&server, client, &seen)->command_id.data, id, 16);
        answer(&server, id, later[i]);
    }
    assert_memory_equal(take_command(&server, client, &seen)->command_id.data, id, 16);
    assert_null(seen);
    answer(&server, id, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
    assert_answers(told(client), id);
}

static void too_many_is_tried_again_when_the_server_says(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    uint8_t refused[16], silent[16];
    claim(&request);
    server.retry_after_ms = 2000;
    assert_int_equal(concordat_client_send(client, &request, refused), 0);
    take_command(&server, client, NULL);
    answer(&server, refused, CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY);
    /* A request that nobody answers is sent now and after one second; only then comes the other. */
    assert_int_equal(concordat_client_send(client, &request, silent), 0);
    for (int i = 0; i < 2; i++)
        assert_memory_equal(take_command(&server, client, NULL)->command_id.data, silent, 16);
    assert_memory_equal(take_command(&server, client, NULL)->command_id.data, refused, 16);
    /* A caller who cannot wait so long is told. */
    server.retry_after_ms = 20000;
    request.command_id = (ProtobufCBinaryData){16, silent};
    answer(&server, silent, CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY);
    const Concordat__V1__Message *told_so = concordat_client_request(client, &request, 10000);
    assert_answers(told_so, silent);
    assert_int_equal(told_so->answer->retry_after_ms, 20000);
}

static void news_that_come_while_an_answer_is_awaited_are_kept_in_order(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    uint8_t id[16], first[16];
    claim(&request);
    assert_int_equal(concordat_client_send(client, &request, first), 0);
    take_command(&server, client, NULL);
    words_new_uuid(id);
    news(&server, 1);
    answer(&server, first, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
    news(&server, 2);
    answer(&server, id, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
    request.command_id = (ProtobufCBinaryData){16, id};
    assert_answers(concordat_client_request(client, &request, 10000), id);
    assert_int_equal(concordat_client_patience_ms(client), 0);
    assert_int_equal(told(client)->offer->attempt, 1);
    assert_answers(told(client), first);
    assert_int_equal(told(client)->offer->attempt, 2);
    assert_null(concordat_client_next(client, 0));
}

static void a_request_that_is_given_up_is_not_sent_again(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    uint8_t second[16];
    claim(&request);
    assert_null(concordat_client_request(client, &request, 1));
    assert_int_equal(concordat_client_send(client, &request, second), 0);
    assert_memory_equal(take_command(&server, client, NULL)->command_id.data, second, 16);
}

static void a_caller_who_waits_gets_the_refusal_of_our_hello(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    Concordat__V1__Request *hello = take(&server, client, NULL);
    answer(&server, hello->command_id.data, CONCORDAT__V1__REFUSAL__REFUSAL_REVOKED);
    claim(&request);
    const Concordat__V1__Message *seen = concordat_client_request(client, &request, 10000);
    assert_non_null(seen);
    assert_int_equal(seen->answer->refusal, CONCORDAT__V1__REFUSAL__REFUSAL_REVOKED);
    assert_false(concordat_client_connected(client));
}

static void nonsense_from_a_server_is_ignored(void **state)
{
    (void)state;
    static const uint8_t nonsense[] = {0xff, 0xff, 0xff};
    Concordat__V1__Request *hello = take(&server, client, NULL);
    welcome(&server, &hello->command_id);
    send_bytes(&server, nonsense, sizeof nonsense);
    send_bytes(&server, nonsense, 0);
    zmq_send(server.socket, server.route, server.route_size, ZMQ_SNDMORE);
    zmq_send(server.socket, nonsense, 1, ZMQ_SNDMORE);
    zmq_send(server.socket, nonsense, 1, 0);
    news(&server, 5);
    assert_int_equal(told(client)->offer->attempt, 5);
}

static void the_parts_of_a_frame_come_in_their_order(void **state)
{
    (void)state;
    uint8_t offers[3][100], frame[400];
    struct frame_part parts[3];
    Concordat__V1__Request *hello = take(&server, client, NULL);
    welcome(&server, &hello->command_id);
    for (uint32_t i = 0; i < 3; i++) {
        Concordat__V1__Message offer = CONCORDAT__V1__MESSAGE__INIT;
        Concordat__V1__Offer body = CONCORDAT__V1__OFFER__INIT;
        body.attempt = i + 1;
        offer.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER;
        offer.offer = &body;
        parts[i] = (struct frame_part){offers[i], concordat__v1__message__pack(&offer, offers[i])};
    }
    size_t size = frame_size(parts, 3);
    frame_join(parts, 3, frame);
    frame[size] = 0xff; /* garbage after the parts does no harm to them */
    send_bytes(&server, frame, size + 1);
    assert_int_equal(told(client)->offer->attempt, 1);
    assert_int_equal(concordat_client_patience_ms(client), 0);
    assert_int_equal(told(client)->offer->attempt, 2);
    assert_int_equal(told(client)->offer->attempt, 3);
    news(&server, 4);
    assert_int_equal(told(client)->offer->attempt, 4);
}

static void requests_that_are_ready_together_share_a_frame(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    struct frame_part part;
    Concordat__V1__Request *hello = take(&server, client, NULL);
    welcome(&server, &hello->command_id);
    news(&server, 1);
    told(client); /* so it has taken the welcome */
    for (int i = 0; i < FRAME_REQUESTS_MAX + 2; i++) {
        claim(&request);
        assert_int_equal(concordat_client_send(client, &request, NULL), 0);
    }
    assert_int_equal(concordat_client_patience_ms(client), 0);
    for (int frames = 0, expected = FRAME_REQUESTS_MAX; frames < 2; frames++, expected = 2) {
        while (!take_frame(&server))
            concordat_client_next(client, TURN_MS);
        int parts = 0;
        while (frame_next(&server.rest, &part) == SCAN_FIELD)
            parts++;
        assert_int_equal(parts, expected);
    }
}

static void a_request_beyond_the_limits_is_not_queued(void **state)
{
    (void)state;
    Concordat__V1__Request request;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    char *narrative = malloc(WIRE_REQUEST_BYTES_MAX + 1);
    memset(narrative, 'a', WIRE_REQUEST_BYTES_MAX);
    narrative[WIRE_REQUEST_BYTES_MAX] = '\0';
    concordat__v1__request__init(&request);
    confidential.narrative = narrative;
    submit.confidential = &confidential;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &submit;
    assert_int_equal(concordat_client_send(client, &request, NULL), -1);
    free(narrative);
    claim(&request);
    for (int i = 0; i < CLIENT_OUTSTANDING_MAX; i++)
        assert_int_equal(concordat_client_send(client, &request, NULL), 0);
    assert_int_equal(concordat_client_send(client, &request, NULL), -1);
}

static void a_key_file_without_a_secret_is_refused_with_its_name(void **state)
{
    (void)state;
    const struct concordat_client_config config = {.endpoint = endpoint,
                                                   .server_key_path = server_public,
                                                   .key_path = server_public,
                                                   .software = "test"};
    assert_null(concordat_client_open(&config, message, sizeof message));
    assert_non_null(strstr(message, "server.key"));
}

static int make_keys(void **state)
{
    (void)state;
    if (folder_make(folder, "client") != 0)
        return -1;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/socket", folder);
    snprintf(server_public, sizeof server_public, "%s/server.key", folder);
    snprintf(server_secret, sizeof server_secret, "%s/server.key_secret", folder);
    snprintf(client_secret, sizeof client_secret, "%s/client.key_secret", folder);
    return keys_make(folder, "server", "server", "", message, sizeof message) ||
           keys_make(folder, "client", "team", "zz-team", message, sizeof message);
}

static int remove_folder(void **state)
{
    (void)state;
    return folder_remove(folder);
}

int main(void)
{
#define client_test(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        client_test(hello_comes_first_and_says_what_the_client_wants),
        client_test(an_answer_comes_back_to_its_request),
        client_test(a_request_is_repeated_until_answered_though_the_server_went_away),
        client_test(an_unanswered_request_is_sent_again_on_the_same_connection),
        client_test(the_client_says_hello_again_when_asked_and_then_sends_the_oldest_request_first),
        client_test(a_pong_of_another_session_brings_hello_and_the_requests_again),
        client_test(the_client_connects_again_after_three_silent_pings),
        client_test(unavailable_is_tried_again_and_not_returned),
        client_test(too_many_is_tried_again_when_the_server_says),
        client_test(news_that_come_while_an_answer_is_awaited_are_kept_in_order),
        client_test(a_request_that_is_given_up_is_not_sent_again),
        client_test(a_caller_who_waits_gets_the_refusal_of_our_hello),
        client_test(nonsense_from_a_server_is_ignored),
        client_test(the_parts_of_a_frame_come_in_their_order),
        client_test(requests_that_are_ready_together_share_a_frame),
        client_test(a_request_beyond_the_limits_is_not_queued),
        client_test(a_key_file_without_a_secret_is_refused_with_its_name),
    };
    return cmocka_run_group_tests_name("client", tests, make_keys, remove_folder);
}
