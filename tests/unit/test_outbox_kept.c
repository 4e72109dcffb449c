/* What the router has acknowledged is kept whole for an hour, is sent again to another run of the router, and
 * shows if it was gone there. */
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

#include "services/intake/outbox_kept.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

enum { ANSWERED_MS = 10 * OUTBOX_KEPT_MS, FIRST_RUN = 1, SECOND_RUN = 2 };

static const uint8_t kept_key[SEAL_KEY_BYTES] = {'k'};

struct kept_place {
    char folder[64], path[96];
    struct outbox *outbox;
    struct arena arena;
    uint8_t run;
};

static void meet_run(struct kept_place *p, uint8_t run)
{
    const uint8_t session[16] = {run};
    p->run = run;
    outbox_meet(p->outbox, session, sizeof session);
}

static void open_kept(struct kept_place *p)
{
    char message[256];
    enum outbox_status status;
    outbox_close(&p->outbox);
    p->outbox = outbox_open(p->path, kept_key, NULL, &status, message, sizeof message);
    assert_non_null(p->outbox);
    meet_run(p, p->run);
}

static int make_kept(void **state)
{
    struct kept_place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    snprintf(p->folder, sizeof p->folder, "/tmp/kept-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/outbox.db", p->folder);
    assert_int_equal(arena_open(&p->arena, ARENA_MESSAGE_BYTES), 0);
    p->run = FIRST_RUN;
    open_kept(p);
    *state = p;
    return 0;
}

static int leave_kept(void **state)
{
    struct kept_place *p = *state;
    char path[128];
    outbox_close(&p->outbox);
    arena_close(&p->arena);
    for (const char *const *suffix = (const char *const[]){"", "-wal", NULL}; *suffix; suffix++) {
        snprintf(path, sizeof path, "%s%s", p->path, *suffix);
        (void)unlink(path);
    }
    (void)rmdir(p->folder);
    free(p);
    return 0;
}

static const uint8_t *kept_id(uint8_t kind, uint8_t number)
{
    static uint8_t ids[4][WIRE_ID_BYTES];
    static unsigned turn;
    uint8_t *id = ids[turn++ % 4];
    id[0] = kind;
    id[1] = number;
    return id;
}

static ProtobufCBinaryData kept_id_field(uint8_t kind, uint8_t number)
{
    return (ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)(uintptr_t)kept_id(kind, number)};
}

/* Saves command `c` about referral `r`: a Submit with a story, or a Withdraw with a reason. */
static void save_kept(struct kept_place *p, uint8_t c, uint8_t r, bool submits)
{
    struct outbox_saved saved;
    uint8_t digest[CONTENT_DIGEST_BYTES];
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Withdraw withdraw = CONCORDAT__V1__WITHDRAW__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_id = kept_id_field('c', c);
    referral.id = withdraw.referral = kept_id_field('r', r);
    confidential.narrative = withdraw.reason = "a story";
    submit.referral = &referral;
    submit.confidential = &confidential;
    request.command_case =
        submits ? CONCORDAT__V1__REQUEST__COMMAND_SUBMIT : CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
    if (submits)
        request.submit = &submit;
    else
        request.withdraw = &withdraw;
    arena_reset(&p->arena);
    assert_true(outbox_digest(&request, digest));
    assert_int_equal(outbox_save(p->outbox, &request, digest, 1000, &p->arena, &saved), OUTBOX_OK);
}

static void acknowledge(struct kept_place *p, uint8_t c, uint64_t seq)
{
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.done = true;
    answer.seq = seq;
    assert_int_equal(outbox_answered(p->outbox, kept_id('c', c), &answer, ANSWERED_MS), OUTBOX_OK);
}

static bool repeat_says_lost(struct kept_place *p, uint8_t c, const Concordat__V1__Answer *answer)
{
    bool was_lost;
    assert_int_equal(outbox_repeated(p->outbox, kept_id('c', c), answer, ANSWERED_MS + 1, &was_lost),
                     OUTBOX_OK);
    return was_lost;
}

static Concordat__V1__Answer answer_of(uint64_t seq, bool repeated)
{
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.done = seq > 0;
    answer.seq = seq;
    answer.repeated = repeated;
    answer.refusal = seq > 0 ? REFUSAL(UNSPECIFIED) : REFUSAL(NOT_YOURS);
    return answer;
}

/* The commands that are to be sent again, as numbers in one text. */
static const char *to_repeat(struct kept_place *p, bool needed)
{
    static char text[64];
    struct outbox_command command;
    int64_t row = 0;
    size_t size = 0;
    text[0] = '\0';
    arena_reset(&p->arena);
    while (outbox_next_repeat(p->outbox, needed, &row, &p->arena, &command) == OUTBOX_OK)
        size += (size_t)snprintf(text + size, sizeof text - size, "%u ", command.id[1]);
    return text;
}

static struct outbox_command kept_command(struct kept_place *p, uint8_t c)
{
    struct outbox_command command;
    arena_reset(&p->arena);
    assert_int_equal(outbox_find_command(p->outbox, kept_id('c', c), &p->arena, &command), OUTBOX_OK);
    return command;
}

static bool is_whole(struct kept_place *p, uint8_t c)
{
    return kept_command(p, c).request->submit->confidential;
}

static struct outbox_counts kept_counts(struct kept_place *p)
{
    struct outbox_counts counts;
    assert_int_equal(outbox_count(p->outbox, &counts), OUTBOX_OK);
    return counts;
}

static size_t count_of_due(struct kept_place *p)
{
    struct outbox_command command;
    int64_t row = 0;
    size_t count = 0;
    arena_reset(&p->arena);
    while (outbox_next_due(p->outbox, ANSWERED_MS, true, &row, &p->arena, &command) == OUTBOX_OK)
        count++;
    return count;
}

static void P1_what_was_acknowledged_is_sent_again_to_another_run_oldest_first(void **state)
{
    struct kept_place *p = *state;
    for (uint8_t i = 1; i <= 3; i++)
        save_kept(p, i, i, true);
    save_kept(p, 4, 1, false);
    for (uint8_t i = 1; i <= 4; i++)
        acknowledge(p, i, 10u + i);
    assert_string_equal(to_repeat(p, false), ""); /* this run has them */
    p->run = SECOND_RUN;
    open_kept(p);                                       /* an intake that started anew itself, too */
    assert_string_equal(to_repeat(p, false), "1 2 3 "); /* the withdrawal comes after its referral */
    assert_string_equal(kept_command(p, 1).request->submit->confidential->narrative, "a story");
    const Concordat__V1__Answer answer = answer_of(11, true);
    assert_false(repeat_says_lost(p, 1, &answer));
    assert_string_equal(to_repeat(p, false), "2 3 4 ");
    meet_run(p, FIRST_RUN); /* the run before, which had it all */
    assert_string_equal(to_repeat(p, false), "1 ");
}

static void a_repeat_that_is_known_is_no_loss_and_anything_else_is(void **state)
{
    struct kept_place *p = *state;
    static const struct {
        uint64_t seq;
        bool repeated, lost;
    } rows[] = {{11, true, false}, {12, false, true}, {13, false, true}, {9, true, true}, {0, false, true}};
    for (uint8_t i = 0; i < 5; i++) {
        save_kept(p, i, i, true);
        acknowledge(p, i,
                    11u + (i == 2 ? 2 : 0)); /* the third gets the same number again, and is new there */
    }
    meet_run(p, SECOND_RUN);
    uint32_t lost = 0;
    for (uint8_t i = 0; i < 5; i++) {
        const Concordat__V1__Answer answer = answer_of(rows[i].seq, rows[i].repeated);
        assert_int_equal(repeat_says_lost(p, i, &answer), rows[i].lost);
        lost += rows[i].lost;
        assert_int_equal(kept_counts(p).lost, lost);
    }
    assert_int_equal(kept_counts(p).lost_ms, ANSWERED_MS + 1);
    assert_string_equal(to_repeat(p, false), "");
    assert_int_equal(kept_command(p, 1).state, COMMAND_RECEIVED);
    assert_int_equal(kept_command(p, 4).state, COMMAND_REFUSED); /* and whole, so that somebody sees to it */
    assert_true(is_whole(p, 4));
    open_kept(p); /* a restart of the intake silences no alarm */
    assert_int_equal(kept_counts(p).lost, lost);
}

static void P9_after_an_hour_what_is_confidential_is_taken_out(void **state)
{
    struct kept_place *p = *state;
    save_kept(p, 1, 1, true);
    acknowledge(p, 1, 11);
    assert_int_equal(outbox_strip_old(p->outbox, ANSWERED_MS + OUTBOX_KEPT_MS - 1), OUTBOX_OK);
    assert_true(is_whole(p, 1));
    assert_int_equal(outbox_strip_old(p->outbox, ANSWERED_MS + OUTBOX_KEPT_MS), OUTBOX_OK);
    assert_false(is_whole(p, 1));
    meet_run(p, SECOND_RUN);
    assert_string_equal(to_repeat(p, false), "");
    /* A clock that was set back does not lengthen the hour. */
    save_kept(p, 2, 2, true);
    acknowledge(p, 2, 12);
    assert_int_equal(outbox_strip_old(p->outbox, ANSWERED_MS - OUTBOX_KEPT_MS - 1), OUTBOX_OK);
    assert_false(is_whole(p, 2));
}

/* An answer to a repeat that was on its way while the hour ended does not make it kept again. */
static void what_was_taken_out_stays_out(void **state)
{
    struct kept_place *p = *state;
    save_kept(p, 1, 1, true);
    acknowledge(p, 1, 11);
    assert_int_equal(outbox_strip_old(p->outbox, ANSWERED_MS + OUTBOX_KEPT_MS), OUTBOX_OK);
    meet_run(p, SECOND_RUN);
    const Concordat__V1__Answer answer = answer_of(5, false);
    assert_true(repeat_says_lost(p, 1, &answer));
    meet_run(p, FIRST_RUN);
    assert_string_equal(to_repeat(p, false), "");
}

static void P9_an_erased_case_is_not_kept_for_the_rest_of_the_hour(void **state)
{
    struct kept_place *p = *state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    save_kept(p, 1, 1, true);
    save_kept(p, 2, 1, false);
    save_kept(p, 3, 2, true);
    for (uint8_t i = 1; i <= 3; i++)
        acknowledge(p, i, 10u + i);
    status.referral = kept_id_field('r', 1);
    status.state = CONCORDAT__V1__STATE__STATE_CLOSED;
    status.seq = 20;
    status.erased_ms = ANSWERED_MS;
    assert_int_equal(outbox_tell(p->outbox, &status, ANSWERED_MS), OUTBOX_OK);
    assert_false(is_whole(p, 1));
    assert_string_equal(kept_command(p, 2).request->withdraw->reason, "");
    assert_true(is_whole(p, 3));
    meet_run(p, SECOND_RUN);
    assert_string_equal(to_repeat(p, false), "3 ");
}

static void what_led_to_no_event_or_is_of_a_router_without_a_session_is_not_kept(void **state)
{
    struct kept_place *p = *state;
    save_kept(p, 1, 1, true);
    acknowledge(p, 1, 0);
    assert_false(is_whole(p, 1));
    outbox_meet(p->outbox, (const uint8_t *)"", 0);
    save_kept(p, 2, 2, true);
    acknowledge(p, 2, 12);
    assert_false(is_whole(p, 2));
}

/* A change to a case that the router has lost would be refused: it waits until the case is there again, which
 * is seen to first. New referrals wait for nothing. */
static void new_work_about_a_case_waits_for_its_repeats_and_others_do_not(void **state)
{
    struct kept_place *p = *state;
    for (uint8_t i = 1; i <= 3; i++) {
        save_kept(p, i, i, true);
        acknowledge(p, i, 10u + i);
    }
    meet_run(p, SECOND_RUN);
    save_kept(p, 5, 2, false);
    save_kept(p, 6, 6, true);
    assert_int_equal(count_of_due(p), 1);
    assert_string_equal(to_repeat(p, true), "2 ");
    const Concordat__V1__Answer answer = answer_of(3, false);
    assert_true(repeat_says_lost(p, 2, &answer));
    assert_int_equal(count_of_due(p), 2);
    assert_string_equal(to_repeat(p, true), "");
}

/* A ledger that is an older copy tells lower numbers than the run before. */
static void a_status_of_another_run_counts_although_its_number_is_lower(void **state)
{
    struct kept_place *p = *state;
    struct outbox_case found;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    save_kept(p, 1, 1, true);
    status.referral = kept_id_field('r', 1);
    status.state = CONCORDAT__V1__STATE__STATE_ACCEPTED;
    status.seq = 9;
    assert_int_equal(outbox_tell(p->outbox, &status, 0), OUTBOX_OK);
    meet_run(p, SECOND_RUN);
    assert_int_equal(outbox_tell(p->outbox, &status, 0), OUTBOX_REPEATED);
    status.state = CONCORDAT__V1__STATE__STATE_OFFERED;
    status.seq = 5;
    assert_int_equal(outbox_tell(p->outbox, &status, 0), OUTBOX_OK);
    status.seq = 4;
    assert_int_equal(outbox_tell(p->outbox, &status, 0), OUTBOX_REPEATED);
    arena_reset(&p->arena);
    assert_int_equal(outbox_find_case(p->outbox, kept_id('r', 1), &p->arena, &found), OUTBOX_OK);
    assert_int_equal(found.status->state, CONCORDAT__V1__STATE__STATE_OFFERED);
}

#define KEPT_TEST(name) cmocka_unit_test_setup_teardown(name, make_kept, leave_kept)

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        KEPT_TEST(P1_what_was_acknowledged_is_sent_again_to_another_run_oldest_first),
        KEPT_TEST(a_repeat_that_is_known_is_no_loss_and_anything_else_is),
        KEPT_TEST(P9_after_an_hour_what_is_confidential_is_taken_out),
        KEPT_TEST(what_was_taken_out_stays_out),
        KEPT_TEST(P9_an_erased_case_is_not_kept_for_the_rest_of_the_hour),
        KEPT_TEST(what_led_to_no_event_or_is_of_a_router_without_a_session_is_not_kept),
        KEPT_TEST(new_work_about_a_case_waits_for_its_repeats_and_others_do_not),
        KEPT_TEST(a_status_of_another_run_counts_although_its_number_is_lower),
    };
    return cmocka_run_group_tests_name("outbox_kept", tests, NULL, NULL);
}
