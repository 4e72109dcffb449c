/* operator.c: see operator.h. */
#include "tests/simulation/operator.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/checks.h"
#include "tests/simulation/host.h"

enum {
    MASTER_TEXT_BYTES = 64 * 1024,
    REWRAP_SLOTS_MOST = 5, /* in one idle turn, so that a crash comes within a rotation */
    TURNS_BETWEEN_COPIES = 1500,
    TURNS_BETWEEN_POOLS = 100 /* so that most keys are drawn when they are needed, and some ahead */
};

static void operator_draws(void *context, void *bytes, size_t size)
{
    struct world *w = context;
    random_bytes(&w->keys, bytes, size);
}

/* --- the master key --------------------------------------------------------------------------------- */

/* The same generation of the same kind is the same key. */
static void write_master(const struct world *w, const char *kind, uint8_t oldest, uint8_t newest,
                         char text[MASTER_TEXT_BYTES])
{
    size_t used = 0;
    for (uint8_t generation = oldest; generation <= newest; generation++) {
        uint8_t key[MASTER_KEY_BYTES];
        char digits[2 * MASTER_KEY_BYTES + 1];
        struct random random;
        random_open(&random, w->options.seed, kind, generation);
        random_bytes(&random, key, sizeof key);
        sodium_bin2hex(digits, sizeof digits, key, sizeof key);
        used += (size_t)snprintf(text + used, MASTER_TEXT_BYTES - used, "%u %s\n", generation, digits);
    }
}

/* What opens every key: of the checkers, whatever the broker is given. */
static void learn_right(struct world *w)
{
    struct operator* o = & w->operator;
    char text[MASTER_TEXT_BYTES], message[400];
    master_key_close(&o->right);
    write_master(w, "master", o->oldest, o->newest, text);
    if (master_key_open_text("master", text, strlen(text), &o->right, message, sizeof message))
        assert(!"the text of a master key is wrong");
}

static enum seals_opening give(struct world *w, enum given given)
{
    static const char *const says[] = {"gives the master key", "loses the master key", "gives another's key",
                                       "gives an older key"};
    struct operator* o = & w->operator;
    char text[MASTER_TEXT_BYTES];
    uint8_t newest = (uint8_t)(o->newest - (given == GIVEN_OLDER));
    world_note(w, "operator", says[given], NULL, newest);
    o->given = given;
    o->walk = (struct seals_walk){0};
    if (given == GIVEN_NOTHING)
        return memory_keys_give(&o->keys, NULL);
    write_master(w, given == GIVEN_ANOTHERS ? "another master" : "master", o->oldest, newest, text);
    return memory_keys_give(&o->keys, text);
}

/* Whether a key in the file shows that another's master key is a wrong one. */
static bool is_shown_wrong(const struct world *w)
{
    const struct operator* o = & w->operator;
    for (int drill = 0; drill < SERIES; drill++)
        for (uint32_t number = 1; number <= o->numbers[drill]; number++) {
            const uint8_t *bytes = memory_file_slot(&o->keys.file, number, drill);
            struct slot slot = {.state = SLOT_EMPTY};
            if (bytes)
                slot_read(bytes, &slot);
            if (slot.state == SLOT_LIVE && slot.generation != SLOT_SERVICE)
                return true;
        }
    return false;
}

/* An older copy opens all there is if no key was wrapped by the newest generation yet. */
static void check_opening(struct world *w, enum seals_opening opening)
{
    enum given given = w->operator.given;
    bool locks = given == GIVEN_NOTHING || given == GIVEN_ANOTHERS;
    if (given != GIVEN_OLDER && locks != (opening == SEALS_LOCKED))
        world_violated(w, "P9 wrong master key", "the operator has given %d, and the keys are opened as %d",
                       (int)given, (int)opening);
    else if (opening > SEALS_LOCKED)
        world_violated(w, "P9 keys refused", "%d", (int)opening);
}

/* While the process runs, as a SIGHUP brings it; or the change is there at its next start. */
static void change(struct world *w, enum given given)
{
    struct operator* o = & w->operator;
    host_settles(w);
    if (w->violation.found)
        return;
    bool restarts = w->host.broker && random_between(&o->random, 0, 4) == 0;
    enum seals_opening opening = give(w, given);
    if (o->keys.seals)
        check_opening(w, opening);
    if (restarts && !w->violation.found)
        host_dies(w);
}

void operator_mends_master(struct world *w)
{
    if (w->operator.given != GIVEN_RIGHT)
        change(w, GIVEN_RIGHT);
}

void operator_changes_master(struct world *w)
{
    struct operator* o = & w->operator;
    if (o->given != GIVEN_RIGHT)
        return;
    o->changes++;
    int64_t kind = random_between(&o->random, 0, 5);
    if (kind == 0)
        change(w, GIVEN_NOTHING);
    else if (kind == 1 && is_shown_wrong(w))
        change(w, GIVEN_ANOTHERS);
    else if (kind == 2 && o->newest > o->oldest)
        change(w, GIVEN_OLDER);
    else if (o->newest < UINT8_MAX) {
        o->newest++;
        learn_right(w);
        change(w, GIVEN_RIGHT);
    }
    if (o->given != GIVEN_RIGHT)
        world_later(w, random_wait(&o->random, MINUTES(20)), SOMETHING_MENDS, FAULT_MASTER, 0);
}

/* --- rotating --------------------------------------------------------------------------------------- */

/* Takes the older generations away, as the process says that one may. */
static void forget_older(struct world *w)
{
    struct operator* o = & w->operator;
    if (o->given != GIVEN_RIGHT)
        return;
    o->walks++;
    check_rotated(w);
    check_texts(w);
    if (o->oldest == o->newest || random_between(&o->random, 0, 1))
        return;
    o->oldest = o->newest;
    learn_right(w);
    world_note(w, "operator", "forgets older keys", NULL, o->oldest);
    change(w, GIVEN_RIGHT);
    check_keys(w);
}

static void rewrap_some(struct world *w)
{
    struct operator* o = & w->operator;
    uint32_t slots = (uint32_t)random_between(&o->random, 1, REWRAP_SLOTS_MOST);
    if (o->walk.done || !o->keys.master || seals_rewrap(o->keys.seals, &o->walk, slots) != SEALS_OK)
        return;
    if (!o->walk.done || !(o->walk.rewrapped || o->walk.unopened || o->walk.torn))
        return;
    if (seals_sync(o->keys.seals) == SEALS_OK && !o->walk.unopened)
        forget_older(w);
}

void operator_rests(struct world *w)
{
    struct operator* o = & w->operator;
    if (random_between(&o->random, 0, TURNS_BETWEEN_COPIES - 1) == 0)
        memory_file_copy(&o->copy, &o->keys.file);
    if (random_between(&o->random, 0, TURNS_BETWEEN_POOLS - 1) == 0 &&
        seals_prepare(o->keys.seals) != SEALS_OK)
        world_violated(w, "P9 keys refused", "no key can be made ready");
    rewrap_some(w);
}

/* --- the file --------------------------------------------------------------------------------------- */

static bool lose_file(struct world *w, const struct counters *counters, struct memory_file *wrong)
{
    (void)w, (void)wrong;
    return counters->number || counters->drill_number;
}

static bool lacks(const struct memory_file *file, uint32_t number, bool drill)
{
    const uint8_t *slot = number ? memory_file_slot(file, number, drill) : NULL;
    return number && (!slot || sodium_is_zero(slot, SLOT_BYTES));
}

/* A copy has the keys of the numbers that came next, too; one that lacks the newest is older. */
static bool put_older_file(struct world *w, const struct counters *counters, struct memory_file *wrong)
{
    const struct memory_file *copy = &w->operator.copy;
    if (!copy->size || !(lacks(copy, counters->number, false) || lacks(copy, counters->drill_number, true)))
        return false;
    memory_file_copy(wrong, copy);
    return true;
}

/* Opens a copy of a file, or a new one, beside a ledger, and makes the key of one more case, `ahead` of the
 * ledger's newest. */
static void make_beyond(struct world *w, const uint8_t *chain, const struct counters *counters,
                        uint32_t ahead, struct memory_keys *keys)
{
    uint8_t key[SEAL_KEY_BYTES];
    uint32_t number = counters->number + ahead;
    keys->was_given = true; /* none */
    memory_keys_open(keys, chain, counters, &(struct seal_random){operator_draws, w});
    assert(keys->seals);
    seals_committed(keys->seals, false, number - 1);
    enum seals_status status = seals_make(keys->seals, &(struct seals_case){number, false}, key);
    assert(status == SEALS_OK);
    (void)status;
    memory_keys_shut(keys);
}

static bool put_anothers_file(struct world *w, const struct counters *counters, struct memory_file *wrong)
{
    static const struct counters none;
    struct memory_keys keys = {.was_given = false};
    uint8_t chain[CHAIN_BYTES];
    (void)counters;
    random_bytes(&w->operator.random, chain, sizeof chain);
    make_beyond(w, chain, &none, 1, &keys);
    *wrong = keys.file;
    return true;
}

/* Beside it the ledger is the older copy. */
static bool put_newer_file(struct world *w, const struct counters *counters, struct memory_file *wrong)
{
    struct memory_keys keys = {.was_given = false};
    memory_file_copy(&keys.file, &w->operator.keys.file);
    make_beyond(w, w->store.events[0].chain, counters, SEALS_AHEAD_MAX + 1, &keys);
    *wrong = keys.file;
    return true;
}

static const struct wrong_file {
    const char *says;
    bool (*put)(struct world *world, const struct counters *counters, struct memory_file *wrong);
    enum seals_opening refused_as;
} wrong_files[] = {{"loses the file of keys", lose_file, SEALS_MISSING},
                   {"puts an older file of keys", put_older_file, SEALS_OLDER},
                   {"puts another's file of keys", put_anothers_file, SEALS_OTHER_LEDGER},
                   {"puts a newer file of keys", put_newer_file, SEALS_NEWER}};

/* The start is refused, nothing is written to that file, and the operator puts the right one back. Returns
 * false if no such file can be had now. */
static bool try_wrong_file(struct world *w, const struct counters *counters)
{
    struct operator* o = & w->operator;
    const struct wrong_file *how = &wrong_files[random_between(&o->random, 0, 3)];
    struct memory_file right = o->keys.file, wrong = {.now = NULL}, as_put = {.now = NULL};
    if (!how->put(w, counters, &wrong))
        return false;
    world_note(w, "operator", how->says, NULL, counters->number);
    o->wrong_files++;
    memory_file_copy(&as_put, &wrong);
    o->keys.file = wrong;
    enum seals_opening opening = memory_keys_open(&o->keys, w->store.events[0].chain, counters,
                                                  &(struct seal_random){operator_draws, w});
    const struct memory_file *now = &o->keys.file;
    if (o->keys.seals || opening != how->refused_as)
        world_violated(w, "P9 wrong file", "the operator %s: %d, not %d", how->says, (int)opening,
                       (int)how->refused_as);
    else if (now->size != as_put.size || (now->size && memcmp(now->now, as_put.now, now->size) != 0))
        world_violated(w, "P9 wrong file", "the operator %s, and it was written to", how->says);
    memory_keys_shut(&o->keys);
    memory_file_close(&o->keys.file);
    memory_file_close(&as_put);
    o->keys.file = right;
    return true;
}

/* --- starting and dying ----------------------------------------------------------------------------- */

void operator_begins(struct world *w)
{
    struct operator* o = & w->operator;
    random_open(&o->random, w->options.seed, "operator", 0);
    o->keys.file.tears = w->options.on[FAULT_TEAR];
    o->oldest = o->newest = 1;
    learn_right(w);
    give(w, GIVEN_RIGHT);
}

bool operator_opens(struct world *w)
{
    struct operator* o = & w->operator;
    const struct counters *counters = &broker_state(w->host.broker)->counters;
    if (world_has(w, FAULT_KEY_FILE) &&
        random_chance(&o->random, (uint32_t)w->options.rate[FAULT_KEY_FILE]) && try_wrong_file(w, counters))
        return false;
    if (o->given == GIVEN_ANOTHERS && !is_shown_wrong(w))
        give(w, GIVEN_RIGHT);
    o->walk = (struct seals_walk){0};
    enum seals_opening opening = memory_keys_open(&o->keys, w->store.events[0].chain, counters,
                                                  &(struct seal_random){operator_draws, w});
    check_opening(w, opening);
    if (!o->keys.seals || !broker_use_seals(w->host.broker, o->keys.seals))
        return false;
    check_keys(w);
    return !w->violation.found;
}

void operator_loses_power(struct world *w)
{
    struct operator* o = & w->operator;
    memory_keys_shut(&o->keys);
    memory_file_crash(&o->keys.file, &(struct seal_random){operator_draws, w});
}

void operator_close(struct operator* o)
{
    memory_keys_close(&o->keys);
    master_key_close(&o->right);
    memory_file_close(&o->copy);
}
