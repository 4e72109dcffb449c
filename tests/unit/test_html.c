/* Values in pages: nothing that a person typed ends the text, attribute or URL that it stands in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/html.h"
#include "services/gateway/limits.h"
#include "services/gateway/made_pages.h"

static struct html html;

static int close_html(void **state)
{
    (void)state;
    html_close(&html);
    return 0;
}

static void assert_written(void (*write)(struct html *html, const char *value), const char *value,
                           const char *text)
{
    html_close(&html);
    write(&html, value);
    html_bytes(&html, "", 1);
    assert_true(html_is_whole(&html));
    assert_string_equal(html.text, text);
}

static void a_text_ends_no_element_and_no_attribute(void **state)
{
    (void)state;
    assert_written(html_text, "Sam & Ash", "Sam &amp; Ash");
    assert_written(html_text, "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_written(html_text, "\" onload='x", "&#34; onload=&#39;x");
    assert_written(html_text, "&lt;", "&amp;lt;");
    assert_written(html_text, NULL, "");
}

static void what_nobody_sees_is_left_out_and_what_is_no_text_is_marked(void **state)
{
    (void)state;
    assert_written(html_text, "Sam\xe2\x80\xae Okafor", "Sam Okafor"); /* right-to-left override */
    assert_written(html_text, "Sam\x01\xff<", "Sam??&lt;");
    assert_written(html_text, "\xc0\xbc", "??"); /* "<", one byte too long */
}

static void a_telephone_number_is_a_link_that_rings_it(void **state)
{
    (void)state;
    assert_written(html_ring, "Duty coordinator 01632 960100",
                   "Duty coordinator <a href=\"tel:01632960100\">01632&nbsp;960100</a>");
    assert_written(html_ring, "+44 1632 960100 (Sam & Ash), or ring 111 now",
                   "<a href=\"tel:+441632960100\">+44&nbsp;1632&nbsp;960100</a> (Sam &amp; Ash), or ring "
                   "<a href=\"tel:111\">111</a> now");
    assert_written(html_ring,
                   "the section 136 suite: 22:21, 0 beds, 00:12, +1, 111 cases, CAD-041 234 567, 2017/1036",
                   "the section 136 suite: 22:21, 0 beds, 00:12, +1, 111 cases, CAD-041 234 567, 2017/1036");
    assert_written(html_ring, "0\"><b>1", "0&#34;&gt;&lt;b&gt;1");
    assert_written(html_ring, NULL, "");
}

static void a_part_of_a_url_is_one_segment_or_one_value(void **state)
{
    (void)state;
    assert_written(html_url_part, "R-0412_a.b~", "R-0412_a.b~");
    assert_written(html_url_part, "../?a=b&c#d", "..%2F%3Fa%3Db%26c%23d");
    assert_written(html_url_part, "\"><é", "%22%3E%3C%C3%A9");
}

static void a_page_that_grows_too_long_is_not_whole(void **state)
{
    (void)state;
    char *much = calloc(1, HTML_BYTES_MAX);
    assert_non_null(much);
    html_bytes(&html, much, HTML_BYTES_MAX - 1);
    assert_true(html_is_whole(&html));
    html_bytes(&html, much, 2);
    assert_false(html_is_whole(&html));
    html_bytes(&html, much, 0);
    assert_false(html_is_whole(&html));
    free(much);
}

static void a_page_shows_what_it_is_told_and_leaves_out_what_there_is_not(void **state)
{
    (void)state;
    page_sign_in(&html, &(struct page_sign_in){.id = "\"p117"});
    html_bytes(&html, "", 1);
    assert_non_null(strstr(html.text, "value=\"&#34;p117\""));
    assert_null(strstr(html.text, "You are not signed in"));
    assert_null(strstr(html.text, "Sign out"));
    html_close(&html);
    page_sign_in(&html, &(struct page_sign_in){.frame = {.person = "Sam <Okafor>", .token = "token"},
                                               .is_refused = true});
    html_bytes(&html, "", 1);
    assert_non_null(strstr(html.text, "You are not signed in"));
    assert_non_null(strstr(html.text, "Signed in: Sam &lt;Okafor&gt;"));
    assert_non_null(strstr(html.text, "name=\"token\" value=\"token\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_text_ends_no_element_and_no_attribute, close_html),
        cmocka_unit_test_teardown(what_nobody_sees_is_left_out_and_what_is_no_text_is_marked, close_html),
        cmocka_unit_test_teardown(a_telephone_number_is_a_link_that_rings_it, close_html),
        cmocka_unit_test_teardown(a_part_of_a_url_is_one_segment_or_one_value, close_html),
        cmocka_unit_test_teardown(a_page_that_grows_too_long_is_not_whole, close_html),
        cmocka_unit_test_teardown(a_page_shows_what_it_is_told_and_leaves_out_what_there_is_not, close_html),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
