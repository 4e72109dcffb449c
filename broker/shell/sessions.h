/* sessions.h: who is connected, and until when each team counts as present.
 *
 * A session is one connection that has said hello. It ends when nothing was heard for too long or a send
 * finds the connection gone. Presence is a lease that a team's devices renew.
 */
#ifndef CONCORDAT_SESSIONS_H
#define CONCORDAT_SESSIONS_H

#include "broker/core/command.h"
#include "broker/core/index.h"
#include "proto/server/server.h"
#include "proto/wire/wire.h"

enum {
    SESSION_PING_SECONDS = 10,
    SESSION_SILENCE_MS = 35 * 1000, /* three pings and a little */
    PRESENCE_LEASE_SECONDS_MIN = 5,
    PRESENCE_LEASE_SECONDS_MAX = 600,
    /* After a restart a team that was present has this long to be heard of. */
    PRESENCE_RETURN_MS = 60 * 1000
};

struct session {
    struct server_route route; /* the key of the table */
    bool live;
    bool wants_news;
    bool behind;         /* has not been told all that it ought to know: only of the rows below told_below */
    bool ready;          /* and was heard of since: it can be told more after the next commit */
    uint32_t told_below; /* row of the state's cases */
    int64_t piece_ms;    /* when it was told the last piece */
    uint8_t setbacks;    /* how often of late it had to be told from the beginning */
    char key_name[KEY_NAME_CHARS_MAX + 1];
    Concordat__V1__Role role;
    enum party party;
    uint16_t slot; /* of the team or coordinator; SLOT_NONE for others */
    int64_t heard_ms;
    int64_t present_until_ms; /* of a team's device: as it said itself; 0: it is not there */
    /* A follower waiting for events to come. */
    bool following;
    uint64_t follow_after;
    uint32_t follow_credit;
    uint8_t follow_command[ID_BYTES];
    uint32_t next_free; /* row + 1 */
    bool joined;
    uint32_t next_of_circle, former_of_circle; /* row + 1 */
};

struct sessions {
    struct table rows;
    struct index by_route;
    uint32_t free_row; /* row + 1 */
    uint32_t count;
    struct table leases; /* int64_t by team slot: mono_ms until which it is present; 0: none */
    /* Circles: who is told of the same cases. Each head is row + 1 of the first session. */
    struct table team_circles;   /* uint32_t by team slot */
    struct table source_names;   /* struct name: keys of sources that have said hello */
    struct table source_circles; /* uint32_t by row of source_names */
    struct index source_by_name;
    uint32_t coordinator_circle;
};

void sessions_open(struct sessions *sessions, uint64_t seed);
void sessions_close(struct sessions *sessions);

struct session *sessions_find(const struct sessions *sessions, const struct server_route *route);
/* The session of a connection, new or known. NULL where memory is short. */
struct session *sessions_add(struct sessions *sessions, const struct server_route *route);
/* Puts a session into the circle of its party, once; key name, party and slot must be set. False where memory
 * is short. */
bool sessions_join(struct sessions *sessions, struct session *session);
/* The first session of a circle: of a team, of the source whose key has this name, of all coordinators; and
 * the next one. NULL at the end. */
struct session *sessions_of_team(const struct sessions *sessions, uint16_t team);
struct session *sessions_of_source(const struct sessions *sessions, const char *key_name);
struct session *sessions_of_coordinators(const struct sessions *sessions);
struct session *sessions_next(const struct sessions *sessions, const struct session *session);

void sessions_end(struct sessions *sessions, struct session *session);
/* All rows; look at those that are live. */
uint32_t sessions_rows(const struct sessions *sessions);
struct session *sessions_row(const struct sessions *sessions, uint32_t row);
uint32_t sessions_row_of(const struct sessions *sessions, const struct session *session);

/* Until when a team is there by what its devices said, those that have gone silent included. */
int64_t sessions_present_until(const struct sessions *sessions, uint16_t team);

/* Sets a team's lease; until_ms 0 ends it. False where memory is short. */
bool sessions_set_lease(struct sessions *sessions, uint16_t team, int64_t until_ms);
int64_t sessions_lease(const struct sessions *sessions, uint16_t team);
/* Everyone has so much longer to be heard of, and every lease runs so much longer. */
void sessions_postpone(struct sessions *sessions, int64_t by_ms);

#endif
