/* engine.h: what a ledger on servers asks of the engine that keeps it, and what the engine can answer.
 *
 * served_ledger.c decides by these answers and knows no engine; postgres/ is the real one, and a simulation
 * has its own. An engine has a pen, the one connection by which anything is stored, and a connection apart
 * for reading, to the same server: so a slow reading does not hold the pen up. One thread uses an engine.
 * Times are milliseconds of a clock that never jumps.
 */
#ifndef CONCORDAT_ENGINE_H
#define CONCORDAT_ENGINE_H

#include "broker/ledger/walk.h"

enum { ENGINE_SILENT_MS = 3000 /* as long as three pulses: its holder hangs, or has lost its way here */ };

/* The pen asks for one of these at a time. */
enum engine_command_kind {
    ENGINE_LOCK,  /* may this process try to lead? For as long as the pen is connected */
    ENGINE_EVICT, /* ends the pen of a holder that has made no commit for ENGINE_SILENT_MS, if there is one */
    ENGINE_CLAIM, /* a commit of its own by which it begins: nothing may be read before that is answered */
    ENGINE_APPEND,
    ENGINE_PULSE, /* a commit that stores nothing, so that it is known whether a commit still can be made */
    ENGINE_MARK
};

struct engine_command {
    enum engine_command_kind kind;
    /* ENGINE_APPEND: the event that must be the newest, or else nothing is stored; 0: there is none. */
    uint64_t before;
    const uint8_t *before_chain; /* CHAIN_BYTES */
    const struct ledger_event *events;
    const uint8_t (*chains)[CHAIN_BYTES];
    size_t count;
    enum ledger_mark mark; /* ENGINE_MARK */
};

enum engine_answer {
    ENGINE_WAITS, /* no answer yet */
    ENGINE_DONE,  /* locked; or committed, on as many disks as the engine is set to */
    ENGINE_HELD,  /* ENGINE_LOCK: another process leads */
    ENGINE_ENDED, /* another process has begun: nothing was stored, and nothing will be */
    /* Nobody knows whether it is stored, or whether it stays: the connection ended, an error, or an answer
     * with a warning, for an engine that gives up waiting for its other disks says so in no other way. */
    ENGINE_UNKNOWN
};

/* One stored event, checked by nobody yet; borrowed for the call. Returns false to stop. */
typedef bool engine_each(void *context, const struct walked *row, const struct ledger_event *event);

struct engine;

struct engine_calls {
    void (*close)(struct engine *engine);
    /* Connects pen and reader to server `which` (from 0), if it takes commits now and is set as it must be.
     * False with a message. What was connected before is closed. */
    bool (*connect)(struct engine *engine, size_t which, int64_t patience_ms);
    /* Sends a command; what it borrows is borrowed until its answer. False: unknown, as an answer. */
    bool (*send)(struct engine *engine, const struct engine_command *command);
    /* Waits for the answer at most that long; 0: does not wait. */
    enum engine_answer (*answer)(struct engine *engine, int64_t patience_ms);
    /* Readable when there may be an answer; the same for as long as the pen is connected. */
    int (*fd)(const struct engine *engine);
    /* Reads events from number `from` on, in order, at most `limit`. False with a message. */
    bool (*read)(struct engine *engine, uint64_t from, size_t limit, engine_each *each, void *context);
    /* The newest event: 0 if there is none. False with a message. */
    bool (*head)(struct engine *engine, uint64_t *seq);
    /* As ledger_sealed; LEDGER_UNKNOWN with a message. */
    enum ledger_status (*sealed)(struct engine *engine, uint64_t seq, uint8_t *buffer, size_t capacity,
                                 size_t *size);
    int64_t (*now_ms)(const struct engine *engine);
    /* The number of the claim, which grows with each. */
    int64_t (*epoch)(const struct engine *engine);
};

/* Each engine begins with this. */
struct engine {
    const struct engine_calls *calls;
    size_t servers;
    enum ledger_mark mark; /* as the answer to ENGINE_LOCK or ENGINE_CLAIM said */
    char message[256];     /* why the last call failed, for a person; holds nothing from any record */
};

#endif
