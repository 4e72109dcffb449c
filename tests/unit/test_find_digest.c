/* test_find_digest.c: P9: an event vouches only for the sealed texts of its own referral. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/record/record.h"

static uint8_t own_id[ID_BYTES] = {1}, other_id[ID_BYTES] = {2}, in_event[SEAL_DIGEST_BYTES] = {3};

/* An event of own_id with the digest of a note, of this size, and behind it the digest of a reason. */
static size_t pack_with_digest(size_t digest_size, uint8_t body[256])
{
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    Concordat__V1__SealedText texts[2] = {CONCORDAT__V1__SEALED_TEXT__INIT, CONCORDAT__V1__SEALED_TEXT__INIT};
    Concordat__V1__SealedText *list[2] = {&texts[0], &texts[1]};
    event.referral = (ProtobufCBinaryData){sizeof own_id, own_id};
    texts[0].part = SEAL_NOTE;
    texts[1].part = SEAL_REASON;
    texts[0].digest = (ProtobufCBinaryData){digest_size, in_event};
    texts[1].digest = (ProtobufCBinaryData){digest_size, in_event};
    event.sealed = list;
    event.n_sealed = 2;
    assert_true(concordat__v1__event__get_packed_size(&event) <= 256);
    return concordat__v1__event__pack(&event, body);
}

static void test_p9_an_event_vouches_for_the_texts_of_its_own_referral_only(void **state)
{
    (void)state;
    uint8_t body[256];
    size_t size = pack_with_digest(sizeof in_event, body);
    const uint8_t *found = record_find_digest(body, size, own_id, SEAL_NOTE);
    assert_non_null(found);
    assert_memory_equal(found, in_event, sizeof in_event);
    assert_ptr_not_equal(record_find_digest(body, size, own_id, SEAL_REASON), found);
    assert_null(record_find_digest(body, size, other_id, SEAL_NOTE));
    assert_null(record_find_digest(body, size, own_id, SEAL_RECORD));
}

static void test_p9_an_event_without_a_whole_digest_vouches_for_nothing(void **state)
{
    (void)state;
    for (size_t digest_size = 0; digest_size < sizeof in_event; digest_size++) {
        uint8_t body[256];
        size_t size = pack_with_digest(digest_size, body);
        assert_null(record_find_digest(body, size, own_id, SEAL_NOTE));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p9_an_event_vouches_for_the_texts_of_its_own_referral_only),
        cmocka_unit_test(test_p9_an_event_without_a_whole_digest_vouches_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
