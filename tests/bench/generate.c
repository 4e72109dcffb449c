/* generate.c: makes a ledger like one of years of use, through the real core and ledger, in big batches.
 *
 * generate REGION.yaml FOLDER EVENTS YEARS [snapshot]
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "broker/ledger/ledger.h"
#include "broker/shell/keeper.h"
#include "tests/bench/frames.h"
#include "tests/bench/lives.h"
#include "tests/bench/measure.h"

enum { BATCH_EVENTS = 4096, EVENTS_A_LIFE = 6, ROOM_AFTER = 64 * 1024 };

#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

/* Events wait here until there are enough for a commit. */
struct writing {
    struct ledger *ledger;
    struct ledger_event events[BATCH_EVENTS];
    uint8_t referrals[BATCH_EVENTS][ID_BYTES];
    size_t count, used, room;
    uint8_t *bytes;
    uint8_t salt[LEDGER_SALT_BYTES];
};

static void commit(struct writing *w)
{
    if (ledger_append(w->ledger, w->events, w->count) != LEDGER_OK)
        measure_fail("%s", ledger_message(w->ledger));
    w->count = w->used = 0;
}

/* Adds the confidential part, and its digest in the event, as the broker does. */
static void add_confidential(struct writing *w, const struct event *event, struct ledger_event *stored)
{
    struct record_content *content = (struct record_content *)(uintptr_t)event->opaque;
    crypto_generichash_state hash;
    stored->salt = w->salt;
    stored->confidential = memcpy(w->bytes + w->used, content->confidential, content->confidential_size);
    stored->confidential_size = content->confidential_size;
    w->used += content->confidential_size;
    crypto_generichash_init(&hash, NULL, 0, CONFIDENTIAL_DIGEST_BYTES);
    crypto_generichash_update(&hash, w->salt, sizeof w->salt);
    crypto_generichash_update(&hash, stored->confidential, stored->confidential_size);
    crypto_generichash_final(&hash, content->confidential_digest, CONFIDENTIAL_DIGEST_BYTES);
}

static void write_event(void *context, const struct region *region, const struct event *event)
{
    struct writing *w = context;
    if (w->count == BATCH_EVENTS || w->room - w->used < ROOM_AFTER + (region->file ? region->file->size : 0))
        commit(w);
    struct ledger_event *stored = &w->events[w->count];
    *stored = (struct ledger_event){.seq = event->seq, .at_ms = event->at_ms, .kind = (uint32_t)event->kind};
    if (event->kind == EVENT_RECEIVED)
        add_confidential(w, event, stored);
    if (event->has_referral)
        stored->referral = memcpy(w->referrals[w->count], event->referral, ID_BYTES);
    stored->body = w->bytes + w->used;
    stored->body_size =
        record_pack_event(event, region->state, region->directory, w->bytes + w->used, w->room - w->used);
    if (stored->body_size == 0)
        measure_fail("an event does not fit");
    w->used += stored->body_size;
    w->count++;
}

int main(int argc, char **argv)
{
    static struct writing writing = {.room = 8 << 20};
    static struct lives lives;
    char path[4096], message[512];
    enum ledger_status status;
    if (argc < 5)
        measure_fail("usage: bench-generate REGION.yaml FOLDER EVENTS YEARS [snapshot]");
    uint64_t events = strtoull(argv[3], NULL, 10);
    int64_t years_ms = (int64_t)(atof(argv[4]) * (double)YEAR_MS);
    mkdir(argv[2], 0700);
    snprintf(path, sizeof path, "%s/ledger.db", argv[2]);
    writing.bytes = malloc(writing.room);
    writing.ledger = ledger_open(path, &status, message, sizeof message);
    if (!writing.ledger || !writing.bytes)
        measure_fail("%s", writing.ledger ? "out of memory" : message);
    /* The last event is of yesterday. */
    int64_t start_ms = (int64_t)time(NULL) * 1000 - YEAR_MS / 365 - years_ms;
    struct region region = {.now_ms = start_ms, .each = write_event, .context = &writing};
    region_open_file(&region, argv[1]);
    lives_open(&lives, &region, start_ms, years_ms / (int64_t)(events / EVENTS_A_LIFE + 1));
    while (region.state->counters.seq < events)
        lives_step(&lives);
    commit(&writing);
    if (argc > 5) {
        struct keeper keeper = {0};
        struct command begin = {.kind = COMMAND_BEGIN_SNAPSHOT, .actor = ""},
                       keep = {.kind = COMMAND_KEEP_SNAPSHOT, .actor = ""};
        region_do(&region, &begin);
        commit(&writing);
        keeper_write_now(&keeper, region.state, writing.ledger, argv[2]);
        if (!keeper_has_written(&keeper, &keep.is.kept))
            measure_fail("the snapshot could not be written");
        region_do(&region, &keep);
        commit(&writing);
        keeper_keep(&keeper, argv[2]);
        keeper_close(&keeper);
    }
    printf("{\"events\":%llu,\"referrals\":%u,\"open\":%u,\"refused\":%u}\n",
           (unsigned long long)region.state->counters.seq, lives.next[LIFE_SUBMIT],
           region.state->counters.open_count, lives.refused);
    ledger_close(&writing.ledger);
    region_close(&region);
    free(writing.bytes);
    return 0;
}
