/* HTTP over a real unix socket, on a clock of the test's own: what is slow is cut, and answers may come
 * later. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/gateway/http.h"
#include "services/gateway/limits.h"
#include "services/gateway/listen.h"
#include "tests/worlds/folder.h"

/* As many as the server has room for: more than there may be of the longest forms. */
enum { FORMS = HTTP_BODIES_BYTES_MAX / HTTP_BODY_BYTES_MAX, CONNECTIONS = FORMS + 2 };

static char folder[FOLDER_PATH_BYTES], address[FOLDER_PATH_BYTES + 16];
static struct http *http;
static struct http_request *kept; /* that is answered later */
static unsigned handled;

static const struct http_answer fine = {.status = 200, .type = "text/plain", .text = "fine", .size = 4};

static void handle(void *context, struct http_request *request)
{
    (void)context;
    handled++;
    if (strcmp(http_path(request), "/later") == 0)
        kept = request;
    else
        http_give(request, &fine);
}

static int begin(void **state)
{
    char message[400];
    int listening;
    (void)state;
    kept = NULL;
    handled = 0;
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
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    snprintf(to.sun_path, sizeof to.sun_path, "%s/s", folder);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Lets the server do what it can at that moment, until nothing is left to do. */
static void turn(int64_t now_ms)
{
    struct pollfd fd = {.fd = http_fd(http), .events = POLLIN};
    do
        http_turn(http, now_ms);
    while (http_patience_ms(http) == 0 || poll(&fd, 1, 20) > 0);
}

/* What has come; "" if nothing has, and NULL if the connection has ended. */
static const char *hear(int fd)
{
    static char text[4096];
    ssize_t size = recv(fd, text, sizeof text - 1, 0);
    if (size == 0 || (size < 0 && errno != EAGAIN))
        return NULL;
    text[size > 0 ? size : 0] = '\0';
    return text;
}

static void a_request_is_answered_and_the_connection_lives_on(void **state)
{
    (void)state;
    int fd = call();
    for (int i = 0; i < 3; i++) {
        say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        turn(i);
        const char *said = hear(fd);
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
    say(fd,
        "POST /later HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b");
    turn(0);
    assert_non_null(kept);
    size_t size;
    assert_string_equal(http_form(kept, &size), "a=b");
    assert_int_equal(size, 3);
    say(other, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(1);
    assert_non_null(strstr(hear(other), "fine"));
    assert_string_equal(hear(fd), "");
    http_give(kept, &fine);
    turn(2);
    assert_non_null(strstr(hear(fd), "fine"));
    close(fd);
    close(other);
}

static void who_went_before_the_answer_harms_nothing(void **state)
{
    (void)state;
    int fd = call();
    say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
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
    say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
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
        say(fd, begun[i]);
        for (int64_t at_ms = start_ms; at_ms < start_ms + HTTP_REQUEST_MS; at_ms += HTTP_LOOK_MS) {
            turn(at_ms);
            assert_non_null(hear(fd));
            say(fd, "a");
        }
        turn(start_ms + HTTP_REQUEST_MS);
        assert_null(hear(fd));
        close(fd);
    }
    assert_int_equal(handled, 0);
}

static void who_has_been_answered_has_the_whole_time_again(void **state)
{
    (void)state;
    int fd = call();
    turn(0);
    say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn(HTTP_REQUEST_MS - 1);
    assert_non_null(strstr(hear(fd), "fine"));
    turn(2 * HTTP_REQUEST_MS - 2);
    assert_string_equal(hear(fd), "");
    turn(2 * HTTP_REQUEST_MS + HTTP_LOOK_MS);
    assert_null(hear(fd));
    close(fd);
}

static void a_connection_too_many_waits_until_another_ends(void **state)
{
    int fds[CONNECTIONS + 1];
    (void)state;
    for (int i = 0; i <= CONNECTIONS; i++) {
        fds[i] = call();
        say(fds[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    turn(0);
    for (int i = 0; i <= CONNECTIONS; i++)
        assert_int_equal(strstr(hear(fds[i]), "fine") != NULL, i < CONNECTIONS);
    close(fds[0]);
    turn(1);
    turn(2); /* the library listens again when it is asked again */
    assert_non_null(strstr(hear(fds[CONNECTIONS]), "fine"));
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
        say(fds[i], head);
    }
    turn(0);
    for (int i = 0; i < FORMS; i++)
        assert_string_equal(hear(fds[i]), "");
    for (int64_t at_ms = 1; at_ms <= 2; at_ms++) {
        fds[FORMS] = call();
        say(fds[FORMS], head);
        turn(at_ms);
        assert_int_equal(strstr(hear(fds[FORMS]), "HTTP/1.1 503 ") != NULL, at_ms == 1);
        close(fds[FORMS]);
        close(fds[at_ms - 1]); /* and makes room for the next one */
        turn(at_ms);
    }
    for (int i = 2; i < FORMS; i++)
        close(fds[i]);
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
        cmocka_unit_test_setup_teardown(only_this_machine_is_listened_on, begin, end),
        cmocka_unit_test_setup_teardown(a_live_socket_is_not_taken_and_a_dead_one_is_replaced, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
