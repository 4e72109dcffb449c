/* fuzz_seal.c: a sealed row from anybody: any bytes, or a good row or body that was changed, beside an event
 * that is its own or another. Nothing opens but what was sealed, where it was sealed. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "broker/seals/sealed_row.h"
#include "proto/seal/seal.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_BYTES = 100, BODY_BYTES = TEXT_BYTES + SEAL_ADDED_BYTES };

static const uint8_t key[SEAL_KEY_BYTES] = "thirty-two bytes of a key: good";
static const uint8_t referral[SEAL_ID_BYTES] = "referral number1";
static const struct seal_place own_place = {referral, 7, SEAL_NOTE};

static void draw(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 0x5a, size);
}

static void expect_nothing(const struct seal_opened *opened, const uint8_t *buffer, size_t capacity)
{
    static const uint8_t text[4] = "text";
    assert(!opened->text && opened->size == 0);
    assert(capacity < sizeof text || !memmem(buffer, capacity, text, sizeof text));
}

static void expect_what_was_sealed(const struct seal_opened *opened, const uint8_t *text)
{
    assert(opened->size == TEXT_BYTES && memcmp(opened->text, text, TEXT_BYTES) == 0);
}

/* The buffer is as long as it is said to be, so that the sanitizer sees a byte too many. */
static void open_both_ways(const struct seal_place *place, const uint8_t *digest, struct input body,
                           size_t capacity, bool is_own, const uint8_t *text)
{
    uint8_t *exact = malloc(body.left + 1), *buffer = malloc(capacity + 1);
    struct seal_opened opened;
    assert(exact && buffer);
    if (body.left)
        memcpy(exact, body.at, body.left);
    memset(buffer, 0, capacity);
    enum seal_status status = seal_open(key, place, digest, exact, body.left, buffer, capacity, &opened);
    assert(status != SEAL_OPENED || is_own);
    if (status == SEAL_OPENED)
        expect_what_was_sealed(&opened, text);
    else
        expect_nothing(&opened, buffer, capacity);
    assert((status == SEAL_TOO_SHORT) == (body.left < SEAL_ADDED_BYTES));
    status = seal_open_without_event(key, place, exact, body.left, buffer, capacity, &opened);
    if (status == SEAL_OPENED)
        expect_what_was_sealed(&opened, text);
    free(exact);
    free(buffer);
}

/* --- rows ------------------------------------------------------------------------------------------- */

/* A row as the broker writes it: a record, its callback number, a note. */
static const enum seal_part row_parts[] = {SEAL_RECORD, SEAL_CALLBACK, SEAL_NOTE};
enum { ROW_PARTS = 3, ROW_BYTES = ROW_PARTS * (BODY_BYTES + SEALED_ROW_HEAD_BYTES) };

/* The texts differ in their size, so that each is known again. */
static size_t write_row(uint8_t row[ROW_BYTES], uint8_t digests[ROW_PARTS][SEAL_DIGEST_BYTES])
{
    const struct seal_random random = {draw, NULL};
    uint8_t text[TEXT_BYTES];
    size_t used = 0;
    memset(text, 't', sizeof text);
    for (size_t i = 0; i < ROW_PARTS; i++) {
        const struct seal_place place = {referral, own_place.event, row_parts[i]};
        uint8_t *at = row + used;
        size_t body =
            seal_text(key, &place, &random, text, TEXT_BYTES - i, at + SEALED_ROW_HEAD_BYTES, digests[i]);
        sealed_row_head(at, row_parts[i], body);
        used += SEALED_ROW_HEAD_BYTES + body;
    }
    return used;
}

/* The row is as long as it is said to be, so that the sanitizer sees a byte too many. */
static void open_from_row(struct input row, uint8_t digests[ROW_PARTS][SEAL_DIGEST_BYTES])
{
    uint8_t *exact = malloc(row.left + 1), buffer[TEXT_BYTES + SEAL_SALT_BYTES];
    assert(exact);
    if (row.left)
        memcpy(exact, row.at, row.left);
    for (size_t i = 0; i < ROW_PARTS; i++) {
        const struct seal_place place = {referral, own_place.event, row_parts[i]};
        struct sealed_body body;
        struct seal_opened opened;
        if (!sealed_row_find(exact, row.left, row_parts[i], &body))
            continue;
        assert(body.size > 0 && body.bytes >= exact + SEALED_ROW_HEAD_BYTES &&
               body.size <= row.left - (size_t)(body.bytes - exact));
        enum seal_status status =
            seal_open(key, &place, digests[i], body.bytes, body.size, buffer, sizeof buffer, &opened);
        assert(status != SEAL_OPENED || opened.size == TEXT_BYTES - i);
    }
    free(exact);
}

static void open_row(struct input *input, uint8_t mode)
{
    uint8_t row[ROW_BYTES], digests[ROW_PARTS][SEAL_DIGEST_BYTES];
    size_t size = write_row(row, digests);
    if (mode & 1) {
        open_from_row(*input, digests);
        return;
    }
    size_t cut = mode & 2 ? input_number(input) : size;
    fuzz_patch(input, row, size);
    open_from_row((struct input){row, cut < size ? cut : size}, digests);
}

/* --- one input -------------------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    uint8_t mode = input_byte(&input), text[TEXT_BYTES], body[BODY_BYTES], changed[BODY_BYTES];
    uint8_t digest[SEAL_DIGEST_BYTES], other_digest[SEAL_DIGEST_BYTES], id[SEAL_ID_BYTES];
    const struct seal_random random = {draw, NULL};
    size_t capacity = input_number(&input);
    if (sodium_init() < 0)
        abort();
    if (mode & 64) {
        open_row(&input, mode);
        return 0;
    }
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t) "text"[i % 4];
    seal_text(key, &own_place, &random, text, sizeof text, body, digest);
    memcpy(changed, body, sizeof body);
    memcpy(other_digest, digest, sizeof digest);
    memcpy(id, referral, sizeof id);
    struct seal_place place = {id, own_place.event ^ (mode & 2 ? input_number(&input) : 0),
                               own_place.part ^ (mode & 4 ? input_byte(&input) : 0)};
    if (mode & 8)
        id[input_byte(&input) % sizeof id] ^= input_byte(&input);
    if (mode & 16)
        other_digest[input_byte(&input) % sizeof other_digest] ^= input_byte(&input);
    struct input hostile = input;
    if (!(mode & 1)) {
        size_t cut = mode & 32 ? input_byte(&input) : sizeof changed;
        fuzz_patch(&input, changed, sizeof changed);
        hostile = (struct input){changed, cut < sizeof changed ? cut : sizeof changed};
    }
    bool is_own = hostile.left == sizeof body && memcmp(hostile.at, body, sizeof body) == 0 &&
                  memcmp(id, referral, sizeof id) == 0 && place.event == own_place.event &&
                  place.part == own_place.part && memcmp(digest, other_digest, sizeof digest) == 0;
    open_both_ways(&place, other_digest, hostile, capacity, is_own, text);
    return 0;
}
