/* seal.c: measures sealing alone: microseconds of sealing and opening a text of three sizes, beside the
 * salted digest that they contain, and of making, finding, rewrapping and erasing a referral's key on a real
 * disk.
 *
 * seal FOLDER. Prints the fastest of several rounds, because disturbances can only slow a round down; of the
 * calls that wait for the disk, the median.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/seals/seals_disk.h"
#include "proto/words/now.h"
#include "tests/bench/measure.h"

enum { ROUNDS = 20, REPEATS = 500, SYNCS = 200, TEXT_BYTES_MAX = 8900 };
enum { KEYS = 2 * SEALS_POOL }; /* each round draws as many as it hands out */

static const char master_text[] = "1 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\n"
                                  "2 3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\n";

static const uint8_t service_key[SEAL_KEY_BYTES] = {7};

struct sealing {
    uint8_t text[TEXT_BYTES_MAX], body[SEAL_BODY_BYTES_MAX], buffer[SEAL_BODY_BYTES_MAX];
    size_t size, body_size;
    uint8_t key[SEAL_KEY_BYTES], digest[SEAL_DIGEST_BYTES];
    struct seal_place place;
    struct seal_random random;
    struct seals *seals;
    struct master_key *first, *both; /* the first generation, and two of them */
};

static void draw(void *context, void *bytes, size_t size)
{
    (void)context;
    randombytes_buf(bytes, size);
}

/* The router does this today, without sealing: a salt, and the digest over it. */
static void do_digest(struct sealing *s, uint32_t i)
{
    (void)i;
    crypto_generichash_state hash;
    randombytes_buf(s->buffer, SEAL_SALT_BYTES);
    crypto_generichash_init(&hash, NULL, 0, SEAL_DIGEST_BYTES);
    crypto_generichash_update(&hash, s->buffer, SEAL_SALT_BYTES);
    crypto_generichash_update(&hash, s->text, s->size);
    crypto_generichash_final(&hash, s->digest, SEAL_DIGEST_BYTES);
}

static void do_seal(struct sealing *s, uint32_t i)
{
    (void)i;
    s->body_size = seal_text(s->key, &s->place, &s->random, s->text, s->size, s->body, s->digest);
}

static void do_open(struct sealing *s, uint32_t i)
{
    (void)i;
    struct seal_opened opened;
    if (seal_open(s->key, &s->place, s->digest, s->body, s->body_size, s->buffer, sizeof s->buffer,
                  &opened) != SEAL_OPENED)
        measure_fail("a body does not open");
    sodium_memzero(s->buffer, s->size + SEAL_SALT_BYTES);
}

static void do_make(struct sealing *s, uint32_t i)
{
    const struct seals_case of = {i, false};
    if (seals_make(s->seals, &of, s->key) != SEALS_OK)
        measure_fail("a key cannot be made");
    seals_committed(s->seals, false, i);
}

static void do_find(struct sealing *s, uint32_t i)
{
    const struct seals_case of = {i, false};
    if (seals_find(s->seals, &of, s->key) != SEALS_OK)
        measure_fail("a key is not found");
}

static void do_erase(struct sealing *s, uint32_t i)
{
    const struct seals_case of = {i, false};
    if (seals_erase(s->seals, &of) != SEALS_OK)
        measure_fail("a key cannot be erased");
}

/* Looks at every key that there is: the first time it wraps each, later it only reads them. */
static void rewrap_all(struct sealing *s, uint32_t count, const char *name)
{
    struct seals_walk walk = {0};
    int64_t start_ns = now_monotonic_ns();
    while (!walk.done)
        if (seals_rewrap(s->seals, &walk, 64) != SEALS_OK)
            measure_fail("a key cannot be wrapped again");
    printf(",\"%s\":{\"us\":%.2f}", name, (double)(now_monotonic_ns() - start_ns) / 1e3 / count);
}

typedef void sealing_work(struct sealing *sealing, uint32_t number);

/* Each round has numbers of its own. */
static void fastest(struct sealing *s, const char *name, sealing_work *work, uint32_t repeats)
{
    int64_t best_ns = INT64_MAX;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        int64_t start_ns = now_monotonic_ns();
        for (uint32_t i = 1; i <= repeats; i++)
            work(s, round * repeats + i);
        int64_t took_ns = now_monotonic_ns() - start_ns;
        best_ns = took_ns < best_ns ? took_ns : best_ns;
    }
    printf("\"%s\":{\"us\":%.2f}", name, (double)best_ns / 1e3 / repeats);
}

static void each_by_itself(struct sealing *s, const char *name, sealing_work *work, uint32_t from)
{
    struct samples samples = {0};
    for (uint32_t i = from; i < from + SYNCS; i++) {
        int64_t start_ns = now_monotonic_ns();
        work(s, i);
        samples_add(&samples, now_monotonic_ns() - start_ns);
    }
    putchar(',');
    samples_print(&samples, name);
    samples_close(&samples);
}

static struct master_key *master_of(const char *text, size_t size)
{
    char message[256];
    struct master_key *key;
    if (master_key_open_text("master", text, size, &key, message, sizeof message) != MASTER_KEY_GOOD)
        measure_fail("%s", message);
    return key;
}

static void measure_keys(struct sealing *s, const char *folder)
{
    char path[4096], message[512];
    struct seals_disk disk;
    enum seals_opening opening;
    snprintf(path, sizeof path, "%s/seals", folder);
    if (seals_disk_open(path, &disk, message, sizeof message) != 0)
        measure_fail("%s", message);
    const struct seals_setting setting = {.name = path,
                                          .file = seals_disk_file(&disk),
                                          .random = s->random,
                                          .master = s->first,
                                          .service = service_key};
    s->seals = seals_open(&setting, &opening, message, sizeof message);
    if (opening != SEALS_FRESH)
        measure_fail("%s: give an empty folder", path);
    fastest(s, "make", do_make, KEYS);
    putchar(',');
    fastest(s, "find", do_find, KEYS);
    for (uint32_t i = 1; i <= SYNCS; i++)
        do_make(s, ROUNDS * KEYS + i);
    each_by_itself(s, "erase", do_erase, ROUNDS * KEYS + 1);
    seals_use_master(s->seals, s->both, message, sizeof message);
    rewrap_all(s, ROUNDS * KEYS, "rewrap");
    rewrap_all(s, ROUNDS * KEYS + SYNCS, "rewrap_nothing");
    seals_close(&s->seals);
    seals_disk_close(&disk);
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {300, 1500, TEXT_BYTES_MAX};
    static struct sealing sealing;
    struct sealing *s = &sealing;
    if (argc != 2 || sodium_init() < 0)
        measure_fail("usage: bench-seal FOLDER");
    s->place = (struct seal_place){(const uint8_t *)"referral number1", 412, SEAL_RECORD};
    s->random.draw = draw;
    s->first = master_of(master_text, strlen(master_text) / 2);
    s->both = master_of(master_text, strlen(master_text));
    memset(s->text, 'a', sizeof s->text);
    putchar('{');
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        s->size = sizes[i];
        printf("\"%zu\":{", s->size);
        fastest(s, "digest", do_digest, REPEATS);
        putchar(',');
        fastest(s, "seal", do_seal, REPEATS);
        putchar(',');
        fastest(s, "open", do_open, REPEATS);
        printf("},");
    }
    measure_keys(s, argv[1]);
    printf("}\n");
    master_key_close(&s->first);
    master_key_close(&s->both);
    return 0;
}
