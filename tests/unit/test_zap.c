/* P10: the ZAP handler admits by domain, mechanism and key, survives garbage, and aborts rather than end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/server/zap.h"
#include "tests/worlds/folder.h"

static char folder[FOLDER_PATH_BYTES], message[512];
static struct key known;

struct door {
    void *context, *router, *asker;
    struct zap *zap;
    struct backlog *backlog;
    struct connections *connections;
};

static struct keyring *open_keyring(void)
{
    struct keyring *keyring = keyring_open(folder, NULL, message, sizeof message);
    if (!keyring)
        fail_msg("%s", message);
    return keyring;
}

static struct door open_door(void)
{
    struct door door = {.context = zmq_ctx_new()};
    door.router = zmq_socket(door.context, ZMQ_ROUTER);
    door.backlog = backlog_open();
    door.connections = connections_open();
    door.zap = zap_open(door.context, door.router, open_keyring(), door.backlog, door.connections, message,
                        sizeof message);
    assert_non_null(door.zap);
    int patience_ms = 10000;
    door.asker = zmq_socket(door.context, ZMQ_REQ);
    assert_int_equal(zmq_setsockopt(door.asker, ZMQ_RCVTIMEO, &patience_ms, sizeof patience_ms), 0);
    assert_int_equal(zmq_connect(door.asker, "inproc://zeromq.zap.01"), 0);
    return door;
}

static void close_door(struct door *door)
{
    zap_close(&door->zap);
    backlog_close(&door->backlog);
    connections_close(&door->connections);
    zmq_close(door->asker);
    zmq_close(door->router);
    zmq_ctx_term(door->context);
}

/* Asks as libzmq does. Gives the code of the answer, and the name in it. */
static void ask(struct door *door, const char *domain, const char *mechanism, const uint8_t *key, size_t size,
                char code[16], char user[64])
{
    const char *const frames[] = {"1.0", "7", domain, "127.0.0.1", "", mechanism};
    for (size_t i = 0; i < 6; i++)
        assert_true(zmq_send(door->asker, frames[i], strlen(frames[i]), ZMQ_SNDMORE) >= 0);
    assert_true(zmq_send(door->asker, key, size, 0) >= 0);
    char answer[6][128] = {0};
    for (int i = 0; i < 6; i++)
        assert_true(zmq_recv(door->asker, answer[i], sizeof answer[i] - 1, 0) >= 0);
    assert_string_equal(answer[0], "1.0");
    assert_string_equal(answer[1], "7");
    snprintf(code, 16, "%.15s", answer[2]);
    snprintf(user, 64, "%.63s", answer[4]);
}

static void expect(struct door *door, const char *domain, const char *mechanism, const uint8_t *key,
                   size_t size, const char *expected_code, const char *expected_user)
{
    char code[16], user[64];
    ask(door, domain, mechanism, key, size, code, user);
    assert_string_equal(code, expected_code);
    assert_string_equal(user, expected_user);
}

static void P10_only_a_known_key_of_our_domain_is_admitted(void **state)
{
    (void)state;
    struct door door = open_door();
    uint8_t other[KEY_BYTES];
    memcpy(other, known.public_bytes, KEY_BYTES);
    other[KEY_BYTES - 1] ^= 1;
    expect(&door, ZAP_DOMAIN, "CURVE", known.public_bytes, KEY_BYTES, "200", "north-1");
    expect(&door, ZAP_DOMAIN, "CURVE", other, KEY_BYTES, "300", "");
    expect(&door, "another", "CURVE", known.public_bytes, KEY_BYTES, "300", "");
    expect(&door, "", "CURVE", known.public_bytes, KEY_BYTES, "300", "");
    expect(&door, ZAP_DOMAIN, "NULL", known.public_bytes, KEY_BYTES, "300", "");
    expect(&door, ZAP_DOMAIN, "CURVE", known.public_bytes, KEY_BYTES - 1, "300", "");
    expect(&door, ZAP_DOMAIN, "CURVE", known.public_bytes, 0, "300", "");
    close_door(&door);
}

static void P10_nonsense_is_refused_and_the_door_stays_kept(void **state)
{
    (void)state;
    struct door door = open_door();
    static const uint8_t long_frame[1000] = {0};
    char answer[128];
    int more = 1;
    for (int frames = 1; frames <= 20; frames++) {
        for (int i = 0; i < frames; i++)
            assert_true(zmq_send(door.asker, long_frame, i == 4 ? sizeof long_frame : 3,
                                 i + 1 < frames ? ZMQ_SNDMORE : 0) >= 0);
        for (int i = 0; i < 6; i++) {
            int size = zmq_recv(door.asker, answer, sizeof answer, 0);
            assert_true(size >= 0);
            if (i == 2)
                assert_memory_equal(answer, "300", 3);
        }
        assert_int_equal(zmq_getsockopt(door.asker, ZMQ_RCVMORE, &more, &(size_t){sizeof more}), 0);
        assert_false(more);
    }
    expect(&door, ZAP_DOMAIN, "CURVE", known.public_bytes, KEY_BYTES, "200", "north-1");
    close_door(&door);
}

static void P10_a_door_without_its_keeper_aborts_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct door door = open_door();
        zmq_ctx_shutdown(door.context);
        sigset_t none;
        sigemptyset(&none);
        alarm(60);
        sigsuspend(&none);
        _exit(0);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    assert_int_equal(WTERMSIG(how), SIGABRT);
}

static int make_folder(void **state)
{
    (void)state;
    if (folder_make(folder, "zap") != 0 ||
        keys_make(folder, "north-1", "team", "zz-north", message, sizeof message) != 0)
        return -1;
    struct keyring *keyring = open_keyring();
    known = *keyring_by_name(keyring, "north-1");
    keyring_close(&keyring);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P10_only_a_known_key_of_our_domain_is_admitted),
        cmocka_unit_test(P10_nonsense_is_refused_and_the_door_stays_kept),
        cmocka_unit_test(P10_a_door_without_its_keeper_aborts_the_process),
    };
    return cmocka_run_group_tests_name("zap", tests, make_folder, remove_folder);
}
