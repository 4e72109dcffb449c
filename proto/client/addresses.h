/* addresses.h: the addresses at which a client may find its server, and which of them it tries next.
 *
 * A server can stand on one of several machines. A client has one connection at a time, because a ZeroMQ
 * socket that is connected to several addresses would deal its requests to all of them in turn. It begins
 * where it was welcomed last, goes on to the next address as soon as one does not answer, and rests when it
 * has tried them all.
 *
 * A walk is a state machine without sockets and clocks: the caller tells it what happened and what time it is
 * (ms, monotonic), and does what it says. Not thread safe.
 */
#ifndef CONCORDAT_ADDRESSES_H
#define CONCORDAT_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ADDRESSES_MAX = 8,          /* a region has two machines, or three; more is a mistake in writing */
    ADDRESS_PATIENCE_MS = 2000, /* no longer without a welcome at one address, if there is another */
    ADDRESS_REST_MS = 100,      /* after the first round of all addresses; twice as long after each other */
    ADDRESS_REST_MAX_MS = 1000
};

struct addresses {
    size_t count;
    const char *at[ADDRESSES_MAX];
    char *text; /* owned; `at` points into it */
};

/* Reads one address or several with commas between them, such as "tcp://a:5170,tcp://b:5170". Returns 0, or
 * -1 with a message for a person; then there is nothing to close. */
int addresses_read(struct addresses *addresses, const char *text, char *message, size_t message_size);
void addresses_close(struct addresses *addresses);
/* Whether such a list could be read; if not, the message says why. For a program's options. */
bool addresses_are_good(const char *text, char *message, size_t message_size);

/*  resting ──▶ calling ──▶ reached ──▶ open ──▶ welcomed
 *     ▲           │           │          │         │
 *     └───────────┴───────────┴──────────┴─────────┘   or at once to the next address                    */
enum walk_state {
    WALK_RESTING,
    WALK_CALLING, /* nobody has taken the connection yet */
    WALK_REACHED, /* somebody has; whether they have the server's key is not known yet */
    WALK_OPEN,    /* the server has, and has not welcomed us yet */
    WALK_WELCOMED,
    WALK_STATES
};

enum walk_event {
    WALK_TIME, /* nothing happened; time passes */
    WALK_WAS_TAKEN,
    WALK_WAS_OPENED,
    WALK_WAS_WELCOMED,
    WALK_WAS_FORGOTTEN, /* the server knows this connection no more, and has to welcome us again */
    WALK_ENDED,         /* the connection has ended, or was not made */
    WALK_FELL_SILENT,   /* nothing was heard on it for too long */
    WALK_NO_OTHER_KEY,  /* WALK_TURN_KEY could not be done */
    WALK_EVENTS
};

/* What the caller is to do. */
enum walk_step {
    WALK_STAY,
    WALK_CONNECT, /* to addresses->at[walk->at], whatever it is connected to now */
    WALK_TURN_KEY /* connect to the same address, with the other of the server's two keys (client_link.h) */
};

struct address_walk {
    enum walk_state state;
    size_t count, at;
    size_t tried;    /* addresses of this round */
    bool key_turned; /* at this address, in this round */
    int64_t due_ms;  /* when it is to be told WALK_TIME; INT64_MAX: never */
    int rest_ms;     /* after the next round */
};

/* A walk of `count` addresses that has just connected to the first one. */
void walk_begin(struct address_walk *walk, size_t count, int64_t now_ms);

/* Chance and the server's wish in a decision of a walk. */
struct walk_spread {
    uint32_t drawn;     /* at random, anew for each call */
    uint32_t spread_ms; /* after a welcome it waits up to so long before it connects again */
};
enum walk_step walk_on(struct address_walk *walk, enum walk_event event, int64_t now_ms,
                       const struct walk_spread *spread);

#endif
