/* ledger_reader.c: see ledger_reader.h. A reader of each kind does the same here; the rest is its kind's. */
#include <assert.h>
#include <string.h>

#include "broker/ledger/inside.h"

struct ledger_reader *ledger_reader_open(const char *address, enum ledger_status *status, char *message,
                                         size_t message_size)
{
    return ledger_is_served(address) ? served_reader_open(address, false, status, message, message_size)
                                     : file_reader_open(address, false, status, message, message_size);
}

struct ledger_reader *ledger_reader_open_whole(const char *address, enum ledger_status *status, char *message,
                                               size_t message_size)
{
    return ledger_is_served(address) ? served_reader_open(address, true, status, message, message_size)
                                     : file_reader_open(address, true, status, message, message_size);
}

void ledger_reader_close(struct ledger_reader **reader)
{
    if (*reader)
        (*reader)->calls->close(*reader);
    *reader = NULL;
}

uint64_t ledger_reader_at(const struct ledger_reader *reader, uint8_t chain[CHAIN_BYTES])
{
    memcpy(chain, reader->walk.chain, CHAIN_BYTES);
    return reader->walk.seq;
}

enum ledger_status ledger_reader_has(struct ledger_reader *reader, uint64_t seq,
                                     const uint8_t chain[CHAIN_BYTES])
{
    uint8_t stored[CHAIN_BYTES];
    enum ledger_status status = reader->calls->chain_at(reader, seq, stored);
    return status == LEDGER_OK && memcmp(stored, chain, CHAIN_BYTES) != 0 ? LEDGER_NOT_FOUND : status;
}

enum ledger_status ledger_reader_go_to(struct ledger_reader *reader, uint64_t seq,
                                       const uint8_t chain[CHAIN_BYTES])
{
    enum ledger_status status = ledger_reader_has(reader, seq, chain);
    if (status == LEDGER_OK) {
        reader->walk.seq = seq;
        memcpy(reader->walk.chain, chain, CHAIN_BYTES);
    }
    return status;
}

enum ledger_status ledger_reader_look(struct ledger_reader *reader)
{
    return reader->calls->look(reader);
}

uint64_t ledger_reader_head(const struct ledger_reader *reader)
{
    return reader->head;
}

enum ledger_status ledger_reader_skip(struct ledger_reader *reader, uint64_t seq)
{
    if (seq > reader->head)
        return LEDGER_NOT_FOUND;
    struct walk walk = {.seq = seq};
    enum ledger_status status = seq > 0 ? reader->calls->chain_at(reader, seq, walk.chain) : LEDGER_OK;
    if (status == LEDGER_OK)
        reader->walk = walk;
    if (status != LEDGER_NOT_FOUND)
        return status;
    walk_say_altered(seq, reader->message, sizeof reader->message);
    return LEDGER_CORRUPT;
}

enum ledger_status ledger_reader_next(struct ledger_reader *reader, size_t limit, ledger_each *each,
                                      void *context)
{
    assert(each && limit > 0);
    if (reader->walk.seq >= reader->head)
        return LEDGER_NOT_FOUND;
    /* The writer may have added more since: those are left for the next look. */
    size_t left = (size_t)(reader->head - reader->walk.seq);
    return reader->calls->next(reader, limit < left ? limit : left, each, context);
}

const char *ledger_reader_message(const struct ledger_reader *reader)
{
    return reader->message;
}
