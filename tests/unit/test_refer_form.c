/* The form of a referral: what was typed goes from page to page as it is, and becomes the referral. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/refer_page.h"

#define ID     "0199aaaa-0000-7000-8000-000000000001"
#define NOW_MS INT64_C(1768255200000)

#define OF "street-triage"

static const struct refer_person person = {"Sam Okafor",
                                           CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_POLICE_OFFICER};
static struct form form;
static struct html html;
static struct arena arena;
static struct referral_reading reading;

static int open_arena(void **state)
{
    (void)state;
    return arena_open(&arena, ARENA_MESSAGE_BYTES);
}

static int close_all(void **state)
{
    (void)state;
    form_close(&form);
    html_close(&html);
    arena_close(&arena);
    return 0;
}

static void read_sent(const char *sent)
{
    size_t count;
    const struct form_rule *rules = refer_rules(&count);
    form_close(&form);
    assert_int_equal(form_read(&form, sent, strlen(sent), rules, count), FORM_GOOD);
}

static Concordat__V1__Submit *submit_of(const char *sent)
{
    read_sent(sent);
    Concordat__V1__Submit *submit = (Concordat__V1__Submit *)refer_form_message(
        &form, ID, OF, NOW_MS, &concordat__v1__submit__descriptor, &arena, &reading);
    assert_non_null(submit);
    return submit;
}

static const char *written(Concordat__V1__Source source, unsigned page)
{
    struct page_refer about = {.frame = {.person = "Sam Okafor", .token = "token"}};
    const struct refer_view view = {.source = source, .form = &form, .person = person, .page = page};
    html_close(&html);
    refer_page_write(&html, &view, &about);
    html_bytes(&html, "", 1);
    assert_true(html_is_whole(&html));
    return html.text;
}

static size_t times_in(const char *text, const char *what)
{
    size_t times = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        times++;
    return times;
}

static void what_was_typed_becomes_the_referral(void **state)
{
    (void)state;
    const Concordat__V1__Submit *submit =
        submit_of("referral=" ID "&callback=07700+900123&postcode=zx1+2ab&kind-of-place=bridge&scene=not-safe"
                  "&narrative=On+the+rail.%0D%0ADrunk.&age=about+15&intoxicated=yes&urgency=emergency"
                  "&needs=AMHP&needs=autism&legal=section-136&section-136-at=&gender=&role=police-officer");
    assert_int_equal(submit->referral->source, CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE);
    assert_string_equal(submit->confidential->callback_number, "07700 900123");
    assert_string_equal(submit->confidential->narrative, "On the rail.\nDrunk.");
    assert_string_equal(submit->referral->postcode_district, "ZX1");
    assert_int_equal(submit->referral->street_triage->kind_of_place,
                     CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_BRIDGE);
    assert_int_equal(submit->referral->person->age_years, 15);
    assert_true(submit->referral->person->age_estimated);
    assert_int_equal(submit->referral->n_needs, 2);
    assert_int_equal(submit->referral->legal->status, CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136);
    assert_null(submit->referral->legal->power_used_at);
    assert_int_equal(submit->referral->referrer_role, CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_POLICE_OFFICER);
}

static void nothing_mistyped_holds_it_up(void **state)
{
    (void)state;
    const Concordat__V1__Submit *submit = submit_of(
        "callback=%E2%80%AA07700%E2%80%AC&age=quite+young&section-136-at=the+other+day&urgency=soonish");
    assert_string_equal(submit->confidential->callback_number, "07700");
    assert_non_null(strstr(submit->confidential->narrative, "quite young"));
    assert_non_null(strstr(submit->confidential->narrative, "the other day"));
    assert_non_null(strstr(submit->confidential->narrative, "soonish"));
    assert_non_null(strstr(reading.kept, "Age"));
}

static void the_street_has_all_its_questions_on_one_page_and_begins_at_the_number(void **state)
{
    (void)state;
    assert_true(refer_form_begin(&form, REFER_ID, &person, NULL));
    const char *page = written(CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE, REFER_PAGE_ALL);
    assert_non_null(strstr(page, "id=\"callback\" name=\"callback\" value=\"\""));
    assert_int_equal(times_in(page, " autofocus"), 1);
    assert_int_equal(times_in(page, " open>"), 0);
    assert_int_equal(times_in(page, "name=\"go\""), 1);
    assert_non_null(strstr(page, "value=\"Sam Okafor\""));
    assert_non_null(strstr(page, "value=\"police-officer\" selected"));
    assert_non_null(strstr(page, "Section 135(1)"));
    assert_int_equal(times_in(page, "name=\"referral\" value=\""), 1);
}

static void a_folded_part_is_open_when_something_was_typed_in_it(void **state)
{
    (void)state;
    read_sent("referral=" ID "&referrer-name=Sam+Okafor&role=police-officer&name=Jo");
    const char *page = written(CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE, REFER_PAGE_ALL);
    assert_int_equal(times_in(page, " open>"), 1);
}

/* Sends what a page's hidden inputs would, and what is shown on it as it is. */
static void each_page_carries_what_the_others_were_told(void **state)
{
    (void)state;
    read_sent("referral=" ID "&callback=1&name=Jo&needs=AMHP&needs=autism&screened=yes&legal=PACE-arrest");
    for (unsigned page = 1; page <= 5; page++) {
        const char *text = written(CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION, page);
        assert_int_equal(times_in(text, "type=\"hidden\" name=\"name\" value=\"Jo\""), page != 2);
        assert_int_equal(times_in(text, "type=\"hidden\" name=\"needs\""), page != 3 ? 2 : 0);
        assert_int_equal(times_in(text, "value=\"autism\" checked"), page == 3);
        assert_int_equal(times_in(text, "type=\"hidden\" name=\"screened\" value=\"yes\""), page != 4);
        assert_int_equal(times_in(text, "value=\"PACE-arrest\" selected"), page == 5);
        assert_int_equal(times_in(text, "value=\"next\""), 1);
        assert_int_equal(times_in(text, "value=\"send\""), 0);
        assert_int_equal(times_in(text, "value=\"back\""), page > 1);
    }
    const char *check = written(CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION, 6);
    assert_int_equal(times_in(check, "value=\"send\""), 1);
    assert_non_null(strstr(check, "AMHP, Autism"));
    assert_non_null(strstr(check, "PACE arrest"));
    assert_int_equal(times_in(check, "type=\"hidden\" name=\"needs\""), 2);
    const char *all = written(CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION, REFER_PAGE_ALL);
    assert_int_equal(times_in(all, "value=\"send\""), 1);
    assert_int_equal(times_in(all, "type=\"hidden\""), 4); /* two tokens, the id, and who fills it in */
}

/* Markup and marks of direction in every field of every source, on every page that shows or carries them. */
static void what_was_typed_comes_back_as_text(void **state)
{
    (void)state;
    static char sent[16 * 1024];
    size_t used = (size_t)snprintf(sent, sizeof sent, "referral=" ID);
    for (size_t i = 0; i < referral_fields_count; i++)
        if (referral_question_find(referral_fields[i].name))
            used += (size_t)snprintf(
                sent + used, sizeof sent - used,
                "&%s=%%22%%3E%%3C%%2Ftextarea%%3E%%3Cscript%%3E%%E2%%80%%AEa%%3C%%2Fscript%%3E",
                referral_fields[i].name);
    assert_true(used < sizeof sent);
    read_sent(sent);
    for (int source = 1; source <= 3; source++)
        for (unsigned page = 0; page <= referral_form_pages((Concordat__V1__Source)source) + 1; page++) {
            const char *text = written((Concordat__V1__Source)source, page);
            assert_null(strstr(text, "<script>")); /* the page's own have an address */
            assert_null(strstr(text, "\xe2\x80\xae"));
            assert_int_equal(times_in(text, "<textarea"), times_in(text, "</textarea>"));
            assert_non_null(strstr(text, "&#34;&gt;&lt;/textarea&gt;&lt;script&gt;a&lt;/script&gt;"));
        }
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_all)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(what_was_typed_becomes_the_referral),
        WITH_ARENA(nothing_mistyped_holds_it_up),
        WITH_ARENA(the_street_has_all_its_questions_on_one_page_and_begins_at_the_number),
        WITH_ARENA(a_folded_part_is_open_when_something_was_typed_in_it),
        WITH_ARENA(each_page_carries_what_the_others_were_told),
        WITH_ARENA(what_was_typed_comes_back_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
