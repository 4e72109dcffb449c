/* fuzz_words.c: numbers, ids, times and coded values as people type them. A value that is read can be
 * written, and the text is then read as the same value. */
#include <assert.h>
#include <string.h>

#include "concordat/v1/codes.pb-c.h"
#include "proto/words/words.h"
#include "tests/fuzz/fuzz.h"

static const ProtobufCEnumDescriptor *const enums[] = {
    &concordat__v1__source__descriptor,  &concordat__v1__urgency__descriptor,
    &concordat__v1__need__descriptor,    &concordat__v1__decline_reason__descriptor,
    &concordat__v1__outcome__descriptor, &concordat__v1__role__descriptor};

static void number(const char *text)
{
    uint32_t value, again;
    bool drill, drill_again;
    char out[NUMBER_TEXT_BYTES];
    if (!words_parse_number(text, &value, &drill))
        return;
    words_number(value, drill, out);
    bool good = words_parse_number(out, &again, &drill_again);
    assert(good && value == again && drill == drill_again);
}

static void uuid(const char *text)
{
    uint8_t id[16], again[16];
    char out[UUID_TEXT_BYTES];
    if (!words_parse_uuid(text, id))
        return;
    words_uuid(id, out);
    bool good = words_parse_uuid(out, again);
    assert(good && memcmp(id, again, sizeof id) == 0);
}

static void instant(const char *text)
{
    int64_t ms, again;
    char out[TIME_TEXT_BYTES];
    if (!words_parse_time(text, &ms))
        return;
    words_time(ms, out);
    if (out[0] == 'a')
        return; /* an offset can lead out of the years that can be written */
    bool good = words_parse_time(out, &again);
    assert(good && ms == again);
}

static void coded(const char *text)
{
    for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
        int value, again;
        char out[WORDS_MAX];
        if (!words_parse(enums[i], text, &value))
            continue;
        assert(protobuf_c_enum_descriptor_get_value(enums[i], value));
        bool good = words_parse(enums[i], words_for(enums[i], value, out), &again);
        assert(value == 0 || (good && value == again));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char text[128], out[WORDS_MAX], time[TIME_TEXT_BYTES];
    struct input input = {bytes, size};
    int64_t any = 0;
    memcpy(&any, bytes, size < sizeof any ? size : sizeof any);
    words_time(any, time);
    words_for(enums[0], (int)any, out);
    size_t length = input.left < sizeof text - 1 ? input.left : sizeof text - 1;
    memcpy(text, input.at, length);
    text[length] = '\0';
    number(text);
    uuid(text);
    instant(text);
    coded(text);
    return 0;
}
