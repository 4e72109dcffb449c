/* fuzz_master.c: a master key file from anybody. A text that is read is written as a newer one, and read
 * again. No message holds anything of a line. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/seal/master_key.h"
#include "tests/fuzz/fuzz.h"

static char message[256];

static void expect_same(const struct master_key *before, const struct master_key *after, unsigned newest)
{
    for (unsigned i = 0; i <= newest; i++) {
        const uint8_t *one = master_key_of(before, (uint8_t)i), *other = master_key_of(after, (uint8_t)i);
        assert(!one == !other && (!one || memcmp(one, other, MASTER_KEY_BYTES) == 0));
    }
}

static void expect_renewed(const struct master_key *key)
{
    char path[128];
    struct master_key *after = NULL;
    unsigned newest = master_key_newest(key);
    strcat(strcpy(path, fuzz_folder()), "renewed");
    int made = master_key_make(path, key, message, sizeof message);
    assert((made == 0) == (newest < MASTER_KEY_GENERATIONS_MAX));
    if (made != 0)
        return;
    assert(master_key_open_file(path, NULL, &after, message, sizeof message) == MASTER_KEY_GOOD);
    assert(master_key_newest(after) == newest + 1 && master_key_of(after, (uint8_t)(newest + 1)));
    expect_same(key, after, newest);
    master_key_close(&after);
    fuzz_remove_file("renewed");
}

/* A mark in the input never comes back in a message. */
static void expect_no_mark(void)
{
    assert(message[0] && !memmem(message, sizeof message, "7692c3", 6) && !strstr(message, "dpLDrT"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    uint8_t mode = input_byte(&input);
    struct master_key *key = NULL, *of_file = NULL;
    if (sodium_init() < 0)
        abort();
    enum master_key_status status =
        master_key_open_text("master", (const char *)input.at, input.left, &key, message, sizeof message);
    assert(status == MASTER_KEY_GOOD || (status == MASTER_KEY_WRONG && !key));
    if (status == MASTER_KEY_GOOD)
        assert(master_key_newest(key) > 0 && master_key_of(key, master_key_newest(key)) &&
               !master_key_of(key, 0));
    else
        expect_no_mark();
    if (mode & 1) {
        char path[128];
        fuzz_write_file("master", input.at, input.left);
        strcat(strcpy(path, fuzz_folder()), "master");
        assert(master_key_open_file(path, NULL, &of_file, message, sizeof message) ==
               (input.left < MASTER_KEY_FILE_BYTES_MAX ? status : MASTER_KEY_WRONG));
        if (of_file)
            expect_same(key, of_file, MASTER_KEY_GENERATIONS_MAX);
        fuzz_remove_file("master");
    }
    if (key && mode & 2)
        expect_renewed(key);
    master_key_close(&key);
    master_key_close(&of_file);
    return 0;
}
