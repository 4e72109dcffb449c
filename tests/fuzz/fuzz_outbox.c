/* fuzz_outbox.c: an altered outbox file. The outbox refuses it with a reason, or answers every question. The
 * first byte says what the rest is: changes to a whole file, any bytes as a file, any bytes as a sealed
 * command, or any bytes that were sealed as a command with the right key. */
#include <assert.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/intake/outbox.h"
#include "tests/fuzz/fuzz.h"

enum { BOARD = 8, STEPS = 8 };
enum way { WAY_CHANGES, WAY_FILE, WAY_BODY, WAY_TEXT, WAYS };

static const uint8_t seal_key[SEAL_KEY_BYTES] = {'k'};

static const uint8_t command_id[WIRE_ID_BYTES] = {'c'}, referral_id[WIRE_ID_BYTES] = {'r'};
static uint8_t *whole;
static size_t whole_size;

static const char *path(void)
{
    static char text[128];
    snprintf(text, sizeof text, "%soutbox.db", fuzz_folder());
    return text;
}

static struct outbox *open_outbox(void)
{
    char message[512] = "";
    enum outbox_status status;
    struct outbox *outbox = outbox_open(path(), seal_key, NULL, &status, message, sizeof message);
    assert(outbox || (status != OUTBOX_OK && message[0]));
    return outbox;
}

static void remove_files(void)
{
    const char *const names[] = {"outbox.db", "outbox.db-wal", "outbox.db-shm", "outbox.db.lock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        fuzz_remove_file(names[i]);
}

static enum outbox_status save(struct outbox *outbox, struct arena *arena)
{
    uint8_t digest[CONTENT_DIGEST_BYTES];
    struct outbox_saved saved;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    referral.id = (ProtobufCBinaryData){sizeof referral_id, (uint8_t *)(uintptr_t)referral_id};
    referral.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    confidential.callback_number = (char *)(uintptr_t) "07700 900123";
    submit.referral = &referral;
    submit.confidential = &confidential;
    request.command_id = (ProtobufCBinaryData){sizeof command_id, (uint8_t *)(uintptr_t)command_id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &submit;
    bool good = outbox_digest(&request, digest);
    assert(good);
    return outbox_save(outbox, &request, digest, 1, arena, &saved);
}

static enum outbox_status tell(struct outbox *outbox)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    status.referral = (ProtobufCBinaryData){sizeof referral_id, (uint8_t *)(uintptr_t)referral_id};
    status.number = (char *)(uintptr_t) "R-0001";
    status.state = CONCORDAT__V1__STATE__STATE_CLOSED;
    status.seq = 5;
    answer.done = 1;
    answer.status = &status;
    enum outbox_status answered = outbox_answered(outbox, command_id, &answer, 1);
    status.seq = 6;
    enum outbox_status told = outbox_tell(outbox, &status, 2);
    return answered == OUTBOX_OK ? told : answered;
}

/* A file with a command that waits. */
static void make_file(void)
{
    if (sodium_init() < 0)
        abort();
    struct outbox *outbox = open_outbox();
    enum outbox_status saved =
        outbox ? save(outbox, fuzz_arena((size_t)4 * ARENA_MESSAGE_BYTES)) : OUTBOX_FAILED;
    assert(saved == OUTBOX_OK);
    outbox_close(&outbox);
    whole = fuzz_read_file(path(), &whole_size);
    remove_files();
}

static void use(struct outbox *outbox)
{
    struct arena *arena = fuzz_arena((size_t)4 * ARENA_MESSAGE_BYTES);
    Concordat__V1__CaseStatus *statuses[BOARD];
    struct outbox_command command;
    struct outbox_case found;
    uint8_t referral[WIRE_ID_BYTES];
    struct outbox_counts counts;
    uint32_t forgotten;
    size_t count;
    int64_t row = 0;
    arena_reset(arena);
    outbox_count(outbox, &counts);
    outbox_board(outbox, &(struct outbox_choice){.with_closed = true, .person = NULL}, BOARD, arena, statuses,
                 &count);
    for (int i = 0; i < STEPS && outbox_next_due(outbox, INT64_MAX, true, &row, arena, &command) == OUTBOX_OK;
         i++)
        outbox_sent(outbox, command.id);
    row = 0;
    for (int i = 0; i < STEPS && outbox_next_open(outbox, &row, referral) == OUTBOX_OK; i++)
        outbox_find_case(outbox, referral, arena, &found);
    outbox_find_number(outbox, "R-0001", arena, &found);
    outbox_find_command(outbox, command_id, arena, &command);
    outbox_find_content(outbox, referral_id, arena, &command);
    row = 0;
    for (int i = 0; i < STEPS && outbox_next_lost(outbox, &row, arena, &command) == OUTBOX_OK; i++)
        assert(!command.request);
    save(outbox, arena);
    tell(outbox);
    outbox_resume(outbox);
    outbox_forget(outbox, INT64_MAX, INT64_MAX, &forgotten);
    outbox_sweep(outbox);
}

static void fuzz_draw(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 7, size);
}

/* Puts a body into the command of the whole file. */
static void replace_body(const uint8_t *body, size_t size)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    fuzz_write_file("outbox.db", whole, whole_size);
    int rc = sqlite3_open(path(), &db);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, "UPDATE command SET request = ?1", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_blob64(statement, 1, body, size, SQLITE_STATIC);
    assert(rc == SQLITE_OK);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

static void replace_text(const struct input *input)
{
    static uint8_t body[SEAL_BODY_BYTES_MAX];
    static const struct seal_random random = {fuzz_draw, NULL};
    const struct seal_place place = {.referral = referral_id, .part = SEAL_RECORD};
    uint8_t digest[SEAL_DIGEST_BYTES];
    size_t size = input->left < SEAL_TEXT_BYTES_MAX ? input->left : SEAL_TEXT_BYTES_MAX;
    replace_body(body, seal_text(seal_key, &place, &random, input->at, size, body, digest));
}

static void change_file(struct input *input)
{
    uint8_t *changed = malloc(whole_size);
    assert(changed);
    memcpy(changed, whole, whole_size);
    fuzz_patch(input, changed, whole_size);
    fuzz_write_file("outbox.db", changed, whole_size);
    free(changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    uint8_t first = input_byte(&input);
    if (!whole)
        make_file();
    switch ((enum way)(first % WAYS)) {
    case WAY_FILE:
        fuzz_write_file("outbox.db", input.at, input.left);
        break;
    case WAY_BODY:
        replace_body(input.at, input.left);
        break;
    case WAY_TEXT:
        replace_text(&input);
        break;
    case WAY_CHANGES:
    case WAYS:
        change_file(&input);
        break;
    }
    struct outbox *outbox = open_outbox();
    if (outbox)
        use(outbox);
    outbox_close(&outbox);
    remove_files();
    return 0;
}
