/* A key file is read as it was made, a secret stays secret, and no file is overwritten. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/keys/keys.h"
#include "tests/worlds/folder.h"

static char folder[FOLDER_PATH_BYTES], message[300];

static int make_folder(void **state)
{
    (void)state;
    return folder_make(folder, "keys");
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

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_pair_is_read_back_with_who_holds_it(void **state)
{
    (void)state;
    struct key public, secret;
    assert_int_equal(keys_make(folder, "north-1", "team", "zz-north", message, sizeof message), 0);
    assert_int_equal(keys_read(in_folder("north-1.key"), &public, message, sizeof message), 0);
    assert_int_equal(keys_read(in_folder("north-1.key_secret"), &secret, message, sizeof message), 0);
    assert_string_equal(public.name, "north-1");
    assert_int_equal(public.role, CONCORDAT__V1__ROLE__ROLE_TEAM);
    assert_false(public.is_server);
    assert_string_equal(public.of, "zz-north");
    assert_false(public.has_secret);
    assert_true(secret.has_secret);
    assert_string_equal(public.public_text, secret.public_text);
    assert_memory_equal(public.public_bytes, secret.public_bytes, KEY_BYTES);
    keys_wipe(&secret);
    assert_string_equal(secret.secret_text, "");
}

static void a_secret_is_for_its_owner_alone_and_another_is_not_read(void **state)
{
    (void)state;
    struct stat about;
    struct key key;
    assert_int_equal(keys_make(folder, "hidden", "server", "", message, sizeof message), 0);
    assert_int_equal(stat(in_folder("hidden.key_secret"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(chmod(in_folder("hidden.key_secret"), 0640), 0);
    assert_int_equal(keys_read(in_folder("hidden.key_secret"), &key, message, sizeof message), KEYS_WRONG);
    assert_non_null(strstr(message, "chmod 600"));
    assert_false(key.has_secret);
}

static void a_public_key_is_for_all_to_read_whatever_the_umask(void **state)
{
    (void)state;
    struct stat about;
    mode_t before = umask(S_IRWXG | S_IRWXO);
    int made = keys_make(folder, "seen", "server", "", message, sizeof message);
    umask(before);
    assert_int_equal(made, 0);
    assert_int_equal(stat(in_folder("seen.key"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0644);
    assert_int_equal(stat(in_folder("seen.key_secret"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
}

static void an_existing_file_is_not_written_over(void **state)
{
    (void)state;
    struct key before, after;
    assert_int_equal(keys_make(folder, "kept", "source", "street-triage", message, sizeof message), 0);
    assert_int_equal(keys_read(in_folder("kept.key"), &before, message, sizeof message), 0);
    assert_int_equal(keys_make(folder, "kept", "auditor", "zz", message, sizeof message), -1);
    assert_non_null(strstr(message, "kept.key_secret"));
    assert_int_equal(keys_read(in_folder("kept.key"), &after, message, sizeof message), 0);
    assert_memory_equal(&before, &after, sizeof before);

    /* A public file alone is not overwritten either, and keys_make leaves no secret without its public file.
     */
    assert_int_equal(unlink(in_folder("kept.key_secret")), 0);
    assert_int_equal(keys_make(folder, "kept", "auditor", "zz", message, sizeof message), -1);
    assert_int_equal(access(in_folder("kept.key_secret"), F_OK), -1);
}

static void names_and_roles_that_cannot_stand_in_a_file_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "../up",
                                        "a b",
                                        ".hidden",
                                        "-flag",
                                        "quote\"",
                                        "line\nbreak",
                                        "0123456789012345678901234567890123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(keys_make(folder, wrong[i], "team", "zz", message, sizeof message), -1);
    assert_int_equal(keys_make(folder, "role", "superuser", "zz", message, sizeof message), -1);
    assert_int_equal(keys_make(folder, "role", "not recorded", "zz", message, sizeof message), -1);
    assert_int_equal(keys_make(folder, "of", "team", "", message, sizeof message), -1);
    assert_int_equal(keys_make("/nonexistent", "of", "team", "zz", message, sizeof message), -1);
    assert_non_null(strstr(message, "/nonexistent/of.key_secret"));
}

static void a_damaged_file_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "metadata\n",
        "metadata\n    name = \"a\"\n    role = \"team\"\n    of = \"zz\"\ncurve\n    public-key = "
        "\"short\"\n",
        "metadata\n    name = \"a\"\n    role = \"king\"\n    of = \"zz\"\ncurve\n    public-key = "
        "\"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n",
        "metadata\n    name = \"../a\"\n    role = \"team\"\n    of = \"zz\"\ncurve\n    public-key = "
        "\"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n",
    };
    struct key key;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_text("damaged.key", wrong[i]);
        assert_int_equal(keys_read(in_folder("damaged.key"), &key, message, sizeof message), KEYS_WRONG);
        assert_non_null(strstr(message, "damaged.key"));
    }
    assert_int_equal(keys_read(folder, &key, message, sizeof message), KEYS_WRONG);
    assert_int_equal(keys_read(in_folder("absent.key"), &key, message, sizeof message), KEYS_WRONG);
}

/* The failure is a test that hangs: a FIFO without a writer makes open(2) wait. */
static void what_is_not_a_regular_file_is_no_key_and_holds_nobody_up(void **state)
{
    (void)state;
    struct key key;
    assert_int_equal(mkfifo(in_folder("fifo.key"), 0600), 0);
    assert_int_equal(symlink("/dev/tty", in_folder("device.key")), 0);
    assert_int_equal(symlink("loop.key", in_folder("loop.key")), 0);
    assert_int_equal(mkdir(in_folder("folder.key"), 0700), 0);
    static const char *const wrong[] = {"fifo.key", "device.key", "loop.key", "folder.key"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(keys_read(in_folder(wrong[i]), &key, message, sizeof message), KEYS_WRONG);
        assert_non_null(strstr(message, wrong[i]));
    }
}

static void a_key_behind_a_link_is_read(void **state)
{
    (void)state;
    struct key key;
    assert_int_equal(keys_make(folder, "linked", "team", "zz", message, sizeof message), 0);
    assert_int_equal(rename(in_folder("linked.key"), in_folder("..data")), 0);
    assert_int_equal(symlink("..data", in_folder("linked.key")), 0);
    assert_int_equal(keys_read(in_folder("linked.key"), &key, message, sizeof message), KEYS_GOOD);
}

static void a_file_that_a_windows_editor_saved_is_read(void **state)
{
    (void)state;
    struct key key;
    static const char good[] = "\xEF\xBB\xBFmetadata\r\n    name = \"a\"\r\n    role = \"team\"\r\n    of = "
                               "\"zz\"\r\ncurve\r\n    public-key = "
                               "\"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\r";
    write_text("windows.key", good);
    assert_int_equal(keys_read(in_folder("windows.key"), &key, message, sizeof message), KEYS_GOOD);
    assert_string_equal(key.name, "a");
    assert_string_equal(key.of, "zz");
    /* A carriage return elsewhere is still wrong, and the line's number is the editor's. */
    write_text("windows.key", "metadata\r\n    na\rme = \"a\"\r\n");
    assert_int_equal(keys_read(in_folder("windows.key"), &key, message, sizeof message), KEYS_WRONG);
    assert_non_null(strstr(message, "line 2 "));
}

static void a_value_is_the_first_of_its_name_in_its_section(void **state)
{
    (void)state;
    struct key key;
    write_text("first.key",
               "# a = \"comment\"\nother\n    name = \"x\"\nmetadata = \"\" # of\n    name=\"a\"# \"b\"\n"
               "        of = \"deeper\"\n    name = \"c\"\n\n    role   =   \"team\"\n    of = \"zz\"\n"
               "curve\n    public-key = \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\nmetadata\n"
               "    of = \"yy\"");
    assert_int_equal(keys_read(in_folder("first.key"), &key, message, sizeof message), KEYS_GOOD);
    assert_string_equal(key.name, "a");
    assert_string_equal(key.of, "zz");
    assert_false(key.has_secret);
    write_text("first.key", "metadata\n    name # \"a\"\n    role = \"team\"\n    of = \"zz\"\n");
    assert_int_equal(keys_read(in_folder("first.key"), &key, message, sizeof message), KEYS_WRONG);
    assert_non_null(strstr(message, "metadata/name"));
    write_text("first.key", "metadata\n  name = \"a\"\n");
    assert_int_equal(keys_read(in_folder("first.key"), &key, message, sizeof message), KEYS_WRONG);
    assert_non_null(strstr(message, "line 2 "));
}

static void without_a_free_descriptor_a_key_cannot_be_read_now(void **state)
{
    (void)state;
    struct key key;
    struct rlimit before, none;
    assert_int_equal(keys_make(folder, "later", "team", "zz", message, sizeof message), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum keys_status status = keys_read(in_folder("later.key"), &key, message, sizeof message);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, KEYS_NOT_NOW);
    assert_non_null(strstr(message, "later.key"));
    assert_int_equal(keys_read(in_folder("later.key"), &key, message, sizeof message), KEYS_GOOD);
}

/* Reads the file while it captures stdout and stderr, and gives what was printed. */
static int read_aside(const char *name, char *printed, size_t size)
{
    struct key key;
    FILE *aside = tmpfile();
    assert_non_null(aside);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    fflush(stdout);
    dup2(fileno(aside), STDOUT_FILENO);
    dup2(fileno(aside), STDERR_FILENO);
    int rc = keys_read(in_folder(name), &key, message, sizeof message);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(aside);
    printed[fread(printed, 1, size - 1, aside)] = '\0';
    fclose(aside);
    return rc;
}

/* A mistyped line may hold the secret. */
static void P10_nothing_of_a_line_that_cannot_be_read_is_shown(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "secret-key \"YneSECRET\"",
        "secret key = \"YneSECRET\"",
        "secret-key = \"YneSECRET",
        "secret-key = \"\" YneSECRET",
        "secret-key = 'YneSECRET' x",
        "secret-key = \"a\"b\"YneSECRET\"",
        "secret-key: \"YneSECRET\"",
        "\"YneSECRET\"",
        "= YneSECRET",
        "secret-key = \"Yne#\" \"SECRET\"",
        "\tsecret-key \"YneSECRET\"",
    };
    char printed[4096], text[128];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(text, sizeof text, "metadata\n    name = \"a\"\ncurve\n    %s\n", lines[i]);
        write_text("mistyped.key_secret", text);
        assert_int_equal(read_aside("mistyped.key_secret", printed, sizeof printed), KEYS_WRONG);
        assert_string_equal(printed, "");
        assert_non_null(strstr(message, "line 4 "));
        assert_null(strstr(message, "SECRET"));
    }
}

static void a_secret_of_another_public_key_is_refused(void **state)
{
    (void)state;
    struct key one, two;
    char text[600];
    assert_int_equal(keys_make(folder, "one", "team", "zz", message, sizeof message), 0);
    assert_int_equal(keys_make(folder, "two", "team", "zz", message, sizeof message), 0);
    assert_int_equal(keys_read(in_folder("one.key_secret"), &one, message, sizeof message), 0);
    assert_int_equal(keys_read(in_folder("two.key_secret"), &two, message, sizeof message), 0);
    snprintf(text, sizeof text,
             "metadata\n    name = \"a\"\n    role = \"team\"\n    of = \"zz\"\ncurve\n"
             "    public-key = \"%s\"\n    secret-key = \"%s\"\n",
             one.public_text, two.secret_text);
    write_text("mixed.key_secret", text);
    assert_int_equal(chmod(in_folder("mixed.key_secret"), 0600), 0);
    assert_int_equal(keys_read(in_folder("mixed.key_secret"), &one, message, sizeof message), KEYS_WRONG);
    assert_non_null(strstr(message, "does not belong"));
}

static void reading_and_making_keys_leaves_the_signals_alone(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        struct sigaction action;
        assert_int_equal(sigaction(signals[i], NULL, &action), 0);
        assert_ptr_equal(action.sa_handler, SIG_DFL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_is_read_back_with_who_holds_it),
        cmocka_unit_test(a_secret_is_for_its_owner_alone_and_another_is_not_read),
        cmocka_unit_test(a_public_key_is_for_all_to_read_whatever_the_umask),
        cmocka_unit_test(an_existing_file_is_not_written_over),
        cmocka_unit_test(names_and_roles_that_cannot_stand_in_a_file_are_refused),
        cmocka_unit_test(a_damaged_file_is_refused_by_name),
        cmocka_unit_test(what_is_not_a_regular_file_is_no_key_and_holds_nobody_up),
        cmocka_unit_test(a_key_behind_a_link_is_read),
        cmocka_unit_test(a_file_that_a_windows_editor_saved_is_read),
        cmocka_unit_test(a_value_is_the_first_of_its_name_in_its_section),
        cmocka_unit_test(without_a_free_descriptor_a_key_cannot_be_read_now),
        cmocka_unit_test(P10_nothing_of_a_line_that_cannot_be_read_is_shown),
        cmocka_unit_test(a_secret_of_another_public_key_is_refused),
        cmocka_unit_test(reading_and_making_keys_leaves_the_signals_alone),
    };
    return cmocka_run_group_tests_name("keys", tests, make_folder, remove_folder);
}
