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
#include "broker/seals/sealed_row.h"
#include "broker/seals/seals_disk.h"
#include "broker/shell/keeper.h"
#include "proto/wire/reduced.h"
#include "tests/bench/frames.h"
#include "tests/bench/lives.h"
#include "tests/bench/measure.h"

enum { BATCH_EVENTS = 4096, EVENTS_A_LIFE = 6, ROOM_AFTER = 64 * 1024 };

#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

/* Events wait here until there are enough for a commit. */
struct writing {
    struct ledger *ledger;
    struct ledger_event events[BATCH_EVENTS];
    uint8_t referrals[BATCH_EVENTS][ID_BYTES], reduced[BATCH_EVENTS][CHAIN_BYTES];
    size_t count, used, room;
    uint8_t *bytes;
    const char *folder;
    struct master_key *master;
    struct seals_disk disk;
    struct seals *seals;
};

static void commit(struct writing *w)
{
    if (ledger_append(w->ledger, w->events, w->count) != LEDGER_OK)
        measure_fail("%s", ledger_message(w->ledger));
    w->count = w->used = 0;
}

static void draw(void *context, void *bytes, size_t size)
{
    (void)context;
    randombytes_buf(bytes, size);
}

/* The keys beside the ledger, once its first event is written; the master key stands beside the folder, so
 * that a broker can be started with it. */
static void open_keys(struct writing *w)
{
    static const uint8_t service[SEAL_KEY_BYTES];
    char path[4096], message[512];
    uint8_t chain[CHAIN_BYTES];
    enum seals_opening opening;
    snprintf(path, sizeof path, "%s.master-key", w->folder);
    bool good = master_key_make(path, NULL, message, sizeof message) == 0 &&
                master_key_open_file(path, NULL, &w->master, message, sizeof message) == MASTER_KEY_GOOD;
    snprintf(path, sizeof path, "%s/seals", w->folder);
    if (!good || seals_disk_open(path, &w->disk, message, sizeof message) != 0)
        measure_fail("%s", message);
    commit(w);
    struct seals_setting setting = {.name = "seals",
                                    .file = seals_disk_file(&w->disk),
                                    .random = {draw, NULL},
                                    .master = w->master,
                                    .service = service};
    if (ledger_chain_at(w->ledger, 1, chain) != LEDGER_OK)
        measure_fail("%s", ledger_message(w->ledger));
    memcpy(setting.ledger, chain, sizeof setting.ledger);
    w->seals = seals_open(&setting, &opening, message, sizeof message);
    if (!w->seals)
        measure_fail("%s", message);
}

/* Seals a text behind what is written, as the broker does. */
static void add_text(struct writing *w, const struct seal_place *place, const uint8_t *key,
                     const uint8_t *text, size_t size, struct record_sealed *said)
{
    const struct seal_random random = {draw, NULL};
    uint8_t *head = w->bytes + w->used;
    struct record_sealed_text *item = &said->items[said->count++];
    item->part = place->part;
    size_t body = seal_text(key, place, &random, text, size, head + SEALED_ROW_HEAD_BYTES, item->digest);
    sealed_row_head(head, place->part, body);
    w->used += SEALED_ROW_HEAD_BYTES + body;
}

static void add_texts(struct writing *w, const struct event *event, struct ledger_event *stored,
                      struct record_sealed *said)
{
    const struct record_content *content = event->opaque;
    const struct seals_case of = {event->number, event->drill};
    uint8_t key[SEAL_KEY_BYTES], callback_key[SEAL_KEY_BYTES];
    struct scan_field callback;
    if (seals_make(w->seals, &of, key) != SEALS_OK)
        measure_fail("a key could not be made");
    seals_committed(w->seals, event->drill, event->number);
    seals_callback_key(key, callback_key);
    stored->sealed = w->bytes + w->used;
    size_t before = w->used;
    add_text(w, &(struct seal_place){event->referral, event->seq, SEAL_RECORD}, key, content->text,
             content->text_size, said);
    if (record_find_callback(content->text, content->text_size, &callback))
        add_text(w, &(struct seal_place){event->referral, event->seq, SEAL_CALLBACK}, callback_key,
                 callback.bytes, callback.size, said);
    stored->sealed_size = w->used - before;
}

static void write_event(void *context, const struct region *region, const struct event *event)
{
    struct writing *w = context;
    if (w->count == BATCH_EVENTS ||
        w->room - w->used < ROOM_AFTER + 2 * (region->file ? region->file->size : 0))
        commit(w);
    if (event->kind == EVENT_RECEIVED && !w->seals)
        open_keys(w);
    struct record_sealed said = {0};
    struct ledger_event *stored = &w->events[w->count];
    *stored = (struct ledger_event){.seq = event->seq, .at_ms = event->at_ms, .kind = (uint32_t)event->kind};
    if (event->kind == EVENT_RECEIVED)
        add_texts(w, event, stored, &said);
    if (event->has_referral)
        stored->referral = memcpy(w->referrals[w->count], event->referral, ID_BYTES);
    stored->body = w->bytes + w->used;
    static const uint8_t salt[EVENT_SALT_BYTES] = {1};
    stored->body_size = record_pack_event(event, region->state, region->directory, salt, &said,
                                          w->bytes + w->used, w->room - w->used);
    if (stored->body_size == 0)
        measure_fail("an event does not fit");
    w->used += stored->body_size;
    if (!reduced_digest(stored->body, stored->body_size, w->bytes + w->used, w->reduced[w->count]))
        measure_fail("an event cannot be reduced");
    stored->reduced = w->reduced[w->count];
    w->count++;
}

int main(int argc, char **argv)
{
    static struct writing writing = {.room = 8 << 20, .disk.fd = -1};
    static struct lives lives;
    char path[4096], message[512];
    enum ledger_status status;
    if (argc < 5)
        measure_fail("usage: bench-generate REGION.yaml FOLDER EVENTS YEARS [snapshot]");
    uint64_t events = strtoull(argv[3], NULL, 10);
    int64_t years_ms = (int64_t)(atof(argv[4]) * (double)YEAR_MS);
    mkdir(argv[2], 0700);
    snprintf(path, sizeof path, "%s/ledger.db", argv[2]);
    writing.folder = argv[2];
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
        uint8_t chain[CHAIN_BYTES];
        struct command begin = {.kind = COMMAND_BEGIN_SNAPSHOT, .actor = ""},
                       keep = {.kind = COMMAND_KEEP_SNAPSHOT, .actor = ""};
        region_do(&region, &begin);
        commit(&writing);
        (void)ledger_head(writing.ledger, chain);
        keeper_write_now(&keeper, region.state, chain, argv[2]);
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
    seals_close(&writing.seals);
    seals_disk_close(&writing.disk);
    master_key_close(&writing.master);
    ledger_close(&writing.ledger);
    region_close(&region);
    free(writing.bytes);
    return 0;
}
