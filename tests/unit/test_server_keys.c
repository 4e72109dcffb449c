/* P10: the keys that a server admits are those of its folder, whatever happens to the folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/server/server.h"
#include "tests/worlds/folder.h"

enum { PATIENCE_MS = 20000, STEP_MS = 10 };

static char folder[FOLDER_PATH_BYTES], keys[FOLDER_PATH_BYTES + 8], message[512];
static struct server *server;

static void make_key(const char *where, const char *name, const char *role)
{
    if (keys_make(where, name, role, "zz-one", message, sizeof message) != 0)
        fail_msg("%s", message);
}

/* Opens a server that knows the keys of team-a and team-b. */
static int open_server(void **state)
{
    (void)state;
    assert_int_equal(folder_make(folder, "server-keys"), 0);
    snprintf(keys, sizeof keys, "%s/keys", folder);
    assert_int_equal(mkdir(keys, 0700), 0);
    make_key(folder, "broker", "server");
    make_key(keys, "team-a", "team");
    make_key(keys, "team-b", "team");
    const struct server_config config = {.endpoint = "tcp://127.0.0.1:*",
                                         .key_path = folder_file(folder, "broker.key_secret"),
                                         .keys_folder = keys,
                                         .message_bytes_max = 1024};
    server = server_open(&config, message, sizeof message);
    if (!server)
        fail_msg("%s", message);
    return 0;
}

static int close_server(void **state)
{
    (void)state;
    server_close(&server);
    return folder_remove(folder);
}

static void P10_without_a_folder_the_keys_stay_as_they_were(void **state)
{
    (void)state;
    const char *moved = folder_file(folder, "moved");
    assert_int_equal(rename(keys, moved), 0);
    assert_false(server_reload_keys(server));
    assert_non_null(server_key(server, "team-a"));
    assert_int_equal(rename(moved, keys), 0);
    assert_true(server_reload_keys(server));
    assert_non_null(server_key(server, "team-a"));
}

/* Does as a loop does, until the name of the key is admitted or not, as expected. */
static void await_key(const char *name, bool expected)
{
    struct pollfd fd = {.fd = server_keys_fd(server), .events = POLLIN};
    for (int waited = 0; !server_key(server, name) == expected; waited += STEP_MS) {
        assert_true(waited < PATIENCE_MS);
        if (poll(&fd, 1, STEP_MS) > 0 || server_keys_are_due(server))
            (void)server_reload_keys(server);
    }
}

static void P10_a_folder_that_takes_the_place_of_the_former_counts(void **state)
{
    (void)state;
    char next[FOLDER_PATH_BYTES + 8], moved[FOLDER_PATH_BYTES + 8];
    snprintf(next, sizeof next, "%s/next", folder);
    snprintf(moved, sizeof moved, "%s/moved", folder);
    assert_int_equal(mkdir(next, 0700), 0);
    make_key(next, "team-c", "team");
    assert_int_equal(rename(keys, moved) | rename(next, keys), 0);
    await_key("team-c", true);
    assert_null(server_key(server, "team-a"));
    /* The new folder is watched, and the former no longer. */
    assert_int_equal(unlink(folder_file(moved, "team-b.key")), 0);
    assert_int_equal(poll(&(struct pollfd){.fd = server_keys_fd(server), .events = POLLIN}, 1, 0), 0);
    assert_int_equal(unlink(folder_file(keys, "team-c.key")), 0);
    await_key("team-c", false);
}

static void P10_a_symbolic_link_that_is_turned_counts(void **state)
{
    (void)state;
    char next[FOLDER_PATH_BYTES + 8], moved[FOLDER_PATH_BYTES + 8], link[FOLDER_PATH_BYTES + 8];
    snprintf(next, sizeof next, "%s/next", folder);
    snprintf(moved, sizeof moved, "%s/moved", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    assert_int_equal(mkdir(next, 0700), 0);
    make_key(next, "team-c", "team");
    assert_int_equal(rename(keys, moved) | symlink("moved", keys), 0);
    assert_true(server_reload_keys(server));
    assert_int_equal(symlink("next", link) | rename(link, keys), 0);
    await_key("team-a", false);
    assert_non_null(server_key(server, "team-c"));
}

static void P10_a_key_removed_without_a_free_descriptor_is_refused(void **state)
{
    (void)state;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    make_key(keys, "team-c", "team");
    assert_int_equal(unlink(folder_file(keys, "team-a.key")), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    bool done = server_reload_keys(server);
    const struct key *a = server_key(server, "team-a"), *b = server_key(server, "team-b");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(done);
    assert_null(a);
    assert_non_null(b);
    /* It is tried again without another change in the folder. */
    await_key("team-c", true);
    assert_null(server_key(server, "team-a"));
}

static void P10_a_folder_that_others_may_write_in_keeps_the_keys_as_they_were(void **state)
{
    (void)state;
    make_key(keys, "team-c", "team");
    assert_int_equal(chmod(keys, 0777), 0);
    assert_false(server_reload_keys(server));
    assert_null(server_key(server, "team-c"));
    assert_non_null(server_key(server, "team-a"));
    assert_int_equal(chmod(keys, 0700), 0);
    await_key("team-c", true);
}

static void P10_a_fifo_in_the_folder_holds_nobody_up(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(folder_file(keys, "zz.key"), 0600), 0);
    assert_int_equal(unlink(folder_file(keys, "team-a.key")), 0);
    await_key("team-a", false);
    assert_non_null(server_key(server, "team-b"));
    assert_null(server_key(server, "zz"));
}

static void P10_a_folder_that_others_may_write_in_admits_nobody_at_the_start(void **state)
{
    (void)state;
    const struct server_config config = {.endpoint = "tcp://127.0.0.1:*",
                                         .key_path = folder_file(folder, "broker.key_secret"),
                                         .keys_folder = keys,
                                         .message_bytes_max = 1024};
    assert_int_equal(chmod(keys, 0770), 0);
    assert_null(server_open(&config, message, sizeof message));
    assert_non_null(strstr(message, "`chmod go-w` it"));
}

#define WITH_A_SERVER(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_SERVER(P10_without_a_folder_the_keys_stay_as_they_were),
        WITH_A_SERVER(P10_a_folder_that_takes_the_place_of_the_former_counts),
        WITH_A_SERVER(P10_a_symbolic_link_that_is_turned_counts),
        WITH_A_SERVER(P10_a_key_removed_without_a_free_descriptor_is_refused),
        WITH_A_SERVER(P10_a_folder_that_others_may_write_in_keeps_the_keys_as_they_were),
        WITH_A_SERVER(P10_a_fifo_in_the_folder_holds_nobody_up),
        WITH_A_SERVER(P10_a_folder_that_others_may_write_in_admits_nobody_at_the_start),
    };
    return cmocka_run_group_tests_name("server_keys", tests, NULL, NULL);
}
