/* greeting.h: how a server begins a conversation and keeps it up: what it looks at, hello, ping.
 *
 * A server asks the same of each request, in this order, and refuses it at the first that fails:
 *
 *   1. Is the key still admitted? REVOKED.
 *   2. Can the request be read? If not, wire.h says why.
 *   3. May its role send this? NOT_ALLOWED.
 *   4. Has the connection said hello, with this key, for this role and owner? HELLO_FIRST.
 *   5. Does a hello speak our protocol? VERSION.
 *
 * A hello begins a session on its connection, and ends the session before it. A session is over as soon as
 * its key is withdrawn, replaced, or given to another role or owner: its peer is sent nothing more, news
 * included. The order and these rules are part of the protocol (proto/README.md). All functions here are
 * pure; any thread may call them.
 */
#ifndef CONCORDAT_GREETING_H
#define CONCORDAT_GREETING_H

#include "proto/keys/keys.h"
#include "proto/wire/wire.h"

enum {
    GREETING_SESSION_BYTES = 16,
    GREETING_PING_SECONDS = 10,
    /* When another machine takes over for this one, its clients are to notice soon that it is gone. */
    GREETING_PING_SECONDS_STANDBY = 2,
    /* A crowd of this many may come back at once: the last one's handshake is done while it still waits. */
    GREETING_AT_ONCE = 200,
    /* After so long without a word a peer counts as gone: three pings and a little. */
    GREETING_SILENCE_MS = 35 * 1000
};

/* What a server says of itself. */
struct greeting_server {
    const char *software;                    /* name and version; borrowed */
    uint8_t session[GREETING_SESSION_BYTES]; /* random, new at each start: so a client notices a restart */
    bool has_standby;                        /* another machine takes over when this one is gone */
};

/* The peer of a session, as its key was at the hello. */
struct greeting_peer {
    char name[KEY_NAME_CHARS_MAX + 1];
    char of[KEY_OF_CHARS_MAX + 1];
    Concordat__V1__Role role;
    uint8_t public_bytes[KEY_BYTES];
};

struct greeting_peer greeting_peer_of(const struct key *key);
/* Whether the key that is admitted under the peer's name now (NULL: none is) is still the peer's, for the
 * same role and owner. If not, the session is over. */
bool greeting_peer_has(const struct greeting_peer *peer, const struct key *key);

/* A request as it arrived, with the key that its connection has shown. */
struct greeting_request {
    const struct key *key;           /* borrowed; NULL: it has been withdrawn */
    Concordat__V1__Request *request; /* in the arena; NULL: it cannot be read */
    struct wire_fault fault;         /* why it cannot be read */
};

/* Reads a request into the arena, which this resets. */
void greeting_read(struct greeting_request *said, const struct key *key, const uint8_t *bytes, size_t size,
                   struct arena *arena);
/* The command that an answer is addressed to (WIRE_ID_BYTES, inside `said`); NULL if it is not known, so that
 * nothing can be answered. */
const uint8_t *greeting_command_id(const struct greeting_request *said);

enum greeting_step {
    GREETING_REFUSE,
    GREETING_HELLO, /* begin a session, then greeting_welcome */
    GREETING_PING,  /* greeting_pong */
    GREETING_GO_ON  /* the request is the server's own to answer */
};

/* What to do with a request. */
struct greeting_next {
    enum greeting_step step;
    Concordat__V1__Refusal refusal;
    const char *text; /* of the refusal, inside `said`; NULL: it has no words of its own (refusal_text.h) */
    bool is_misuse;   /* its sender should not have sent it: server_complain */
};

/* Decides that. may_send: whether the key's role may send this request; asked only about a request that can
 * be read, of a key that is admitted. has_session: whether its connection has a session that is not over. */
struct greeting_next greeting_decide(const struct greeting_request *said, bool may_send, bool has_session);

/* The answer to a hello or a ping, until it is packed. */
struct greeting_answer {
    Concordat__V1__Message message;
    Concordat__V1__Welcome welcome;
    Concordat__V1__Pong pong;
};

/* Over how many ms the peers of a server with so many sessions are to come back when it restarts, so that
 * their handshakes take three quarters of the server's pace (arrivals.h), and the rest is for those who come
 * as always. */
uint32_t greeting_spread_ms(uint32_t sessions);

/* A server welcomes this peer. */
struct greeting_welcomed {
    const struct key *key;
    const char *of_name; /* what people call the key's owner; "": the server knows no name */
    uint32_t spread_ms;  /* when the connection is lost, it waits up to so long before the next */
};

/* Each fills in an answer and returns its message, which borrows everything that is given here. command_id:
 * of the hello or ping, WIRE_ID_BYTES; now_ms: the server's time, since 1970. */
const Concordat__V1__Message *greeting_welcome(struct greeting_answer *answer,
                                               const struct greeting_server *server,
                                               const struct greeting_welcomed *welcomed,
                                               const uint8_t *command_id, int64_t now_ms);
const Concordat__V1__Message *greeting_pong(struct greeting_answer *answer,
                                            const struct greeting_server *server, const uint8_t *command_id,
                                            int64_t now_ms);

#endif
