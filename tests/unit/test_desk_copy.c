/* The gateway's copy of a desk's cases follows the news, and what a board has not goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/desk_copy.h"

static struct desk_copy copy;
static unsigned changes;

static void count_change(void *context, const uint8_t *id)
{
    (void)context;
    changes += id != NULL;
}

static int begin_copy(void **state)
{
    (void)state;
    copy = (struct desk_copy){
        .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "northmoor-crisis", .changed = count_change};
    changes = 0;
    return 0;
}

static int end_copy(void **state)
{
    (void)state;
    desk_copy_close(&copy);
    return 0;
}

static uint8_t ids[4][WIRE_ID_BYTES] = {{1}, {2}, {3}, {4}};

/* A case that the team has accepted; with an attempt it is asked instead. */
static Concordat__V1__CaseStatus stands(unsigned which, uint64_t seq, uint32_t attempt)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, ids[which]};
    status.number = (char *)"R-0001";
    status.state = attempt ? CONCORDAT__V1__STATE__STATE_OFFERED : CONCORDAT__V1__STATE__STATE_ACCEPTED;
    status.owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    status.owner = (char *)"northmoor-crisis";
    status.asked_team = (char *)(attempt ? "northmoor-crisis" : "");
    status.attempt = attempt;
    status.seq = seq;
    return status;
}

static void hear_status(Concordat__V1__CaseStatus status)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
    message.status = &status;
    desk_copy_take(&copy, &message);
}

static void hear_offer(unsigned which, uint64_t seq, uint32_t attempt)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Offer offer = CONCORDAT__V1__OFFER__INIT;
    Concordat__V1__CaseStatus status = stands(which, seq, attempt);
    offer.referral = status.referral;
    offer.attempt = attempt;
    offer.status = &status;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER;
    message.offer = &offer;
    desk_copy_take(&copy, &message);
}

static void hear_board(Concordat__V1__CaseStatus *status)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    board.cases = &status;
    board.n_cases = status ? 1 : 0;
    board.now_ms = 7;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_BOARD;
    message.board = &board;
    desk_copy_take(&copy, &message);
}

static void an_offer_is_there_until_another_attempt_or_its_end(void **state)
{
    (void)state;
    hear_offer(0, 5, 1);
    assert_int_equal(desk_copy_find(&copy, ids[0])->offer->attempt, 1);
    hear_status(stands(0, 6, 1));
    assert_non_null(desk_copy_find(&copy, ids[0])->offer);
    hear_offer(0, 7, 2);
    assert_int_equal(desk_copy_find(&copy, ids[0])->offer->attempt, 2);
    hear_status(stands(0, 8, 0));
    assert_null(desk_copy_find(&copy, ids[0])->offer);
    assert_int_equal(copy.count, 1);
}

static void what_ended_or_went_to_others_leaves_a_teams_copy(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus closed = stands(0, 6, 0), others = stands(1, 6, 0);
    hear_status(stands(0, 5, 0));
    hear_status(stands(1, 5, 0));
    assert_int_equal(copy.count, 2);
    closed.state = CONCORDAT__V1__STATE__STATE_CLOSED;
    others.owner = (char *)"southfell-crisis";
    hear_status(closed);
    hear_status(others);
    assert_int_equal(copy.count, 0);
    assert_int_equal(changes, 4);
}

static void older_news_change_nothing(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus closed = stands(0, 4, 0);
    closed.state = CONCORDAT__V1__STATE__STATE_CLOSED;
    hear_status(stands(0, 5, 0));
    hear_status(closed);
    hear_status(stands(0, 3, 1));
    assert_int_equal(desk_copy_find(&copy, ids[0])->status->seq, 5);
}

static void what_a_board_has_not_goes_unless_it_was_heard_of_meanwhile(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus boards = stands(2, 5, 0), same = stands(0, 5, 0);
    hear_status(stands(0, 5, 0));
    hear_status(stands(1, 5, 0));
    desk_copy_begin(&copy);
    hear_status(stands(1, 6, 0));
    hear_board(&boards);
    assert_null(desk_copy_find(&copy, ids[0]));
    assert_int_equal(desk_copy_find(&copy, ids[1])->status->seq, 6);
    assert_non_null(desk_copy_find(&copy, ids[2]));
    assert_int_equal(copy.board->now_ms, 7);
    assert_int_equal(copy.board->n_cases, 0);
    hear_status(same);
    desk_copy_begin(&copy);
    hear_board(&same); /* no newer, but it is on the board */
    assert_non_null(desk_copy_find(&copy, ids[0]));
    assert_int_equal(copy.count, 1);
}

int main(void)
{
#define copy_test(name) cmocka_unit_test_setup_teardown(name, begin_copy, end_copy)
    const struct CMUnitTest tests[] = {
        copy_test(an_offer_is_there_until_another_attempt_or_its_end),
        copy_test(what_ended_or_went_to_others_leaves_a_teams_copy),
        copy_test(older_news_change_nothing),
        copy_test(what_a_board_has_not_goes_unless_it_was_heard_of_meanwhile),
    };
    return cmocka_run_group_tests_name("desk copy", tests, NULL, NULL);
}
