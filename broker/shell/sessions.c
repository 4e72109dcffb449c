/* sessions.c: the connections that have said hello, and until when each team counts as present. */
#include "broker/shell/sessions.h"

#include <assert.h>
#include <string.h>

#include "broker/core/slots.h"
#include "broker/core/state.h"

void sessions_open(struct sessions *s, uint64_t seed)
{
    *s = (struct sessions){0};
    table_open(&s->rows, sizeof(struct session));
    table_open(&s->leases, sizeof(int64_t));
    table_open(&s->duties, sizeof(int64_t));
    table_open(&s->team_heads, sizeof(uint32_t));
    table_open(&s->source_heads, sizeof(uint32_t));
    table_open(&s->source_names, sizeof(struct name));
    index_open(&s->source_by_name, 0, sizeof(struct name), seed);
    index_open(&s->by_route, offsetof(struct session, route), sizeof(struct server_route), seed);
}

void sessions_close(struct sessions *s)
{
    table_close(&s->rows);
    table_close(&s->leases);
    table_close(&s->duties);
    table_close(&s->team_heads);
    table_close(&s->source_heads);
    table_close(&s->source_names);
    index_close(&s->source_by_name);
    index_close(&s->by_route);
}

uint32_t sessions_rows(const struct sessions *s)
{
    return s->rows.count;
}

struct session *sessions_row(const struct sessions *s, uint32_t row)
{
    assert(row < s->rows.count);
    return table_row(&s->rows, row);
}

uint32_t sessions_row_of(const struct sessions *s, const struct session *session)
{
    return (uint32_t)(session - sessions_row(s, 0));
}

/* The session of a link: row + 1, or 0 for none. */
static struct session *session_at(const struct sessions *s, uint32_t link)
{
    return link ? sessions_row(s, link - 1) : NULL;
}

static uint32_t session_link(const struct sessions *s, const struct session *session)
{
    return sessions_row_of(s, session) + 1;
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
    session = session_at(s, s->free_row);
    if (session) {
        assert(!session->live);
        s->free_row = session->next_free;
    } else {
        session = table_add(&s->rows);
    }
    *session = (struct session){.route = *route, .live = true, .peer.slot = SLOT_NONE};
    index_add(&s->by_route, &s->rows, sessions_row_of(s, session));
    s->count++;
    return session;
}

/* --- audiences -------------------------------------------------------------------------------------- */

/* Room for `row` in a table of zeros. */
static bool table_reach(struct table *table, uint32_t row)
{
    if (row >= table->count && !table_reserve(table, row + 1 - table->count))
        return false;
    while (table->count <= row)
        table_add(table);
    return true;
}

/* The head of the audience that a session belongs to, or would; NULL if there is none. */
static uint32_t *audience_head(const struct sessions *s, const struct session_peer *peer)
{
    if (peer->party == PARTY_COORDINATOR)
        return (uint32_t *)&s->coordinators_head;
    if (peer->party == PARTY_TEAM)
        return peer->slot < s->team_heads.count ? table_row(&s->team_heads, peer->slot) : NULL;
    if (peer->party != PARTY_SOURCE)
        return NULL;
    uint16_t source = slots_find(&s->source_by_name, &s->source_names, peer->key.name);
    return source == SLOT_NONE ? NULL : table_row(&s->source_heads, source);
}

static bool audience_make_head(struct sessions *s, const struct session_peer *peer)
{
    if (peer->party == PARTY_TEAM)
        return table_reach(&s->team_heads, peer->slot);
    if (peer->party != PARTY_SOURCE)
        return true;
    if (!table_reserve(&s->source_names, 1) || !index_reserve(&s->source_by_name, 1))
        return false;
    uint16_t source = slots_give(&s->source_by_name, &s->source_names, peer->key.name);
    return source != SLOT_NONE && table_reach(&s->source_heads, source);
}

static void audience_enter(struct sessions *s, struct session *session, uint32_t *head)
{
    struct session *next = session_at(s, *head);
    session->place = (struct session_place){.joined = true, .next = *head};
    *head = session_link(s, session);
    if (next) {
        assert(next->place.joined && next->place.previous == 0);
        next->place.previous = *head;
    }
}

static void audience_leave(struct sessions *s, struct session *session)
{
    const struct session_place *place = &session->place;
    if (!place->joined)
        return;
    struct session *next = session_at(s, place->next), *previous = session_at(s, place->previous);
    uint32_t *link = previous ? &previous->place.next : audience_head(s, &session->peer);
    assert(link && *link == session_link(s, session));
    assert(!next || next->place.previous == *link);
    *link = place->next;
    if (next)
        next->place.previous = place->previous;
    session->place = (struct session_place){0};
}

bool sessions_join(struct sessions *s, struct session *session, const struct session_peer *peer)
{
    if (!audience_make_head(s, peer))
        return false;
    uint32_t *head = audience_head(s, peer);
    assert(!session->place.joined || head == audience_head(s, &session->peer));
    session->peer = *peer;
    if (head && !session->place.joined)
        audience_enter(s, session, head);
    return true;
}

struct session *sessions_of_team(const struct sessions *s, uint16_t team)
{
    return team < s->team_heads.count ? session_at(s, *(uint32_t *)table_row(&s->team_heads, team)) : NULL;
}

struct session *sessions_of_source(const struct sessions *s, const char *key_name)
{
    uint16_t source = slots_find(&s->source_by_name, &s->source_names, key_name);
    return source == SLOT_NONE ? NULL : session_at(s, *(uint32_t *)table_row(&s->source_heads, source));
}

struct session *sessions_of_coordinators(const struct sessions *s)
{
    return session_at(s, s->coordinators_head);
}

struct session *sessions_next(const struct sessions *s, const struct session *session)
{
    return session_at(s, session->place.next);
}

/* --- ending and leases ------------------------------------------------------------------------------ */

void sessions_end(struct sessions *s, struct session *session)
{
    assert(session->live && s->count > 0);
    audience_leave(s, session);
    index_remove(&s->by_route, &s->rows, sessions_row_of(s, session));
    *session = (struct session){.next_free = s->free_row};
    s->free_row = session_link(s, session);
    s->count--;
}

int64_t sessions_present_until(const struct sessions *s, enum party party, uint16_t slot)
{
    int64_t until_ms = 0;
    struct session *device =
        party == PARTY_COORDINATOR ? sessions_of_coordinators(s) : sessions_of_team(s, slot);
    for (; device; device = sessions_next(s, device))
        if (device->peer.slot == slot && device->presence.until_ms > until_ms)
            until_ms = device->presence.until_ms;
    return until_ms;
}

bool sessions_set_lease(struct sessions *s, enum party party, uint16_t slot, int64_t until_ms)
{
    struct table *leases = party == PARTY_COORDINATOR ? &s->duties : &s->leases;
    if (!table_reach(leases, slot))
        return false;
    *(int64_t *)table_row(leases, slot) = until_ms;
    return true;
}

int64_t sessions_lease(const struct sessions *s, enum party party, uint16_t slot)
{
    const struct table *leases = party == PARTY_COORDINATOR ? &s->duties : &s->leases;
    return slot < leases->count ? *(const int64_t *)table_row(leases, slot) : 0;
}

static void leases_postpone(struct table *leases, int64_t by_ms)
{
    for (uint32_t slot = 0; slot < leases->count; slot++) {
        int64_t *until_ms = table_row(leases, slot);
        *until_ms += *until_ms ? by_ms : 0;
    }
}

void sessions_postpone(struct sessions *s, int64_t by_ms)
{
    leases_postpone(&s->leases, by_ms);
    leases_postpone(&s->duties, by_ms);
    for (uint32_t row = 0; row < sessions_rows(s); row++) {
        struct session_presence *presence = &sessions_row(s, row)->presence;
        presence->heard_ms += by_ms;
        presence->until_ms += presence->until_ms ? by_ms : 0;
    }
}

/* --- the whole books -------------------------------------------------------------------------------- */

/* Returns how many sessions the audience has. */
static uint32_t audience_check(const struct sessions *s, const uint32_t *head)
{
    uint32_t count = 0, previous = 0;
    for (uint32_t link = *head; link; link = session_at(s, link)->place.next) {
        const struct session *session = session_at(s, link);
        assert(session->live && session->place.joined);
        assert(session->place.previous == previous);
        assert(audience_head(s, &session->peer) == head);
        previous = link;
        count++;
        assert(count <= s->count);
    }
    return count;
}

static uint32_t audiences_check(const struct sessions *s)
{
    uint32_t count = audience_check(s, &s->coordinators_head);
    for (uint32_t team = 0; team < s->team_heads.count; team++)
        count += audience_check(s, table_row(&s->team_heads, team));
    for (uint32_t source = 0; source < s->source_heads.count; source++)
        count += audience_check(s, table_row(&s->source_heads, source));
    return count;
}

void sessions_check(const struct sessions *s)
{
    uint32_t live = 0, unused = 0, joined = 0;
    for (uint32_t row = 0; row < sessions_rows(s); row++) {
        const struct session *session = sessions_row(s, row);
        assert(!session->live || sessions_find(s, &session->route) == session);
        assert(session->live || !session->place.joined);
        live += session->live;
        joined += session->place.joined;
    }
    for (uint32_t link = s->free_row; link; link = session_at(s, link)->next_free) {
        assert(!session_at(s, link)->live);
        unused++;
        assert(unused <= s->rows.count);
    }
    assert(live == s->count && live + unused == s->rows.count);
    assert(audiences_check(s) == joined);
}
