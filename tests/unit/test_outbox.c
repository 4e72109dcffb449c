/* The outbox: after any crash it has every command that was told "saved", in order and once; and it forgets
 * only what is done with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>

#include "services/intake/outbox.h"

static const uint8_t seal_key[SEAL_KEY_BYTES] = {'k'};

#define RECEIVED_STATE CONCORDAT__V1__STATE__STATE_OFFERED
#define CLOSED_STATE   CONCORDAT__V1__STATE__STATE_CLOSED

struct place {
    char folder[64], path[96];
    struct outbox *outbox;
    struct arena arena;
    bool only_answers; /* of what is due */
};
static void reopen_place(struct place *p)
{
    enum outbox_status status;
    char message[256];
    outbox_close(&p->outbox);
    p->outbox = outbox_open(p->path, seal_key, NULL, &status, message, sizeof message);
    assert_non_null(p->outbox);
    assert_int_equal(status, OUTBOX_OK);
}

static int make_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    snprintf(p->folder, sizeof p->folder, "/tmp/outbox-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/outbox.db", p->folder);
    assert_int_equal(arena_open(&p->arena, ARENA_MESSAGE_BYTES), 0);
    reopen_place(p);
    *state = p;
    return 0;
}

static int leave_place(void **state)
{
    struct place *p = *state;
    char path[128];
    outbox_close(&p->outbox);
    arena_close(&p->arena);
    for (const char *const *suffix = (const char *const[]){"", "-wal", "-shm", "-journal", NULL};
         *suffix != NULL; suffix++) {
        snprintf(path, sizeof path, "%s%s", p->path, *suffix);
        (void)unlink(path);
    }
    (void)rmdir(p->folder);
    free(p);
    return 0;
}

/* Ids that a test can tell apart. */
static void number_id(uint8_t id[WIRE_ID_BYTES], uint8_t kind, uint32_t number)
{
    memset(id, 0, WIRE_ID_BYTES);
    id[0] = kind;
    memcpy(id + 1, &number, sizeof number);
}

/* Saves command `c` about referral `r`: a Submit if `submits`, otherwise a Withdraw; `text` is content.
 * What comes back in *saved is valid until the next call. */
static enum outbox_status save_for_now(struct outbox *outbox, uint32_t c, uint32_t r, bool submits,
                                       const char *text, struct outbox_saved *saved)
{
    static struct arena arena;
    uint8_t command_id[WIRE_ID_BYTES], referral_id[WIRE_ID_BYTES], digest[CONTENT_DIGEST_BYTES];
    number_id(command_id, 'c', c);
    number_id(referral_id, 'r', r);
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Withdraw withdraw = CONCORDAT__V1__WITHDRAW__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, command_id};
    if (submits) {
        referral.id = (ProtobufCBinaryData){WIRE_ID_BYTES, referral_id};
        referral.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
        confidential.narrative = (char *)text;
        submit.referral = &referral;
        submit.confidential = &confidential;
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
        request.submit = &submit;
    } else {
        withdraw.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, referral_id};
        withdraw.reason = (char *)text;
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
        request.withdraw = &withdraw;
    }
    if (!arena.memory)
        assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    arena_reset(&arena);
    assert_true(outbox_digest(&request, digest));
    enum outbox_status status = outbox_save(outbox, &request, digest, 1000, &arena, saved);
    if (status == OUTBOX_OK) {
        assert_ptr_equal(saved->command.request, &request);
        saved->command.request = NULL; /* it ends here */
    }
    return status;
}

static enum outbox_status save_command(struct outbox *outbox, uint32_t c, uint32_t r, bool submits,
                                       const char *text, uint8_t first[WIRE_ID_BYTES])
{
    struct outbox_saved saved;
    enum outbox_status status = save_for_now(outbox, c, r, submits, text, &saved);
    if (status == OUTBOX_OK || status == OUTBOX_REPEATED)
        memcpy(first, saved.command.id, WIRE_ID_BYTES);
    return status;
}

static void save_new_command(struct place *p, uint32_t c, uint32_t r, bool submits)
{
    uint8_t first[WIRE_ID_BYTES];
    assert_int_equal(save_command(p->outbox, c, r, submits, "text", first), OUTBOX_OK);
}

static Concordat__V1__CaseStatus status_to_tell(uint8_t *id, Concordat__V1__State state, uint64_t seq)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    status.number = "R-0412";
    status.state = state;
    status.seq = seq;
    return status;
}

static void answer_command(struct place *p, uint32_t c, bool done)
{
    uint8_t id[WIRE_ID_BYTES];
    number_id(id, 'c', c);
    Concordat__V1__Answer reply = CONCORDAT__V1__ANSWER__INIT;
    reply.done = done;
    if (!done) {
        reply.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE;
        reply.text = "submit.referral.site is too long";
    }
    assert_int_equal(outbox_answered(p->outbox, id, &reply, 2000), OUTBOX_OK);
}

/* The commands due now, in order, as numbers. */
static size_t numbers_due(struct place *p, int64_t now_ms, uint32_t *numbers, size_t limit)
{
    int64_t row = 0;
    size_t count = 0;
    struct outbox_command command;
    arena_reset(&p->arena);
    while (count < limit) {
        enum outbox_status status =
            outbox_next_due(p->outbox, now_ms, !p->only_answers, &row, &p->arena, &command);
        if (status == OUTBOX_NOT_FOUND)
            break;
        assert_int_equal(status, OUTBOX_OK);
        memcpy(&numbers[count++], command.id + 1, sizeof(uint32_t));
    }
    return count;
}

static void P5_the_same_command_is_saved_once_and_other_content_conflicts(void **state)
{
    struct place *p = *state;
    uint8_t first[WIRE_ID_BYTES], expected[WIRE_ID_BYTES];
    struct outbox_counts counts;
    number_id(expected, 'c', 1);
    assert_int_equal(save_command(p->outbox, 1, 1, true, "one", first), OUTBOX_OK);
    assert_int_equal(save_command(p->outbox, 1, 1, true, "one", first), OUTBOX_REPEATED);
    assert_int_equal(save_command(p->outbox, 1, 1, true, "two", first), OUTBOX_CONFLICT);
    assert_int_equal(save_command(p->outbox, 1, 1, false, "one", first), OUTBOX_CONFLICT);
    /* Another command about the same referral: the same submission again, or a conflict. */
    assert_int_equal(save_command(p->outbox, 2, 1, true, "one", first), OUTBOX_REPEATED);
    assert_memory_equal(first, expected, WIRE_ID_BYTES);
    assert_int_equal(save_command(p->outbox, 2, 1, true, "two", first), OUTBOX_CONFLICT);
    assert_int_equal(outbox_count(p->outbox, &counts), OUTBOX_OK);
    assert_int_equal(counts.waiting, 1);
    reopen_place(p);
    assert_int_equal(save_command(p->outbox, 1, 1, true, "one", first), OUTBOX_REPEATED);
    assert_int_equal(save_command(p->outbox, 1, 1, true, "two", first), OUTBOX_CONFLICT);
}

static void what_was_saved_is_given_back_as_far_as_it_is(void **state)
{
    struct place *p = *state;
    struct outbox_saved saved;
    uint8_t command[WIRE_ID_BYTES], referral[WIRE_ID_BYTES];
    number_id(command, 'c', 1);
    number_id(referral, 'r', 1);
    assert_int_equal(save_for_now(p->outbox, 1, 1, true, "one", &saved), OUTBOX_OK);
    assert_memory_equal(saved.command.id, command, WIRE_ID_BYTES);
    assert_memory_equal(saved.command.referral, referral, WIRE_ID_BYTES);
    assert_int_equal(saved.command.state, COMMAND_SAVED);
    assert_int_equal(saved.found.submitted, COMMAND_SAVED);
    assert_int_equal(saved.found.waiting, 1);
    assert_memory_equal(saved.found.status->referral.data, referral, WIRE_ID_BYTES);
    answer_command(p, 1, true);
    assert_int_equal(save_for_now(p->outbox, 2, 1, true, "one", &saved), OUTBOX_REPEATED);
    assert_memory_equal(saved.command.id, command, WIRE_ID_BYTES);
    assert_int_equal(saved.command.state, COMMAND_RECEIVED);
    assert_int_equal(saved.command.request->submit->referral->source,
                     CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE);
    assert_int_equal(saved.found.submitted, COMMAND_RECEIVED);
    assert_int_equal(saved.found.waiting, 0);
    assert_int_equal(save_for_now(p->outbox, 3, 1, false, "", &saved), OUTBOX_OK);
    assert_int_equal(saved.command.state, COMMAND_SAVED);
    assert_int_equal(saved.found.submitted, COMMAND_RECEIVED);
    assert_int_equal(saved.found.waiting, 1);
}

static void a_command_about_an_unknown_referral_is_not_saved(void **state)
{
    struct place *p = *state;
    uint8_t first[WIRE_ID_BYTES];
    struct outbox_counts counts;
    assert_int_equal(save_command(p->outbox, 1, 7, false, "", first), OUTBOX_NOT_FOUND);
    assert_int_equal(outbox_count(p->outbox, &counts), OUTBOX_OK);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.oldest_ms, 0);
    assert_true(counts.bytes > 0);
}

static void commands_of_a_referral_come_in_order_and_hold_up_no_other(void **state)
{
    struct place *p = *state;
    uint32_t numbers[8];
    uint8_t id[WIRE_ID_BYTES];
    save_new_command(p, 1, 1, true);
    save_new_command(p, 2, 1, false);
    save_new_command(p, 3, 2, true);
    save_new_command(p, 4, 2, false);
    assert_int_equal(numbers_due(p, 0, numbers, 8), 2);
    assert_true(numbers[0] == 1 && numbers[1] == 3);
    answer_command(p, 3, true);
    assert_int_equal(numbers_due(p, 0, numbers, 8), 2);
    assert_true(numbers[0] == 1 && numbers[1] == 4);
    p->only_answers = true; /* new work that the router cannot take now holds up no withdrawal */
    assert_int_equal(numbers_due(p, 0, numbers, 8), 1);
    assert_int_equal(numbers[0], 4);
    p->only_answers = false;
    /* A command in flight still stands before the next one about its referral. */
    number_id(id, 'c', 1);
    assert_int_equal(outbox_sent(p->outbox, id), OUTBOX_OK);
    assert_int_equal(numbers_due(p, 0, numbers, 8), 2);
    assert_true(numbers[0] == 1 && numbers[1] == 4);
    answer_command(p, 1, false);
    assert_int_equal(numbers_due(p, 0, numbers, 8), 2);
    assert_true(numbers[0] == 2 && numbers[1] == 4);
}

static void what_is_put_off_waits_holds_back_its_referral_only_and_is_resumed(void **state)
{
    struct place *p = *state;
    uint32_t numbers[8];
    uint8_t id[WIRE_ID_BYTES];
    save_new_command(p, 1, 1, true);
    save_new_command(p, 2, 1, false);
    save_new_command(p, 3, 2, true);
    number_id(id, 'c', 1);
    Concordat__V1__Answer reply = CONCORDAT__V1__ANSWER__INIT;
    reply.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY;
    assert_int_equal(outbox_sent(p->outbox, id), OUTBOX_OK);
    assert_int_equal(outbox_put_off(p->outbox, id, &reply, 5000), OUTBOX_OK);
    assert_int_equal(numbers_due(p, 4999, numbers, 8), 1);
    assert_int_equal(numbers[0], 3);
    assert_int_equal(numbers_due(p, 5000, numbers, 8), 2);
    assert_int_equal(outbox_resume(p->outbox), OUTBOX_OK);
    assert_int_equal(numbers_due(p, 0, numbers, 8), 2);
}

static void what_was_sent_without_an_answer_is_due_again_after_a_restart(void **state)
{
    struct place *p = *state;
    uint32_t numbers[8];
    uint8_t id[WIRE_ID_BYTES];
    struct outbox_command command;
    save_new_command(p, 1, 1, true);
    save_new_command(p, 2, 2, true);
    number_id(id, 'c', 1);
    assert_int_equal(outbox_sent(p->outbox, id), OUTBOX_OK);
    answer_command(p, 2, true);
    reopen_place(p);
    assert_int_equal(numbers_due(p, 0, numbers, 8), 1);
    assert_int_equal(numbers[0], 1);
    arena_reset(&p->arena);
    assert_int_equal(outbox_find_command(p->outbox, id, &p->arena, &command), OUTBOX_OK);
    assert_int_equal(command.state, COMMAND_SENT);
    assert_int_equal(command.attempts, 1);
    assert_string_equal(command.request->submit->confidential->narrative, "text");
}

static void a_refused_command_is_kept_and_shown_and_may_be_corrected(void **state)
{
    struct place *p = *state;
    uint32_t numbers[8];
    struct outbox_counts counts;
    uint8_t id[WIRE_ID_BYTES], first[WIRE_ID_BYTES];
    struct outbox_case found;
    save_new_command(p, 1, 1, true);
    answer_command(p, 1, false);
    assert_int_equal(numbers_due(p, INT64_MAX, numbers, 8), 0);
    assert_int_equal(outbox_count(p->outbox, &counts), OUTBOX_OK);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.refused, 1);
    number_id(id, 'r', 1);
    assert_int_equal(outbox_find_case(p->outbox, id, &p->arena, &found), OUTBOX_OK);
    assert_int_equal(found.submitted, COMMAND_REFUSED);
    assert_int_equal(found.refusal, CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE);
    assert_string_equal(found.refusal_text, "submit.referral.site is too long");
    assert_int_equal(save_command(p->outbox, 2, 1, true, "corrected", first), OUTBOX_OK);
    assert_int_equal(outbox_find_case(p->outbox, id, &p->arena, &found), OUTBOX_OK);
    assert_int_equal(found.submitted, COMMAND_SAVED);
    assert_string_equal(found.refusal_text, "");
}

static void a_status_is_stored_unless_as_much_was_known(void **state)
{
    struct place *p = *state;
    uint8_t id[WIRE_ID_BYTES], stranger[WIRE_ID_BYTES];
    struct outbox_case found;
    save_new_command(p, 1, 1, true);
    number_id(id, 'r', 1);
    number_id(stranger, 'r', 2);
    Concordat__V1__CaseStatus status = status_to_tell(id, RECEIVED_STATE, 9);
    assert_int_equal(outbox_tell(p->outbox, &status, 0), OUTBOX_OK);
    assert_int_equal(outbox_tell(p->outbox, &status, 0), OUTBOX_REPEATED);
    Concordat__V1__CaseStatus older = status_to_tell(id, CLOSED_STATE, 8);
    assert_int_equal(outbox_tell(p->outbox, &older, 0), OUTBOX_REPEATED);
    Concordat__V1__CaseStatus foreign = status_to_tell(stranger, CLOSED_STATE, 10);
    assert_int_equal(outbox_tell(p->outbox, &foreign, 0), OUTBOX_NOT_FOUND);
    reopen_place(p);
    assert_int_equal(outbox_find_number(p->outbox, "R-0412", &p->arena, &found), OUTBOX_OK);
    assert_int_equal(found.status->state, RECEIVED_STATE);
    assert_int_equal(found.status->seq, 9);
    assert_int_equal(outbox_find_number(p->outbox, "R-0413", &p->arena, &found), OUTBOX_NOT_FOUND);
}

static void a_board_lists_the_newest_first_and_closed_cases_when_asked(void **state)
{
    struct place *p = *state;
    uint8_t id[WIRE_ID_BYTES];
    Concordat__V1__CaseStatus *statuses[4];
    size_t count;
    int64_t row = 0;
    for (uint32_t i = 1; i <= 3; i++)
        save_new_command(p, i, i, true);
    number_id(id, 'r', 2);
    Concordat__V1__CaseStatus closed = status_to_tell(id, CLOSED_STATE, 9);
    assert_int_equal(outbox_tell(p->outbox, &closed, 5000), OUTBOX_OK);
    assert_int_equal(outbox_board(p->outbox, &(struct outbox_choice){0}, 4, &p->arena, statuses, &count),
                     OUTBOX_OK);
    assert_int_equal(count, 2);
    assert_int_equal(statuses[0]->referral.data[1], 3);
    assert_int_equal(statuses[1]->referral.data[1], 1);
    assert_int_equal(
        outbox_board(p->outbox, &(struct outbox_choice){.with_closed = true}, 4, &p->arena, statuses, &count),
        OUTBOX_OK);
    assert_int_equal(count, 3);
    /* Statuses are asked for only if the broker has told one and the case is open. */
    assert_int_equal(outbox_next_open(p->outbox, &row, id), OUTBOX_NOT_FOUND);
    number_id(id, 'r', 3);
    Concordat__V1__CaseStatus open = status_to_tell(id, RECEIVED_STATE, 10);
    assert_int_equal(outbox_tell(p->outbox, &open, 5000), OUTBOX_OK);
    assert_int_equal(outbox_next_open(p->outbox, &row, id), OUTBOX_OK);
    assert_int_equal(id[1], 3);
    assert_int_equal(outbox_next_open(p->outbox, &row, id), OUTBOX_NOT_FOUND);
}

static uint32_t forgotten_as_of(struct place *p, int64_t before_ms, int64_t unheard_before_ms)
{
    uint32_t count;
    assert_int_equal(outbox_forget(p->outbox, before_ms, unheard_before_ms, &count), OUTBOX_OK);
    return count;
}

static void P9_closed_cases_are_forgotten_in_time_and_nothing_that_waits(void **state)
{
    struct place *p = *state;
    uint8_t id[WIRE_ID_BYTES];
    uint32_t numbers[8];
    struct outbox_case found;
    for (uint32_t i = 1; i <= 3; i++) {
        save_new_command(p, i, i, true);
        number_id(id, 'r', i);
        Concordat__V1__CaseStatus closed = status_to_tell(id, CLOSED_STATE, i);
        assert_int_equal(outbox_tell(p->outbox, &closed, i == 3 ? 9000 : 5000), OUTBOX_OK);
    }
    answer_command(p, 1, true);
    answer_command(p, 3, true);
    assert_int_equal(forgotten_as_of(p, 5000, 0), 0);
    assert_int_equal(forgotten_as_of(p, 5001, 0), 1);
    number_id(id, 'r', 1);
    assert_int_equal(outbox_find_case(p->outbox, id, &p->arena, &found), OUTBOX_NOT_FOUND);
    assert_int_equal(numbers_due(p, 0, numbers, 8), 1);
    assert_int_equal(numbers[0], 2);
}

static void P9_refused_referrals_are_forgotten_in_time_and_nothing_that_waits_or_is_open(void **state)
{
    struct place *p = *state;
    uint8_t id[WIRE_ID_BYTES], first[WIRE_ID_BYTES];
    for (uint32_t i = 1; i <= 3; i++)
        save_new_command(p, i, i, true);
    answer_command(p, 1, false);
    answer_command(p, 2, false);
    assert_int_equal(save_command(p->outbox, 4, 2, true, "corrected", first), OUTBOX_OK);
    answer_command(p, 3, true);
    number_id(id, 'r', 3);
    Concordat__V1__CaseStatus open = status_to_tell(id, RECEIVED_STATE, 1);
    assert_int_equal(outbox_tell(p->outbox, &open, 2000), OUTBOX_OK);
    save_new_command(p, 5, 3, false);
    answer_command(p, 5, false);
    assert_int_equal(forgotten_as_of(p, 2000, 0), 0);
    assert_int_equal(forgotten_as_of(p, 2001, 0), 1);
    assert_int_equal(forgotten_as_of(p, INT64_MAX, 0), 0);
    /* Open, but nothing was heard for too long; the other one waits. */
    assert_int_equal(forgotten_as_of(p, 0, INT64_MAX), 1);
}

static void a_second_intake_and_another_version_are_kept_out(void **state)
{
    struct place *p = *state;
    enum outbox_status status;
    char message[256];
    pid_t child = fork(); /* locks are a process's: the second intake is one */
    assert_true(child >= 0);
    if (child == 0) {
        struct outbox *second = outbox_open(p->path, seal_key, NULL, &status, message, sizeof message);
        _exit(!second && status == OUTBOX_IN_USE ? 0 : 1);
    }
    int ended = 0;
    assert_true(waitpid(child, &ended, 0) == child && WIFEXITED(ended) && WEXITSTATUS(ended) == 0);

    outbox_close(&p->outbox);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=999", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_null(outbox_open(p->path, seal_key, NULL, &status, message, sizeof message));
    assert_int_equal(status, OUTBOX_OTHER_VERSION);

    FILE *file = fopen(p->path, "wb");
    assert_non_null(file);
    for (int i = 0; i < 2000; i++)
        assert_true(fputs("no database ", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_null(outbox_open(p->path, seal_key, NULL, &status, message, sizeof message));
    assert_int_equal(status, OUTBOX_OTHER_VERSION);
}

/* Runs in a child of its own, because the limit on file sizes cannot be taken back. Returns the number saved.
 */
static int save_until_the_disk_is_full(const char *path)
{
    enum outbox_status status;
    char message[256];
    uint8_t first[WIRE_ID_BYTES];
    struct outbox *outbox = outbox_open(path, seal_key, NULL, &status, message, sizeof message);
    (void)signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {100000, 100000};
    if (!outbox || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 0;
    for (uint32_t i = 1; i < 200; i++) {
        status = save_command(outbox, i, i, true, "text", first);
        if (status != OUTBOX_OK)
            return status == OUTBOX_FAILED ? (int)i - 1 : 0;
    }
    return 0;
}

static void P1_a_full_disk_is_told_and_loses_nothing_saved(void **state)
{
    struct place *p = *state;
    static uint32_t numbers[256];
    outbox_close(&p->outbox);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(save_until_the_disk_is_full(p->path));
    int ended;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    int saved = WEXITSTATUS(ended);
    assert_true(saved > 0);
    reopen_place(p);
    /* The command whose outcome was unknown may be there too. */
    size_t found = numbers_due(p, 0, numbers, 256);
    assert_true(found == (size_t)saved || found == (size_t)saved + 1);
    for (size_t i = 0; i < found; i++)
        assert_int_equal(numbers[i], i + 1);
}

/* Saves without end, and writes each number to the pipe once it is saved. */
static void write_until_killed(const char *path, uint32_t from, int pipe_fd)
{
    enum outbox_status status;
    char message[256];
    uint8_t first[WIRE_ID_BYTES];
    struct outbox *outbox = outbox_open(path, seal_key, NULL, &status, message, sizeof message);
    for (uint32_t i = from; outbox != NULL && i < from + 5000; i++)
        if (save_command(outbox, i, i, true, "text", first) != OUTBOX_OK ||
            write(pipe_fd, &i, sizeof i) != (ssize_t)sizeof i)
            break;
    _exit(1);
}

static void P1_a_kill_at_any_moment_loses_nothing_that_was_told_saved(void **state)
{
    struct place *p = *state;
    uint32_t seed = (uint32_t)time(NULL);
    const char *given = getenv("CONCORDAT_TEST_SEED");
    if (given)
        seed = (uint32_t)strtoul(given, NULL, 10);
    print_message("seed %u (CONCORDAT_TEST_SEED)\n", seed);
    srandom(seed);
    uint32_t told = 0;
    for (int round = 0; round < 12; round++) {
        int ends[2];
        uint32_t number;
        outbox_close(&p->outbox);
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(ends[0]);
            write_until_killed(p->path, told + 1, ends[1]);
        }
        close(ends[1]);
        long wanted = 1 + random() % 40;
        for (long i = 0; i < wanted; i++)
            assert_int_equal(read(ends[0], &number, sizeof number), sizeof number);
        usleep((useconds_t)(random() % 1000));
        assert_int_equal(kill(child, SIGKILL), 0);
        while (read(ends[0], &number, sizeof number) == (ssize_t)sizeof number) {
        }
        close(ends[0]);
        assert_int_equal(waitpid(child, NULL, 0), child);
        reopen_place(p);
        struct outbox_counts counts;
        assert_int_equal(outbox_count(p->outbox, &counts), OUTBOX_OK);
        /* Everything that was told is there; the command that was being saved may be. */
        assert_true(counts.waiting == number || counts.waiting == number + 1);
        told = counts.waiting;
    }
    static uint32_t numbers[4096];
    size_t found = numbers_due(p, 0, numbers, 4096);
    assert_int_equal(found, told);
    for (size_t i = 0; i < found; i++)
        assert_int_equal(numbers[i], i + 1);
}

#define OUTBOX_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, leave_place)

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(P5_the_same_command_is_saved_once_and_other_content_conflicts),
        OUTBOX_TEST(what_was_saved_is_given_back_as_far_as_it_is),
        OUTBOX_TEST(a_command_about_an_unknown_referral_is_not_saved),
        OUTBOX_TEST(commands_of_a_referral_come_in_order_and_hold_up_no_other),
        OUTBOX_TEST(what_is_put_off_waits_holds_back_its_referral_only_and_is_resumed),
        OUTBOX_TEST(what_was_sent_without_an_answer_is_due_again_after_a_restart),
        OUTBOX_TEST(a_refused_command_is_kept_and_shown_and_may_be_corrected),
        OUTBOX_TEST(a_status_is_stored_unless_as_much_was_known),
        OUTBOX_TEST(a_board_lists_the_newest_first_and_closed_cases_when_asked),
        OUTBOX_TEST(P9_closed_cases_are_forgotten_in_time_and_nothing_that_waits),
        OUTBOX_TEST(P9_refused_referrals_are_forgotten_in_time_and_nothing_that_waits_or_is_open),
        OUTBOX_TEST(a_second_intake_and_another_version_are_kept_out),
        OUTBOX_TEST(P1_a_full_disk_is_told_and_loses_nothing_saved),
        OUTBOX_TEST(P1_a_kill_at_any_moment_loses_nothing_that_was_told_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
