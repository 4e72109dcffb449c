/* A referral means the same however it was given: by file, by standard input, by options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/cli/referral_input.h"
#include "services/desk/referral_fields.h"

static struct arena arena;
static struct wire_fault wrong;
static struct referral_reading reading;
static char reading_told[READING_WORDS_BYTES];
static char path[] = "/tmp/concordat-referral-XXXXXX";
static char narrative_path[] = "/tmp/concordat-narrative-XXXXXX";

static const char *const street =
    "{\"referral\": {\"id\": \"01020304-0506-7008-800a-0b0c0d0e0f10\","
    "\"source\": \"street-triage\", \"urgency\": \"very-urgent\","
    "\"postcodeDistrict\": \"ZX1\", \"primaryReason\": \"18\","
    "\"needs\": [\"amhp\", \"place-of-safety\"],"
    "\"person\": {\"ageYears\": 30, \"ageKnown\": true, \"ageEstimated\": true},"
    "\"legal\": {\"status\": \"section-136\"},"
    "\"streetTriage\": {\"sceneSafety\": \"not-safe\"}},"
    "\"confidential\": {\"callbackNumber\": \"07700 900123\","
    "\"narrative\": \"Met on a footbridge.\"}}";

static void parse_options(struct referral_input *input, int count, char **words)
{
    *input = (struct referral_input){0};
    assert_int_equal(argp_parse(referral_input_argp(), count, words, ARGP_SILENT, NULL, input), 0);
}

static void write_file(const char *where, const char *text)
{
    FILE *file = fopen(where, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void write_input(const char *json)
{
    write_file(path, json);
}

static Concordat__V1__Submit *submit_from(const struct referral_input *input, const char *from)
{
    const struct referral_sources sources = {.path = from};
    arena_reset(&arena);
    Concordat__V1__Submit *submit = (Concordat__V1__Submit *)referral_input_read(
        input, &sources, &concordat__v1__submit__descriptor, &arena, &reading, &wrong);
    if (submit)
        referral_reading_words(&reading, reading_told);
    return submit;
}

/* Packed, so that two can be compared. */
static size_t packed_from(const struct referral_input *input, const char *from, uint8_t bytes[2000])
{
    ProtobufCMessage *message = (ProtobufCMessage *)submit_from(input, from);
    if (!message)
        fail_msg("%s", wrong.text);
    assert_in_range(protobuf_c_message_get_packed_size(message), 1, 2000);
    return protobuf_c_message_pack(message, bytes);
}

/* A referral of which some fields are typed as in these options. */
static Concordat__V1__Submit *submit_by(size_t count, const char *const *options)
{
    char *words[12] = {(char *)"refer"};
    struct referral_input input;
    assert_in_range(count, 0, 10);
    for (size_t i = 0; i < count; i++)
        words[i + 1] = (char *)(uintptr_t)options[i];
    parse_options(&input, (int)count + 1, words);
    Concordat__V1__Submit *submit = submit_from(&input, NULL);
    if (!submit)
        fail_msg("%s: %s", options[0], wrong.text);
    referral_input_close(&input);
    return submit;
}

static void file_input_and_options_give_the_same_message(void **state)
{
    (void)state;
    char narrative[80];
    snprintf(narrative, sizeof narrative, "--narrative=@%s", narrative_path);
    write_file(narrative_path, "Met on a footbridge.\n");
    char *words[] = {(char *)"refer",
                     (char *)"--id=01020304-0506-7008-800a-0b0c0d0e0f10",
                     (char *)"--source=street-triage",
                     (char *)"--urgency=very-urgent",
                     (char *)"--postcode=zx1",
                     (char *)"--reason=18",
                     (char *)"--needs=amhp,place-of-safety",
                     (char *)"--age=about 30",
                     (char *)"--section-136",
                     (char *)"--scene=not-safe",
                     (char *)"--callback=07700 900123",
                     narrative,
                     NULL};
    char *none[] = {(char *)"refer", NULL};
    struct referral_input by_options, nothing;
    uint8_t from_file[2000], from_input[2000], from_options[2000];
    parse_options(&by_options, 12, words);
    parse_options(&nothing, 1, none);
    write_input(street);

    size_t size = packed_from(&nothing, path, from_file);
    assert_non_null(freopen(path, "r", stdin));
    assert_int_equal(packed_from(&nothing, "-", from_input), size);
    assert_int_equal(packed_from(&by_options, NULL, from_options), size);
    assert_memory_equal(from_file, from_input, size);
    assert_memory_equal(from_file, from_options, size);
    referral_input_close(&by_options);
    referral_input_close(&nothing);
}

static void an_id_is_added_where_none_is_given_and_options_lie_over_the_file(void **state)
{
    (void)state;
    char *words[] = {(char *)"refer", (char *)"--urgency=emergency", NULL};
    struct referral_input input;
    parse_options(&input, 2, words);
    write_input("{\"referral\": {\"source\": \"street-triage\", \"urgency\": \"routine\"}}");
    Concordat__V1__Submit *submit = submit_from(&input, path);
    assert_non_null(submit);
    assert_int_equal(submit->referral->id.len, WIRE_ID_BYTES);
    assert_int_equal(submit->referral->id.data[6] >> 4, 7);
    assert_int_equal(submit->referral->urgency, CONCORDAT__V1__URGENCY__URGENCY_EMERGENCY);
    assert_int_equal(submit->referral->source, CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE);
    referral_input_close(&input);
}

static void a_whole_postcode_is_confidential_and_only_its_district_is_not(void **state)
{
    (void)state;
    char *words[] = {(char *)"refer", (char *)"--source=street-triage", (char *)"--postcode=ZX1 2ab", NULL};
    struct referral_input input;
    parse_options(&input, 3, words);
    Concordat__V1__Submit *submit = submit_from(&input, NULL);
    assert_non_null(submit);
    assert_string_equal(submit->referral->postcode_district, "ZX1");
    assert_string_equal(submit->confidential->postcode, "ZX1 2ab");
    referral_input_close(&input);
}

static void a_narrative_is_read_as_an_editor_saved_it(void **state)
{
    (void)state;
    char option[80];
    char *words[] = {(char *)"refer", (char *)"--source=street-triage", option, NULL};
    struct referral_input input;
    write_file(narrative_path, "\xef\xbb\xbf"
                               "First.\r\n\r\nSecond.\r\n");
    snprintf(option, sizeof option, "--narrative=@%s", narrative_path);
    parse_options(&input, 3, words);
    Concordat__V1__Submit *submit = submit_from(&input, NULL);
    assert_non_null(submit);
    assert_string_equal(submit->confidential->narrative, "First.\n\nSecond.");
    referral_input_close(&input);

    snprintf(option, sizeof option, "--narrative=-");
    assert_non_null(freopen(narrative_path, "r", stdin));
    parse_options(&input, 3, words);
    submit = submit_from(&input, NULL);
    assert_non_null(submit);
    assert_string_equal(submit->confidential->narrative, "First.\n\nSecond.");
    assert_null(submit_from(&input, "-"));
    assert_non_null(strstr(wrong.text, "standard input"));
    referral_input_close(&input);
}

static void a_file_that_a_windows_editor_saved_is_read(void **state)
{
    (void)state;
    struct referral_input input;
    char *words[] = {(char *)"refer", NULL};
    parse_options(&input, 1, words);
    write_input("\xef\xbb\xbf{\r\n\"referral\": {\"source\": \"street-triage\"}\r\n}\r\n");
    Concordat__V1__Submit *submit = submit_from(&input, path);
    assert_non_null(submit);
    assert_int_equal(submit->referral->source, CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE);
    referral_input_close(&input);
}

static void a_language_is_taken_by_its_name_or_any_of_its_codes(void **state)
{
    (void)state;
    static const struct {
        const char *given, *code;
        bool signs;
    } rows[] = {
        {"pl", "pl", false},           {"Polish", "pl", false},
        {"POL", "pl", false},          {"bfi", "bfi", true},
        {"BSL", "bfi", true},          {"british sign language", "bfi", true},
        {"Sylheti", "syl", false},     {"farsi", "fa", false},
        {"Modern Greek", "el", false}, {"zz", NULL, false},
        {"Klingonish", NULL, false},   {"", NULL, false},
        {"Polsh", "pl", false},        {"Polish-Russian", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char option[64];
        snprintf(option, sizeof option, "--language=%s", rows[i].given);
        const Concordat__V1__Demographics *person =
            submit_by(1, (const char *const[]){option})->referral->person;
        if (strcmp(person ? person->language : "", rows[i].code ? rows[i].code : "") != 0)
            fail_msg("\"%s\"", rows[i].given);
        assert_int_equal(person && person->interpreter_needed, rows[i].signs);
    }
}

static void P9_a_narrative_on_the_command_line_is_refused_with_the_remedy(void **state)
{
    (void)state;
    static const char *const given[] = {"--narrative=Met on a footbridge.",
                                        "--narrative=", "--narrative=@/nowhere/at-all.txt"};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        char *words[] = {(char *)"refer", (char *)(uintptr_t)given[i], NULL};
        struct referral_input input = {0};
        char *told = NULL;
        size_t size = 0;
        FILE *standard = stderr;
        stderr = open_memstream(&told, &size);
        argp_parse(referral_input_argp(), 2, words, ARGP_NO_EXIT, NULL, &input);
        fclose(stderr);
        stderr = standard;
        if (!strstr(told, i < 2 ? "--narrative @FILE" : "cannot be read"))
            fail_msg("%s is told as: %s", given[i], told);
        free(told);
        referral_input_close(&input);
    }
}

static void P11_a_postcode_as_people_type_it_is_sent_and_its_district_found(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *district, *postcode;
    } rows[] = {
        {"--postcode=zx5", "ZX5", ""},
        {"--postcode=ZX5-1AA", "ZX5", "ZX5-1AA"},
        {"--postcode=ZX5,", "ZX5", "ZX5,"},
        {"--postcode=ZX5 1A", "ZX5", "ZX5 1A"},
        {"--postcode=St Mary's bridge, ZX1 4", "ZX1", "St Mary's bridge, ZX1 4"},
        {"--postcode=zz99 3vz", "", "zz99 3vz"},
        {"--postcode=NFA", "", "ZZ99 3VZ"},
        {"--postcode=by the bridge", "", "by the bridge"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *words[] = {(char *)"refer", (char *)"--source=street-triage", (char *)(uintptr_t)rows[i].typed,
                         NULL};
        struct referral_input input;
        parse_options(&input, 3, words);
        Concordat__V1__Submit *submit = submit_from(&input, NULL);
        if (!submit)
            fail_msg("%s: %s", rows[i].typed, wrong.text);
        assert_string_equal(submit->referral->postcode_district, rows[i].district);
        assert_string_equal(submit->confidential ? submit->confidential->postcode : "", rows[i].postcode);
        referral_input_close(&input);
    }
}

static void P9_words_in_the_place_of_a_code_are_confidential_and_the_person_is_told(void **state)
{
    (void)state;
    char *words[] = {(char *)"refer", (char *)"--site=the van at the harbour", (char *)"--role=Ward sister",
                     (char *)"--reason=frightened since Monday", NULL};
    struct referral_input input;
    parse_options(&input, 4, words);
    write_input(
        "{\"referral\": {\"source\": \"street-triage\", \"urgency_set_by\": \"the inspector\","
        "\"safeguarding\": [\"domestic abuse\", \"neighbour shouts at her\", \"owes a cousin money\"],"
        "\"person\": {\"gender\": \"trans man\", \"ethnicityStatedBy\": \"self\"},"
        "\"streetTriage\": {\"kindOfPlace\": \"roof of the mill\"}},"
        "\"confidential\": {\"callbackNumber\": \"07700 900123\", \"otherFacts\": \"Has a dog.\"}}");
    Concordat__V1__Submit *submit = submit_from(&input, path);
    if (!submit)
        fail_msg("%s", wrong.text);
    const Concordat__V1__Referral *facts = submit->referral;
    assert_string_equal(facts->site, "");
    assert_string_equal(facts->primary_reason, "");
    assert_string_equal(facts->person->gender, "");
    assert_int_equal(facts->person->ethnicity_stated_by,
                     CONCORDAT__V1__ETHNICITY_STATED_BY__ETHNICITY_STATED_BY_SELF);
    assert_int_equal(facts->referrer_role, CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_OTHER);
    assert_int_equal(facts->urgency_set_by, CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_OTHER);
    assert_int_equal(facts->street_triage->kind_of_place, CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_OTHER);
    assert_int_equal(facts->n_safeguarding, 2);
    assert_int_equal(facts->safeguarding[0], CONCORDAT__V1__SAFEGUARDING__SAFEGUARDING_DOMESTIC_ABUSE);
    assert_int_equal(facts->safeguarding[1], CONCORDAT__V1__SAFEGUARDING__SAFEGUARDING_OTHER);
    assert_string_equal(submit->confidential->site_in_words, "the van at the harbour");
    assert_string_equal(submit->confidential->role_in_words, "Ward sister; Urgency set by: the inspector");
    assert_string_equal(
        submit->confidential->other_facts,
        "Has a dog.\nReason: frightened since Monday\nSafeguarding: neighbour shouts at her\n"
        "Safeguarding: owes a cousin money\nKind of place: roof of the mill\nGender: trans man");
    assert_string_equal(reading_told,
                        "No code, so now in the confidential part: Site, Role, Urgency set by, Reason, "
                        "Safeguarding, Kind of place, Gender.");
    referral_input_close(&input);
}

static void a_code_is_taken_in_words_and_nothing_is_said(void **state)
{
    (void)state;
    char *words[] = {(char *)"refer",
                     (char *)"--source=street-triage",
                     (char *)"--site=northmoor-car",
                     (char *)"--role=Street triage nurse",
                     (char *)"--reason=18",
                     NULL};
    struct referral_input input;
    parse_options(&input, 5, words);
    Concordat__V1__Submit *submit = submit_from(&input, NULL);
    assert_non_null(submit);
    assert_string_equal(submit->referral->site, "northmoor-car");
    assert_int_equal(submit->referral->referrer_role,
                     CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_STREET_TRIAGE_NURSE);
    assert_null(submit->confidential);
    assert_string_equal(reading_told, "");
    referral_input_close(&input);
}

static void R17_what_means_something_is_its_code_and_the_person_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *understood;
    } rows[] = {
        {"--age=40s", "Understood: Age: about 45."},
        {"--age=~40", "Understood: Age: about 40."},
        {"--age=fifteen", "Understood: Age: 15."},
        {"--gender=male", "Understood: Gender: 1 (male)."},
        {"--ethnicity=black african", "Understood: Ethnicity: N (Black African)."},
        {"--reason=self harm", "Understood: Reason: 15 (self harm)."},
        {"--urgency=urgnt", "Understood: Urgency: urgent."},
        {"--transport=police car", "Understood: Transport: police vehicle."},
        {"--place-of-safety=A&E", "Understood: Place of safety: emergency department."},
        {"--scene=unsafe", "Understood: Scene safety: not safe."},
        {"--legal=s136", "Understood: Status: section 136."},
        {"--language=polish", "Understood: Language: Polish."},
        {"--needs=amhp, interpreter", "Understood: Needs: an interpreter."},
        {"--postcode=St Mary's bridge, ZX1 4", "Understood: Postcode: district ZX1."},
        {"--postcode=no fixed abode", "Understood: Postcode: no fixed abode (ZZ99 3VZ)."},
        {"--physically-cleared=not yet", "Understood: Physically cleared: no."},
        {"--age=15", ""},
        {"--gender=1", ""},
        {"--urgency=Very Urgent", ""},
        {"--postcode=ZX1 2AB", ""},
        {"--section-136-at=2026-11-28T03:05:00Z", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        submit_by(1, (const char *const[]){rows[i].typed});
        if (strcmp(reading_told, rows[i].understood) != 0)
            fail_msg("%s is told as: %s", rows[i].typed, reading_told);
    }
}

static void R17_what_cannot_be_read_goes_into_the_narrative_and_nothing_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *narrative, *kept;
    } rows[] = {
        {"--age=quite young", "Age as typed: quite young", "Age"},
        {"--age=300", "Age as typed: 300", "Age"},
        {"--section-136-at=after lunch", "Power used at as typed: after lunch", "Power used at"},
        {"--section-136-at=25:00", "Power used at as typed: 25:00", "Power used at"},
        {"--urgency=soon", "Urgency as typed: soon", "Urgency"},
        {"--transport=horse", "Transport as typed: horse", "Transport"},
        {"--language=Klingonish", "Language as typed: Klingonish", "Language"},
        {"--needs=perinatal,a hug", "Needs as typed: a hug", "Needs"},
        {"--self-harm=perhaps", "Self harm as typed: perhaps", "Self harm"},
        {"--id=417", "Id as typed: 417", "Id"},
        {"--source=bus", "Source as typed: bus", "Source"},
        {"--legal=section 126", "Status as typed: section 126", "Status"},
        {"--section-136-at=caf\xe9", "Power used at as typed: caf\xc3\xa9", "Power used at"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Concordat__V1__Submit *submit =
            submit_by(2, (const char *const[]){rows[i].typed, "--callback=07700 900123"});
        if (!submit->confidential || strcmp(submit->confidential->narrative, rows[i].narrative) != 0)
            fail_msg("%s is kept as: %s", rows[i].typed, submit->confidential->narrative);
        assert_string_equal(submit->confidential->callback_number, "07700 900123");
        assert_string_equal(reading.kept, rows[i].kept);
        assert_int_equal(submit->referral->id.len, WIRE_ID_BYTES);
    }
}

static void R17_a_file_is_read_as_leniently_as_options(void **state)
{
    (void)state;
    static const struct {
        const char *json, *narrative;
    } files[] = {
        {"{\"referral\": {\"urgncy\": \"urgent\"}}", ""},
        {"{\"referral\": {\"mood\": \"low\"}}", "mood as typed: low"},
        {"{\"referral\": {\"person\": {\"ageYears\": 3000, \"ageKnown\": true}}}", "Age as typed: 3000"},
        {"{\"referral\": {\"person\": \"a young man\"}}", "Person as typed: a young man"},
        {"{\"referral\": {\"needs\": {\"amhp\": true}}}", "Needs, amhp as typed: true"},
        {"{\"referral\": {\"needs\": \"amhp and perinatal\"}}", ""},
        {"{\"referral\": {\"legal\": {\"powerUsedAt\": 5}}}", "Power used at as typed: 5"},
        {"{\"referral\": {\"legal\": {\"powerUsedAt\": {\"unixMs\": \"soon\"}}}}",
         "Power used at, unixMs as typed: soon"},
        {"{\"referral\": {\"source\": \"street-triage\", \"streetTriage\": {\"sceneSafety\": \"safe\"},"
         "\"emergencyDepartment\": {\"selfHarm\": \"yes\"}}}",
         "Emergency department, selfHarm as typed: yes"},
        {"{\"referral\": {\"site\": \"a\", \"Site\": \"b\"}}", "Site as typed: b"},
        {"{\"source\": \"street-triage\", \"callbackNumber\": \"07700 900123\"}", ""},
        {"{\"referral\": null, \"confidential\": [1]}", "confidential as typed: 1"},
        {"{\"confidential\": {\"narrative\": \"Low.\", \"nhsNumber\": 9434765919, \"shoe\": 7}}",
         "Low.\nshoe as typed: 7"},
        {"{\"confidential\": {\"personName\": \"Robin\\u001b[2J Example\"}}", ""},
        {"{\"confidential\": {\"dateOfBirth\": \"in May\"}}", ""},
    };
    char *none[] = {(char *)"refer", NULL};
    struct referral_input nothing;
    parse_options(&nothing, 1, none);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_input(files[i].json);
        Concordat__V1__Submit *submit = submit_from(&nothing, path);
        if (!submit)
            fail_msg("%s is refused: %s", files[i].json, wrong.text);
        const char *narrative = submit->confidential ? submit->confidential->narrative : "";
        if (strcmp(narrative, files[i].narrative) != 0)
            fail_msg("%s is kept as: %s", files[i].json, narrative);
    }
    referral_input_close(&nothing);
}

static void R17_a_narrative_of_any_length_is_sent(void **state)
{
    (void)state;
    static const size_t sizes[] = {8000, 9000, 9900, 30000};
    char option[80];
    snprintf(option, sizeof option, "--narrative=@%s", narrative_path);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        FILE *file = fopen(narrative_path, "w");
        assert_non_null(file);
        for (size_t at = 0; at < sizes[i] / 2; at++)
            fputs("\xc3\xa9", file);
        fclose(file);
        Concordat__V1__Submit *submit = submit_by(2, (const char *const[]){option, "--age=odd"});
        assert_int_equal(strlen(submit->confidential->narrative), 8000);
        assert_non_null(strstr(submit->confidential->as_typed, "Age as typed: odd"));
        assert_int_equal(reading.cut, sizes[i] > 9900);
    }
}

static void R7_an_age_beside_a_birth_that_contradicts_it_is_sent_with_both(void **state)
{
    (void)state;
    char *none[] = {(char *)"refer", (char *)"--age=40", NULL};
    struct referral_input input;
    parse_options(&input, 2, none);
    write_input(
        "{\"referral\": {\"source\": \"street-triage\"}, \"confidential\": {\"dateOfBirth\": \"31/12/2010\"}}");
    Concordat__V1__Submit *submit = submit_from(&input, path);
    assert_non_null(submit);
    assert_int_equal(submit->referral->person->age_years, 40);
    assert_true(submit->referral->person->age_known);
    assert_string_equal(submit->confidential->date_of_birth, "2010-12-31");
    referral_input_close(&input);
}

static void what_is_no_referral_at_all_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *json, *told;
    } files[] = {{"{\"referral\": ", "line"}, {"[]", "referral"}};
    char *none[] = {(char *)"refer", NULL};
    struct referral_input nothing;
    parse_options(&nothing, 1, none);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        write_input(files[i].json);
        assert_null(submit_from(&nothing, path));
        if (!strstr(wrong.text, files[i].told))
            fail_msg("%s is told as: %s", files[i].json, wrong.text);
    }
    assert_null(submit_from(&nothing, "/nowhere/at-all.json"));
    assert_non_null(strstr(wrong.text, "cannot be opened"));
    referral_input_close(&nothing);
}

static void the_examples_can_be_referred(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        Concordat__V1__Source source;
    } examples[] = {
        {SOURCE_FOLDER "/deploy/examples/street-triage.json", CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE},
        {SOURCE_FOLDER "/deploy/examples/liaison-and-diversion.json",
         CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION},
        {SOURCE_FOLDER "/deploy/examples/emergency-department.json",
         CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT},
    };
    char *none[] = {(char *)"refer", NULL};
    struct referral_input nothing;
    parse_options(&nothing, 1, none);
    for (size_t i = 0; i < 3; i++) {
        Concordat__V1__Submit *submit = submit_from(&nothing, examples[i].file);
        if (!submit)
            fail_msg("%s", wrong.text);
        assert_int_equal(submit->referral->source, examples[i].source);
        assert_string_not_equal(submit->confidential->callback_number, "");
    }
    referral_input_close(&nothing);
}

static int open_input(void **state)
{
    (void)state;
    int file = mkstemp(path), narrative = mkstemp(narrative_path);
    return file < 0 || close(file) != 0 || narrative < 0 || close(narrative) != 0 ||
           arena_open(&arena, ARENA_MESSAGE_BYTES) != 0;
}

static int close_input(void **state)
{
    (void)state;
    arena_close(&arena);
    return unlink(path) != 0 || unlink(narrative_path) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_input_and_options_give_the_same_message),
        cmocka_unit_test(an_id_is_added_where_none_is_given_and_options_lie_over_the_file),
        cmocka_unit_test(a_whole_postcode_is_confidential_and_only_its_district_is_not),
        cmocka_unit_test(a_narrative_is_read_as_an_editor_saved_it),
        cmocka_unit_test(a_file_that_a_windows_editor_saved_is_read),
        cmocka_unit_test(a_language_is_taken_by_its_name_or_any_of_its_codes),
        cmocka_unit_test(P9_a_narrative_on_the_command_line_is_refused_with_the_remedy),
        cmocka_unit_test(P11_a_postcode_as_people_type_it_is_sent_and_its_district_found),
        cmocka_unit_test(P9_words_in_the_place_of_a_code_are_confidential_and_the_person_is_told),
        cmocka_unit_test(a_code_is_taken_in_words_and_nothing_is_said),
        cmocka_unit_test(R17_what_means_something_is_its_code_and_the_person_is_told),
        cmocka_unit_test(R17_what_cannot_be_read_goes_into_the_narrative_and_nothing_is_refused),
        cmocka_unit_test(R17_a_file_is_read_as_leniently_as_options),
        cmocka_unit_test(R17_a_narrative_of_any_length_is_sent),
        cmocka_unit_test(R7_an_age_beside_a_birth_that_contradicts_it_is_sent_with_both),
        cmocka_unit_test(what_is_no_referral_at_all_is_named),
        cmocka_unit_test(the_examples_can_be_referred),
    };
    return cmocka_run_group_tests(tests, open_input, close_input);
}
