/* Tokens that let a browser deliver one sealed referral: they say what they were made with, until their time
 * is over, and nothing that was altered or that another desk made says anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "services/gateway/delivery_token.h"

#define NOW_MS INT64_C(1790000000000)

static const uint8_t own_key[DELIVERY_KEY_BYTES] = {'o'}, other_key[DELIVERY_KEY_BYTES] = {'x'};

static struct delivery_right example_right(void)
{
    return (struct delivery_right){.referral = {'r', 1, 2, 3},
                                   .person = "p117",
                                   .role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_POLICE_OFFICER,
                                   .until_ms = NOW_MS};
}

static void a_token_says_what_it_was_made_with_until_its_time_is_over(void **state)
{
    (void)state;
    const struct delivery_right made = example_right();
    struct delivery_right said;
    char token[DELIVERY_TOKEN_BYTES], again[DELIVERY_TOKEN_BYTES];
    delivery_token_make(own_key, &made, token);
    assert_int_equal(strlen(token), DELIVERY_TOKEN_BYTES - 1);
    assert_true(delivery_token_open(own_key, token, NOW_MS, &said));
    assert_memory_equal(said.referral, made.referral, WIRE_ID_BYTES);
    assert_string_equal(said.person, "p117");
    assert_int_equal(said.role, made.role);
    assert_int_equal(said.until_ms, NOW_MS);
    assert_false(delivery_token_open(own_key, token, NOW_MS + 1, &said));
    delivery_token_make(own_key, &made, again);
    assert_string_not_equal(token, again); /* two of one person cannot be told to be of one person */
}

static void nothing_that_was_altered_or_is_anothers_says_anything(void **state)
{
    (void)state;
    const struct delivery_right made = example_right();
    struct delivery_right said;
    char token[DELIVERY_TOKEN_BYTES];
    delivery_token_make(own_key, &made, token);
    assert_false(delivery_token_open(other_key, token, NOW_MS, &said));
    for (size_t i = 0; i < DELIVERY_TOKEN_BYTES - 1; i++) {
        char before = token[i];
        token[i] = before == 'A' ? 'B' : 'A';
        assert_false(delivery_token_open(own_key, token, NOW_MS, &said));
        token[i] = before;
        char cut[DELIVERY_TOKEN_BYTES];
        memcpy(cut, token, sizeof cut);
        cut[i] = '\0';
        assert_false(delivery_token_open(own_key, cut, NOW_MS, &said));
    }
    assert_true(delivery_token_open(own_key, token, NOW_MS, &said));
    assert_false(delivery_token_open(own_key, "", NOW_MS, &said));
    assert_false(delivery_token_open(own_key,
                                     "no token of ours, and longer than any is: "
                                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                     NOW_MS, &said));
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_says_what_it_was_made_with_until_its_time_is_over),
        cmocka_unit_test(nothing_that_was_altered_or_is_anothers_says_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
