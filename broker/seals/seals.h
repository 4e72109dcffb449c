/* seals.h: the keys of referrals, each wrapped, in a file apart from the ledger: so erasing a person's texts
 * is to overwrite one slot.
 *
 * The master key wraps a referral's key. While it is missing or another one, the running service's own key
 * does, as generation 0, so that nobody is turned away because a file is missing; seals_rewrap wraps these
 * keys by the master key once it is there. Beside it, while a case is open, stands its callback key, derived
 * from the referral's key and wrapped by the service key: so the people who hold the case can ring back while
 * the master key is missing, and the service key opens nothing else of what the master key wrapped.
 *
 * The file is a header and slots of 256 bytes (slot.h), written in place; it has no log and no free list, so
 * nothing of a key is left in it once its slot is overwritten. A slot is found by the number that people say.
 * Cases and drills are counted apart, so the file has steps of SEALS_STEP_SLOTS slots, for cases and for
 * drills in turn; a step that nobody needs is a hole. The header takes the first 4096 bytes:
 *
 *     0   "CNCDSEAL"                8
 *     8   version 1, big-endian     4
 *     12  zeros                     4
 *     16  id of the ledger         16
 *     32  zeros                    48
 *     80  check, as a slot's        8
 *     88  zeros                   168
 *
 * Order. An event must never be on disk before the key of its referral. So keys are drawn ahead, for the
 * numbers that come next, SEALS_POOL at a time, and a key is on disk before anybody is handed it. A step's
 * room is written with zeros once, so each later write overwrites what the disk has, and syncing it is cheap.
 * A slot without an event opens nothing. An erasing is decided by its event; the slot is erased after that
 * event is on disk, and at each start again for each event of an erasing, so that an old copy of this file
 * brings no erased key back.
 *
 * Threads: one thread, the owner, calls these functions. A thread of our own only wraps, writes and syncs
 * keys that are drawn ahead (seals_start_thread). Rotation is the owner's too, a few slots at a time: a
 * second process could bring a key back that the first is just erasing. Keys go into buffers of the caller,
 * who wipes them. Only keys of numbers that are not in the ledger yet are kept here, in locked memory.
 */
#ifndef CONCORDAT_SEALS_H
#define CONCORDAT_SEALS_H

#include "broker/seals/limits.h"
#include "broker/seals/slot.h"
#include "proto/seal/master_key.h"

/* The file, as the owner of a struct seals reaches it: seals_disk.h is the real one, a simulation has its
 * own. Calls return an errno value, 0 for success. */
struct seals_file {
    void *context; /* borrowed */
    /* Reads up to size bytes; *got is smaller only at the end of the file. */
    int (*read)(void *context, void *bytes, size_t size, uint64_t at, size_t *got);
    /* Writes all of it, or fails. */
    int (*write)(void *context, const void *bytes, size_t size, uint64_t at);
    int (*sync)(void *context);
    /* Hands on what write has held back, without waiting for a disk; NULL: write holds nothing back. */
    int (*flush)(void *context);
};

enum seals_status {
    SEALS_OK,
    SEALS_NONE,      /* nothing was ever written there */
    SEALS_ERASED,    /* the key was erased */
    SEALS_TORN,      /* the slot is damaged; a copy of the file may have it whole */
    SEALS_OTHER,     /* the slot is another number's: somebody, or a disk, has misplaced it */
    SEALS_NO_MASTER, /* there is no master key that fits, or none of this slot's generation */
    SEALS_ALTERED,   /* the key that wrapped is another one now, or somebody altered the slot */
    SEALS_FULL,      /* the disk is full: nothing was written that counts; try again when it is mended */
    SEALS_FAILED /* the disk failed, and what is on it is not known: stop, as after a failed ledger_sync */
};

enum seals_opening {
    SEALS_FRESH, /* made just now, and synced */
    SEALS_GOOD,  /* the master key opens the newest keys */
    /* The file and the master key are good, and the service key is another one than before: opened
     * nevertheless. What the former one wrapped under generation 0 does not open. */
    SEALS_OTHER_SERVICE,
    /* The file is good, and the master key is missing or another one: opened nevertheless. New keys are made
     * under generation 0. The message says too if the service key is another one. */
    SEALS_LOCKED,
    /* From here on it is refused: seals_open returns NULL. */
    SEALS_MISSING,      /* the file is empty, and the ledger has referrals */
    SEALS_NOT_OURS,     /* something else, or of another version */
    SEALS_OTHER_LEDGER, /* of another ledger */
    SEALS_TORN_HEADER,
    SEALS_OLDER, /* keys of newer referrals are missing: an older copy of the file, beside a newer ledger */
    SEALS_NEWER, /* it has keys of many more referrals than the ledger: the ledger is an older copy */
    SEALS_UNREADABLE /* the disk failed, or is full, or there is no memory */
};

struct seals_setting {
    const char *name; /* of the file, for messages; borrowed, as long as the seals are open */
    struct seals_file file;
    struct seal_random random;
    const struct master_key *master; /* borrowed until it is replaced; NULL: it is missing */
    /* SEAL_KEY_BYTES, the running service's own; borrowed as long as the seals are open, never NULL. The same
     * at each start, and not in the folder of the file. */
    const uint8_t *service;
    uint8_t ledger[SLOT_LEDGER_BYTES];
    uint32_t newest_case, newest_drill; /* numbers that the ledger gave last; 0: none yet */
};

struct seals;

/* Opens the file, or makes it if it is empty and the ledger has no referral yet. The message says what is
 * wrong, what holds, what to do, and holds no key; it is empty if there is nothing to say. */
struct seals *seals_open(const struct seals_setting *setting, enum seals_opening *opening, char *message,
                         size_t message_size);
void seals_close(struct seals **seals);

/* The key that wraps and opens from now on; NULL: it is missing. SEALS_GOOD, or with a message
 * SEALS_OTHER_SERVICE, SEALS_LOCKED, or a refusal if the file has changed or the disk failed. Unless it is
 * good, every key that can be opened is found nevertheless. Keys that nobody was given yet are drawn anew. It
 * reads the newest slots, and all slots of generation 0 that are newer than the newest which a master key
 * wrapped: some two microseconds each. */
enum seals_opening seals_use_master(struct seals *seals, const struct master_key *master, char *message,
                                    size_t message_size);

/* A referral, as its key is found. Borrowed by each call. */
struct seals_case {
    uint32_t number; /* as people say it: 1 is the first */
    bool drill;
};

/* Hands out the key of a referral whose number is newer than any in the ledger: it is on disk, and so is its
 * callback key. Numbers are given out in order, at most SEALS_GIVEN_MAX before seals_committed; a number that
 * is asked for again has the same key until it is committed. If no key is ready, SEALS_POOL of them are
 * drawn, written and synced now. The newest generation of the master key wraps them, or the service key
 * (generation 0) if the opening was SEALS_LOCKED: a missing master key refuses no referral. For a number that
 * is in the ledger it does as seals_find. Unless it returns SEALS_OK the key is zeros. */
enum seals_status seals_make(struct seals *seals, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES]);
/* Says that the events of all numbers up to this one are on disk. */
void seals_committed(struct seals *seals, bool drill, uint32_t number);
/* Begins to draw keys ahead, and to make room for more, once half of SEALS_POOL are used, and takes those
 * that are done; to be called at each turn. Those of drills only if there ever was a drill. SEALS_OK,
 * SEALS_FULL or SEALS_FAILED, also of what was begun before. */
enum seals_status seals_prepare(struct seals *seals);

/* From now on a thread draws ahead, while the owner goes on: without it seals_prepare returns when all is
 * done. Only seals_make waits for it, if no key is ready, and what syncs. False if it could not be started.
 */
bool seals_start_thread(struct seals *seals);

/* Finds the key of a referral. Of a number that is not in the ledger it finds the one that was handed out.
 * Unless it returns SEALS_OK the key is zeros. */
enum seals_status seals_find(struct seals *seals, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES]);

/* The key that seals what an offer opens without the record: BLAKE2b-256 of "concordat-callback-1", keyed
 * with the referral's key. Nothing leads back from it. Pure. */
void seals_callback_key(const uint8_t key[SEAL_KEY_BYTES], uint8_t callback[SEAL_KEY_BYTES]);
/* Finds the callback key of a referral: derived, if the referral's key opens, and else, until seals_end_case,
 * by the service key. So SEALS_NO_MASTER says that the case has ended and the master key is missing. Unless
 * it returns SEALS_OK the callback key is zeros. */
enum seals_status seals_find_callback(struct seals *seals, const struct seals_case *of,
                                      uint8_t callback[SEAL_KEY_BYTES]);
/* Overwrites what the service key wrapped beside the referral's key: from now on only that key leads to the
 * callback. To be called once the event of the case's end is on disk, and at a start again for the cases that
 * ended last. It need not be synced: what power loss brings back, the next start ends. SEALS_OK: it is not
 * there (any more), whatever else the slot has. SEALS_FULL (on a disk that copies what it overwrites),
 * SEALS_FAILED: it may still be there. It leaves generation 0 to seals_rewrap. */
enum seals_status seals_end_case(struct seals *seals, const struct seals_case *of);

/* Wraps its callback key again, of a case that is to go on after seals_end_case: to be synced before the
 * event of that is on disk, and called at a start again for the open cases. SEALS_OK: it is there, whoever
 * wrote it. Otherwise only the referral's key leads to the callback. */
enum seals_status seals_reopen_case(struct seals *seals, const struct seals_case *of);

/* Erases both keys of a referral whose event is in the ledger, and syncs: SEALS_OK if no key is on disk any
 * more, also when it was erased before. A torn slot is erased too. SEALS_NONE, SEALS_OTHER: nothing was
 * changed. SEALS_FULL (on a disk that copies what it overwrites), SEALS_FAILED: the key may still be there.
 */
enum seals_status seals_erase(struct seals *seals, const struct seals_case *of);

/* After a turn that ended cases: their callback keys are gone from the file, if not from the disk yet.
 * SEALS_OK or SEALS_FAILED. */
enum seals_status seals_flush(struct seals *seals);

/* Returns when all that was written before it is on disk: SEALS_OK or SEALS_FAILED. It waits for the thread.
 */
enum seals_status seals_sync(struct seals *seals);

/* How far a rotation has come. All zeros is its beginning, also after a restart: each slot says under which
 * generation it is, and one that needs nothing is only read. */
struct seals_walk {
    uint8_t generation; /* into which keys are wrapped; if another one came, the walk begins again */
    bool drill, done;
    uint32_t number; /* the last that was looked at */
    uint32_t rewrapped, torn;
    /* Keys of a generation that the master key lacks, or altered, or of a former service key: left as they
     * are. */
    uint32_t unopened;
    bool kept[UINT8_MAX + 1]; /* the generations of these */
};

/* Looks at the next slots of the ledger's referrals, at most `slots`, and wraps by the newest generation what
 * an older one wrapped, or the service key: generation 0 is the oldest. Callback keys stay as they are.
 * Before an older generation is taken away, the walk must be done without any `unopened`, and synced.
 * SEALS_OK, SEALS_FULL, SEALS_FAILED, or SEALS_NO_MASTER if the last opening was SEALS_LOCKED: a wrong master
 * key wraps nothing. */
enum seals_status seals_rewrap(struct seals *seals, struct seals_walk *walk, uint32_t slots);

/* Takes the keys that were drawn ahead before the opening, as far as they are whole and what wraps now
 * wrapped them, and empties what else stands beyond the ledger's newest numbers, and syncs: to be called
 * after opening, before the first seals_make. A copy of the file has the keys of the numbers that came next,
 * too. *count is how many slots were emptied. SEALS_OK, SEALS_FULL or SEALS_FAILED. */
enum seals_status seals_collect(struct seals *seals, uint32_t *count);

struct seals_count {
    uint32_t live, erased, torn;
    uint32_t missing;             /* of an event that is in the ledger: never, unless the file was changed */
    uint32_t other;               /* slots of another number: somebody, or a disk, has misplaced them */
    uint32_t outdated;            /* live under an older generation than the master key's newest */
    uint32_t unopened;            /* live, and neither the master key nor the service key opens them */
    uint32_t by_service;          /* live under generation 0 */
    uint32_t by_service_unopened; /* and the service key does not open them: it is another one now */
    uint32_t callbacks;           /* live with a callback key: their cases are open */
    uint32_t callbacks_unopened;  /* and the service key does not open it */
};

/* Counts the slots of the ledger's referrals. It reads all of them and opens each. SEALS_OK or SEALS_FAILED.
 */
enum seals_status seals_counted(struct seals *seals, struct seals_count *count);

#endif
