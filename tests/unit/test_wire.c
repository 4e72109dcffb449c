/* Bytes from a stranger: each kind of bad input gets its own refusal, and memory stays bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/wire/wire.h"
#include "proto/words/words.h"

static struct arena arena;
static struct wire_fault fault;
static uint8_t id[WIRE_ID_BYTES];
static uint8_t bytes[2 * WIRE_REQUEST_BYTES_MAX];
static size_t size;

/* A well-formed submission, which each test spoils in one way. */
static struct {
    Concordat__V1__Request request;
    Concordat__V1__Submit submit;
    Concordat__V1__Referral referral;
    Concordat__V1__Confidential confidential;
    Concordat__V1__Demographics person;
    Concordat__V1__Instant decided;
} form;

static void fill_form(void)
{
    concordat__v1__request__init(&form.request);
    concordat__v1__submit__init(&form.submit);
    concordat__v1__referral__init(&form.referral);
    concordat__v1__confidential__init(&form.confidential);
    concordat__v1__demographics__init(&form.person);
    concordat__v1__instant__init(&form.decided);
    words_new_uuid(id);
    form.request.command_id = form.referral.id = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    form.request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    form.request.submit = &form.submit;
    form.submit.referral = &form.referral;
    form.submit.confidential = &form.confidential;
    form.referral.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    form.referral.person = &form.person;
    form.referral.decided_at = &form.decided;
}

static const Concordat__V1__Request *unpack_form(void)
{
    size = concordat__v1__request__get_packed_size(&form.request);
    assert_true(size <= sizeof bytes);
    concordat__v1__request__pack(&form.request, bytes);
    return wire_unpack_request(bytes, size, &arena, &fault);
}

/* The fault has the command id if there is one, and its text names the field. */
static void assert_refused(const Concordat__V1__Request *request, Concordat__V1__Refusal refusal,
                           const char *field)
{
    assert_null(request);
    assert_int_equal(fault.refusal, refusal);
    assert_true(fault.has_command_id);
    assert_memory_equal(fault.command_id, id, WIRE_ID_BYTES);
    if (!strstr(fault.text, field))
        fail_msg("\"%s\" does not name %s", fault.text, field);
}

#define REFUSED(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

/* Makes a request of a good command id and the bytes given. */
static void begin(void)
{
    words_new_uuid(id);
    bytes[0] = 1 << 3 | 2;
    bytes[1] = WIRE_ID_BYTES;
    memcpy(bytes + 2, id, WIRE_ID_BYTES);
    size = 2 + WIRE_ID_BYTES;
}

static void append(const void *more, size_t more_size)
{
    assert_true(size + more_size <= sizeof bytes);
    memcpy(bytes + size, more, more_size);
    size += more_size;
}

static const Concordat__V1__Request *unpack(void)
{
    return wire_unpack_request(bytes, size, &arena, &fault);
}

static void a_good_request_is_taken(void **state)
{
    (void)state;
    fill_form();
    const Concordat__V1__Request *request = unpack_form();
    assert_non_null(request);
    assert_memory_equal(request->submit->referral->id.data, id, WIRE_ID_BYTES);
    assert_true(fault.as_packed);
}

/* Returns whether protobuf-c packs the request that it reads from these bytes to the same bytes. */
static void assert_packed_rightly(const Concordat__V1__Request *request, const uint8_t *from,
                                  size_t from_size)
{
    static uint8_t packed[WIRE_REPACKED_BYTES_MAX];
    assert_true(concordat__v1__request__get_packed_size(request) <= sizeof packed);
    size_t packed_size = concordat__v1__request__pack(request, packed);
    bool same = packed_size == from_size && memcmp(packed, from, from_size) == 0;
    assert_int_equal(fault.as_packed, same);
}

static void a_request_that_others_packed_differently_is_taken_and_known(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        bool as_packed;
    } commands[] = {
        {"\x5a\x00", 2, true},                              /* Ping */
        {"\x8a\x01\x04\x08\x01\x10\x1e", 7, true},          /* SetPresence: present for 30 s */
        {"\x8a\x01\x04\x10\x1e\x08\x01", 7, false},         /* fields in another order */
        {"\x8a\x01\x06\x08\x01\x08\x01\x10\x1e", 9, false}, /* a field twice */
        {"\x8a\x01\x04\x08\x00\x10\x1e", 7, false},         /* an empty field */
        {"\x8a\x01\x04\x08\x02\x10\x1e", 7, false},         /* true written as 2 */
        {"\x8a\x01\x05\x08\x01\x10\x9e\x00", 8, false},     /* a number with a byte more than it needs */
        {"\x8a\x01\x84\x00\x08\x01\x10\x1e", 8, false},     /* a length with a byte too many */
        {"\x8a\x81\x00\x04\x08\x01\x10\x1e", 8, false},     /* a tag with a byte too many */
        {"\x92\x01\x06\x08\x81\x80\x80\x80\x10", 9, false}, /* a number with more than 32 bits */
        {"\x5a\x00\x8a\x01\x02\x10\x1e", 7, false}};        /* two commands */
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        begin();
        append(commands[i].bytes, commands[i].size);
        const Concordat__V1__Request *request = unpack();
        assert_non_null(request);
        assert_int_equal(fault.as_packed, commands[i].as_packed);
        assert_packed_rightly(request, bytes, size);
    }
}

static void bytes_that_are_not_protobuf_are_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } wrong[] = {{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11}, /* a tag that does not end */
                 {"\x62\x7f\x00", 3},                                  /* a length beyond the end */
                 {"\x62\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* a length far beyond the end */
                 {"\x63", 1},                                          /* a group */
                 {"\x02\x00", 2},                                      /* field 0 */
                 {"\x62\x02\x0a\x05", 4}, /* a length beyond the end, inside a submission */
                 {"\x60\x01", 2},         /* a number in place of a message */
                 {"GET / HTTP/1.1", 14}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        begin();
        append(wrong[i].bytes, wrong[i].size);
        assert_refused(unpack(), REFUSED(MALFORMED), "");
    }
    assert_null(wire_unpack_request((const uint8_t *)"\x0a\x20xx", 4, &arena, &fault));
    assert_false(fault.has_command_id);
    assert_null(wire_unpack_request((const uint8_t *)"\x0a\x02xx", 4, &arena, &fault));
    assert_false(fault.has_command_id);
}

static void a_frame_that_is_too_long_is_not_even_unpacked(void **state)
{
    (void)state;
    begin();
    uint8_t skipped[] = {0x7a, 0x80, 0x80, 0x04}; /* 64 KiB of field 15 */
    append(skipped, sizeof skipped);
    size += WIRE_REQUEST_BYTES_MAX;
    memset(bytes + 2 + WIRE_ID_BYTES + sizeof skipped, 0, WIRE_REQUEST_BYTES_MAX);
    assert_refused(unpack(), REFUSED(TOO_LARGE), "65536");
    assert_int_equal(arena.used, 0);
}

/* A field inside itself, 10 000 deep in 34 KB, overflows the stack of protobuf-c. */
static void deep_nesting_is_refused(void **state)
{
    (void)state;
    static uint8_t nested[60000];
    size_t used = 0;
    for (int depth = 0; depth < 10000; depth++) {
        uint8_t header[4];
        size_t length = used < 128 ? 2 : used < 16384 ? 3 : 4;
        header[0] = 12 << 3 | 2;
        header[1] = (uint8_t)(used < 128 ? used : (used & 0x7f) | 0x80);
        header[2] = (uint8_t)(used < 16384 ? used >> 7 : (used >> 7 & 0x7f) | 0x80);
        header[3] = (uint8_t)(used >> 14);
        memmove(nested + length, nested, used);
        memcpy(nested, header, length);
        used += length;
    }
    begin();
    append(nested, used);
    assert_refused(unpack(), REFUSED(UNKNOWN_FIELD), "submit");
}

static void memory_is_bounded_for_a_mebibyte_of_empty_parts(void **state)
{
    (void)state;
    /* A Message whose Board holds half a million empty cases, which would take 50 MiB of memory. */
    enum { BOARD_BYTES = (1 << 20) - 6 };
    uint8_t *board = malloc(5 + BOARD_BYTES);
    assert_non_null(board);
    memcpy(board,
           (uint8_t[]){0x82, 0x01, 0x80 | (BOARD_BYTES & 0x7f), 0x80 | (BOARD_BYTES >> 7 & 0x7f),
                       BOARD_BYTES >> 14},
           5);
    for (size_t at = 0; at < BOARD_BYTES; at += 2)
        memcpy(board + 5 + at, (uint8_t[]){0x0a, 0x00}, 2);
    assert_null(wire_unpack_message(board, 5 + BOARD_BYTES, &arena, &fault));
    assert_int_equal(fault.refusal, REFUSED(TOO_LARGE));
    free(board);

    /* The same for a request: a submission, a referral and a person, many times over. */
    static const struct {
        const char *part;
        size_t size;
    } parts[] = {{"\x62\x00", 2}, {"\x62\x02\x0a\x00", 4}, {"\x62\x04\x0a\x02\x6a\x00", 6}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        begin();
        while (size + parts[i].size <= WIRE_REQUEST_BYTES_MAX)
            append(parts[i].part, parts[i].size);
        assert_refused(unpack(), REFUSED(TOO_LARGE), "more parts");
    }
}

/* Puts the bytes at every place in a text of one line. */
static void try_in_text(const char *bytes_of_text, bool good)
{
    char text[64];
    for (int before = 0; before <= 16; before++)
        for (int behind = 0; behind <= 16; behind += 16) {
            snprintf(text, sizeof text, "%.*s%s%.*s", before, "Northmoor to ~ 1", bytes_of_text, behind,
                     "Southfell or ~ 2");
            fill_form();
            form.confidential.own_reference = text;
            if (good)
                assert_non_null(unpack_form());
            else
                assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.confidential.own_reference");
        }
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static char *wrong[] = {"\x80",
                            "\xc0\x80",
                            "\xc1\xbf",
                            "\xe0\x80\x80",
                            "\xed\xa0\x80",
                            "\xf0\x80\x80\x80",
                            "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80",
                            "\xff",
                            "\xc3",
                            "\xe2\x82",
                            "\xf0\x9f\x98",
                            "caf\xe9",
                            "\xc2\x85",
                            "line\nbreak",
                            "bell\a",
                            "\x7f"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        try_in_text(wrong[i], false);
    static char *right[] = {"caf\xc3\xa9",  "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf",
                            "\xee\x80\x80", "\xc2\xa0",     "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        try_in_text(right[i], true);
}

/* A name that reads like another's, or backwards, would be taken for another's. */
static void one_line_has_no_character_that_nobody_sees_or_that_turns_the_direction(void **state)
{
    (void)state;
    static char *wrong[] = {"\u00ad",     "\u061c",          "\u180e",  "\u200b", "\u200e",
                            "\u200f",     "\u2028",          "\u202a",  "\u202e", "\u2060",
                            "\u2064",     "\u2066",          "\u2069",  "\ufeff", "\u3164",
                            "\U000e0041", "Northmoor\u200c", "x\u200d", "\u200d", "\u0647\u200c\u200c"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        try_in_text(wrong[i], false);
    fill_form();
    form.confidential.narrative = "\ufeffpasted\u200b";
    assert_non_null(unpack_form());
}

static void a_narrative_has_lines_but_no_other_control_characters(void **state)
{
    (void)state;
    fill_form();
    form.confidential.narrative = "first\n\tsecond";
    assert_non_null(unpack_form());
    form.confidential.narrative = "escape \x1b[2J";
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.confidential.narrative");
}

/* protobuf-c would cut the text at the NUL, and the ledger would keep bytes that nobody sees. */
static void a_nul_in_a_text_is_refused(void **state)
{
    (void)state;
    fill_form();
    form.confidential.own_reference = "case*hidden";
    assert_non_null(unpack_form());
    ((uint8_t *)memmem(bytes, size, "case*", 5))[4] = 0; /* an id before it may contain a star */
    assert_refused(unpack(), REFUSED(BAD_VALUE), "own_reference");
}

static void a_text_that_is_too_long_is_refused_and_never_repeated(void **state)
{
    (void)state;
    static char text[8002];
    memset(text, 'q', sizeof text - 1);
    fill_form();
    form.confidential.narrative = text;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE),
                   "submit.confidential.narrative: text of at most 8000 bytes");
    assert_null(strstr(fault.text, "qq"));
    text[8000] = '\0';
    assert_non_null(unpack_form());
    text[65] = '\0';
    form.confidential.narrative = "";
    form.confidential.own_reference = text;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE),
                   "submit.confidential.own_reference: text of at most 64 bytes");
}

static void a_value_that_is_not_in_the_schema_is_refused(void **state)
{
    (void)state;
    Concordat__V1__Need needs[] = {CONCORDAT__V1__NEED__NEED_AMHP, (Concordat__V1__Need)99};
    fill_form();
    form.referral.urgency = (Concordat__V1__Urgency)99;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral.urgency");
    fill_form();
    form.referral.needs = needs;
    form.referral.n_needs = 2;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral.needs[1]");
}

static void a_list_that_is_too_long_is_refused(void **state)
{
    (void)state;
    Concordat__V1__Flag flags[33];
    for (size_t i = 0; i < 33; i++)
        flags[i] = CONCORDAT__V1__FLAG__FLAG_NAME_MISSING;
    fill_form();
    form.referral.flags = flags;
    form.referral.n_flags = 32;
    assert_non_null(unpack_form());
    form.referral.n_flags = 33;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral.flags: at most 32 items");
}

static void no_command_or_an_unknown_one_is_refused_as_such(void **state)
{
    (void)state;
    begin();
    assert_refused(unpack(), REFUSED(UNKNOWN_COMMAND), "");
    append("\xfa\x07\x00", 3); /* field 127 */
    assert_refused(unpack(), REFUSED(UNKNOWN_COMMAND), "");
}

static void an_unknown_field_is_refused_at_any_depth(void **state)
{
    (void)state;
    begin();
    append("\x5a\x00\xfa\x07\x00", 5); /* a ping, and field 127 after it */
    assert_refused(unpack(), REFUSED(UNKNOWN_FIELD), "127");
    begin();
    append("\x5a\x03\xf8\x07\x01", 5); /* inside the ping */
    assert_refused(unpack(), REFUSED(UNKNOWN_FIELD), "ping");
}

static void a_command_id_has_sixteen_bytes(void **state)
{
    (void)state;
    fill_form();
    form.request.command_id.len = 15;
    assert_null(unpack_form());
    assert_int_equal(fault.refusal, REFUSED(BAD_VALUE));
    assert_non_null(strstr(fault.text, "command_id"));
    assert_false(fault.has_command_id);
    form.request.command_id.len = 0;
    assert_null(unpack_form());
    assert_non_null(strstr(fault.text, "command_id"));
}

static void a_command_needs_its_subject(void **state)
{
    (void)state;
    fill_form();
    form.referral.id.len = 0;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral.id");
    fill_form();
    form.submit.referral = NULL;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral");
    Concordat__V1__Accept accept = CONCORDAT__V1__ACCEPT__INIT;
    fill_form();
    form.request.command_case = CONCORDAT__V1__REQUEST__COMMAND_ACCEPT;
    form.request.accept = &accept;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "accept.referral");
}

/* Good and bad values of each field that has a shape or a limit of its own. */
static void coded_fields_hold_their_codes_only(void **state)
{
    (void)state;
    const struct {
        char **field;
        const char *name;
        const char *good[6], *bad[8];
    } cases[] = {
        {&form.referral.organisation,
         "organisation",
         {"", "ZZ1", "ZZNORTH123"},
         {"Z", "zz1", "ZZ 1", "ZZNORTH1234", "ZÉ"}},
        {&form.referral.postcode_district,
         "postcode_district",
         {"", "ZX1", "ZX9A", "Q"},
         {"ZX1 1AA", "ZX11AA", "zx1"}},
        {&form.referral.primary_reason, "primary_reason", {"", "18", "01"}, {"1", "180", "AB"}},
        {&form.referral.presenting_code,
         "presenting_code",
         {"", "248062006", "861931000000100"},
         {"12345", "self harm", "1234567890123456789", "248062005", "07700900123", "9000000009", "12031984"}},
        {&form.referral.site,
         "site",
         {"", "northmoor-car", "RH802"},
         {"Northmoor car", "the flat above", "14 Acacia Avenue", "a-name-that-is-longer-than-an-id-can"}},
        {&form.person.gender, "gender", {"", "1", "2", "3", "X", "Z"}, {"0", "9", "x", "male", "11"}},
        {&form.person.ethnic_category,
         "ethnic_category",
         {"", "A", "S", "Z", "99"},
         {"I", "O", "Q", "T", "9", "a"}},
        {&form.person.language, "language", {"", "pl", "bfi"}, {"p", "PL", "poli", "Polish"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t k = 0; k < 6 && cases[i].good[k]; k++) {
            fill_form();
            *cases[i].field = (char *)(uintptr_t)cases[i].good[k];
            assert_non_null(unpack_form());
        }
        for (size_t k = 0; k < 8 && cases[i].bad[k]; k++) {
            fill_form();
            *cases[i].field = (char *)(uintptr_t)cases[i].bad[k];
            assert_refused(unpack_form(), REFUSED(BAD_VALUE), cases[i].name);
        }
    }
    fill_form();
    form.person.age_years = 130;
    assert_non_null(unpack_form());
    form.person.age_years = 131;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral.person.age_years");
    fill_form();
    form.decided.unix_ms = -1;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral.decided_at.unix_ms");
    form.decided.unix_ms = INT64_MAX;
    assert_refused(unpack_form(), REFUSED(BAD_VALUE), "submit.referral.decided_at.unix_ms");
}

static void a_referral_is_never_refused_for_what_identifies_a_person(void **state)
{
    (void)state;
    fill_form();
    form.confidential.nhs_number = "not known to us";
    form.confidential.date_of_birth = "about 40";
    form.confidential.postcode = "no fixed abode";
    form.confidential.callback_number = "radio only";
    form.confidential.person_name = "\xd9\x85\xd8\xac\xd9\x87\xd9\x88\xd9\x84";
    form.confidential.address = "under the bridge\nby the river";
    assert_non_null(unpack_form());
}

static void random_damage_never_does_harm(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    fill_form();
    form.confidential.narrative = "a narrative";
    form.person.gender = "1";
    unpack_form();
    static uint8_t good[2000];
    size_t good_size = size;
    memcpy(good, bytes, good_size);
    for (int round = 0; round < 20000; round++) {
        memcpy(bytes, good, good_size);
        for (long hits = random() % 4; hits >= 0; hits--)
            bytes[(size_t)random() % good_size] = (uint8_t)random();
        /* A copy of the exact size, so that the sanitizer sees any read beyond it. */
        size_t cut = (size_t)random() % (good_size + 1);
        uint8_t *exact = malloc(cut ? cut : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, cut);
        const Concordat__V1__Request *request = wire_unpack_request(exact, cut, &arena, &fault);
        if (request)
            assert_packed_rightly(request, exact, cut);
        else
            assert_int_not_equal(fault.refusal, 0);
        wire_unpack_message(exact, cut, &arena, &fault);
        wire_unpack_event(exact, cut, &arena, &fault);
        free(exact);
    }
}

static void an_event_with_the_longest_policy_is_read(void **state)
{
    (void)state;
    enum { TEAMS = 20000, FILE_BYTES = 8 * 1024 * 1024 };
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    Concordat__V1__PolicyLoaded loaded = CONCORDAT__V1__POLICY_LOADED__INIT;
    static Concordat__V1__KnownTeam teams[TEAMS];
    static Concordat__V1__KnownTeam *list[TEAMS];
    for (size_t i = 0; i < TEAMS; i++) {
        concordat__v1__known_team__init(&teams[i]);
        teams[i].id = "zz-team";
        teams[i].name = "A team of a name";
        list[i] = &teams[i];
    }
    uint8_t *file = calloc(1, FILE_BYTES);
    uint8_t *packed = malloc(WIRE_EVENT_BYTES_MAX);
    struct arena big;
    assert_true(file && packed && arena_open(&big, 32 * 1024 * 1024) == 0);
    event.seq = 1;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_POLICY_LOADED;
    event.policy_loaded = &loaded;
    loaded.teams = list;
    loaded.n_teams = TEAMS;
    loaded.file = (ProtobufCBinaryData){FILE_BYTES, file};
    size_t packed_size = concordat__v1__event__get_packed_size(&event);
    assert_true(packed_size <= WIRE_EVENT_BYTES_MAX);
    concordat__v1__event__pack(&event, packed);
    assert_non_null(wire_unpack_event(packed, packed_size, &big, &fault));
    assert_null(wire_unpack_event(packed, packed_size, &arena, &fault)); /* the arena's size is the limit */
    assert_int_equal(fault.refusal, REFUSED(TOO_LARGE));
    arena_close(&big);
    free(file);
    free(packed);
}

static void a_command_is_called_as_in_the_schema(void **state)
{
    (void)state;
    fill_form();
    assert_string_equal(wire_command_name(&form.request), "submit");
    form.request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    assert_string_equal(wire_command_name(&form.request), "get_board");
    form.request.command_case = CONCORDAT__V1__REQUEST__COMMAND__NOT_SET;
    assert_string_equal(wire_command_name(&form.request), "unreadable");
    assert_string_equal(wire_command_name(NULL), "unreadable");
}

static int open_arena(void **state)
{
    (void)state;
    return arena_open(&arena, ARENA_MESSAGE_BYTES);
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_request_is_taken),
        cmocka_unit_test(a_request_that_others_packed_differently_is_taken_and_known),
        cmocka_unit_test(bytes_that_are_not_protobuf_are_malformed),
        cmocka_unit_test(a_frame_that_is_too_long_is_not_even_unpacked),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(memory_is_bounded_for_a_mebibyte_of_empty_parts),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(one_line_has_no_character_that_nobody_sees_or_that_turns_the_direction),
        cmocka_unit_test(a_narrative_has_lines_but_no_other_control_characters),
        cmocka_unit_test(a_nul_in_a_text_is_refused),
        cmocka_unit_test(a_text_that_is_too_long_is_refused_and_never_repeated),
        cmocka_unit_test(a_value_that_is_not_in_the_schema_is_refused),
        cmocka_unit_test(a_list_that_is_too_long_is_refused),
        cmocka_unit_test(no_command_or_an_unknown_one_is_refused_as_such),
        cmocka_unit_test(an_unknown_field_is_refused_at_any_depth),
        cmocka_unit_test(a_command_id_has_sixteen_bytes),
        cmocka_unit_test(a_command_needs_its_subject),
        cmocka_unit_test(coded_fields_hold_their_codes_only),
        cmocka_unit_test(a_referral_is_never_refused_for_what_identifies_a_person),
        cmocka_unit_test(random_damage_never_does_harm),
        cmocka_unit_test(an_event_with_the_longest_policy_is_read),
        cmocka_unit_test(a_command_is_called_as_in_the_schema),
    };
    return cmocka_run_group_tests_name("wire", tests, open_arena, close_arena);
}
