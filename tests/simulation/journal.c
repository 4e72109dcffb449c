/* journal.c: what happened in a run. */
#include "tests/simulation/journal.h"

#include <inttypes.h>
#include <string.h>

#include "proto/words/words.h"
#include "tests/simulation/random.h"

void journal_note(struct journal *j, int64_t at_ms, const char *who, const char *what,
                  const uint8_t *referral, uint64_t number)
{
    struct journal_entry *entry = &j->entries[j->count++ % JOURNAL_KEPT];
    *entry = (struct journal_entry){.at_ms = at_ms, .who = who, .what = what, .number = number};
    if (referral)
        memcpy(entry->id, referral + 12, sizeof entry->id);
    uint32_t id;
    memcpy(&id, entry->id, sizeof id);
    j->digest = random_mix(j->digest ^ (uint64_t)at_ms);
    j->digest = random_mix(j->digest ^ number ^ (uint64_t)id << 32 ^ (uint64_t)(unsigned char)what[0] << 24);
}

void journal_mix(struct journal *j, const uint8_t *bytes, size_t size)
{
    uint64_t digest = j->digest ^ size;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, size - i < 8 ? size - i : 8);
        digest = (digest ^ word) * UINT64_C(0x9fb21c651e98df25);
        digest ^= digest >> 29;
    }
    j->digest = digest;
}

void journal_print(const struct journal *j, FILE *out, size_t last)
{
    uint64_t kept = j->count < JOURNAL_KEPT ? j->count : JOURNAL_KEPT;
    uint64_t from = j->count - (kept < last ? kept : last);
    for (uint64_t i = from; i < j->count; i++) {
        const struct journal_entry *e = &j->entries[i % JOURNAL_KEPT];
        char time[TIME_TEXT_BYTES];
        words_time(e->at_ms, time);
        fprintf(out, "%s  %-16s %-22s %02x%02x%02x%02x %" PRIu64 "\n", time, e->who, e->what, e->id[0],
                e->id[1], e->id[2], e->id[3], e->number);
    }
}
