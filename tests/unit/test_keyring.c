/* P10: a keyring admits the good public keys of a folder, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/server/keyring.h"
#include "tests/worlds/folder.h"

static char folder[FOLDER_PATH_BYTES], message[512];

static int make_folder(void **state)
{
    (void)state;
    return folder_make(folder, "keyring");
}

static int remove_folder(void **state)
{
    (void)state;
    return folder_remove(folder);
}

static void make_key(const char *name, const char *role)
{
    if (keys_make(folder, name, role, "zz-one", message, sizeof message) != 0)
        fail_msg("%s", message);
}

static const char *in_folder(const char *name)
{
    return folder_file(folder, name);
}

static struct keyring *open_keyring(void)
{
    struct keyring *keyring = keyring_open(folder, NULL, message, sizeof message);
    if (!keyring)
        fail_msg("%s", message);
    return keyring;
}

static void P10_every_key_is_found_by_name_and_by_key(void **state)
{
    (void)state;
    static const char *const names[] = {"nine", "one", "five", "three", "seven", "two"};
    for (size_t i = 0; i < 6; i++)
        make_key(names[i], "team");
    struct keyring *keyring = open_keyring();
    for (size_t i = 0; i < 6; i++) {
        const struct key *key = keyring_by_name(keyring, names[i]);
        assert_non_null(key);
        assert_string_equal(key->name, names[i]);
        assert_ptr_equal(keyring_by_bytes(keyring, key->public_bytes), key);
    }
    assert_null(keyring_by_name(keyring, "four"));
    assert_null(
        keyring_by_name(keyring, "a name that is longer than any name of a key can be, and then some"));
    static const uint8_t nobodys[KEY_BYTES] = {1, 2, 3};
    assert_null(keyring_by_bytes(keyring, nobodys));
    keyring_close(&keyring);
    assert_null(keyring);
}

static void P10_an_unusable_file_admits_nobody_and_harms_no_other(void **state)
{
    (void)state;
    make_key("good", "team");
    FILE *file = fopen(in_folder("bad.key"), "w");
    assert_non_null(file);
    fputs("a list of things\n", file);
    fclose(file);
    assert_int_equal(mkdir(in_folder("folder.key"), 0700), 0);
    struct keyring *keyring = open_keyring();
    assert_non_null(keyring_by_name(keyring, "good"));
    assert_null(keyring_by_name(keyring, "bad"));
    keyring_close(&keyring);
}

static void P10_only_public_key_files_count_and_a_secret_is_not_kept(void **state)
{
    (void)state;
    make_key("here", "team");
    make_key("gone", "team");
    assert_int_equal(unlink(in_folder("gone.key")), 0);
    make_key("careless", "team");
    assert_int_equal(rename(in_folder("careless.key_secret"), in_folder("careless.key")), 0);
    struct keyring *keyring = open_keyring();
    assert_non_null(keyring_by_name(keyring, "here"));
    assert_null(keyring_by_name(keyring, "gone"));
    const struct key *careless = keyring_by_name(keyring, "careless");
    assert_non_null(careless);
    assert_false(careless->has_secret);
    assert_string_equal(careless->secret_text, "");
    keyring_close(&keyring);
}

/* Writes a copy of the file with another name in it. */
static void copy_key_as(const char *from_file, const char *to_file, const char *name)
{
    char line[1024];
    FILE *from = fopen(in_folder(from_file), "r"), *to = fopen(in_folder(to_file), "w");
    assert_non_null(from);
    assert_non_null(to);
    while (fgets(line, sizeof line, from))
        if (strstr(line, " name = "))
            fprintf(to, "    name = \"%s\"\n", name);
        else
            fputs(line, to);
    fclose(from);
    fclose(to);
}

static void P10_no_file_can_claim_the_name_of_another(void **state)
{
    (void)state;
    make_key("m", "team");
    struct keyring *keyring = open_keyring();
    struct key first = *keyring_by_name(keyring, "m");
    assert_string_equal(keyring_complaints(keyring), "");
    keyring_close(&keyring);
    make_key("thief", "coordinator");
    copy_key_as("thief.key", "a.key", "m");
    keyring = open_keyring();
    assert_string_equal(keyring_by_name(keyring, "m")->public_text, first.public_text);
    assert_null(keyring_by_name(keyring, "a"));
    assert_non_null(strstr(keyring_complaints(keyring), "a.key: the key in it is named m; rename the file"));
    keyring_close(&keyring);
}

static void P10_of_two_files_with_one_key_the_first_by_file_name_wins(void **state)
{
    (void)state;
    make_key("m", "team");
    copy_key_as("m.key", "n.key", "n");
    struct keyring *keyring = open_keyring();
    const struct key *found = keyring_by_name(keyring, "m");
    assert_non_null(found);
    assert_null(keyring_by_name(keyring, "n"));
    assert_ptr_equal(keyring_by_bytes(keyring, found->public_bytes), found);
    assert_non_null(strstr(keyring_complaints(keyring), "n.key: m.key has the same public key"));
    keyring_close(&keyring);
}

static void the_name_of_a_file_cannot_forge_a_line_of_the_log(void **state)
{
    (void)state;
    make_key("m", "team");
    copy_key_as("m.key", "x\nnot admitted: m.key", "m");
    struct keyring *keyring = open_keyring();
    assert_null(strstr(keyring_complaints(keyring), "\nnot admitted: m"));
    keyring_close(&keyring);
}

static void P10_a_folder_in_which_others_may_write_is_refused(void **state)
{
    (void)state;
    static const mode_t wrong[] = {0770, 0702, 01777};
    make_key("m", "team");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(chmod(folder, wrong[i]), 0);
        assert_null(keyring_open(folder, NULL, message, sizeof message));
        assert_non_null(strstr(message, "`chmod go-w` it"));
    }
    assert_int_equal(chmod(folder, 0755), 0);
    struct keyring *keyring = open_keyring();
    keyring_close(&keyring);
}

/* A ring without one key that should count would shut an honest peer out. The memory of a process has no byte
 * at its beginning: to read it there fails like a disk (EIO). */
static void a_ring_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    make_key("m", "team");
    assert_int_equal(symlink("/proc/self/mem", in_folder("n.key")), 0);
    assert_null(keyring_open(folder, NULL, message, sizeof message));
    assert_non_null(strstr(message, "n.key: cannot read the key file"));
    assert_int_equal(unlink(in_folder("n.key")), 0);
    struct keyring *keyring = open_keyring();
    assert_non_null(keyring_by_name(keyring, "m"));
    keyring_close(&keyring);
}

/* Writes the file anew, with another owner of the same length, and gives it its former time. */
static void give_to_another_owner(const char *file)
{
    char text[1024] = {0};
    struct stat before;
    assert_int_equal(stat(in_folder(file), &before), 0);
    FILE *stream = fopen(in_folder(file), "r+");
    assert_non_null(stream);
    size_t size = fread(text, 1, sizeof text - 1, stream);
    char *owner = strstr(text, "zz-one");
    assert_non_null(owner);
    memcpy(owner, "zz-two", strlen("zz-two"));
    rewind(stream);
    assert_int_equal(fwrite(text, 1, size, stream), size);
    fclose(stream);
    const struct timespec times[] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, in_folder(file), times, 0), 0);
}

static void P10_a_ring_that_follows_another_has_what_the_files_say_now(void **state)
{
    (void)state;
    make_key("m", "team");
    make_key("n", "team");
    struct keyring *former = open_keyring();
    give_to_another_owner("n.key");
    make_key("o", "team");
    assert_int_equal(unlink(in_folder("m.key")), 0);
    struct keyring *keyring = keyring_open(folder, former, message, sizeof message);
    assert_non_null(keyring);
    assert_string_equal(keyring_by_name(keyring, "n")->of, "zz-two");
    assert_non_null(keyring_by_name(keyring, "o"));
    assert_null(keyring_by_name(keyring, "m"));
    assert_true(keyring_lost(former, keyring));
    keyring_close(&former);
    keyring_close(&keyring);
}

static void P10_complaints_about_a_key_outlive_the_ring(void **state)
{
    (void)state;
    const int64_t now_ms = 1000;
    make_key("m", "team");
    struct keyring *former = open_keyring();
    while (!misuse_note(keyring_misuse(former, keyring_by_name(former, "m")), now_ms))
        ;
    make_key("a", "team");
    struct keyring *keyring = open_keyring();
    keyring_keep_misuse(keyring, former);
    assert_false(keyring_lost(former, keyring));
    keyring_close(&former);
    assert_true(misuse_is_barred(keyring_misuse(keyring, keyring_by_name(keyring, "m")), now_ms));
    assert_false(misuse_is_barred(keyring_misuse(keyring, keyring_by_name(keyring, "a")), now_ms));
    keyring_close(&keyring);
}

static void P10_a_removed_file_withdraws_its_key_without_a_descriptor(void **state)
{
    (void)state;
    make_key("m", "team");
    make_key("n", "team");
    struct keyring *keyring = open_keyring();
    struct key gone = *keyring_by_name(keyring, "m");
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    keyring_withdraw_removed(keyring, folder);
    assert_non_null(keyring_by_name(keyring, "m"));
    assert_int_equal(unlink(in_folder("m.key")), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    keyring_withdraw_removed(keyring, folder);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_null(keyring_by_name(keyring, "m"));
    assert_null(keyring_by_bytes(keyring, gone.public_bytes));
    assert_non_null(keyring_by_name(keyring, "n"));
    /* A folder that is gone says nothing about its files. */
    keyring_withdraw_removed(keyring, "/nonexistent/keys");
    assert_non_null(keyring_by_name(keyring, "n"));
    keyring_close(&keyring);
}

static void P10_a_servers_key_does_not_admit(void **state)
{
    (void)state;
    make_key("broker", "server");
    struct keyring *keyring = open_keyring();
    assert_null(keyring_by_name(keyring, "broker"));
    keyring_close(&keyring);
    assert_null(keyring_open("/nonexistent/keys", NULL, message, sizeof message));
    assert_non_null(strstr(message, "/nonexistent/keys"));
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(P10_every_key_is_found_by_name_and_by_key),
        IN_A_FOLDER(P10_an_unusable_file_admits_nobody_and_harms_no_other),
        IN_A_FOLDER(P10_only_public_key_files_count_and_a_secret_is_not_kept),
        IN_A_FOLDER(P10_no_file_can_claim_the_name_of_another),
        IN_A_FOLDER(P10_of_two_files_with_one_key_the_first_by_file_name_wins),
        IN_A_FOLDER(the_name_of_a_file_cannot_forge_a_line_of_the_log),
        IN_A_FOLDER(P10_a_folder_in_which_others_may_write_is_refused),
        IN_A_FOLDER(a_ring_is_read_whole_or_not_at_all),
        IN_A_FOLDER(P10_a_ring_that_follows_another_has_what_the_files_say_now),
        IN_A_FOLDER(P10_complaints_about_a_key_outlive_the_ring),
        IN_A_FOLDER(P10_a_removed_file_withdraws_its_key_without_a_descriptor),
        IN_A_FOLDER(P10_a_servers_key_does_not_admit),
    };
    return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
