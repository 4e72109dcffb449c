/* sight.c: who may see a case, and whether a session's key still counts. */
#include "broker/shell/sight.h"

#include <string.h>

#include "broker/core/cover.h"
#include "broker/shell/inside.h"

static bool source_sees(const struct broker *b, const struct session *session, struct any_case of)
{
    uint16_t origin = of.open ? of.open->origin : of.ended->origin;
    return strcmp(state_origin_id(b->state, origin), session->peer.key.name) == 0;
}

/* An auditor sees no status: it has times and ids that the reduced form of the feed keeps from them. */
bool sight_may_see(const struct broker *b, const struct session *session, struct any_case of)
{
    if (!of.open && !of.ended)
        return false;
    switch ((int)session->peer.key.role) {
    case CONCORDAT__V1__ROLE__ROLE_SOURCE:
        return source_sees(b, session, of);
    case CONCORDAT__V1__ROLE__ROLE_TEAM:
        return state_case_is_of_team(of, session->peer.slot);
    case CONCORDAT__V1__ROLE__ROLE_COORDINATOR:
        return cover_shows_case(b->state, b->directory, session->peer.slot, of, b->time.now_ms);
    case CONCORDAT__V1__ROLE__ROLE_INSPECTOR:
        return true;
    default:
        return false;
    }
}

bool sight_admits_as(struct broker *b, struct session *session, const struct key *key)
{
    if (greeting_peer_has(&session->peer.key, key))
        return true;
    sessions_end(&b->sessions, session);
    return false;
}

bool sight_admits(struct broker *b, struct session *session)
{
    return sight_admits_as(b, session, b->ports.key(b->ports.context, session->peer.key.name));
}

bool sight_admits_still(struct broker *b, const struct server_route *route)
{
    struct session *session = sessions_find(&b->sessions, route);
    return session && sight_admits(b, session);
}
