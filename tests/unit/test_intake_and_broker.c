/* One referral, through an intake and straight to the broker: both judge it by the same rules, and both tell
 * by the same content whether they have it already. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "broker/record/record.h"
#include "services/intake/commands.h"
#include "tests/worlds/core_world.h"
#include "tests/worlds/referral_cases.h"

#define HOUR_MS   (60 * CASES_MINUTE_MS)
#define BIT(name) flag_bit(CONCORDAT__V1__FLAG__FLAG_##name)

/* An intake's commands and outbox in a folder, and a request for both ways. */
struct two_ways {
    char folder[64];
    struct outbox *outbox;
    struct commands commands;
    struct arena arena;
    struct reply reply;
    struct record_content content;
    struct whole_referral whole;
    uint8_t command_id[WIRE_ID_BYTES];
    Concordat__V1__Submit submit;
    Concordat__V1__Request request;
};

static int open_two_ways(void **state)
{
    struct two_ways *t = calloc(1, sizeof *t);
    char path[96], message[256];
    enum outbox_status status;
    struct ring ring;
    const uint8_t seal_key[SEAL_KEY_BYTES] = {'k'};
    assert_non_null(t);
    snprintf(t->folder, sizeof t->folder, "/tmp/two-ways-XXXXXX");
    assert_non_null(mkdtemp(t->folder));
    snprintf(path, sizeof path, "%s/outbox.db", t->folder);
    t->outbox = outbox_open(path, seal_key, NULL, &status, message, sizeof message);
    assert_non_null(t->outbox);
    assert_true(ring_parse("Duty coordinator 01632 960100", &ring));
    const struct referral_site site = {.organisation = "ZZ1", .site = "southfell-car"};
    assert_int_equal(commands_open(&t->commands, t->outbox, &site, &ring), 0);
    assert_int_equal(arena_open(&t->arena, ARENA_MESSAGE_BYTES), 0);
    t->command_id[0] = 'c';
    concordat__v1__submit__init(&t->submit);
    concordat__v1__request__init(&t->request);
    t->request.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, t->command_id};
    t->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    t->request.submit = &t->submit;
    t->submit.referral = &t->whole.referral;
    t->submit.confidential = &t->whole.confidential;
    *state = t;
    return 0;
}

static int close_two_ways(void **state)
{
    struct two_ways *t = *state;
    char path[128];
    commands_close(&t->commands);
    arena_close(&t->arena);
    outbox_close(&t->outbox);
    for (const char *const *name = (const char *const[]){"outbox.db", "outbox.db-wal", NULL}; *name; name++) {
        snprintf(path, sizeof path, "%s/%s", t->folder, *name);
        (void)unlink(path);
    }
    (void)rmdir(t->folder);
    free(t);
    return 0;
}

/* Fills in the referral of a case, under an id and a command id of its own. */
static void pose_case(struct two_ways *t, const struct referral_case *from, size_t number)
{
    cases_whole(&t->whole, from->source);
    from->change(&t->whole);
    t->commands.site.source = from->source;
    t->command_id[1] = t->whole.id[1] = (uint8_t)number;
}

static uint64_t flags_of_referral(const Concordat__V1__Referral *referral)
{
    uint64_t flags = 0;
    for (size_t i = 0; i < referral->n_flags; i++)
        flags |= flag_bit(referral->flags[i]);
    return flags;
}

/* Lets the broker take a request at an instant. Returns all that a reader of the ledger finds noted about it:
 * the flags that the referral carries, and the broker's own. */
static uint64_t flags_in_ledger(struct two_ways *t, const Concordat__V1__Request *request, int64_t now_ms)
{
    struct core_world *w = core_world_open(1, NULL);
    struct command command;
    w->now_ms = now_ms;
    assert_true(record_read_command(request, NULL, 0, now_ms, &t->content, &command));
    command.party = PARTY_SOURCE;
    command.actor = "intake";
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    uint64_t flags = world_event(w, EVENT_RECEIVED)->is.received.flags;
    core_world_close(&w);
    return flags | flags_of_referral(request->submit->referral);
}

/* The request as an intake that is given it at an instant delivers it. */
static const Concordat__V1__Request *through_intake(struct two_ways *t, int64_t now_ms)
{
    static uint8_t packed[WIRE_REQUEST_BYTES_MAX];
    struct wire_fault fault;
    struct outbox_command stored;
    size_t size = concordat__v1__request__pack(&t->request, packed);
    Concordat__V1__Request *request = wire_unpack_request(packed, size, &t->arena, &fault);
    assert_non_null(request);
    assert_int_equal(commands_answer(&t->commands, request, &t->arena, now_ms, &t->reply), OUTBOX_OK);
    assert_true(t->reply.answer.done);
    arena_reset(&t->arena);
    assert_int_equal(outbox_find_command(t->outbox, t->command_id, &t->arena, &stored), OUTBOX_OK);
    return stored.request;
}

static void P11_a_sender_who_skips_the_intake_has_the_same_flags(void **state)
{
    struct two_ways *t = *state;
    size_t count;
    const struct referral_case *cases = cases_all(&count);
    for (size_t i = 0; i < count; i++) {
        /* No policy here names the district. */
        uint64_t expected = (BIT(AREA_ASSUMED) | flag_bit(cases[i].flag)) & ~BIT(UNSPECIFIED);
        pose_case(t, &cases[i], i);
        uint64_t by_intake = flags_in_ledger(t, through_intake(t, CASES_NOW_MS), CASES_NOW_MS);
        /* A flag that the sender sets without ground is taken away by an intake; the ledger has the referral
         * as it was sent. */
        uint64_t claimed = flags_of_referral(&t->whole.referral);
        uint64_t straight = flags_in_ledger(t, &t->request, CASES_NOW_MS);
        if (by_intake != expected || straight != (expected | claimed))
            fail_msg("%s: by the intake %#llx, straight %#llx, expected %#llx", cases[i].name,
                     (unsigned long long)by_intake, (unsigned long long)straight,
                     (unsigned long long)expected);
    }
}

/* Teams are found by the referral alone, which is in the ledger, and never by its confidential part. */
static void an_age_that_only_the_date_of_birth_tells_is_made_good_at_an_intake_alone(void **state)
{
    struct two_ways *t = *state;
    size_t count;
    const struct referral_case *cases = cases_all(&count);
    pose_case(t, &cases[0], 0);
    t->whole.referral.person->age_known = false;
    t->whole.confidential.date_of_birth = "2010-01-01";
    assert_int_equal(flags_in_ledger(t, through_intake(t, CASES_NOW_MS), CASES_NOW_MS), BIT(AREA_ASSUMED));
    assert_int_equal(flags_in_ledger(t, &t->request, CASES_NOW_MS), BIT(AREA_ASSUMED) | BIT(AGE_MISSING));
}

/* The age by which teams are found. */
static uint32_t age_routed(struct two_ways *t, const Concordat__V1__Request *request)
{
    struct command command;
    assert_true(record_read_command(request, NULL, 0, CASES_NOW_MS, &t->content, &command));
    return command.is.submit.facts.age;
}

static void who_may_be_a_child_is_routed_as_one_by_either_way(void **state)
{
    struct two_ways *t = *state;
    static const struct {
        uint32_t stated;
        const char *born;
        uint32_t routed;
    } rows[] = {{34, "2015-01-01", 11}, {12, "1990-01-01", 12}, {18, "2009-01-01", 17},
                {34, "1960-01-01", 34}, {34, "", 34},           {34, "01/01/2015", 11},
                {70, "1980-06-01", 46}, {16, "2010-01-01", 16}};
    size_t count;
    const struct referral_case *cases = cases_all(&count);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pose_case(t, &cases[0], i);
        t->whole.person.age_years = rows[i].stated;
        t->whole.confidential.date_of_birth = (char *)(uintptr_t)rows[i].born;
        assert_int_equal(age_routed(t, through_intake(t, CASES_NOW_MS)), rows[i].routed);
        assert_int_equal(age_routed(t, &t->request), rows[i].routed);
    }
}

/* An outage: the intake saves a referral, and the broker has it later. */
static void what_was_noted_when_it_was_saved_stays_and_the_broker_adds_its_own(void **state)
{
    struct two_ways *t = *state;
    const int64_t saved_ms = CASES_NOW_MS;
    size_t count;
    const struct referral_case *cases = cases_all(&count);
    pose_case(t, &cases[0], 0);
    uint64_t flags = flags_in_ledger(t, through_intake(t, saved_ms), saved_ms + 25 * HOUR_MS);
    assert_int_equal(flags, BIT(AREA_ASSUMED) | BIT(DECIDED_TIME_LONG_AGO));

    pose_case(t, &cases[0], 1);
    t->whole.decided.unix_ms = saved_ms + 10 * CASES_MINUTE_MS;
    flags = flags_in_ledger(t, through_intake(t, saved_ms), saved_ms + HOUR_MS);
    assert_int_equal(flags, BIT(AREA_ASSUMED) | BIT(DECIDED_TIME_IN_FUTURE));

    /* A time that the intake imputed is missing, and not long ago, however late it comes. */
    pose_case(t, &cases[0], 2);
    t->whole.referral.decided_at = NULL;
    flags = flags_in_ledger(t, through_intake(t, saved_ms), saved_ms + 25 * HOUR_MS);
    assert_int_equal(flags, BIT(AREA_ASSUMED) | BIT(DECIDED_TIME_MISSING));
}

static void list_a_site(struct core_world *w)
{
    static struct policy_site sites[] = {{.id = "northmoor-car"}};
    w->policy.sites = sites;
    w->policy.site_count = 1;
}

/* The flags that the broker adds to a submission of the first case from a site. */
static uint64_t flags_of_site(struct two_ways *t, const char *site, void (*adjust)(struct core_world *world))
{
    struct core_world *w = core_world_open(1, adjust);
    struct command command;
    t->whole.referral.site = (char *)(uintptr_t)site;
    assert_true(record_read_command(&t->request, NULL, 0, CASES_NOW_MS, &t->content, &command));
    command.party = PARTY_SOURCE;
    command.actor = "intake";
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    uint64_t flags = world_event(w, EVENT_RECEIVED)->is.received.flags;
    core_world_close(&w);
    return flags;
}

static void P11_a_site_that_the_directory_does_not_list_is_taken_and_noted(void **state)
{
    struct two_ways *t = *state;
    size_t count;
    pose_case(t, &cases_all(&count)[0], 0);
    assert_int_equal(flags_of_site(t, "northmoor-car", list_a_site), BIT(AREA_ASSUMED));
    assert_int_equal(flags_of_site(t, "southfell-van", list_a_site), BIT(AREA_ASSUMED) | BIT(SITE_NOT_KNOWN));
    assert_int_equal(flags_of_site(t, "southfell-van", NULL), BIT(AREA_ASSUMED));
}

/* --- what makes two commands the same ------------------------------------------------------------------- */

/* The digest of the request at an intake, and at the broker with its own bytes and packed again. */
static void digest_both_ways(struct two_ways *t, uint8_t at_intake[CONTENT_DIGEST_BYTES],
                             uint8_t at_broker[CONTENT_DIGEST_BYTES])
{
    static uint8_t packed[WIRE_REQUEST_BYTES_MAX];
    struct command command, repacked;
    size_t size = concordat__v1__request__pack(&t->request, packed);
    assert_true(outbox_digest(&t->request, at_intake));
    assert_true(record_read_command(&t->request, packed, size, CASES_NOW_MS, &t->content, &command));
    assert_true(record_read_command(&t->request, NULL, 0, CASES_NOW_MS, &t->content, &repacked));
    assert_memory_equal(command.digest, repacked.digest, DIGEST_BYTES);
    memcpy(at_broker, command.digest, DIGEST_BYTES);
}

#define PAIR(name) static void pair_##name(struct two_ways *t)
PAIR(other_command_id)
{
    t->command_id[15] = 'x';
}
PAIR(without_an_id)
{
    t->request.command_id = (ProtobufCBinaryData){0, NULL};
}
PAIR(through_another_device)
{
    t->request.device = "car-2";
}
PAIR(through_a_device_without_an_id)
{
    pair_without_an_id(t);
    pair_through_another_device(t);
}
PAIR(noted_by_an_intake)
{
    static Concordat__V1__Flag flags[] = {CONCORDAT__V1__FLAG__FLAG_NAME_MISSING,
                                          CONCORDAT__V1__FLAG__FLAG_DECIDED_TIME_LONG_AGO};
    t->whole.referral.flags = flags;
    t->whole.referral.n_flags = 2;
}
PAIR(written_on_paper)
{
    static Concordat__V1__Flag flags[] = {CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY};
    t->whole.referral.flags = flags;
    t->whole.referral.n_flags = 1;
}
PAIR(written_on_paper_and_noted)
{
    static Concordat__V1__Flag flags[] = {CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY,
                                          CONCORDAT__V1__FLAG__FLAG_NAME_MISSING};
    t->whole.referral.flags = flags;
    t->whole.referral.n_flags = 2;
}
PAIR(other_referral)
{
    t->whole.id[15] = 'x';
}
PAIR(other_site)
{
    t->whole.referral.site = "elsewhere";
}
PAIR(drill)
{
    t->whole.referral.drill = true;
}
PAIR(other_details)
{
    t->whole.street_triage.section_136_used = CONCORDAT__V1__ANSWERED__ANSWERED_NO;
}
PAIR(other_narrative)
{
    t->whole.confidential.narrative = "Has been met again.";
}
PAIR(text_in_another_field)
{
    t->whole.confidential.referrer_name = t->whole.confidential.person_name;
    t->whole.confidential.person_name = "";
}
PAIR(no_confidential_part)
{
    t->submit.confidential = NULL;
}
PAIR(as_an_update)
{
    static Concordat__V1__Update update;
    concordat__v1__update__init(&update);
    update.referral = t->submit.referral;
    update.confidential = t->submit.confidential;
    t->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_UPDATE;
    t->request.update = &update;
}
PAIR(as_an_update_and_noted)
{
    pair_noted_by_an_intake(t);
    pair_as_an_update(t);
}
PAIR(withdrawn)
{
    static Concordat__V1__Withdraw withdraw;
    concordat__v1__withdraw__init(&withdraw);
    withdraw.referral = t->whole.referral.id;
    t->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
    t->request.withdraw = &withdraw;
}
PAIR(withdrawn_under_another_id)
{
    pair_withdrawn(t);
    pair_other_command_id(t);
}
PAIR(withdrawn_through_another_device)
{
    pair_withdrawn(t);
    pair_through_another_device(t);
}
PAIR(withdrawn_with_a_reason)
{
    pair_withdrawn(t);
    t->request.withdraw->reason = "seen elsewhere";
}
/* Its own bytes are those of the withdrawal. */
PAIR(told_of_no_state)
{
    static Concordat__V1__Told told;
    concordat__v1__told__init(&told);
    told.referral = t->whole.referral.id;
    t->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_TOLD;
    t->request.told = &told;
}
PAIR(as_it_was)
{
    (void)t;
}

#define PAIRED(name) #name, pair_##name

static const struct content_pair {
    const char *name;
    void (*second)(struct two_ways *t);
    void (*first)(struct two_ways *t);
    bool is_same;
    bool is_other_text; /* and nothing else: no digest in the ledger may be made of it, so the broker compares
                           it */
} content_pairs[] = {
    {PAIRED(as_it_was), pair_as_it_was, true, false},
    {PAIRED(other_command_id), pair_as_it_was, true, false},
    {PAIRED(without_an_id), pair_as_it_was, true, false},
    {PAIRED(through_another_device), pair_as_it_was, true, false},
    {PAIRED(through_a_device_without_an_id), pair_as_it_was, true, false},
    {PAIRED(withdrawn_through_another_device), pair_withdrawn, true, false},
    {PAIRED(noted_by_an_intake), pair_as_it_was, true, false},
    {PAIRED(written_on_paper_and_noted), pair_written_on_paper, true, false},
    {PAIRED(as_an_update_and_noted), pair_as_an_update, true, false},
    {PAIRED(withdrawn_under_another_id), pair_withdrawn, true, false},
    {PAIRED(written_on_paper), pair_as_it_was, false, false},
    {PAIRED(written_on_paper_and_noted), pair_noted_by_an_intake, false, false},
    {PAIRED(other_referral), pair_as_it_was, false, false},
    {PAIRED(other_site), pair_as_it_was, false, false},
    {PAIRED(drill), pair_as_it_was, false, false},
    {PAIRED(other_details), pair_as_it_was, false, false},
    {PAIRED(other_narrative), pair_as_it_was, false, true},
    {PAIRED(text_in_another_field), pair_as_it_was, false, true},
    {PAIRED(no_confidential_part), pair_as_it_was, false, true},
    {PAIRED(as_an_update), pair_as_it_was, false, false},
    {PAIRED(withdrawn_with_a_reason), pair_withdrawn, false, true},
    {PAIRED(told_of_no_state), pair_withdrawn, false, false},
};

static void begin_pair(struct two_ways *t, void (*change)(struct two_ways *t))
{
    size_t count;
    pose_case(t, &cases_all(&count)[0], 0);
    t->command_id[15] = 0;
    t->submit.confidential = &t->whole.confidential;
    t->request.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, t->command_id};
    t->request.device = "car-1";
    t->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    t->request.submit = &t->submit;
    change(t);
}

static void P5_what_makes_two_commands_the_same_is_one_question_in_both_places(void **state)
{
    struct two_ways *t = *state;
    uint8_t intake[2][CONTENT_DIGEST_BYTES], broker[2][CONTENT_DIGEST_BYTES];
    for (size_t i = 0; i < sizeof content_pairs / sizeof *content_pairs; i++) {
        const struct content_pair *pair = &content_pairs[i];
        begin_pair(t, pair->first);
        digest_both_ways(t, intake[0], broker[0]);
        begin_pair(t, pair->second);
        digest_both_ways(t, intake[1], broker[1]);
        if ((memcmp(intake[0], intake[1], CONTENT_DIGEST_BYTES) == 0) != pair->is_same)
            fail_msg("%s at an intake", pair->name);
        if ((memcmp(broker[0], broker[1], CONTENT_DIGEST_BYTES) == 0) !=
            (pair->is_same || pair->is_other_text))
            fail_msg("%s at the broker", pair->name);
    }
}

/* As a sender with another library may pack it: the id behind the command. */
static void P5_the_same_command_packed_otherwise_is_the_same(void **state)
{
    struct two_ways *t = *state;
    static uint8_t packed[WIRE_REQUEST_BYTES_MAX], otherwise[WIRE_REQUEST_BYTES_MAX];
    enum { ID_FIELD_BYTES = 2 + WIRE_ID_BYTES };
    uint8_t at_intake[CONTENT_DIGEST_BYTES], again[CONTENT_DIGEST_BYTES];
    struct wire_fault fault;
    struct command command, moved;
    begin_pair(t, pair_written_on_paper_and_noted);
    size_t size = concordat__v1__request__pack(&t->request, packed);
    memcpy(otherwise, packed + ID_FIELD_BYTES, size - ID_FIELD_BYTES);
    memcpy(otherwise + size - ID_FIELD_BYTES, packed, ID_FIELD_BYTES);
    assert_true(outbox_digest(&t->request, at_intake));
    assert_true(record_read_command(&t->request, packed, size, CASES_NOW_MS, &t->content, &command));
    Concordat__V1__Request *request = wire_unpack_request(otherwise, size, &t->arena, &fault);
    assert_non_null(request);
    assert_false(fault.as_packed);
    assert_true(outbox_digest(request, again));
    assert_true(record_read_command(request, NULL, 0, CASES_NOW_MS, &t->content, &moved));
    assert_memory_equal(at_intake, again, CONTENT_DIGEST_BYTES);
    assert_memory_equal(command.digest, moved.digest, DIGEST_BYTES);
}

#define TWO_WAYS(name) cmocka_unit_test_setup_teardown(name, open_two_ways, close_two_ways)

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        TWO_WAYS(P11_a_sender_who_skips_the_intake_has_the_same_flags),
        TWO_WAYS(an_age_that_only_the_date_of_birth_tells_is_made_good_at_an_intake_alone),
        TWO_WAYS(who_may_be_a_child_is_routed_as_one_by_either_way),
        TWO_WAYS(what_was_noted_when_it_was_saved_stays_and_the_broker_adds_its_own),
        TWO_WAYS(P11_a_site_that_the_directory_does_not_list_is_taken_and_noted),
        TWO_WAYS(P5_what_makes_two_commands_the_same_is_one_question_in_both_places),
        TWO_WAYS(P5_the_same_command_packed_otherwise_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
