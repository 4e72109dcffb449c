/* limits.h: every bound on what one key, and all strangers together, take of a server, and of the room on its
 * disk; each with its reason. */
#ifndef CONCORDAT_SERVER_LIMITS_H
#define CONCORDAT_SERVER_LIMITS_H

enum {
    /* Connections that a server knows, by their descriptors: twenty times England's devices. The tables for
     * them take memory only for descriptors that have been in use. */
    CONNECTIONS_MAX = 64 * 1024,
    /* Descriptors that connections leave to the process. The broker and an intake have some fifty open for
     * themselves: database, sockets, threads, folders of keys. The rest is for connections that libzmq
     * accepts before they are counted here: the kernel holds a hundred for it. */
    DESCRIPTORS_KEPT = 192,

    /* Connections of one key. A device has one, and leaves another one or two behind whenever it changes
     * network; some teams share a key among the devices of a shift. A source has one at the broker, but may
     * be a gateway of many processes. */
    CONNECTIONS_OF_KEY_MAX = 32,
    CONNECTIONS_OF_SOURCE_MAX = 256,

    /* Connections that have not said anything, most of them strangers' or in their handshake. They take turns
     * of ARRIVALS_EACH_MS, so the last one waits for 2.5 s: libzmq's clients give up after 5. */
    UNSPOKEN_MAX = 512,
    /* Descriptors that only those get, so that peers who have spoken cannot shut out newcomers: as many as
     * may shake hands in a third of a second. */
    UNSPOKEN_ROOM = 64,
    /* A peer says hello when its handshake is done, or notices at its next ping that it was connected anew:
     * 5 s for the handshake, 10 s until the ping, and a little. */
    FIRST_WORD_MS = 20 * 1000,

    /* A device whose key is withdrawn is told so when it asks or pings, which it does within 10 s; then its
     * connection ends. */
    LAST_WORD_MS = 12 * 1000,

    /* How often a line about one key, or about all strangers, is logged. */
    SELDOM_MS = 60 * 1000
};

/* On a disk with less free room only short new work is taken: room for some 200 000 short referrals with all
 * that becomes of them, days in which a person can see to it. */
#define DISK_FLOOR_BYTES (1024 * DISK_MIB)
/* A hundred thousand answers of people, and sixteen times the log that SQLite has to finish. */
#define BALLAST_BYTES (64 * DISK_MIB)
/* On a small disk floor and ballast are no more than this share of it. */
enum { DISK_SHARE = 8 };

#endif
