/* Dates, times and ages are read as people in England write them, by the clock in London, and a word is found
 * although it is not quite right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "concordat/v1/referral.pb-c.h"
#include "proto/words/near.h"
#include "proto/words/spoken_age.h"
#include "proto/words/spoken_date.h"
#include "proto/words/spoken_time.h"
#include "proto/words/words.h"

/* A Saturday in winter, a Wednesday in summer, and the two nights on which the clocks change. */
#define WINTER     "2026-11-28T12:00:00.000Z"
#define SUMMER     "2026-07-15T12:00:00.000Z"
#define WENT_BACK  "2026-10-25T04:00:00.000Z"
#define BETWEEN    "2026-10-25T00:45:00.000Z"
#define WENT_AHEAD "2026-03-29T05:00:00.000Z"

static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(words_parse_time(text, &ms));
    return ms;
}

static const struct {
    const char *now, *typed, *meant;
} times[] = {
    {WINTER, "03:05", "2026-11-28T03:05:00.000Z"},
    {WINTER, "3.05am", "2026-11-28T03:05:00.000Z"},
    {WINTER, "3.05 a.m.", "2026-11-28T03:05:00.000Z"},
    {WINTER, "0305", "2026-11-28T03:05:00.000Z"},
    {WINTER, "0305 hrs", "2026-11-28T03:05:00.000Z"},
    {WINTER, "at about 03:05", "2026-11-28T03:05:00.000Z"},
    {WINTER, "3:05pm", "2026-11-27T15:05:00.000Z"},
    {WINTER, "22:15", "2026-11-27T22:15:00.000Z"},
    {WINTER, "12:01", "2026-11-28T12:01:00.000Z"}, /* a watch that is a minute before */
    {WINTER, "12:03", "2026-11-27T12:03:00.000Z"},
    {WINTER, "12am", "2026-11-28T00:00:00.000Z"},
    {WINTER, "noon", "2026-11-28T12:00:00.000Z"},
    {WINTER, "midnight", "2026-11-28T00:00:00.000Z"},
    {WINTER, "27/11/2026 22:15", "2026-11-27T22:15:00.000Z"},
    {WINTER, "22.15 on 27.11.26", "2026-11-27T22:15:00.000Z"},
    {WINTER, "27/11 22:15", "2026-11-27T22:15:00.000Z"},
    {WINTER, "27 Nov, 22.15", "2026-11-27T22:15:00.000Z"},
    {WINTER, "27th November 2026 at 10.15pm", "2026-11-27T22:15:00.000Z"},
    {WINTER, "Fri 27 November 22:15", "2026-11-27T22:15:00.000Z"},
    {WINTER, "2026-11-27 22:15", "2026-11-27T22:15:00.000Z"},
    {WINTER, "2026-11-27T22:15:30", "2026-11-27T22:15:30.000Z"},
    {WINTER, "29/11 22:15", "2025-11-29T22:15:00.000Z"},
    {WINTER, "29/11/2026 22:15", "2026-11-29T22:15:00.000Z"},
    {WINTER, "yesterday 22:15", "2026-11-27T22:15:00.000Z"},
    {WINTER, "22:15 yesterday", "2026-11-27T22:15:00.000Z"},
    {WINTER, "yesterday evening at 8.15", "2026-11-27T20:15:00.000Z"},
    {WINTER, "last night 10.30", "2026-11-27T22:30:00.000Z"},
    {WINTER, "2.30 last night", "2026-11-28T02:30:00.000Z"},
    {WINTER, "this morning at 3.05", "2026-11-28T03:05:00.000Z"},
    {WINTER, "Friday 9pm", "2026-11-27T21:00:00.000Z"},
    {WINTER, "Saturday 9pm", "2026-11-21T21:00:00.000Z"},
    {WINTER, "20 minutes ago", "2026-11-28T11:40:00.000Z"},
    {WINTER, "half an hour ago", "2026-11-28T11:30:00.000Z"},
    {WINTER, "2 hrs ago", "2026-11-28T10:00:00.000Z"},
    {WINTER, "now", "2026-11-28T12:00:00.000Z"},
    {SUMMER, "03:05", "2026-07-15T02:05:00.000Z"},
    {SUMMER, "27/11/2025 22:15", "2025-11-27T22:15:00.000Z"},
    {SUMMER, "14/07 22:15", "2026-07-14T21:15:00.000Z"},
    {SUMMER, "03:05 GMT", "2026-07-15T03:05:00.000Z"},
    {WINTER, "15/7/2026 03:05 BST", "2026-07-15T02:05:00.000Z"},
    /* 01:00 to 02:00 came twice. */
    {WENT_BACK, "01:30", "2026-10-25T01:30:00.000Z"},
    {WENT_BACK, "01:30 BST", "2026-10-25T00:30:00.000Z"},
    {WENT_BACK, "01:30 GMT", "2026-10-25T01:30:00.000Z"},
    {WENT_BACK, "00:30", "2026-10-24T23:30:00.000Z"},
    {WENT_BACK, "02:30", "2026-10-25T02:30:00.000Z"},
    {BETWEEN, "01:30", "2026-10-25T00:30:00.000Z"},
    {BETWEEN, "01:50", "2026-10-24T00:50:00.000Z"},
    {WINTER, "25/10/2026 01:30", "2026-10-25T01:30:00.000Z"},
    /* 01:00 to 02:00 never was. */
    {WENT_AHEAD, "00:30", "2026-03-29T00:30:00.000Z"},
    {WENT_AHEAD, "01:30", "2026-03-29T01:00:00.000Z"},
    {WENT_AHEAD, "02:30", "2026-03-29T01:30:00.000Z"},
    {WENT_AHEAD, "yesterday 22:15", "2026-03-28T22:15:00.000Z"},
};

static void R17_a_time_is_the_nearest_past_in_london(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ms;
        char read[TIME_TEXT_BYTES] = "nothing";
        if (spoken_time_read(times[i].typed, at(times[i].now), &ms))
            words_time(ms, read);
        if (strcmp(read, times[i].meant) != 0)
            fail_msg("\"%s\" at %s is read as %s, and means %s", times[i].typed, times[i].now, read,
                     times[i].meant);
    }
}

static void R17_what_is_no_time_is_not_guessed(void **state)
{
    (void)state;
    static const char *const typed[] = {
        "",     "yesterday", "27/11/2026",    "25:00",           "12:60",
        "13pm", "0 am",      "soon",          "03:05 or 3:10",   "31/11 10:00",
        "5",    "99:99",     "10:15 bst gmt", "last week 10:00", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        int64_t ms;
        if (spoken_time_read(typed[i], at(WINTER), &ms))
            fail_msg("\"%s\"", typed[i]);
    }
}

static void R7_a_date_of_birth_is_read_as_people_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *meant;
    } rows[] = {
        {"31/12/2010", "2010-12-31"},
        {"31.12.2010", "2010-12-31"},
        {"31-12-2010", "2010-12-31"},
        {"31/12/10", "2010-12-31"},
        {"31 12 2010", NULL},
        {"31122010", "2010-12-31"},
        {"31 Dec 2010", "2010-12-31"},
        {"31st December 2010", "2010-12-31"},
        {"December 31, 2010", "2010-12-31"},
        {"the 31st of Dec '10", "2010-12-31"},
        {"2010-12-31", "2010-12-31"},
        {"20101231", "2010-12-31"},
        {"1/2/1956", "1956-02-01"},
        {"1/2/56", "1956-02-01"},
        {"01/02/1890", "1890-02-01"},
        {"12/31/2010", "2010-12-31"},
        {"29/02/2012", "2012-02-29"},
        {"29/02/2011", NULL},
        {"31/12", NULL},
        {"31/06/2010", NULL},
        {"29/11/2026", NULL},
        {"2010", NULL},
        {"unknown", NULL},
        {"31/12/2010 (15)", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spoken_date date;
        char read[SPOKEN_DATE_BYTES];
        bool is_read = spoken_date_of_birth(rows[i].typed, at(WINTER), &date);
        if (is_read)
            spoken_date_write(&date, read);
        if (is_read != (rows[i].meant != NULL) || (is_read && strcmp(read, rows[i].meant) != 0))
            fail_msg("\"%s\" is read as %s", rows[i].typed, is_read ? read : "nothing");
    }
}

static void R17_an_age_is_read_as_people_say_it(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        int years; /* -1: none */
        bool estimated;
    } rows[] = {
        {"34", 34, false},
        {"fifteen", 15, false},
        {"thirty-four", 34, false},
        {"Twenty one", 21, false},
        {"17yo", 17, false},
        {"17 years old", 17, false},
        {"aged 17", 17, false},
        {"15 y/o male", 15, false},
        {"18 months", 1, false},
        {"about 30", 30, true},
        {"~40", 40, true},
        {"c. 40", 40, true},
        {"40s", 45, true},
        {"40's", 45, true},
        {"in her 40s", 45, true},
        {"mid-40s", 45, true},
        {"early forties", 42, true},
        {"late 40s", 48, true},
        {"teens", 15, true},
        {"late teens", 17, true},
        {"teenager", 15, true},
        {"40ish", 40, true},
        {"30-35", 30, true},
        {"17 or 18", 17, true},
        {"approx 16-17", 16, true},
        {"under 18", 17, true},
        {"over 65", 65, true},
        {"65+", 65, true},
        {"34?", 34, true},
        {"0", 0, false},
        {"131", -1, false},
        {"-4", -1, false},
        {"", -1, false},
        {"forty something", -1, false},
        {"young", -1, false},
        {"1990", -1, false},
        {"34 35", -1, false},
        {"14/02/1990", -1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spoken_age age = {0};
        int years = spoken_age_read(rows[i].typed, &age) ? (int)age.years : -1;
        if (years != rows[i].years || (years >= 0 && age.estimated != rows[i].estimated))
            fail_msg("\"%s\" is read as %d%s", rows[i].typed, years, age.estimated ? ", estimated" : "");
    }
}

static void R17_a_code_is_found_in_spite_of_a_small_typing_error(void **state)
{
    (void)state;
    static const ProtobufCEnumDescriptor *const urgency = &concordat__v1__urgency__descriptor;
    static const ProtobufCEnumDescriptor *const legal = &concordat__v1__legal_status__descriptor;
    static const ProtobufCEnumDescriptor *const scene = &concordat__v1__scene_safety__descriptor;
    static const ProtobufCEnumDescriptor *const need = &concordat__v1__need__descriptor;
    static const struct {
        const ProtobufCEnumDescriptor *descriptor;
        const char *typed, *meant; /* NULL: nothing */
    } rows[] = {
        {urgency, "urgnt", "urgent"},
        {urgency, "Very  Urgent", "very urgent"},
        {urgency, "veryurgent", "very urgent"},
        {urgency, "emergnecy", "emergency"},
        {urgency, "not urgent", NULL},
        {urgency, "soon", NULL},
        {legal, "Section 136", "section 136"},
        {legal, "secton136", "section 136"},
        {legal, "section 126", NULL},
        {legal, "section 13", NULL},
        {scene, "safe", "safe"},
        {scene, "sae", NULL},
        {scene, "nto safe", "not safe"},
        {need, "perinatel", "perinatal"},
        {need, "place of saftey", "place of safety"},
        {need, "", NULL},
        {need, "p\xc3\xa9rinatal", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct near_search search;
        long value;
        char word[WORDS_MAX] = "";
        near_begin(&search, rows[i].typed);
        near_try_values(&search, rows[i].descriptor);
        bool is_found = near_end(&search, &value);
        if (is_found)
            words_for(rows[i].descriptor, (int)value, word);
        if (is_found != (rows[i].meant != NULL) || (is_found && strcmp(word, rows[i].meant) != 0))
            fail_msg("\"%s\" is read as \"%s\"", rows[i].typed, word);
    }
    struct near_search search;
    long value;
    near_begin(&search, "fmale");
    near_try(&search, "male", 1);
    near_try(&search, "female", 2);
    assert_true(near_end(&search, &value) && value == 2);
    near_begin(&search, "casting");
    near_try(&search, "lasting", 1);
    near_try(&search, "tasting", 2);
    assert_false(near_end(&search, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R17_a_time_is_the_nearest_past_in_london),
        cmocka_unit_test(R17_what_is_no_time_is_not_guessed),
        cmocka_unit_test(R7_a_date_of_birth_is_read_as_people_write_it),
        cmocka_unit_test(R17_an_age_is_read_as_people_say_it),
        cmocka_unit_test(R17_a_code_is_found_in_spite_of_a_small_typing_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
