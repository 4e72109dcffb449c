/* copy.c: see copy.h. */
#include "broker/tools/copy.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/seals/seals_match.h"
#include "broker/tools/place.h"

enum {
    COPY_BATCH_EVENTS = 2000,       /* so that few answers are waited for */
    COPY_BATCH_BYTES = 1024 * 1024, /* unless one event has more */
    COPY_TOLD_EVENTS = 100000       /* how often it is said how far it has come */
};

/* Events on their way to one commit. */
struct copy_batch {
    struct ledger_event events[COPY_BATCH_EVENTS];
    size_t count;
    uint8_t *bytes; /* owned; what the events point to */
    size_t used, room;
};

struct copying {
    struct place from, to;
    struct ledger_reader *reader; /* of the first place; owned */
    struct copy_batch batch;
    uint8_t ledger[SLOT_LEDGER_BYTES]; /* by which its keys know it */
    uint64_t copied;
    struct seals_match match;
    /* The second place is marked; the first may be. */
    bool begun, moved;
    enum exit_code code;
};

static enum exit_code copying_refuses(const struct copying *c, enum exit_code code, const struct place *at,
                                      const char *why)
{
    fprintf(stderr, "concordat-ledger: %s: %s: %s\n",
            c->begun ? "the copy was broken off" : "nothing was copied", at->given, why);
    if (c->moved)
        fprintf(
            stderr,
            "concordat-ledger: all of it is in %s, and no router leads either place until you have run the "
            "same again\n",
            c->to.given);
    else if (c->begun)
        fprintf(
            stderr,
            "concordat-ledger: no router leads what is in %s, which is a part; %s is as it was. Mend what "
            "is said above, and run the same again: it goes on\n",
            c->to.given, c->from.given);
    return code;
}

static enum exit_code copying_fails_at(const struct copying *c, const struct place *at,
                                       enum ledger_status status)
{
    return copying_refuses(c, place_code(status), at, ledger_message(at->lead));
}

/* --- beginning -------------------------------------------------------------------------------------- */

static enum exit_code copying_find(struct copying *c, const char *from, const char *to)
{
    enum exit_code code = place_find(&c->from, from);
    if (code != CODE_DONE)
        return copying_refuses(c, code, &c->from, c->from.message);
    code = place_find(&c->to, to);
    if (code != CODE_DONE)
        return copying_refuses(c, code, &c->to, c->to.message);
    if (place_is_same(&c->from, &c->to))
        return copying_refuses(c, CODE_USAGE, &c->to, "this is the place that is to be copied");
    if (!place_has_ledger(&c->from))
        return copying_refuses(c, CODE_REFUSED, &c->from, "there is no ledger here");
    return CODE_DONE;
}

/* Leads the first place, unless a router does. */
static enum exit_code copying_open_from(struct copying *c)
{
    enum ledger_status status;
    bool in_use;
    enum exit_code code = place_lead(&c->from, &in_use);
    if (code != CODE_DONE && !in_use)
        return copying_refuses(c, code, &c->from, c->from.message);
    if (c->from.lead && ledger_mark(c->from.lead) == LEDGER_COPYING)
        return copying_refuses(
            c, CODE_REFUSED, &c->from,
            "this is a copy that was not finished: finish it, or copy from the ledger from "
            "which it was copied");
    code = place_open_keys(&c->from, false);
    if (code != CODE_DONE)
        return copying_refuses(c, code, &c->from, c->from.message);
    c->reader = ledger_reader_open_whole(c->from.at.ledger, &status, c->from.message, sizeof c->from.message);
    return c->reader ? CODE_DONE : copying_refuses(c, place_code(status), &c->from, c->from.message);
}

static enum exit_code copying_reader_fails(const struct copying *c, enum ledger_status status)
{
    return copying_refuses(c, place_code(status), &c->from, ledger_reader_message(c->reader));
}

/* The keys must be this ledger's. */
static enum exit_code copying_check_from(struct copying *c)
{
    uint8_t chain[CHAIN_BYTES];
    if (ledger_reader_head(c->reader) == 0)
        return copying_refuses(c, CODE_REFUSED, &c->from, "no event is in this ledger");
    enum ledger_status status = ledger_reader_skip(c->reader, 1);
    if (status != LEDGER_OK)
        return copying_reader_fails(c, status);
    ledger_reader_at(c->reader, chain);
    memcpy(c->ledger, chain, sizeof c->ledger);
    switch (seals_owner_of(&c->from.keys, c->ledger)) {
    case SEALS_OF_THIS:
        return CODE_DONE;
    case SEALS_UNKNOWN_OWNER:
        return copying_refuses(c, CODE_ENVIRONMENT, &c->from, "the keys of the referrals cannot be read");
    case SEALS_OF_NOBODY:
    case SEALS_OF_ANOTHER:
        break;
    }
    return copying_refuses(
        c, CODE_REFUSED, &c->from,
        "the keys of the referrals that are here are not this ledger's: put the newest copy "
        "of the right ones here");
}

static enum exit_code copying_open_to(struct copying *c)
{
    bool in_use;
    enum exit_code code = place_lead(&c->to, &in_use);
    if (code == CODE_DONE)
        code = place_open_keys(&c->to, true);
    if (code != CODE_DONE && in_use)
        snprintf(c->to.message, sizeof c->to.message,
                 "a router leads this ledger, or another copy is at work: nothing is copied to it meanwhile");
    return code == CODE_DONE ? CODE_DONE : copying_refuses(c, code, &c->to, c->to.message);
}

/* The second place must have the beginning of what is to be copied, or else nothing is changed there. */
static enum exit_code copying_check_to(struct copying *c)
{
    uint8_t ours[CHAIN_BYTES], theirs[CHAIN_BYTES];
    char why[200];
    uint64_t there = ledger_head(c->to.lead, theirs);
    c->copied = there;
    if (there > ledger_reader_head(c->reader)) {
        snprintf(why, sizeof why,
                 "it has %" PRIu64 " events and the ledger that is to be copied only %" PRIu64
                 ": it has gone on, or is another ledger",
                 there, ledger_reader_head(c->reader));
        return copying_refuses(c, CODE_REFUSED, &c->to, why);
    }
    enum ledger_status status = ledger_reader_skip(c->reader, there);
    if (status != LEDGER_OK)
        return copying_reader_fails(c, status);
    ledger_reader_at(c->reader, ours);
    if (memcmp(ours, theirs, sizeof ours) != 0) {
        snprintf(why, sizeof why,
                 "its %" PRIu64
                 " events are not the first of the ledger that is to be copied: it has another "
                 "history",
                 there);
        return copying_refuses(c, CODE_REFUSED, &c->to, why);
    }
    enum seals_owner owner = seals_owner_of(&c->to.keys, c->ledger);
    if (owner == SEALS_UNKNOWN_OWNER)
        return copying_refuses(c, CODE_ENVIRONMENT, &c->to, "the keys of the referrals cannot be read");
    return owner == SEALS_OF_ANOTHER
               ? copying_refuses(c, CODE_REFUSED, &c->to, "the keys that are here are of another ledger")
               : CODE_DONE;
}

static enum exit_code copying_begin(struct copying *c)
{
    enum exit_code code = copying_open_from(c);
    if (code == CODE_DONE)
        code = copying_check_from(c);
    if (code == CODE_DONE)
        code = copying_open_to(c);
    if (code == CODE_DONE)
        code = copying_check_to(c);
    if (code != CODE_DONE)
        return code;
    enum ledger_status status = ledger_set_mark(c->to.lead, LEDGER_COPYING);
    if (status != LEDGER_OK)
        return copying_fails_at(c, &c->to, status);
    c->begun = true;
    return CODE_DONE;
}

/* --- events ----------------------------------------------------------------------------------------- */

/* A router that waits there would take a place without a commit for one whose leader hangs. */
static enum exit_code copying_keep_lead(const struct copying *c, const struct place *at)
{
    enum ledger_status status = at->lead ? ledger_append(at->lead, NULL, 0) : LEDGER_OK;
    return status == LEDGER_OK ? CODE_DONE : copying_fails_at(c, at, status);
}

/* Sends the batch; what was sent before is committed then. */
static void copying_flush(struct copying *c)
{
    struct copy_batch *batch = &c->batch;
    if (batch->count == 0 || c->code != CODE_DONE)
        return;
    enum ledger_status status = ledger_sync(c->to.lead);
    if (status == LEDGER_OK)
        status = ledger_write(c->to.lead, batch->events, batch->count);
    if (status != LEDGER_OK) {
        c->code = copying_fails_at(c, &c->to, status);
        return;
    }
    c->copied += batch->count;
    if (c->copied / COPY_TOLD_EVENTS != (c->copied - batch->count) / COPY_TOLD_EVENTS)
        fprintf(stderr, "concordat-ledger: %" PRIu64 " events of %" PRIu64 "\n", c->copied,
                ledger_reader_head(c->reader));
    batch->count = batch->used = 0;
}

static const uint8_t *batch_keep(struct copy_batch *batch, const uint8_t *bytes, size_t size)
{
    if (!bytes)
        return NULL;
    uint8_t *kept = batch->bytes + batch->used;
    memcpy(kept, bytes, size);
    batch->used += size;
    return kept;
}

/* Makes room for an event, if need be by sending those before it. Their times stand beside them, which the
 * chain does not cover: a batch has no time that goes back. */
static void copying_make_room(struct copying *c, const struct ledger_event *event, size_t size)
{
    struct copy_batch *batch = &c->batch;
    if (batch->count == COPY_BATCH_EVENTS || size > batch->room - batch->used ||
        (batch->count > 0 && batch->events[batch->count - 1].at_ms > event->at_ms))
        copying_flush(c);
    if (size <= batch->room || c->code != CODE_DONE)
        return;
    free(batch->bytes);
    batch->room = size > COPY_BATCH_BYTES ? size : COPY_BATCH_BYTES;
    batch->bytes = malloc(batch->room);
    if (!batch->bytes) {
        batch->room = 0;
        c->code = copying_refuses(c, CODE_ENVIRONMENT, &c->from, "not enough memory");
    }
}

static bool copying_take(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    struct copying *c = context;
    struct copy_batch *batch = &c->batch;
    size_t size = LEDGER_REFERRAL_BYTES + CHAIN_BYTES + event->body_size + event->sealed_size;
    (void)chain; /* the reader has checked it */
    copying_make_room(c, event, size);
    if (c->code != CODE_DONE)
        return false;
    struct ledger_event *kept = &batch->events[batch->count++];
    *kept = *event;
    kept->referral = batch_keep(batch, event->referral, LEDGER_REFERRAL_BYTES);
    kept->body = batch_keep(batch, event->body, event->body_size);
    kept->reduced = batch_keep(batch, event->reduced, CHAIN_BYTES);
    kept->sealed = batch_keep(batch, event->sealed, event->sealed_size);
    return true;
}

/* An event that is not what was written is not copied, nor is any behind it. */
static enum exit_code copying_events(struct copying *c)
{
    enum ledger_status status = LEDGER_OK;
    while (c->code == CODE_DONE && status == LEDGER_OK) {
        status = ledger_reader_next(c->reader, COPY_BATCH_EVENTS, copying_take, c);
        if (status == LEDGER_OK && c->code == CODE_DONE)
            c->code = copying_keep_lead(c, &c->from);
    }
    copying_flush(c);
    if (c->code != CODE_DONE)
        return c->code;
    enum ledger_status synced = ledger_sync(c->to.lead);
    if (synced != LEDGER_OK)
        return copying_fails_at(c, &c->to, synced);
    return status == LEDGER_NOT_FOUND ? CODE_DONE : copying_reader_fails(c, status);
}

/* --- keys ------------------------------------------------------------------------------------------- */

static enum exit_code copying_keys_fail(const struct copying *c, int error)
{
    const struct place *at = c->match.reads_from ? &c->from : &c->to;
    char why[200];
    snprintf(why, sizeof why, "the keys of the referrals: %s",
             at->is_served ? "the servers did not answer, or another router has begun to lead there"
                           : strerror(error));
    return copying_refuses(c, CODE_ENVIRONMENT, at, why);
}

/* After the events: a key is on disk before the event that needs it. */
static enum exit_code copying_keys(struct copying *c)
{
    int error = 0;
    while (!c->match.done && !error && c->code == CODE_DONE) {
        error = seals_match_page(&c->from.keys, &c->to.keys, &c->match);
        if (!error)
            c->code = copying_keep_lead(c, &c->from);
        if (!error && c->code == CODE_DONE)
            c->code = copying_keep_lead(c, &c->to);
    }
    if (!error && c->code == CODE_DONE)
        error = c->to.keys.sync(c->to.keys.context);
    return error ? copying_keys_fail(c, error) : c->code;
}

/* --- the end ---------------------------------------------------------------------------------------- */

/* The chain value covers all events before it, as they were read and as they were written. */
static enum exit_code copying_compare(struct copying *c, char text[2 * CHAIN_BYTES + 1])
{
    uint8_t read[CHAIN_BYTES], led[CHAIN_BYTES], stored[CHAIN_BYTES];
    uint64_t head = ledger_reader_at(c->reader, read);
    enum ledger_status status = ledger_chain_at(c->to.lead, head, stored);
    if (status != LEDGER_OK)
        return copying_fails_at(c, &c->to, status);
    if (memcmp(read, stored, sizeof read) != 0)
        return copying_refuses(c, CODE_REFUSED, &c->to,
                               "its last chain value is another one than was copied");
    if (c->from.lead && (ledger_head(c->from.lead, led) != head || memcmp(read, led, sizeof read) != 0))
        return copying_refuses(c, CODE_REFUSED, &c->from, "its last event is another one than was copied");
    sodium_bin2hex(text, 2 * CHAIN_BYTES + 1, stored, sizeof stored);
    return CODE_DONE;
}

/* From the first mark on nobody leads either place, until the second is set. */
static enum exit_code copying_hand_over(struct copying *c)
{
    c->moved = true;
    enum ledger_status status = ledger_set_mark(c->from.lead, LEDGER_MOVED);
    if (status != LEDGER_OK)
        return copying_fails_at(c, &c->from, status);
    status = ledger_set_mark(c->to.lead, LEDGER_IN_PLACE);
    return status == LEDGER_OK ? CODE_DONE : copying_fails_at(c, &c->to, status);
}

static void copying_print(const struct copying *c, uint64_t before, const char *chain)
{
    printf("From:           %s\nTo:             %s\n", c->from.given, c->to.given);
    printf("Copied:         %" PRIu64 " events behind %" PRIu64 ", and %" PRIu64 " keys\n",
           c->copied - before, before, c->match.written);
    printf("Last event:     %" PRIu64 "\nChain value:    %s, the same in both\n", c->copied, chain);
    if (!c->from.lead)
        printf(
            "Not finished:   the router goes on writing to %s, and no router leads %s yet: stop it, and run this "
            "again for the rest.\n",
            c->from.given, c->to.given);
    else
        printf(
            "Next:           start the router on %s. No router leads %s any more; keep it, or copy back to it.\n",
            c->to.given, c->from.given);
}

static enum exit_code copying_carry_out(struct copying *c)
{
    char chain[2 * CHAIN_BYTES + 1];
    uint64_t before = c->copied;
    enum exit_code code = copying_events(c);
    if (code == CODE_DONE)
        code = copying_keys(c);
    if (code == CODE_DONE)
        code = copying_compare(c, chain);
    if (code == CODE_DONE && c->from.lead)
        code = copying_hand_over(c);
    if (code != CODE_DONE)
        return code;
    copying_print(c, before, chain);
    return c->from.lead ? CODE_DONE : CODE_REFUSED;
}

enum exit_code copy_ledger(const char *from, const char *to)
{
    struct copying *c = calloc(1, sizeof *c);
    if (!c) {
        fprintf(stderr, "concordat-ledger: not enough memory\n");
        return CODE_ENVIRONMENT;
    }
    c->from.disk.fd = c->to.disk.fd = -1;
    enum exit_code code = copying_find(c, from, to);
    if (code == CODE_DONE)
        code = copying_begin(c);
    if (code == CODE_DONE)
        code = copying_carry_out(c);
    ledger_reader_close(&c->reader);
    place_close(&c->from);
    place_close(&c->to);
    free(c->batch.bytes);
    free(c);
    return code;
}
