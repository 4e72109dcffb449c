/* undo.c: a case that has ended, as it was before: see undo.h. */
#include "broker/core/undo.h"

#include <assert.h>
#include <string.h>

static struct undoable *undoable_at(const struct state *state, uint32_t row)
{
    return table_row(&state->undoable, row);
}

/* NULL if another case has taken its row, or if it was never kept. */
static struct undoable *undoable_of(const struct state *state, const struct ended_case *ended)
{
    if (!ended->undo || ended->undo > state->undoable.count)
        return NULL;
    struct undoable *undoable = undoable_at(state, ended->undo - 1);
    return memcmp(undoable->was.id, ended->id, ID_BYTES) == 0 ? undoable : NULL;
}

int64_t undo_until_ms(const struct state *state, const struct ended_case *ended)
{
    const struct undoable *undoable = undoable_of(state, ended);
    return undoable ? undoable->until_ms : 0;
}

void undo_find(const struct state *state, const struct ended_case *ended, struct referral *was)
{
    const struct undoable *undoable = undoable_of(state, ended);
    assert(undoable); /* the caller has seen until when it can be undone */
    *was = undoable->was;
    was->last_seq = ended->last_seq;
    was->altered = ended->altered;
    was->holds = ended->holds;
    was->on_hold_ms = ended->on_hold_ms;
}

static int64_t said_until_ms(const struct event *event)
{
    return event->kind == EVENT_CLOSED      ? event->is.closed.undo_until_ms
           : event->kind == EVENT_WITHDRAWN ? event->is.withdrawn.undo_until_ms
                                            : 0;
}

uint32_t undo_keep(struct state *state, const struct referral *referral, const struct event *event)
{
    struct table *table = &state->undoable;
    int64_t until_ms = said_until_ms(event);
    uint32_t at = table->count;
    if (!until_ms)
        return 0;
    if (at < UNDOABLE_MAX) {
        table_add(table);
    } else {
        at = state->counters.oldest_undoable;
        state->counters.oldest_undoable = (at + 1) % UNDOABLE_MAX;
    }
    *undoable_at(state, at) = (struct undoable){.was = *referral, .until_ms = until_ms};
    return at + 1;
}

void undo_forget(struct state *state, const struct ended_case *ended)
{
    struct undoable *undoable = undoable_of(state, ended);
    if (undoable)
        memset(undoable, 0, sizeof *undoable);
}

/* The others stay in the order in which they ended. */
void undo_take_out(struct state *state, const struct ended_case *ended)
{
    struct table *table = &state->ended;
    struct index *index = &state->ended_by_id;
    struct ended_case *rows = (struct ended_case *)(void *)table->rows;
    uint32_t row = (uint32_t)(ended - rows);
    assert(row < table->count);
    undo_forget(state, ended);
    index_remove(index, table, row);
    for (uint32_t at = row + 1; at < table->count; at++) {
        index_remove(index, table, at);
        rows[at - 1] = rows[at];
        index_add(index, table, at - 1);
    }
    table->count--;
}

const char *undo_check(const struct state *state)
{
    if (state->undoable.count > UNDOABLE_MAX ||
        (state->counters.oldest_undoable && state->undoable.count < UNDOABLE_MAX))
        return "the ring of cases that can be reopened begins outside itself";
    for (uint32_t row = 0; row < state->undoable.count; row++) {
        const struct undoable *undoable = undoable_at(state, row);
        if (undoable->was.state == CASE_NONE)
            continue;
        uint32_t at = index_find(&state->ended_by_id, &state->ended, undoable->was.id);
        const struct ended_case *ended = at == ROW_NONE ? NULL : table_row(&state->ended, at);
        if (!ended || ended->undo != row + 1 || ended->erased_ms)
            return "a case that can be reopened has not ended, or was erased";
        if (!referral_is_open(&undoable->was) || undoable->was.offer.attempt ||
            referral_check(&undoable->was) || undoable->until_ms < ended->ended_ms)
            return "a case that can be reopened was not open, or its time was over before it ended";
    }
    return NULL;
}
