/* fuzz_typed.c: a referral as people type it. Whatever the JSON is, it becomes a message that passes the
 * check and tells the person something; and whatever a text is, its readers read it or leave it. The first
 * byte says which of the two. */
#include <assert.h>
#include <string.h>

#include "proto/wire/utf8.h"
#include "proto/words/near.h"
#include "proto/words/spoken_age.h"
#include "proto/words/spoken_date.h"
#include "proto/words/spoken_time.h"
#include "services/desk/referral_fields.h"
#include "tests/fuzz/fuzz.h"

#define NOW_MS INT64_C(1795867200000) /* 2026-11-28T12:00:00Z */

static void read_text(const struct input *input)
{
    char text[200];
    int64_t ms;
    struct spoken_date date;
    struct spoken_age age;
    struct near_search search;
    long which;
    size_t length = input->left < sizeof text - 1 ? input->left : sizeof text - 1;
    memcpy(text, input->at, length);
    text[length] = '\0';
    (void)spoken_time_read(text, NOW_MS, &ms);
    if (spoken_date_of_birth(text, NOW_MS, &date)) {
        char written[SPOKEN_DATE_BYTES];
        struct spoken_date again;
        spoken_date_write(&date, written);
        bool is_read = spoken_date_of_birth(written, NOW_MS, &again);
        assert(is_read && again.year == date.year && again.month == date.month && again.day == date.day);
    }
    if (spoken_age_read(text, &age))
        assert(age.years <= 130);
    near_begin(&search, text);
    near_try_values(&search, &concordat__v1__urgency__descriptor);
    (void)near_end(&search, &which);
}

static void read_referral(json_t *json, bool is_update)
{
    struct arena *arena = fuzz_arena((size_t)4 * ARENA_MESSAGE_BYTES);
    struct referral_reading reading;
    struct wire_fault fault;
    char told[READING_WORDS_BYTES];
    json_t *given = json_object();
    arena_reset(arena);
    ProtobufCMessage *message = referral_message(
        json, given, is_update ? "01020304-0506-7008-800a-0b0c0d0e0f10" : NULL, "street-triage", NOW_MS,
        is_update ? &concordat__v1__update__descriptor : &concordat__v1__submit__descriptor, arena, &reading,
        &fault);
    assert(message);
    referral_reading_words(&reading, told);
    assert(utf8_is_text(reading.kept, strlen(reading.kept), false));
    json_decref(given);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    uint8_t which = input_byte(&input) % 3;
    if (which == 2) {
        read_text(&input);
        return 0;
    }
    json_t *json = json_loadb((const char *)input.at, input.left, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(json))
        read_referral(json, which == 1);
    json_decref(json);
    return 0;
}
