/* test_policy_file.c: the policy file: what it says is what is in force, and what is wrong is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "broker/policy/policy_file.h"
#include "proto/words/london.h"

static const char REGION[] = SOURCE_FOLDER "/deploy/examples/region.yaml";

static const int64_t MINUTE = 60 * 1000;

static char *read_text(const char *path)
{
    char *text = calloc(1, POLICY_FILE_BYTES_MAX);
    FILE *stream = fopen(path, "re");

    assert_non_null(text);
    if (stream) {
        assert_true(fread(text, 1, POLICY_FILE_BYTES_MAX - 1, stream) < POLICY_FILE_BYTES_MAX - 1);
        fclose(stream);
    }
    return text;
}

static struct policy_file *parse(const char *text, struct policy_problems *problems)
{
    struct policy_file *file = policy_file_parse((const uint8_t *)text, strlen(text), problems);

    assert_int_equal(file == NULL, problems->count > 0);
    return file;
}

static char *printed(const char *name, const struct policy_problems *problems)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    policy_problems_print(stream, name, problems);
    fclose(stream);
    return text;
}

static int is_policy(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return end != NULL && strcmp(end, ".yaml") == 0;
}

/* The problems of each policy are printed as its .expected file says; that of a good policy is empty. */
static void test_every_wrong_thing_is_named_with_its_line_field_and_remedy(void **state)
{
    struct dirent **entries;
    int count = scandir(POLICY_CASES, &entries, is_policy, alphasort);
    int wrong = 0;

    (void)state;
    assert_true(count > 80);
    for (int i = 0; i < count; i++) {
        struct policy_problems problems;
        char path[4096];
        char *expected, *found;
        struct policy_file *file;

        snprintf(path, sizeof path, "%s/%s", POLICY_CASES, entries[i]->d_name);
        file = policy_file_read(path, &problems);
        snprintf(path, sizeof path, "%s/%.*s.expected", POLICY_CASES, (int)(strlen(entries[i]->d_name) - 5),
                 entries[i]->d_name);
        expected = read_text(path);
        found = printed(entries[i]->d_name, &problems);
        if (strcmp(found, expected) != 0 || (expected[0] == '\0') != (file != NULL)) {
            print_error("expected: %sfound:    %s", expected, found);
            wrong++;
        }
        policy_file_destroy(&file);
        free(expected);
        free(found);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(wrong, 0);
}

static const struct policy_team *team(const struct policy *policy, const char *id)
{
    int index = policy_find_team(policy, id);

    assert_true(index >= 0);
    return &policy->teams[index];
}

static void test_what_the_file_says_is_what_is_in_force(void **state)
{
    struct policy_problems problems;
    struct policy_file *file =
        policy_file_read(SOURCE_FOLDER "/tests/policy/other-spellings.yaml", &problems);
    const struct policy *policy;
    const struct policy_team *alder;

    (void)state;
    assert_non_null(file);
    policy = &file->policy;
    assert_string_equal(policy->region, "Norrland");
    assert_int_equal(policy->urgency_when_missing, URGENCY_VERY_URGENT);
    assert_true(policy->answer_ms[URGENCY_EMERGENCY] == 90 * 1000);
    assert_true(policy->answer_ms[URGENCY_VERY_URGENT] == 5 * MINUTE);
    assert_true(policy->answer_ms[URGENCY_URGENT] == 150 * MINUTE);
    assert_true(policy->answer_ms[URGENCY_ROUTINE] == 60 * MINUTE + 1500);
    assert_true(policy->arrival_grace_ms == 250);
    assert_true(policy->contact_lease_ms == 7 * 24 * 60 * MINUTE);
    assert_int_equal(policy->rounds_max, 1);
    assert_int_equal(policy->retention_days, 2922);
    assert_int_equal(policy->holidays.count, 2);
    assert_int_equal(policy->holidays.days[0], london_day(2026, 12, 25));
    assert_int_equal(policy->holidays.days[1], london_day(2027, 1, 1));
    assert_int_equal(policy->district_count, 3);
    assert_string_equal(policy->districts[0].key, "Z9A");
    assert_int_equal(policy->organisation_count, 0);
    alder = team(policy, "alder");
    assert_string_equal(alder->name, "Alder: crisis team");
    assert_string_equal(alder->telephone, "+44 1632 960110 ext 2");
    assert_int_equal(alder->sources, 0x0e);
    assert_int_equal(alder->needs, 0);
    assert_int_equal(alder->age_first, 65);
    assert_int_equal(alder->age_last, AGE_MAX);
    assert_false(alder->flexible_transition);
    assert_true(alder->interpreter);
    assert_int_equal(alder->language_count, 2);
    assert_string_equal(alder->languages[0], "no");
    assert_true(alder->expected_arrival_ms == 90 * MINUTE);
    assert_int_equal(alder->places, 12);
    assert_int_equal(alder->rota.count, 2);
    assert_int_equal(alder->rota.shifts[0].days, 0x17);
    assert_int_equal(alder->rota.shifts[0].from_minute, 9 * 60);
    assert_int_equal(alder->rota.shifts[1].days, 0x60 | ROTA_BANK_HOLIDAY);
    assert_int_equal(alder->rota.shifts[1].to_minute, 7 * 60 + 15);
    policy_file_destroy(&file);
    assert_null(file);
}

/* The teams of an area's ladder with their rungs: "1 a, 2 b, 2 c". */
static void write_steps(const struct policy *policy, const char *area_id, char *out, size_t size)
{
    int index = policy_find_area(policy, area_id);
    const struct policy_area *area;

    assert_true(index >= 0);
    area = &policy->areas[index];
    out[0] = '\0';
    for (int i = 0; i < area->step_count; i++) {
        size_t used = strlen(out);

        snprintf(out + used, size - used, "%s%d %s", i == 0 ? "" : ", ", area->steps[i].rung,
                 policy->teams[area->steps[i].team].id);
    }
}

static void test_the_example_region_is_good_and_its_ladders_are_flat(void **state)
{
    struct policy_problems problems;
    struct policy_file *file = policy_file_read(REGION, &problems);
    const struct policy *policy;
    char steps[1024];
    bool assumed;

    (void)state;
    policy_problems_print(stderr, REGION, &problems);
    assert_non_null(file);
    policy = &file->policy;
    assert_int_equal(policy->team_count, 10);
    assert_int_equal(policy->holidays.count, 16);
    write_steps(policy, "northmoor", steps, sizeof steps);
    assert_string_equal(steps, "1 northmoor-liaison, 1 paediatric-liaison, 1 custody-liaison, "
                               "2 northmoor-crisis, 2 young-people-crisis, 2 older-people-crisis, "
                               "3 southfell-crisis, 4 place-of-safety, 5 crisis-line");
    write_steps(policy, "southfell", steps, sizeof steps);
    assert_string_equal(steps, "1 southfell-liaison, 1 paediatric-liaison, 1 custody-liaison, "
                               "2 southfell-crisis, 2 young-people-crisis, 2 older-people-crisis, "
                               "3 northmoor-crisis, 4 place-of-safety, 5 crisis-line");
    assert_string_equal(
        policy->areas[policy_area_for(policy, &(struct referral_place){"ZX6", NULL, NULL}, &assumed)].id,
        "southfell");
    assert_string_equal(
        policy->areas[policy_area_for(policy, &(struct referral_place){NULL, NULL, "ZZE02"}, &assumed)].id,
        "southfell");
    assert_string_equal(
        policy->areas[policy_area_for(policy, &(struct referral_place){NULL, NULL, NULL}, &assumed)].id,
        "northmoor");
    assert_string_equal(policy
                            ->areas[policy_area_for(
                                policy, &(struct referral_place){NULL, "southfell-custody", NULL}, &assumed)]
                            .id,
                        "southfell");
    assert_false(policy_site_is_unknown(policy, "northmoor-car"));
    assert_true(policy_site_is_unknown(policy, "southfell-van"));
    policy_file_destroy(&file);
}

static void test_a_quota_that_the_file_leaves_out_is_the_one_of_the_example(void **state)
{
    struct policy_problems problems;
    struct policy_file *example = policy_file_read(REGION, &problems);
    struct policy_file *none = policy_file_read(SOURCE_FOLDER "/tests/policy/base.yaml", &problems);
    struct policy_file *some =
        policy_file_read(SOURCE_FOLDER "/tests/policy/other-spellings.yaml", &problems);

    (void)state;
    assert_memory_equal(none->policy.quotas, example->policy.quotas, sizeof example->policy.quotas);
    assert_int_equal(some->policy.quotas[QUOTA_NEW_WORK].per_second, 999999);
    assert_int_equal(some->policy.quotas[QUOTA_NEW_WORK].burst, example->policy.quotas[QUOTA_NEW_WORK].burst);
    assert_int_equal(some->policy.quotas[QUOTA_RECORDS].burst, 1);
    assert_memory_equal(&some->policy.quotas[QUOTA_ANSWERS], &example->policy.quotas[QUOTA_ANSWERS],
                        sizeof example->policy.quotas[0]);
    policy_file_destroy(&example);
    policy_file_destroy(&none);
    policy_file_destroy(&some);
}

static void test_the_digest_is_that_of_the_file_s_bytes(void **state)
{
    struct policy_problems problems;
    char *text = read_text(REGION);
    struct policy_file *one = parse(text, &problems);
    struct policy_file *again = parse(text, &problems);
    struct policy_file *other;

    (void)state;
    *strstr(text, "example") = 'E'; /* in a comment */
    other = parse(text, &problems);
    assert_memory_equal(one->policy.digest, again->policy.digest, sizeof one->policy.digest);
    assert_memory_not_equal(one->policy.digest, other->policy.digest, sizeof one->policy.digest);
    assert_int_equal(other->size, strlen(text));
    assert_memory_equal(other->bytes, text, other->size);
    policy_file_destroy(&one);
    policy_file_destroy(&again);
    policy_file_destroy(&other);
    free(text);
}

/* Whether a problem is on a line and its field ends with a name. */
static bool is_named(const struct policy_problems *problems, int line, const char *name, size_t length)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct policy_problem *problem = &problems->items[i];
        const char *last = strrchr(problem->field, '.');

        last = last == NULL ? problem->field : last + 1;
        if (problem->line == line && strncmp(last, name, length) == 0 &&
            (last[length] == '\0' || last[length] == '['))
            return problem->text[0] != '\0' && problem->remedy[0] != '\0';
    }
    return false;
}

/* Puts a mapping in the place of each value of the example region that stands beside its name, one by one:
 * no field takes one. */
static void test_a_wrong_value_anywhere_in_the_region_is_reported_on_its_line(void **state)
{
    char *text = read_text(REGION);
    char *changed = calloc(1, strlen(text) + 64);
    char *line = text;
    int number = 1, tried = 0;

    (void)state;
    assert_non_null(changed);
    for (; line != NULL; number++) {
        char *end = strchr(line, '\n');
        char *name = line + strspn(line, " -");
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz_");
        const char *value = name + length;

        if (length > 0 && strncmp(value, ": ", 2) == 0 && end) {
            struct policy_problems problems;

            snprintf(changed, strlen(text) + 64, "%.*s: {wrong: here}%s", (int)(value - text), text, end);
            assert_null(parse(changed, &problems));
            if (!is_named(&problems, number, name, length))
                fail_msg("line %d: a wrong %.*s is not reported there", number, (int)length, name);
            tried++;
        }
        line = end == NULL ? NULL : end + 1;
    }
    assert_true(tried > 150);
    free(changed);
    free(text);
}

static void test_the_list_of_problems_ends_and_says_so(void **state)
{
    struct policy_problems problems;
    char text[4096] = "";
    char *found;

    (void)state;
    for (int i = 0; i < POLICY_PROBLEMS_MAX + 5; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "field%d: wrong\n", i);
    assert_null(parse(text, &problems));
    assert_int_equal(problems.count, POLICY_PROBLEMS_MAX);
    found = printed("x.yaml", &problems);
    assert_non_null(strstr(found, "x.yaml: more may be wrong; this list ends at 32.\n"));
    free(found);
}

/* A Windows editor puts a byte-order mark before the text and a carriage return before each line feed. */
static void test_a_file_that_a_windows_editor_saved_is_read(void **state)
{
    char *plain = read_text(REGION), *text = malloc(2 * strlen(plain) + 4), *at = text;
    struct policy_problems problems = {0};
    (void)state;
    at = stpcpy(at, "\xef\xbb\xbf");
    for (const char *from = plain; *from; from++) {
        if (*from == '\n')
            *at++ = '\r';
        *at++ = *from;
    }
    *at = '\0';
    struct policy_file *file = parse(text, &problems);
    assert_non_null(file);
    assert_int_equal(file->policy.area_count, 2);
    policy_file_destroy(&file);
    free(text);
    free(plain);
}

static void test_a_file_that_cannot_be_read_says_so(void **state)
{
    struct policy_problems problems;

    (void)state;
    assert_null(policy_file_read("/nowhere/region.yaml", &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].text, "it cannot be read: No such file or directory");
    assert_null(policy_file_read("/", &problems));
    assert_string_equal(problems.items[0].text, "it cannot be read: Is a directory");
}

/* Fills with a piece, again and again. */
static char *filled_with(const char *before, const char *piece, size_t size)
{
    char *text = malloc(size + 1);
    size_t used = strlen(before), length = strlen(piece);

    assert_non_null(text);
    memcpy(text, before, used);
    for (; used + length <= size; used += length)
        memcpy(text + used, piece, length);
    text[used] = '\0';
    return text;
}

static void test_hostile_bytes_are_refused(void **state)
{
    static const char *const PIECES[][2] = {
        {"", "["},
        {"a: ", "["},
        {"", "{a: "},
        {"", "- "},
        {"", "? "},
        {"teams:\n", "- a\n"},
        {"", "a"},
        {"\"", "x"},
        {"", "&a "},
        {"", "*a "},
        {"", "!"},
        {"region: |\n", " x\n"},
        {"", "---\n"},
        {"", "#\n"},
        {"", "\xff"},
        {"", "\xfe\xff"},
        {"a: [", "\"\\L\", "},
        {"", "\t"},
        {"", "%YAML 1.1\n"},
        {"ladders:\n", "- {id: a, rungs: [[a]], then: a}\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
        struct policy_problems problems;
        char *text = filled_with(PIECES[i][0], PIECES[i][1], 2 * 1024 * 1024);

        assert_null(parse(text, &problems));
        free(text);
    }
    {
        struct policy_problems problems;
        char *text = filled_with("", "# too large\n", POLICY_FILE_BYTES_MAX + 12);

        assert_null(parse(text, &problems));
        assert_string_equal(problems.items[0].text, "the file is larger than 8 MiB");
        assert_null(policy_file_parse((const uint8_t *)"region\0: x", 10, &problems));
        assert_null(policy_file_parse((const uint8_t *)"", 0, &problems));
        free(text);
    }
}

static void test_any_damage_is_refused_or_harmless(void **state)
{
    static const char SIGNS[] = "[]{}:,-#\"'&*!|>%@ \n\t\\0aZ\x80\xff";
    const char *given = getenv("CONCORDAT_SEED");
    unsigned seed = given == NULL ? (unsigned)time(NULL) : (unsigned)strtoul(given, NULL, 10);
    char *text = read_text(REGION);
    size_t size = strlen(text);

    (void)state;
    print_message("CONCORDAT_SEED=%u\n", seed);
    for (int round = 0; round < 500; round++) {
        struct policy_problems problems;
        size_t at = (size_t)rand_r(&seed) % size;
        char kept = text[at];
        struct policy_file *file;

        if (round % 5 == 0) {
            file = policy_file_parse((const uint8_t *)text, at, &problems);
        } else {
            text[at] = SIGNS[(size_t)rand_r(&seed) % (sizeof SIGNS - 1)];
            file = policy_file_parse((const uint8_t *)text, size, &problems);
        }
        assert_int_equal(file == NULL, problems.count > 0);
        policy_file_destroy(&file);
        text[at] = kept;
    }
    free(text);
}

enum { MANY = 10000 };

static void test_ten_thousand_teams_are_each_found(void **state)
{
    char *base = read_text(SOURCE_FOLDER "/tests/policy/base.yaml");
    const char *ladders = strstr(base, "ladders:\n");
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    struct policy_problems problems;
    struct policy_file *file;

    (void)state;
    assert_non_null(stream);
    fwrite(base, 1, (size_t)(ladders - base), stream);
    for (int i = 0; i < MANY; i++) {
        fprintf(
            stream,
            "  - id: team-%d\n    name: Team %d\n    type: A02\n    organisation: ZZM01\n"
            "    telephone: 01632 960110\n    sources: all\n    offers: comes\n    detained: never\n    ages: 18-64\n    needs: [autism, perinatal]\n"
            "    languages: [ur, pl]\n    interpreter: yes\n    expected_arrival: 45m\n    hours:\n"
            "      - {days: mon-fri, from: \"09:00\", to: \"17:00\"}\n"
            "      - {days: sat-sun, from: \"10:00\", to: \"12:00\"}\n",
            i, i);
    }
    fputs(ladders, stream);
    fclose(stream);
    file = parse(text, &problems);
    assert_non_null(file);
    assert_int_equal(file->policy.team_count, MANY + 2);
    for (int i = 0; i < MANY; i++) {
        char id[32], name[32];

        snprintf(id, sizeof id, "team-%d", i);
        snprintf(name, sizeof name, "Team %d", i);
        assert_string_equal(team(&file->policy, id)->name, name);
    }
    policy_file_destroy(&file);
    free(text);
    free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_wrong_thing_is_named_with_its_line_field_and_remedy),
        cmocka_unit_test(test_what_the_file_says_is_what_is_in_force),
        cmocka_unit_test(test_the_example_region_is_good_and_its_ladders_are_flat),
        cmocka_unit_test(test_a_quota_that_the_file_leaves_out_is_the_one_of_the_example),
        cmocka_unit_test(test_the_digest_is_that_of_the_file_s_bytes),
        cmocka_unit_test(test_a_wrong_value_anywhere_in_the_region_is_reported_on_its_line),
        cmocka_unit_test(test_the_list_of_problems_ends_and_says_so),
        cmocka_unit_test(test_a_file_that_a_windows_editor_saved_is_read),
        cmocka_unit_test(test_a_file_that_cannot_be_read_says_so),
        cmocka_unit_test(test_hostile_bytes_are_refused),
        cmocka_unit_test(test_any_damage_is_refused_or_harmless),
        cmocka_unit_test(test_ten_thousand_teams_are_each_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
