/* test_greeting.c: the order in which a server looks at a request, whose a session is, and the two answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/server/arrivals.h"
#include "proto/server/greeting.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name
#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

static const struct key tablet = {
    .name = "tablet", .role = CONCORDAT__V1__ROLE__ROLE_REFERRER, .of = "northmoor-triage"};
static uint8_t tablets_command[WIRE_ID_BYTES] = {'c', 7};

/* Packs a hello of this protocol, or, if it is 0, a ping. */
static size_t pack_greeting(uint32_t protocol, uint8_t bytes[256])
{
    Concordat__V1__Hello hello = CONCORDAT__V1__HELLO__INIT;
    Concordat__V1__Ping ping = CONCORDAT__V1__PING__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_id = (ProtobufCBinaryData){sizeof tablets_command, tablets_command};
    hello.protocol = protocol;
    request.command_case = protocol ? COMMAND(HELLO) : COMMAND(PING);
    if (protocol)
        request.hello = &hello;
    else
        request.ping = &ping;
    return concordat__v1__request__pack(&request, bytes);
}

static size_t pack_board_question(uint8_t bytes[256])
{
    Concordat__V1__GetBoard get_board = CONCORDAT__V1__GET_BOARD__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_id = (ProtobufCBinaryData){sizeof tablets_command, tablets_command};
    request.command_case = COMMAND(GET_BOARD);
    request.get_board = &get_board;
    return concordat__v1__request__pack(&request, bytes);
}

/* What stands in the way of a request. */
struct obstacles {
    bool withdrawn, unreadable, not_allowed, no_session, other_protocol;
};

static struct greeting_next decide_about(struct greeting_request *said, struct arena *arena, bool is_hello,
                                         struct obstacles o)
{
    uint8_t bytes[256];
    size_t size = is_hello ? pack_greeting(o.other_protocol ? WIRE_PROTOCOL + 1 : WIRE_PROTOCOL, bytes)
                           : pack_board_question(bytes);
    if (o.unreadable)
        bytes[size++] = 0xff; /* the command_id can still be found */
    greeting_read(said, o.withdrawn ? NULL : &tablet, bytes, size, arena);
    return greeting_decide(said, !o.not_allowed, !o.no_session);
}

/* Several obstacles at once: the refusal names the first in the order of the protocol. */
static void a_request_is_refused_at_the_first_obstacle(void **state)
{
    (void)state;
    struct arena arena;
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    for (unsigned bits = 0; bits < 64; bits++) {
        bool is_hello = bits & 32;
        struct obstacles o = {bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
        struct greeting_request said;
        const struct greeting_next next = decide_about(&said, &arena, is_hello, o);
        Concordat__V1__Refusal wanted = o.withdrawn                    ? REFUSAL(REVOKED)
                                        : o.unreadable                 ? REFUSAL(MALFORMED)
                                        : o.not_allowed                ? REFUSAL(NOT_ALLOWED)
                                        : !is_hello && o.no_session    ? REFUSAL(HELLO_FIRST)
                                        : is_hello && o.other_protocol ? REFUSAL(VERSION)
                                                                       : REFUSAL(UNSPECIFIED);
        assert_int_equal(next.refusal, wanted);
        assert_int_equal(next.step, wanted ? GREETING_REFUSE : is_hello ? GREETING_HELLO : GREETING_GO_ON);
        assert_int_equal(next.is_misuse, o.withdrawn || o.unreadable);
        assert_int_equal(next.text != NULL, wanted == REFUSAL(MALFORMED));
        assert_memory_equal(greeting_command_id(&said), tablets_command, WIRE_ID_BYTES);
    }
    arena_close(&arena);
}

static void a_ping_of_a_session_is_a_ping(void **state)
{
    (void)state;
    struct arena arena;
    struct greeting_request said;
    uint8_t bytes[256];
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    greeting_read(&said, &tablet, bytes, pack_greeting(0, bytes), &arena);
    assert_int_equal(greeting_decide(&said, true, true).step, GREETING_PING);
    assert_int_equal(greeting_decide(&said, true, false).refusal, REFUSAL(HELLO_FIRST));
    arena_close(&arena);
}

static void nothing_can_be_answered_without_a_command_id(void **state)
{
    (void)state;
    struct arena arena;
    struct greeting_request said;
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    greeting_read(&said, &tablet, (const uint8_t *)"\xff\xff", 2, &arena);
    assert_null(greeting_command_id(&said));
    assert_true(greeting_decide(&said, false, false).is_misuse);
    arena_close(&arena);
}

static void a_session_is_over_when_its_key_is_withdrawn_or_changed(void **state)
{
    (void)state;
    const struct greeting_peer peer = greeting_peer_of(&tablet);
    struct key other_role = tablet, other_owner = tablet, other_name = tablet, replaced = tablet;
    other_role.role = CONCORDAT__V1__ROLE__ROLE_TEAM;
    snprintf(other_owner.of, sizeof other_owner.of, "southfell-triage");
    snprintf(other_name.name, sizeof other_name.name, "phone");
    replaced.public_bytes[0]++; /* a new pair under the same name, because the old one was lost */
    assert_true(greeting_peer_has(&peer, &tablet));
    assert_false(greeting_peer_has(&peer, NULL));
    assert_false(greeting_peer_has(&peer, &other_role));
    assert_false(greeting_peer_has(&peer, &other_owner));
    assert_false(greeting_peer_has(&peer, &other_name));
    assert_false(greeting_peer_has(&peer, &replaced));
}

static void the_answers_say_who_the_peer_is_and_which_run_of_the_server_it_speaks_to(void **state)
{
    (void)state;
    const struct greeting_server server = {.software = "staged 1", .session = {1, 2, 3}};
    const struct greeting_welcomed welcomed = {&tablet, "Northmoor triage car", 1700};
    struct greeting_answer answer;
    const Concordat__V1__Message *message =
        greeting_welcome(&answer, &server, &welcomed, tablets_command, 99);
    assert_int_equal(message->body_case, CONCORDAT__V1__MESSAGE__BODY_WELCOME);
    assert_memory_equal(message->command_id.data, tablets_command, WIRE_ID_BYTES);
    const Concordat__V1__Welcome *welcome = message->welcome;
    assert_int_equal(welcome->protocol, WIRE_PROTOCOL);
    assert_string_equal(welcome->software, "staged 1");
    assert_int_equal(welcome->role, tablet.role);
    assert_string_equal(welcome->name, "tablet");
    assert_string_equal(welcome->of, "northmoor-triage");
    assert_string_equal(welcome->of_name, "Northmoor triage car");
    assert_int_equal(welcome->ping_seconds, GREETING_PING_SECONDS);
    assert_int_equal(welcome->session.len, GREETING_SESSION_BYTES);
    assert_memory_equal(welcome->session.data, server.session, GREETING_SESSION_BYTES);
    assert_int_equal(welcome->now_ms, 99);
    assert_int_equal(welcome->reconnect_spread_ms, 1700);
    message = greeting_pong(&answer, &server, tablets_command, 100);
    assert_int_equal(message->body_case, CONCORDAT__V1__MESSAGE__BODY_PONG);
    assert_memory_equal(message->command_id.data, tablets_command, WIRE_ID_BYTES);
    assert_memory_equal(message->pong->session.data, server.session, GREETING_SESSION_BYTES);
    assert_int_equal(message->pong->now_ms, 100);
}

static void a_server_with_a_standby_asks_for_pings_more_often(void **state)
{
    (void)state;
    const struct greeting_server server = {.software = "staged 1", .has_standby = true};
    const struct greeting_welcomed welcomed = {&tablet, "", 0};
    struct greeting_answer answer;
    const Concordat__V1__Message *message =
        greeting_welcome(&answer, &server, &welcomed, tablets_command, 99);
    assert_int_equal(message->welcome->ping_seconds, GREETING_PING_SECONDS_STANDBY);
}

/* Whatever the number of peers, in no second more come back than three quarters of what the server lets in; a
 * crowd that it lets in within a second may come at once. */
static void peers_come_back_no_faster_than_they_are_let_in(void **state)
{
    (void)state;
    assert_int_equal(greeting_spread_ms(0), 0);
    assert_int_equal(greeting_spread_ms(GREETING_AT_ONCE), 0);
    for (uint32_t sessions = GREETING_AT_ONCE + 1; sessions < 1000000; sessions = sessions * 3 / 2) {
        uint64_t spread_ms = greeting_spread_ms(sessions);
        uint64_t let_in = spread_ms / ARRIVALS_EACH_MS;
        assert_in_range(sessions, let_in * 74 / 100, let_in * 76 / 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_refused_at_the_first_obstacle),
        cmocka_unit_test(a_ping_of_a_session_is_a_ping),
        cmocka_unit_test(nothing_can_be_answered_without_a_command_id),
        cmocka_unit_test(a_session_is_over_when_its_key_is_withdrawn_or_changed),
        cmocka_unit_test(a_server_with_a_standby_asks_for_pings_more_often),
        cmocka_unit_test(peers_come_back_no_faster_than_they_are_let_in),
        cmocka_unit_test(the_answers_say_who_the_peer_is_and_which_run_of_the_server_it_speaks_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
