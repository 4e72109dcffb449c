/* fuzz_frame.c: takes a stranger's frame apart. Its parts lie within it, and joined again they come apart
 * into the same parts. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/frame.h"
#include "tests/fuzz/fuzz.h"

enum { PARTS = 64 };

static size_t take_apart(const uint8_t *bytes, size_t size, struct frame_part parts[PARTS])
{
    struct scan rest = {bytes, bytes + size};
    size_t count = 0;
    while (count < PARTS && frame_next(&rest, &parts[count]) == SCAN_FIELD) {
        assert(parts[count].bytes >= bytes && parts[count].bytes + parts[count].size == rest.at);
        count++;
    }
    assert(rest.at <= rest.end);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct frame_part parts[PARTS], again[PARTS];
    size_t count = take_apart(bytes, size, parts), joined_size = frame_size(parts, count);
    uint8_t *joined = malloc(joined_size);
    assert(joined && joined_size <= size); /* our heads are the shortest possible */
    frame_join(parts, count, joined);
    size_t count_again = take_apart(joined, joined_size, again);
    assert(count_again == count);
    for (size_t i = 0; i < count; i++)
        assert(again[i].size == parts[i].size && memcmp(again[i].bytes, parts[i].bytes, parts[i].size) == 0);
    free(joined);
    return 0;
}
