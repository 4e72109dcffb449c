/* outbox.h: what an intake has promised to deliver, on its own disk, in SQLite.
 *
 * A command is in the outbox before its sender is told "saved", and stays there until the broker has answered
 * it. Commands about one referral are delivered in the order in which they came. Beside each referral the
 * outbox keeps the last status that the broker told. Every function that writes is one transaction and
 * returns after its fsync. After OUTBOX_FAILED nobody knows whether the write is on disk: the caller must
 * stop, and the next start reads what is there. Not thread safe: one thread owns an outbox. Times are UTC
 * milliseconds.
 *
 * Each command is sealed (proto/seal/seal.h) with the digest of its content. An hour after the broker has
 * acknowledged it (outbox_kept.h), what is confidential in it is taken out, and what was typed as a reason;
 * the rest stays sealed until it is forgotten. What is sealed and does not open does not stop the others: it
 * was altered on the disk, or its key was another one.
 */
#ifndef CONCORDAT_INTAKE_OUTBOX_H
#define CONCORDAT_INTAKE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/referral/content.h"
#include "proto/seal/seal.h"
#include "proto/wire/arena.h"
#include "proto/wire/wire.h"
#include "services/intake/outbox_request.h"

/* SQLite's application_id and user_version of an outbox. */
enum { OUTBOX_APPLICATION_ID = 0x434f5558 /* "COUX" */, OUTBOX_VERSION = 7, OUTBOX_TEXT_BYTES = 301 };

enum outbox_status {
    OUTBOX_OK,
    OUTBOX_REPEATED, /* the same command, or the same submission, was saved before */
    OUTBOX_CONFLICT, /* the same id with other content */
    OUTBOX_NOT_FOUND,
    OUTBOX_IN_USE,        /* another intake has it open */
    OUTBOX_OTHER_VERSION, /* written by another version of this program, or not an outbox */
    OUTBOX_OTHER_KEY,     /* what waits in it was sealed under another key */
    OUTBOX_FAILED         /* a read or write failed */
};

/*  saved ──▶ sent ──▶ received    the broker has it on its own disk
 *              │└────▶ refused     the broker does not take it as it is; it is kept, and shown
 *              └─▶ saved           the broker cannot take it now; it is sent again later
 *
 *  unopened ──▶ saved              a sealed form, and the form key that opens it has come back         */
enum command_state { COMMAND_SAVED, COMMAND_SENT, COMMAND_RECEIVED, COMMAND_REFUSED, COMMAND_UNOPENED };

struct outbox_command {
    uint8_t id[WIRE_ID_BYTES];
    uint8_t referral[WIRE_ID_BYTES];
    enum command_state state;
    uint32_t attempts;
    Concordat__V1__Refusal refusal; /* the broker's latest, and its text */
    char refusal_text[OUTBOX_TEXT_BYTES];
    uint8_t digest[CONTENT_DIGEST_BYTES]; /* of its content, as its sender sent it */
    /* As it is delivered, and stripped an hour after that; a SubmitSealed while it is unopened; NULL if what
     * is stored does not open. Then there is no digest either. */
    Concordat__V1__Request *request;
};

/* A referral as the outbox knows it. */
struct outbox_case {
    Concordat__V1__CaseStatus *status; /* its state is unspecified until the broker has told one */
    enum command_state submitted;      /* how far its latest submission is */
    Concordat__V1__Refusal refusal;    /* of its latest refused command */
    char refusal_text[OUTBOX_TEXT_BYTES];
    uint32_t waiting; /* its commands without an answer, but for those that a device sent by itself (Told) */
};

/* A command that the outbox has, and the referral that it is about. */
struct outbox_saved {
    struct outbox_command command;
    struct outbox_case found;
};

struct outbox;

/* Opens or creates an outbox, which is sealed under `key`. What was sealed under old_key (NULL: none) is
 * sealed anew. On failure returns NULL, with *status and a message for a person; else the message is empty,
 * or for the log. Copies the key. sodium_init must have been called. */
struct outbox *outbox_open(const char *path, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *old_key,
                           enum outbox_status *status, char *message, size_t message_size);
void outbox_close(struct outbox **outbox);
/* Why the last call failed, for a person. It quotes no record. */
const char *outbox_message(const struct outbox *outbox);
/* Whether it failed because the disk is full. */
bool outbox_is_full(const struct outbox *outbox);

/* The digest of a command's content (proto/referral/content.h), to be taken of the command as its sender sent
 * it. False when memory is short. */
bool outbox_digest(const Concordat__V1__Request *request, uint8_t digest[CONTENT_DIGEST_BYTES]);

/* Saves a command of a referrer; a SubmitSealed is kept as the unopened Submit that it is. OK, or REPEATED if
 * this command was saved before, or this submission under another command id: then *saved holds the command
 * as it was saved first, and how far its case is; messages are in the arena, or the request itself if it was
 * saved now. Otherwise CONFLICT, NOT_FOUND (no Submit came before) or FAILED. */
enum outbox_status outbox_save(struct outbox *outbox, Concordat__V1__Request *request,
                               const uint8_t digest[CONTENT_DIGEST_BYTES], int64_t now_ms,
                               struct arena *arena, struct outbox_saved *saved);

/* The following functions read into the arena; the messages are valid until it is reset. */

/* One command. OK, NOT_FOUND or FAILED. */
enum outbox_status outbox_find_command(struct outbox *outbox, const uint8_t *id, struct arena *arena,
                                       struct outbox_command *command);

/* The latest Submit or Update of a referral. OK, NOT_FOUND or FAILED. */
enum outbox_status outbox_find_content(struct outbox *outbox, const uint8_t *referral, struct arena *arena,
                                       struct outbox_command *command);

/* A referral by its id, or by its spoken number. OK, NOT_FOUND or FAILED. */
enum outbox_status outbox_find_case(struct outbox *outbox, const uint8_t *referral, struct arena *arena,
                                    struct outbox_case *found);
enum outbox_status outbox_find_number(struct outbox *outbox, const char *number, struct arena *arena,
                                      struct outbox_case *found);

/* Which referrals a board lists. */
struct outbox_choice {
    bool with_closed;
    const char *person; /* the id of the one who sent them; NULL: whoever did */
};

/* Up to `limit` statuses, the newest referral first; *count of them. OK or FAILED. */
enum outbox_status outbox_board(struct outbox *outbox, const struct outbox_choice *choice, size_t limit,
                                struct arena *arena, Concordat__V1__CaseStatus **statuses, size_t *count);

/* Walks through the open referrals that the broker has: reads the next one after *row, and moves *row on. OK,
 * NOT_FOUND at the end, or FAILED. */
enum outbox_status outbox_next_open(struct outbox *outbox, int64_t *row, uint8_t referral[WIRE_ID_BYTES]);

/* Walks through the commands that are due, at most one of each referral: its first that has no answer, unless
 * that one is put off beyond now, or what the router had acknowledged before it must be sent again first
 * (outbox_kept.h). Leaves out Submits and Updates unless with_new_work. Reads the next one
 * after *row, and moves *row on. OK, NOT_FOUND at the end, or FAILED. */
enum outbox_status outbox_next_due(struct outbox *outbox, int64_t now_ms, bool with_new_work, int64_t *row,
                                   struct arena *arena, struct outbox_command *command);

/* Walks through the commands that wait and do not open. Reads the next one after *row, and moves *row on. OK,
 * NOT_FOUND at the end, or FAILED. */
enum outbox_status outbox_next_lost(struct outbox *outbox, int64_t *row, struct arena *arena,
                                    struct outbox_command *command);

/* Notes that a command was sent, was answered (an answer's status is stored with it), or is put off. One that
 * the broker has is kept whole for an hour, if it led to an event, and then stripped; what it replaces of
 * what was refused is dropped. Each OK, NOT_FOUND if no such command waits, or FAILED. */
enum outbox_status outbox_sent(struct outbox *outbox, const uint8_t *id);
enum outbox_status outbox_answered(struct outbox *outbox, const uint8_t *id,
                                   const Concordat__V1__Answer *answer, int64_t now_ms);
enum outbox_status outbox_put_off(struct outbox *outbox, const uint8_t *id,
                                  const Concordat__V1__Answer *answer, int64_t until_ms);
/* Makes everything due that was put off. */
enum outbox_status outbox_resume(struct outbox *outbox);

/* Stores a status that the broker told. OK if it is news; REPEATED if as much or more was known from this run
 * of the router; NOT_FOUND if the referral is not ours; or FAILED. Another run of the router is believed if
 * it says another number, also a lower one: its ledger may be an older copy. */
enum outbox_status outbox_tell(struct outbox *outbox, const Concordat__V1__CaseStatus *status,
                               int64_t now_ms);

/* Forgets the referrals that ended before a time, with their commands and all that is confidential. A
 * referral ends when the router says that its case is over, or, if the router never told how it stands, with
 * its latest answer. One whose latest command was saved before saved_before_ms is forgotten too, although its
 * case is open as far as we know: the router may have lost it. A referral with a command that waits for an
 * answer is kept, however old it is. */
enum outbox_status outbox_forget(struct outbox *outbox, int64_t before_ms, int64_t saved_before_ms,
                                 uint32_t *forgotten);

/* Overwrites what was stripped or forgotten since the last sweep, so that it is in no page and no log of the
 * database. OK or FAILED. */
enum outbox_status outbox_sweep(struct outbox *outbox);

/* If another device sent the referral: how many other referrals that were not its own `device` has withdrawn
 * in that time, both ends included; otherwise 0. OK, NOT_FOUND if the referral is not ours, or FAILED. */
enum outbox_status outbox_others_withdrawn(struct outbox *outbox, const uint8_t *referral, const char *device,
                                           int64_t from_ms, int64_t to_ms, uint32_t *count);

/* Walks through the sealed forms that wait for their key. Reads the next one after *row, and moves *row on.
 * OK, NOT_FOUND at the end, or FAILED. */
enum outbox_status outbox_next_unopened(struct outbox *outbox, int64_t *row, struct arena *arena,
                                        struct outbox_command *command);
/* Notes that a sealed form was opened: it waits for the broker now, as the Submit in this request, which has
 * its command id. OK, NOT_FOUND if no such form waits for a key, or FAILED. */
enum outbox_status outbox_opened(struct outbox *outbox, const Concordat__V1__Request *request,
                                 const uint8_t digest[CONTENT_DIGEST_BYTES]);

/* How many commands there are, and how large the outbox is. */
struct outbox_counts {
    uint32_t waiting, refused, unopened; /* for an answer; by the broker; sealed forms without their key */
    int64_t oldest_ms;                   /* when the oldest that waits was saved; 0: none waits */
    uint32_t lost;                       /* acknowledged by the router and then not there (outbox_kept.h) */
    int64_t lost_ms;                     /* when the latest of these was found; 0: never */
    int64_t bytes;                       /* of the whole outbox, without its write-ahead log */
};
enum outbox_status outbox_count(struct outbox *outbox, struct outbox_counts *counts);

#endif
