/* journal.h: what happened in a run: the last happenings for a person, and a digest of all. */
#ifndef CONCORDAT_SIMULATION_JOURNAL_H
#define CONCORDAT_SIMULATION_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { JOURNAL_KEPT = 400 };

struct journal_entry {
    int64_t at_ms;
    const char *who, *what; /* must live as long as the world */
    uint8_t id[4];          /* the last bytes of a referral's id */
    uint64_t number;
};

struct journal {
    struct journal_entry entries[JOURNAL_KEPT];
    uint64_t count;
    uint64_t digest; /* equal for equal runs */
};

/* referral may be NULL. */
void journal_note(struct journal *journal, int64_t at_ms, const char *who, const char *what,
                  const uint8_t *referral, uint64_t number);
/* Adds bytes to the digest only. */
void journal_mix(struct journal *journal, const uint8_t *bytes, size_t size);
void journal_print(const struct journal *journal, FILE *out, size_t last);

#endif
