/* test_sessions.c: sessions, their audiences and the presence of teams, against a plain list on random paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "broker/shell/sessions.h"
#include "tests/worlds/random_walk.h"

enum { CONNECTIONS = 40, STEPS = 20000, TEAMS = 4, SOURCES = 3, SECOND_MS = 1000 };

static uint32_t draw(uint64_t *random, uint32_t below)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*random >> 33) % below;
}

static struct server_route connection_route(uint32_t connection)
{
    return (struct server_route){.size = 5, .bytes = {0, (uint8_t)connection}};
}

/* A connection always is the same peer's. */
static struct session_peer connection_peer(uint32_t connection)
{
    struct session_peer peer = {.slot = SLOT_NONE};
    switch (connection % 4) {
    case 0:
        peer.party = PARTY_SOURCE;
        snprintf(peer.key.name, sizeof peer.key.name, "source-%u", connection / 4 % SOURCES);
        return peer;
    case 1:
        peer.party = PARTY_TEAM;
        peer.slot = (uint16_t)(connection / 4 % TEAMS);
        return peer;
    case 2:
        peer.party = PARTY_COORDINATOR;
        peer.slot = 1;
        return peer;
    default:
        peer.party = PARTY_BROKER; /* an auditor */
        return peer;
    }
}

static bool same_audience(const struct session_peer *one, const struct session_peer *other)
{
    return one->party == other->party && (one->party == PARTY_COORDINATOR || one->slot == other->slot) &&
           strcmp(one->key.name, other->key.name) == 0;
}

static struct session *first_of(const struct sessions *s, const struct session_peer *peer)
{
    if (peer->party == PARTY_TEAM)
        return sessions_of_team(s, peer->slot);
    if (peer->party == PARTY_SOURCE)
        return sessions_of_source(s, peer->key.name);
    return peer->party == PARTY_COORDINATOR ? sessions_of_coordinators(s) : NULL;
}

/* Each audience has exactly the connected members. */
static void check_audience_of(const struct sessions *s, uint32_t connection,
                              const bool connected[CONNECTIONS])
{
    struct session_peer peer = connection_peer(connection);
    uint32_t wanted = 0, found = 0;
    for (uint32_t i = 0; i < CONNECTIONS && peer.party != PARTY_BROKER; i++) {
        struct session_peer other = connection_peer(i);
        wanted += connected[i] && same_audience(&peer, &other);
    }
    for (struct session *at = first_of(s, &peer); at; at = sessions_next(s, at)) {
        assert_true(connected[at->route.bytes[1]]);
        assert_true(same_audience(&at->peer, &peer));
        found++;
    }
    assert_int_equal(found, wanted);
}

static void an_audience_is_who_is_connected(void **state)
{
    (void)state;
    uint64_t random = walk_first_seed();
    bool connected[CONNECTIONS] = {false};
    struct sessions s;
    sessions_open(&s, random);
    for (int step = 0; step < STEPS; step++) {
        uint32_t connection = draw(&random, CONNECTIONS);
        struct server_route route = connection_route(connection);
        struct session *session = sessions_find(&s, &route);
        assert_int_equal(session != NULL, connected[connection]);
        if (draw(&random, 2)) {
            struct session_peer peer = connection_peer(connection);
            session = sessions_add(&s, &route);
            assert_non_null(session);
            assert_true(sessions_join(&s, session, &peer)); /* again, if it is connected */
            connected[connection] = true;
        } else if (session) {
            sessions_end(&s, session);
            connected[connection] = false;
        }
        sessions_check(&s);
        check_audience_of(&s, connection, connected);
    }
    sessions_close(&s);
}

static struct session *device_of_team(struct sessions *s, uint32_t connection, int64_t until_ms)
{
    struct server_route route = connection_route(connection);
    struct session_peer peer = {.party = PARTY_TEAM, .slot = 2};
    struct session *session = sessions_add(s, &route);
    assert_non_null(session);
    assert_true(sessions_join(s, session, &peer));
    session->presence.until_ms = until_ms;
    return session;
}

static void a_team_is_present_as_long_as_its_last_device(void **state)
{
    (void)state;
    struct sessions s;
    sessions_open(&s, 1);
    assert_int_equal(sessions_present_until(&s, PARTY_TEAM, 2), 0);
    device_of_team(&s, 1, 5 * SECOND_MS);
    device_of_team(&s, 2, 9 * SECOND_MS);
    device_of_team(&s, 3, 0);
    assert_int_equal(sessions_present_until(&s, PARTY_TEAM, 2), 9 * SECOND_MS);
    assert_int_equal(sessions_present_until(&s, PARTY_TEAM, 1), 0);
    sessions_end(&s, device_of_team(&s, 2, 9 * SECOND_MS));
    assert_int_equal(sessions_present_until(&s, PARTY_TEAM, 2), 5 * SECOND_MS);
    sessions_close(&s);
}

static void time_in_which_nobody_listened_lengthens_every_lease(void **state)
{
    (void)state;
    struct sessions s;
    sessions_open(&s, 1);
    device_of_team(&s, 1, 5 * SECOND_MS);
    device_of_team(&s, 2, 0);
    const struct session *there = sessions_row(&s, 0), *away = sessions_row(&s, 1);
    assert_true(sessions_set_lease(&s, PARTY_TEAM, 2, 5 * SECOND_MS));
    sessions_postpone(&s, 60 * SECOND_MS);
    assert_int_equal(sessions_lease(&s, PARTY_TEAM, 2), 65 * SECOND_MS);
    assert_int_equal(sessions_lease(&s, PARTY_TEAM, 1), 0);
    assert_int_equal(sessions_lease(&s, PARTY_TEAM, 9), 0);
    assert_int_equal(there->presence.until_ms, 65 * SECOND_MS);
    assert_int_equal(away->presence.until_ms, 0);
    assert_int_equal(away->presence.heard_ms, 60 * SECOND_MS);
    sessions_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_audience_is_who_is_connected),
        cmocka_unit_test(a_team_is_present_as_long_as_its_last_device),
        cmocka_unit_test(time_in_which_nobody_listened_lengthens_every_lease),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
