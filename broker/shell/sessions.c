/* sessions.c: who is connected, and until when each team counts as present. */
#include "broker/shell/sessions.h"

#include <string.h>

#include "broker/core/slots.h"
#include "broker/core/state.h"

void sessions_open(struct sessions *s, uint64_t seed)
{
    *s = (struct sessions){0};
    table_open(&s->rows, sizeof(struct session));
    table_open(&s->leases, sizeof(int64_t));
    table_open(&s->team_circles, sizeof(uint32_t));
    table_open(&s->source_names, sizeof(struct name));
    table_open(&s->source_circles, sizeof(uint32_t));
    index_open(&s->source_by_name, 0, sizeof(struct name), seed);
    index_open(&s->by_route, offsetof(struct session, route), sizeof(struct server_route), seed);
}

void sessions_close(struct sessions *s)
{
    table_close(&s->rows);
    table_close(&s->leases);
    table_close(&s->team_circles);
    table_close(&s->source_names);
    table_close(&s->source_circles);
    index_close(&s->source_by_name);
    index_close(&s->by_route);
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
    uint32_t row = index_find(&s->by_route, &s->rows, route);
    return row == ROW_NONE ? NULL : sessions_row(s, row);
}

struct session *sessions_add(struct sessions *s, const struct server_route *route)
{
    struct session *session = sessions_find(s, route);
    if (session)
        return session;
    if (!table_reserve(&s->rows, 1) || !index_reserve(&s->by_route, 1))
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
    session->route = *route;
    session->live = true;
    session->slot = SLOT_NONE;
    index_add(&s->by_route, &s->rows, row);
    s->count++;
    return session;
}

/* --- circles ---------------------------------------------------------------------------------------- */

uint32_t sessions_row_of(const struct sessions *s, const struct session *session)
{
    return (uint32_t)(session - sessions_row(s, 0));
}

/* Room for `row` in a table of zeros. */
static bool reach(struct table *table, uint32_t row)
{
    if (row >= table->count && !table_reserve(table, row + 1 - table->count))
        return false;
    while (table->count <= row)
        table_add(table);
    return true;
}

/* The head of the circle that a session belongs to, or would; NULL where it has none. */
static uint32_t *head_of(const struct sessions *s, const struct session *session)
{
    if (session->party == PARTY_COORDINATOR)
        return (uint32_t *)&s->coordinator_circle;
    if (session->party == PARTY_TEAM)
        return session->slot < s->team_circles.count ? table_row(&s->team_circles, session->slot) : NULL;
    if (session->party != PARTY_SOURCE)
        return NULL;
    uint16_t source = slots_find(&s->source_by_name, &s->source_names, session->key_name);
    return source == SLOT_NONE ? NULL : table_row(&s->source_circles, source);
}

static bool make_head(struct sessions *s, const struct session *session)
{
    if (session->party == PARTY_TEAM)
        return reach(&s->team_circles, session->slot);
    if (session->party != PARTY_SOURCE)
        return true;
    if (!table_reserve(&s->source_names, 1) || !index_reserve(&s->source_by_name, 1))
        return false;
    uint16_t source = slots_give(&s->source_by_name, &s->source_names, session->key_name);
    return source != SLOT_NONE && reach(&s->source_circles, source);
}

bool sessions_join(struct sessions *s, struct session *session)
{
    if (session->joined)
        return true;
    if (!make_head(s, session))
        return false;
    uint32_t *head = head_of(s, session);
    if (!head)
        return true; /* an auditor: follows the feed */
    session->next_of_circle = *head;
    session->former_of_circle = 0;
    if (*head)
        sessions_row(s, *head - 1)->former_of_circle = sessions_row_of(s, session) + 1;
    *head = sessions_row_of(s, session) + 1;
    session->joined = true;
    return true;
}

static void leave(struct sessions *s, struct session *session)
{
    if (!session->joined)
        return;
    if (session->former_of_circle)
        sessions_row(s, session->former_of_circle - 1)->next_of_circle = session->next_of_circle;
    else
        *head_of(s, session) = session->next_of_circle;
    if (session->next_of_circle)
        sessions_row(s, session->next_of_circle - 1)->former_of_circle = session->former_of_circle;
}

static struct session *at(const struct sessions *s, uint32_t row_and_one)
{
    return row_and_one ? sessions_row(s, row_and_one - 1) : NULL;
}

struct session *sessions_of_team(const struct sessions *s, uint16_t team)
{
    return team < s->team_circles.count ? at(s, *(uint32_t *)table_row(&s->team_circles, team)) : NULL;
}

struct session *sessions_of_source(const struct sessions *s, const char *key_name)
{
    uint16_t source = slots_find(&s->source_by_name, &s->source_names, key_name);
    return source == SLOT_NONE ? NULL : at(s, *(uint32_t *)table_row(&s->source_circles, source));
}

struct session *sessions_of_coordinators(const struct sessions *s)
{
    return at(s, s->coordinator_circle);
}

struct session *sessions_next(const struct sessions *s, const struct session *session)
{
    return at(s, session->next_of_circle);
}

/* --- ending and leases ------------------------------------------------------------------------------ */

void sessions_end(struct sessions *s, struct session *session)
{
    uint32_t row = sessions_row_of(s, session);
    leave(s, session);
    index_remove(&s->by_route, &s->rows, row);
    memset(session, 0, sizeof *session);
    session->next_free = s->free_row;
    s->free_row = row + 1;
    s->count--;
}

int64_t sessions_present_until(const struct sessions *s, uint16_t team)
{
    int64_t until_ms = 0;
    for (struct session *device = sessions_of_team(s, team); device; device = sessions_next(s, device))
        if (device->present_until_ms > until_ms)
            until_ms = device->present_until_ms;
    return until_ms;
}

bool sessions_set_lease(struct sessions *s, uint16_t team, int64_t until_ms)
{
    if (!reach(&s->leases, team))
        return false;
    *(int64_t *)table_row(&s->leases, team) = until_ms;
    return true;
}

void sessions_postpone(struct sessions *s, int64_t by_ms)
{
    for (uint32_t team = 0; team < s->leases.count; team++) {
        int64_t *until_ms = table_row(&s->leases, team);
        *until_ms += *until_ms ? by_ms : 0;
    }
    for (uint32_t row = 0; row < sessions_rows(s); row++) {
        struct session *session = sessions_row(s, row);
        session->heard_ms += by_ms;
        session->present_until_ms += session->present_until_ms ? by_ms : 0;
    }
}

int64_t sessions_lease(const struct sessions *s, uint16_t team)
{
    return team < s->leases.count ? *(const int64_t *)table_row(&s->leases, team) : 0;
}
