/* test_find_digest.c: P9: an event vouches only for the confidential part of its own referral. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/record/record.h"

static uint8_t own_id[ID_BYTES] = {1}, other_id[ID_BYTES] = {2}, in_event[CONFIDENTIAL_DIGEST_BYTES] = {3};

/* An event of own_id with a digest of this size; it is one of a receipt, or one of an update. */
static size_t pack_with_digest(size_t digest_size, bool is_update, uint8_t body[256])
{
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    Concordat__V1__Received received = CONCORDAT__V1__RECEIVED__INIT;
    Concordat__V1__Updated updated = CONCORDAT__V1__UPDATED__INIT;
    event.referral = (ProtobufCBinaryData){sizeof own_id, own_id};
    received.confidential_digest = updated.confidential_digest = (ProtobufCBinaryData){digest_size, in_event};
    event.what_case = is_update ? CONCORDAT__V1__EVENT__WHAT_UPDATED : CONCORDAT__V1__EVENT__WHAT_RECEIVED;
    if (is_update)
        event.updated = &updated;
    else
        event.received = &received;
    assert_true(concordat__v1__event__get_packed_size(&event) <= 256);
    return concordat__v1__event__pack(&event, body);
}

static void test_p9_an_event_vouches_for_a_part_of_its_own_referral_only(void **state)
{
    (void)state;
    for (int is_update = 0; is_update < 2; is_update++) {
        uint8_t body[256];
        size_t size = pack_with_digest(sizeof in_event, is_update, body);
        const uint8_t *found = record_find_digest(body, size, own_id);
        assert_non_null(found);
        assert_memory_equal(found, in_event, sizeof in_event);
        assert_null(record_find_digest(body, size, other_id));
    }
}

static void test_p9_an_event_without_a_whole_digest_vouches_for_nothing(void **state)
{
    (void)state;
    for (size_t digest_size = 0; digest_size < sizeof in_event; digest_size++) {
        uint8_t body[256];
        size_t size = pack_with_digest(digest_size, digest_size % 2, body);
        assert_null(record_find_digest(body, size, own_id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p9_an_event_vouches_for_a_part_of_its_own_referral_only),
        cmocka_unit_test(test_p9_an_event_without_a_whole_digest_vouches_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
