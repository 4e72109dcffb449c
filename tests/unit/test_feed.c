/* What boards hear: each entry once and in order, also after a break; and when they must fetch their page
 * anew. Over real connections, on a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "services/gateway/feed.h"
#include "services/gateway/limits.h"
#include "services/gateway/listen.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/http_peer.h"

enum { HEARD_BYTES = 64 * 1024 };

static char folder[FOLDER_PATH_BYTES], path[FOLDER_PATH_BYTES + 16];
static char position[FEED_POSITION_BYTES]; /* as it was asked for last */
static struct http *http;
static struct feed *feed;
static uint64_t ended_session, locked_session;
static const char *follows; /* the desk of the next board */
static uint64_t session;    /* and its session */

/* A desk is told from another by its address alone. */
static const struct desk *desk_named(const char *name)
{
    static const char desks[2];
    return (const struct desk *)(const void *)&desks[name[0] - 'a'];
}

static void handle(void *context, struct http_request *request)
{
    const char *after = http_header(request, "Last-Event-ID");
    (void)context;
    feed_follow(feed, (struct feed_reader){desk_named(follows), session, http_query(request, "wall")},
                after ? after : http_query(request, "after"), request);
}

static enum feed_sight sees(void *context, uint64_t number, bool is_wall)
{
    (void)context;
    return number == ended_session               ? FEED_SEES_NOTHING
           : is_wall || number == locked_session ? FEED_SEES_WITHOUT
                                                 : FEED_SEES_ALL;
}

static int begin(void **state)
{
    char message[400], address[sizeof path + 8];
    int listening;
    (void)state;
    follows = "a";
    session = 1;
    ended_session = 0;
    if (folder_make(folder, "feed") != 0)
        return -1;
    snprintf(path, sizeof path, "%s/s", folder);
    snprintf(address, sizeof address, "unix:%s", path);
    if (listen_open(address, &listening, message, sizeof message) != LISTEN_GOOD)
        return -1;
    http = http_open(listening, HTTP_DESCRIPTORS_KEPT + 100, handle, NULL, message, sizeof message);
    locked_session = 0;
    feed = feed_open(sees, NULL);
    return http && feed ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    feed_close(&feed);
    http_close(&http);
    return folder_remove(folder);
}

static const char *position_now(void)
{
    feed_position(feed, position);
    return position;
}

static void turn(int64_t turn_ms)
{
    feed_turn(feed, turn_ms, 1000000 + turn_ms);
    peer_turn(http, turn_ms);
}

/* Everything that has come, without the sizes of the parts that it came in, which end with \r\n. */
static const char *hear(int fd)
{
    static char heard[HEARD_BYTES];
    size_t size = 0;
    heard[0] = '\0';
    for (const char *said; (said = peer_hear(fd)) && *said; peer_turn(http, 0))
        size += (size_t)snprintf(heard + size, sizeof heard - size, "%s", said);
    return heard;
}

static int open_board(const char *after, const char *last_event_id)
{
    char request[256];
    int fd = peer_call(path);
    snprintf(request, sizeof request, "GET /events?after=%s HTTP/1.1\r\nHost: x\r\n%s%s%s\r\n", after,
             last_event_id ? "Last-Event-ID: " : "", last_event_id ? last_event_id : "",
             last_event_id ? "\r\n" : "");
    peer_say(fd, request);
    peer_turn(http, 0);
    return fd;
}

/* An element that has the same for everybody but this. */
static void put_whole(const char *desk, const char *html, size_t size)
{
    feed_put(feed, desk_named(desk), (struct feed_form){html, size}, (struct feed_form){"<i>", 3});
}

/* An entry of a number, whose element says it. */
static void put(const char *desk, unsigned number)
{
    char html[32];
    int size = snprintf(html, sizeof html, "<p id=\"e\">%u</p>", number);
    put_whole(desk, html, (size_t)size);
}

/* The board hears of these numbers once, in this order, and of no others. */
static void hears_numbers(int fd, unsigned first, unsigned last)
{
    const char *at = hear(fd);
    for (unsigned number = first; number <= last; number++) {
        char data[48];
        snprintf(data, sizeof data, "event: put\ndata: <p id=\"e\">%u</p>\n\n", number);
        at = strstr(at, data);
        assert_non_null(at);
        at += strlen(data);
    }
    assert_null(strstr(at, "event: put"));
}

static void boards_hear_what_happens_at_their_own_desk(void **state)
{
    (void)state;
    int one = open_board(position_now(), NULL), other = open_board(position, NULL);
    follows = "b";
    int elsewhere = open_board(position, NULL);
    assert_non_null(strstr(hear(one), "\r\n\r\nD\r\nretry: 2000\n\n\r\n"));
    put("a", 1);
    put("b", 2);
    put_whole("a", "two\nlines\r", 10);
    feed_gone(feed, desk_named("a"), "case-R-0412");
    feed_changed(feed, desk_named("a"), "an-id 7");
    turn(0);
    const char *said = hear(one);
    assert_non_null(strstr(said, "-1\nevent: put\ndata: <p id=\"e\">1</p>\n\n"));
    assert_non_null(strstr(said, "-3\nevent: put\ndata: two\ndata: lines \n\n"));
    assert_non_null(strstr(said, "-4\nevent: gone\ndata: case-R-0412\n\n"));
    assert_non_null(strstr(said, "-5\nevent: changed\ndata: an-id 7\n\n"));
    assert_non_null(strstr(hear(other), "-4\nevent: gone\n"));
    said = hear(elsewhere);
    assert_non_null(strstr(said, "-2\nevent: put\n"));
    assert_null(strstr(said, "case-R-0412"));
    close(one);
    close(other);
    close(elsewhere);
}

/* Whether it happened before the board came, or afterwards. */
static void a_locked_session_and_a_wall_hear_nothing_personal(void **state)
{
    char before[FEED_POSITION_BYTES], at_the_wall[FEED_POSITION_BYTES + 8];
    (void)state;
    strcpy(before, position_now());
    put("a", 1);
    locked_session = session = 2;
    int locked = open_board(before, NULL);
    session = 1;
    snprintf(at_the_wall, sizeof at_the_wall, "%s&wall=1", before);
    int wall = open_board(at_the_wall, NULL), open = open_board(before, NULL);
    put("a", 2);
    turn(0);
    for (int i = 0; i < 2; i++) {
        const char *said = hear(i ? wall : locked);
        assert_null(strstr(said, "<p"));
        assert_non_null(strstr(said, "-1\nevent: put\ndata: <i>\n\n"));
        assert_non_null(strstr(said, "-2\nevent: put\ndata: <i>\n\n"));
    }
    hears_numbers(open, 1, 2);
    locked_session = 0;
    put("a", 3);
    turn(0);
    hears_numbers(locked, 3, 3);
    close(locked);
    close(wall);
    close(open);
}

/* Drawn lengths of absence; each time the board comes back with the last id that it heard. */
static void after_a_break_nothing_is_missed_and_nothing_comes_twice(void **state)
{
    unsigned number = 0, heard = 0;
    const char *seed = getenv("CONCORDAT_SEED");
    unsigned drawn = seed ? (unsigned)strtoul(seed, NULL, 10) : randombytes_random();
    char last[FEED_POSITION_BYTES];
    (void)state;
    print_message("CONCORDAT_SEED=%u\n", drawn);
    strcpy(last, position_now());
    for (int round = 0; round < 50; round++) {
        for (unsigned missed = drawn % 20; missed > 0; missed--)
            put(missed % 3 ? "a" : "b", missed % 3 ? ++number : 0);
        int fd = round % 2 ? open_board("none", last) : open_board(last, NULL);
        put("a", ++number);
        turn(round);
        hears_numbers(fd, heard + 1, number);
        heard = number;
        strcpy(last, position_now());
        close(fd);
        turn(round);
        drawn = drawn * 1103515245 + 12345;
    }
}

static void who_comes_too_late_or_from_another_life_fetches_the_page_anew(void **state)
{
    static const char *const wrong[] = {"", "-", "--1", "-+0", "-0x", "-1", "0-0", NULL};
    char first[FEED_POSITION_BYTES], after[FEED_POSITION_BYTES + 8];
    static char card[FEED_CATCH_UP_BYTES_MAX / 2];
    (void)state;
    strcpy(first, position_now());
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const int life = wrong[i] ? (int)strcspn(first, "-") : 0;
        snprintf(after, sizeof after, "%.*s%s", life, first, wrong[i] ? wrong[i] : "0123456789abcdef-0");
        int fd = open_board(after, NULL);
        assert_non_null(strstr(hear(fd), "\r\n\r\nevent: reload\ndata: 1\n\n"));
        close(fd);
    }
    memset(card, 'x', sizeof card);
    put_whole("a", card, sizeof card);
    put_whole("a", card, sizeof card);
    int fd = open_board(first, NULL);
    assert_non_null(strstr(hear(fd), "event: reload\n"));
    close(fd);
    for (unsigned i = 0; i < FEED_ENTRIES_MAX; i++)
        put("b", i);
    fd = open_board(first, NULL);
    assert_non_null(strstr(hear(fd), "event: reload\n"));
    close(fd);
}

static void so_many_bytes_are_kept(void **state)
{
    static char card[HTML_BYTES_MAX];
    char before[FEED_POSITION_BYTES];
    (void)state;
    memset(card, 'x', sizeof card);
    strcpy(before, position_now());
    put("a", 1);
    for (unsigned bytes = 0; bytes < FEED_BYTES_MAX - sizeof card; bytes += sizeof card)
        put_whole("b", card, sizeof card - 250);
    int fd = open_board(before, NULL);
    hears_numbers(fd, 1, 1);
    close(fd);
    for (int i = 0; i < 2; i++)
        put_whole("b", card, sizeof card);
    fd = open_board(before, NULL);
    assert_non_null(strstr(hear(fd), "event: reload\n"));
    close(fd);
}

static void boards_hear_how_their_server_is_at_once_and_when_they_come(void **state)
{
    (void)state;
    feed_say_state(feed, desk_named("a"), FEED_WORKS, 5);
    int fd = open_board(position_now(), NULL);
    assert_non_null(strstr(hear(fd), "event: state\ndata: works 5\n\n"));
    feed_say_state(feed, desk_named("a"), FEED_WORKS, 6);
    feed_say_state(feed, desk_named("b"), FEED_AWAY, 7);
    turn(0);
    assert_null(strstr(hear(fd), "event: state"));
    feed_say_state(feed, desk_named("a"), FEED_AWAY, 8);
    feed_say_state(feed, desk_named("a"), FEED_BEHIND, 9);
    turn(0);
    assert_non_null(strstr(hear(fd), "event: state\ndata: away 8\n\nevent: state\ndata: behind 9\n\n"));
    close(fd);
}

static void beats_come_all_the_time(void **state)
{
    (void)state;
    int fd = open_board(position_now(), NULL);
    turn(0);
    assert_non_null(strstr(hear(fd), "event: beat\ndata: 1000000\n\n"));
    turn(FEED_BEAT_MS - 1);
    assert_string_equal(hear(fd), "");
    turn(FEED_BEAT_MS + FEED_LOOK_MS);
    assert_non_null(strstr(hear(fd), "event: beat\ndata: 1016000\n\n"));
    close(fd);
}

static void a_desk_has_a_board_while_one_is_open(void **state)
{
    (void)state;
    assert_false(feed_has_board(feed, desk_named("a")));
    int fd = open_board(position_now(), NULL);
    hear(fd);
    assert_true(feed_has_board(feed, desk_named("a")));
    assert_false(feed_has_board(feed, desk_named("b")));
    ended_session = session;
    turn(FEED_LOOK_MS);
    assert_false(feed_has_board(feed, desk_named("a")));
    close(fd);
}

static void a_stream_ends_with_its_session(void **state)
{
    (void)state;
    int one = open_board(position_now(), NULL);
    session = 2;
    int other = open_board(position, NULL);
    ended_session = 1;
    turn(0);
    put("a", 1);
    turn(0);
    const char *said = hear(one);
    assert_non_null(strstr(said, "event: signed-out\ndata: 1\n\n\r\n0\r\n\r\n"));
    assert_null(strstr(said, "event: put"));
    hears_numbers(other, 1, 1);
    close(one);
    close(other);
}

static void one_session_has_so_many_boards(void **state)
{
    int fds[FEED_BOARDS_OF_SESSION_MAX + 2];
    (void)state;
    for (int i = 0; i <= FEED_BOARDS_OF_SESSION_MAX; i++) {
        fds[i] = open_board(position_now(), NULL);
        assert_int_equal(strstr(hear(fds[i]), "event: busy\n") != NULL, i == FEED_BOARDS_OF_SESSION_MAX);
    }
    session = 2;
    fds[FEED_BOARDS_OF_SESSION_MAX + 1] = open_board(position, NULL);
    assert_null(strstr(hear(fds[FEED_BOARDS_OF_SESSION_MAX + 1]), "event: busy\n"));
    for (int i = 0; i < FEED_BOARDS_OF_SESSION_MAX + 2; i++)
        close(fds[i]);
}

static void boards_are_told_that_the_gateway_stops(void **state)
{
    (void)state;
    int fd = open_board(position_now(), NULL);
    feed_close(&feed);
    http_close(&http);
    const char *said = peer_hear(fd);
    assert_non_null(strstr(said, "event: restart\ndata: 1\n\n\r\n0\r\n\r\n"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(boards_hear_what_happens_at_their_own_desk, begin, end),
        cmocka_unit_test_setup_teardown(a_locked_session_and_a_wall_hear_nothing_personal, begin, end),
        cmocka_unit_test_setup_teardown(after_a_break_nothing_is_missed_and_nothing_comes_twice, begin, end),
        cmocka_unit_test_setup_teardown(who_comes_too_late_or_from_another_life_fetches_the_page_anew, begin,
                                        end),
        cmocka_unit_test_setup_teardown(so_many_bytes_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(boards_hear_how_their_server_is_at_once_and_when_they_come, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_desk_has_a_board_while_one_is_open, begin, end),
        cmocka_unit_test_setup_teardown(beats_come_all_the_time, begin, end),
        cmocka_unit_test_setup_teardown(a_stream_ends_with_its_session, begin, end),
        cmocka_unit_test_setup_teardown(one_session_has_so_many_boards, begin, end),
        cmocka_unit_test_setup_teardown(boards_are_told_that_the_gateway_stops, begin, end),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
