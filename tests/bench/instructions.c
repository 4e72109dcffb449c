/* instructions.c: a fixed piece of work, so that its instructions can be counted: cases through the core,
 * packing, reducing, the ledger.
 *
 * instructions REGION.yaml FOLDER. Prints how often each part was called. Each run does exactly the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/ledger.h"
#include "proto/wire/reduced.h"
#include "tests/bench/lives.h"
#include "tests/bench/measure.h"

enum { CASES = 400, STEPS = 6 * CASES, BATCH = 16, BODY_BYTES = 32768 };

struct counts {
    struct ledger *ledger;
    struct ledger_event events[BATCH];
    uint8_t bodies[BATCH][BODY_BYTES], scratch[BODY_BYTES], reduced[BATCH][CHAIN_BYTES];
    uint8_t referrals[BATCH][ID_BYTES];
    size_t count;
    unsigned long events_seen, appends;
};

static void append(struct counts *c)
{
    if (ledger_append(c->ledger, c->events, c->count) != LEDGER_OK)
        measure_fail("%s", ledger_message(c->ledger));
    c->appends++;
    c->count = 0;
}

static void see(void *context, const struct region *region, const struct event *event)
{
    static const uint8_t salt[EVENT_SALT_BYTES] = {1};
    struct counts *c = context;
    struct ledger_event *stored = &c->events[c->count];
    *stored = (struct ledger_event){.seq = event->seq, .at_ms = event->at_ms, .kind = (uint32_t)event->kind};
    if (event->has_referral)
        stored->referral = memcpy(c->referrals[c->count], event->referral, ID_BYTES);
    stored->body = c->bodies[c->count];
    static const struct record_sealed texts = {2, {{.part = SEAL_RECORD}, {.part = SEAL_CALLBACK}}};
    stored->body_size =
        record_pack_event(event, region->state, region->directory, salt,
                          event->kind == EVENT_RECEIVED ? &texts : NULL, c->bodies[c->count], BODY_BYTES);
    if (stored->body_size == 0)
        measure_fail("an event does not fit");
    if (!reduced_digest(stored->body, stored->body_size, c->scratch, c->reduced[c->count]))
        measure_fail("an event cannot be reduced");
    stored->reduced = c->reduced[c->count];
    c->events_seen++;
    if (++c->count == BATCH)
        append(c);
}

int main(int argc, char **argv)
{
    static struct counts counts;
    struct region region = {.now_ms = INT64_C(1771847940000), .each = see, .context = &counts};
    struct lives lives;
    char path[4096], message[512];
    enum ledger_status status;
    if (argc != 3)
        measure_fail("usage: bench-instructions REGION.yaml FOLDER");
    snprintf(path, sizeof path, "%s/ledger.db", argv[2]);
    counts.ledger = ledger_open(path, &status, message, sizeof message);
    if (!counts.ledger)
        measure_fail("%s", message);
    region_open_file(&region, argv[1]);
    lives_open(&lives, &region, region.now_ms, 60 * 1000);
    for (int i = 0; i < STEPS; i++)
        lives_step(&lives);
    printf(
        "{\"state_apply\":%lu,\"record_pack_event\":%lu,\"reduced_digest\":%lu,\"ledger_append\":%lu,\"referrals\":%u}\n",
        counts.events_seen, counts.events_seen, counts.events_seen, counts.appends * BATCH,
        lives.next[LIFE_SUBMIT]);
    ledger_close(&counts.ledger);
    region_close(&region);
    return 0;
}
