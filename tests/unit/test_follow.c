/* test_follow.c: concordat-audit as a process of its own, following a real, authenticated feed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/server/server.h"
#include "proto/wire/wire.h"
#include "services/audit/verify.h"
#include "tests/worlds/story.h"

enum { FEED_EVENTS_MAX = 3, PATIENCE_MS = 30000 };

static struct story story; /* what the ledger holds */
static struct server *server;
static struct arena arena;
static char folder[64], endpoint[128], state_folder[128], trail_path[160];

static char *in_folder(const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", folder, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    char message[256], path[256], keys[256], other[256];
    story_open(&story);
    story_close_trail(&story);
    story_of_a_day(&story);
    snprintf(folder, sizeof folder, "/tmp/concordat-follow-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(endpoint, sizeof endpoint, "ipc://%s/broker", folder);
    snprintf(state_folder, sizeof state_folder, "%s/state", folder);
    snprintf(trail_path, sizeof trail_path, "%s/trail.db", state_folder);
    assert_int_equal(mkdir(in_folder("keys", keys), 0700), 0);
    assert_int_equal(keys_make(folder, "broker", "server", "broker", message, sizeof message), 0);
    assert_int_equal(keys_make(folder, "auditor", "auditor", "ZZ5", message, sizeof message), 0);
    assert_int_equal(rename(in_folder("auditor.key", path), in_folder("keys/auditor.key", other)), 0);
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    server = server_open(&(struct server_config){.endpoint = endpoint,
                                                 .key_path = in_folder("broker.key_secret", path),
                                                 .keys_folder = keys,
                                                 .message_bytes_max = WIRE_REQUEST_BYTES_MAX},
                         message, sizeof message);
    if (!server)
        fail_msg("%s", message);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const files[] = {"state/trail.db",
                                        "state/trail.db-wal",
                                        "state/trail.db-shm",
                                        "state/audit.lock",
                                        "state",
                                        "keys/auditor.key",
                                        "keys",
                                        "broker.key",
                                        "broker.key_secret",
                                        "auditor.key_secret",
                                        "broker"};
    char path[256];
    server_close(&server);
    arena_close(&arena);
    story_close(&story);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        remove(in_folder(files[i], path));
    return rmdir(folder);
}

static pid_t start_audit(void)
{
    char broker_key[256], key[256];
    in_folder("broker.key", broker_key);
    in_folder("auditor.key_secret", key);
    pid_t child = fork();
    if (child == 0) {
        execl(AUDIT_PROGRAM, AUDIT_PROGRAM, "--broker", endpoint, "--broker-key", broker_key, "--key", key,
              "--state", state_folder, (char *)NULL);
        _exit(127);
    }
    return child;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void send_message(const struct server_route *route, const Concordat__V1__Message *message)
{
    size_t size = concordat__v1__message__get_packed_size(message);
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    concordat__v1__message__pack(message, bytes);
    (void)server_send(server, route, &(struct frame_part){bytes, size}, 1);
    free(bytes);
}

static void answer_follow(const struct server_route *route, const Concordat__V1__Follow *follow,
                          Concordat__V1__Message *message)
{
    Concordat__V1__FeedEvent events[FEED_EVENTS_MAX], *pointers[FEED_EVENTS_MAX];
    Concordat__V1__Feed feed = CONCORDAT__V1__FEED__INIT;
    feed.head = story.count;
    feed.events = pointers;
    for (uint64_t i = follow->after; i < story.count && feed.n_events < FEED_EVENTS_MAX;
         i++, feed.n_events++) {
        concordat__v1__feed_event__init(&events[feed.n_events]);
        events[feed.n_events].event = (ProtobufCBinaryData){story.events[i].size, story.events[i].body};
        events[feed.n_events].chain = (ProtobufCBinaryData){CHAIN_BYTES, story.events[i].chain};
        pointers[feed.n_events] = &events[feed.n_events];
    }
    message->body_case = CONCORDAT__V1__MESSAGE__BODY_FEED;
    message->feed = &feed;
    send_message(route, message);
}

/* Answers one request as the broker would; gives back what was asked to follow from, or -1. */
static int64_t answer(struct server_message *received)
{
    struct wire_fault fault;
    Concordat__V1__Request *request = wire_unpack_request(received->bytes, received->size, &arena, &fault);
    assert_non_null(request);
    uint8_t session[16] = {1};
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.command_id = request->command_id;
    Concordat__V1__Welcome welcome = CONCORDAT__V1__WELCOME__INIT;
    Concordat__V1__Pong pong = CONCORDAT__V1__PONG__INIT;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.role = CONCORDAT__V1__ROLE__ROLE_AUDITOR;
    welcome.ping_seconds = 10;
    welcome.session = pong.session = (ProtobufCBinaryData){sizeof session, session};
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_FOLLOW) {
        answer_follow(&received->route, request->follow, &message);
        return (int64_t)request->follow->after;
    }
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_HELLO) {
        message.body_case = CONCORDAT__V1__MESSAGE__BODY_WELCOME;
        message.welcome = &welcome;
    } else {
        assert_int_equal(request->command_case, CONCORDAT__V1__REQUEST__COMMAND_PING);
        message.body_case = CONCORDAT__V1__MESSAGE__BODY_PONG;
        message.pong = &pong;
    }
    send_message(&received->route, &message);
    return -1;
}

/* Serves until the follower has asked for what comes after `after` (which says that it has that on disk), or
 * has ended. True where it asked. */
static bool serve_until_asked(pid_t child, uint64_t after, int *ended)
{
    for (int64_t until = now_ms() + PATIENCE_MS; now_ms() < until;) {
        zmq_pollitem_t item = {.socket = server_socket(server), .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, 50);
        struct server_message received;
        while (server_receive(server, &received)) {
            int64_t asked = answer(&received);
            if (asked >= 0 && (uint64_t)asked >= after)
                return true;
        }
        if (waitpid(child, ended, WNOHANG) == child)
            return false;
    }
    fail_msg("nothing came in time");
    return false;
}

static int stop(pid_t child, int signal_number)
{
    int ended;
    kill(child, signal_number);
    assert_int_equal(waitpid(child, &ended, 0), child);
    return ended;
}

static void assert_trail_holds_the_story(void)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    story.trail = trail_open(trail_path, message, sizeof message);
    assert_non_null(story.trail);
    uint8_t chain[CHAIN_BYTES];
    assert_int_equal(trail_head(story.trail, chain), story.count);
    assert_memory_equal(chain, story.events[story.count - 1].chain, CHAIN_BYTES);
    assert_string_equal(story_ask(&story, "SELECT count(*) FROM alarm"), "0");
    story_close_trail(&story);
    FILE *nowhere = fopen("/dev/null", "w");
    assert_int_equal(verify_run(trail_path, nowhere, false, message, sizeof message), VERIFY_HOLDS);
    fclose(nowhere);
}

static void follows_to_the_head_and_stops_on_SIGTERM_with_0(void **state)
{
    (void)state;
    int ended;
    pid_t child = start_audit();
    assert_true(serve_until_asked(child, story.count, &ended));
    ended = stop(child, SIGTERM);
    assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
    assert_trail_holds_the_story();
}

static void killed_again_and_again_it_misses_nothing_and_doubles_nothing(void **state)
{
    (void)state;
    int ended;
    for (uint64_t after = 1; after < story.count; after += 6) {
        pid_t child = start_audit();
        assert_true(serve_until_asked(child, after, &ended));
        ended = stop(child, SIGKILL);
        assert_true(WIFSIGNALED(ended));
    }
    pid_t child = start_audit();
    assert_true(serve_until_asked(child, story.count, &ended));
    stop(child, SIGTERM);
    assert_trail_holds_the_story();
}

/* Follows to the end, then runs against another ledger, which is to end it with 111 and an alarm. */
static void expect_alarm(const char *text)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    int ended = 0;
    pid_t child = start_audit();
    assert_false(serve_until_asked(child, UINT64_MAX, &ended));
    assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 111);
    story.trail = trail_open(trail_path, message, sizeof message);
    assert_non_null(story.trail);
    assert_non_null(strstr(story_ask(&story, "SELECT text FROM alarm"), text));
    story_close_trail(&story);
}

static void follow_all(void)
{
    int ended;
    pid_t child = start_audit();
    assert_true(serve_until_asked(child, story.count, &ended));
    stop(child, SIGTERM);
}

static void a_ledger_rewritten_at_its_head_is_not_followed(void **state)
{
    (void)state;
    follow_all();
    story.events[story.count - 1].chain[0] ^= 1;
    expect_alarm("history has been rewritten");
}

static void a_ledger_that_was_cut_short_is_not_followed(void **state)
{
    (void)state;
    follow_all();
    story.count--;
    expect_alarm("history has been cut short");
    story.count++;
}

static void two_followers_of_one_trail_are_refused(void **state)
{
    (void)state;
    int ended;
    pid_t child = start_audit();
    assert_true(serve_until_asked(child, 1, &ended));
    pid_t second = start_audit();
    assert_int_equal(waitpid(second, &ended, 0), second);
    assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 111);
    stop(child, SIGTERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(follows_to_the_head_and_stops_on_SIGTERM_with_0),
        TEST(killed_again_and_again_it_misses_nothing_and_doubles_nothing),
        TEST(a_ledger_rewritten_at_its_head_is_not_followed),
        TEST(a_ledger_that_was_cut_short_is_not_followed),
        TEST(two_followers_of_one_trail_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
