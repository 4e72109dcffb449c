/* test_chain.c: P8: the chain value is the published one: the values here were computed in another language.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/wire/chain.h"

static void P8_the_chain_value_is_the_one_that_the_page_of_the_protocol_gives(void **state)
{
    (void)state;
    static const struct {
        size_t size; /* of an event of the bytes 0, 1, 2 ... */
        const char *chain;
    } events[] = {
        {0, "89eb0d6a8a691dae2cd15ed0369931ce0a949ecafa5c3f93f8121833646e15c3"},
        {3, "90167491d78740fc04ef77b2de79a4e95b4a42c844a077700d4851cc6700cd4c"},
        {200, "f055f1b1b65b3663444d091e017b33239a721d52c5e01d52383db79232c611e1"},
    };
    uint8_t bytes[200], chain[CHAIN_BYTES] = {0};
    char hex[2 * CHAIN_BYTES + 1];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        chain_next(chain, bytes, events[i].size, chain);
        sodium_bin2hex(hex, sizeof hex, chain, sizeof chain);
        assert_string_equal(hex, events[i].chain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P8_the_chain_value_is_the_one_that_the_page_of_the_protocol_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
