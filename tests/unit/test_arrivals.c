/* P10: new connections get their turns one after another, and none is shut out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/server/arrivals.h"

enum { WAITING = 5, CONNECTIONS = ARRIVALS_AT_ONCE + WAITING, PATIENCE_MS = 10000 };

static struct arrivals *arrivals;
static int64_t now_ms;
static struct {
    int server, client;
} pairs[CONNECTIONS];

static bool is_told_of(int fd, int patience_ms)
{
    struct pollfd poll_fd = {fd, POLLIN, 0};
    return poll(&poll_fd, 1, patience_ms) > 0;
}

static void connect_pair(int listener, const struct sockaddr_in *address, int i)
{
    pairs[i].client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(pairs[i].client, (const struct sockaddr *)address, sizeof *address), 0);
    pairs[i].server = accept(listener, NULL, NULL);
    assert_true(pairs[i].server >= 0);
}

/* All connect at the same time and send something, which the kernel has received when this returns. */
static int all_come(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &(socklen_t){sizeof address}), 0);
    arrivals = arrivals_open();
    assert_non_null(arrivals);
    now_ms = 1000000;
    for (int i = 0; i < CONNECTIONS; i++) {
        connect_pair(listener, &address, i);
        arrivals_begin(arrivals, pairs[i].server, now_ms);
        assert_int_equal(write(pairs[i].client, "hello", 5), 5);
        /* recv does not respect the low-water mark, so it shows that the bytes have come. */
        char there[5];
        assert_int_equal(recv(pairs[i].server, there, sizeof there, MSG_PEEK | MSG_WAITALL), 5);
    }
    close(listener);
    return 0;
}

static int all_go(void **state)
{
    (void)state;
    for (int i = 0; i < CONNECTIONS; i++) {
        close(pairs[i].client);
        close(pairs[i].server);
    }
    arrivals_close(&arrivals);
    return 0;
}

static int told_of(void)
{
    int told = 0;
    for (int i = 0; i < CONNECTIONS; i++)
        told += is_told_of(pairs[i].server, 0);
    return told;
}

static void P10_after_the_first_each_connection_waits_for_its_turn(void **state)
{
    (void)state;
    for (int waiting = WAITING; waiting > 0; waiting--) {
        assert_int_equal(told_of(), CONNECTIONS - waiting);
        assert_int_equal(arrivals_let_in(arrivals, now_ms), ARRIVALS_EACH_MS);
        assert_int_equal(arrivals_let_in(arrivals, now_ms + ARRIVALS_EACH_MS - 1), 1);
        assert_int_equal(told_of(), CONNECTIONS - waiting);
        now_ms += ARRIVALS_EACH_MS;
        arrivals_let_in(arrivals, now_ms);
    }
    assert_int_equal(told_of(), CONNECTIONS);
    assert_int_equal(arrivals_let_in(arrivals, now_ms), -1);
}

static void P10_a_connection_that_leaves_takes_no_turn(void **state)
{
    (void)state;
    for (int i = ARRIVALS_AT_ONCE; i < CONNECTIONS - 1; i++)
        arrivals_end(arrivals, pairs[i].server);
    arrivals_end(arrivals, pairs[0].server);
    now_ms += ARRIVALS_EACH_MS;
    assert_int_equal(arrivals_let_in(arrivals, now_ms), -1);
    assert_true(is_told_of(pairs[CONNECTIONS - 1].server, 0));
}

static void P10_a_connection_that_has_sent_nothing_takes_no_turn(void **state)
{
    (void)state;
    enum { SILENT = ARRIVALS_AT_ONCE };
    char there[5];
    assert_int_equal(recv(pairs[SILENT].server, there, sizeof there, 0), 5);
    now_ms += (int64_t)WAITING * ARRIVALS_EACH_MS;
    assert_int_equal(arrivals_let_in(arrivals, now_ms), ARRIVALS_EACH_MS);
    assert_int_equal(told_of(), CONNECTIONS - 1);
    assert_int_equal(write(pairs[SILENT].client, "hello", 5), 5);
    assert_int_equal(recv(pairs[SILENT].server, there, sizeof there, MSG_PEEK | MSG_WAITALL), 5);
    assert_false(is_told_of(pairs[SILENT].server, 0));
    assert_int_equal(arrivals_let_in(arrivals, now_ms), -1);
    assert_true(is_told_of(pairs[SILENT].server, 0));
}

static void P10_the_end_of_a_waiting_connection_is_reported(void **state)
{
    (void)state;
    int server = pairs[CONNECTIONS - 1].server;
    assert_false(is_told_of(server, 0));
    close(pairs[CONNECTIONS - 1].client);
    pairs[CONNECTIONS - 1].client = dup(server);
    assert_true(is_told_of(server, PATIENCE_MS));
}

static void P10_after_a_rest_as_many_may_come_at_once_again(void **state)
{
    (void)state;
    now_ms += 3600 * 1000;
    assert_int_equal(arrivals_let_in(arrivals, now_ms), -1);
    assert_int_equal(told_of(), CONNECTIONS);
    for (int i = WAITING; i < CONNECTIONS; i++) {
        arrivals_end(arrivals, pairs[i].server);
        arrivals_begin(arrivals, pairs[i].server, now_ms);
    }
    /* The connections that waited have used up as many turns. */
    assert_int_equal(told_of(), CONNECTIONS - WAITING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(P10_after_the_first_each_connection_waits_for_its_turn, all_come,
                                        all_go),
        cmocka_unit_test_setup_teardown(P10_a_connection_that_leaves_takes_no_turn, all_come, all_go),
        cmocka_unit_test_setup_teardown(P10_a_connection_that_has_sent_nothing_takes_no_turn, all_come,
                                        all_go),
        cmocka_unit_test_setup_teardown(P10_the_end_of_a_waiting_connection_is_reported, all_come, all_go),
        cmocka_unit_test_setup_teardown(P10_after_a_rest_as_many_may_come_at_once_again, all_come, all_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
