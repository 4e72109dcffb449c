/* P9: a sealed text opens in its own place under its own key, and nowhere else; nothing of it is opened in
 * part. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/seal/seal.h"
#include "proto/wire/wire.h"

static uint8_t body[SEAL_BODY_BYTES_MAX + 1], buffer[SEAL_BODY_BYTES_MAX], text[SEAL_TEXT_BYTES_MAX];
static uint8_t digest[SEAL_DIGEST_BYTES];
static const uint8_t key[SEAL_KEY_BYTES] = "thirty-two bytes of a key: good";
static const uint8_t referral[SEAL_ID_BYTES] = "referral number1";
static const struct seal_place place = {referral, 0x0102030405060708, SEAL_RECORD};

static void draw(void *context, void *bytes, size_t size)
{
    (void)context;
    randombytes_buf(bytes, size);
}

static const struct seal_random random_source = {draw, NULL};

static size_t seal(const char *words)
{
    return seal_text(key, &place, &random_source, (const uint8_t *)words, strlen(words), body, digest);
}

/* Nothing that was not opened may show through the buffer. */
static void expect_nothing_opened(const uint8_t *with, const struct seal_place *at, const uint8_t *commits,
                                  size_t size)
{
    struct seal_opened opened = {text, 1};
    memset(buffer, 0xEE, sizeof buffer);
    assert_int_equal(seal_open(with, at, commits, body, size, buffer, sizeof buffer, &opened), SEAL_ALTERED);
    assert_null(opened.text);
    assert_int_equal(opened.size, 0);
    assert_null(memmem(buffer, sizeof buffer, "Asks", 4));
}

static void P9_a_text_opens_as_it_was_sealed(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 300, 8000, SEAL_TEXT_BYTES_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct seal_opened opened;
        memset(text, 'a' + (int)i, sizes[i]); /* of one byte each */
        size_t size = seal_text(key, &place, &random_source, text, sizes[i], body, digest);
        assert_int_equal(size, sizes[i] + SEAL_ADDED_BYTES);
        size_t least = size - SEAL_NONCE_BYTES - SEAL_TAG_BYTES;
        assert_int_equal(seal_open(key, &place, digest, body, size, buffer, least, &opened), SEAL_OPENED);
        assert_int_equal(opened.size, sizes[i]);
        assert_memory_equal(opened.text, text, sizes[i]);
        assert_int_equal(seal_open(key, &place, digest, body, size, buffer, least - 1, &opened),
                         SEAL_TOO_LONG);
        assert_null(opened.text);
        assert_int_equal(seal_open_without_event(key, &place, body, size, buffer, least, &opened),
                         SEAL_OPENED);
        assert_memory_equal(opened.text, text, sizes[i]);
    }
}

static void P9_neither_text_nor_salt_stands_in_a_body(void **state)
{
    (void)state;
    struct seal_opened opened;
    memset(body, 0, sizeof body);
    size_t size = seal("Asks for help. Will wait with us.");
    assert_null(memmem(body, sizeof body, "Asks", 4));
    assert_int_equal(seal_open(key, &place, digest, body, size, buffer, sizeof buffer, &opened), SEAL_OPENED);
    assert_null(memmem(body, sizeof body, opened.text - SEAL_SALT_BYTES, 8));
}

static void P9_the_same_text_is_sealed_otherwise_each_time(void **state)
{
    (void)state;
    uint8_t before[SEAL_ADDED_BYTES + 4], before_digest[SEAL_DIGEST_BYTES];
    size_t size = seal("Asks");
    memcpy(before, body, size);
    memcpy(before_digest, digest, sizeof digest);
    seal("Asks");
    for (size_t at = 0; at + 8 <= size; at += 8)
        assert_memory_not_equal(before + at, body + at, 8);
    assert_memory_not_equal(before_digest, digest, sizeof digest);
}

static void P9_a_body_opens_for_its_own_referral_event_and_part_only(void **state)
{
    (void)state;
    static const uint8_t another[SEAL_ID_BYTES] = "referral number2";
    const struct seal_place others[] = {{another, place.event, place.part},
                                        {referral, place.event + 1, place.part},
                                        {referral, place.event ^ UINT64_C(1) << 63, place.part},
                                        {referral, 0, place.part},
                                        {referral, place.event, SEAL_CALLBACK},
                                        {referral, place.event, SEAL_NOTE},
                                        {referral, place.event, SEAL_REASON},
                                        {referral, place.event, SEAL_MESSAGE},
                                        {referral, place.event, SEAL_OTHER_FACT}};
    size_t size = seal("Asks for help.");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct seal_opened opened;
        expect_nothing_opened(key, &others[i], digest, size);
        assert_int_equal(seal_open_without_event(key, &others[i], body, size, buffer, sizeof buffer, &opened),
                         SEAL_ALTERED);
    }
}

static void P9_another_key_or_digest_opens_nothing(void **state)
{
    (void)state;
    size_t size = seal("Asks for help.");
    for (size_t bit = 0; bit < SEAL_KEY_BYTES * 8; bit++) {
        uint8_t other_key[SEAL_KEY_BYTES], other_digest[SEAL_DIGEST_BYTES];
        memcpy(other_key, key, sizeof key);
        memcpy(other_digest, digest, sizeof digest);
        other_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        other_digest[bit / 8] ^= (uint8_t)(1 << bit % 8);
        expect_nothing_opened(other_key, &place, digest, size);
        expect_nothing_opened(key, &place, other_digest, size);
    }
}

static void P9_a_body_with_any_bit_changed_or_cut_anywhere_opens_nothing(void **state)
{
    (void)state;
    struct seal_opened opened;
    size_t size = seal("Asks for help.");
    for (size_t bit = 0; bit < size * 8; bit++) {
        body[bit / 8] ^= (uint8_t)(1 << bit % 8);
        expect_nothing_opened(key, &place, digest, size);
        body[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t cut = 0; cut < size; cut++) {
        enum seal_status status = seal_open(key, &place, digest, body, cut, buffer, sizeof buffer, &opened);
        assert_int_equal(status, cut < SEAL_ADDED_BYTES ? SEAL_TOO_SHORT : SEAL_ALTERED);
        assert_null(opened.text);
    }
    expect_nothing_opened(key, &place, digest, size + 1);
    assert_int_equal(seal_open(key, &place, digest, body, sizeof body, buffer, sizeof buffer, &opened),
                     SEAL_TOO_LONG);
    assert_int_equal(seal_open(key, &place, digest, body, SIZE_MAX, buffer, sizeof buffer, &opened),
                     SEAL_TOO_LONG);
}

/* The page says what stands where: made here by hand, from the cipher alone. */
static void P9_a_body_is_what_the_page_says(void **state)
{
    (void)state;
    uint8_t inside[SEAL_SALT_BYTES + 4] = "a salt of thirty-two bytes, here", made[SEAL_DIGEST_BYTES];
    uint8_t beside[41] = "concordat-seal-1referral number1";
    struct seal_opened opened;
    memcpy(beside + 32, "\1\2\3\4\5\6\7\10\1", 9);
    memcpy(inside + SEAL_SALT_BYTES, "Asks", 4);
    memset(body, 7, SEAL_NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(body + SEAL_NONCE_BYTES, NULL, inside, sizeof inside, beside,
                                               sizeof beside, NULL, body, key);
    crypto_generichash(made, sizeof made, inside, sizeof inside, NULL, 0);
    assert_int_equal(seal_open(key, &place, made, body, SEAL_ADDED_BYTES + 4, buffer, sizeof buffer, &opened),
                     SEAL_OPENED);
    assert_memory_equal(opened.text, "Asks", 4);
}

static void a_text_may_be_as_long_as_a_request(void **state)
{
    (void)state;
    assert_int_equal(SEAL_TEXT_BYTES_MAX, WIRE_REQUEST_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P9_a_text_opens_as_it_was_sealed),
        cmocka_unit_test(P9_neither_text_nor_salt_stands_in_a_body),
        cmocka_unit_test(P9_the_same_text_is_sealed_otherwise_each_time),
        cmocka_unit_test(P9_a_body_opens_for_its_own_referral_event_and_part_only),
        cmocka_unit_test(P9_another_key_or_digest_opens_nothing),
        cmocka_unit_test(P9_a_body_with_any_bit_changed_or_cut_anywhere_opens_nothing),
        cmocka_unit_test(P9_a_body_is_what_the_page_says),
        cmocka_unit_test(a_text_may_be_as_long_as_a_request),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
