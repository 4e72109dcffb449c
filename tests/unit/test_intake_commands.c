/* The answers of an intake: an update loses nothing of an earlier version, and a failing disk is never
 * answered with "saved". */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/wire/utf8.h"
#include "services/intake/commands.h"

#define NOW_MS     INT64_C(1790000000000)
#define FLAG(name) CONCORDAT__V1__FLAG__FLAG_##name

static const uint8_t seal_key[SEAL_KEY_BYTES] = {'k'};
static const struct referral_site site = {.source = CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT,
                                          .organisation = "ZZ1",
                                          .site = "southfell-ed"};

struct desk {
    char folder[64], path[96];
    struct outbox *outbox;
    struct commands commands;
    struct arena arena;
    struct reply reply;
    /* A request to be changed by the test. */
    uint8_t id[WIRE_ID_BYTES], command_id[WIRE_ID_BYTES];
    Concordat__V1__Referral referral;
    Concordat__V1__EmergencyDepartment department;
    Concordat__V1__Confidential confidential;
    char *person; /* at the keyboard; NULL: the device does not say */
};

static int open_desk(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    enum outbox_status status;
    struct ring ring;
    char message[256];
    assert_non_null(d);
    snprintf(d->folder, sizeof d->folder, "/tmp/commands-XXXXXX");
    assert_non_null(mkdtemp(d->folder));
    snprintf(d->path, sizeof d->path, "%s/outbox.db", d->folder);
    d->outbox = outbox_open(d->path, seal_key, NULL, &status, message, sizeof message);
    assert_non_null(d->outbox);
    assert_true(ring_parse("Duty coordinator 01632 960100", &ring));
    assert_int_equal(commands_open(&d->commands, d->outbox, &site, &ring), 0);
    assert_int_equal(arena_open(&d->arena, ARENA_MESSAGE_BYTES), 0);
    d->id[0] = 'r';
    d->command_id[0] = 'c';
    concordat__v1__emergency_department__init(&d->department);
    concordat__v1__confidential__init(&d->confidential);
    d->confidential.callback_number = "07700 900123";
    d->confidential.person_name = "Robin Example";
    *state = d;
    return 0;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    char path[128];
    commands_close(&d->commands);
    arena_close(&d->arena);
    outbox_close(&d->outbox);
    for (const char *const *suffix = (const char *const[]){"", "-wal", NULL}; *suffix != NULL; suffix++) {
        snprintf(path, sizeof path, "%s%s", d->path, *suffix);
        (void)unlink(path);
    }
    (void)rmdir(d->folder);
    free(d);
    return 0;
}

/* Sends the referral again, as a Submit or an Update, under a new command id. */
static enum outbox_status send_content(struct desk *d, bool submits, bool with_confidential, int64_t now_ms)
{
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Update update = CONCORDAT__V1__UPDATE__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Person person = CONCORDAT__V1__PERSON__INIT;
    person.id = d->person;
    request.person = d->person ? &person : NULL;
    concordat__v1__referral__init(&d->referral);
    d->referral.id = (ProtobufCBinaryData){WIRE_ID_BYTES, d->id};
    d->referral.source = site.source;
    d->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_EMERGENCY_DEPARTMENT;
    d->referral.emergency_department = &d->department;
    d->command_id[1]++;
    request.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, d->command_id};
    submit.referral = update.referral = &d->referral;
    submit.confidential = update.confidential = with_confidential ? &d->confidential : NULL;
    if (submits) {
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
        request.submit = &submit;
    } else {
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_UPDATE;
        request.update = &update;
    }
    arena_reset(&d->arena);
    return commands_answer(&d->commands, &request, &d->arena, now_ms, &d->reply);
}

static bool flagged(const struct desk *d, Concordat__V1__Flag flag)
{
    for (size_t i = 0; i < d->reply.answer.n_flags; i++)
        if (d->reply.answer.flags[i] == flag)
            return true;
    return false;
}

/* The router lays it over what it has: at the intake nothing is filled in, and nothing noted. */
static void an_update_is_kept_as_it_was_sent(void **state)
{
    struct desk *d = *state;
    struct outbox_command stored;
    assert_int_equal(send_content(d, true, true, NOW_MS), OUTBOX_OK);
    assert_true(flagged(d, FLAG(DECIDED_TIME_MISSING)));
    assert_int_equal(send_content(d, false, false, NOW_MS + 3600000), OUTBOX_OK);
    assert_true(d->reply.answer.done);
    assert_int_equal(d->reply.answer.receipt, CONCORDAT__V1__RECEIPT__RECEIPT_SAVED);
    assert_int_equal(d->reply.answer.n_flags, 0);
    assert_int_equal(outbox_find_command(d->outbox, d->command_id, &d->arena, &stored), OUTBOX_OK);
    assert_null(stored.request->update->referral->decided_at);
    assert_string_equal(stored.request->update->referral->organisation, "");
    assert_int_equal(stored.request->update->referral->n_flags, 0);
    assert_null(stored.request->update->confidential);
}

/* The first letters of the ids that the board of the person at the keyboard lists. */
static const char *ids_listed(struct desk *d, bool mine)
{
    static char ids[8];
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Person person = CONCORDAT__V1__PERSON__INIT;
    person.id = d->person;
    request.person = d->person ? &person : NULL;
    d->command_id[1]++;
    request.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, d->command_id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &board;
    board.mine = mine;
    assert_int_equal(commands_answer(&d->commands, &request, &d->arena, NOW_MS, &d->reply), OUTBOX_OK);
    assert_in_range(d->reply.board.n_cases, 0, 7);
    memset(ids, 0, sizeof ids);
    for (size_t i = 0; i < d->reply.board.n_cases; i++)
        ids[i] = (char)d->reply.board.cases[i]->referral.data[0];
    return ids;
}

static void a_board_of_mine_lists_what_the_person_referred_and_no_more(void **state)
{
    struct desk *d = *state;
    static const struct {
        char id, *person;
    } sent[] = {{'a', "p117"}, {'b', "p204"}, {'c', "p117"}, {'d', NULL}};
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        d->id[0] = (uint8_t)sent[i].id;
        d->person = sent[i].person;
        assert_int_equal(send_content(d, true, true, NOW_MS), OUTBOX_OK);
    }
    d->id[0] = 'a';
    d->person = "p204";
    assert_int_equal(send_content(d, false, true, NOW_MS), OUTBOX_OK); /* a change makes it nobody else's */
    assert_string_equal(ids_listed(d, true), "b");
    assert_string_equal(ids_listed(d, false), "dcba");
    d->person = "p117";
    assert_string_equal(ids_listed(d, true), "ca");
    d->person = NULL;
    assert_string_equal(ids_listed(d, true), "d");
}

static void an_update_of_an_unknown_referral_says_whom_to_ring(void **state)
{
    struct desk *d = *state;
    assert_int_equal(send_content(d, false, true, NOW_MS), OUTBOX_OK);
    assert_int_equal(d->reply.answer.refusal, CONCORDAT__V1__REFUSAL__REFUSAL_NOT_YOURS);
    assert_non_null(strstr(d->reply.answer.text, "Duty coordinator 01632 960100"));
}

static void an_outstanding_assessment_after_self_harm_is_said(void **state)
{
    struct desk *d = *state;
    d->department.self_harm = CONCORDAT__V1__ANSWERED__ANSWERED_YES;
    assert_int_equal(send_content(d, true, true, NOW_MS), OUTBOX_OK);
    assert_true(d->reply.answer.done);
    assert_non_null(strstr(d->reply.answer.text, "psychosocial assessment"));
}

/* Submits a referral of a district, and has the router tell which area's it is, unless that is NULL. */
static void submit_in(struct desk *d, uint8_t id, const char *postcode, const char *area, const char *number)
{
    Concordat__V1__Answer received = CONCORDAT__V1__ANSWER__INIT;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    d->id[0] = id;
    d->confidential.postcode = (char *)(uintptr_t)postcode;
    assert_int_equal(send_content(d, true, true, NOW_MS), OUTBOX_OK);
    if (!area)
        return;
    status.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, d->id};
    status.area = (char *)(uintptr_t)area;
    status.coordinator_name = "Duty";
    status.coordinator_ring = (char *)(uintptr_t)number;
    status.state = CONCORDAT__V1__STATE__STATE_HELD;
    status.seq = 5;
    status.since_ms = NOW_MS;
    received.done = true;
    received.status = &status;
    assert_int_equal(outbox_answered(d->outbox, d->command_id, &received, NOW_MS), OUTBOX_OK);
    commands_learn(&d->commands, &status, NOW_MS);
}

static void expect_to_ring(struct desk *d, uint8_t id, const char *postcode, const char *text)
{
    submit_in(d, id, postcode, NULL, NULL);
    if (!strstr(d->reply.answer.text, text))
        fail_msg("%s is told: %s", postcode, d->reply.answer.text);
}

static void R16_whom_to_ring_is_the_referrals_own_area_with_the_age_of_the_number(void **state)
{
    struct desk *d = *state;
    struct ring ring;
    assert_false(ring_parse("Duty coordinator", &ring));
    assert_false(ring_parse("01632 960100", &ring));
    expect_to_ring(d, 'a', "ZX1 1AA", "ring Duty coordinator 01632 960100.");
    submit_in(d, 'b', "ZX1 1AA", "northmoor", "01632 960111");
    submit_in(d, 'c', "ZX5 1AA", "southfell", "01632 960122");
    /* NOW_MS is 15:13 in London. */
    expect_to_ring(d, 'd', "ZX1 2BB", "ring Duty 01632 960111 (as of 15:13).");
    expect_to_ring(d, 'e', "ZX5 2BB", "ring Duty 01632 960122 (as of 15:13).");
    expect_to_ring(d, 'f', "ZX9 2BB", "ring Duty coordinator 01632 960100.");
    expect_to_ring(d, 'g', "", "ring Duty coordinator 01632 960100.");
    /* Another case of the area tells a newer number. */
    submit_in(d, 'h', "ZX2 1AA", "northmoor", "01632 960133");
    expect_to_ring(d, 'i', "ZX1 2BB", "ring Duty 01632 960133");
    /* A refusal names the number too, and one that is about no referral the configured one. */
    d->confidential.callback_number = "";
    expect_to_ring(d, 'j', "ZX5 2BB", "ring Duty 01632 960122");
    d->confidential.callback_number = "07700 900123";
    commands_refuse(&d->commands, d->command_id, CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY, NULL, &d->reply);
    assert_non_null(strstr(d->reply.answer.text, "ring Duty coordinator 01632 960100."));
    /* An intake that starts again knows it from its outbox. */
    commands_close(&d->commands);
    assert_true(ring_parse("Duty coordinator 01632 960100", &ring));
    assert_int_equal(commands_open(&d->commands, d->outbox, &site, &ring), 0);
    expect_to_ring(d, 'k', "ZX5 2BB", "ring Duty 01632 960122 (as of 15:13).");
}

static void a_text_that_is_cut_stays_readable(void **state)
{
    struct desk *d = *state;
    char text[400] = "";
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 4);
        commands_refuse(&d->commands, d->command_id, CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE, text,
                        &d->reply);
        assert_true(strlen(d->reply.answer.text) < COMMANDS_TEXT_BYTES);
        assert_true(utf8_is_text(d->reply.answer.text, strlen(d->reply.answer.text), false));
    }
}

/* Runs in a child of its own, because the limit on file sizes cannot be taken back. 0 if the promise held. */
static int fill_the_disk(struct desk *d)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {100000, 100000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    for (int i = 0; i < 200; i++) {
        d->id[1]++;
        enum outbox_status status = send_content(d, true, true, NOW_MS);
        if (status == OUTBOX_FAILED) {
            return d->reply.answer.refusal == CONCORDAT__V1__REFUSAL__REFUSAL_UNAVAILABLE &&
                           !d->reply.answer.done &&
                           d->reply.answer.receipt == CONCORDAT__V1__RECEIPT__RECEIPT_UNSPECIFIED &&
                           strstr(d->reply.answer.text, "01632 960100") != NULL
                       ? 0
                       : 2;
        }
        if (status != OUTBOX_OK || !d->reply.answer.done)
            return 3;
    }
    return 4;
}

static void P1_a_full_disk_is_never_answered_with_saved(void **state)
{
    struct desk *d = *state;
    int ended;
    pid_t child;
    /* The child opens the outbox itself: SQLite's locks do not survive a fork. */
    commands_close(&d->commands);
    outbox_close(&d->outbox);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        enum outbox_status status;
        char message[256];
        struct ring ring;
        d->outbox = outbox_open(d->path, seal_key, NULL, &status, message, sizeof message);
        _exit(d->outbox && ring_parse("Duty coordinator 01632 960100", &ring) &&
                      commands_open(&d->commands, d->outbox, &site, &ring) == 0
                  ? fill_the_disk(d)
                  : 5);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
}

#define AT_DESK(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        AT_DESK(an_update_is_kept_as_it_was_sent),
        AT_DESK(a_board_of_mine_lists_what_the_person_referred_and_no_more),
        AT_DESK(an_update_of_an_unknown_referral_says_whom_to_ring),
        AT_DESK(an_outstanding_assessment_after_self_harm_is_said),
        AT_DESK(R16_whom_to_ring_is_the_referrals_own_area_with_the_age_of_the_number),
        AT_DESK(a_text_that_is_cut_stays_readable),
        AT_DESK(P1_a_full_disk_is_never_answered_with_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
