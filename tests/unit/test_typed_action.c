/* Typed words become the request that they say; if they cannot be read that is told and nothing is guessed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/terminal/typed_action.h"

enum { WORDS_MOST = 12 };

static const uint8_t typed_id[WIRE_ID_BYTES] = {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16};

static struct typed_action typed;

static bool read_typed_line(char *line)
{
    char *words[WORDS_MOST] = {0};
    int count = 0;
    char *rest = NULL;

    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count < WORDS_MOST - 1);
        words[count++] = word;
    }
    return typed_action_read(&typed, action_find(words[0]), count, words);
}

/* The line as the server would read it, bound to an id and attempt 3 of the live offer. */
static Concordat__V1__Request *typed_request(const char *line)
{
    static uint8_t bytes[4096];
    static struct arena arena;
    static char copy[500];
    struct wire_fault fault;
    uint8_t command_id[WIRE_ID_BYTES] = {9};

    snprintf(copy, sizeof copy, "%s", line);
    if (!read_typed_line(copy))
        fail_msg("%s: %s", line, typed.fault);
    if (action_names_case(typed.action.kind))
        action_bind(&typed.action, typed_id, 3);
    typed.action.request.command_id = (ProtobufCBinaryData){sizeof command_id, command_id};
    size_t size = concordat__v1__request__pack(&typed.action.request, bytes);
    if (!arena.memory)
        assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    Concordat__V1__Request *request = wire_unpack_request(bytes, size, &arena, &fault);
    if (!request)
        fail_msg("%s: %s", line, fault.text);
    return request;
}

static void assert_typed_id(ProtobufCBinaryData id)
{
    assert_int_equal(id.len, WIRE_ID_BYTES);
    assert_memory_equal(id.data, typed_id, WIRE_ID_BYTES);
}

static void an_accept_names_the_live_offer_and_the_minutes(void **state)
{
    (void)state;
    Concordat__V1__Accept *accept = typed_request("accept R-0412 20")->accept;
    assert_string_equal(typed.action.case_text, "R-0412");
    assert_typed_id(accept->referral);
    assert_int_equal(accept->attempt, 3);
    assert_int_equal(accept->expected_minutes, 20);
    assert_int_equal(typed_request("accept R-0412 20 --attempt 7")->accept->attempt, 7);
}

static void R10_zero_minutes_are_sent_and_no_minutes_are_not(void **state)
{
    (void)state;
    Concordat__V1__Accept *accept = typed_request("accept r-412 0")->accept;
    assert_int_equal(accept->arrival_case, CONCORDAT__V1__ACCEPT__ARRIVAL_EXPECTED_MINUTES);
    assert_int_equal(accept->expected_minutes, 0);
    Concordat__V1__CheckIn *check_in = typed_request("checkin R-0412 travelling 0")->check_in;
    assert_int_equal(check_in->arrival_case, CONCORDAT__V1__CHECK_IN__ARRIVAL_EXPECTED_MINUTES);
    check_in = typed_request("checkin R-0412 travelling")->check_in;
    assert_int_equal(check_in->arrival_case, CONCORDAT__V1__CHECK_IN__ARRIVAL__NOT_SET);
}

static void a_decline_carries_a_coded_reason_and_the_note(void **state)
{
    (void)state;
    Concordat__V1__Decline *decline = typed_request("decline R-0412 other lift is broken")->decline;
    assert_typed_id(decline->referral);
    assert_int_equal(decline->attempt, 3);
    assert_int_equal(decline->reason, CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_OTHER);
    assert_string_equal(decline->note, "lift is broken");
    assert_int_equal(typed_request("decline D-0007 safety-of-staff")->decline->reason,
                     CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_SAFETY_OF_STAFF);
    assert_string_equal(typed.action.case_text, "D-0007");
}

static void check_ins_say_step_mechanism_and_attendance(void **state)
{
    (void)state;
    Concordat__V1__CheckIn *check_in = typed_request("checkin R-0412 travelling 15")->check_in;
    assert_int_equal(check_in->step, CONCORDAT__V1__STEP__STEP_TRAVELLING);
    assert_int_equal(check_in->expected_minutes, 15);
    assert_int_equal(check_in->attend_status, 0);

    check_in = typed_request("checkin R-0412 arrived --at 2026-01-31T14:05:00Z")->check_in;
    assert_int_equal(check_in->step, CONCORDAT__V1__STEP__STEP_ARRIVED);
    assert_int_equal(check_in->occurred->unix_ms, 1769868300000);
    assert_int_equal(check_in->occurred->basis, CONCORDAT__V1__BASIS__BASIS_STATED);

    check_in = typed_request("checkin R-0412 contact face-to-face --assessed yes")->check_in;
    assert_int_equal(check_in->mechanism, CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_FACE_TO_FACE);
    assert_int_equal(check_in->attend_status, CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_ON_TIME);
    assert_int_equal(check_in->psychosocially_assessed, CONCORDAT__V1__ANSWERED__ANSWERED_YES);
    assert_null(check_in->occurred);

    check_in = typed_request("checkin R-0412 contact telephone --attended did-not-attend")->check_in;
    assert_int_equal(check_in->attend_status, CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_DID_NOT_ATTEND);
}

static void the_other_actions_say_what_was_typed(void **state)
{
    (void)state;
    Concordat__V1__Close *close_body =
        typed_request("close R-0412 crisis-home-treatment --assessed no")->close;
    assert_int_equal(close_body->outcome, CONCORDAT__V1__OUTCOME__OUTCOME_CRISIS_HOME_TREATMENT);
    assert_int_equal(close_body->psychosocially_assessed, CONCORDAT__V1__ANSWERED__ANSWERED_NO);
    assert_string_equal(typed_request("handover R-0412 southfell-crisis")->handover->to_team,
                        "southfell-crisis");
    assert_string_equal(typed_request("handover R-0412")->handover->to_team, "");
    assert_int_equal(typed_request("take R-0412")->command_case, CONCORDAT__V1__REQUEST__COMMAND_TAKE);
    assert_string_equal(typed_request("assign R-0412 northmoor-crisis")->assign->to_team, "northmoor-crisis");
    assert_string_equal(typed_request("withdraw R-0412 went home with family")->withdraw->reason,
                        "went home with family");
    assert_string_equal(typed_request("show R-0412 on our way")->get_record->reason, "on our way");
    assert_typed_id(typed_request("status R-0412")->get_status->referral);
    assert_int_equal(typed_request("capacity 3")->set_capacity->free_places, 3);
    Concordat__V1__Cover *cover = typed_request("cover southfell --for 1h30m --reason overload")->cover;
    assert_string_equal(cover->area, "southfell");
    assert_int_equal(cover->minutes, 90);
    assert_int_equal(cover->reason, CONCORDAT__V1__COVER_REASON__COVER_REASON_OVERLOAD);
    assert_int_equal(typed_request("cover --end southfell")->cover->minutes, 0);
}

static void each_example_in_the_help_can_be_typed(void **state)
{
    (void)state;
    for (const struct action_kind *kind = action_kinds; kind->name; kind++) {
        const char *line = kind->examples;
        while (*line != '\0') {
            char copy[200];
            size_t length = strcspn(line, "\n");
            snprintf(copy, sizeof copy, "%.*s", (int)length, line);
            typed_request(copy);
            assert_ptr_equal(typed.action.kind, kind);
            line += length + (line[length] != '\0');
        }
    }
}

static void words_that_cannot_be_read_are_told_and_not_guessed(void **state)
{
    (void)state;
    static const struct {
        const char *line, *told;
    } lines[] = {
        {"accept R-0412", "something is missing: accept CASE MINUTES"},
        {"accept R-0412 soon", "MINUTES is a whole number from 0 to 1440"},
        {"accept R-0412 -5", "accept CASE MINUTES"},
        {"accept R-0412 1441", "MINUTES is a whole number from 0 to 1440"},
        {"accept R-0412 20 30", "\"30\" is too much: accept CASE MINUTES"},
        {"accept R-0412 20 --attempt x", "--attempt is a whole number from 0 to 1000000"},
        {"accept Northmoor 20", "CASE is a spoken number such as R-0412, or a referral's id"},
        {"decline R-0412", "something is missing: decline CASE REASON [NOTE...]"},
        {"decline R-0412 other", "\"other\" needs a note: a few words why, nothing that names the person"},
        {"checkin R-0412 flying", "STEP is one of: travelling, arrived, contact"},
        {"checkin R-0412 contact", "say how the contact was made, such as face-to-face"},
        {"checkin R-0412 contact shouting",
         "HOW is one of: face-to-face, telephone, talk-type, email, text, video"},
        {"checkin R-0412 contact telephone 5",
         "\"5\" is too much: checkin CASE travelling [MINUTES] | arrived | contact HOW"},
        {"checkin R-0412 arrived 5", "nothing follows \"arrived\""},
        {"checkin R-0412 arrived --at yesterday",
         "--at takes a time such as 14:05, \"yesterday 14:05\" or 31/01/2026 14:05"},
        {"show R-0412", "something is missing: show CASE REASON..."},
        {"capacity many", "PLACES is a whole number from 0 to 1000"},
        {"cover southfell", "say for how long, such as 2h, or that it ends"},
        {"cover southfell --for 2h --end", "it cannot both last and end"},
        {"cover southfell --for 0h --reason asked",
         "--for is a span such as 45m, 2h or 1h30m, and at most 12h"},
        {"handover R-0412 a b", "\"b\" is too much: handover CASE [TEAM]"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char copy[200];
        snprintf(copy, sizeof copy, "%s", lines[i].line);
        if (read_typed_line(copy))
            fail_msg("\"%s\" was read", lines[i].line);
        assert_string_equal(typed.fault, lines[i].told);
    }
}

static void words_of_one_text_are_joined_and_never_cut(void **state)
{
    (void)state;
    char word[ACTION_TEXT_BYTES] = "",
         *line[] = {(char *)"withdraw", (char *)"R-0412", word, (char *)"x", NULL};
    memset(word, 'y', ACTION_TEXT_BYTES - 3);
    assert_true(typed_action_read(&typed, action_find("withdraw"), 4, line));
    assert_int_equal(strlen(typed.action.body.withdraw.reason), ACTION_TEXT_BYTES - 1);
    word[ACTION_TEXT_BYTES - 3] = 'y';
    assert_false(typed_action_read(&typed, action_find("withdraw"), 4, line));
    assert_string_equal(typed.fault, "the text is longer than 511 characters");
}

static void an_option_that_is_a_text_takes_all_words_behind_it(void **state)
{
    (void)state;
    static const char *const lines[] = {"reopen R-0412 --because the next one was meant",
                                        "reopen --because=the R-0412 next one was meant"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const Concordat__V1__Request *request = typed_request(lines[i]);
        assert_string_equal(request->reopen->reason, "the next one was meant");
        assert_typed_id(request->reopen->referral);
    }
    char without[] = "reopen R-0412", too_much[] = "reopen R-0412 the next one";
    assert_false(read_typed_line(without));
    assert_false(read_typed_line(too_much));
    assert_string_equal(typed.fault, "\"the\" is too much: reopen CASE --because REASON...");
}

static void a_referral_id_with_its_attempt_needs_no_look_up(void **state)
{
    (void)state;
    char line[] = "accept 01020304-0506-7008-800a-0b0c0d0e0f10 20 --attempt 2";
    assert_true(read_typed_line(line));
    assert_true(typed.action.case_is_id);
    assert_memory_equal(typed.action.id, typed_id, WIRE_ID_BYTES);
    assert_false(action_needs_attempt(&typed.action));
    char without[] = "accept 01020304-0506-7008-800a-0b0c0d0e0f10 20";
    assert_true(read_typed_line(without));
    assert_true(action_needs_attempt(&typed.action));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accept_names_the_live_offer_and_the_minutes),
        cmocka_unit_test(R10_zero_minutes_are_sent_and_no_minutes_are_not),
        cmocka_unit_test(a_decline_carries_a_coded_reason_and_the_note),
        cmocka_unit_test(check_ins_say_step_mechanism_and_attendance),
        cmocka_unit_test(the_other_actions_say_what_was_typed),
        cmocka_unit_test(each_example_in_the_help_can_be_typed),
        cmocka_unit_test(words_that_cannot_be_read_are_told_and_not_guessed),
        cmocka_unit_test(words_of_one_text_are_joined_and_never_cut),
        cmocka_unit_test(an_option_that_is_a_text_takes_all_words_behind_it),
        cmocka_unit_test(a_referral_id_with_its_attempt_needs_no_look_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
