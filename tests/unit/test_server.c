/* P10: over real sockets, a server lets known keys in and nobody else, and says if a peer has gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/server/misuse.h"
#include "proto/server/server.h"
#include "tests/worlds/folder.h"

enum { FRAME_BYTES_MAX = 64 * 1024, PATIENCE_MS = 20000, STEP_MS = 10, SENDS_MAX = 20000 };

static char folder[FOLDER_PATH_BYTES], own[FOLDER_PATH_BYTES + 8], keys[FOLDER_PATH_BYTES + 8];
static char message[512], endpoint[128];
static char server_public[KEY_TEXT_CHARS + 1];
static struct server *server;
static void *context; /* the clients' */
static void *clients[8];
static size_t client_count;

static void make_key(const char *where, const char *name, const char *role)
{
    if (keys_make(where, name, role, "zz-one", message, sizeof message) != 0)
        fail_msg("%s", message);
}

/* Opens a server on a free port. It knows the keys of team-a and team-b. */
static int open_server(void **state)
{
    (void)state;
    assert_int_equal(folder_make(folder, "server"), 0);
    snprintf(own, sizeof own, "%s/own", folder);
    snprintf(keys, sizeof keys, "%s/keys", folder);
    assert_int_equal(mkdir(own, 0700) | mkdir(keys, 0700), 0);
    make_key(own, "broker", "server");
    make_key(keys, "team-a", "team");
    make_key(keys, "team-b", "team");
    struct server_config config = {.endpoint = "tcp://127.0.0.1:*",
                                   .key_path = folder_file(own, "broker.key_secret"),
                                   .keys_folder = keys,
                                   .message_bytes_max = FRAME_BYTES_MAX};
    server = server_open(&config, message, sizeof message);
    if (!server)
        fail_msg("%s", message);
    size_t size = sizeof endpoint;
    assert_int_equal(zmq_getsockopt(server_socket(server), ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    struct key key;
    assert_int_equal(keys_read(folder_file(own, "broker.key"), &key, message, sizeof message), 0);
    strcpy(server_public, key.public_text);
    context = zmq_ctx_new();
    return 0;
}

static int close_server(void **state)
{
    (void)state;
    server_close(&server);
    while (client_count > 0)
        zmq_close(clients[--client_count]);
    zmq_ctx_term(context);
    return folder_remove(folder);
}

/* Makes a client with these keys, or without CURVE if public_text is NULL. */
static void *connect_with(const char *public_text, const char *secret_text)
{
    void *client = zmq_socket(context, ZMQ_DEALER);
    assert_non_null(client);
    assert_true(client_count < sizeof clients / sizeof clients[0]);
    clients[client_count++] = client;
    int none = 0, patience_ms = PATIENCE_MS;
    zmq_setsockopt(client, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(client, ZMQ_RCVTIMEO, &patience_ms, sizeof patience_ms);
    if (public_text) {
        zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, server_public, sizeof server_public);
        zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, public_text, KEY_TEXT_CHARS + 1);
        zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, secret_text, KEY_TEXT_CHARS + 1);
    }
    return client;
}

static void *connect_as(const char *name)
{
    char file[100];
    struct key key;
    snprintf(file, sizeof file, "%s.key_secret", name);
    if (keys_read(folder_file(keys, file), &key, message, sizeof message) != 0)
        fail_msg("%s", message);
    void *client = connect_with(key.public_text, key.secret_text);
    assert_int_equal(zmq_connect(client, endpoint), 0);
    return client;
}

/* Sends one frame of one part. */
static void say(void *client, const char *text)
{
    uint8_t frame[100];
    const struct frame_part part = {(const uint8_t *)text, strlen(text)};
    size_t size = frame_size(&part, 1);
    assert_true(size <= sizeof frame);
    frame_join(&part, 1, frame);
    assert_int_equal(zmq_send(client, frame, size, 0), size);
}

/* Waits for a message as a loop does: polls, then receives. Returns false if none comes within wait_ms. */
static bool await(struct server_message *got, int wait_ms)
{
    zmq_pollitem_t item = {.socket = server_socket(server), .events = ZMQ_POLLIN};
    for (int waited = 0; waited <= wait_ms; waited += STEP_MS)
        if ((server_has_more(server) || zmq_poll(&item, 1, STEP_MS) > 0) && server_receive(server, got))
            return true;
    return false;
}

static struct server_route expect_message(const char *key_name, const char *text)
{
    struct server_message got;
    assert_true(await(&got, PATIENCE_MS));
    assert_string_equal(got.key_name, key_name);
    assert_int_equal(got.size, strlen(text));
    assert_memory_equal(got.bytes, text, strlen(text));
    return got.route;
}

static enum server_sent answer_with(const struct server_route *route, const char *text)
{
    return server_send(server, route, &(struct frame_part){(const uint8_t *)text, strlen(text)}, 1);
}

/* Waits until the server has turned away more than `before` for that reason; no message may come meanwhile.
 */
static void expect_drop(enum server_drop why, uint64_t before)
{
    struct server_message got;
    for (int waited = 0; server_drops(server, why) == before; waited += STEP_MS) {
        assert_true(waited < PATIENCE_MS);
        assert_false(await(&got, 0));
    }
    assert_false(await(&got, 0));
}

static void await_key_change(void)
{
    struct pollfd fd = {.fd = server_keys_fd(server), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
    server_reload_keys(server);
    assert_int_equal(poll(&fd, 1, 0), 0);
}

static void P10_a_known_key_is_named_on_its_messages_after_a_poll(void **state)
{
    (void)state;
    void *a = connect_as("team-a"), *b = connect_as("team-b");
    say(a, "one");
    struct server_route route_a = expect_message("team-a", "one");
    say(b, "two");
    struct server_route route_b = expect_message("team-b", "two");
    assert_int_equal(server_key(server, "team-a")->role, CONCORDAT__V1__ROLE__ROLE_TEAM);
    assert_int_equal(answer_with(&route_b, "to b"), SERVER_SENT);
    assert_int_equal(answer_with(&route_a, "to a"), SERVER_SENT);
    char answer[8];
    assert_int_equal(zmq_recv(a, answer, sizeof answer, 0), 6);
    assert_memory_equal(answer, "\n\4to a", 6);
    assert_int_equal(zmq_recv(b, answer, sizeof answer, 0), 6);
    assert_memory_equal(answer, "\n\4to b", 6);
}

static void P10_a_strangers_key_gets_nothing_and_is_counted(void **state)
{
    (void)state;
    char public_text[KEY_TEXT_CHARS + 1], secret_text[KEY_TEXT_CHARS + 1];
    assert_int_equal(zmq_curve_keypair(public_text, secret_text), 0);
    void *stranger = connect_with(public_text, secret_text), *a = connect_as("team-a");
    assert_int_equal(zmq_connect(stranger, endpoint), 0);
    say(stranger, "let me in");
    expect_drop(SERVER_DROP_HANDSHAKE, 0);
    say(a, "one");
    expect_message("team-a", "one");
    char answer[8];
    assert_int_equal(zmq_recv(stranger, answer, sizeof answer, ZMQ_DONTWAIT), -1);
}

static void P10_a_peer_without_a_key_gets_nothing(void **state)
{
    (void)state;
    void *plain = connect_with(NULL, NULL);
    assert_int_equal(zmq_connect(plain, endpoint), 0);
    say(plain, "let me in");
    expect_drop(SERVER_DROP_HANDSHAKE, 0);
}

static void P10_a_revoked_key_is_unknown_on_its_very_next_message(void **state)
{
    (void)state;
    void *a = connect_as("team-a"), *b = connect_as("team-b");
    say(a, "one");
    expect_message("team-a", "one");
    assert_non_null(server_key(server, "team-a"));
    assert_int_equal(unlink(folder_file(keys, "team-a.key")), 0);
    await_key_change();
    say(a, "two");
    expect_message("team-a", "two");
    assert_null(server_key(server, "team-a"));
    uint64_t refused = server_drops(server, SERVER_DROP_HANDSHAKE);
    void *again = connect_as("team-a");
    say(again, "three");
    expect_drop(SERVER_DROP_HANDSHAKE, refused);
    say(b, "four");
    expect_message("team-b", "four");
    assert_non_null(server_key(server, "team-b"));
}

static void P10_a_name_given_to_a_new_key_does_not_serve_the_old_one(void **state)
{
    (void)state;
    void *old = connect_as("team-a");
    say(old, "one");
    expect_message("team-a", "one");
    assert_int_equal(unlink(folder_file(keys, "team-a.key")), 0);
    assert_int_equal(unlink(folder_file(keys, "team-a.key_secret")), 0);
    make_key(keys, "team-a", "team");
    say(old, "two");
    zmq_pollitem_t item = {.socket = server_socket(server), .events = ZMQ_POLLIN};
    assert_int_equal(zmq_poll(&item, 1, PATIENCE_MS), 1);
    await_key_change();
    void *new = connect_as("team-a");
    say(new, "three");
    expect_message("team-a", "three");
    expect_drop(SERVER_DROP_NAME, 0);
}

static void P10_a_name_given_to_a_new_key_ends_the_old_keys_frame(void **state)
{
    (void)state;
    const struct frame_part parts[] = {{(const uint8_t *)"one", 3}, {(const uint8_t *)"two", 3}};
    uint8_t frame[20];
    void *old = connect_as("team-a"), *b = connect_as("team-b");
    say(b, "zero"); /* or its connection could be team-a's, and would end */
    expect_message("team-b", "zero");
    frame_join(parts, 2, frame);
    size_t size = frame_size(parts, 2);
    assert_int_equal(zmq_send(old, frame, size, 0), size);
    expect_message("team-a", "one");
    assert_int_equal(unlink(folder_file(keys, "team-a.key")), 0);
    assert_int_equal(unlink(folder_file(keys, "team-a.key_secret")), 0);
    make_key(keys, "team-a", "team");
    assert_true(server_has_more(server));
    await_key_change();
    assert_false(server_has_more(server));
    say(b, "three");
    expect_message("team-b", "three");
}

static void P10_a_key_added_while_running_is_admitted(void **state)
{
    (void)state;
    make_key(own, "team-c", "team");
    struct key key;
    assert_int_equal(keys_read(folder_file(own, "team-c.key_secret"), &key, message, sizeof message), 0);
    void *c = connect_with(key.public_text, key.secret_text);
    assert_int_equal(zmq_connect(c, endpoint), 0);
    say(c, "one");
    expect_drop(SERVER_DROP_HANDSHAKE, 0);
    assert_int_equal(rename(folder_file(own, "team-c.key"), folder_file(keys, "team-c.key")), 0);
    await_key_change();
    /* The socket that was refused has tried again by itself. */
    expect_message("team-c", "one");
}

static void P10_the_option_that_fails_closed_is_in_force(void **state)
{
    (void)state;
    int enforced = 0;
    assert_int_equal(zmq_getsockopt(server_socket(server), 93, &enforced, &(size_t){sizeof enforced}), 0);
    assert_int_equal(enforced, 1);
}

static void P10_a_server_needs_its_own_secret_key_and_a_folder(void **state)
{
    (void)state;
    struct server_config config = {.endpoint = "tcp://127.0.0.1:*",
                                   .key_path = folder_file(keys, "team-a.key_secret"),
                                   .keys_folder = keys,
                                   .message_bytes_max = 1};
    assert_null(server_open(&config, message, sizeof message));
    assert_non_null(strstr(message, "not the secret key of a server"));
    config.key_path = folder_file(own, "broker.key");
    assert_null(server_open(&config, message, sizeof message));
    assert_non_null(strstr(message, "not the secret key of a server"));
    config.key_path = folder_file(own, "broker.key_secret");
    config.keys_folder = "/nonexistent/keys";
    assert_null(server_open(&config, message, sizeof message));
    assert_non_null(strstr(message, "/nonexistent/keys"));
    config.keys_folder = keys;
    config.endpoint = endpoint;
    assert_null(server_open(&config, message, sizeof message));
    assert_non_null(strstr(message, "cannot listen"));
}

static void a_frame_over_the_limit_is_refused_without_harm_to_others(void **state)
{
    (void)state;
    static uint8_t bytes[FRAME_BYTES_MAX + FRAME_AROUND_BYTES];
    void *a = connect_as("team-a"), *b = connect_as("team-b");
    say(b, "one");
    expect_message("team-b", "one");
    assert_int_equal(zmq_send(a, bytes, sizeof bytes, 0), sizeof bytes);
    say(b, "two");
    expect_message("team-b", "two");
    void *again = connect_as("team-a");
    /* The longest frame that the server takes; it is not a part, so the server gives it as it is. */
    assert_int_equal(zmq_send(again, bytes, FRAME_BYTES_MAX, 0), FRAME_BYTES_MAX);
    struct server_message got;
    assert_true(await(&got, PATIENCE_MS));
    assert_int_equal(got.size, FRAME_BYTES_MAX);
}

static void a_message_of_another_shape_is_dropped_and_counted(void **state)
{
    (void)state;
    void *a = connect_as("team-a");
    for (int extra = 1; extra <= 3; extra++) {
        for (int i = 0; i < extra; i++)
            assert_int_equal(zmq_send(a, "more", 4, ZMQ_SNDMORE), 4);
        say(a, "last");
    }
    say(a, "one");
    expect_message("team-a", "one");
    assert_int_equal(server_drops(server, SERVER_DROP_SHAPE), 3);
}

static void the_parts_of_a_frame_come_one_by_one(void **state)
{
    (void)state;
    static const struct frame_part parts[] = {
        {(const uint8_t *)"first", 5}, {(const uint8_t *)"", 0}, {(const uint8_t *)"last", 4}};
    uint8_t frame[FRAME_REQUESTS_MAX * 6 + 100];
    void *a = connect_as("team-a"), *b = connect_as("team-b");
    size_t size = frame_size(parts, 3);
    frame_join(parts, 3, frame);
    memcpy(frame + size, "\x12\2no", 4); /* another field */
    assert_int_equal(zmq_send(a, frame, size + 4, 0), size + 4);
    expect_message("team-a", "first");
    assert_true(server_has_more(server));
    struct server_message got;
    assert_true(server_receive(server, &got));
    assert_int_equal(got.size, 0);
    assert_true(server_receive(server, &got));
    assert_memory_equal(got.bytes, "last", 4);
    assert_true(server_receive(server, &got));
    assert_int_equal(got.size, 4);
    assert_memory_equal(got.bytes, "\x12\2no", 4);
    assert_string_equal(got.key_name, "team-a");
    assert_false(server_has_more(server));

    struct frame_part many[FRAME_REQUESTS_MAX + 1];
    for (size_t i = 0; i <= FRAME_REQUESTS_MAX; i++)
        many[i] = (struct frame_part){(const uint8_t *)"one", 3};
    frame_join(many, FRAME_REQUESTS_MAX + 1, frame);
    size = frame_size(many, FRAME_REQUESTS_MAX + 1);
    assert_int_equal(zmq_send(a, frame, size, 0), size);
    for (int i = 0; i < FRAME_REQUESTS_MAX; i++)
        expect_message("team-a", "one");
    assert_false(server_has_more(server));
    say(b, "two");
    expect_message("team-b", "two");
}

/* Returns whether the server gives us what the client says next. If not, the server has cut the client, which
 * came back and was refused. */
static bool is_heard(void *client)
{
    struct server_message got;
    uint64_t refused = server_drops(server, SERVER_DROP_HANDSHAKE);
    say(client, "?");
    for (int waited = 0; server_drops(server, SERVER_DROP_HANDSHAKE) == refused; waited += STEP_MS) {
        assert_true(waited < PATIENCE_MS);
        if (await(&got, 0))
            return true;
    }
    return false;
}

static void complain_until_it_is_kept_out(void *client)
{
    int heard = 0;
    for (; is_heard(client); heard++)
        server_complain(server);
    assert_true(heard > MISUSE_ALLOWED_AT_ONCE);
}

static void P10_a_key_that_keeps_sending_garbage_is_barred_and_no_other(void **state)
{
    (void)state;
    void *a = connect_as("team-a"), *other = connect_as("team-a"), *b = connect_as("team-b");
    say(other, "one");
    expect_message("team-a", "one");
    complain_until_it_is_kept_out(a);
    say(other, "two");
    expect_drop(SERVER_DROP_BARRED, 0);
    expect_drop(SERVER_DROP_HANDSHAKE, server_drops(server, SERVER_DROP_HANDSHAKE));
    say(b, "three");
    expect_message("team-b", "three");
}

static void P10_a_withdrawn_key_that_keeps_sending_is_barred(void **state)
{
    (void)state;
    void *a = connect_as("team-a"), *b = connect_as("team-b");
    say(b, "zero");
    expect_message("team-b", "zero");
    say(a, "one");
    expect_message("team-a", "one");
    assert_int_equal(unlink(folder_file(keys, "team-a.key")), 0);
    await_key_change();
    complain_until_it_is_kept_out(a);
    say(b, "two");
    expect_message("team-b", "two");
}

/* Sends to a peer that does not read until the server says that the peer is slow or gone. */
static enum server_sent answer_at_length(const struct server_route *route)
{
    static const uint8_t bytes[FRAME_BYTES_GOOD];
    enum server_sent sent = SERVER_SENT;
    for (int i = 0; i < SENDS_MAX && sent == SERVER_SENT; i++)
        sent = server_send(server, route, &(struct frame_part){bytes, sizeof bytes}, 1);
    return sent;
}

static void P10_a_key_that_keeps_asking_without_reading_is_barred(void **state)
{
    (void)state;
    struct server_message got;
    void *a = connect_as("team-a"), *b = connect_as("team-b");
    say(a, "one");
    struct server_route route = expect_message("team-a", "one");
    int heard = 0, asked = 0;
    for (; answer_at_length(&route) == SERVER_PEER_SLOW; asked++) {
        assert_true(asked < PATIENCE_MS / STEP_MS);
        say(a, "more");
        heard += await(&got, STEP_MS);
    }
    assert_int_equal(answer_at_length(&route), SERVER_PEER_GONE);
    assert_true(heard >= MISUSE_ALLOWED_AT_ONCE);
    say(b, "two");
    expect_message("team-b", "two");
}

static void P10_a_connection_that_names_itself_is_ignored(void **state)
{
    (void)state;
    struct key key;
    assert_int_equal(keys_read(folder_file(keys, "team-a.key_secret"), &key, message, sizeof message), 0);
    void *client = connect_with(key.public_text, key.secret_text), *b = connect_as("team-b");
    assert_int_equal(zmq_setsockopt(client, ZMQ_ROUTING_ID, "clinic-7", 8), 0);
    assert_int_equal(zmq_connect(client, endpoint), 0);
    say(client, "one");
    expect_drop(SERVER_DROP_SHAPE, 0);
    say(b, "two");
    expect_message("team-b", "two");
}

static void sending_to_a_peer_that_has_gone_says_so(void **state)
{
    (void)state;
    void *a = connect_as("team-a");
    say(a, "one");
    struct server_route route = expect_message("team-a", "one");
    zmq_close(clients[--client_count]);
    enum server_sent sent = SERVER_SENT;
    struct server_message got;
    for (int waited = 0; waited < PATIENCE_MS && sent == SERVER_SENT; waited += STEP_MS) {
        assert_false(await(&got, 0));
        sent = answer_with(&route, "hello");
    }
    assert_int_equal(sent, SERVER_PEER_GONE);
    static const struct server_route nobody = {.size = 5, .bytes = {0, 1, 2, 3, 4}};
    assert_int_equal(answer_with(&nobody, "hello"), SERVER_PEER_GONE);
}

static void sending_to_a_peer_that_does_not_read_says_so_in_the_end(void **state)
{
    (void)state;
    void *a = connect_as("team-a"), *b = connect_as("team-b");
    say(a, "one");
    struct server_route route = expect_message("team-a", "one");
    assert_int_equal(answer_at_length(&route), SERVER_PEER_SLOW);
    say(b, "two");
    route = expect_message("team-b", "two");
    assert_int_equal(answer_with(&route, "hello"), SERVER_SENT);
}

#define WITH_A_SERVER(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_SERVER(P10_a_known_key_is_named_on_its_messages_after_a_poll),
        WITH_A_SERVER(P10_a_strangers_key_gets_nothing_and_is_counted),
        WITH_A_SERVER(P10_a_peer_without_a_key_gets_nothing),
        WITH_A_SERVER(P10_a_revoked_key_is_unknown_on_its_very_next_message),
        WITH_A_SERVER(P10_a_name_given_to_a_new_key_does_not_serve_the_old_one),
        WITH_A_SERVER(P10_a_name_given_to_a_new_key_ends_the_old_keys_frame),
        WITH_A_SERVER(P10_a_key_added_while_running_is_admitted),
        WITH_A_SERVER(P10_the_option_that_fails_closed_is_in_force),
        WITH_A_SERVER(P10_a_server_needs_its_own_secret_key_and_a_folder),
        WITH_A_SERVER(the_parts_of_a_frame_come_one_by_one),
        WITH_A_SERVER(P10_a_key_that_keeps_sending_garbage_is_barred_and_no_other),
        WITH_A_SERVER(P10_a_withdrawn_key_that_keeps_sending_is_barred),
        WITH_A_SERVER(P10_a_key_that_keeps_asking_without_reading_is_barred),
        WITH_A_SERVER(P10_a_connection_that_names_itself_is_ignored),
        WITH_A_SERVER(a_frame_over_the_limit_is_refused_without_harm_to_others),
        WITH_A_SERVER(a_message_of_another_shape_is_dropped_and_counted),
        WITH_A_SERVER(sending_to_a_peer_that_has_gone_says_so),
        WITH_A_SERVER(sending_to_a_peer_that_does_not_read_says_so_in_the_end),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
