/* The server is told what a referrer was shown, and a referrer is shown only what is new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/desk/told.h"

static uint8_t told_id[WIRE_ID_BYTES] = {1}, other_id[WIRE_ID_BYTES] = {2};

static Concordat__V1__CaseStatus status;
static Concordat__V1__Answer answer;
static Concordat__V1__Message message;

/* A status by itself, or inside an answer. */
static const Concordat__V1__Message *message_with(Concordat__V1__State state, bool in_answer)
{
    concordat__v1__case_status__init(&status);
    concordat__v1__answer__init(&answer);
    concordat__v1__message__init(&message);
    status.referral = (ProtobufCBinaryData){sizeof told_id, told_id};
    status.state = state;
    answer.done = true;
    answer.status = &status;
    message.body_case = in_answer ? CONCORDAT__V1__MESSAGE__BODY_ANSWER : CONCORDAT__V1__MESSAGE__BODY_STATUS;
    if (in_answer)
        message.answer = &answer;
    else
        message.status = &status;
    return &message;
}

static void a_referrer_who_was_shown_a_state_is_told_and_nobody_else(void **state)
{
    (void)state;
    struct told_request told;
    for (int in_answer = 0; in_answer <= 1; in_answer++) {
        const Concordat__V1__Message *shown =
            message_with(CONCORDAT__V1__STATE__STATE_ACCEPTED, in_answer != 0);
        assert_true(told_make_request(&told, shown, CONCORDAT__V1__ROLE__ROLE_REFERRER));
        assert_int_equal(told.request.told->state, CONCORDAT__V1__STATE__STATE_ACCEPTED);
        assert_memory_equal(told.request.told->referral.data, told_id, WIRE_ID_BYTES);
        assert_ptr_not_equal(told.request.told->referral.data, told_id);
        assert_false(told_make_request(&told, shown, CONCORDAT__V1__ROLE__ROLE_TEAM));
    }
}

static void a_case_that_is_only_saved_and_a_refusal_tell_nobody_anything(void **state)
{
    (void)state;
    struct told_request told;
    const Concordat__V1__Role referrer = CONCORDAT__V1__ROLE__ROLE_REFERRER;
    assert_false(
        told_make_request(&told, message_with(CONCORDAT__V1__STATE__STATE_UNSPECIFIED, false), referrer));
    const Concordat__V1__Message *refused = message_with(CONCORDAT__V1__STATE__STATE_OFFERED, true);
    answer.done = false;
    assert_false(told_make_request(&told, refused, referrer));
}

static void the_same_is_no_news_and_each_change_that_matters_is(void **state)
{
    (void)state;
    struct told_case told = {.id = {1}};
    message_with(CONCORDAT__V1__STATE__STATE_OFFERED, false);
    assert_true(told_case_note(&told, &status));
    assert_true(told.received);
    assert_false(told.accepted);
    assert_false(told_case_note(&told, &status));
    status.seq++;
    assert_false(told_case_note(&told, &status));
    status.owner = (char *)"southfell-crisis";
    assert_true(told_case_note(&told, &status));
    status.taken_by = (char *)"p117";
    assert_true(told_case_note(&told, &status));
    status.attempt++;
    assert_true(told_case_note(&told, &status));
    status.act_by_ms++;
    assert_true(told_case_note(&told, &status));
    status.expected_arrival_ms++;
    assert_true(told_case_note(&told, &status));
    status.lease_warned = true;
    assert_true(told_case_note(&told, &status));
    status.state = CONCORDAT__V1__STATE__STATE_ACCEPTED;
    assert_true(told_case_note(&told, &status));
    assert_true(told.accepted);
    assert_false(told_case_note(&told, &status));
}

static void news_concerns_its_own_case_and_comes_from_the_router(void **state)
{
    (void)state;
    struct told_case told = {.id = {1}};
    assert_true(told_case_concerns(&told, message_with(CONCORDAT__V1__STATE__STATE_OFFERED, false)));
    assert_false(told_case_concerns(&told, message_with(CONCORDAT__V1__STATE__STATE_OFFERED, true)));
    assert_false(told_case_concerns(&told, message_with(CONCORDAT__V1__STATE__STATE_UNSPECIFIED, false)));
    const Concordat__V1__Message *other = message_with(CONCORDAT__V1__STATE__STATE_OFFERED, false);
    status.referral.data = other_id;
    assert_false(told_case_concerns(&told, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_referrer_who_was_shown_a_state_is_told_and_nobody_else),
        cmocka_unit_test(a_case_that_is_only_saved_and_a_refusal_tell_nobody_anything),
        cmocka_unit_test(the_same_is_no_news_and_each_change_that_matters_is),
        cmocka_unit_test(news_concerns_its_own_case_and_comes_from_the_router),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
