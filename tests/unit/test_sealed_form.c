/* Sealed forms: one that another implementation sealed opens, and nothing that was altered does; the keys are
 * renewed, kept, taken over from a backup, and destroyed. */
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

#include "services/intake/outbox_form_keys.h"
#include "services/intake/sealed_form.h"
#include "tests/worlds/form_sealer.h"

#define NOW_MS INT64_C(1790000000000)
#define DAY_MS INT64_C(86400000)

/* Sealed by Debian's python3-cryptography (tests/integration/form_sealer.py), with these two private keys. */
static const uint8_t vector_secret[] = {0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x66,
                                        0x66, 0x77, 0x77, 0x88, 0x88, 0x99, 0x99, 0x00, 0x00, 0xaa, 0xaa,
                                        0xbb, 0xbb, 0xcc, 0xcc, 0xdd, 0xdd, 0xee, 0xee, 0xff, 0xff};
static const uint8_t vector_point[] = {
    0x04, 0x82, 0x64, 0xa9, 0x0c, 0xf5, 0x11, 0x53, 0x9d, 0x94, 0xa0, 0x28, 0x54, 0xe9, 0xfb, 0x70, 0x11,
    0x1f, 0x9a, 0xa6, 0x18, 0x29, 0x1d, 0xdd, 0x44, 0xdc, 0xa5, 0x0d, 0x16, 0x8f, 0x3e, 0xd8, 0xbb, 0x14,
    0x90, 0x4f, 0xe1, 0xfe, 0x7c, 0x10, 0x28, 0x6e, 0x29, 0x9d, 0x48, 0x93, 0x3a, 0x3c, 0x78, 0x29, 0xa5,
    0x85, 0x35, 0x51, 0xa9, 0x1b, 0x6e, 0xc0, 0x44, 0xf5, 0xe0, 0x0e, 0xea, 0xd1, 0x6b};
static const uint8_t vector_sender[] = {
    0x04, 0x24, 0xac, 0x92, 0x3b, 0x72, 0x11, 0xdd, 0xd1, 0xda, 0x58, 0xd1, 0xa1, 0xba, 0xc6, 0x05, 0xdc,
    0x90, 0x60, 0xb4, 0xda, 0x55, 0x42, 0xc8, 0x43, 0x2f, 0x1b, 0xd4, 0x2c, 0x45, 0x95, 0x32, 0x71, 0x6a,
    0x81, 0xb1, 0xe7, 0x1d, 0x07, 0x03, 0x8e, 0x36, 0xf4, 0x10, 0x0f, 0xb1, 0xd7, 0xbc, 0x5a, 0x0e, 0x5d,
    0xf2, 0x2c, 0xbb, 0x25, 0xcc, 0x98, 0xc0, 0x79, 0x1c, 0x04, 0xd3, 0xc5, 0xac, 0x86};
static const uint8_t vector_sealed[] = {
    0xb3, 0xa2, 0x61, 0x5d, 0xd3, 0x9f, 0x9d, 0x79, 0x17, 0x91, 0xd1, 0xbd, 0x97, 0x8f, 0xef, 0xc8, 0x41,
    0x72, 0xcf, 0x49, 0xc2, 0xd4, 0x55, 0x97, 0xaf, 0x0a, 0xb2, 0x38, 0x6e, 0xd0, 0xc6, 0x53, 0x1f, 0xb1,
    0xde, 0x66, 0x59, 0x28, 0x2b, 0xd5, 0x85, 0xcf, 0x52, 0xb5, 0x65, 0xe5, 0x2c, 0x45, 0x8c, 0x5f, 0xaa,
    0xc1, 0x78, 0x87, 0x5a, 0xad, 0xca, 0x13, 0xd7, 0x94, 0x00, 0xb9, 0x76, 0xd5, 0x5e, 0xf6};
static const char vector_text[] = "{\"confidential\":{\"callbackNumber\":\"07700 900123\"}}";

static const struct referral_site site = {
    .source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE, .organisation = "ZZP01", .site = "northmoor-car"};
static const uint8_t own_key[SEAL_KEY_BYTES] = {'o'}, other_key[SEAL_KEY_BYTES] = {'x'};

/* A form of the vector, in memory that the test may change. */
struct vector {
    struct form_key key;
    uint8_t referral[WIRE_ID_BYTES], sender[WIRE_POINT_BYTES], sealed[sizeof vector_sealed];
    Concordat__V1__SubmitSealed form;
};

static void make_vector(struct vector *v)
{
    memcpy(v->key.secret, vector_secret, sizeof vector_secret);
    memcpy(v->key.point, vector_point, sizeof vector_point);
    memcpy(v->sender, vector_sender, sizeof vector_sender);
    memcpy(v->sealed, vector_sealed, sizeof vector_sealed);
    for (uint8_t i = 0; i < WIRE_ID_BYTES; i++)
        v->referral[i] = i + 1;
    concordat__v1__submit_sealed__init(&v->form);
    v->form.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, v->referral};
    v->form.sender_key = (ProtobufCBinaryData){WIRE_POINT_BYTES, v->sender};
    v->form.sealed = (ProtobufCBinaryData){sizeof v->sealed, v->sealed};
    v->form.sealed_ms = NOW_MS;
}

static bool vector_opens(const struct vector *v)
{
    static uint8_t text[WIRE_SEALED_BYTES_MAX];
    static const uint8_t none[sizeof vector_text];
    size_t size;
    memset(text, 0, sizeof text);
    bool opens = form_seal_open(&v->key, &v->form, text, &size);
    if (opens)
        assert_true(size == sizeof vector_text - 1 && memcmp(text, vector_text, size) == 0);
    else
        assert_memory_equal(text, none, sizeof none);
    return opens;
}

static void another_implementations_form_opens(void **state)
{
    (void)state;
    static const uint8_t id[] = {0x56, 0xc9, 0x71, 0xd1, 0x19, 0x84, 0xfb, 0x6e,
                                 0x83, 0x23, 0x63, 0xd1, 0x6f, 0x61, 0x4b, 0x17};
    uint8_t named[WIRE_ID_BYTES];
    struct vector v;
    make_vector(&v);
    assert_true(vector_opens(&v));
    form_seal_id(v.key.point, named);
    assert_memory_equal(named, id, sizeof id); /* BLAKE2b-128 of the point, by Python's hashlib */
}

static void nothing_that_was_altered_opens(void **state)
{
    (void)state;
    struct vector v;
    for (size_t i = 0; i < sizeof vector_sealed; i++) {
        make_vector(&v);
        v.sealed[i] ^= 1;
        assert_false(vector_opens(&v));
    }
    for (size_t i = 0; i < sizeof vector_sender; i++) {
        make_vector(&v);
        v.sender[i] ^= 1; /* which is no point of the curve any more, or another one */
        assert_false(vector_opens(&v));
    }
    make_vector(&v);
    v.referral[15] ^= 1;
    assert_false(vector_opens(&v));
    make_vector(&v);
    v.form.sealed_ms++;
    assert_false(vector_opens(&v));
    for (size_t size = 0; size < sizeof vector_sealed; size++) {
        make_vector(&v);
        v.form.sealed.len = size;
        assert_false(vector_opens(&v));
    }
    make_vector(&v);
    assert_true(form_seal_draw(&v.key));
    assert_false(vector_opens(&v));
}

struct form_place {
    char folder[64], path[96], message[512];
    struct outbox *outbox;
    struct arena arena;
    struct sealed_example example;
};

static struct outbox *open_at(struct form_place *p, const uint8_t *key, const uint8_t *old_key)
{
    enum outbox_status status;
    struct outbox *outbox = outbox_open(p->path, key, old_key, &status, p->message, sizeof p->message);
    assert_non_null(outbox);
    return outbox;
}

static int make_form_place(void **state)
{
    struct form_place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    snprintf(p->folder, sizeof p->folder, "/tmp/forms-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/outbox.db", p->folder);
    assert_int_equal(arena_open(&p->arena, ARENA_MESSAGE_BYTES), 0);
    p->outbox = open_at(p, own_key, NULL);
    *state = p;
    return 0;
}

static int leave_form_place(void **state)
{
    struct form_place *p = *state;
    static const char *const names[] = {"outbox.db", "outbox.db-wal", "other.db", "other.db-wal"};
    char path[128];
    outbox_close(&p->outbox);
    arena_close(&p->arena);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", p->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(p->folder);
    free(p);
    return 0;
}

static struct form_key_kept key_now(struct form_place *p, int64_t now_ms)
{
    struct form_key_kept kept;
    assert_int_equal(outbox_form_key_now(p->outbox, now_ms, &kept), OUTBOX_OK);
    return kept;
}

static enum outbox_status find_key(struct form_place *p, const uint8_t *id)
{
    struct form_key_kept kept;
    return outbox_form_key_find(p->outbox, id, &kept);
}

static void a_key_is_told_for_a_week_kept_for_a_month_more_and_destroyed(void **state)
{
    struct form_place *p = *state;
    const struct form_key_kept first = key_now(p, NOW_MS), same = key_now(p, NOW_MS + 6 * DAY_MS),
                               next = key_now(p, NOW_MS + 8 * DAY_MS);
    uint32_t ended;
    assert_memory_equal(first.id, same.id, WIRE_ID_BYTES);
    assert_memory_not_equal(first.id, next.id, WIRE_ID_BYTES);
    assert_true(first.opens_until_ms >= NOW_MS + 37 * DAY_MS);
    assert_int_equal(outbox_form_keys_end(p->outbox, first.opens_until_ms, &ended), OUTBOX_OK);
    assert_int_equal(ended, 0);
    assert_int_equal(find_key(p, first.id), OUTBOX_OK);
    assert_int_equal(outbox_form_keys_end(p->outbox, first.opens_until_ms + 1, &ended), OUTBOX_OK);
    assert_int_equal(ended, 1);
    assert_int_equal(find_key(p, first.id), OUTBOX_NOT_FOUND);
    assert_int_equal(find_key(p, next.id), OUTBOX_OK);
}

static void a_clock_that_leaps_does_not_make_a_key_each_time(void **state)
{
    struct form_place *p = *state;
    const struct form_key_kept now = key_now(p, NOW_MS), later = key_now(p, NOW_MS + 400 * DAY_MS);
    for (int i = 0; i < 3; i++) {
        assert_memory_equal(key_now(p, NOW_MS).id, now.id, WIRE_ID_BYTES);
        assert_memory_equal(key_now(p, NOW_MS + 400 * DAY_MS).id, later.id, WIRE_ID_BYTES);
    }
}

static void a_new_key_of_the_outbox_keeps_the_form_keys(void **state)
{
    struct form_place *p = *state;
    const struct form_key_kept kept = key_now(p, NOW_MS);
    outbox_close(&p->outbox);
    p->outbox = open_at(p, other_key, own_key);
    assert_int_equal(find_key(p, kept.id), OUTBOX_OK);
    outbox_close(&p->outbox);
    p->outbox = open_at(p, own_key, NULL); /* which has lost it, and makes another */
    assert_int_equal(find_key(p, kept.id), OUTBOX_NOT_FOUND);
    assert_memory_not_equal(key_now(p, NOW_MS).id, kept.id, WIRE_ID_BYTES);
}

/* Reads a form as the intake does. NULL unless it opens. */
static const Concordat__V1__Submit *open_form(struct form_place *p, const char *text, int64_t sealed_ms,
                                              int64_t now_ms, Concordat__V1__Request *request)
{
    int64_t as_of_ms;
    const struct form_key_kept kept = key_now(p, NOW_MS);
    form_sealer_seal(&p->example, kept.key.point, 'r', sealed_ms, text, strlen(text));
    concordat__v1__request__init(request);
    request->command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT_SEALED;
    request->submit_sealed = &p->example.form;
    arena_reset(&p->arena);
    enum sealed_form_status status =
        sealed_form_open(p->outbox, &site, request, now_ms, &p->arena, &as_of_ms);
    return status == SEALED_FORM_OPENED ? request->submit : NULL;
}

static void what_was_typed_is_read_and_what_means_nothing_is_kept(void **state)
{
    struct form_place *p = *state;
    Concordat__V1__Request request;
    const Concordat__V1__Submit *submit = open_form(
        p,
        "{\"referral\": {\"id\": \"another\", \"urgency\": \"very urgent\", \"person\": {\"ageYears\": \"about 30\"},"
        " \"legal\": {\"powerUsedAt\": \"10 minutes ago\"}, \"colour\": \"mauve\"},"
        " \"confidential\": {\"callbackNumber\": \"07700 900123\"}}",
        NOW_MS, NOW_MS + 3 * 3600000, &request);
    assert_non_null(submit);
    assert_memory_equal(submit->referral->id.data, p->example.referral, WIRE_ID_BYTES);
    assert_int_equal(submit->referral->source, site.source);
    assert_int_equal(submit->referral->urgency, CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT);
    assert_true(submit->referral->person->age_estimated);
    assert_true(llabs(submit->referral->legal->power_used_at->unix_ms - (NOW_MS - 600000)) <= 60000);
    assert_non_null(strstr(submit->confidential->narrative, "mauve"));
}

static void the_fields_of_a_page_go_where_they_belong(void **state)
{
    struct form_place *p = *state;
    Concordat__V1__Request request;
    const Concordat__V1__Submit *submit = open_form(
        p,
        "{\"fields\": {\"callback\": \"07700 900123\", \"needs\": \"amhp,autism\", \"drill\": \"yes\", \"age\": \"\","
        " \"shoe\": \"size 9\", \"narrative\": \"told\"}}",
        NOW_MS, NOW_MS, &request);
    assert_non_null(submit);
    assert_string_equal(submit->confidential->callback_number, "07700 900123");
    assert_int_equal(submit->referral->n_needs, 2);
    assert_true(submit->referral->drill);
    assert_null(submit->referral->person);
    assert_non_null(strstr(submit->confidential->narrative, "told"));
    assert_non_null(strstr(submit->confidential->narrative, "size 9"));
}

static void a_clock_that_is_wrong_tells_no_times(void **state)
{
    struct form_place *p = *state;
    static const char text[] = "{\"referral\": {\"legal\": {\"powerUsedAt\": \"10 minutes ago\"}}}";
    static const int64_t wrong[] = {1000, NOW_MS - 1, NOW_MS + 2 * DAY_MS};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Concordat__V1__Request request;
        const Concordat__V1__Submit *submit = open_form(p, text, wrong[i], NOW_MS + DAY_MS, &request);
        assert_non_null(submit);
        assert_true(llabs(submit->referral->legal->power_used_at->unix_ms - (NOW_MS + DAY_MS - 600000)) <=
                    60000);
    }
}

static void what_no_page_makes_is_refused(void **state)
{
    struct form_place *p = *state;
    static const char *const texts[] = {
        "[]",       "7",
        "{",        "{\"referral\": {\"a\": 1, \"a\": 2}}",
        "\xff\xfe", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Concordat__V1__Request request;
        assert_null(open_form(p, texts[i], NOW_MS, NOW_MS, &request));
        assert_int_equal(request.command_case, CONCORDAT__V1__REQUEST__COMMAND_SUBMIT_SEALED);
    }
}

#define AT_PLACE(name) cmocka_unit_test_setup_teardown(name, make_form_place, leave_form_place)

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_implementations_form_opens),
        cmocka_unit_test(nothing_that_was_altered_opens),
        AT_PLACE(a_key_is_told_for_a_week_kept_for_a_month_more_and_destroyed),
        AT_PLACE(a_clock_that_leaps_does_not_make_a_key_each_time),
        AT_PLACE(a_new_key_of_the_outbox_keeps_the_form_keys),
        AT_PLACE(what_was_typed_is_read_and_what_means_nothing_is_kept),
        AT_PLACE(the_fields_of_a_page_go_where_they_belong),
        AT_PLACE(a_clock_that_is_wrong_tells_no_times),
        AT_PLACE(what_no_page_makes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
