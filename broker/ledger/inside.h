/* inside.h: what each kind of ledger begins with, and the calls by which ledger.c reaches it: a file
 * (sqlite/) or servers (postgres/). */
#ifndef CONCORDAT_LEDGER_INSIDE_H
#define CONCORDAT_LEDGER_INSIDE_H

#include "broker/ledger/ledger.h"
#include "broker/ledger/ledger_reader.h"
#include "broker/ledger/walk.h"

enum {
    LEDGER_MESSAGE_BYTES = 512,
    LEDGER_TAIL_EVENTS = 1000 /* checked on opening; reading all events checks all of them */
};

/* The calls of one kind of ledger. ledger.c calls none of those that give a status once the ledger has
 * failed. */
struct ledger_calls {
    void (*close)(struct ledger *ledger);
    /* Stores events, which follow the head, and moves the head on. count 0: nothing is to be stored. */
    enum ledger_status (*write)(struct ledger *ledger, const struct ledger_event *events, size_t count);
    bool (*is_syncing)(struct ledger *ledger);
    int (*synced_fd)(const struct ledger *ledger);
    enum ledger_status (*sync)(struct ledger *ledger);
    /* each may be NULL. */
    enum ledger_status (*read)(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                               void *context);
    /* seq is from 1 to the head. */
    enum ledger_status (*chain_at)(struct ledger *ledger, uint64_t seq, uint8_t chain[CHAIN_BYTES]);
    enum ledger_status (*sealed)(struct ledger *ledger, uint64_t seq, uint8_t *buffer, size_t capacity,
                                 size_t *size);
    void (*idle)(struct ledger *ledger);
    bool (*start_threads)(struct ledger *ledger);
    int64_t (*epoch)(const struct ledger *ledger);
    enum ledger_status (*set_mark)(struct ledger *ledger, enum ledger_mark mark);
};

struct ledger {
    const struct ledger_calls *calls;
    bool failed;                /* nobody knows what is stored: nothing more is done */
    uint64_t head;              /* the newest event's number */
    uint8_t chain[CHAIN_BYTES]; /* its chain value */
    enum ledger_mark mark;
    char message[LEDGER_MESSAGE_BYTES];
};

/* Why nobody leads a ledger with that mark, and what to do; NULL: it may be led. */
const char *ledger_mark_means(enum ledger_mark mark);

/* Makes the chain values of `count` events, of which the first comes after the one with the value `before`.
 */
void ledger_make_chains(const uint8_t before[CHAIN_BYTES], const struct ledger_event *events, size_t count,
                        uint8_t (*chains)[CHAIN_BYTES]);

/* The calls of a reader of one kind. */
struct reader_calls {
    void (*close)(struct ledger_reader *reader);
    /* Sets reader->head to the newest event that there is now. */
    enum ledger_status (*look)(struct ledger_reader *reader);
    /* As ledger_reader_next, of events that are there. */
    enum ledger_status (*next)(struct ledger_reader *reader, size_t limit, ledger_each *each, void *context);
    /* The chain value stored with event `seq`; LEDGER_NOT_FOUND if there is no such event. */
    enum ledger_status (*chain_at)(struct ledger_reader *reader, uint64_t seq, uint8_t chain[CHAIN_BYTES]);
};

struct ledger_reader {
    const struct reader_calls *calls;
    struct walk walk;
    uint64_t head; /* when it was last looked for */
    char message[LEDGER_MESSAGE_BYTES];
};

/* The two kinds. They return NULL with *status and a message, as ledger_open does. marked: as
 * ledger_open_marked; whole: as ledger_reader_open_whole. */
struct ledger *file_ledger_open(const char *path, bool marked, enum ledger_status *status, char *message,
                                size_t message_size);
struct ledger *served_ledger_open(const char *address, bool marked, enum ledger_status *status, char *message,
                                  size_t message_size);
struct ledger_reader *file_reader_open(const char *path, bool whole, enum ledger_status *status,
                                       char *message, size_t message_size);
struct ledger_reader *served_reader_open(const char *address, bool whole, enum ledger_status *status,
                                         char *message, size_t message_size);

#endif
