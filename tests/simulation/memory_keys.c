/* memory_keys.c: see memory_keys.h. */
#include "tests/simulation/memory_keys.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static const char master_text[] = "1 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef\n";

static void make_master(struct memory_keys *keys)
{
    char message[256];
    int begun = sodium_init();
    assert(begun >= 0);
    (void)begun;
    enum master_key_status status = master_key_open_text("master", master_text, sizeof master_text - 1,
                                                         &keys->master, message, sizeof message);
    assert(status == MASTER_KEY_GOOD);
    (void)status;
    memset(keys->service, 0x5e, sizeof keys->service);
}

enum seals_opening memory_keys_open(struct memory_keys *keys, const uint8_t *chain,
                                    const struct counters *counters, const struct seal_random *random)
{
    enum seals_opening opening;
    char message[1000];
    uint32_t left_behind;
    assert(!keys->seals);
    int started = sodium_init();
    assert(started >= 0);
    (void)started;
    if (!keys->master)
        make_master(keys);
    struct seals_setting setting = {.name = "seals",
                                    .file = memory_file_calls(&keys->file),
                                    .random = *random,
                                    .master = keys->master,
                                    .service = keys->service,
                                    .newest_case = counters->number,
                                    .newest_drill = counters->drill_number};
    memcpy(setting.ledger, chain, sizeof setting.ledger);
    keys->seals = seals_open(&setting, &opening, message, sizeof message);
    if (keys->seals && seals_collect(keys->seals, &left_behind) != SEALS_OK)
        seals_close(&keys->seals);
    return opening;
}

void memory_keys_shut(struct memory_keys *keys)
{
    seals_close(&keys->seals);
}

void memory_keys_close(struct memory_keys *keys)
{
    memory_keys_shut(keys);
    master_key_close(&keys->master);
    memory_file_close(&keys->file);
}
