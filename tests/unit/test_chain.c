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
        size_t size; /* of an event of the bytes 0, 1, 2 ..., and twice that of its reduced form */
        const char *chain;
    } events[] = {
        {0, "5b77a580275dafee3a8a016821f8f93f051615d78e6b5a8a30c9f9bebc150a0b"},
        {3, "eb79bc227216c514ca6b3c3c70c87cc94006f1657c7bf0ff00278f3625cee90a"},
        {200, "b20ac75f9be8ef12ad2b8cb364f3bbea9d8cf8ed7b07ff66a68bd5b99515ebea"},
    };
    uint8_t bytes[200], chain[CHAIN_BYTES] = {0}, reduced[CHAIN_BYTES], full[CHAIN_BYTES];
    char hex[2 * CHAIN_BYTES + 1];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        chain_digest(bytes, events[i].size / 2, reduced);
        chain_digest(bytes, events[i].size, full);
        chain_next(chain, reduced, full, chain);
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
