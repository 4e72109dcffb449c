/* memory_keys.c: see memory_keys.h. */
#include "tests/simulation/memory_keys.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { MESSAGE_BYTES = 1000 };

static const char master_text[] = "1 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef\n";

enum seals_opening memory_keys_give(struct memory_keys *keys, const char *text)
{
    enum seals_opening opening = SEALS_GOOD;
    struct master_key *before = keys->master;
    char message[MESSAGE_BYTES];
    keys->was_given = true;
    keys->master = NULL;
    if (text && master_key_open_text("master", text, strlen(text), &keys->master, message, sizeof message))
        assert(!"the text of a master key is wrong");
    if (keys->seals)
        opening = seals_use_master(keys->seals, keys->master, message, sizeof message);
    master_key_close(&before);
    return opening;
}

enum seals_opening memory_keys_open(struct memory_keys *keys, const uint8_t *chain,
                                    const struct counters *counters, const struct seal_random *random)
{
    enum seals_opening opening;
    char message[MESSAGE_BYTES];
    uint32_t left_behind;
    assert(!keys->seals);
    int started = sodium_init();
    assert(started >= 0);
    (void)started;
    if (!keys->was_given)
        memory_keys_give(keys, master_text);
    memset(keys->service, 0x5e, sizeof keys->service);
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
