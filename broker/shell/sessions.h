/* sessions.h: the connections that have said hello, and until when each team counts as present.
 *
 * A session begins with its connection's first hello. It ends after a long silence, when a send finds the
 * connection gone, or when its key is withdrawn. Presence is a lease that a team's devices renew.
 *
 * The audience of a case is made of lists of sessions: of one source, of one team, of all coordinators. Times
 * are monotonic, in ms. Pointers to sessions are borrowed until the next sessions_add.
 */
#ifndef CONCORDAT_SESSIONS_H
#define CONCORDAT_SESSIONS_H

#include "broker/core/command.h"
#include "broker/core/index.h"
#include "proto/server/greeting.h"
#include "proto/server/server.h"
#include "proto/wire/wire.h"

enum {
    PRESENCE_LEASE_SECONDS_MIN = 5,
    PRESENCE_LEASE_SECONDS_MAX = 600,
    /* After a restart a team that was present has this long to be heard of. */
    PRESENCE_RETURN_MS = 60 * 1000
};

/* The peer at the other end of a connection; set by sessions_join. */
struct session_peer {
    struct greeting_peer key; /* as it was at the hello */
    enum party party;
    uint16_t slot; /* of the team or coordinator; SLOT_NONE for others */
};

/* When it was last heard of, and what it has said about being there. */
struct session_presence {
    int64_t heard_ms;
    int64_t until_ms; /* a team's device, by its own word; 0: it is not there */
};

/* How far it has caught up with the news (catch_up.h). */
struct session_news {
    bool wanted;
    bool catching_up;  /* it has not been sent all open cases yet, only those in rows below next_row */
    bool can_continue; /* it was heard of since its last page, so that the next commit may send one more */
    uint8_t setbacks;  /* how often of late it had to begin again */
    uint32_t next_row; /* of the state's cases */
    int64_t page_ms;   /* when it was sent its last page */
};

/* Its place in the feed of events (feed.h). */
struct session_feed {
    bool waiting; /* for events after this one, in answer to this command */
    uint32_t credit;
    uint64_t after;
    uint8_t command_id[ID_BYTES];
};

/* Its links in the list of its audience. */
struct session_place {
    bool joined;
    uint32_t next, previous; /* row + 1; 0: none */
};

struct session {
    struct server_route route; /* the key of the table */
    bool live;
    uint32_t quota_row; /* quotas.h */
    uint32_t next_free; /* row + 1, while it is not live */
    struct session_peer peer;
    struct session_presence presence;
    struct session_news news;
    struct session_feed feed;
    struct session_place place;
};

struct sessions {
    struct table rows;
    struct index by_route;
    uint32_t free_row;   /* row + 1; 0: none */
    uint32_t count;      /* of live sessions */
    struct table leases; /* int64_t by team slot: until when it is present; 0: it is not */
    struct table duties; /* the same by coordinator slot */
    /* Lists of audiences: row + 1 of the first session; 0: nobody. */
    struct table team_heads;   /* uint32_t by team slot */
    struct table source_heads; /* uint32_t by row of source_names */
    uint32_t coordinators_head;
    struct table source_names; /* struct name: keys of sources that have said hello */
    struct index source_by_name;
};

/* The seed spreads the indexes. */
void sessions_open(struct sessions *sessions, uint64_t seed);
void sessions_close(struct sessions *sessions);

/* NULL if the connection has no session. */
struct session *sessions_find(const struct sessions *sessions, const struct server_route *route);
/* The session of a connection, new or known. NULL if memory is short. */
struct session *sessions_add(struct sessions *sessions, const struct server_route *route);
/* Says which peer a connection belongs to, and puts the session into that peer's audience; auditors are in
 * none, because they follow the feed. A session stays the same peer's until it ends. False if memory is
 * short: the session is as before. */
bool sessions_join(struct sessions *sessions, struct session *session, const struct session_peer *peer);
void sessions_end(struct sessions *sessions, struct session *session);

/* All rows; only those that are live are sessions. */
uint32_t sessions_rows(const struct sessions *sessions);
struct session *sessions_row(const struct sessions *sessions, uint32_t row);
uint32_t sessions_row_of(const struct sessions *sessions, const struct session *session);

/* The first session of a team, of the source whose key has this name, of the coordinators; and the next one
 * of the same audience. NULL at the end. */
struct session *sessions_of_team(const struct sessions *sessions, uint16_t team);
struct session *sessions_of_source(const struct sessions *sessions, const char *key_name);
struct session *sessions_of_coordinators(const struct sessions *sessions);
struct session *sessions_next(const struct sessions *sessions, const struct session *session);

/* Until when a team or a coordinator is there by the word of its devices, also of those that have gone silent
 * since; 0: it is not. */
int64_t sessions_present_until(const struct sessions *sessions, enum party party, uint16_t slot);

/* The lease of a team or a coordinator; 0: none. Setting it is false if memory is short. */
bool sessions_set_lease(struct sessions *sessions, enum party party, uint16_t slot, int64_t until_ms);
int64_t sessions_lease(const struct sessions *sessions, enum party party, uint16_t slot);
/* Lengthens every lease, and the time in which every session is to be heard of. */
void sessions_postpone(struct sessions *sessions, int64_t by_ms);

/* Asserts that counts agree with rows, that every list links both ways, and that every member belongs there.
 * Walks all rows: for tests and the simulation. */
void sessions_check(const struct sessions *sessions);

#endif
