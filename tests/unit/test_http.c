/* HTTP over a real unix socket, on a clock of the test's own: what is slow is cut, and answers may come
 * later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/gateway/http.h"
#include "services/gateway/limits.h"
#include "services/gateway/listen.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/http_peer.h"

/* As many as the server has room for: more than there may be of the longest forms. */
enum { FORMS = HTTP_BODIES_BYTES_MAX / HTTP_BODY_BYTES_MAX, CONNECTIONS = FORMS + 2 };
/* A tenth of the connections is for pages. */
enum { BOARDS = CONNECTIONS - CONNECTIONS / 10 };

static char folder[FOLDER_PATH_BYTES], address[FOLDER_PATH_BYTES + 16];
static struct http *http;
static struct http_request *kept; /* that is answered later */
static unsigned handled, gone;
static struct stream *stream; /* the latest that was begun; NULL: none could be, or its reader went */

static const struct http_answer fine = {.status = 200, .type = "text/plain", .text = "fine", .size = 4};

static void reader_went(void *context)
{
    assert_ptr_equal(context, &gone);
    gone++;
    stream = NULL;
}

static void handle(void *context, struct http_request *request)
{
    static const struct http_answer full = {.status = 503, .type = HTTP_EVENTS, .text = "full", .size = 4};
    (void)context;
    handled++;
    if (strcmp(http_path(request), "/later") == 0)
        kept = request;
    else if (strcmp(http_path(request), "/board") == 0 &&
             !(stream = http_stream(request, reader_went, &gone)))
        http_give(request, &full);
    else if (stream)
        return;
    else
        http_give(request, &fine);
}

static int begin(void **state)
{
    char message[400];
    int listening;
    (void)state;
    kept = NULL;
    stream = NULL;
    handled = gone = 0;
    if (folder_make(folder, "http") != 0)
        return -1;
    snprintf(address, sizeof address, "unix:%s/s", folder);
    if (listen_open(address, &listening, message, sizeof message) != LISTEN_GOOD)
        return -1;
    http = http_open(listening, HTTP_DESCRIPTORS_KEPT + CONNECTIONS, handle, NULL, message, sizeof message);
    return http ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    http_close(&http);
    return folder_remove(folder);
}

static int call(void)
{
    return peer_call(address + strlen("unix:"));
}

static void turn(int64_t now_ms)
{
    peer_turn(http, now_ms);
}

static void a_request_is_answered_and_the_connection_lives_on(void **state)
{
    (void)state;
    int fd = call();
    for (int i = 0; i < 3; i++) {
        peer_say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        turn(i);
        const char *said = peer_hear(fd);
        assert_non_null(said);
        assert_non_null(strstr(said, "HTTP/1.1 200 OK\r\n"));
        assert_non_null(strstr(said, "\r\n\r\nfine"));
    }
    close(fd);
}

static void an_answer_may_come_later(void **state)
{
    (void)state;
    int fd = call(), other = call();
    peer_say(
        fd,
        "POST /later HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b");
    turn(0);
    assert_non_null(kept);
    size_t size;
    assert_string_equal(http_form(kept, &size), "a=b");
    assert_int_equal(size, 3);
    peer_say(other, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(1);
    assert_non_null(strstr(peer_hear(other), "fine"));
    assert_string_equal(peer_hear(fd), "");
    http_give(kept, &fine);
    turn(2);
    assert_non_null(strstr(peer_hear(fd), "fine"));
    close(fd);
    close(other);
}

static void who_went_before_the_answer_harms_nothing(void **state)
{
    (void)state;
    int fd = call();
    peer_say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(0);
    assert_non_null(kept);
    close(fd);
    turn(1);
    http_give(kept, &fine);
    turn(2);
}

static void what_waits_at_the_end_is_let_go(void **state)
{
    (void)state;
    int fd = call();
    peer_say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(0);
    assert_non_null(kept);
    http_close(&http);
    close(fd);
}

/* Each sends a little more before each look, so that the library's own timeout would never come. */
static void who_is_slow_is_cut_however_much_they_drip(void **state)
{
    static const char *const begun[] = {
        "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 999\r\n\r\n",
        "G"};
    (void)state;
    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++) {
        int64_t start_ms = (int64_t)i * 1000 * 1000;
        turn(start_ms);
        int fd = call();
        peer_say(fd, begun[i]);
        for (int64_t at_ms = start_ms; at_ms < start_ms + HTTP_REQUEST_MS; at_ms += HTTP_LOOK_MS) {
            turn(at_ms);
            assert_non_null(peer_hear(fd));
            peer_say(fd, "a");
        }
        turn(start_ms + HTTP_REQUEST_MS);
        assert_null(peer_hear(fd));
        close(fd);
    }
    assert_int_equal(handled, 0);
}

static void who_has_been_answered_has_the_whole_time_again(void **state)
{
    (void)state;
    int fd = call();
    turn(0);
    peer_say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(HTTP_REQUEST_MS - 1);
    assert_non_null(strstr(peer_hear(fd), "fine"));
    turn(2 * HTTP_REQUEST_MS - 2);
    assert_string_equal(peer_hear(fd), "");
    turn(2 * HTTP_REQUEST_MS + HTTP_LOOK_MS);
    assert_null(peer_hear(fd));
    close(fd);
}

static void a_connection_too_many_waits_until_another_ends(void **state)
{
    int fds[CONNECTIONS + 1];
    (void)state;
    for (int i = 0; i <= CONNECTIONS; i++) {
        fds[i] = call();
        peer_say(fds[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    turn(0);
    for (int i = 0; i <= CONNECTIONS; i++)
        assert_int_equal(strstr(peer_hear(fds[i]), "fine") != NULL, i < CONNECTIONS);
    close(fds[0]);
    turn(1);
    turn(2); /* the library listens again when it is asked again */
    assert_non_null(strstr(peer_hear(fds[CONNECTIONS]), "fine"));
    for (int i = 1; i <= CONNECTIONS; i++)
        close(fds[i]);
}

static void forms_take_so_much_memory_and_the_next_one_is_refused(void **state)
{
    char head[200];
    int fds[FORMS + 1];
    (void)state;
    snprintf(
        head, sizeof head,
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        "%d\r\n\r\n",
        HTTP_BODY_BYTES_MAX);
    for (int i = 0; i < FORMS; i++) {
        fds[i] = call();
        peer_say(fds[i], head);
    }
    turn(0);
    for (int i = 0; i < FORMS; i++)
        assert_string_equal(peer_hear(fds[i]), "");
    for (int64_t at_ms = 1; at_ms <= 2; at_ms++) {
        fds[FORMS] = call();
        peer_say(fds[FORMS], head);
        turn(at_ms);
        assert_int_equal(strstr(peer_hear(fds[FORMS]), "HTTP/1.1 503 ") != NULL, at_ms == 1);
        close(fds[FORMS]);
        close(fds[at_ms - 1]); /* and makes room for the next one */
        turn(at_ms);
    }
    for (int i = 2; i < FORMS; i++)
        close(fds[i]);
}

/* --- streams ---------------------------------------------------------------------------------------------
 */

static const char board[] = "GET /board HTTP/1.1\r\nHost: x\r\n\r\n";

static struct stream *open_stream(int *fd, int64_t now_ms)
{
    *fd = call();
    peer_say(*fd, board);
    turn(now_ms);
    assert_non_null(strstr(peer_hear(*fd), "\r\nContent-Type: text/event-stream\r\n"));
    assert_non_null(stream);
    return stream;
}

static void put(struct stream *to, const char *text)
{
    struct chunk *chunk = chunk_make(text, strlen(text));
    assert_non_null(chunk);
    stream_put(to, chunk);
    chunk_drop(&chunk);
}

static void a_stream_stays_open_and_sends_in_order(void **state)
{
    int fd;
    (void)state;
    struct stream *one = open_stream(&fd, 0);
    for (int64_t at_ms = 0; at_ms < 10 * HTTP_REQUEST_MS; at_ms += HTTP_REQUEST_MS) {
        put(one, "first ");
        put(one, "second");
        turn(at_ms);
        assert_string_equal(peer_hear(fd), "C\r\nfirst second\r\n");
    }
    put(one, "last");
    stream_end(one);
    turn(10 * HTTP_REQUEST_MS - 1);
    assert_string_equal(peer_hear(fd), "4\r\nlast\r\n0\r\n\r\n");
    stream = NULL;
    peer_say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(11 * HTTP_REQUEST_MS - 2);
    assert_non_null(strstr(peer_hear(fd), "fine"));
    assert_int_equal(gone, 0);
    close(fd);
}

static void who_put_into_a_stream_is_told_that_its_reader_went(void **state)
{
    int fd;
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct stream *one = open_stream(&fd, i);
        if (i == 1)
            put(one, "on its way");
        if (i == 2)
            stream_end(one);
        close(fd);
        turn(i);
        assert_int_equal(gone, i < 2 ? i + 1 : 2);
    }
    fd = call();
    stream = NULL;
    peer_say(fd, "HEAD /board HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(9);
    assert_int_equal(gone, 3);
    close(fd);
}

static void who_does_not_read_is_cut_and_the_others_miss_nothing(void **state)
{
    static char text[STREAM_BYTES_MAX / 64];
    int slow_fd, fd;
    size_t heard = 0, said = 0;
    (void)state;
    memset(text, 'x', sizeof text);
    struct chunk *chunk = chunk_make(text, sizeof text);
    struct stream *slow = open_stream(&slow_fd, 0), *one = open_stream(&fd, 0);
    while (gone == 0 && said < 64 * sizeof text + STREAM_BYTES_MAX * 16) {
        stream_put(slow, chunk);
        stream_put(one, chunk);
        said += sizeof text;
        turn(1);
        for (const char *part; *(part = peer_hear(fd)); turn(1))
            heard += strlen(part);
    }
    assert_int_equal(gone, 1);
    assert_true(said > STREAM_BYTES_MAX);
    assert_true(heard > said); /* sizes of the parts are in it */
    stream_end(one);
    chunk_drop(&chunk);
    close(fd);
    close(slow_fd);
}

/* Also not for ever, once nothing more is put. */
static void who_does_not_take_the_end_is_cut(void **state)
{
    static char text[STREAM_BYTES_MAX - 1];
    int fds[2];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 2; i++) {
        struct stream *one = open_stream(&fds[i], 0);
        for (int parts = 0; parts < 3; parts++, turn(0))
            if (stream)
                put(one, text);
        if (stream)
            stream_end(one);
    }
    turn(HTTP_REQUEST_MS + HTTP_LOOK_MS);
    for (int i = 0; i < 2; i++) {
        const char *part;
        while ((part = peer_hear(fds[i])) && *part)
            continue;
        assert_null(part);
        close(fds[i]);
    }
}

static void a_stream_too_many_is_refused_until_another_ends(void **state)
{
    int fds[BOARDS + 1];
    (void)state;
    for (int i = 0; i < BOARDS; i++)
        open_stream(&fds[i], i);
    fds[BOARDS] = call();
    peer_say(fds[BOARDS], board);
    turn(BOARDS);
    assert_non_null(strstr(peer_hear(fds[BOARDS]), "HTTP/1.1 503 "));
    close(fds[BOARDS]);
    close(fds[0]);
    turn(BOARDS);
    assert_int_equal(gone, 1);
    open_stream(&fds[0], BOARDS);
    for (int i = 0; i < BOARDS; i++)
        close(fds[i]);
    turn(BOARDS);
    assert_int_equal(gone, BOARDS + 1);
}

static void what_was_put_before_the_end_is_heard(void **state)
{
    int fd;
    (void)state;
    struct stream *one = open_stream(&fd, 0);
    put(one, "bye");
    stream_end(one);
    http_close(&http);
    assert_string_equal(peer_hear(fd), "3\r\nbye\r\n0\r\n\r\n");
    close(fd);
}

static void only_this_machine_is_listened_on(void **state)
{
    static const char *const wrong[] = {"0.0.0.0:80",    "[::]:80",     "localhost:80",    "127.0.0.1",
                                        "127.0.0.1:",    "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.2:80",
                                        "unix:relative", "unix:",       "127.0.0.1:-1",    ":80"};
    char message[400];
    int fd;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(listen_open(wrong[i], &fd, message, sizeof message), LISTEN_WRONG);
        assert_int_equal(fd, -1);
        assert_non_null(strstr(message, "Give unix:/PATH, 127.0.0.1:PORT"));
    }
    assert_int_equal(listen_open("127.0.0.1:0", &fd, message, sizeof message), LISTEN_GOOD);
    close(fd);
}

static void a_live_socket_is_not_taken_and_a_dead_one_is_replaced(void **state)
{
    char message[400];
    int fd;
    (void)state;
    assert_int_equal(listen_open(address, &fd, message, sizeof message), LISTEN_ENVIRONMENT);
    http_close(&http);
    assert_int_equal(listen_open(address, &fd, message, sizeof message), LISTEN_GOOD);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_is_answered_and_the_connection_lives_on, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_may_come_later, begin, end),
        cmocka_unit_test_setup_teardown(who_went_before_the_answer_harms_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_waits_at_the_end_is_let_go, begin, end),
        cmocka_unit_test_setup_teardown(who_is_slow_is_cut_however_much_they_drip, begin, end),
        cmocka_unit_test_setup_teardown(who_has_been_answered_has_the_whole_time_again, begin, end),
        cmocka_unit_test_setup_teardown(a_connection_too_many_waits_until_another_ends, begin, end),
        cmocka_unit_test_setup_teardown(forms_take_so_much_memory_and_the_next_one_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_stream_stays_open_and_sends_in_order, begin, end),
        cmocka_unit_test_setup_teardown(who_put_into_a_stream_is_told_that_its_reader_went, begin, end),
        cmocka_unit_test_setup_teardown(who_does_not_read_is_cut_and_the_others_miss_nothing, begin, end),
        cmocka_unit_test_setup_teardown(who_does_not_take_the_end_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(a_stream_too_many_is_refused_until_another_ends, begin, end),
        cmocka_unit_test_setup_teardown(what_was_put_before_the_end_is_heard, begin, end),
        cmocka_unit_test_setup_teardown(only_this_machine_is_listened_on, begin, end),
        cmocka_unit_test_setup_teardown(a_live_socket_is_not_taken_and_a_dead_one_is_replaced, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
