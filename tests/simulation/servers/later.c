/* later.c: what happens in the world of the servers, and when: its steps in order of time, what is drawn, and
 * what is told of it. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/simulation/servers/quorum.h"

const char *const quorum_fault_names[QUORUM_FAULTS] = {
    [QUORUM_DELAY] = "delays",
    [QUORUM_ANSWER_LOST] = "answers lost after the commit",
    [QUORUM_WAIT_CANCELLED] = "waits cancelled, answered with a warning",
    [QUORUM_SERVER_DIES] = "servers that died",
    [QUORUM_ISOLATED] = "zombies that answer readings",
    [QUORUM_ZOMBIE_COMMITS] = "zombies that commit",
    [QUORUM_STALLED] = "standbys that stalled",
    [QUORUM_UNLOCKED] = "locks taken away",
    [QUORUM_TWO_SERVERS] = "names of two servers",
    [QUORUM_CUT] = "cuts between router and server",
    [QUORUM_ROUTER_DIES] = "routers that died",
    [QUORUM_ROUTER_STOPS] = "routers that stood still",
};

struct quorum_later {
    int64_t at_ms;
    uint64_t order, number;
    quorum_step *step;
    void *subject;
    bool owns; /* the subject */
};

static bool later_is_before(const struct quorum_later *a, const struct quorum_later *b)
{
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

static void later_add(struct quorum *q, struct quorum_later new)
{
    if (q->later_count == q->later_room) {
        q->later_room = q->later_room * 2 + 64;
        q->later = realloc(q->later, q->later_room * sizeof *q->later);
        assert(q->later);
    }
    new.order = q->later_order++;
    size_t at = q->later_count++;
    for (; at > 0 && later_is_before(&new, &q->later[(at - 1) / 2]); at = (at - 1) / 2)
        q->later[at] = q->later[(at - 1) / 2];
    q->later[at] = new;
}

void quorum_later(struct quorum *q, int64_t delay_ms, quorum_step *step, void *subject, uint64_t number)
{
    later_add(q, (struct quorum_later){
                     .at_ms = q->now_ms + delay_ms, .number = number, .step = step, .subject = subject});
}

void quorum_later_owning(struct quorum *q, int64_t delay_ms, quorum_step *step, void *subject)
{
    later_add(q, (struct quorum_later){
                     .at_ms = q->now_ms + delay_ms, .step = step, .subject = subject, .owns = true});
}

void quorum_next(struct quorum *q)
{
    assert(q->later_count > 0);
    struct quorum_later first = q->later[0], last = q->later[--q->later_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < q->later_count; at = child) {
        if (child + 1 < q->later_count && later_is_before(&q->later[child + 1], &q->later[child]))
            child++;
        if (!later_is_before(&q->later[child], &last))
            break;
        q->later[at] = q->later[child];
    }
    q->later[at] = last;
    q->now_ms = first.at_ms;
    q->steps++;
    first.step(q, first.subject, first.number);
}

void quorum_tells(const struct quorum *q, const char *format, ...)
{
    va_list arguments;
    if (!q->tells)
        return;
    printf("%8" PRId64 " ms  ", q->now_ms);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

bool quorum_draws(struct quorum *q, enum quorum_fault fault, uint32_t per_million)
{
    bool happens = q->has[fault] && !q->healing && random_chance(&q->faults, per_million);
    q->happened[fault] += happens;
    if (happens)
        quorum_tells(q, "(%s)", quorum_fault_names[fault]);
    return happens;
}

void quorum_forgets_later(struct quorum *q)
{
    for (size_t i = 0; i < q->later_count; i++)
        if (q->later[i].owns)
            free(q->later[i].subject);
    free(q->later);
}
