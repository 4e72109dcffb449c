/* From the case that a person names to what the server needs to know, by one question and its answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/desk/resolve.h"

static uint8_t resolve_id[WIRE_ID_BYTES] = {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16};
static const char resolve_uuid[] = "01020304-0506-7008-800a-0b0c0d0e0f10";

static struct action action;
static struct resolve resolve;
static Concordat__V1__CaseStatus status;
static Concordat__V1__Answer answer;
static Concordat__V1__Message message;

static Concordat__V1__Request *question_for(const char *kind, const char *name)
{
    action_start(&action, action_find(kind));
    if (name)
        assert_true(action_set(&action, "case", name));
    return resolve_question(&resolve, &action);
}

/* The server's answer, with the case as one that is offered in attempt 3. */
static const Concordat__V1__Message *answer_with_case(bool done)
{
    concordat__v1__case_status__init(&status);
    concordat__v1__answer__init(&answer);
    concordat__v1__message__init(&message);
    status.referral = (ProtobufCBinaryData){sizeof resolve_id, resolve_id};
    status.attempt = 3;
    answer.done = done;
    answer.status = &status;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message.answer = &answer;
    return &message;
}

static void nothing_is_asked_if_the_action_knows_it_all(void **state)
{
    (void)state;
    assert_null(question_for("capacity", NULL));
    assert_null(question_for("close", resolve_uuid));
    assert_memory_equal(action.body.close.referral.data, resolve_id, WIRE_ID_BYTES);
    action_start(&action, action_find("accept"));
    assert_true(action_set(&action, "case", resolve_uuid) && action_set(&action, "attempt", "2"));
    assert_null(resolve_question(&resolve, &action));
    assert_int_equal(action.body.accept.attempt, 2);
}

static void a_number_is_asked_for_and_the_answer_completes_the_action(void **state)
{
    (void)state;
    Concordat__V1__Request *question = question_for("accept", "r-412");
    assert_non_null(question);
    assert_string_equal(question->get_status->number, "R-0412");
    assert_int_equal(question->get_status->referral.len, 0);
    assert_null(resolve_refusal(&resolve, &action, answer_with_case(true)));
    assert_memory_equal(action.body.accept.referral.data, resolve_id, WIRE_ID_BYTES);
    assert_int_equal(action.body.accept.attempt, 3);
}

static void an_id_without_the_attempt_of_its_offer_is_asked_for_by_id(void **state)
{
    (void)state;
    Concordat__V1__Request *question = question_for("decline", resolve_uuid);
    assert_non_null(question);
    assert_string_equal(question->get_status->number, "");
    assert_memory_equal(question->get_status->referral.data, resolve_id, WIRE_ID_BYTES);
}

static void a_refusal_is_what_is_shown(void **state)
{
    (void)state;
    assert_non_null(question_for("close", "R-0412"));
    const Concordat__V1__Message *refused = answer_with_case(false);
    assert_ptr_equal(resolve_refusal(&resolve, &action, refused), refused);
    const Concordat__V1__Message *without_id = answer_with_case(true);
    status.referral.len = 0;
    assert_ptr_equal(resolve_refusal(&resolve, &action, without_id), without_id);
}

static void an_offer_that_is_not_there_is_said_with_who_holds_the_case(void **state)
{
    (void)state;
    assert_non_null(question_for("accept", "R-0412"));
    const Concordat__V1__Message *held = answer_with_case(true);
    status.attempt = 0;
    const Concordat__V1__Message *shown = resolve_refusal(&resolve, &action, held);
    assert_non_null(shown);
    assert_false(shown->answer->done);
    assert_int_equal(shown->answer->refusal, CONCORDAT__V1__REFUSAL__REFUSAL_OFFER_ENDED);
    assert_ptr_equal(shown->answer->status, &status);
    assert_non_null(question_for("status", "R-0412"));
    assert_null(resolve_refusal(&resolve, &action, held));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_asked_if_the_action_knows_it_all),
        cmocka_unit_test(a_number_is_asked_for_and_the_answer_completes_the_action),
        cmocka_unit_test(an_id_without_the_attempt_of_its_offer_is_asked_for_by_id),
        cmocka_unit_test(a_refusal_is_what_is_shown),
        cmocka_unit_test(an_offer_that_is_not_there_is_said_with_who_holds_the_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
