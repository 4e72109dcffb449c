/* P10: each connection of a server has an owner and a bound, and ends when its key does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/server/connections.h"
#include "proto/server/limits.h"
#include "tests/worlds/folder.h"

enum { PAIRS_MAX = CONNECTIONS_OF_KEY_MAX + 8 };

static char folder[FOLDER_PATH_BYTES], message[512];
static struct keyring *keyring;
static struct connections *connections;
static int64_t now_ms;
static struct {
    int server, client;
    uint64_t admission;
} pairs[PAIRS_MAX];
static int pair_count;

static void make_key(const char *name, const char *role)
{
    if (keys_make(folder, name, role, "zz-one", message, sizeof message) != 0)
        fail_msg("%s", message);
}

/* Reads the folder of keys again, as a server does. */
static void read_keys(void)
{
    struct keyring *former = keyring;
    keyring = keyring_open(folder, former, message, sizeof message);
    assert_non_null(keyring);
    if (former)
        connections_change_keys(connections, keyring, keyring_lost(former, keyring), now_ms);
    keyring_close(&former);
}

static int open_all(void **state)
{
    (void)state;
    assert_int_equal(folder_make(folder, "connections"), 0);
    make_key("north", "team");
    make_key("south", "team");
    read_keys();
    connections = connections_open();
    assert_non_null(connections);
    now_ms = 1000000;
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    for (; pair_count > 0; pair_count--) {
        close(pairs[pair_count - 1].server);
        close(pairs[pair_count - 1].client);
    }
    connections_close(&connections);
    keyring_close(&keyring);
    return folder_remove(folder);
}

/* Returns the number of a new connection from 127.0.0.HOST, which has been admitted and has said nothing. */
static int come_from(unsigned host)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 + host)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), i = pair_count++;
    assert_true(i < PAIRS_MAX);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &(socklen_t){sizeof address}), 0);
    pairs[i].client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(pairs[i].client, (const struct sockaddr *)&own, sizeof own), 0);
    assert_int_equal(connect(pairs[i].client, (const struct sockaddr *)&address, sizeof address), 0);
    pairs[i].server = accept(listener, NULL, NULL);
    assert_true(pairs[i].server >= 0);
    close(listener);
    connections_begin(connections, pairs[i].server, now_ms);
    pairs[i].admission = connections_admit(connections);
    return i;
}

static int come(void)
{
    return come_from(1);
}

static void speak(int i, const char *name)
{
    const struct key *key = keyring_by_name(keyring, name);
    assert_non_null(key);
    connections_heard(connections, pairs[i].server, pairs[i].admission, key, ++now_ms);
}

static int come_and_speak(const char *name)
{
    int i = come();
    speak(i, name);
    return i;
}

/* A socket that the server has shut down is at its end for the peer, who has sent nothing. */
static bool has_ended(int i)
{
    char byte;
    return recv(pairs[i].client, &byte, 1, MSG_DONTWAIT) == 0;
}

static void expect_only_to_have_ended(int wanted)
{
    for (int i = 0; i < pair_count; i++)
        if (has_ended(i) != (i == wanted))
            fail_msg("connection %d %s", i, i == wanted ? "has not ended" : "has ended");
}

static void P10_of_a_keys_connections_the_one_silent_for_longest_makes_room(void **state)
{
    (void)state;
    int other = come_and_speak("south");
    for (int i = 0; i < CONNECTIONS_OF_KEY_MAX; i++)
        come_and_speak("north");
    speak(other + 1, "north");
    expect_only_to_have_ended(-1);
    come_and_speak("north");
    expect_only_to_have_ended(other + 2);
    /* Nobody counts a connection that has ended. */
    connections_end(connections, pairs[other + 2].server);
    connections_end(connections, pairs[other + 3].server);
    come_and_speak("north");
    expect_only_to_have_ended(other + 2);
}

static void P10_a_source_may_have_more(void **state)
{
    (void)state;
    make_key("gateway", "source");
    read_keys();
    for (int i = 0; i < CONNECTIONS_OF_KEY_MAX + 1; i++)
        come_and_speak("gateway");
    expect_only_to_have_ended(-1);
}

static rlim_t change_descriptor_limit(rlim_t to)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = to;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void P10_strangers_make_room_for_each_other_and_never_end_who_has_spoken(void **state)
{
    (void)state;
    int north = come_and_speak("north"), south = come_and_speak("south");
    rlim_t before = change_descriptor_limit(DESCRIPTORS_KEPT + 4);
    int first = come(), second = come(), third = come();
    bool first_ended = has_ended(first), second_ended = has_ended(second);
    change_descriptor_limit(before);
    assert_true(first_ended);
    assert_false(second_ended || has_ended(third) || has_ended(north) || has_ended(south));
}

static void P10_a_crowd_from_one_address_makes_room_for_itself(void **state)
{
    (void)state;
    int newcomer = come_from(2), first = come(), second = come();
    rlim_t before = change_descriptor_limit(DESCRIPTORS_KEPT + 3);
    come();
    change_descriptor_limit(before);
    expect_only_to_have_ended(first);
    assert_true(newcomer < first && first < second);
}

static void P10_keys_leave_room_for_those_who_have_not_spoken(void **state)
{
    (void)state;
    int other = come_and_speak("south");
    for (int i = 0; i < 4; i++)
        come_and_speak("north");
    rlim_t before = change_descriptor_limit(DESCRIPTORS_KEPT + UNSPOKEN_ROOM + 5);
    come_and_speak("south");
    change_descriptor_limit(before);
    expect_only_to_have_ended(other + 1);
}

static void P10_a_connection_that_does_not_speak_in_time_ends(void **state)
{
    (void)state;
    int silent = come(), speaks = come();
    speak(speaks, "north");
    connections_tend(connections, now_ms += FIRST_WORD_MS - 1);
    expect_only_to_have_ended(-1);
    connections_tend(connections, now_ms += 2);
    expect_only_to_have_ended(silent);
}

static void P10_a_message_that_waited_does_not_speak_for_the_next_with_its_descriptor(void **state)
{
    (void)state;
    int gone = come();
    uint64_t admission = pairs[gone].admission;
    connections_end(connections, pairs[gone].server);
    connections_begin(connections, pairs[gone].server, now_ms);
    speak(gone, "north");
    connections_cut(connections, pairs[gone].server, admission);
    expect_only_to_have_ended(-1);
    connections_tend(connections, now_ms += FIRST_WORD_MS + 1);
    expect_only_to_have_ended(gone);
}

static void P10_a_withdrawn_keys_connections_end_after_a_last_word(void **state)
{
    (void)state;
    int north = come_and_speak("north"), south = come_and_speak("south"), unspoken = come();
    assert_int_equal(unlink(folder_file(folder, "north.key")), 0);
    read_keys();
    expect_only_to_have_ended(unspoken);
    connections_end(connections, pairs[unspoken].server);
    connections_tend(connections, now_ms += LAST_WORD_MS);
    assert_true(has_ended(north));
    assert_false(has_ended(south));
}

static void P10_a_key_that_comes_back_in_time_keeps_its_connections(void **state)
{
    (void)state;
    char file[FOLDER_PATH_BYTES + 16];
    int north = come_and_speak("north");
    snprintf(file, sizeof file, "%s", folder_file(folder, "north.key"));
    assert_int_equal(rename(file, folder_file(folder, "north.off")), 0);
    read_keys();
    assert_int_equal(rename(folder_file(folder, "north.off"), file), 0);
    read_keys();
    connections_tend(connections, now_ms += LAST_WORD_MS);
    assert_false(has_ended(north));
}

static void P10_a_key_with_another_role_loses_its_connections_at_once(void **state)
{
    (void)state;
    char line[256];
    int north = come_and_speak("north"), south = come_and_speak("south");
    char changed[FOLDER_PATH_BYTES + 16];
    snprintf(changed, sizeof changed, "%s", folder_file(folder, "north.new"));
    FILE *from = fopen(folder_file(folder, "north.key"), "r"), *to = fopen(changed, "w");
    assert_true(from && to);
    while (fgets(line, sizeof line, from))
        fputs(strstr(line, " role = ") ? "    role = \"auditor\"\n" : line, to);
    fclose(from);
    fclose(to);
    assert_int_equal(rename(changed, folder_file(folder, "north.key")), 0);
    read_keys();
    assert_true(has_ended(north));
    assert_false(has_ended(south));
    int again = come_and_speak("north");
    read_keys();
    assert_false(has_ended(again));
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ALL(P10_of_a_keys_connections_the_one_silent_for_longest_makes_room),
        WITH_ALL(P10_a_source_may_have_more),
        WITH_ALL(P10_strangers_make_room_for_each_other_and_never_end_who_has_spoken),
        WITH_ALL(P10_a_crowd_from_one_address_makes_room_for_itself),
        WITH_ALL(P10_keys_leave_room_for_those_who_have_not_spoken),
        WITH_ALL(P10_a_connection_that_does_not_speak_in_time_ends),
        WITH_ALL(P10_a_message_that_waited_does_not_speak_for_the_next_with_its_descriptor),
        WITH_ALL(P10_a_withdrawn_keys_connections_end_after_a_last_word),
        WITH_ALL(P10_a_key_that_comes_back_in_time_keeps_its_connections),
        WITH_ALL(P10_a_key_with_another_role_loses_its_connections_at_once),
    };
    return cmocka_run_group_tests_name("connections", tests, NULL, NULL);
}
