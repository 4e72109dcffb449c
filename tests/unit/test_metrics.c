/* Figures for Prometheus: the lines of the file, and that a reader finds a whole file or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/words/metrics.h"
#include "tests/worlds/folder.h"

enum { PAGE_BYTES = 8192 };

static char folder[FOLDER_PATH_BYTES];

static int make_folder(void **state)
{
    (void)state;
    return folder_make(folder, "metrics");
}

static int remove_folder(void **state)
{
    (void)state;
    return folder_remove(folder);
}

static const char *file_text(const char *path)
{
    static char text[PAGE_BYTES];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static struct metrics metrics_in_folder(void)
{
    static char path[FOLDER_PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/north-1.prom", folder);
    return (struct metrics){.program = "broker", .path = path};
}

static void a_file_has_its_families_with_help_type_labels_and_values(void **state)
{
    (void)state;
    struct metrics m = metrics_in_folder();
    struct metrics_times times = {0};
    assert_true(metrics_begin(&m, 0, 1700000000123));
    metrics_number(&m, METRIC_GAUGE, "open", "How many are open.", 3);
    metrics_family(&m, METRIC_COUNTER, "late_total", "How many were late.");
    metrics_sample(&m, 9007199254740991.0 / 1024, "area", "ZX.north-1", "state", "in_hand", NULL);
    metrics_took(&times, 1000000);    /* within the first bucket, inclusive */
    metrics_took(&times, 1000001);    /* within the second */
    metrics_took(&times, 7500000000); /* within none */
    metrics_histogram(&m, "took_seconds", "How long it took.", &times);
    metrics_end(&m);
    const char *text = file_text(m.path);
    assert_non_null(strstr(text, "concordat_broker_written_seconds{unit=\"north-1\"} 1700000000.123\n"));
    assert_non_null(strstr(text,
                           "# HELP concordat_broker_open How many are open.\n"
                           "# TYPE concordat_broker_open gauge\n"
                           "concordat_broker_open{unit=\"north-1\"} 3\n"
                           "# HELP concordat_broker_late_total How many were late.\n"
                           "# TYPE concordat_broker_late_total counter\n"
                           "concordat_broker_late_total{unit=\"north-1\",area=\"ZX.north-1\",state=\"in_"
                           "hand\"} 8796093022208\n"));
    assert_non_null(strstr(text, "concordat_broker_took_seconds_bucket{unit=\"north-1\",le=\"0.001\"} 1\n"
                                 "concordat_broker_took_seconds_bucket{unit=\"north-1\",le=\"0.002\"} 2\n"));
    assert_non_null(strstr(text, "concordat_broker_took_seconds_bucket{unit=\"north-1\",le=\"5\"} 2\n"
                                 "concordat_broker_took_seconds_bucket{unit=\"north-1\",le=\"+Inf\"} 3\n"
                                 "concordat_broker_took_seconds_sum{unit=\"north-1\"} 7.502000001\n"
                                 "concordat_broker_took_seconds_count{unit=\"north-1\"} 3\n"));
}

static void it_is_due_every_fifteen_seconds_and_never_if_nobody_asks(void **state)
{
    (void)state;
    struct metrics m = metrics_in_folder(), none = {.program = "broker"};
    assert_true(metrics_begin(&m, 5000, 0));
    metrics_end(&m);
    assert_false(metrics_begin(&m, 19999, 0));
    assert_true(metrics_begin(&m, 20000, 0));
    metrics_end(&m);
    assert_false(metrics_begin(&none, 20000, 0));
}

/* Its reader is another user, and the program has a umask. */
static void everybody_may_read_it(void **state)
{
    (void)state;
    struct metrics m = metrics_in_folder();
    struct stat is;
    umask(077);
    assert_true(metrics_begin(&m, 0, 0));
    metrics_end(&m);
    assert_int_equal(stat(m.path, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0644);
}

static void a_reader_finds_the_file_before_until_the_next_is_whole(void **state)
{
    (void)state;
    struct metrics m = metrics_in_folder();
    assert_true(metrics_begin(&m, 0, 1000));
    metrics_end(&m);
    assert_true(metrics_begin(&m, METRICS_EVERY_MS, 2000));
    fflush(m.page);
    assert_non_null(strstr(file_text(m.path), "concordat_broker_written_seconds{unit=\"north-1\"} 1\n"));
    metrics_end(&m);
    assert_non_null(strstr(file_text(m.path), "concordat_broker_written_seconds{unit=\"north-1\"} 2\n"));
}

static void what_cannot_be_written_stops_nothing_and_comes_back(void **state)
{
    (void)state;
    char path[FOLDER_PATH_BYTES + 32];
    struct metrics m = {.program = "broker", .path = path};
    snprintf(path, sizeof path, "%s/away/north.prom", folder);
    assert_false(metrics_begin(&m, 0, 0));
    assert_true(m.fails);
    snprintf(path, sizeof path, "%s/away", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/away/north.prom", folder);
    assert_true(metrics_begin(&m, METRICS_EVERY_MS, 0));
    metrics_end(&m);
    assert_false(m.fails);
    assert_int_equal(access(path, R_OK), 0);
}

/* A disk that is full is told when the last bytes are written. */
static void a_full_disk_leaves_the_file_before(void **state)
{
    (void)state;
    struct metrics m = metrics_in_folder();
    assert_true(metrics_begin(&m, 0, 1000));
    metrics_end(&m);
    assert_true(metrics_begin(&m, METRICS_EVERY_MS, 2000));
    fclose(m.page);
    m.page = fopen("/dev/full", "w");
    metrics_number(&m, METRIC_GAUGE, "open", "How many are open.", 3);
    metrics_end(&m);
    assert_true(m.fails);
    assert_non_null(strstr(file_text(m.path), "concordat_broker_written_seconds{unit=\"north-1\"} 1\n"));
    assert_true(metrics_begin(&m, 2 * METRICS_EVERY_MS, 3000));
    metrics_end(&m);
    assert_false(m.fails);
}

/* The child of a test says nothing on the screen. Returns how it ended. */
static int status_of_sample_with(const char *value)
{
    pid_t child = fork();
    if (child == 0) {
        struct metrics m = metrics_in_folder();
        if (!freopen("/dev/null", "w", stderr) || !metrics_begin(&m, 0, 0))
            _exit(2);
        metrics_family(&m, METRIC_GAUGE, "open", "How many are open.");
        metrics_sample(&m, 1, "area", value, NULL);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void a_label_has_an_id_a_name_of_a_key_or_a_code_and_nothing_that_people_type(void **state)
{
    (void)state;
    static const char *const refused[] = {"",
                                          "Sam Example",
                                          "07700 900123",
                                          "a\"b",
                                          "a\\b",
                                          "a\nb",
                                          "s\xc3\xa9n",
                                          "a23456789012345678901234567890123456789012345678901234567890123x"};
    assert_int_equal(status_of_sample_with("northmoor-crisis_1.b"), 0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_true(WIFSIGNALED(status_of_sample_with(refused[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_has_its_families_with_help_type_labels_and_values, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(it_is_due_every_fifteen_seconds_and_never_if_nobody_asks, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(everybody_may_read_it, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_reader_finds_the_file_before_until_the_next_is_whole, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_stops_nothing_and_comes_back, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_file_before, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            a_label_has_an_id_a_name_of_a_key_or_a_code_and_nothing_that_people_type, make_folder,
            remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
