/* sessions.c: who is connected, and until when each team counts as present. */
#include "broker/sessions.h"

#include <string.h>

void sessions_open(struct sessions *s, uint64_t seed)
{
    *s = (struct sessions){0};
    table_open(&s->rows, sizeof(struct session));
    table_open(&s->leases, sizeof(int64_t));
    index_open(&s->by_route, offsetof(struct session, route), sizeof(struct server_route), seed);
}

void sessions_close(struct sessions *s)
{
    table_close(&s->rows);
    table_close(&s->leases);
    index_close(&s->by_route);
}

/* Routes are compared as they stand in a row: what lies behind their size must be zero. */
static struct server_route as_key(const struct server_route *route)
{
    struct server_route key;
    memset(&key, 0, sizeof key);
    key.size = route->size;
    memcpy(key.bytes, route->bytes, route->size);
    return key;
}

uint32_t sessions_rows(const struct sessions *s)
{
    return s->rows.count;
}

struct session *sessions_row(const struct sessions *s, uint32_t row)
{
    return table_row(&s->rows, row);
}

struct session *sessions_find(const struct sessions *s, const struct server_route *route)
{
    struct server_route key = as_key(route);
    uint32_t row = index_find(&s->by_route, &s->rows, &key);
    return row == ROW_NONE ? NULL : sessions_row(s, row);
}

struct session *sessions_add(struct sessions *s, const struct server_route *route)
{
    struct session *session = sessions_find(s, route);
    if (session)
        return session;
    if (!table_reserve(&s->rows, 1) || !index_reserve(&s->by_route, &s->rows, 1))
        return NULL;
    uint32_t row;
    if (s->free_row) {
        row = s->free_row - 1;
        s->free_row = sessions_row(s, row)->next_free;
    } else {
        table_add(&s->rows);
        row = s->rows.count - 1;
    }
    session = sessions_row(s, row);
    memset(session, 0, sizeof *session);
    session->route = as_key(route);
    session->live = true;
    session->slot = SLOT_NONE;
    index_add(&s->by_route, &s->rows, row);
    s->count++;
    return session;
}

void sessions_end(struct sessions *s, struct session *session)
{
    uint32_t row = (uint32_t)(session - sessions_row(s, 0));
    index_remove(&s->by_route, &s->rows, row);
    memset(session, 0, sizeof *session);
    session->next_free = s->free_row;
    s->free_row = row + 1;
    s->count--;
}

int64_t sessions_present_until(const struct sessions *s, uint16_t team)
{
    int64_t until_ms = 0;
    for (uint32_t row = 0; row < s->rows.count; row++) {
        const struct session *session = sessions_row(s, row);
        if (session->live && session->party == PARTY_TEAM && session->slot == team &&
            session->present_until_ms > until_ms)
            until_ms = session->present_until_ms;
    }
    return until_ms;
}

bool sessions_set_lease(struct sessions *s, uint16_t team, int64_t until_ms)
{
    if (team >= s->leases.count && !table_reserve(&s->leases, team + 1u - s->leases.count))
        return false;
    while (s->leases.count <= team)
        table_add(&s->leases);
    *(int64_t *)table_row(&s->leases, team) = until_ms;
    return true;
}

int64_t sessions_lease(const struct sessions *s, uint16_t team)
{
    return team < s->leases.count ? *(const int64_t *)table_row(&s->leases, team) : 0;
}
