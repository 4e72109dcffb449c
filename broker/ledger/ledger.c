/* ledger.c: see ledger.h. Each kind of ledger does the same here; the rest is its kind's. */
#include <assert.h>
#include <string.h>

#include "broker/ledger/inside.h"

static struct ledger *ledger_open_any(const char *address, bool marked, enum ledger_status *status,
                                      char *message, size_t message_size)
{
    return ledger_is_served(address) ? served_ledger_open(address, marked, status, message, message_size)
                                     : file_ledger_open(address, marked, status, message, message_size);
}

struct ledger *ledger_open(const char *address, enum ledger_status *status, char *message,
                           size_t message_size)
{
    return ledger_open_any(address, false, status, message, message_size);
}

struct ledger *ledger_open_marked(const char *address, enum ledger_status *status, char *message,
                                  size_t message_size)
{
    return ledger_open_any(address, true, status, message, message_size);
}

bool ledger_is_served(const char *address)
{
    static const char scheme[] = LEDGER_SERVED;
    return strncmp(address, scheme, sizeof scheme - 1) == 0;
}

void ledger_close(struct ledger **ledger)
{
    if (*ledger)
        (*ledger)->calls->close(*ledger);
    *ledger = NULL;
}

const char *ledger_mark_means(enum ledger_mark mark)
{
    static const char *const meanings[] = {
        [LEDGER_IN_PLACE] = NULL,
        [LEDGER_COPYING] = "a copy to here is not finished, and no router leads what is here: run "
                           "`concordat-ledger copy` from the same ledger again, once its router has stopped",
        [LEDGER_MOVED] = "this ledger was copied to another place, and a router that led it here too would "
                         "split its history: start the router there, or copy it back (concordat-ledger copy)",
    };
    return meanings[mark];
}

enum ledger_mark ledger_mark(const struct ledger *ledger)
{
    return ledger->mark;
}

enum ledger_status ledger_set_mark(struct ledger *ledger, enum ledger_mark mark)
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    enum ledger_status status = ledger->mark == mark ? LEDGER_OK : ledger->calls->set_mark(ledger, mark);
    if (status == LEDGER_OK)
        ledger->mark = mark;
    return status;
}

uint64_t ledger_head(const struct ledger *ledger, uint8_t chain[CHAIN_BYTES])
{
    memcpy(chain, ledger->chain, sizeof ledger->chain);
    return ledger->head;
}

/* The caller must see to all of this. */
static void assert_follows(const struct ledger_event *event, uint64_t seq, int64_t not_before_ms)
{
    assert(event->seq == seq);
    assert(event->at_ms >= not_before_ms);
    assert(event->body && event->body_size > 0 && event->body_size <= LEDGER_BLOB_BYTES_MAX);
    assert(event->reduced);
    assert(event->sealed ? event->sealed_size <= LEDGER_BLOB_BYTES_MAX : event->sealed_size == 0);
}

void ledger_make_chains(const uint8_t before[CHAIN_BYTES], const struct ledger_event *events, size_t count,
                        uint8_t (*chains)[CHAIN_BYTES])
{
    const uint8_t *previous = before;
    for (size_t i = 0; i < count; previous = chains[i], i++) {
        chain_digest(events[i].body, events[i].body_size, chains[i]);
        chain_next(previous, events[i].reduced, chains[i], chains[i]);
    }
}

enum ledger_status ledger_write(struct ledger *ledger, const struct ledger_event *events, size_t count)
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    for (size_t i = 0; i < count; i++)
        assert_follows(&events[i], ledger->head + 1 + i, i == 0 ? INT64_MIN : events[i - 1].at_ms);
    return ledger->calls->write(ledger, events, count);
}

bool ledger_is_syncing(struct ledger *ledger)
{
    return ledger->calls->is_syncing(ledger);
}

int ledger_synced_fd(const struct ledger *ledger)
{
    return ledger->calls->synced_fd(ledger);
}

enum ledger_status ledger_sync(struct ledger *ledger)
{
    return ledger->failed ? LEDGER_UNKNOWN : ledger->calls->sync(ledger);
}

enum ledger_status ledger_append(struct ledger *ledger, const struct ledger_event *events, size_t count)
{
    enum ledger_status status = ledger_write(ledger, events, count);
    return status == LEDGER_OK ? ledger_sync(ledger) : status;
}

enum ledger_status ledger_read(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                               void *context)
{
    assert(each);
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    return after > ledger->head ? LEDGER_NOT_FOUND : ledger->calls->read(ledger, after, limit, each, context);
}

enum ledger_status ledger_chain_at(struct ledger *ledger, uint64_t seq, uint8_t chain[CHAIN_BYTES])
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    if (seq == 0 || seq > ledger->head)
        return LEDGER_NOT_FOUND;
    return ledger->calls->chain_at(ledger, seq, chain);
}

enum ledger_status ledger_sealed(struct ledger *ledger, uint64_t seq, uint8_t *buffer, size_t capacity,
                                 size_t *size)
{
    assert(size && (buffer || capacity == 0));
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    if (seq == 0 || seq > ledger->head)
        return LEDGER_NOT_FOUND;
    return ledger->calls->sealed(ledger, seq, buffer, capacity, size);
}

int64_t ledger_epoch(const struct ledger *ledger)
{
    return ledger->calls->epoch ? ledger->calls->epoch(ledger) : 0;
}

void ledger_idle(struct ledger *ledger)
{
    ledger->calls->idle(ledger);
}

bool ledger_start_threads(struct ledger *ledger)
{
    return ledger->calls->start_threads(ledger);
}

const char *ledger_message(const struct ledger *ledger)
{
    return ledger->message;
}
