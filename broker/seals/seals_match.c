/* seals_match.c: see seals_match.h. */
#include "broker/seals/seals_match.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "broker/seals/inside.h"

enum { MATCH_PAGE_SLOTS = SEALS_STEP_SLOTS / 4, MATCH_PAGE_BYTES = MATCH_PAGE_SLOTS * SLOT_BYTES };

/* Beyond the end of the file there are zeros. */
static int match_read(const struct seals_file *file, uint8_t *bytes, size_t size, uint64_t at)
{
    size_t got = 0;
    int error = file->read(file->context, bytes, size, at, &got);
    if (!error && got < size)
        memset(bytes + got, 0, size - got);
    return error;
}

enum seals_owner seals_owner_of(const struct seals_file *file, const uint8_t ledger[SLOT_LEDGER_BYTES])
{
    uint8_t header[SLOT_BYTES], ours[SLOT_BYTES];
    if (match_read(file, header, sizeof header, 0) != 0)
        return SEALS_UNKNOWN_OWNER;
    seals_pack_header(ledger, ours);
    return memcmp(header, ours, sizeof ours) == 0  ? SEALS_OF_THIS
           : sodium_is_zero(header, sizeof header) ? SEALS_OF_NOBODY
                                                   : SEALS_OF_ANOTHER;
}

/* A slot stays, is emptied, or is written. Zeros are written apart from keys: to a table they are not the
 * same. */
enum match_slot { MATCH_SAME, MATCH_TO_EMPTY, MATCH_TO_WRITE };

static enum match_slot match_look(const uint8_t *from, const uint8_t *to)
{
    if (memcmp(from, to, SLOT_BYTES) == 0)
        return MATCH_SAME;
    return sodium_is_zero(from, SLOT_BYTES) ? MATCH_TO_EMPTY : MATCH_TO_WRITE;
}

/* Writes each stretch of slots with which the same is to be done. */
static int match_write(const struct seals_file *to, const uint8_t *wanted, const uint8_t *found, uint64_t at,
                       uint64_t *written)
{
    int error = 0;
    for (size_t i = 0, end; i < MATCH_PAGE_BYTES && !error; i = end) {
        enum match_slot kind = match_look(wanted + i, found + i);
        for (end = i + SLOT_BYTES; end < MATCH_PAGE_BYTES && match_look(wanted + end, found + end) == kind;)
            end += SLOT_BYTES;
        if (kind == MATCH_SAME)
            continue;
        error = to->write(to->context, wanted + i, end - i, at + i);
        *written += (end - i) / SLOT_BYTES;
    }
    return error;
}

/* Each step that has a slot of a case, or of a drill, has one before it of the same series. So there is
 * nothing behind steps without any of both. */
static void match_note(struct seals_match *match, const uint8_t *page)
{
    const uint64_t steps = (uint64_t)SEALS_SERIES * SEALS_STEP_SLOTS * SLOT_BYTES;
    match->at += MATCH_PAGE_BYTES;
    match->empty_for = sodium_is_zero(page, MATCH_PAGE_BYTES) ? match->empty_for + MATCH_PAGE_BYTES : 0;
    match->done = match->empty_for >= 2 * steps;
}

int seals_match_page(const struct seals_file *from, const struct seals_file *to, struct seals_match *match)
{
    static uint8_t wanted[MATCH_PAGE_BYTES], found[MATCH_PAGE_BYTES];
    uint64_t header = seals_place(false, 1), at = match->at;
    size_t size = at == 0 ? header : MATCH_PAGE_BYTES;
    assert(!match->done);
    memset(wanted, 0, sizeof wanted);
    memset(found, 0, sizeof found);
    match->reads_from = true;
    int error = match_read(from, wanted, size, at);
    match->reads_from = error;
    if (!error)
        error = match_read(to, found, size, at);
    if (!error)
        error = match_write(to, wanted, found, at, &match->written);
    if (!error && at == 0)
        match->at = header;
    else if (!error)
        match_note(match, wanted);
    return error;
}
