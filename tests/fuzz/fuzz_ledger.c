/* fuzz_ledger.c: an altered ledger file. The ledger refuses it with a reason, or serves it, and then the
 * chain vouches for every event. Modes: changes to a whole file, changes to the write-ahead log of a writer
 * that was killed, any bytes as a file. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/ledger.h"
#include "tests/fuzz/fuzz.h"

enum { EVENTS = 3, CHANGED_FILE = 0, CHANGED_LOG, ANY_FILE, MODES };

struct file {
    uint8_t *bytes;
    size_t size;
};

static struct file closed, killed, killed_log;

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s%s", fuzz_folder(), name);
    return path;
}

static struct ledger *open_ledger(void)
{
    char message[512] = "";
    enum ledger_status status;
    struct ledger *ledger = ledger_open(path_of("ledger.db"), &status, message, sizeof message);
    assert(ledger || (status != LEDGER_OK && message[0]));
    return ledger;
}

static void remove_files(void)
{
    const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        fuzz_remove_file(names[i]);
}

static void make_files(void)
{
    static const uint8_t body[] = "an event", referral[16], reduced[CHAIN_BYTES];
    struct ledger *ledger = open_ledger();
    assert(ledger);
    for (uint64_t seq = 1; seq <= EVENTS; seq++) {
        struct ledger_event event = {.seq = seq,
                                     .at_ms = 1,
                                     .kind = 20,
                                     .referral = referral,
                                     .body = body,
                                     .body_size = sizeof body,
                                     .reduced = reduced,
                                     .sealed = body,
                                     .sealed_size = sizeof body};
        enum ledger_status status = ledger_append(ledger, &event, 1);
        assert(status == LEDGER_OK);
    }
    killed.bytes = fuzz_read_file(path_of("ledger.db"), &killed.size);
    killed_log.bytes = fuzz_read_file(path_of("ledger.db-wal"), &killed_log.size);
    ledger_close(&ledger);
    closed.bytes = fuzz_read_file(path_of("ledger.db"), &closed.size);
    remove_files();
}

static void write_changed(const char *name, const struct file *file, struct input *changes)
{
    uint8_t *bytes = malloc(file->size);
    assert(bytes);
    memcpy(bytes, file->bytes, file->size);
    fuzz_patch(changes, bytes, file->size);
    fuzz_write_file(name, bytes, file->size);
    free(bytes);
}

static bool take(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    uint8_t *previous = context, expected[CHAIN_BYTES];
    assert(event->seq > 0);
    chain_digest(event->body, event->body_size, expected);
    chain_next(previous, event->reduced, expected, expected);
    assert(memcmp(expected, chain, sizeof expected) == 0);
    memcpy(previous, chain, CHAIN_BYTES);
    return true;
}

static void use(struct ledger *ledger)
{
    uint8_t chain[CHAIN_BYTES] = {0}, head_chain[CHAIN_BYTES], buffer[64];
    uint64_t head = ledger_head(ledger, head_chain);
    size_t size;
    enum ledger_status status = ledger_read(ledger, 0, SIZE_MAX, take, chain);
    assert(status != LEDGER_OK || memcmp(chain, head_chain, sizeof chain) == 0);
    for (uint64_t seq = 1; seq <= head && seq <= EVENTS + 1; seq++)
        ledger_sealed(ledger, seq, buffer, sizeof buffer, &size);
    ledger_idle(ledger);
    const struct ledger_event event = {
        .seq = head + 1, .kind = 44, .body = buffer, .body_size = 1, .reduced = chain};
    if (ledger_append(ledger, &event, 1) == LEDGER_OK)
        assert(ledger_head(ledger, chain) == head + 1);
    else
        assert(ledger_message(ledger)[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    if (!closed.bytes)
        make_files();
    switch (input_byte(&input) % MODES) {
    case CHANGED_FILE:
        write_changed("ledger.db", &closed, &input);
        break;
    case CHANGED_LOG:
        fuzz_write_file("ledger.db", killed.bytes, killed.size);
        write_changed("ledger.db-wal", &killed_log, &input);
        break;
    default:
        fuzz_write_file("ledger.db", input.at, input.left);
    }
    struct ledger *ledger = open_ledger();
    if (ledger)
        use(ledger);
    ledger_close(&ledger);
    remove_files();
    return 0;
}
