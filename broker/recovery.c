/* recovery.c: from what is on disk back to the state before the stop. */
#include "broker/recovery.h"

#include <sodium.h>
#include <stdio.h>

#include "broker/record/record.h"

enum { PAGE_EVENTS = 1000, REPLAY_ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX };

struct replay {
    struct state *state;
    struct arena arena;
    bool good;
    uint64_t seq;
};

static bool replay_one(void *context, uint64_t seq, const uint8_t *body, size_t size, const uint8_t *chain)
{
    (void)chain;
    struct replay *r = context;
    struct wire_fault fault;
    struct event event;
    const Concordat__V1__Event *message = wire_unpack_event(body, size, &r->arena, &fault);
    uint32_t names = 0;
    r->good = message && record_read_event(message, r->state, &r->arena, &event);
    if (r->good && event.kind == EVENT_POLICY_LOADED)
        names =
            event.is.policy.teams.count + event.is.policy.areas.count + event.is.policy.coordinators.count;
    r->good = r->good && event.seq == seq && state_reserve(r->state, names) && state_apply(r->state, &event);
    r->seq = seq;
    return r->good;
}

struct state *recovery_replay(struct ledger *ledger, uint64_t seed, uint64_t *replayed, char *message,
                              size_t message_size)
{
    struct replay r = {.state = state_new(seed), .good = true};
    uint8_t chain[LEDGER_HASH_BYTES];
    uint64_t head = ledger_head(ledger, chain);
    enum ledger_status status = LEDGER_OK;
    *replayed = 0;
    if (!r.state || arena_open(&r.arena, REPLAY_ARENA_BYTES)) {
        snprintf(message, message_size, "not enough memory to read the ledger");
        state_destroy(&r.state);
        return NULL;
    }
    while (r.good && status == LEDGER_OK && r.state->counters.seq < head)
        status = ledger_read(ledger, r.state->counters.seq, PAGE_EVENTS, replay_one, &r);
    *replayed = r.state->counters.seq;
    arena_close(&r.arena);
    if (status == LEDGER_OK && r.good)
        return r.state;
    if (status != LEDGER_OK)
        snprintf(message, message_size, "the ledger cannot be read: %s", ledger_message(ledger));
    else
        snprintf(message, message_size,
                 "the ledger contradicts itself at event %llu: restore it from a copy that "
                 "verifies",
                 (unsigned long long)r.seq);
    state_destroy(&r.state);
    return NULL;
}

static void hash_part(void *context, const void *bytes, size_t size)
{
    crypto_generichash_update(context, bytes, size);
}

void recovery_digest(const struct state *state, uint8_t digest[32])
{
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, 32);
    state_visit(state, hash_part, &hash);
    crypto_generichash_final(&hash, digest, 32);
}
