/* One-time codes as RFC 6238 and Debian's oathtool have them, and recovery codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "services/gateway/onetime.h"

static const uint8_t rfc_secret[ONETIME_SECRET_BYTES] = "12345678901234567890";

static void codes_are_those_of_rfc_6238(void **state)
{
    /* Its appendix B, of which six digits are taken. */
    static const struct {
        int64_t seconds;
        const char *code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t step = 0;
        assert_true(onetime_find(rfc_secret, rows[i].code, rows[i].seconds * 1000, &step));
        assert_int_equal(step, rows[i].seconds / 30);
    }
}

static void a_secret_is_written_and_read_in_base32(void **state)
{
    uint8_t secret[ONETIME_SECRET_BYTES];
    char text[ONETIME_SECRET_TEXT_BYTES];
    (void)state;
    onetime_write_secret(rfc_secret, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(onetime_read_secret(text, secret));
    assert_memory_equal(secret, rfc_secret, sizeof secret);
    assert_false(onetime_read_secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ", secret));
    assert_false(onetime_read_secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA", secret));
    assert_false(onetime_read_secret("gezdgnbvgy3tqojqgezdgnbvgy3tqojq", secret));
}

static void oathtool_makes_the_same_codes(void **state)
{
    (void)state;
    if (system("command -v oathtool >/dev/null") != 0)
        skip();
    for (int i = 0; i < 5; i++) {
        uint8_t secret[ONETIME_SECRET_BYTES];
        char text[ONETIME_SECRET_TEXT_BYTES], command[160], said[16] = "";
        int64_t seconds = (int64_t)randombytes_uniform(INT32_MAX);
        onetime_draw_secret(secret);
        onetime_write_secret(secret, text);
        print_message("secret %s, at %lld\n", text, (long long)seconds);
        snprintf(command, sizeof command, "oathtool --totp --base32 --now=@%lld %s", (long long)seconds,
                 text);
        FILE *oathtool = popen(command, "re");
        assert_non_null(oathtool);
        assert_non_null(fgets(said, sizeof said, oathtool));
        assert_int_equal(pclose(oathtool), 0);
        said[strcspn(said, "\n")] = '\0';
        int64_t step = 0;
        assert_true(onetime_find(secret, said, seconds * 1000, &step));
        assert_int_equal(step, seconds / 30);
    }
}

static void a_code_counts_in_the_step_before_and_after_and_no_longer(void **state)
{
    static const int64_t of_code = 1111111111 / 30;
    (void)state;
    for (int64_t off = -3; off <= 3; off++) {
        int64_t step = 0;
        bool found = onetime_find(rfc_secret, "050471", (of_code + off) * ONETIME_STEP_MS, &step);
        assert_int_equal(found, off >= -1 && off <= 1);
        if (found)
            assert_int_equal(step, of_code);
    }
}

static void a_code_may_have_a_space_and_nothing_else(void **state)
{
    static const char *const bad[] = {"", "05047", "0504711", "05047a", "-", "xxxxxx", "050471\n"};
    int64_t step;
    (void)state;
    assert_true(onetime_find(rfc_secret, "050 471", INT64_C(1111111111000), &step));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(onetime_find(rfc_secret, bad[i], INT64_C(1111111111000), &step));
}

static void a_recovery_code_is_known_as_it_is_typed_and_for_one_person(void **state)
{
    char code[RECOVERY_TEXT_BYTES], typed[RECOVERY_TEXT_BYTES];
    uint8_t digest[RECOVERY_DIGEST_BYTES], other[RECOVERY_DIGEST_BYTES];
    (void)state;
    recovery_draw(code);
    assert_int_equal(strlen(code), RECOVERY_TEXT_BYTES - 1);
    assert_true(recovery_digest("p117", code, digest));
    strcpy(typed, code);
    for (char *at = typed; *at; at++)
        *at = *at == '-' ? ' ' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    assert_true(recovery_digest("p117", typed, other));
    assert_memory_equal(digest, other, sizeof digest);
    assert_true(recovery_digest("p118", code, other));
    assert_memory_not_equal(digest, other, sizeof digest);
    assert_false(recovery_digest("p117", "123456", other));
    assert_false(recovery_digest("p117", "abcd-abcd-abcd-abc1", other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_rfc_6238),
        cmocka_unit_test(a_secret_is_written_and_read_in_base32),
        cmocka_unit_test(oathtool_makes_the_same_codes),
        cmocka_unit_test(a_code_counts_in_the_step_before_and_after_and_no_longer),
        cmocka_unit_test(a_code_may_have_a_space_and_nothing_else),
        cmocka_unit_test(a_recovery_code_is_known_as_it_is_typed_and_for_one_person),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
