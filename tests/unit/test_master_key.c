/* P9: a master key is read from a place where nobody else reads it; each fault is named, and never with
 * anything of the key. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/seal/master_key.h"
#include "tests/worlds/folder.h"

#define HEX1  "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define BASE1 "dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0="
#define HEX2  "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
#define BASE2 "P8TM/nRYcOLA2Z9x8w/wZWyN7dQcwdfT03aw2+aF4vM="

static char folder[FOLDER_PATH_BYTES], message[400];
static uint8_t first[MASTER_KEY_BYTES], second[MASTER_KEY_BYTES];
static struct master_key *key;

static int make_folder(void **state)
{
    (void)state;
    sodium_hex2bin(first, sizeof first, HEX1, strlen(HEX1), NULL, NULL, NULL);
    sodium_hex2bin(second, sizeof second, HEX2, strlen(HEX2), NULL, NULL, NULL);
    return folder_make(folder, "master");
}

static int remove_folder(void **state)
{
    (void)state;
    return folder_remove(folder);
}

static const char *in_folder(const char *name)
{
    return folder_file(folder, name);
}

static void write_bytes(const char *name, const char *bytes, size_t size, mode_t mode)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    assert_int_equal(chmod(in_folder(name), mode), 0);
}

static enum master_key_status open_text(const char *text)
{
    return master_key_open_text("master", text, strlen(text), &key, message, sizeof message);
}

static enum master_key_status open_file(const char *name)
{
    message[0] = '\0';
    return master_key_open_file(in_folder(name), NULL, &key, message, sizeof message);
}

static void expect_keys(const char *text, uint8_t newest, uint8_t other)
{
    assert_int_equal(open_text(text), MASTER_KEY_GOOD);
    assert_int_equal(master_key_newest(key), newest);
    for (unsigned i = 0; i <= MASTER_KEY_GENERATIONS_MAX; i++)
        if (i == newest || i == other)
            assert_memory_equal(master_key_of(key, (uint8_t)i), i == newest ? second : first,
                                MASTER_KEY_BYTES);
        else
            assert_null(master_key_of(key, (uint8_t)i));
    master_key_close(&key);
    assert_null(key);
}

static void P9_generations_are_read_as_people_write_them(void **state)
{
    (void)state;
    expect_keys("2 " HEX2, 2, 2);
    expect_keys("1 " HEX1 "\n2 " HEX2 "\n", 2, 1);
    expect_keys("1 " BASE1 "\n2 " BASE2 "\n", 2, 1);
    expect_keys("255 " HEX2 "\n# the old one\n\n  3\t" BASE1 " # drawn in May\n", 255, 3);
    expect_keys("\xEF\xBB\xBF# by a Windows editor\r\n1 " HEX1 "\r\n2 " HEX2 "\r\n", 2, 1);
    expect_keys("007 3FC4CCFE745870E2C0D99F71F30FF0656C8DEDD41CC1D7D3D376B0DBE685E2F3#", 7, 7);
}

static void P9_a_fault_is_named_with_its_line_and_nothing_of_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } faults[] = {
        {"", "master: there is no master key in it; make one with `concordat keys`"},
        {"# only a comment\n\n", "master: there is no master key"},
        {HEX1 "\n", "master: line 1: a line begins with the number of its generation"},
        {"# one\n\n0 " HEX1, "master: line 3: a line begins with the number"},
        {"256 " HEX1, "line 1: a line begins with the number"},
        {"-1 " HEX1, "line 1: a line begins with the number"},
        {"1000 " HEX1, "line 1: a line begins with the number"},
        {"1: " HEX1, "line 1: a line begins with the number"},
        {"1=" HEX1, "line 1: a line begins with the number"},
        {"\xFF\xFE"
         "1 " HEX1,
         "line 1: a line begins with the number"},
        {"1 " HEX1 "\n1 " HEX2 "\n", "line 2: generation 1 stands in line 1 already"},
        {"1 " HEX1 "\n\n2 " BASE1 "\n", "line 3: generation 2 has the same key as generation 1"},
        {"1\n", "line 1: the key of generation 1 is not 64 hex digits or 44 characters of base64"},
        {"1 " HEX1 "0\n", "line 1: the key of generation 1 is not"},
        {"1 7692c3ad \n", "line 1: the key of generation 1 is not"},
        {"1 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431eg",
         "line 1: the key of generation 1"},
        {"1 76:2c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
         "line 1: the key of generation 1"},
        {"1 dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0\n", "line 1: the key of generation 1 is not"},
        {"1 dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me1=\n", "line 1: the key of generation 1 is not"},
        {"1 dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z-0Me0=\n", "line 1: the key of generation 1 is not"},
        {"1 " HEX1 " " HEX2, "line 1: more stands behind the key; begin a comment with #"},
        {"1 " HEX1 "\r2 " HEX2, "line 1: the key of generation 1 is not"},
        {"9 0000000000000000000000000000000000000000000000000000000000000000",
         "line 1: this key is not random"},
        {"9 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
         "line 1: this key is not random"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        assert_int_equal(open_text(faults[i].text), MASTER_KEY_WRONG);
        assert_null(key);
        if (!strstr(message, faults[i].says))
            fail_msg("case %zu says: %s", i, message);
        assert_null(strstr(message, "7692"));
        assert_null(strstr(message, "dpLD"));
        assert_null(strstr(message, "3fc4"));
    }
}

static void P9_a_zero_byte_is_no_end_of_a_key(void **state)
{
    (void)state;
    static const char text[] = "1 " HEX1 "\0\n2 " HEX2;
    assert_int_equal(master_key_open_text("master", text, sizeof text - 1, &key, message, sizeof message),
                     MASTER_KEY_WRONG);
}

static void P9_a_key_that_others_may_reach_is_refused(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        bool good_file, good_credential;
    } modes[] = {{0600, true, true},   {0400, true, true},   {0440, false, true},  {0640, false, true},
                 {0620, false, false}, {0604, false, false}, {0602, false, false}, {0660, false, false},
                 {0644, false, false}, {0777, false, false}};
    write_bytes("modes", "1 " HEX1, 2 + strlen(HEX1), 0600);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(in_folder("modes"), modes[i].mode), 0);
        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
        assert_int_equal(open_file("modes"), modes[i].good_file ? MASTER_KEY_GOOD : MASTER_KEY_WRONG);
        assert_true(modes[i].good_file || strstr(message, "chmod 600"));
        master_key_close(&key);
        assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
        assert_int_equal(master_key_open_credential("modes", &key, message, sizeof message),
                         modes[i].good_credential ? MASTER_KEY_GOOD : MASTER_KEY_WRONG);
        master_key_close(&key);
    }
}

/* Only root can give a file away; elsewhere there is nothing to see. */
static void P9_a_key_of_another_user_is_refused(void **state)
{
    (void)state;
    write_bytes("others", "1 " HEX1, 2 + strlen(HEX1), 0600);
    if (chown(in_folder("others"), 12345, 12345) != 0)
        skip();
    assert_int_equal(open_file("others"), MASTER_KEY_WRONG);
    assert_non_null(strstr(message, "user 12345's; `chown` it"));
}

/* The failure is a test that hangs: a FIFO without a writer makes open(2) wait. */
static void P9_what_is_not_a_regular_file_is_no_master_key(void **state)
{
    (void)state;
    write_bytes("real", "1 " HEX1, 2 + strlen(HEX1), 0600);
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_int_equal(symlink("real", in_folder("link")), 0);
    assert_int_equal(symlink("/dev/zero", in_folder("device")), 0);
    assert_int_equal(mkdir(in_folder("folder"), 0700), 0);
    static const struct {
        const char *name, *says;
    } wrong[] = {{"fifo", "no regular file"},
                 {"link", "symbolic link; name the file itself"},
                 {"device", "symbolic link"},
                 {"folder", "no regular file"},
                 {"absent", "No such file"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(open_file(wrong[i].name), MASTER_KEY_WRONG);
        assert_non_null(strstr(message, in_folder(wrong[i].name)));
        assert_non_null(strstr(message, wrong[i].says));
    }
}

static void P9_a_key_beside_what_it_seals_is_refused(void **state)
{
    (void)state;
    char inside[FOLDER_PATH_BYTES * 2];
    assert_int_equal(mkdir(in_folder("state"), 0700), 0);
    assert_int_equal(mkdir(in_folder("state-keys"), 0700), 0);
    write_bytes("state/master", "1 " HEX1, 2 + strlen(HEX1), 0600);
    write_bytes("state-keys/master", "1 " HEX1, 2 + strlen(HEX1), 0600);
    snprintf(inside, sizeof inside, "%s/state-keys/../state/master", folder);
    assert_int_equal(master_key_open_file(inside, in_folder("state"), &key, message, sizeof message),
                     MASTER_KEY_WRONG);
    assert_non_null(strstr(message, "move it to another folder"));
    assert_int_equal(master_key_open_file(in_folder("state-keys/master"), in_folder("state"), &key, message,
                                          sizeof message),
                     MASTER_KEY_GOOD);
    master_key_close(&key);
    assert_int_equal(master_key_open_file(in_folder("state-keys/master"), in_folder("no-state-yet"), &key,
                                          message, sizeof message),
                     MASTER_KEY_GOOD);
    master_key_close(&key);
}

static void P9_a_file_that_is_too_long_is_no_master_key(void **state)
{
    (void)state;
    static char text[MASTER_KEY_FILE_BYTES_MAX];
    memset(text, '\n', sizeof text);
    memcpy(text, "1 " HEX1, 2 + strlen(HEX1));
    write_bytes("long", text, sizeof text - 1, 0600);
    assert_int_equal(open_file("long"), MASTER_KEY_GOOD);
    master_key_close(&key);
    write_bytes("long", text, sizeof text, 0600);
    assert_int_equal(open_file("long"), MASTER_KEY_WRONG);
    assert_non_null(strstr(message, "not a master key: it has 32768 bytes or more"));
}

static void P9_a_credential_is_found_by_its_name(void **state)
{
    (void)state;
    write_bytes("seal-key", "1 " BASE1, 2 + strlen(BASE1), 0400);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    assert_int_equal(master_key_open_credential("seal-key", &key, message, sizeof message), MASTER_KEY_GOOD);
    assert_memory_equal(master_key_of(key, 1), first, sizeof first);
    master_key_close(&key);
    assert_int_equal(master_key_open_credential("absent", &key, message, sizeof message), MASTER_KEY_WRONG);
    assert_non_null(strstr(message, "absent: cannot open the master key"));
    assert_int_equal(master_key_open_credential("../seal-key", &key, message, sizeof message),
                     MASTER_KEY_WRONG);
    assert_int_equal(master_key_open_credential("", &key, message, sizeof message), MASTER_KEY_WRONG);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(master_key_open_credential("seal-key", &key, message, sizeof message), MASTER_KEY_WRONG);
    assert_non_null(strstr(message, "LoadCredentialEncrypted=seal-key"));
}

static void P9_without_a_free_descriptor_it_cannot_be_read_now(void **state)
{
    (void)state;
    struct rlimit before, none;
    write_bytes("later", "1 " HEX1, 2 + strlen(HEX1), 0600);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum master_key_status status = open_file("later");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, MASTER_KEY_NOT_NOW);
    assert_int_equal(open_file("later"), MASTER_KEY_GOOD);
    master_key_close(&key);
}

static void P9_a_new_key_is_drawn_into_a_file_of_its_owner(void **state)
{
    (void)state;
    struct stat about;
    struct master_key *second_key;
    mode_t umask_before = umask(0777);
    int made = master_key_make(in_folder("made"), NULL, message, sizeof message);
    umask(umask_before);
    assert_int_equal(made, 0);
    assert_int_equal(stat(in_folder("made"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(open_file("made"), MASTER_KEY_GOOD);
    assert_int_equal(master_key_newest(key), 1);
    assert_int_equal(master_key_make(in_folder("made"), NULL, message, sizeof message), -1);
    assert_non_null(strstr(message, "choose another name or move it away"));

    assert_int_equal(master_key_make(in_folder("renewed"), key, message, sizeof message), 0);
    assert_int_equal(master_key_open_file(in_folder("renewed"), NULL, &second_key, message, sizeof message),
                     0);
    assert_int_equal(master_key_newest(second_key), 2);
    assert_memory_equal(master_key_of(second_key, 1), master_key_of(key, 1), MASTER_KEY_BYTES);
    assert_memory_not_equal(master_key_of(second_key, 1), master_key_of(second_key, 2), MASTER_KEY_BYTES);
    master_key_close(&key);
    master_key_close(&second_key);
    assert_int_equal(master_key_make("/nonexistent/master", NULL, message, sizeof message), -1);
    assert_non_null(strstr(message, "/nonexistent/master: No such file"));
}

static void P9_all_generations_fit_and_none_comes_after_the_last(void **state)
{
    (void)state;
    char text[MASTER_KEY_FILE_BYTES_MAX], hex[2 * MASTER_KEY_BYTES + 1];
    size_t used = 0;
    for (int i = 1; i < MASTER_KEY_GENERATIONS_MAX; i++) {
        uint8_t drawn[MASTER_KEY_BYTES];
        randombytes_buf(drawn, sizeof drawn);
        sodium_bin2hex(hex, sizeof hex, drawn, sizeof drawn);
        used += (size_t)snprintf(text + used, sizeof text - used, "%d %s\n", i, hex);
    }
    assert_int_equal(open_text(text), MASTER_KEY_GOOD);
    assert_int_equal(master_key_make(in_folder("all"), key, message, sizeof message), 0);
    master_key_close(&key);
    assert_int_equal(open_file("all"), MASTER_KEY_GOOD);
    for (int i = 1; i <= MASTER_KEY_GENERATIONS_MAX; i++)
        assert_non_null(master_key_of(key, (uint8_t)i));
    assert_int_equal(master_key_newest(key), MASTER_KEY_GENERATIONS_MAX);
    assert_int_equal(master_key_make(in_folder("one-more"), key, message, sizeof message), -1);
    assert_non_null(strstr(message, "there is no generation after 255"));
    assert_int_equal(access(in_folder("one-more"), F_OK), -1);
    master_key_close(&key);
}

/* Exits with what it finds. Root may lock any amount, so the child is another user. */
static void lock_without_being_allowed(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setresuid(12345, 12345, 12345) != 0))
        _exit(2);
    _exit(open_text("1 " HEX1) == MASTER_KEY_GOOD && !master_key_is_locked(key) ? 0 : 1);
}

static void P9_a_key_that_cannot_be_locked_is_read_and_says_so(void **state)
{
    (void)state;
#ifdef CONCORDAT_SANITIZED
    skip(); /* the sanitizer says that everything is locked, and locks nothing */
#endif
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        lock_without_being_allowed();
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P9_generations_are_read_as_people_write_them),
        cmocka_unit_test(P9_a_fault_is_named_with_its_line_and_nothing_of_the_key),
        cmocka_unit_test(P9_a_zero_byte_is_no_end_of_a_key),
        cmocka_unit_test(P9_a_key_that_others_may_reach_is_refused),
        cmocka_unit_test(P9_a_key_of_another_user_is_refused),
        cmocka_unit_test(P9_what_is_not_a_regular_file_is_no_master_key),
        cmocka_unit_test(P9_a_key_beside_what_it_seals_is_refused),
        cmocka_unit_test(P9_a_file_that_is_too_long_is_no_master_key),
        cmocka_unit_test(P9_a_credential_is_found_by_its_name),
        cmocka_unit_test(P9_without_a_free_descriptor_it_cannot_be_read_now),
        cmocka_unit_test(P9_a_new_key_is_drawn_into_a_file_of_its_owner),
        cmocka_unit_test(P9_all_generations_fit_and_none_comes_after_the_last),
        cmocka_unit_test(P9_a_key_that_cannot_be_locked_is_read_and_says_so),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_folder, remove_folder);
}
