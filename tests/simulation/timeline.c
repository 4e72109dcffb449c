/* timeline.c: future happenings, in a binary heap. */
#include "tests/simulation/timeline.h"

#include <assert.h>
#include <stdlib.h>

void timeline_close(struct timeline *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->heap[i].letter);
    free(t->heap);
    *t = (struct timeline){0};
}

static bool timeline_before(const struct happening *a, const struct happening *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void timeline_add(struct timeline *t, struct happening happening)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 256;
        t->heap = realloc(t->heap, t->room * sizeof *t->heap);
        assert(t->heap);
    }
    happening.order = t->order++;
    size_t at = t->count++;
    while (at > 0 && timeline_before(&happening, &t->heap[(at - 1) / 2])) {
        t->heap[at] = t->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    t->heap[at] = happening;
}

bool timeline_next(struct timeline *t, struct happening *happening)
{
    if (t->count == 0)
        return false;
    *happening = t->heap[0];
    struct happening last = t->heap[--t->count];
    size_t at = 0;
    for (size_t child = 1; child < t->count; child = at * 2 + 1) {
        if (child + 1 < t->count && timeline_before(&t->heap[child + 1], &t->heap[child]))
            child++;
        if (!timeline_before(&t->heap[child], &last))
            break;
        t->heap[at] = t->heap[child];
        at = child;
    }
    if (t->count)
        t->heap[at] = last;
    return true;
}
