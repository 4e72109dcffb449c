/* state_copy.c: the bytes of a state, kept aside. */
#include "tests/worlds/state_copy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct taking {
    struct state_copy *copy;
    int part;
};

static void take_part(void *context, const void *bytes, size_t size)
{
    struct taking *taking = context;
    assert(taking->part < STATE_PARTS);
    uint8_t *part = malloc(size + 1);
    assert(part);
    if (size)
        memcpy(part, bytes, size);
    taking->copy->parts[taking->part] = part;
    taking->copy->sizes[taking->part++] = size;
}

struct state_copy state_copy_take(const struct state *state)
{
    struct state_copy copy = {0};
    struct taking taking = {&copy, 0};
    state_visit(state, take_part, &taking);
    assert(taking.part == STATE_PARTS);
    return copy;
}

void state_copy_drop(struct state_copy *copy)
{
    for (int i = 0; i < STATE_PARTS; i++)
        free(copy->parts[i]);
    *copy = (struct state_copy){0};
}

bool state_copy_equals(const struct state_copy *copy, const struct state *state)
{
    struct state_copy now = state_copy_take(state);
    bool same = true;
    for (int i = 0; i < STATE_PARTS; i++)
        same =
            same && now.sizes[i] == copy->sizes[i] && memcmp(now.parts[i], copy->parts[i], now.sizes[i]) == 0;
    state_copy_drop(&now);
    return same;
}

bool state_same(const struct state *a, const struct state *b)
{
    struct state_copy copy = state_copy_take(a);
    bool same = state_copy_equals(&copy, b);
    state_copy_drop(&copy);
    return same;
}

struct state *state_copy_load(const struct state_copy *copy, uint64_t seed)
{
    const void *parts[STATE_PARTS];
    for (int i = 0; i < STATE_PARTS; i++)
        parts[i] = copy->parts[i];
    return state_from_parts(seed, parts, copy->sizes);
}
