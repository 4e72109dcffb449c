/* check_keys.c: each case of the ledger has its own key, which opens what its referrer told and nothing else;
 * a text is shown to nobody while its key is not given, and is refused only then.
 *
 * It opens the slots of the file by itself, with every generation of the master key, whatever the broker is
 * given. */
#include <string.h>

#include "broker/seals/sealed_row.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/told.h"

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name

typedef unsigned long long number;

enum { TEXT_ROOM = 16 * 1024 };

/* Finds the key of a case with a master key; NULL: with none. SEALS_OK: it opens. */
static enum seals_status find_key(const struct world *w, const struct seen_case *c,
                                  const struct master_key *master, struct slot *slot,
                                  uint8_t key[SEAL_KEY_BYTES])
{
    const struct memory_keys *keys = &w->operator.keys;
    const uint8_t *bytes = memory_file_slot(&keys->file, c->number, c->drill), *wrapper = keys->service;
    *slot = (struct slot){.state = SLOT_EMPTY};
    if (bytes)
        slot_read(bytes, slot);
    if (slot->state == SLOT_EMPTY)
        return SEALS_NONE;
    if (slot->state == SLOT_TORN)
        return SEALS_TORN;
    if (slot->number != c->number || slot->drill != c->drill)
        return SEALS_OTHER;
    if (slot->state == SLOT_ERASED)
        return SEALS_ERASED;
    if (slot->generation != SLOT_SERVICE)
        wrapper = master ? master_key_of(master, slot->generation) : NULL;
    if (!wrapper)
        return SEALS_NO_MASTER;
    return slot_unwrap(slot, w->store.events[0].chain, wrapper, key) ? SEALS_OK : SEALS_ALTERED;
}

/* In some worlds a disk tears a slot that is written anew. */
static bool may_be_lost(const struct world *w, enum seals_status status)
{
    return status == SEALS_TORN && w->options.on[FAULT_TEAR];
}

/* --- texts ------------------------------------------------------------------------------------------ */

static bool is_as_told(struct world *w, const struct seen_case *c, enum seal_part part,
                       const struct seal_opened *text)
{
    struct told told;
    if (part == SEAL_CALLBACK) {
        told_write(c->id, c->told_version, &told);
        return text->size == strlen(told.callback_number) &&
               memcmp(text->text, told.callback_number, text->size) == 0;
    }
    if (part != SEAL_RECORD)
        return true;
    const Concordat__V1__Confidential *confidential =
        concordat__v1__confidential__unpack(&w->witness.arena.allocator, text->size, text->text);
    return confidential && told_is(confidential, c->id, c->told_version);
}

static void check_sealed_text(struct world *w, uint64_t seq, const struct seen_case *c,
                              const uint8_t key[SEAL_KEY_BYTES], const Concordat__V1__SealedText *said)
{
    static uint8_t room[TEXT_ROOM];
    const struct stored *stored = &w->store.events[seq - 1];
    const struct seal_place place = {c->id, seq, (enum seal_part)said->part};
    uint8_t callback[SEAL_KEY_BYTES];
    struct sealed_body body;
    struct seal_opened text;
    seals_callback_key(key, callback);
    if (!sealed_row_find(stored->body + stored->size, stored->sealed_size, place.part, &body) ||
        said->digest.len != SEAL_DIGEST_BYTES ||
        seal_open(place.part == SEAL_CALLBACK ? callback : key, &place, said->digest.data, body.bytes,
                  body.size, room, sizeof room, &text) != SEAL_OPENED)
        world_violated(w, "P9 does not open", "part %d of event %llu, under its own key", (int)place.part,
                       (number)seq);
    else if (!is_as_told(w, c, place.part, &text))
        world_violated(w, "P9 not as told", "part %d of event %llu", (int)place.part, (number)seq);
}

/* The key must be on the disk for certain, and not only written. */
static void check_kept(struct world *w, uint64_t seq, const struct seen_case *c)
{
    const struct memory_file *file = &w->operator.keys.file;
    const uint8_t *bytes = memory_file_slot(file, c->number, c->drill);
    struct slot slot = {.state = SLOT_EMPTY};
    if (bytes && (size_t)(bytes - file->now) + SLOT_BYTES <= file->kept_size)
        slot_read(file->kept + (bytes - file->now), &slot);
    if (slot.state != SLOT_LIVE)
        world_violated(w, "P9 without its key", "event %llu is on the disk and the key of its case is not",
                       (number)seq);
}

static void check_row(struct world *w, uint64_t seq, const Concordat__V1__Event *e, const struct seen_case *c)
{
    uint8_t key[SEAL_KEY_BYTES];
    struct slot slot;
    enum seals_status status = find_key(w, c, w->operator.right, &slot, key);
    if (status != SEALS_OK && !may_be_lost(w, status))
        world_violated(w, "P9 without its key", "event %llu has a text, and its key is found as %d",
                       (number)seq, (int)status);
    for (size_t i = 0; i < e->n_sealed && status == SEALS_OK; i++)
        check_sealed_text(w, seq, c, key, e->sealed[i]);
}

void check_sealed(struct world *w, uint64_t seq, const Concordat__V1__Event *e, const struct seen_case *c)
{
    const struct stored *stored = &w->store.events[seq - 1];
    if (told_shows(stored->body, stored->size + stored->sealed_size))
        world_violated(w, "P9 plain text", "event %llu, or the row beside it", (number)seq);
    if (e->what_case == WHAT(RECEIVED))
        check_kept(w, seq, c);
    if (e->n_sealed && !w->violation.found)
        check_row(w, seq, e, c);
}

/* --- keys ------------------------------------------------------------------------------------------- */

/* The callback key of an open case is there for the service, and of an ended case for nobody. */
static void check_callback_key(struct world *w, const struct seen_case *c, const struct slot *slot,
                               const uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t derived[SEAL_KEY_BYTES], found[SEAL_KEY_BYTES];
    seals_callback_key(key, derived);
    if (c->ended && slot->has_callback)
        world_violated(w, "P9 callback key left", "of the ended case %u", c->number);
    else if (!c->ended &&
             (!slot->has_callback ||
              !slot_unwrap_callback(slot, w->store.events[0].chain, w->operator.keys.service, found) ||
              memcmp(found, derived, sizeof found) != 0))
        world_violated(w, "P9 callback key lost", "of the open case %u", c->number);
}

void check_keys(struct world *w)
{
    for (uint32_t row = 0; row < w->witness.cases.count && !w->violation.found; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        uint8_t key[SEAL_KEY_BYTES];
        struct slot slot;
        enum seals_status status = find_key(w, c, w->operator.right, &slot, key);
        if (c->erased && status != SEALS_ERASED)
            world_violated(w, "P9 erased with its key", "the slot of case %u is found as %d", c->number,
                           (int)status);
        else if (status == SEALS_OK)
            check_callback_key(w, c, &slot, key);
        else if (!c->erased && !may_be_lost(w, status))
            world_violated(w, "P9 key lost", "the key of case %u, received in event %llu, is found as %d",
                           c->number, (number)c->received_seq, (int)status);
    }
}

void check_rotated(struct world *w)
{
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        uint8_t key[SEAL_KEY_BYTES];
        struct slot slot;
        if (find_key(w, c, w->operator.right, &slot, key) == SEALS_OK &&
            slot.generation != w->operator.newest)
            world_violated(w, "P9 left by a rotation", "the key of case %u, by generation %u", c->number,
                           slot.generation);
    }
}

void check_texts(struct world *w)
{
    struct arena *arena = &w->witness.arena;
    for (uint32_t row = 0; row < w->witness.cases.count && !w->violation.found; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        const struct stored *stored = &w->store.events[c->told_seq - 1];
        if (c->erased)
            continue;
        arena_reset(arena);
        const Concordat__V1__Event *event =
            concordat__v1__event__unpack(&arena->allocator, stored->size, stored->body);
        if (event)
            check_row(w, c->told_seq, event, c);
    }
}

/* --- messages --------------------------------------------------------------------------------------- */

static enum seals_status find_given(const struct world *w, const struct seen_case *c)
{
    uint8_t key[SEAL_KEY_BYTES];
    struct slot slot;
    return find_key(w, c, w->operator.keys.master, &slot, key);
}

void check_told_record(struct world *w, const struct peer *peer, const Concordat__V1__Record *record)
{
    const struct seen_case *c =
        record->status ? witness_case(&w->witness, record->status->referral.data) : NULL;
    if (!c || c->erased)
        return;
    w->records++;
    if (!record->confidential)
        world_violated(w, "P9 not as told", "%s reads a record with nothing told in it", peer->key.name);
    else if (!told_is(record->confidential, c->id, c->told_version))
        world_violated(w, "P9 not as told", "%s reads what nobody told in this case", peer->key.name);
    else if (find_given(w, c) != SEALS_OK)
        world_violated(w, "P9 opened without its key", "%s reads a record", peer->key.name);
}

/* It is to be had while the master key is missing, too. */
void check_told_offer(struct world *w, const struct peer *peer, const struct seen_case *c,
                      const Concordat__V1__Offer *offer)
{
    struct told told;
    told_write(c->id, c->told_version, &told);
    if (strcmp(offer->callback_number, told.callback_number) == 0)
        return;
    if (offer->callback_number[0] || !may_be_lost(w, find_given(w, c)))
        world_violated(w, "P9 not as told", "%s is to ring back \"%s\"", peer->key.name,
                       offer->callback_number);
}

void check_told_refusal(struct world *w, const struct peer *peer, const struct seen_command *command)
{
    const struct seen_case *c = witness_case(&w->witness, command->referral);
    w->sealed++;
    if (peer->honest && c && find_given(w, c) == SEALS_OK)
        world_violated(w, "P9 sealed for nothing", "%s is refused, and the key is there", peer->key.name);
}
