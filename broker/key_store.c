/* key_store.c: see key_store.h. */
#include "broker/key_store.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/keys/keys.h"

enum {
    REWRAP_SLOTS = 64 /* a tenth of a millisecond */,
    BUSY_TURNS_MAX = 16, /* until some slots are looked at all the same */
    PATH_BYTES = 4096,
    KEPT_BYTES = 5 * (UINT8_MAX + 1)
};

static const char credential[] = "master-key";
static const char service_context[] = "concordat-service-seal-1";

static void key_store_draw(void *context, void *bytes, size_t size)
{
    (void)context;
    randombytes_buf(bytes, size);
}

/* Returns 0, or -1 with a message. */
static int key_store_derive_service(struct key_store *s, char *message, size_t message_size)
{
    struct key own;
    if (keys_read(s->setting.server_key, &own, message, message_size) != KEYS_GOOD)
        return -1;
    crypto_generichash(s->service, sizeof s->service, (const uint8_t *)service_context,
                       sizeof service_context - 1, (const uint8_t *)own.secret_text, KEY_TEXT_CHARS);
    keys_wipe(&own);
    return 0;
}

/* If there is no master key, `problem` says what is wrong. */
static struct master_key *key_store_read_master(struct key_store *s)
{
    struct master_key *master = NULL;
    s->problem[0] = '\0';
    if (s->setting.master_path)
        (void)master_key_open_file(s->setting.master_path, s->setting.state_folder, &master, s->problem,
                                   sizeof s->problem);
    else if (getenv("CREDENTIALS_DIRECTORY"))
        (void)master_key_open_credential(credential, &master, s->problem, sizeof s->problem);
    else
        snprintf(s->problem, sizeof s->problem, "no master key is given: see --master-key");
    if (master && !master_key_is_locked(master))
        fprintf(stderr, "concordat-broker: the master key could be swapped to disk: raise LimitMEMLOCK\n");
    return master;
}

/* What the seals say of the master key is added to what its file said. */
static void key_store_note(struct key_store *s, const char *said)
{
    size_t used = strlen(s->problem);
    if (said[0])
        snprintf(s->problem + used, sizeof s->problem - used, "%s%s", used ? ". " : "", said);
    if (s->problem[0])
        fprintf(stderr, "concordat-broker: keys: %s\n", s->problem);
}

/* Opens the file of keys, or the table that is in its place. Returns 0, or -1 with a message. */
static int key_store_open_file(struct key_store *s, const char *path, const struct ledger *ledger,
                               char *message, size_t message_size)
{
    if (!s->setting.ledger_address)
        return seals_disk_open(path, &s->disk, message, message_size);
    s->served = seals_served_open(s->setting.ledger_address, ledger_epoch(ledger), message, message_size);
    return s->served ? 0 : -1;
}

int key_store_open(struct key_store *s, const struct key_store_setting *setting, struct ledger *ledger,
                   const struct counters *counters, char *message, size_t message_size)
{
    char path[PATH_BYTES], said[KEY_STORE_MESSAGE_BYTES] = "";
    uint8_t chain[CHAIN_BYTES];
    enum seals_opening opening;
    uint32_t left_behind;
    s->setting = *setting;
    if (key_store_derive_service(s, message, message_size) != 0)
        return -1;
    if (setting->ledger_address)
        snprintf(path, sizeof path, "the table referral_key");
    else
        snprintf(path, sizeof path, "%s/seals", setting->state_folder);
    if (key_store_open_file(s, path, ledger, message, message_size) != 0)
        return -1;
    if (ledger_chain_at(ledger, 1, chain) != LEDGER_OK) {
        snprintf(message, message_size, "%s", ledger_message(ledger));
        return -1;
    }
    s->master = key_store_read_master(s);
    struct seals_setting seals = {.name = path,
                                  .file =
                                      s->served ? seals_served_file(s->served) : seals_disk_file(&s->disk),
                                  .random = {key_store_draw, NULL},
                                  .master = s->master,
                                  .service = s->service,
                                  .newest_case = counters->number,
                                  .newest_drill = counters->drill_number};
    memcpy(seals.ledger, chain, sizeof seals.ledger); /* the first event tells ledgers apart */
    s->seals = seals_open(&seals, &opening, said, sizeof said);
    if (!s->seals) {
        snprintf(message, message_size, "%s", said);
        return -1;
    }
    key_store_note(s, said);
    if (seals_collect(s->seals, &left_behind) != SEALS_OK) {
        snprintf(message, message_size,
                 "%s: what a crash left behind could not be removed; look after the disk", path);
        return -1;
    }
    if (seals_prepare(s->seals) == SEALS_FAILED) { /* a full disk is said to those who send */
        snprintf(message, message_size, "%s: cannot be written; look after the disk and start again", path);
        return -1;
    }
    if (!seals_start_thread(s->seals)) {
        snprintf(message, message_size, "%s: a thread could not be started", path);
        return -1;
    }
    return 0;
}

void key_store_close(struct key_store *s)
{
    seals_close(&s->seals);
    seals_disk_close(&s->disk);
    seals_served_close(&s->served);
    master_key_close(&s->master);
    sodium_memzero(s->service, sizeof s->service);
}

void key_store_reload(struct key_store *s)
{
    char said[KEY_STORE_MESSAGE_BYTES] = "";
    struct master_key *before = s->master;
    s->master = key_store_read_master(s);
    seals_use_master(s->seals, s->master, said, sizeof said);
    master_key_close(&before);
    key_store_note(s, said);
    s->walk = (struct seals_walk){0};
    s->hurries = s->master;
}

/* "1, 3, 0" */
static void key_store_list_kept(const struct seals_walk *walk, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = UINT8_MAX; i >= 0 && used < size; i--)
        if (walk->kept[i])
            used += (size_t)snprintf(text + used, size - used, "%s%d", used ? ", " : "", i);
}

/* Also if nothing was to be done: a crash can have come before it was said. */
static void key_store_say_generations(const struct seals_walk *walk)
{
    char kept[KEPT_BYTES];
    key_store_list_kept(walk, kept, sizeof kept);
    fprintf(stderr,
            "concordat-broker: keys: all are under generation %u of the master key, %u of them wrapped anew",
            walk->generation, walk->rewrapped);
    if (walk->torn)
        fprintf(stderr, "; but %u damaged", walk->torn);
    if (walk->unopened)
        fprintf(stderr, "; but %u of generation %s cannot be opened: keep every generation\n", walk->unopened,
                kept);
    else
        fprintf(stderr, "; older generations open only copies of the file of keys from before\n");
}

/* SEALS_OK also if nothing is left to be done. */
static enum seals_status key_store_rewrap(struct key_store *s)
{
    if (s->walk.done || !s->master)
        return SEALS_OK;
    enum seals_status status = seals_rewrap(s->seals, &s->walk, REWRAP_SLOTS);
    s->hurries = status == SEALS_OK && !s->walk.done;
    if (status == SEALS_OK && s->walk.done)
        status = seals_sync(s->seals);
    if (status == SEALS_OK && s->walk.done)
        key_store_say_generations(&s->walk);
    return status;
}

bool key_store_tend(struct key_store *s, bool idle)
{
    s->busy_turns = idle ? 0 : s->busy_turns + 1;
    bool has_time = s->busy_turns % BUSY_TURNS_MAX == 0;
    return seals_prepare(s->seals) != SEALS_FAILED && (!has_time || key_store_rewrap(s) != SEALS_FAILED);
}
