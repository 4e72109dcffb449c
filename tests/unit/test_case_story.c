/* test_case_story.c: a case told in plain English: what it says of each kind of event, who had the case when,
 * and what a profile without identifiers leaves out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/words/words.h"
#include "services/audit/case_story.h"
#include "services/audit/verify_kept.h"
#include "tests/worlds/story.h"

#define STREET      CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define VERY_URGENT CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT
#define URGENT      CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define DECLINED    CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED

static struct story story;
static struct case_story told;
static char *text; /* of what was told, a line for each line of the sheet */
static char message[TRAIL_MESSAGE_BYTES];

static int tale_set_up(void **state)
{
    (void)state;
    story_open(&story);
    story.actor = "key-1";
    return 0;
}

static int tale_tear_down(void **state)
{
    char kept[128];
    (void)state;
    case_story_close(&told);
    free(text);
    text = NULL;
    snprintf(kept, sizeof kept, "%s.verified", story.path);
    (void)remove(kept);
    story_close(&story);
    return 0;
}

static int tell_case(const char *number, enum case_story_profile profile)
{
    size_t size = 0;
    case_story_close(&told);
    free(text);
    text = NULL;
    int result =
        case_story_tell(story.path, &(struct case_story_question){.number = number, .profile = profile},
                        &told, message, sizeof message);
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < told.sheet.count; i++)
        fprintf(out, "%s|%s\n", told.sheet.lines[i].label, told.sheet.lines[i].text);
    fclose(out);
    return result;
}

/* Each stands in what was told, behind the one before it. */
static void says_in_order(const char *const *lines, size_t count)
{
    const char *at = text;
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, lines[i]);
        if (!found)
            fail_msg("\"%s\" is not told, or not in its order, in:\n%s", lines[i], text);
        at = found + 1;
    }
}

#define SAYS(...)                                                                                            \
    says_in_order((const char *const[]){__VA_ARGS__},                                                        \
                  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void a_case_that_was_declined_accepted_and_seen(void)
{
    const struct story_person person = {.source = STREET, .urgency = VERY_URGENT, .age = 34};
    story_policy(&story);
    story_receive(&story, 1, person);
    story_offer(&story, 1, 1, "north");
    story_at(&story, 4);
    story_end_offer(&story, 1, 1, "north", DECLINED, CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_TOO_FAR);
    story_offer(&story, 1, 2, "south");
    story_at(&story, 10);
    story_accept(&story, 1, 2, "south", "");
    story_told(&story, 1, CONCORDAT__V1__STATE__STATE_ACCEPTED);
    story_at(&story, 30);
    story_urgency(&story, 1, person, URGENT);
    story_at(&story, 100);
    story_contact(&story, 1, "south", true);
    story_at(&story, 130);
    story_finish(&story, 1, CONCORDAT__V1__OUTCOME__OUTCOME_CRISIS_HOME_TREATMENT);
}

/* ---- from top to bottom ---- */

static void a_case_is_told_from_its_receipt_to_its_end_with_who_had_it(void **state)
{
    (void)state;
    a_case_that_was_declined_accepted_and_seen();
    assert_int_equal(tell_case("R-0001", CASE_STORY_NO_IDENTIFIERS), REPORT_DONE);
    SAYS("The story of case|R-0001", "goes up to event 10", "The trail is not verified",
         "The referral came from street triage, at 15:13 on Monday 21 September 2026.",
         "2 teams were asked, 2 times in all.", "A team declined once.",
         "The first to accept it was south, at 15:23 on Monday 21 September 2026, 10 min after the receipt.",
         "first seen face to face at 16:53 on Monday 21 September 2026, 1 h 40 min after", "closed at 17:23",
         "The outcome that was recorded is: crisis home treatment.", "Limits that were met: response.",
         "What happened, in order of time", "|Monday 21 September 2026",
         "15:13|The referrer sent the referral. #2", "Urgency|very urgent",
         "Clock|response began at 15:13, with its limit at 19:13",
         "15:13|The router asked north to take it, as attempt 1. It could answer until 15:23. #3",
         "north|asked: it can take the person", "elsewhere|not asked: it was closed then",
         "15:17|Somebody declined it for north: too far.", "15:17|The router asked south",
         "The other teams|1 of them", "15:23|Somebody accepted it for south; expected there at 16:08.",
         "15:23|The referrer was told that a team has accepted it.", "15:43|Somebody changed the referral.",
         "Changed|urgency\n", "with its limit at Tue 22 Sep 15:13",
         "16:53|Somebody met the person face to face for south, at 16:53.", "Clock|response stopped at 16:53",
         "17:23|Somebody closed it for north: crisis home treatment.", "Who had responsibility for the case",
         "|AABBB", "15:13 to 15:17 (4 min)|A north, who had been asked",
         "15:17 to 15:23 (6 min)|B south, who had been asked", "15:23 to 17:23 (2 h 0 min)|C south",
         "Somebody had the case for 2 h 10 min: the whole time.",
         "response|until a team met the person face to face (national). Began 15:13, limit Tue 22 Sep 15:13, "
         "stopped 16:53: met, 22 h 20 min before the limit.");
}

static int64_t sum_of(bool nobody)
{
    int64_t sum = 0;
    size_t at;
    json_t *stretch;
    json_array_foreach (json_object_get(told.about, "custody"), at, stretch)
        if (json_is_true(json_object_get(stretch, "nobody")) == nobody)
            sum += json_integer_value(json_object_get(stretch, "toMsAfterReceipt")) -
                   json_integer_value(json_object_get(stretch, "fromMsAfterReceipt"));
    return sum;
}

static void a_time_in_which_nobody_had_the_case_is_seen_however_short_it_is(void **state)
{
    (void)state;
    story_receive(&story, 1, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    story_offer(&story, 1, 1, "north");
    story_at(&story, 10);
    story_own(&story, 1, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED, "", 0);
    story_breach(&story, 1, CONCORDAT__V1__CLOCK__CLOCK_RESPONSE);
    story_at(&story, 10.1);
    story_offer(&story, 1, 2, "south");
    story_at(&story, 600);
    story_withdraw(&story, 1);
    assert_int_equal(tell_case("R-0001", CASE_STORY_STANDARD), REPORT_DONE);
    SAYS("|A!BBB", "(6 s)|! NOBODY had the case",
         "FOR 6 s NOBODY HAD THE CASE. Somebody had it for 9 h 59 min.");
    assert_int_equal(sum_of(true), 6000);
    assert_int_equal(sum_of(false), 600 * STORY_MIN_MS - 6000);
    assert_string_equal(
        story_ask(&story, "SELECT sum(to_ms - from_ms) FROM custody_fault WHERE fault = 'gap'"), "6000");
}

/* ---- each kind of event ---- */

/* Says something in each field that is there once. */
static void fill_fields(const ProtobufCMessageDescriptor *type, uint8_t *what)
{
    static Concordat__V1__Instant now;
    static uint8_t digest[32];
    static Concordat__V1__Referral facts;
    static uint8_t id[16] = {[6] = 0x70, [8] = 0x80, [15] = 1};
    concordat__v1__instant__init(&now);
    concordat__v1__referral__init(&facts);
    facts.source = STREET;
    facts.id = (ProtobufCBinaryData){sizeof id, id};
    now.unix_ms = story.now_ms;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        void *at = what + field->offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            continue;
        if (field->type == PROTOBUF_C_TYPE_STRING)
            *(const char **)at = strcmp(field->name, "note_code") == 0  ? "02"
                                 : strcmp(field->name, "provider") == 0 ? "ZZ9"
                                                                        : "p117";
        else if (field->type == PROTOBUF_C_TYPE_INT64)
            *(int64_t *)at = story.now_ms;
        else if (field->type == PROTOBUF_C_TYPE_ENUM)
            *(int *)at = 1;
        else if (field->type == PROTOBUF_C_TYPE_UINT32)
            *(uint32_t *)at = 1;
        else if (field->type == PROTOBUF_C_TYPE_BYTES)
            *(ProtobufCBinaryData *)at = (ProtobufCBinaryData){sizeof digest, digest};
        else if (field->descriptor == &concordat__v1__instant__descriptor)
            *(Concordat__V1__Instant **)at = &now;
        else if (field->descriptor == &concordat__v1__referral__descriptor)
            *(Concordat__V1__Referral **)at = &facts;
    }
}

static void each_kind_of_event_of_a_case_is_a_sentence(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *type = &concordat__v1__event__descriptor;
    static const char *const unsaid[] = {"cannot read", "no words", "{", "[", "]", "not recorded.  ", "  "};
    size_t kinds = 0;
    story_receive(&story, 1, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint8_t what[512];
        Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
        bool is_first = field->id == CONCORDAT__V1__EVENT__WHAT_RECEIVED;
        if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || is_first)
            continue;
        event.what_case = (Concordat__V1__Event__WhatCase)field->id;
        event.received = (Concordat__V1__Received *)(void *)what;
        protobuf_c_message_init(field->descriptor, what);
        fill_fields(field->descriptor, what);
        story_tell(&story, 1, &event);
        kinds++;
    }
    assert_int_equal(tell_case("R-0001", CASE_STORY_STANDARD), REPORT_DONE);
    size_t said = 0, without_words = 0;
    for (size_t i = 0; i < told.sheet.count; i++)
        if (told.sheet.lines[i].kind == SHEET_FIELD) {
            const char *line = told.sheet.lines[i].text;
            without_words += strstr(line, "no words") != NULL;
            for (size_t k = 0; k < sizeof unsaid / sizeof *unsaid && !strstr(line, "no words"); k++)
                if (strstr(line, unsaid[k]))
                    fail_msg("%s", line);
            said++;
        }
    assert_int_equal(said, kinds); /* with the receipt, and without the end of an offer that was accepted */
    assert_int_equal(said - without_words, 42); /* the others are of no case */
}

/* ---- profiles ---- */

static void tell_reading_and_end_of_detention(void)
{
    Concordat__V1__Person person = CONCORDAT__V1__PERSON__INIT;
    Concordat__V1__RecordRead read = CONCORDAT__V1__RECORD_READ__INIT;
    Concordat__V1__DetentionNoted noted = CONCORDAT__V1__DETENTION_NOTED__INIT;
    Concordat__V1__Change change = CONCORDAT__V1__CHANGE__INIT, *changed = &change;
    Concordat__V1__Updated updated = CONCORDAT__V1__UPDATED__INIT;
    Concordat__V1__Referral facts = CONCORDAT__V1__REFERRAL__INIT;
    uint8_t id[16] = {[6] = 0x70, [8] = 0x80, [15] = 1};
    facts.id = (ProtobufCBinaryData){sizeof id, id};
    facts.source = STREET;
    updated.referral = &facts;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    person.id = (char *)"p117";
    person.role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_AMHP;
    event.person = &person;
    event.actor = (char *)"ward-key";
    event.actor_device = (char *)"ward-device";
    event.what_case = CONCORDAT__V1__EVENT__WHAT_RECORD_READ;
    event.record_read = &read;
    read.of = (char *)"duty";
    read.break_glass = CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_LIFE_AT_RISK;
    story_tell(&story, 1, &event);
    event.what_case = CONCORDAT__V1__EVENT__WHAT_DETENTION_NOTED;
    event.detention_noted = &noted;
    noted.step = CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_EXTENDED;
    noted.by = (char *)"p204";
    noted.second = (char *)"p305";
    noted.minutes = 120;
    noted.until_ms = story.now_ms + 60 * STORY_MIN_MS;
    story_tell(&story, 1, &event);
    event.what_case = CONCORDAT__V1__EVENT__WHAT_UPDATED;
    event.updated = &updated;
    updated.n_changed = 1;
    updated.changed = &changed;
    change.field = (char *)"person.age_years";
    change.before = (char *)"34";
    change.after = (char *)"37";
    story_tell(&story, 1, &event);
}

/* The bytes of the events too. */
static bool is_anywhere(const char *secret)
{
    char hex[128] = "";
    for (size_t i = 0; secret[i]; i++)
        snprintf(hex + 2 * i, sizeof hex - 2 * i, "%02x", (unsigned char)secret[i]);
    char *events = json_dumps(told.events, 0), *about = json_dumps(told.about, 0);
    bool found =
        strstr(text, secret) || strstr(events, hex) || strstr(events, secret) || strstr(about, secret);
    free(events);
    free(about);
    return found;
}

static void a_profile_without_identifiers_has_roles_and_no_ids(void **state)
{
    (void)state;
    static const char *const ids[] = {"p117", "p204", "p305", "ward-key", "ward-device", "northmoor-car"};
    a_case_that_was_declined_accepted_and_seen();
    tell_reading_and_end_of_detention();
    assert_int_equal(tell_case("R-0001", CASE_STORY_STANDARD), REPORT_DONE);
    SAYS("An AMHP (p117) read the record for the duty coordinator (duty), beyond their areas: life at risk.",
         "An AMHP (p117) recorded of the detention: extended. It was done by p204, with p305. It was for 120 "
         "minutes. Its hours end at 18:23.",
         "An AMHP (p117) changed the referral.", "Changed|age is 37 (was: 34)");
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_true(is_anywhere(ids[i]));
    assert_int_equal(tell_case("R-0001", CASE_STORY_NO_IDENTIFIERS), REPORT_DONE);
    SAYS("who had to do with it is left out too: once. Whoever knew the person",
         "An AMHP recorded of the detention: extended. It was for 120 minutes. Its hours end at 18:23.",
         "An AMHP changed the referral.", "Changed|age\n");
    assert_null(strstr(text, "read the record"));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (is_anywhere(ids[i]))
            fail_msg("%s is in it", ids[i]);
}

/* ---- what cannot be told as it is ---- */

static void a_drill_says_so_first_and_an_erased_case_has_no_texts(void **state)
{
    (void)state;
    story_of_a_day(&story);
    story_erase(&story, 1, "p117", "p204");
    assert_int_equal(tell_case("D-0003", CASE_STORY_NO_IDENTIFIERS), REPORT_DONE);
    assert_string_equal(told.sheet.lines[1].text,
                        "THIS WAS A DRILL. No person was in need, and nobody was meant to be.");
    assert_int_equal(tell_case("R-0001", CASE_STORY_NO_IDENTIFIERS), REPORT_DONE);
    SAYS("The texts about the person were erased", "erased the texts about the person: mistake.");
    assert_false(is_anywhere("p204"));
    assert_int_equal(tell_case("R-0099", CASE_STORY_NO_IDENTIFIERS), REPORT_UNKNOWN);
    assert_string_equal(message, "the trail has no case R-0099");
}

static void a_trail_that_did_not_hold_or_is_of_a_later_router_says_so(void **state)
{
    (void)state;
    char why[200];
    a_case_that_was_declined_accepted_and_seen();
    json_t *verdict =
        json_pack("{s:i, s:s, s:b, s:i}", "events", 5, "chain", "00", "verified", 1, "finding_count", 0);
    assert_true(verify_keep(story.path, verdict, STORY_START_MS, why, sizeof why));
    json_decref(verdict);
    assert_int_equal(tell_case("R-0001", CASE_STORY_NO_IDENTIFIERS), REPORT_ALTERED);
    SAYS("The trail is ALTERED: event 5 is not the one that was verified");
    assert_true(told.is_altered);
    Concordat__V1__BrokerStarted started = CONCORDAT__V1__BROKER_STARTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_BROKER_STARTED;
    event.broker_started = &started;
    uint8_t digest[32] = {1};
    started.state_digest = (ProtobufCBinaryData){sizeof digest, digest};
    started.version = (char *)"99.0.0";
    story_tell(&story, 0, &event);
    assert_int_equal(tell_case("R-0001", CASE_STORY_NO_IDENTIFIERS), REPORT_NEWER);
    assert_non_null(strstr(message, "install that version"));
}

static void the_story_as_of_an_earlier_event_is_told_again(void **state)
{
    (void)state;
    a_case_that_was_declined_accepted_and_seen();
    struct case_story_question question = {.number = "R-0001", .as_at_event = 4};
    assert_int_equal(case_story_tell(story.path, &question, &told, message, sizeof message), REPORT_DONE);
    assert_int_equal(json_array_size(told.events), 3);
    assert_int_equal(json_integer_value(json_object_get(told.about, "event")), 4);
    case_story_close(&told);
    question.as_at_event = 99;
    assert_int_equal(case_story_tell(story.path, &question, &told, message, sizeof message), REPORT_EMPTY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tale_set_up, tale_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_case_is_told_from_its_receipt_to_its_end_with_who_had_it),
        TEST(a_time_in_which_nobody_had_the_case_is_seen_however_short_it_is),
        TEST(each_kind_of_event_of_a_case_is_a_sentence),
        TEST(a_profile_without_identifiers_has_roles_and_no_ids),
        TEST(a_drill_says_so_first_and_an_erased_case_has_no_texts),
        TEST(a_trail_that_did_not_hold_or_is_of_a_later_router_says_so),
        TEST(the_story_as_of_an_earlier_event_is_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
