/* sealed_world.c: a ledger's referral keys in a small world. */
#include "tests/worlds/sealed_world.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const uint8_t service_keys[2][SEAL_KEY_BYTES] = {{1, 7}, {2, 7}};

static const char *const master_texts[MASTER_NONE] = {
    [MASTER_ONE] = "1 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\n",
    [MASTER_BOTH] = ("1 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\n"
                     "2 3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\n"),
    [MASTER_TWO_ALONE] = "2 3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\n",
    [MASTER_OF_ANOTHER] = "1 8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f\n",
};

static void sealed_draw(void *context, void *bytes, size_t size)
{
    (void)context;
    randombytes_buf(bytes, size);
}

void sealed_open(struct sealed_world *w)
{
    *w = (struct sealed_world){
        .setting = {.name = "seals", .random = {.draw = sealed_draw}, .service = service_keys[0]}};
    memcpy(w->setting.ledger, "ledger northmoor", SLOT_LEDGER_BYTES);
    w->setting.file = memory_file_calls(&w->file);
    for (int i = 0; i < MASTER_NONE; i++) {
        int problem = master_key_open_text("master", master_texts[i], strlen(master_texts[i]), &w->masters[i],
                                           w->message, sizeof w->message);
        assert(problem == MASTER_KEY_GOOD);
        (void)problem;
    }
}

void sealed_close(struct sealed_world *w)
{
    seals_close(&w->seals);
    memory_file_close(&w->file);
    for (int i = 0; i < MASTER_NONE; i++)
        master_key_close(&w->masters[i]);
}

void sealed_reopen(struct sealed_world *w, enum sealed_master master, uint32_t cases, uint32_t drills)
{
    seals_close(&w->seals);
    w->setting.master = master == MASTER_NONE ? NULL : w->masters[master];
    w->setting.newest_case = w->committed[0] = cases;
    w->setting.newest_drill = w->committed[1] = drills;
    w->seals = seals_open(&w->setting, &w->opening, w->message, sizeof w->message);
    assert(!w->seals == (w->opening > SEALS_LOCKED));
}

int sealed_set_up(void **state)
{
    struct sealed_world *w = *state;
    sealed_open(w);
    sealed_reopen(w, MASTER_ONE, 0, 0);
    return w->opening == SEALS_FRESH ? 0 : -1;
}

int sealed_tear_down(void **state)
{
    sealed_close(*state);
    return 0;
}

void sealed_change_service(struct sealed_world *w, bool another)
{
    w->setting.service = service_keys[another];
}

enum seals_opening sealed_use(struct sealed_world *w, enum sealed_master master)
{
    w->setting.master = master == MASTER_NONE ? NULL : w->masters[master];
    return seals_use_master(w->seals, w->setting.master, w->message, sizeof w->message);
}

void sealed_make(struct sealed_world *w, uint32_t cases, uint32_t drills)
{
    enum seals_status status = SEALS_OK;
    for (uint32_t i = w->committed[0] + 1; i <= cases && status == SEALS_OK; i++)
        status = seals_make(w->seals, sealed_case(i, false), w->keys[0][i]);
    for (uint32_t i = w->committed[1] + 1; i <= drills && status == SEALS_OK; i++)
        status = seals_make(w->seals, sealed_case(i, true), w->keys[1][i]);
    assert(status == SEALS_OK);
    seals_committed(w->seals, false, w->committed[0] = cases);
    seals_committed(w->seals, true, w->committed[1] = drills);
}

enum seals_status sealed_find(struct sealed_world *w, uint32_t number, bool drill)
{
    uint8_t key[SEAL_KEY_BYTES];
    static const uint8_t none[SEAL_KEY_BYTES];
    memset(key, 0xEE, sizeof key);
    enum seals_status status = seals_find(w->seals, sealed_case(number, drill), key);
    assert(memcmp(key, status == SEALS_OK ? w->keys[drill][number] : none, sizeof key) == 0);
    return status;
}

enum seals_status sealed_find_callback(struct sealed_world *w, uint32_t number, bool drill)
{
    uint8_t callback[SEAL_KEY_BYTES], expected[SEAL_KEY_BYTES] = {0};
    memset(callback, 0xEE, sizeof callback);
    enum seals_status status = seals_find_callback(w->seals, sealed_case(number, drill), callback);
    if (status == SEALS_OK)
        seals_callback_key(w->keys[drill][number], expected);
    assert(memcmp(callback, expected, sizeof callback) == 0);
    return status;
}

uint8_t *sealed_slot(struct sealed_world *w, uint32_t number, bool drill)
{
    uint8_t *slot = memory_file_slot(&w->file, number, drill);
    assert(slot);
    return slot;
}
