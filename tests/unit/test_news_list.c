/* test_news_list.c: what anybody is told of a turn, in which order, and of each case only once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "broker/shell/news_list.h"

static struct event of_case(uint8_t number, enum event_kind kind)
{
    return (struct event){.kind = kind, .has_referral = true, .referral = {number}};
}

static void note_news(struct news_list *list, const struct event *event, uint32_t answered)
{
    assert_true(news_list_reserve(list, 1));
    news_list_note(list, event, SLOT_NONE, answered);
}

static void a_case_has_one_last_news_in_a_turn(void **unused)
{
    (void)unused;
    static const uint8_t cases[] = {1, 2, 1, 1, 3, 2};
    static const bool last[] = {false, false, false, true, true, true};
    struct news_list list;
    news_list_open(&list, 1);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < sizeof cases; i++) {
            struct event event = of_case(cases[i], EVENT_HELD);
            note_news(&list, &event, (uint32_t)i);
        }
        assert_int_equal(list.items.count, sizeof cases);
        for (uint32_t row = 0; row < sizeof cases; row++) {
            assert_int_equal(news_list_item(&list, row)->referral[0], cases[row]);
            assert_int_equal(news_list_item(&list, row)->answered, row);
            assert_int_equal(news_list_is_last(&list, row), last[row]);
        }
        news_list_clear(&list);
    }
    news_list_close(&list);
}

static void what_changes_nothing_for_anybody_is_no_news(void **unused)
{
    (void)unused;
    static const enum event_kind silent[] = {EVENT_OFFER_SEEN, EVENT_RECORD_READ, EVENT_REFERRER_TOLD};
    struct news_list list;
    news_list_open(&list, 1);
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        struct event event = of_case(1, silent[i]);
        note_news(&list, &event, 0);
    }
    struct event presence = {.kind = EVENT_PRESENCE_CHANGED};
    note_news(&list, &presence, 0);
    assert_int_equal(list.items.count, 0);
    news_list_close(&list);
}

static void a_team_that_loses_a_case_is_in_the_news(void **unused)
{
    (void)unused;
    struct news_list list;
    struct event accepted = of_case(1, EVENT_ACCEPTED), lapsed = of_case(2, EVENT_LEASE_LAPSED),
                 held = of_case(3, EVENT_HELD);
    accepted.is.accepted.team = 4;
    accepted.is.accepted.attempt = 2;
    accepted.is.accepted.previous_team = 5;
    lapsed.is.lease.team = 6;
    news_list_open(&list, 1);
    note_news(&list, &accepted, 0);
    note_news(&list, &lapsed, 0);
    note_news(&list, &held, 0);
    assert_int_equal(news_list_item(&list, 0)->team, 4);
    assert_int_equal(news_list_item(&list, 0)->end, OFFER_END_ACCEPTED);
    assert_int_equal(news_list_item(&list, 0)->former_team, 5);
    assert_int_equal(news_list_item(&list, 1)->former_team, 6);
    assert_int_equal(news_list_item(&list, 2)->former_team, SLOT_NONE);
    news_list_close(&list);
}

static void a_coordinator_who_loses_a_case_is_in_the_news(void **unused)
{
    (void)unused;
    struct news_list list;
    struct event held = of_case(1, EVENT_HELD);
    news_list_open(&list, 1);
    assert_true(news_list_reserve(&list, 1));
    news_list_note(&list, &held, 3, 0);
    assert_int_equal(news_list_item(&list, 0)->former_coordinator, 3);
    news_list_close(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_has_one_last_news_in_a_turn),
        cmocka_unit_test(what_changes_nothing_for_anybody_is_no_news),
        cmocka_unit_test(a_team_that_loses_a_case_is_in_the_news),
        cmocka_unit_test(a_coordinator_who_loses_a_case_is_in_the_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
