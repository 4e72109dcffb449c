/* The form of a referral: each field has its place once, under a label, with choices that its reader takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/words/json.h"
#include "services/desk/referral_choices.h"
#include "services/desk/referral_form.h"

static const Concordat__V1__Source sources[] = {CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                                CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION,
                                                CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT};

/* How often what a path leads to is asked for in the form of a source. */
static size_t times_asked(const char *path, Concordat__V1__Source source)
{
    const struct referral_question *question;
    size_t times = 0;
    for (size_t i = 0; i < referral_parts_count; i++) {
        const char *at = referral_parts[i].names;
        while (referral_parts[i].source == source && (question = referral_part_next(&at)))
            times += strcmp(referral_question_field(question)->path, path) == 0;
    }
    return times;
}

/* The source, which the key says, and the id, which is made with the form, are no questions. */
static bool is_asked_of(const struct referral_field *field, Concordat__V1__Source source)
{
    static const enum referral_group own[] = {
        [CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE] = REFERRAL_GROUP_STREET,
        [CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION] = REFERRAL_GROUP_LIAISON,
        [CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT] = REFERRAL_GROUP_DEPARTMENT};
    if (strcmp(field->name, "source") == 0 || strcmp(field->name, "id") == 0)
        return false;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (field->group == own[sources[i]])
            return sources[i] == source;
    return true;
}

static void each_field_of_a_source_has_one_place_on_its_form(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sources / sizeof *sources; s++)
        for (size_t i = 0; i < referral_fields_count; i++) {
            const struct referral_field *field = &referral_fields[i];
            size_t wanted = is_asked_of(field, sources[s]);
            if (times_asked(field->path, sources[s]) != wanted)
                fail_msg("%s of source %d", field->name, sources[s]);
        }
}

static void the_street_has_one_page_and_the_others_one_thing_a_page(void **state)
{
    (void)state;
    assert_int_equal(referral_form_pages(sources[0]), 1);
    assert_int_equal(referral_form_pages(sources[1]), 5);
    assert_int_equal(referral_form_pages(sources[2]), 5);
}

/* What a choice sends, as the reader makes a message of it. */
static void assert_is_read(const struct referral_field *field, const char *typed)
{
    struct arena arena;
    struct referral_reading reading;
    struct wire_fault fault;
    json_t *json = json_object(), *given = json_object();
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    assert_true(referral_field_set(given, field, typed));
    assert_non_null(referral_message(json, given, NULL, "street-triage", 1768255200000,
                                     &concordat__v1__submit__descriptor, &arena, &reading, &fault));
    if (*reading.kept || *reading.moved || *reading.understood)
        fail_msg("%s %s is not taken as it is", field->name, typed);
    arena_close(&arena);
    json_decref(given);
    json_decref(json);
}

static void each_choice_is_one_that_the_reader_takes_as_it_is(void **state)
{
    (void)state;
    struct referral_choice choices[REFERRAL_CHOICES_MAX];
    for (size_t i = 0; i < referral_fields_count; i++) {
        size_t count = referral_choices(&referral_fields[i], choices);
        for (size_t c = 0; c < count; c++)
            assert_is_read(&referral_fields[i], choices[c].typed);
    }
}

static void a_question_has_choices_if_it_is_asked_by_them(void **state)
{
    (void)state;
    struct referral_choice choices[REFERRAL_CHOICES_MAX];
    for (size_t i = 0; i < referral_fields_count; i++) {
        const struct referral_question *question = referral_question_find(referral_fields[i].name);
        if (!question)
            continue;
        bool chooses = question->ask == REFERRAL_ASK_ONE || question->ask == REFERRAL_ASK_LIST ||
                       question->ask == REFERRAL_ASK_SOME;
        bool takes_none = question->ask == REFERRAL_ASK_YES;
        size_t count = referral_choices(&referral_fields[i], choices);
        if (!takes_none && (count > 0) != chooses)
            fail_msg("%s", question->name);
    }
}

static void choices_are_called_by_words(void **state)
{
    (void)state;
    struct referral_choice choices[REFERRAL_CHOICES_MAX];
    const struct referral_field *legal = referral_question_field(referral_question_find("legal"));
    const struct referral_field *gender = referral_question_field(referral_question_find("gender"));
    assert_in_range(referral_choices(legal, choices), 3, REFERRAL_CHOICES_MAX);
    assert_string_equal(choices[1].words, "Section 136");
    assert_string_equal(choices[2].typed, "section-135-1");
    assert_string_equal(choices[2].words, "Section 135(1)");
    assert_int_equal(referral_choices(gender, choices), 6);
    assert_string_equal(choices[0].typed, "1");
    assert_string_equal(choices[0].words, "Male");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_of_a_source_has_one_place_on_its_form),
        cmocka_unit_test(the_street_has_one_page_and_the_others_one_thing_a_page),
        cmocka_unit_test(each_choice_is_one_that_the_reader_takes_as_it_is),
        cmocka_unit_test(a_question_has_choices_if_it_is_asked_by_them),
        cmocka_unit_test(choices_are_called_by_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
