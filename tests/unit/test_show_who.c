/* P9 Private: who was told of a case, who looked at it and why, and who acted, as people read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/desk/show.h"

/* 14:04 on a summer's day in London, which is 13:04 in UTC. */
static const int64_t now_ms = 1783342800000 + 4 * 60000;
enum { ENTRIES = 6 };

/* A history, and the bytes of its events. */
struct told {
    Concordat__V1__HistoryEntry entries[ENTRIES], *list[ENTRIES];
    uint8_t bytes[ENTRIES][512];
    size_t count;
    Concordat__V1__Directory *directory; /* NULL: no names are known */
};

static void tell(struct told *told, const Concordat__V1__Event *event, const char *typed)
{
    Concordat__V1__HistoryEntry *entry = told->list[told->count] = &told->entries[told->count];
    uint8_t *bytes = told->bytes[told->count++];
    concordat__v1__history_entry__init(entry);
    assert_true(concordat__v1__event__get_packed_size(event) <= sizeof told->bytes[0]);
    entry->event.len = concordat__v1__event__pack(event, bytes);
    entry->event.data = bytes;
    entry->text = (char *)typed;
    entry->at_ms = now_ms - 60 * 60000;
}

static void show_told(struct told *told, struct sheet *sheet)
{
    struct people people;
    char fault[PEOPLE_FAULT_BYTES];
    Concordat__V1__Record record = CONCORDAT__V1__RECORD__INIT;
    people_read(&people, "people", "p117 Sam Okafor\n", fault);
    record.history = told->list;
    record.n_history = told->count;
    record.directory = told->directory;
    show_record(sheet, &record, &(struct showing){.now_ms = now_ms, .people = &people});
    people_close(&people);
}

static void assert_line(const struct sheet *sheet, size_t line, const char *label, const char *text)
{
    assert_true(line < sheet->count);
    assert_string_equal(sheet->lines[line].label, label);
    assert_string_equal(sheet->lines[line].text, text);
}

static void P9_who_had_to_do_with_a_case_is_said_in_plain_words(void **state)
{
    (void)state;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    Concordat__V1__RecordRead read = CONCORDAT__V1__RECORD_READ__INIT;
    Concordat__V1__Offered offered = CONCORDAT__V1__OFFERED__INIT;
    Concordat__V1__Erased erased = CONCORDAT__V1__ERASED__INIT;
    Concordat__V1__Person person = CONCORDAT__V1__PERSON__INIT;
    struct told told = {.count = 0};
    struct sheet sheet = {0};
    person.id = (char *)"p117";
    person.role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_DUTY_COORDINATOR;
    event.actor = (char *)"duty-1";
    event.previous = 7;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_OFFERED;
    event.offered = &offered;
    offered.team = (char *)"northmoor-crisis";
    offered.attempt = 2;
    tell(&told, &event, "");
    offered.assigned = true;
    tell(&told, &event, "");
    event.what_case = CONCORDAT__V1__EVENT__WHAT_RECORD_READ;
    event.record_read = &read;
    event.person = &person;
    event.actor_device = (char *)"ward-2";
    read.of = (char *)"southfell-duty";
    read.break_glass = CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_ASKED;
    tell(&told, &event, "they rang\033[2J");
    event.what_case = CONCORDAT__V1__EVENT__WHAT_ERASED;
    event.erased = &erased;
    erased.by = (char *)"p117";
    erased.second = (char *)"p204";
    erased.reason = CONCORDAT__V1__ERASE_REASON__ERASE_REASON_MISTAKE;
    tell(&told, &event, "");
    tell(&told, &event, "");
    told.entries[4].event.len = 3; /* cut short */
    event.what_case = CONCORDAT__V1__EVENT__WHAT__NOT_SET;
    tell(&told, &event, ""); /* as a newer router's */
    show_told(&told, &sheet);
    assert_int_equal(sheet.count, 2 + ENTRIES + 1);
    assert_line(&sheet, 1, "",
                "These are the latest 6 events. There are earlier ones, which an inspector's trail has.");
    assert_line(&sheet, 2, "13:04", "the router: asked northmoor-crisis to take it, as attempt 2");
    assert_line(
        &sheet, 3, "13:04",
        "a person who is not recorded, with the key duty-1: asked northmoor-crisis to take it, as attempt 2");
    assert_line(
        &sheet, 4, "13:04",
        "Sam Okafor (p117), duty coordinator, with the key duty-1 and the device ward-2: read the record for southfell-duty, beyond their areas: asked: \"they rang?[2J\"");
    assert_line(
        &sheet, 5, "13:04",
        "Sam Okafor (p117), duty coordinator, with the key duty-1 and the device ward-2: erased the texts about the person, together with p204: mistake");
    assert_line(&sheet, 6, "13:04", "an event that this version cannot read");
    assert_line(&sheet, 7, "13:04", "an event that this version cannot read");
    assert_line(&sheet, 8, "", "That you asked has been recorded too.");
    sheet_close(&sheet);
}

static void every_kind_of_event_of_a_case_has_words(void **state)
{
    (void)state;
    static const char unknown[] = "something that this version has no words for";
    const ProtobufCMessageDescriptor *type = &concordat__v1__event__descriptor;
    size_t said = 0;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint8_t what[512];
        struct told told = {.count = 0};
        struct sheet sheet = {0};
        Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
        if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
            continue;
        assert_true(((const ProtobufCMessageDescriptor *)field->descriptor)->sizeof_message <= sizeof what);
        event.what_case = (Concordat__V1__Event__WhatCase)field->id;
        event.received = (Concordat__V1__Received *)(void *)what;
        protobuf_c_message_init(field->descriptor, what);
        tell(&told, &event, "");
        show_told(&told, &sheet);
        assert_int_equal(sheet.count, 3); /* nothing came before it */
        assert_null(strpbrk(sheet.lines[1].text, "{[]}"));
        said += !strstr(sheet.lines[1].text, unknown);
        sheet_close(&sheet);
    }
    assert_int_equal(said, 43); /* the others are of no case */
}

static void P9_an_offer_says_why_this_team_and_not_that_one(void **state)
{
    (void)state;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    Concordat__V1__Offered offered = CONCORDAT__V1__OFFERED__INIT;
    Concordat__V1__Considered one = CONCORDAT__V1__CONSIDERED__INIT, other = CONCORDAT__V1__CONSIDERED__INIT;
    Concordat__V1__Considered *considered[] = {&one, &other};
    Concordat__V1__Named team = CONCORDAT__V1__NAMED__INIT, *teams[] = {&team};
    Concordat__V1__Directory directory = CONCORDAT__V1__DIRECTORY__INIT;
    team.id = (char *)"northmoor-crisis";
    team.name = (char *)"Northmoor Crisis Team";
    directory.teams = teams;
    directory.n_teams = 1;
    struct told told = {.directory = &directory};
    struct sheet sheet = {0};
    event.what_case = CONCORDAT__V1__EVENT__WHAT_OFFERED;
    event.offered = &offered;
    offered.team = one.team = (char *)"northmoor-crisis";
    one.finding = CONCORDAT__V1__CONSIDERATION__CONSIDERATION_CHOSEN;
    other.team = (char *)"southfell-crisis";
    other.finding = CONCORDAT__V1__CONSIDERATION__CONSIDERATION_FULL;
    offered.considered = considered;
    offered.n_considered = 2;
    tell(&told, &event, "");
    show_told(&told, &sheet);
    assert_line(&sheet, 1, "13:04", "the router: asked Northmoor Crisis Team to take it, as attempt 0");
    assert_int_equal(sheet.lines[2].kind, SHEET_ITEM);
    assert_line(&sheet, 2, "Northmoor Crisis Team",
                "asked: it can take the person, and its turn comes first");
    assert_line(&sheet, 3, "southfell-crisis", "not asked: it had said that it was full");
    sheet_close(&sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P9_who_had_to_do_with_a_case_is_said_in_plain_words),
        cmocka_unit_test(P9_an_offer_says_why_this_team_and_not_that_one),
        cmocka_unit_test(every_kind_of_event_of_a_case_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
