/* seals.h: the keys of referrals, each wrapped by the master key, in a file apart from the ledger: so erasing
 * a person's texts is to overwrite one slot.
 *
 * The file is a header and slots of 128 bytes (slot.h), written in place; it has no log and no free list, so
 * nothing of a key is left in it once its slot is overwritten. A slot is found by the number that people say.
 * Cases and drills are counted apart, so the file has steps of SEALS_STEP_SLOTS slots, for cases and for
 * drills in turn; a step that nobody needs is a hole. The header takes the first 4096 bytes:
 *
 *     0   "CNCDSEAL"                8
 *     8   version 1, big-endian     4
 *     12  zeros                     4
 *     16  id of the ledger         16
 *     32  zeros                    88
 *     120 check, as a slot's        8
 *
 * Order. An event must never be on disk before the key of its referral: seals_make, then seals_sync, and only
 * then is the event written to the ledger. Even before its own sync a written event can reach the disk, so
 * the two syncs cannot run side by side. A slot without an event is garbage that the next referral
 * overwrites. An erasing is decided by its event; the slot is erased after that event is on disk, and at each
 * start again for each event of an erasing, so that an old copy of this file brings no erased key back.
 *
 * Threads: one thread, the owner, calls these functions; seals_sync alone may be called by another thread
 * meanwhile. Rotation is the owner's too, a few slots at a time: a second process could bring a key back that
 * the first is just erasing. Keys go into buffers of the caller, who wipes them; nothing here keeps one.
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
    /* Makes the disk set room aside. */
    int (*reserve)(void *context, uint64_t at, uint64_t size);
};

enum seals_status {
    SEALS_OK,
    SEALS_NONE,      /* nothing was ever written there */
    SEALS_ERASED,    /* the key was erased */
    SEALS_TORN,      /* the slot is damaged; a copy of the file may have it whole */
    SEALS_OTHER,     /* the slot is another referral's */
    SEALS_NO_MASTER, /* there is no master key that fits, or none of this slot's generation */
    SEALS_ALTERED,   /* the master key of this generation is another one, or somebody altered the slot */
    SEALS_FULL,      /* the disk is full: nothing was written that counts; try again when it is mended */
    SEALS_FAILED /* the disk failed, and what is on it is not known: stop, as after a failed ledger_sync */
};

enum seals_opening {
    SEALS_FRESH,  /* made just now, and synced */
    SEALS_GOOD,   /* the master key opens the newest keys */
    SEALS_LOCKED, /* the file is good, and the master key is missing or another one: opened nevertheless */
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
    uint8_t ledger[SLOT_LEDGER_BYTES];
    uint32_t newest_case, newest_drill; /* numbers that the ledger gave last; 0: none yet */
};

struct seals;

/* Opens the file, or makes it if it is empty and the ledger has no referral yet. The message says what is
 * wrong, what to do, and holds no key: also when it is SEALS_LOCKED. */
struct seals *seals_open(const struct seals_setting *setting, enum seals_opening *opening, char *message,
                         size_t message_size);
void seals_close(struct seals **seals);

/* The key that wraps and opens from now on; NULL: it is missing. SEALS_GOOD, or SEALS_LOCKED (or a refusal,
 * if the file has changed or the disk failed) with a message: then no key is made, and every one that can be
 * opened is found. */
enum seals_opening seals_use_master(struct seals *seals, const struct master_key *master, char *message,
                                    size_t message_size);

/* A referral, as its key is found. Borrowed by each call. */
struct seals_case {
    const uint8_t *referral; /* SEAL_ID_BYTES */
    uint32_t number;         /* as people say it: 1 is the first */
    bool drill;
};

/* Draws a key for a referral whose number is newer than any in the ledger, and writes it. It is on disk after
 * the next seals_sync. If the slot has a key for the same referral, it gives that key. A slot whose event is
 * in the ledger is never made anew: then it does as seals_find. Unless it returns SEALS_OK the key is zeros.
 */
enum seals_status seals_make(struct seals *seals, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES]);
/* Says that the events of all numbers up to this one are on disk. */
void seals_committed(struct seals *seals, bool drill, uint32_t number);

/* Finds the key of a referral. Unless it returns SEALS_OK the key is zeros. */
enum seals_status seals_find(struct seals *seals, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES]);

/* Erases the key of a referral whose event is in the ledger, and syncs: SEALS_OK if no key is on disk any
 * more, also when it was erased before. A torn slot is erased too. SEALS_NONE, SEALS_OTHER: nothing was
 * changed. SEALS_FULL (on a disk that copies what it overwrites), SEALS_FAILED: the key may still be there.
 */
enum seals_status seals_erase(struct seals *seals, const struct seals_case *of);

/* Returns when all that was written before it is on disk: SEALS_OK or SEALS_FAILED. */
enum seals_status seals_sync(const struct seals *seals);

/* How far a rotation has come. All zeros is its beginning, also after a restart: each slot says under which
 * generation it is, and one that needs nothing is only read. */
struct seals_walk {
    uint8_t generation; /* into which keys are wrapped; if a newer one came, the walk begins again */
    bool drill, done;
    uint32_t number; /* the last that was looked at */
    uint32_t rewrapped, torn;
    uint32_t unopened; /* keys of a generation that the master key lacks, or altered: left as they are */
};

/* Looks at the next slots of the ledger's referrals, at most `slots`, and wraps what an older generation
 * wrapped by the newest. Before an older generation is taken away, the walk must be done without any
 * `unopened`, and synced. SEALS_OK, SEALS_NO_MASTER, SEALS_FULL or SEALS_FAILED. */
enum seals_status seals_rewrap(struct seals *seals, struct seals_walk *walk, uint32_t slots);

/* Empties the slots that a crash left without an event, and syncs: to be called after opening, before the
 * first seals_make. *count is how many there were. SEALS_OK, SEALS_FULL or SEALS_FAILED. */
enum seals_status seals_collect(struct seals *seals, uint32_t *count);

struct seals_count {
    uint32_t live, erased, torn;
    uint32_t missing;  /* of an event that is in the ledger: never, unless the file was changed */
    uint32_t other;    /* slots of another number: somebody, or a disk, has misplaced them */
    uint32_t outdated; /* live under an older generation */
    uint32_t unopened; /* live, and the master key does not open them */
};

/* Counts the slots of the ledger's referrals. It reads all of them and opens each. SEALS_OK or SEALS_FAILED.
 */
enum seals_status seals_counted(struct seals *seals, struct seals_count *count);

#endif
