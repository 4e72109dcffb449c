/* The addresses at which a client looks for its server: the list as it is written, and which one comes next,
 * without a socket and without a clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/client/addresses.h"

static char message[600];

static void one_address_or_several_are_read_in_their_order(void **state)
{
    (void)state;
    struct addresses addresses;
    assert_int_equal(addresses_read(&addresses, "tcp://a:5170", message, sizeof message), 0);
    assert_int_equal(addresses.count, 1);
    assert_string_equal(addresses.at[0], "tcp://a:5170");
    addresses_close(&addresses);
    assert_int_equal(
        addresses_read(&addresses, "tcp://[::1]:5170,ipc:///run/x,tcp://a:1", message, sizeof message), 0);
    assert_int_equal(addresses.count, 3);
    assert_string_equal(addresses.at[0], "tcp://[::1]:5170");
    assert_string_equal(addresses.at[1], "ipc:///run/x");
    assert_string_equal(addresses.at[2], "tcp://a:1");
    addresses_close(&addresses);
}

static void a_list_that_is_written_wrong_is_refused_and_the_message_says_why(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "empty"},
        {"tcp://a:1,", "empty"},
        {",tcp://a:1", "empty"},
        {"tcp://a:1,,tcp://b:1", "empty"},
        {"tcp://a:1, tcp://b:1", "space"},
        {"tcp://a:1,tcp://b:1,tcp://a:1", "twice"},
        {"udp://a:1", "tcp://"},
        {"a:5170", "tcp://"},
        {"tcp://", "tcp://"},
        {"tcp://a:1;tcp://b:1,b", "tcp://"},
        {"tcp://a:1,tcp://a:2,tcp://a:3,tcp://a:4,tcp://a:5,tcp://a:6,tcp://a:7,tcp://a:8,tcp://a:9",
         "more than 8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct addresses addresses;
        message[0] = '\0';
        assert_int_equal(addresses_read(&addresses, rows[i][0], message, sizeof message), -1);
        assert_non_null(strstr(message, rows[i][1]));
        assert_non_null(strstr(message, rows[i][0]));
        assert_null(addresses.text);
    }
    struct addresses eight;
    assert_int_equal(
        addresses_read(&eight,
                       "tcp://a:1,tcp://a:2,tcp://a:3,tcp://a:4,tcp://a:5,tcp://a:6,tcp://a:7,tcp://a:8",
                       message, sizeof message),
        0);
    assert_int_equal(eight.count, ADDRESSES_MAX);
    addresses_close(&eight);
}

/* --- the walk: a row is what happens, and what comes of it ------------------------------------------- */

struct walk_row {
    enum walk_event event;
    enum walk_step step;
    size_t at;
    enum walk_state state;
};

static const struct walk_spread by_chance = {0, 0};

/* Time stands still, but for a rest that is over, or a patience, before a WALK_TIME. */
static int64_t walk_through(struct address_walk *walk, const struct walk_row *rows, size_t count)
{
    int64_t now_ms = 1000;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].event == WALK_TIME)
            now_ms = walk->due_ms;
        enum walk_step step = walk_on(walk, rows[i].event, now_ms, &by_chance);
        if (step != rows[i].step || walk->at != rows[i].at || walk->state != rows[i].state)
            fail_msg("row %zu: step %d, at %zu, state %d", i, (int)step, walk->at, (int)walk->state);
    }
    return now_ms;
}

#define WALK_OF(count, ...)                                                                                  \
    struct address_walk walk;                                                                                \
    static const struct walk_row rows[] = {__VA_ARGS__};                                                     \
    walk_begin(&walk, count, 1000);                                                                          \
    int64_t now_ms = walk_through(&walk, rows, sizeof rows / sizeof *rows);                                  \
    (void)now_ms

static void a_refused_connection_goes_to_the_next_address_at_once_and_rests_after_a_round(void **state)
{
    (void)state;
    WALK_OF(3, {WALK_ENDED, WALK_CONNECT, 1, WALK_CALLING}, {WALK_ENDED, WALK_CONNECT, 2, WALK_CALLING},
            {WALK_ENDED, WALK_STAY, 0, WALK_RESTING}, {WALK_ENDED, WALK_STAY, 0, WALK_RESTING},
            {WALK_TIME, WALK_CONNECT, 0, WALK_CALLING});
    assert_true(now_ms > 1000);
}

static void an_address_without_a_welcome_is_left_after_its_patience(void **state)
{
    (void)state;
    WALK_OF(2, {WALK_TIME, WALK_CONNECT, 1, WALK_CALLING}, {WALK_WAS_TAKEN, WALK_STAY, 1, WALK_REACHED},
            {WALK_WAS_OPENED, WALK_STAY, 1, WALK_OPEN}, {WALK_TIME, WALK_STAY, 0, WALK_RESTING});
    assert_int_equal(now_ms, 1000 + 2 * ADDRESS_PATIENCE_MS);
}

static void a_walk_begins_again_where_it_was_welcomed(void **state)
{
    (void)state;
    WALK_OF(3, {WALK_ENDED, WALK_CONNECT, 1, WALK_CALLING}, {WALK_WAS_TAKEN, WALK_STAY, 1, WALK_REACHED},
            {WALK_WAS_OPENED, WALK_STAY, 1, WALK_OPEN}, {WALK_WAS_WELCOMED, WALK_STAY, 1, WALK_WELCOMED},
            {WALK_ENDED, WALK_CONNECT, 1, WALK_CALLING}, {WALK_ENDED, WALK_CONNECT, 2, WALK_CALLING},
            {WALK_ENDED, WALK_CONNECT, 0, WALK_CALLING}, {WALK_ENDED, WALK_STAY, 1, WALK_RESTING},
            {WALK_TIME, WALK_CONNECT, 1, WALK_CALLING});
}

static void a_server_that_fell_silent_is_tried_last(void **state)
{
    (void)state;
    WALK_OF(2, {WALK_WAS_WELCOMED, WALK_STAY, 0, WALK_WELCOMED},
            {WALK_FELL_SILENT, WALK_CONNECT, 1, WALK_CALLING}, {WALK_ENDED, WALK_CONNECT, 0, WALK_CALLING},
            {WALK_ENDED, WALK_STAY, 1, WALK_RESTING});
}

/* Both keys are tried at each address that takes connections, and none at one that refuses them. */
static void two_keys_and_two_addresses_are_tried_in_every_pairing(void **state)
{
    (void)state;
    WALK_OF(2, {WALK_WAS_TAKEN, WALK_STAY, 0, WALK_REACHED}, {WALK_ENDED, WALK_TURN_KEY, 0, WALK_CALLING},
            {WALK_WAS_TAKEN, WALK_STAY, 0, WALK_REACHED}, {WALK_ENDED, WALK_CONNECT, 1, WALK_CALLING},
            {WALK_WAS_TAKEN, WALK_STAY, 1, WALK_REACHED}, {WALK_TIME, WALK_TURN_KEY, 1, WALK_CALLING},
            {WALK_WAS_TAKEN, WALK_STAY, 1, WALK_REACHED}, {WALK_ENDED, WALK_STAY, 0, WALK_RESTING},
            {WALK_TIME, WALK_CONNECT, 0, WALK_CALLING}, {WALK_ENDED, WALK_CONNECT, 1, WALK_CALLING},
            {WALK_WAS_TAKEN, WALK_STAY, 1, WALK_REACHED}, {WALK_ENDED, WALK_TURN_KEY, 1, WALK_CALLING},
            {WALK_WAS_TAKEN, WALK_STAY, 1, WALK_REACHED}, {WALK_WAS_OPENED, WALK_STAY, 1, WALK_OPEN},
            {WALK_WAS_WELCOMED, WALK_STAY, 1, WALK_WELCOMED});
}

static void without_another_key_the_next_address_comes(void **state)
{
    (void)state;
    WALK_OF(2, {WALK_WAS_TAKEN, WALK_STAY, 0, WALK_REACHED}, {WALK_ENDED, WALK_TURN_KEY, 0, WALK_CALLING},
            {WALK_NO_OTHER_KEY, WALK_CONNECT, 1, WALK_CALLING});
}

static void the_only_server_is_not_left_while_it_listens(void **state)
{
    (void)state;
    WALK_OF(1, {WALK_WAS_TAKEN, WALK_STAY, 0, WALK_REACHED}, {WALK_WAS_OPENED, WALK_STAY, 0, WALK_OPEN},
            {WALK_TIME, WALK_STAY, 0, WALK_OPEN}, {WALK_FELL_SILENT, WALK_STAY, 0, WALK_RESTING},
            {WALK_TIME, WALK_CONNECT, 0, WALK_CALLING});
}

static void a_server_that_has_forgotten_us_is_given_its_patience_again(void **state)
{
    (void)state;
    WALK_OF(2, {WALK_WAS_WELCOMED, WALK_STAY, 0, WALK_WELCOMED},
            {WALK_WAS_FORGOTTEN, WALK_STAY, 0, WALK_OPEN}, {WALK_TIME, WALK_CONNECT, 1, WALK_CALLING});
}

/* However long nobody is there: rests grow to ADDRESS_REST_MAX_MS and never vanish, and each round asks every
 * address. A welcome makes them short again. */
static void rests_grow_to_a_second_and_differ_by_chance(void **state)
{
    (void)state;
    struct address_walk walk;
    int64_t now_ms = 0;
    walk_begin(&walk, 2, now_ms);
    int most_ms = ADDRESS_REST_MS;
    for (int round = 0; round < 20; round++) {
        const struct walk_spread spread = {(uint32_t)rand(), 5000};
        assert_int_equal(walk_on(&walk, WALK_ENDED, now_ms, &spread), WALK_CONNECT);
        assert_int_equal(walk_on(&walk, WALK_ENDED, now_ms, &spread), WALK_STAY);
        assert_in_range(walk.due_ms - now_ms, most_ms / 2, most_ms);
        most_ms = most_ms * 2 > ADDRESS_REST_MAX_MS ? ADDRESS_REST_MAX_MS : most_ms * 2;
        now_ms = walk.due_ms;
        assert_int_equal(walk_on(&walk, WALK_TIME, now_ms - 1, &spread), WALK_STAY);
        assert_int_equal(walk_on(&walk, WALK_TIME, now_ms, &spread), WALK_CONNECT);
    }
    assert_int_equal(most_ms, ADDRESS_REST_MAX_MS);
    (void)walk_on(&walk, WALK_WAS_WELCOMED, now_ms, &by_chance);
    (void)walk_on(&walk, WALK_ENDED, now_ms, &by_chance);
    (void)walk_on(&walk, WALK_ENDED, now_ms, &by_chance);
    (void)walk_on(&walk, WALK_ENDED, now_ms, &by_chance);
    assert_in_range(walk.due_ms - now_ms, ADDRESS_REST_MS / 2, ADDRESS_REST_MS);
}

/* A server with many peers has each wait for its own time, from at once to all of the spread. */
static void after_a_loss_it_waits_as_the_server_asked(void **state)
{
    (void)state;
    int64_t least_ms = INT64_MAX, most_ms = 0;
    for (int i = 0; i < 2000; i++) {
        const struct walk_spread spread = {(uint32_t)rand(), 1000};
        struct address_walk walk;
        walk_begin(&walk, 2, 0);
        (void)walk_on(&walk, WALK_WAS_WELCOMED, 0, &spread);
        assert_int_equal(walk_on(&walk, i % 2 ? WALK_ENDED : WALK_FELL_SILENT, 0, &spread), WALK_STAY);
        assert_int_equal(walk.state, WALK_RESTING);
        assert_in_range(walk.due_ms, 0, 1000);
        least_ms = walk.due_ms < least_ms ? walk.due_ms : least_ms;
        most_ms = walk.due_ms > most_ms ? walk.due_ms : most_ms;
        assert_int_equal(walk_on(&walk, WALK_TIME, walk.due_ms, &spread), WALK_CONNECT);
        assert_int_equal(walk.at, i % 2 ? 0 : 1);
    }
    assert_true(least_ms < 100 && most_ms > 900);
}

/* Whatever happens, in whatever order: an address of the list, and never a state in which nothing is due and
 * nobody has opened the connection. */
static void no_order_of_events_ends_a_walk(void **state)
{
    (void)state;
    for (int run = 0; run < 2000; run++) {
        struct address_walk walk;
        int64_t now_ms = 0;
        size_t count = 1 + (size_t)rand() % ADDRESSES_MAX;
        walk_begin(&walk, count, now_ms);
        for (int i = 0; i < 100; i++) {
            enum walk_event event = (enum walk_event)(rand() % WALK_EVENTS);
            const struct walk_spread spread = {(uint32_t)rand(), (uint32_t)(rand() % 3 * 1000)};
            now_ms += rand() % 500;
            if (walk_on(&walk, event, now_ms, &spread) == WALK_TURN_KEY && rand() % 2)
                (void)walk_on(&walk, WALK_NO_OTHER_KEY, now_ms, &spread);
            assert_true(walk.at < count && walk.tried < count);
            assert_true(walk.due_ms < INT64_MAX || walk.state == WALK_WELCOMED ||
                        (walk.state == WALK_OPEN && count == 1));
        }
    }
}

int main(void)
{
    const char *given = getenv("CONCORDAT_TEST_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    printf("seed %u (CONCORDAT_TEST_SEED)\n", seed);
    srand(seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_or_several_are_read_in_their_order),
        cmocka_unit_test(a_list_that_is_written_wrong_is_refused_and_the_message_says_why),
        cmocka_unit_test(a_refused_connection_goes_to_the_next_address_at_once_and_rests_after_a_round),
        cmocka_unit_test(an_address_without_a_welcome_is_left_after_its_patience),
        cmocka_unit_test(a_walk_begins_again_where_it_was_welcomed),
        cmocka_unit_test(a_server_that_fell_silent_is_tried_last),
        cmocka_unit_test(two_keys_and_two_addresses_are_tried_in_every_pairing),
        cmocka_unit_test(without_another_key_the_next_address_comes),
        cmocka_unit_test(the_only_server_is_not_left_while_it_listens),
        cmocka_unit_test(a_server_that_has_forgotten_us_is_given_its_patience_again),
        cmocka_unit_test(rests_grow_to_a_second_and_differ_by_chance),
        cmocka_unit_test(after_a_loss_it_waits_as_the_server_asked),
        cmocka_unit_test(no_order_of_events_ends_a_walk),
    };
    return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
