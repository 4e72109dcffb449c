/* memory_file.h: a file of referral keys in memory, on a disk that fails at a chosen call, keeps for certain
 * only what was synced, and may tear a sector. One thread. */
#ifndef CONCORDAT_TESTS_MEMORY_FILE_H
#define CONCORDAT_TESTS_MEMORY_FILE_H

#include <stdbool.h>

#include "broker/seals/seals.h"

enum { MEMORY_SECTOR_BYTES = 512 };

struct memory_file {
    uint8_t *now, *kept; /* owned; what a read gives, and what a crash leaves for certain */
    bool *dirty;         /* owned; for each sector: whether it was written and not synced */
    size_t size, kept_size, room;
    uint64_t calls;    /* so far */
    uint64_t fails_at; /* the number of the call that fails; 0: none */
    int error;         /* as which it fails */
    bool tears;        /* a crash may leave one part of a sector as it was written, and the rest as it was */
};

void memory_file_close(struct memory_file *file);
/* Its calls, which borrow it. */
struct seals_file memory_file_calls(struct memory_file *file);
/* The power is lost: each sector that was not synced is there or is not, as the source draws. */
void memory_file_crash(struct memory_file *file, const struct seal_random *random);
/* The bytes of a slot, as a read gives them. NULL if the file ends before it. */
uint8_t *memory_file_slot(const struct memory_file *file, uint32_t number, bool drill);
/* Copies the bytes of another file, as a backup does. */
void memory_file_copy(struct memory_file *to, const struct memory_file *from);

#endif
