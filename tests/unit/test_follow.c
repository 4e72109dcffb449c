/* test_follow.c: concordat-audit as a process of its own, and follow.h in this one, following a real,
 * authenticated feed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/client/follow.h"
#include "proto/server/server.h"
#include "proto/wire/wire.h"
#include "proto/words/now.h"
#include "services/audit/verify.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/story.h"

enum { FEED_EVENTS_MAX = 3, TOO_MANY_EVENTS = 501, PATIENCE_MS = 30000, STEP_MS = 20 };

/* How this server answers a Follow. */
enum feed_form { FEED_AS_IT_IS, FEED_CUT_SHORT, FEED_TOO_LONG, FEED_BEYOND_ITS_HEAD, FEED_REFUSED };

static struct story story; /* what the ledger holds */
static struct server *server;
static struct arena arena;
static enum feed_form feed_form;
static char folder[FOLDER_PATH_BYTES], endpoint[128], state_folder[128], trail_path[160];

static char *path_in_folder(const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", folder, name);
    return path;
}

static void open_story_server(void)
{
    char message[256], path[256], keys[256];
    server = server_open(&(struct server_config){.endpoint = endpoint,
                                                 .key_path = path_in_folder("broker.key_secret", path),
                                                 .keys_folder = path_in_folder("keys", keys),
                                                 .message_bytes_max = WIRE_REQUEST_BYTES_MAX},
                         message, sizeof message);
    if (!server)
        fail_msg("%s", message);
}

static int open_server_of_a_story(void **state)
{
    (void)state;
    char message[256], path[256], keys[256], other[256];
    story_open(&story);
    story_close_trail(&story);
    story_of_a_day(&story);
    feed_form = FEED_AS_IT_IS;
    assert_int_equal(folder_make(folder, "follow"), 0);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/broker", folder);
    snprintf(state_folder, sizeof state_folder, "%s/state", folder);
    snprintf(trail_path, sizeof trail_path, "%s/trail.db", state_folder);
    assert_int_equal(mkdir(path_in_folder("keys", keys), 0700), 0);
    assert_int_equal(keys_make(folder, "broker", "server", "broker", message, sizeof message), 0);
    assert_int_equal(keys_make(folder, "auditor", "auditor", "ZZ5", message, sizeof message), 0);
    assert_int_equal(rename(path_in_folder("auditor.key", path), path_in_folder("keys/auditor.key", other)),
                     0);
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    open_story_server();
    return 0;
}

static int close_server_of_a_story(void **state)
{
    (void)state;
    server_close(&server);
    arena_close(&arena);
    story_close(&story);
    return folder_remove(folder);
}

static pid_t start_audit(void)
{
    char broker_key[256], key[256], figures[256];
    path_in_folder("figures.prom", figures);
    path_in_folder("broker.key", broker_key);
    path_in_folder("auditor.key_secret", key);
    pid_t child = fork();
    if (child == 0) {
        execl(AUDIT_PROGRAM, AUDIT_PROGRAM, "--broker", endpoint, "--broker-key", broker_key, "--key", key,
              "--state", state_folder, "--metrics", figures, (char *)NULL);
        _exit(127);
    }
    return child;
}

static void send_to_follower(const struct server_route *route, const Concordat__V1__Message *message)
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
    static Concordat__V1__FeedEvent events[TOO_MANY_EVENTS], *pointers[TOO_MANY_EVENTS];
    Concordat__V1__Feed feed = CONCORDAT__V1__FEED__INIT;
    size_t most = feed_form == FEED_TOO_LONG ? TOO_MANY_EVENTS : FEED_EVENTS_MAX;
    feed.head = feed_form == FEED_CUT_SHORT         ? 1
                : feed_form == FEED_BEYOND_ITS_HEAD ? follow->after
                                                    : story.count;
    feed.events = pointers;
    for (uint64_t i = follow->after; i < story.count && feed.n_events < most; feed.n_events++) {
        concordat__v1__feed_event__init(&events[feed.n_events]);
        events[feed.n_events].event = (ProtobufCBinaryData){story.events[i].size, story.events[i].body};
        events[feed.n_events].chain = (ProtobufCBinaryData){CHAIN_BYTES, story.events[i].chain};
        events[feed.n_events].other = (ProtobufCBinaryData){CHAIN_BYTES, story.events[i].reduced};
        pointers[feed.n_events] = &events[feed.n_events];
        i += feed_form != FEED_TOO_LONG; /* which gives the same event again and again */
    }
    message->body_case = CONCORDAT__V1__MESSAGE__BODY_FEED;
    message->feed = &feed;
    send_to_follower(route, message);
}

static void refuse_follow(const struct server_route *route, Concordat__V1__Message *message)
{
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_NOT_ALLOWED;
    answer.text = (char[]){"only an auditor may follow"};
    message->body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message->answer = &answer;
    send_to_follower(route, message);
}

/* Answers one request as the broker would. Returns the number that was asked to follow from, or -1. */
static int64_t answer_request(struct server_message *received)
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
        if (feed_form == FEED_REFUSED)
            refuse_follow(&received->route, &message);
        else
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
    send_to_follower(&received->route, &message);
    return -1;
}

/* Serves until the follower has asked for what comes after `after`, which says that it has that on disk:
 * true. False if it ended before. */
static bool serve_until_asked(pid_t child, uint64_t after, int *ended)
{
    for (int64_t until = now_monotonic_ms() + PATIENCE_MS; now_monotonic_ms() < until;) {
        zmq_pollitem_t item = {.socket = server_socket(server), .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, 50);
        struct server_message received;
        while (server_receive(server, &received)) {
            int64_t asked = answer_request(&received);
            if (asked >= 0 && (uint64_t)asked >= after)
                return true;
        }
        if (waitpid(child, ended, WNOHANG) == child)
            return false;
    }
    fail_msg("nothing came in time");
    return false;
}

static int stop_audit(pid_t child, int signal_number)
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
    ended = stop_audit(child, SIGTERM);
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
        ended = stop_audit(child, SIGKILL);
        assert_true(WIFSIGNALED(ended));
    }
    pid_t child = start_audit();
    assert_true(serve_until_asked(child, story.count, &ended));
    stop_audit(child, SIGTERM);
    assert_trail_holds_the_story();
}

static void assert_figure_is_told(const char *line)
{
    char path[256], text[8192];
    FILE *file = fopen(path_in_folder("figures.prom", path), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(text, line));
}

/* Runs against a ledger that is not the one in the trail: that must end it with 111 and an alarm. */
static void assert_ends_with_alarm(const char *text)
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
    assert_figure_is_told("concordat_audit_alarms{unit=\"figures\"} 1\n");
}

static void follow_to_the_head(void)
{
    int ended;
    pid_t child = start_audit();
    assert_true(serve_until_asked(child, story.count, &ended));
    stop_audit(child, SIGTERM);
}

static void a_ledger_rewritten_at_its_head_is_not_followed(void **state)
{
    (void)state;
    follow_to_the_head();
    story.events[story.count - 1].chain[0] ^= 1;
    assert_ends_with_alarm("history has been rewritten");
}

static void a_ledger_that_was_cut_short_is_not_followed(void **state)
{
    (void)state;
    follow_to_the_head();
    story.count--;
    assert_ends_with_alarm("history has been cut short");
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
    stop_audit(child, SIGTERM);
}

/* --- a follower in this process --------------------------------------------------------------------- */

struct follower {
    uint64_t first;   /* the event that must come first */
    uint64_t next;    /* the event that must come now; 0 before the first */
    uint64_t stop_at; /* this one is not taken */
};

static bool take_in_order(void *context, const struct chained_event *events, size_t count)
{
    struct follower *follower = context;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        uint64_t seq = follower->next ? follower->next : follower->first;
        assert_true(seq <= story.count);
        assert_int_equal(events[i].size, story.events[seq - 1].size);
        assert_memory_equal(events[i].body, story.events[seq - 1].body, events[i].size);
        assert_memory_equal(events[i].chain, story.events[seq - 1].chain, CHAIN_BYTES);
        if (seq == follower->stop_at)
            return false;
        follower->next = seq + 1;
    }
    return true;
}

static struct concordat_follow *open_follow(uint64_t have)
{
    char message[256], broker_key[256], key[256];
    path_in_folder("broker.key", broker_key);
    path_in_folder("auditor.key_secret", key);
    struct concordat_follow *follow = concordat_follow_open(
        &(struct concordat_client_config){
            .endpoint = endpoint, .server_key_path = broker_key, .key_path = key, .software = "a follower"},
        have, message, sizeof message);
    if (!follow)
        fail_msg("%s", message);
    return follow;
}

/* Serves and follows in turns until the follower has come to event `until`, or to an end, which is returned.
 */
static enum concordat_follow_status follow_in_turns(struct concordat_follow *follow,
                                                    struct follower *follower, uint64_t until)
{
    enum concordat_follow_status status = FOLLOW_GOES_ON;
    int64_t give_up_ms = now_monotonic_ms() + PATIENCE_MS;
    while (status == FOLLOW_GOES_ON && follower->next <= until) {
        struct server_message received;
        while (server_receive(server, &received))
            answer_request(&received);
        status = concordat_follow_next(follow, STEP_MS, take_in_order, follower);
        assert_true(now_monotonic_ms() < give_up_ms);
    }
    return status;
}

static void a_follower_is_handed_every_event_with_its_chain_value(void **state)
{
    (void)state;
    struct follower follower = {.first = 1};
    struct concordat_follow *follow = open_follow(0);
    assert_false(concordat_follow_stands(follow).connected);
    assert_int_equal(concordat_follow_stands(follow).head, 0);
    assert_int_equal(follow_in_turns(follow, &follower, 1), FOLLOW_GOES_ON);
    assert_true(concordat_follow_stands(follow).connected);
    assert_int_equal(concordat_follow_stands(follow).head, story.count); /* more than it has yet */
    assert_int_equal(follow_in_turns(follow, &follower, story.count), FOLLOW_GOES_ON);
    concordat_follow_close(&follow);
    assert_null(follow);
}

static void a_follower_is_handed_its_newest_event_once_more_and_goes_on(void **state)
{
    (void)state;
    struct follower follower = {.first = 5};
    struct concordat_follow *follow = open_follow(5);
    assert_int_equal(follow_in_turns(follow, &follower, 5), FOLLOW_GOES_ON);
    server_close(&server); /* the broker is away, and another comes */
    open_story_server();
    assert_int_equal(follow_in_turns(follow, &follower, story.count), FOLLOW_GOES_ON);
    concordat_follow_close(&follow);
}

static void a_follower_that_does_not_take_an_event_ends_the_follow(void **state)
{
    (void)state;
    struct follower follower = {.first = 1, .stop_at = 8};
    struct concordat_follow *follow = open_follow(0);
    assert_int_equal(follow_in_turns(follow, &follower, story.count), FOLLOW_STOPPED);
    assert_int_equal(follower.next, 8);
    concordat_follow_close(&follow);
}

static void a_feed_that_cannot_be_the_ledgers_is_broken(void **state)
{
    (void)state;
    static const struct {
        enum feed_form form;
        const char *says;
    } forms[] = {{FEED_CUT_SHORT, "history has been cut short"},
                 {FEED_BEYOND_ITS_HEAD, "history has been cut short"},
                 {FEED_TOO_LONG, "more events than were asked for"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct follower follower = {.first = 3};
        struct concordat_follow *follow = open_follow(3);
        feed_form = forms[i].form;
        assert_int_equal(follow_in_turns(follow, &follower, story.count), FOLLOW_BROKEN);
        assert_non_null(strstr(concordat_follow_message(follow), forms[i].says));
        assert_int_equal(follower.next, 0);
        concordat_follow_close(&follow);
    }
}

static void a_follower_that_is_refused_is_told_why(void **state)
{
    (void)state;
    struct follower follower = {.first = 1};
    struct concordat_follow *follow = open_follow(0);
    feed_form = FEED_REFUSED;
    assert_int_equal(follow_in_turns(follow, &follower, story.count), FOLLOW_REFUSED);
    assert_non_null(strstr(concordat_follow_message(follow), "only an auditor may follow"));
    concordat_follow_close(&follow);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_server_of_a_story, close_server_of_a_story)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(follows_to_the_head_and_stops_on_SIGTERM_with_0),
        TEST(killed_again_and_again_it_misses_nothing_and_doubles_nothing),
        TEST(a_ledger_rewritten_at_its_head_is_not_followed),
        TEST(a_ledger_that_was_cut_short_is_not_followed),
        TEST(two_followers_of_one_trail_are_refused),
        TEST(a_follower_is_handed_every_event_with_its_chain_value),
        TEST(a_follower_is_handed_its_newest_event_once_more_and_goes_on),
        TEST(a_follower_that_does_not_take_an_event_ends_the_follow),
        TEST(a_feed_that_cannot_be_the_ledgers_is_broken),
        TEST(a_follower_that_is_refused_is_told_why),
    };
    /* A story does not follow by the router's rules, so that verify must not find the program that asks. */
    setenv("PATH", "/nonexistent", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
