/* The seals of an outbox: nothing that a person told stands readable in its files, what the router has is
 * taken out of them, and a key that does not fit or a text that was altered is named and costs nobody else.
 */
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
#include <sqlite3.h>

#include "services/intake/outbox.h"

enum { COMMANDS = 8, BODY_BYTES = 4096, FILE_BYTES = 1 << 20 };

static const uint8_t own_key[SEAL_KEY_BYTES] = {'o'}, other_key[SEAL_KEY_BYTES] = {'x'};
static const char mark[] = "ZZPLANTEDMARK";

struct sealed_outbox {
    char folder[64], path[96], message[512];
    struct outbox *outbox;
    struct arena arena;
    enum outbox_status status; /* of the latest opening */
};

static void open_sealed(struct sealed_outbox *o, const uint8_t *key, const uint8_t *old_key)
{
    outbox_close(&o->outbox);
    o->outbox = outbox_open(o->path, key, old_key, &o->status, o->message, sizeof o->message);
}

/* Opens it with its own key, as every day: there is nothing to say. */
static void open_as_before(struct sealed_outbox *o)
{
    open_sealed(o, own_key, NULL);
    assert_non_null(o->outbox);
    assert_string_equal(o->message, "");
}

static int make_sealed(void **state)
{
    struct sealed_outbox *o = calloc(1, sizeof *o);
    assert_non_null(o);
    snprintf(o->folder, sizeof o->folder, "/tmp/sealed-XXXXXX");
    assert_non_null(mkdtemp(o->folder));
    snprintf(o->path, sizeof o->path, "%s/outbox.db", o->folder);
    assert_int_equal(arena_open(&o->arena, ARENA_MESSAGE_BYTES), 0);
    open_as_before(o);
    *state = o;
    return 0;
}

static int leave_sealed(void **state)
{
    struct sealed_outbox *o = *state;
    char path[128];
    outbox_close(&o->outbox);
    arena_close(&o->arena);
    for (const char *const *suffix = (const char *const[]){"", "-wal", NULL}; *suffix; suffix++) {
        snprintf(path, sizeof path, "%s%s", o->path, *suffix);
        (void)unlink(path);
    }
    (void)rmdir(o->folder);
    free(o);
    return 0;
}

static const uint8_t *sealed_id(uint8_t kind, uint8_t number)
{
    static uint8_t ids[4][WIRE_ID_BYTES];
    static unsigned turn;
    uint8_t *id = ids[turn++ % 4];
    id[0] = kind;
    id[1] = number;
    return id;
}

static ProtobufCBinaryData sealed_id_field(uint8_t kind, uint8_t number)
{
    return (ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)(uintptr_t)sealed_id(kind, number)};
}

/* Saves command `c` about referral `r`, a Submit, or a Withdraw with a reason; each typed text has the mark.
 */
static enum outbox_status save_marked(struct sealed_outbox *o, uint8_t c, uint8_t r, bool submits,
                                      uint8_t digest[CONTENT_DIGEST_BYTES])
{
    struct outbox_saved saved;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Withdraw withdraw = CONCORDAT__V1__WITHDRAW__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_id = sealed_id_field('c', c);
    referral.id = withdraw.referral = sealed_id_field('r', r);
    referral.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    referral.site = (char *)(uintptr_t)mark;
    confidential.narrative = confidential.person_name = withdraw.reason = (char *)(uintptr_t)mark;
    submit.referral = &referral;
    submit.confidential = &confidential;
    request.command_case =
        submits ? CONCORDAT__V1__REQUEST__COMMAND_SUBMIT : CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
    if (submits)
        request.submit = &submit;
    else
        request.withdraw = &withdraw;
    arena_reset(&o->arena);
    assert_true(outbox_digest(&request, digest));
    return outbox_save(o->outbox, &request, digest, 1000, &o->arena, &saved);
}

static void save_one(struct sealed_outbox *o, uint8_t c, uint8_t r, bool submits)
{
    uint8_t digest[CONTENT_DIGEST_BYTES];
    assert_int_equal(save_marked(o, c, r, submits, digest), OUTBOX_OK);
}

static void answer_one(struct sealed_outbox *o, uint8_t c, bool done)
{
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.done = done;
    assert_int_equal(outbox_answered(o->outbox, sealed_id('c', c), &answer, 2000), OUTBOX_OK);
}

static struct outbox_command look_up(struct sealed_outbox *o, uint8_t c)
{
    struct outbox_command command;
    arena_reset(&o->arena);
    assert_int_equal(outbox_find_command(o->outbox, sealed_id('c', c), &o->arena, &command), OUTBOX_OK);
    return command;
}

/* How many commands are due, and open. */
static size_t count_due(struct sealed_outbox *o)
{
    struct outbox_command command;
    int64_t row = 0;
    size_t count = 0;
    arena_reset(&o->arena);
    while (outbox_next_due(o->outbox, 0, true, &row, &o->arena, &command) == OUTBOX_OK)
        count += command.request != NULL;
    return count;
}

/* --- the files ------------------------------------------------------------------------------------------ */

static bool files_hold(const struct sealed_outbox *o, const void *bytes, size_t size)
{
    static uint8_t content[FILE_BYTES];
    char path[128];
    bool found = false;
    for (const char *const *suffix = (const char *const[]){"", "-wal", "-shm", "-journal", NULL}; *suffix;
         suffix++) {
        snprintf(path, sizeof path, "%s%s", o->path, *suffix);
        FILE *file = fopen(path, "rb");
        if (!file)
            continue;
        size_t got = fread(content, 1, sizeof content, file);
        assert_true(got < sizeof content);
        fclose(file);
        found |= memmem(content, got, bytes, size) != NULL;
    }
    return found;
}

/* Lets a statement run on the closed file; a blob that it gives is copied. Returns the size of that. */
static size_t on_file(struct sealed_outbox *o, const char *sql, uint8_t body[BODY_BYTES])
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    size_t size = 0;
    outbox_close(&o->outbox);
    assert_int_equal(sqlite3_open(o->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW && body) {
        size = (size_t)sqlite3_column_bytes(statement, 0);
        assert_true(size > 0 && size <= BODY_BYTES);
        memcpy(body, sqlite3_column_blob(statement, 0), size);
    }
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return size;
}

static void P9_nothing_typed_and_no_digest_of_it_stands_readable_in_a_file(void **state)
{
    struct sealed_outbox *o = *state;
    uint8_t digest[CONTENT_DIGEST_BYTES];
    assert_int_equal(save_marked(o, 1, 1, true, digest), OUTBOX_OK);
    assert_int_equal(save_marked(o, 2, 1, false, digest), OUTBOX_OK);
    assert_true(files_hold(o, sealed_id('c', 2), WIRE_ID_BYTES)); /* so it would be found */
    assert_false(files_hold(o, mark, strlen(mark)));
    assert_false(files_hold(o, digest, sizeof digest));
    assert_false(files_hold(o, own_key, sizeof own_key));
}

static void P9_what_the_router_has_is_taken_out_and_overwritten(void **state)
{
    struct sealed_outbox *o = *state;
    static uint8_t submitted[BODY_BYTES], withdrawn[BODY_BYTES];
    save_one(o, 1, 1, true);
    save_one(o, 2, 1, false);
    size_t first = on_file(o, "SELECT request FROM command WHERE kind = 12", submitted);
    size_t second = on_file(o, "SELECT request FROM command WHERE kind = 14", withdrawn);
    open_as_before(o);
    answer_one(o, 1, true);
    answer_one(o, 2, true);
    struct outbox_command command = look_up(o, 1);
    assert_null(command.request->submit->confidential);
    assert_string_equal(command.request->submit->referral->site, mark); /* a fact, sealed until its time */
    assert_string_equal(look_up(o, 2).request->withdraw->reason, "");
    /* Somebody who has the key too must not find the sealed bytes as they were. */
    assert_true(files_hold(o, submitted, first));
    assert_true(files_hold(o, withdrawn, second));
    assert_int_equal(outbox_sweep(o->outbox), OUTBOX_OK);
    for (size_t at = 0; at + 64 <= first; at += 64)
        assert_false(files_hold(o, submitted + at, 64));
    assert_false(files_hold(o, withdrawn, 64));
    /* The same command again is still known, by the digest that is sealed with it. */
    uint8_t digest[CONTENT_DIGEST_BYTES];
    assert_int_equal(save_marked(o, 1, 1, true, digest), OUTBOX_REPEATED);
    assert_int_equal(save_marked(o, 2, 1, true, digest), OUTBOX_CONFLICT);
}

static void P9_what_is_forgotten_is_overwritten(void **state)
{
    struct sealed_outbox *o = *state;
    static uint8_t body[BODY_BYTES];
    uint32_t forgotten;
    save_one(o, 1, 1, true);
    (void)on_file(o, "SELECT request FROM command", body);
    open_as_before(o);
    answer_one(o, 1, false);
    assert_int_equal(outbox_forget(o->outbox, 2000, 0, &forgotten), OUTBOX_OK);
    assert_int_equal(forgotten, 0);
    assert_int_equal(outbox_forget(o->outbox, 2001, 0, &forgotten), OUTBOX_OK);
    assert_int_equal(forgotten, 1);
    assert_int_equal(outbox_sweep(o->outbox), OUTBOX_OK);
    assert_false(files_hold(o, body, 64));
}

static void P9_a_refused_referral_stays_whole_until_a_corrected_one_is_received(void **state)
{
    struct sealed_outbox *o = *state;
    save_one(o, 1, 1, true);
    answer_one(o, 1, false);
    assert_string_equal(look_up(o, 1).request->submit->confidential->narrative, mark);
    save_one(o, 2, 1, true);
    assert_non_null(look_up(o, 1).request);
    answer_one(o, 2, true);
    assert_null(look_up(o, 1).request);
    assert_int_equal(look_up(o, 1).state, COMMAND_REFUSED);
    assert_non_null(look_up(o, 2).request);
}

/* --- the key -------------------------------------------------------------------------------------------- */

static void P9_another_key_is_named_at_the_start_and_nothing_that_waits_is_lost(void **state)
{
    struct sealed_outbox *o = *state;
    save_one(o, 1, 1, true);
    save_one(o, 2, 2, true);
    answer_one(o, 2, true);
    open_sealed(o, other_key, NULL);
    assert_null(o->outbox);
    assert_int_equal(o->status, OUTBOX_OTHER_KEY);
    assert_non_null(strstr(o->message, "not delivered yet: 1)"));
    assert_non_null(strstr(o->message, "--old-key"));
    open_as_before(o);
    assert_int_equal(count_due(o), 1);
}

static void P9_with_the_key_before_everything_is_sealed_anew(void **state)
{
    struct sealed_outbox *o = *state;
    save_one(o, 1, 1, true);
    save_one(o, 2, 2, true);
    answer_one(o, 2, true);
    open_sealed(o, other_key, own_key);
    assert_non_null(o->outbox);
    assert_non_null(strstr(o->message, "2 in all"));
    assert_int_equal(count_due(o), 1);
    assert_non_null(look_up(o, 2).request);
    open_sealed(o, other_key, own_key); /* left in the unit: there is nothing more to do */
    assert_string_equal(o->message, "");
    open_sealed(o, other_key, NULL);
    assert_string_equal(o->message, "");
    assert_int_equal(count_due(o), 1);
    open_sealed(o, own_key, NULL);
    assert_int_equal(o->status, OUTBOX_OTHER_KEY);
}

static void P9_delivered_commands_under_another_key_are_counted_and_stand_in_no_way(void **state)
{
    struct sealed_outbox *o = *state;
    uint8_t digest[CONTENT_DIGEST_BYTES];
    for (uint8_t i = 1; i <= 3; i++)
        save_one(o, i, i, true);
    for (uint8_t i = 1; i <= 3; i++)
        answer_one(o, i, i < 3);
    open_sealed(o, other_key, NULL);
    assert_non_null(o->outbox);
    assert_non_null(strstr(o->message, "3 in all"));
    /* They are known by their ids, though nobody can compare their content. */
    assert_int_equal(save_marked(o, 1, 1, true, digest), OUTBOX_REPEATED);
    assert_int_equal(save_marked(o, 3, 3, true, digest), OUTBOX_REPEATED);
    save_one(o, 4, 4, true);
    open_sealed(o, other_key, NULL);
    assert_string_equal(o->message, "");
    /* The first key opens the old ones again, and must not be taken for the one of what waits now. */
    open_sealed(o, own_key, NULL);
    assert_int_equal(o->status, OUTBOX_OTHER_KEY);
    open_sealed(o, other_key, NULL);
    assert_int_equal(count_due(o), 1);
}

/* --- altered -------------------------------------------------------------------------------------------- */

static void P9_an_altered_text_is_named_and_the_others_are_delivered(void **state)
{
    struct sealed_outbox *o = *state;
    static const char *const alterations[] = {
        "UPDATE command SET request = zeroblob(length(request)) WHERE row = 1",
        "UPDATE command SET request = substr(request, 1, length(request) / 2) WHERE row = 2",
        "UPDATE command SET request = x'' WHERE row = 3",
        "UPDATE command SET request = (SELECT request FROM command WHERE row = 5) WHERE row = 4",
        /* Another command of the same referral: the key and the place are right. */
        "UPDATE command SET request = (SELECT request FROM command WHERE row = 7) WHERE row = 6",
    };
    struct outbox_command command;
    int64_t row = 0;
    for (uint8_t i = 1; i <= 6; i++)
        save_one(o, i, i, true);
    save_one(o, 7, 6, false);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++)
        (void)on_file(o, alterations[i], NULL);
    open_as_before(o);
    for (uint8_t i = 1; i <= 6; i++) {
        if (i == 5)
            continue;
        assert_int_equal(outbox_next_lost(o->outbox, &row, &o->arena, &command), OUTBOX_OK);
        assert_memory_equal(command.referral, sealed_id('r', i), WIRE_ID_BYTES);
    }
    assert_int_equal(outbox_next_lost(o->outbox, &row, &o->arena, &command), OUTBOX_NOT_FOUND);
    assert_int_equal(count_due(o), 1);
    /* It is answered like any other, and may be sent again. */
    answer_one(o, 1, false);
    save_one(o, 8, 1, true);
    assert_int_equal(count_due(o), 2);
}

static void P9_a_lost_canary_is_named_and_a_right_key_stays_right(void **state)
{
    struct sealed_outbox *o = *state;
    static const char *const alterations[] = {
        "DELETE FROM canary",
        "UPDATE canary SET body = x'00'",
        "UPDATE canary SET body = (SELECT request FROM command)",
    };
    save_one(o, 1, 1, true);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        (void)on_file(o, alterations[i], NULL);
        open_sealed(o, other_key, NULL);
        assert_int_equal(o->status, OUTBOX_OTHER_KEY);
        open_sealed(o, own_key, NULL);
        assert_non_null(o->outbox);
        assert_int_equal(count_due(o), 1);
        open_as_before(o);
    }
}

#define SEALED_TEST(name) cmocka_unit_test_setup_teardown(name, make_sealed, leave_sealed)

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        SEALED_TEST(P9_nothing_typed_and_no_digest_of_it_stands_readable_in_a_file),
        SEALED_TEST(P9_what_the_router_has_is_taken_out_and_overwritten),
        SEALED_TEST(P9_what_is_forgotten_is_overwritten),
        SEALED_TEST(P9_a_refused_referral_stays_whole_until_a_corrected_one_is_received),
        SEALED_TEST(P9_another_key_is_named_at_the_start_and_nothing_that_waits_is_lost),
        SEALED_TEST(P9_with_the_key_before_everything_is_sealed_anew),
        SEALED_TEST(P9_delivered_commands_under_another_key_are_counted_and_stand_in_no_way),
        SEALED_TEST(P9_an_altered_text_is_named_and_the_others_are_delivered),
        SEALED_TEST(P9_a_lost_canary_is_named_and_a_right_key_stays_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
