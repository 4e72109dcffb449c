/* Coded values, numbers, times and ids are read as they were written, and nonsense is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "concordat/v1/codes.pb-c.h"
#include "concordat/v1/referral.pb-c.h"
#include "proto/words/refusal_text.h"
#include "proto/words/words.h"

static const ProtobufCEnumDescriptor *const enums[] = {
    &concordat__v1__source__descriptor,
    &concordat__v1__urgency__descriptor,
    &concordat__v1__need__descriptor,
    &concordat__v1__state__descriptor,
    &concordat__v1__owner_kind__descriptor,
    &concordat__v1__decline_reason__descriptor,
    &concordat__v1__consideration__descriptor,
    &concordat__v1__hold_reason__descriptor,
    &concordat__v1__offer_end__descriptor,
    &concordat__v1__step__descriptor,
    &concordat__v1__contact_mechanism__descriptor,
    &concordat__v1__attend_status__descriptor,
    &concordat__v1__outcome__descriptor,
    &concordat__v1__clock__descriptor,
    &concordat__v1__flag__descriptor,
    &concordat__v1__refusal__descriptor,
    &concordat__v1__receipt__descriptor,
    &concordat__v1__role__descriptor,
    &concordat__v1__basis__descriptor,
    &concordat__v1__answered__descriptor,
    &concordat__v1__place_of_safety__descriptor,
    &concordat__v1__transport__descriptor,
    &concordat__v1__police_vehicle_reason__descriptor,
};

static void every_value_is_read_back_from_its_words_and_from_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
        for (unsigned v = 0; v < enums[i]->n_values; v++) {
            const ProtobufCEnumValue *value = &enums[i]->values[v];
            char words[WORDS_MAX];
            int read = -1;
            words_for(enums[i], value->value, words);
            assert_true(words_parse(enums[i], words, &read));
            assert_int_equal(read, value->value);
            for (char *c = words; *c; c++)
                if (*c == ' ')
                    *c = '-';
            assert_true(words_parse(enums[i], words, &read));
            assert_int_equal(read, value->value);
            assert_true(words_parse(enums[i], value->name, &read));
            assert_int_equal(read, value->value);
        }
    }
}

static void words_are_plain_and_keep_acronyms(void **state)
{
    (void)state;
    char words[WORDS_MAX];
    assert_string_equal(words_for(&concordat__v1__decline_reason__descriptor, 1, words), "no capacity");
    assert_string_equal(words_for(&concordat__v1__need__descriptor, 1, words), "AMHP");
    assert_string_equal(words_for(&concordat__v1__urgency__descriptor, 0, words), "not recorded");
    assert_string_equal(words_for(&concordat__v1__urgency__descriptor, 77, words), "unknown (77)");
}

static void words_of_no_value_are_not_read(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         "very", "very urgent ", "very  urgent",
                                        "URGENCY_", "4",    "urgent!"};
    int value;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(words_parse(&concordat__v1__urgency__descriptor, wrong[i], &value));
}

static void a_spoken_number_is_read_back(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {1, 412, 9999, 10000, UINT32_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        for (int drill = 0; drill < 2; drill++) {
            char text[NUMBER_TEXT_BYTES];
            uint32_t number;
            bool is_drill;
            words_number(numbers[i], drill != 0, text);
            assert_true(words_parse_number(text, &number, &is_drill));
            assert_int_equal(number, numbers[i]);
            assert_int_equal(is_drill, drill);
        }
    }
    char text[NUMBER_TEXT_BYTES];
    uint32_t number;
    bool drill;
    words_number(412, false, text);
    assert_string_equal(text, "R-0412");
    assert_true(words_parse_number("r412", &number, &drill));
    assert_int_equal(number, 412);
    assert_true(words_parse_number("412", &number, &drill));
    assert_false(drill);
    static const char *const wrong[] = {"", "R-", "R-0", "X-12", "R-12x", "R-4294967296", "R--1", "-5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(words_parse_number(wrong[i], &number, &drill));
}

static void a_time_is_read_back_to_the_millisecond(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    for (int i = 0; i < 2000; i++) {
        int64_t ms = (int64_t)random() * 1000 * (i % 3 ? 1 : -1) + random() % 1000;
        int64_t read;
        char text[TIME_TEXT_BYTES];
        words_time(ms, text);
        assert_true(words_parse_time(text, &read));
        assert_true(read == ms);
    }
    char text[TIME_TEXT_BYTES];
    words_time(1771848000123, text);
    assert_string_equal(text, "2026-02-23T12:00:00.123Z");
    words_time(INT64_MAX, text);
    words_time(INT64_MIN, text);
}

static void a_time_with_any_offset_and_fraction_is_the_same_instant(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } same[] = {{"1970-01-01T00:00:00Z", 0},
                {"1970-01-01T01:00:00+01:00", 0},
                {"1969-12-31T18:30:00.5-05:30", 500},
                {"1970-01-01t00:00:00.123456789z", 123},
                {"1970-01-01 00:00:01.999Z", 1999},
                {"2024-02-29T00:00:00Z", 1709164800000},
                {"2016-12-31T23:59:60Z", 1483228800000}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        int64_t read = -1;
        assert_true(words_parse_time(same[i].text, &read));
        assert_true(read == same[i].ms);
    }
    static const char *const wrong[] = {"",
                                        "1970-01-01",
                                        "1970-01-01T00:00:00",
                                        "2023-02-29T00:00:00Z",
                                        "2023-13-01T00:00:00Z",
                                        "2023-00-10T00:00:00Z",
                                        "2023-01-00T00:00:00Z",
                                        "2023-01-01T24:00:00Z",
                                        "2023-01-01T00:60:00Z",
                                        "2023-01-01T00:00:00.Z",
                                        "2023-01-01T00:00:00.1234567890Z",
                                        "2023-01-01T00:00:00+1:00",
                                        "2023-01-01T00:00:00+24:00",
                                        "2023-01-01T00:00:00Zx",
                                        "23-01-01T00:00:00Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t read;
        assert_false(words_parse_time(wrong[i], &read));
    }
}

static void a_new_id_is_a_uuid_of_version_7_that_begins_with_the_time(void **state)
{
    (void)state;
    struct timespec before, after;
    uint8_t id[16], other[16], read[16];
    clock_gettime(CLOCK_REALTIME, &before);
    words_new_uuid(id);
    clock_gettime(CLOCK_REALTIME, &after);
    words_new_uuid(other);
    assert_memory_not_equal(id, other, 16);
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id[i];
    assert_in_range(ms, (uint64_t)before.tv_sec * 1000 + (uint64_t)before.tv_nsec / 1000000,
                    (uint64_t)after.tv_sec * 1000 + (uint64_t)after.tv_nsec / 1000000);
    assert_int_equal(id[6] >> 4, 7);
    assert_int_equal(id[8] >> 6, 2);
    char text[UUID_TEXT_BYTES];
    words_uuid(id, text);
    assert_int_equal(strlen(text), UUID_TEXT_BYTES - 1);
    assert_true(words_parse_uuid(text, read));
    assert_memory_equal(id, read, 16);
}

static void text_that_is_no_uuid_is_not_read(void **state)
{
    (void)state;
    uint8_t id[16];
    assert_true(words_parse_uuid("0190A3E2-0000-7000-8000-00000000000F", id));
    assert_int_equal(id[15], 15);
    static const char *const wrong[] = {
        "", "0190a3e2-0000-7000-8000-00000000000", "0190a3e2000070008000000000000000",
        "0190a3e2-0000-7000-8000-0000000000000", "0190a3g2-0000-7000-8000-000000000000"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(words_parse_uuid(wrong[i], id));
}

static void every_refusal_says_something_in_whole_sentences(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *refusals = &concordat__v1__refusal__descriptor;
    assert_string_equal(refusal_text(CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED), "");
    for (unsigned i = 0; i < refusals->n_values; i++) {
        const char *text = refusal_text((Concordat__V1__Refusal)refusals->values[i].value);
        assert_true(refusals->values[i].value == 0 || (strlen(text) > 0 && text[strlen(text) - 1] == '.'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_is_read_back_from_its_words_and_from_its_name),
        cmocka_unit_test(words_are_plain_and_keep_acronyms),
        cmocka_unit_test(words_of_no_value_are_not_read),
        cmocka_unit_test(a_spoken_number_is_read_back),
        cmocka_unit_test(a_time_is_read_back_to_the_millisecond),
        cmocka_unit_test(a_time_with_any_offset_and_fraction_is_the_same_instant),
        cmocka_unit_test(a_new_id_is_a_uuid_of_version_7_that_begins_with_the_time),
        cmocka_unit_test(text_that_is_no_uuid_is_not_read),
        cmocka_unit_test(every_refusal_says_something_in_whole_sentences),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
