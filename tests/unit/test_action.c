/* Named values of an action, in any order, make the request that they say; a fault names its field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "broker/shell/roles.h"
#include "services/desk/action.h"
#include "services/desk/action_labels.h"

static const uint8_t action_id[WIRE_ID_BYTES] = {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16};

static struct action action;

struct given {
    const char *name, *text;
};

/* Sets the values up to the first without a name, in their order. False with action.fault. */
static bool fill_in(const char *kind, const struct given *given)
{
    action_start(&action, action_find(kind));
    for (; given->name; given++)
        if (!action_set(&action, given->name, given->text))
            return false;
    return action_check(&action);
}

/* The request as the server would read it. */
static Concordat__V1__Request *request_made(void)
{
    static uint8_t bytes[4096];
    static struct arena arena;
    struct wire_fault fault;
    uint8_t command_id[WIRE_ID_BYTES] = {9};
    if (action_names_case(action.kind))
        action_bind(&action, action_id, 3);
    action.request.command_id = (ProtobufCBinaryData){sizeof command_id, command_id};
    size_t size = concordat__v1__request__pack(&action.request, bytes);
    if (!arena.memory)
        assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    Concordat__V1__Request *request = wire_unpack_request(bytes, size, &arena, &fault);
    if (!request)
        fail_msg("%s", fault.text);
    return request;
}

static void values_may_be_given_in_any_order(void **state)
{
    (void)state;
    assert_true(fill_in("checkin", (struct given[]){{"attended", "did not attend"},
                                                    {"how", "telephone"},
                                                    {"step", "contact"},
                                                    {"at", "2026-01-31T14:05:00Z"},
                                                    {"case", "R-412"},
                                                    {NULL, NULL}}));
    assert_string_equal(action.case_text, "R-0412");
    Concordat__V1__CheckIn *check_in = request_made()->check_in;
    assert_memory_equal(check_in->referral.data, action_id, WIRE_ID_BYTES);
    assert_int_equal(check_in->mechanism, CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_TELEPHONE);
    assert_int_equal(check_in->attend_status, CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_DID_NOT_ATTEND);
    assert_int_equal(check_in->occurred->unix_ms, 1769868300000);
}

/* The router alone notes such a step: nobody is told to type it, and nobody can. */
static void a_code_that_nobody_types_is_in_no_list(void **state)
{
    char help[ACTION_HELP_BYTES];
    (void)state;
    action_help(action_find("detention"), help);
    assert_non_null(strstr(help, "corrected, ended"));
    assert_null(strstr(help, "noted"));
    assert_false(fill_in("detention", (struct given[]){{"case", "R-412"}, {"step", "noted"}, {NULL, NULL}}));
    assert_string_equal(action.faulty->name, "step");
}

static void a_value_that_is_given_again_takes_the_place_of_the_first(void **state)
{
    (void)state;
    assert_true(fill_in("decline", (struct given[]){{"case", "01020304-0506-7008-800a-0b0c0d0e0f10"},
                                                    {"case", "D-7"},
                                                    {"reason", "too-far"},
                                                    {"reason", "other"},
                                                    {"note", "no car"},
                                                    {"note", "no car tonight"},
                                                    {NULL, NULL}}));
    assert_string_equal(action.case_text, "D-0007");
    assert_false(action.case_is_id);
    Concordat__V1__Decline *decline = request_made()->decline;
    assert_int_equal(decline->reason, CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_OTHER);
    assert_string_equal(decline->note, "no car tonight");
}

static void two_different_people_erase_and_one_sets_a_hold(void **state)
{
    (void)state;
    struct given erase[] = {{"case", "R-0412"}, {"second", "p204"}, {"reason", "retention"}, {NULL, NULL}};
    assert_true(fill_in("erase", erase));
    assert_string_equal(request_made()->erase->second_person, "p204");
    assert_true(action.kind->is_final && action.kind->needs_person && !action.confirmed);
    for (int on = 0; on < 2; on++) {
        assert_true(fill_in("hold", (struct given[]){{"case", "R-0412"},
                                                     {on ? "on" : "off", ""},
                                                     {"reason", "police-investigation"},
                                                     {NULL, NULL}}));
        assert_int_equal(request_made()->set_hold->on, on);
        assert_true(action.kind->needs_person);
    }
}

static void a_fault_names_the_field_so_that_a_form_can_mark_it(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        struct given given[4];
        const char *field, *fault; /* no field: the fault is a sentence of its own */
    } faults[] = {
        {"accept", {{"minutes", "soon"}}, "minutes", "is a whole number from 0 to 1440"},
        {"accept", {{"case", "Northmoor"}}, "case", "is a spoken number such as R-0412, or a referral's id"},
        {"accept", {{"when", "20"}}, NULL, "there is no \"when\" in accept"},
        {"accept", {{"case", "R-0412"}}, NULL, "something is missing: accept CASE MINUTES"},
        {"checkin",
         {{"case", "R-0412"}, {"how", "shouting"}},
         "how",
         "is one of: face-to-face, telephone, talk-type, email, text, video"},
        {"checkin",
         {{"at", "yesterday"}},
         "at",
         "takes a time such as 14:05, \"yesterday 14:05\" or 31/01/2026 14:05"},
        {"checkin",
         {{"case", "R-0412"}, {"minutes", "5"}, {"step", "arrived"}},
         "minutes",
         "does not go with this step"},
        {"checkin",
         {{"case", "R-0412"}, {"step", "contact"}},
         NULL,
         "say how the contact was made, such as face-to-face"},
        {"cover", {{"for", "two hours"}}, "for", "is a span such as 45m, 2h or 1h30m, and at most 12h"},
        {"cover", {{"for", "12h1m"}}, "for", "is a span such as 45m, 2h or 1h30m, and at most 12h"},
        {"cover", {{"reason", "bored"}}, "reason", "is one of: asked, absent, overload"},
        {"cover", {{"area", "southfell"}, {"for", "2h"}}, NULL, "say why: asked, absent or overload"},
        {"erase",
         {{"second", "Mary"}},
         "second",
         "is the id of a person in your own list, such as p117, and never a name"},
        {"erase",
         {{"second", "p1174567890"}},
         "second",
         "is the id of a person in your own list, such as p117, and never a name"},
        {"erase",
         {{"reason", "untidy"}},
         "reason",
         "is one of: retention, person-asked, mistake, court-order, test-data"},
        {"erase",
         {{"case", "R-0412"}, {"reason", "mistake"}},
         NULL,
         "something is missing: erase CASE --second PERSON --reason REASON"},
        {"hold", {{"case", "R-0412"}, {"reason", "inquest"}}, NULL, "say either --on or --off"},
        {"decline",
         {{"case", "R-0412"}, {"reason", "other"}},
         NULL,
         "\"other\" needs a note: a few words why, nothing that names the person"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (fill_in(faults[i].kind, faults[i].given))
            fail_msg("not found: %s", faults[i].fault);
        assert_string_equal(action.fault, faults[i].fault);
        if (faults[i].field)
            assert_string_equal(action.faulty->name, faults[i].field);
        else
            assert_null(action.faulty);
    }
}

static void R17_a_time_of_an_action_is_typed_as_people_say_it(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        int64_t unix_ms;
    } rows[] = {{"14:05", 1769868300000},
                {"2.05pm", 1769868300000},
                {"yesterday 14:05", 1769781900000},
                {"31/01/2026 14:05", 1769868300000},
                {"5 minutes ago", 1769868300000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        action_start(&action, action_find("checkin"));
        action.now_ms = 1769868300000 + 5 * 60 * 1000;
        assert_true(action_set(&action, "at", rows[i].typed));
        assert_int_equal(action.occurred.unix_ms, rows[i].unix_ms);
    }
}

static void a_text_is_taken_up_to_its_limit_and_never_cut(void **state)
{
    (void)state;
    char text[ACTION_TEXT_BYTES + 1];
    memset(text, 'x', sizeof text);
    text[ACTION_TEXT_BYTES] = '\0';
    action_start(&action, action_find("withdraw"));
    assert_false(action_set(&action, "reason", text));
    assert_string_equal(action.fault, "the text is longer than 511 characters");
    text[ACTION_TEXT_BYTES - 1] = '\0';
    assert_true(action_set(&action, "reason", text));
    assert_string_equal(action.body.withdraw.reason, text);
}

static bool broker_lets(const struct action_kind *kind, Concordat__V1__Role role)
{
    struct action asked;
    action_start(&asked, kind);
    if (kind->check)
        kind->check(&asked);
    return roles_may_send(role, kind->command) &&
           (kind->command != CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD ||
            roles_may_read(role, &asked.body.get_record));
}

/* Referrers speak through their intake, which is a source. */
static void actions_are_offered_to_those_whom_the_broker_lets_do_them(void **state)
{
    (void)state;
    static const Concordat__V1__Role roles[][2] = {
        {CONCORDAT__V1__ROLE__ROLE_REFERRER, CONCORDAT__V1__ROLE__ROLE_SOURCE},
        {CONCORDAT__V1__ROLE__ROLE_TEAM, CONCORDAT__V1__ROLE__ROLE_TEAM},
        {CONCORDAT__V1__ROLE__ROLE_COORDINATOR, CONCORDAT__V1__ROLE__ROLE_COORDINATOR},
        {CONCORDAT__V1__ROLE__ROLE_AUDITOR, CONCORDAT__V1__ROLE__ROLE_AUDITOR},
        {CONCORDAT__V1__ROLE__ROLE_INSPECTOR, CONCORDAT__V1__ROLE__ROLE_INSPECTOR},
    };
    for (const struct action_kind *kind = action_kinds; kind->name; kind++)
        for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
            if (action_is_for(kind, roles[i][0]) != broker_lets(kind, roles[i][1]))
                fail_msg("%s: offered to role %d: %d, allowed: %d", kind->name, (int)roles[i][0],
                         action_is_for(kind, roles[i][0]), broker_lets(kind, roles[i][1]));
}

static void each_code_of_a_word_in_the_usage_stands_in_the_help(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        const ProtobufCEnumDescriptor *codes;
    } helps[] = {{"decline", &concordat__v1__decline_reason__descriptor},
                 {"checkin", &concordat__v1__contact_mechanism__descriptor},
                 {"close", &concordat__v1__outcome__descriptor}};
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
        char help[ACTION_HELP_BYTES], word[WORDS_MAX];
        action_help(action_find(helps[i].kind), help);
        for (unsigned j = 0; j < helps[i].codes->n_values; j++) {
            action_typed_word(helps[i].codes, helps[i].codes->values[j].value, word);
            if (!strstr(help, word))
                fail_msg("%s does not stand in the help of %s", word, helps[i].kind);
        }
        assert_in_range(strlen(help), 1, ACTION_HELP_BYTES - 100);
    }
}

static void check_field(const struct action_kind *kind, const struct action_field *field)
{
    unsigned alike = 0;
    assert_true(field->at >= offsetof(struct action, body) && field->at < sizeof(struct action));
    assert_int_equal(field->value == ACTION_FLAG, field->typed == NULL);
    assert_int_equal(field->value == ACTION_CODE, field->codes != NULL);
    assert_int_equal(field->value == ACTION_COUNT || field->value == ACTION_ATTEMPT ||
                         field->value == ACTION_SPAN,
                     field->max != 0);
    if (field->rest)
        assert_int_equal(field->value, ACTION_TEXT);
    for (const struct action_field *other = kind->fields; other->value != ACTION_NOTHING; other++)
        alike += strcmp(other->name, field->name) == 0 ||
                 (field->value == ACTION_TEXT && other->value == ACTION_TEXT); /* they share action.text */
    assert_int_equal(alike, 1);
}

static void each_row_of_the_table_is_whole(void **state)
{
    (void)state;
    for (const struct action_kind *kind = action_kinds; kind->name; kind++) {
        assert_ptr_equal(action_find(kind->name), kind);
        assert_true(kind->who && kind->command);
        assert_true(kind->arguments[0] && kind->title[0] && kind->summary[0] && kind->help);
        assert_non_null(strstr(kind->examples, kind->name));
        assert_int_equal(kind->fields[ACTION_FIELDS_MAX].value, ACTION_NOTHING);
        for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++)
            check_field(kind, field);
        if (action_answers_offer(kind))
            assert_true(action_names_case(kind));
    }
    assert_null(action_find("dance"));
}

/* Returns the row's number in the table. */
static size_t label_row(const struct action_kind *kind, const struct action_field *field)
{
    const struct action_label *label = action_label(kind, field);
    if (!label)
        fail_msg("%s: a page asks for %s, and has no label for it", kind->name, field->name);
    assert_true(label->label[0] && (!label->hint || label->hint[0]));
    return (size_t)(label - action_labels);
}

static void each_field_that_a_page_asks_for_is_labelled(void **state)
{
    (void)state;
    bool used[128] = {false};
    for (const struct action_kind *kind = action_kinds; kind->name; kind++) {
        assert_non_null(action_button(kind));
        for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++)
            if (action_asks_for(field))
                used[label_row(kind, field)] = true;
    }
    for (size_t i = 0; action_labels[i].field; i++)
        if (!used[i])
            fail_msg("no action asks for %s, which has a label", action_labels[i].field);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_may_be_given_in_any_order),
        cmocka_unit_test(a_code_that_nobody_types_is_in_no_list),
        cmocka_unit_test(a_value_that_is_given_again_takes_the_place_of_the_first),
        cmocka_unit_test(two_different_people_erase_and_one_sets_a_hold),
        cmocka_unit_test(a_fault_names_the_field_so_that_a_form_can_mark_it),
        cmocka_unit_test(R17_a_time_of_an_action_is_typed_as_people_say_it),
        cmocka_unit_test(a_text_is_taken_up_to_its_limit_and_never_cut),
        cmocka_unit_test(actions_are_offered_to_those_whom_the_broker_lets_do_them),
        cmocka_unit_test(each_code_of_a_word_in_the_usage_stands_in_the_help),
        cmocka_unit_test(each_row_of_the_table_is_whole),
        cmocka_unit_test(each_field_that_a_page_asks_for_is_labelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
