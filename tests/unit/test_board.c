/* Which case of a board comes first, which ones ring, and what is said of those that nobody has heard of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/desk/board.h"
#include "services/desk/next_sentence.h"

#define MINUTE INT64_C(60000)

static const int64_t now_ms = INT64_C(1795003440000);

static Concordat__V1__CaseStatus offered_case(void)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.number = (char *)"R-0412";
    status.state = CONCORDAT__V1__STATE__STATE_OFFERED;
    status.owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    status.ring = status.coordinator_ring = (char *)"01632 960001";
    status.act_by_ms = now_ms + 9 * MINUTE;
    status.respond_by_ms = now_ms + 239 * MINUTE;
    return status;
}

static void R15_the_board_begins_with_those_that_somebody_must_act_on(void **state)
{
    (void)state;
    enum { CASES = 7 };
    Concordat__V1__CaseStatus cases[CASES];
    Concordat__V1__CaseStatus *listed[CASES];
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    Concordat__V1__Detention detention = CONCORDAT__V1__DETENTION__INIT;
    static const char *const numbers[CASES] = {"R-1", "R-2", "R-3", "R-4", "R-5", "R-6", "R-7"};
    static const char *const order[CASES] = {"R-7", "R-6", "R-5", "R-4", "R-2", "R-3", "R-1"};
    static const bool rings[CASES] = {true, true, true, true, false, false, false};
    for (int i = 0; i < CASES; i++) {
        cases[i] = offered_case();
        cases[i].number = (char *)numbers[i];
        listed[i] = &cases[i];
    }
    cases[0].state = CONCORDAT__V1__STATE__STATE_CLOSED;
    for (int i = 1; i < 3; i++) { /* one was heard of, the other is muted */
        cases[i].state = CONCORDAT__V1__STATE__STATE_HELD;
        cases[i].owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_COORDINATOR;
    }
    cases[1].heard_by = (char *)"p117";
    cases[2].muted_until_ms = now_ms + MINUTE;
    cases[3].lease_warned = true;
    detention.state = CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_HELD;
    detention.warned = true;
    cases[4].detention = &detention;
    cases[5] = cases[1];
    cases[5].number = (char *)numbers[5];
    cases[5].heard_by = (char *)"";
    cases[5].unheard = 2;
    cases[6].owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED;
    board.cases = listed;
    board.n_cases = CASES;
    const Concordat__V1__CaseStatus **sorted = board_in_order(&board, now_ms);
    for (int i = 0; i < CASES; i++) {
        assert_string_equal(sorted[i]->number, order[i]);
        assert_int_equal(board_rings(sorted[i], now_ms), rings[i]);
    }
    free(sorted);
    for (int i = 1; i < 3; i++) /* nobody has them in hand */
        assert_int_equal(board_rank(&cases[i], now_ms), BOARD_HEARD);
    struct board_row row;
    board_fill_row(&cases[5], now_ms, &row);
    assert_string_equal(row.cells[BOARD_STATE], "unheard 2");
}

/* If the hours end soon, also before one whose response time ends sooner. */
static void R5_the_detention_that_ends_first_stands_first(void **state)
{
    (void)state;
    enum { CASES = 3 };
    Concordat__V1__CaseStatus cases[CASES];
    Concordat__V1__CaseStatus *listed[CASES];
    Concordat__V1__Detention detentions[2];
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    static const char *const numbers[CASES] = {"R-1", "R-2", "R-3"};
    for (int i = 0; i < CASES; i++) {
        cases[i] = offered_case();
        cases[i].number = (char *)numbers[i];
        listed[i] = &cases[i];
    }
    for (int i = 0; i < 2; i++) {
        concordat__v1__detention__init(&detentions[i]);
        detentions[i].state = CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_HELD;
        detentions[i].until_ms = now_ms + (90 - 30 * i) * MINUTE;
        cases[i + 1].detention = &detentions[i];
    }
    board.cases = listed;
    board.n_cases = CASES;
    for (int ends_soon = 0; ends_soon < 2; ends_soon++) {
        detentions[0].warned = detentions[1].warned = ends_soon;
        cases[1].respond_by_ms -= ends_soon * MINUTE;
        const Concordat__V1__CaseStatus **sorted = board_in_order(&board, now_ms);
        assert_string_equal(sorted[0]->number, "R-3");
        assert_string_equal(sorted[1]->number, "R-2");
        assert_string_equal(sorted[2]->number, "R-1");
        free(sorted);
    }
}

static void R15_a_referrer_is_told_that_nobody_has_answered_and_whom_to_ring(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    status.state = CONCORDAT__V1__STATE__STATE_HELD;
    status.unheard = 2;
    char next[NEXT_SENTENCE_BYTES];
    next_sentence(&status, NULL, now_ms, next);
    assert_non_null(strstr(next, "NOBODY HAS ANSWERED YET, after 2 reminders: ring 01632 960001."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R15_the_board_begins_with_those_that_somebody_must_act_on),
        cmocka_unit_test(R5_the_detention_that_ends_first_stands_first),
        cmocka_unit_test(R15_a_referrer_is_told_that_nobody_has_answered_and_whom_to_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
