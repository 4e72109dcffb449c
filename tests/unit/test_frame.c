/* Parts come out of a frame as they went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "concordat/v1/wire.pb-c.h"
#include "proto/wire/frame.h"

/* The lengths around each point at which the head of a part grows. */
static const size_t sizes[] = {0, 1, 127, 128, 16383, 16384, 2097151, 2097152};
enum { PARTS = sizeof sizes / sizeof sizes[0] };

static void parts_come_out_of_a_frame_as_they_went_in(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(sizes[PARTS - 1]);
    assert_non_null(bytes);
    for (size_t i = 0; i < sizes[PARTS - 1]; i++)
        bytes[i] = (uint8_t)(i * 7);
    struct frame_part parts[PARTS], part;
    for (int i = 0; i < PARTS; i++)
        parts[i] = (struct frame_part){bytes + i, sizes[i] - (i && sizes[i] > 100 ? (size_t)i : 0)};
    size_t size = frame_size(parts, PARTS);
    uint8_t *frame = malloc(size); /* the exact size, so that the sanitizer sees a byte too many */
    frame_join(parts, PARTS, frame);
    struct scan rest = {frame, frame + size};
    for (int i = 0; i < PARTS; i++) {
        assert_int_equal(frame_next(&rest, &part), SCAN_FIELD);
        assert_int_equal(part.size, parts[i].size);
        assert_memory_equal(part.bytes, parts[i].bytes, part.size);
    }
    assert_int_equal(frame_next(&rest, &part), SCAN_END);
    for (size_t cut = 1; cut < 200; cut++) { /* cut inside the last part but one, or its head */
        rest = (struct scan){frame, frame + frame_size(parts, 4) - cut};
        enum scan_result result;
        while ((result = frame_next(&rest, &part)) == SCAN_FIELD)
            continue;
        assert_int_equal(result, cut == frame_size(parts + 3, 1) ? SCAN_END : SCAN_MALFORMED);
    }
    free(frame);
    free(bytes);
}

static void a_frame_is_what_the_schema_says(void **state)
{
    (void)state;
    uint8_t id[16] = {7}, bytes[100], frame[200], expected[200];
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT, *both[] = {&request, &request};
    Concordat__V1__Requests requests = CONCORDAT__V1__REQUESTS__INIT;
    Concordat__V1__Ping ping = CONCORDAT__V1__PING__INIT;
    request.command_id = (ProtobufCBinaryData){sizeof id, id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_PING;
    request.ping = &ping;
    requests.n_requests = 2;
    requests.requests = both;
    const struct frame_part part = {bytes, concordat__v1__request__pack(&request, bytes)};
    const struct frame_part parts[] = {part, part};
    frame_join(parts, 2, frame);
    assert_int_equal(concordat__v1__requests__pack(&requests, expected), frame_size(parts, 2));
    assert_memory_equal(frame, expected, frame_size(parts, 2));
}

static void other_fields_are_malformed(void **state)
{
    (void)state;
    static const char *const frames[] = {"\x12\x01x", "\x08\x01", "\x09xxxxxxxx",
                                         "\x0dxxxx",  "\x0a",     "\x0a\x05xxxx"};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct frame_part part;
        struct scan rest = {(const uint8_t *)frames[i], (const uint8_t *)frames[i] + strlen(frames[i])};
        assert_int_equal(frame_next(&rest, &part), SCAN_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_out_of_a_frame_as_they_went_in),
        cmocka_unit_test(a_frame_is_what_the_schema_says),
        cmocka_unit_test(other_fields_are_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
