/* Typed words become the request that they say, and what cannot be read is told and not guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/cli/action.h"

enum { WORDS = 12 };

static const uint8_t some_id[WIRE_ID_BYTES] = {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16};

static struct action action;

/* Reads a line; the words live as long as the test's line. */
static bool read_line(char *line)
{
    char *words[WORDS] = {0};
    int count = 0;
    char *rest = NULL;

    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count < WORDS - 1);
        words[count++] = word;
    }
    return action_read(&action, action_find(words[0]), count, words);
}

/* The line as the server would read it, bound to an id and the live offer's attempt 3. */
static Concordat__V1__Request *request_of(const char *line)
{
    static uint8_t bytes[4096];
    static struct arena arena;
    static char copy[500];
    struct wire_fault fault;
    uint8_t command_id[WIRE_ID_BYTES] = {9};

    snprintf(copy, sizeof copy, "%s", line);
    if (!read_line(copy))
        fail_msg("%s: %s", line, action.fault);
    if (action_needs_case(&action))
        action_bind(&action, some_id, 3);
    action.request.command_id = (ProtobufCBinaryData){sizeof command_id, command_id};
    size_t size = concordat__v1__request__pack(&action.request, bytes);
    if (!arena.memory)
        assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    Concordat__V1__Request *request = wire_unpack_request(bytes, size, &arena, &fault);
    if (!request)
        fail_msg("%s: %s", line, fault.text);
    return request;
}

static void assert_id(ProtobufCBinaryData id)
{
    assert_int_equal(id.len, WIRE_ID_BYTES);
    assert_memory_equal(id.data, some_id, WIRE_ID_BYTES);
}

static void an_accept_names_the_live_offer_and_the_minutes(void **state)
{
    (void)state;
    Concordat__V1__Accept *accept = request_of("accept R-0412 20")->accept;
    assert_string_equal(action.case_text, "R-0412");
    assert_id(accept->referral);
    assert_int_equal(accept->attempt, 3);
    assert_int_equal(accept->expected_minutes, 20);
    assert_int_equal(request_of("accept R-0412 20 --attempt 7")->accept->attempt, 7);
    assert_int_equal(request_of("accept r-412 0")->accept->expected_minutes, 0);
}

static void a_decline_carries_a_coded_reason_and_the_note(void **state)
{
    (void)state;
    Concordat__V1__Decline *decline = request_of("decline R-0412 other lift is broken")->decline;
    assert_id(decline->referral);
    assert_int_equal(decline->attempt, 3);
    assert_int_equal(decline->reason, CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_OTHER);
    assert_string_equal(decline->note, "lift is broken");
    assert_int_equal(request_of("decline D-0007 safety-of-staff")->decline->reason,
                     CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_SAFETY_OF_STAFF);
    assert_string_equal(action.case_text, "D-0007");
}

static void check_ins_say_step_mechanism_and_attendance(void **state)
{
    (void)state;
    Concordat__V1__CheckIn *check_in = request_of("checkin R-0412 travelling 15")->check_in;
    assert_int_equal(check_in->step, CONCORDAT__V1__STEP__STEP_TRAVELLING);
    assert_int_equal(check_in->expected_minutes, 15);
    assert_int_equal(check_in->attend_status, 0);

    check_in = request_of("checkin R-0412 arrived --at 2026-01-31T14:05:00Z")->check_in;
    assert_int_equal(check_in->step, CONCORDAT__V1__STEP__STEP_ARRIVED);
    assert_int_equal(check_in->occurred->unix_ms, 1769868300000);
    assert_int_equal(check_in->occurred->basis, CONCORDAT__V1__BASIS__BASIS_STATED);

    check_in = request_of("checkin R-0412 contact face-to-face --assessed yes")->check_in;
    assert_int_equal(check_in->mechanism, CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_FACE_TO_FACE);
    assert_int_equal(check_in->attend_status, CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_ON_TIME);
    assert_int_equal(check_in->psychosocially_assessed, CONCORDAT__V1__ANSWERED__ANSWERED_YES);
    assert_null(check_in->occurred);

    check_in = request_of("checkin R-0412 contact telephone --attended did-not-attend")->check_in;
    assert_int_equal(check_in->attend_status, CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_DID_NOT_ATTEND);
}

static void the_other_actions_say_what_was_typed(void **state)
{
    (void)state;
    Concordat__V1__Close *close_body = request_of("close R-0412 crisis-home-treatment --assessed no")->close;
    assert_int_equal(close_body->outcome, CONCORDAT__V1__OUTCOME__OUTCOME_CRISIS_HOME_TREATMENT);
    assert_int_equal(close_body->psychosocially_assessed, CONCORDAT__V1__ANSWERED__ANSWERED_NO);
    assert_string_equal(request_of("handover R-0412 southfell-crisis")->handover->to_team,
                        "southfell-crisis");
    assert_string_equal(request_of("handover R-0412")->handover->to_team, "");
    assert_string_equal(request_of("take R-0412 MB")->take->by, "MB");
    assert_string_equal(request_of("assign R-0412 northmoor-crisis")->assign->to_team, "northmoor-crisis");
    assert_string_equal(request_of("withdraw R-0412 went home with family")->withdraw->reason,
                        "went home with family");
    assert_string_equal(request_of("show R-0412 on our way")->get_record->reason, "on our way");
    assert_id(request_of("status R-0412")->get_status->referral);
    assert_int_equal(request_of("capacity 3")->set_capacity->free_places, 3);
}

static void every_decline_reason_in_the_schema_can_be_typed_and_stands_in_the_help(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *reasons = &concordat__v1__decline_reason__descriptor;
    for (unsigned i = 0; i < reasons->n_values; i++) {
        char word[WORDS_MAX], line[200];
        action_typed_word(reasons, reasons->values[i].value, word);
        if (word[0] == '\0')
            continue;
        snprintf(line, sizeof line, "decline R-0412 %s why", word);
        assert_int_equal(request_of(line)->decline->reason, reasons->values[i].value);
        if (strstr(action_find("decline")->help, word) == NULL)
            fail_msg("%s does not stand in the help of decline", word);
    }
}

static void every_outcome_in_the_schema_can_be_typed_and_stands_in_the_help(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *outcomes = &concordat__v1__outcome__descriptor;
    for (unsigned i = 0; i < outcomes->n_values; i++) {
        char word[WORDS_MAX], line[200];
        action_typed_word(outcomes, outcomes->values[i].value, word);
        if (word[0] == '\0')
            continue;
        snprintf(line, sizeof line, "close R-0412 %s", word);
        assert_int_equal(request_of(line)->close->outcome, outcomes->values[i].value);
        if (strstr(action_find("close")->help, word) == NULL)
            fail_msg("%s does not stand in the help of close", word);
    }
}

static void what_cannot_be_read_is_told_and_not_guessed(void **state)
{
    (void)state;
    static const struct {
        const char *line, *told;
    } lines[] = {
        {"accept R-0412", "CASE MINUTES"},
        {"accept R-0412 soon", "MINUTES"},
        {"accept R-0412 -5", "accept CASE MINUTES"},
        {"accept R-0412 1441", "MINUTES"},
        {"accept R-0412 20 30", "too much"},
        {"accept Northmoor 20", "CASE"},
        {"decline R-0412", "CASE REASON"},
        {"decline R-0412 busy", "no-capacity"},
        {"decline R-0412 other", "note"},
        {"checkin R-0412 flying", "travelling"},
        {"checkin R-0412 contact", "face-to-face"},
        {"checkin R-0412 contact shouting", "telephone"},
        {"checkin R-0412 arrived 5", "arrived"},
        {"checkin R-0412 arrived --at yesterday", "--at"},
        {"close R-0412 fine", "advice"},
        {"show R-0412", "REASON"},
        {"withdraw R-0412", "REASON"},
        {"capacity many", "PLACES"},
        {"handover R-0412 a b", "too much"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char copy[200];
        snprintf(copy, sizeof copy, "%s", lines[i].line);
        if (read_line(copy))
            fail_msg("\"%s\" was read", lines[i].line);
        if (strstr(action.fault, lines[i].told) == NULL)
            fail_msg("\"%s\" is told as: %s", lines[i].line, action.fault);
    }
}

static void a_referral_id_with_its_attempt_needs_no_look_up(void **state)
{
    (void)state;
    char line[] = "accept 01020304-0506-7008-800a-0b0c0d0e0f10 20 --attempt 2";
    assert_true(read_line(line));
    assert_true(action.case_is_id);
    assert_memory_equal(action.id, some_id, WIRE_ID_BYTES);
    assert_false(action_needs_attempt(&action));
    char without[] = "accept 01020304-0506-7008-800a-0b0c0d0e0f10 20";
    assert_true(read_line(without));
    assert_true(action_needs_attempt(&action));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accept_names_the_live_offer_and_the_minutes),
        cmocka_unit_test(a_decline_carries_a_coded_reason_and_the_note),
        cmocka_unit_test(check_ins_say_step_mechanism_and_attendance),
        cmocka_unit_test(the_other_actions_say_what_was_typed),
        cmocka_unit_test(every_decline_reason_in_the_schema_can_be_typed_and_stands_in_the_help),
        cmocka_unit_test(every_outcome_in_the_schema_can_be_typed_and_stands_in_the_help),
        cmocka_unit_test(what_cannot_be_read_is_told_and_not_guessed),
        cmocka_unit_test(a_referral_id_with_its_attempt_needs_no_look_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
