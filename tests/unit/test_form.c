/* Forms that browsers post: what a page's own form can have sent is read, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/form.h"

static const struct form_rule rules[] = {
    {.name = "id", .bytes_max = 12},
    {.name = "note", .bytes_max = 40, .lines = true},
    {.name = "need", .bytes_max = 8, .repeats = true},
    {.name = "place", .bytes_max = 40, .mended = true},
    {.name = "story", .bytes_max = 40, .mended = true, .lines = true},
};

/* Reads bytes that are exactly as long as promised, so that the sanitizer sees a byte too many. */
static enum form_status read_bytes(struct form *form, const char *bytes, size_t size)
{
    char *copy = malloc(size + !size);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    enum form_status status = form_read(form, copy, size, rules, sizeof rules / sizeof *rules);
    free(copy);
    return status;
}

static void fields_are_read_as_they_were_meant(void **state)
{
    (void)state;
    struct form form;
    static const char text[] = "id=p117&note=a+b%2B%26%3d%0D%0Ac%C3%A9&need=one&need=two";
    assert_int_equal(read_bytes(&form, text, sizeof text - 1), FORM_GOOD);
    assert_string_equal(form_value(&form, "id", 0), "p117");
    assert_string_equal(form_value(&form, "note", 0), "a b+&=\nc\xc3\xa9");
    assert_string_equal(form_value(&form, "need", 0), "one");
    assert_string_equal(form_value(&form, "need", 1), "two");
    assert_null(form_value(&form, "need", 2));
    form_close(&form);
}

static void a_field_may_be_empty_or_not_sent(void **state)
{
    static const char *const empty[] = {"id=", "id", "id=&note=", "id&note"};
    (void)state;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct form form;
        assert_int_equal(read_bytes(&form, empty[i], strlen(empty[i])), FORM_GOOD);
        assert_string_equal(form_value(&form, "id", 0), "");
        assert_null(form_value(&form, "need", 0));
        form_close(&form);
    }
    struct form form;
    assert_int_equal(read_bytes(&form, "", 0), FORM_GOOD);
    assert_null(form_value(&form, "id", 0));
    form_close(&form);
}

static void what_no_form_of_the_page_sends_is_refused(void **state)
{
    static const char *const bad[] = {
        "id=p1&id=p2", /* twice */
        "other=1",     /* a field without a rule */
        "=1",
        "&",
        "id=a&&note=b", /* no name */
        "id=%00",
        "id=%",
        "id=%4",
        "id=%zz",
        "id=%0", /* no escape, or NUL */
        "id=%ff",
        "id=%C0%BC",
        "id=a%0Ab",
        "id=%e2%80%ae",     /* no text of one line */
        "id=1234567890123", /* too long */
        "note=%0D",         /* half a line end */
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct form form;
        if (read_bytes(&form, bad[i], strlen(bad[i])) != FORM_WRONG)
            fail_msg("\"%s\" was read", bad[i]);
        form_close(&form);
    }
    struct form form;
    assert_int_equal(read_bytes(&form, "id=a\0b", 6), FORM_WRONG);
    form_close(&form);
}

static void what_was_pasted_is_made_a_text_if_the_field_says_so(void **state)
{
    (void)state;
    struct form form;
    static const char text[] = "place=%E2%80%AAZX1%E2%80%AC%09the%0Abridge%07%FF&story=a%0D%0Ab%09c";
    assert_int_equal(read_bytes(&form, text, sizeof text - 1), FORM_GOOD);
    assert_string_equal(form_value(&form, "place", 0), "ZX1 the bridge??");
    assert_string_equal(form_value(&form, "story", 0), "a\nb c");
    form_close(&form);
    static const char nul[] = "place=%00";
    assert_int_equal(read_bytes(&form, nul, sizeof nul - 1), FORM_WRONG);
    form_close(&form);
}

static void so_many_fields_are_read_and_no_more(void **state)
{
    static char text[(FORM_FIELDS_MAX + 1) * sizeof "need=1&"];
    (void)state;
    for (size_t count = FORM_FIELDS_MAX; count <= FORM_FIELDS_MAX + 1; count++) {
        struct form form;
        text[0] = '\0';
        for (size_t i = 0; i < count; i++)
            strcat(text, i ? "&need=1" : "need=1");
        assert_int_equal(read_bytes(&form, text, strlen(text)),
                         count > FORM_FIELDS_MAX ? FORM_WRONG : FORM_GOOD);
        form_close(&form);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read_as_they_were_meant),
        cmocka_unit_test(a_field_may_be_empty_or_not_sent),
        cmocka_unit_test(what_no_form_of_the_page_sends_is_refused),
        cmocka_unit_test(what_was_pasted_is_made_a_text_if_the_field_says_so),
        cmocka_unit_test(so_many_fields_are_read_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
