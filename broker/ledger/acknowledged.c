/* acknowledged.c: see acknowledged.h. */
#include "broker/ledger/acknowledged.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NOTE_CHECK_BYTES = 16 };

/* The file as it stands on the disk. */
struct acknowledged_note {
    uint8_t seq[sizeof(uint64_t)]; /* the highest byte first */
    uint8_t chain[CHAIN_BYTES];
    uint8_t check[NOTE_CHECK_BYTES]; /* the digest of what stands before it */
};

static void note_check(const struct acknowledged_note *note, uint8_t check[NOTE_CHECK_BYTES])
{
    crypto_generichash(check, NOTE_CHECK_BYTES, note->seq, offsetof(struct acknowledged_note, check), NULL,
                       0);
}

/* An empty file is a new one. */
static bool note_read(struct acknowledged *acknowledged)
{
    struct acknowledged_note note;
    uint8_t check[NOTE_CHECK_BYTES];
    ssize_t size = pread(acknowledged->fd, &note, sizeof note, 0);
    if (size == 0)
        return true;
    if (size != (ssize_t)sizeof note)
        return false;
    note_check(&note, check);
    if (memcmp(check, note.check, sizeof check) != 0)
        return false;
    for (size_t i = 0; i < sizeof note.seq; i++)
        acknowledged->seq = acknowledged->seq << 8 | note.seq[i];
    memcpy(acknowledged->chain, note.chain, CHAIN_BYTES);
    return true;
}

bool acknowledged_open(struct acknowledged *acknowledged, const char *folder, char *message,
                       size_t message_size)
{
    char path[4096];
    *acknowledged = (struct acknowledged){.fd = -1};
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, ACKNOWLEDGED_FILE) >= sizeof path) {
        snprintf(message, message_size, "%s: the path is too long", folder);
        return false;
    }
    acknowledged->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (acknowledged->fd < 0) {
        snprintf(message, message_size, "%s: %s", path, strerror(errno));
        return false;
    }
    if (note_read(acknowledged))
        return true;
    snprintf(message, message_size,
             "%s is not as this router wrote it, so nobody can tell whether the ledger has everything that "
             "this router acknowledged. Let the other router lead; if its ledger is whole, remove the file",
             path);
    acknowledged_close(acknowledged);
    return false;
}

void acknowledged_close(struct acknowledged *acknowledged)
{
    if (acknowledged->fd >= 0)
        close(acknowledged->fd);
    acknowledged->fd = -1;
}

bool acknowledged_note(struct acknowledged *acknowledged, uint64_t seq, const uint8_t chain[CHAIN_BYTES])
{
    struct acknowledged_note note;
    acknowledged->seq = seq;
    memcpy(acknowledged->chain, chain, CHAIN_BYTES);
    for (size_t i = 0; i < sizeof note.seq; i++)
        note.seq[i] = (uint8_t)(seq >> (8 * (sizeof note.seq - 1 - i)));
    memcpy(note.chain, chain, CHAIN_BYTES);
    note_check(&note, note.check);
    return pwrite(acknowledged->fd, &note, sizeof note, 0) == (ssize_t)sizeof note;
}

enum ledger_status acknowledged_is_in(const struct acknowledged *acknowledged, struct ledger *ledger,
                                      const char *folder, char *message, size_t message_size)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t head = ledger_head(ledger, chain);
    enum ledger_status status = LEDGER_OK;
    if (acknowledged->seq == 0)
        return LEDGER_OK;
    if (acknowledged->seq < head)
        status = ledger_chain_at(ledger, acknowledged->seq, chain);
    if (status != LEDGER_OK) {
        snprintf(message, message_size, "%s", ledger_message(ledger));
        return status;
    }
    if (acknowledged->seq <= head && memcmp(chain, acknowledged->chain, sizeof chain) == 0)
        return LEDGER_OK;
    snprintf(message, message_size,
             "this ledger, which ends with event %" PRIu64 ", lacks event %" PRIu64
             " as this router acknowledged it: the address is another ledger's, or the servers have brought "
             "back an older history. Keep the files of all servers, and find the one that has the event. If "
             "this history is to stand, remove %s/%s",
             head, acknowledged->seq, folder, ACKNOWLEDGED_FILE);
    return LEDGER_NOT_FOUND;
}
