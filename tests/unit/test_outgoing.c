/* The messages of a turn go to each peer in their order, in as few frames as their sizes allow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "broker/shell/outgoing.h"

static const struct server_route one = {.size = 5, .bytes = {0, 1}}, two = {.size = 5, .bytes = {0, 2}};

static void add(struct outgoing *o, const struct server_route *route, uint32_t attempt, char *name,
                struct outgoing_packed *packed)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Offer offer = CONCORDAT__V1__OFFER__INIT;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER;
    message.offer = &offer;
    offer.attempt = attempt;
    offer.number = name;
    assert_true(outgoing_share(o, route, &message, packed));
}

static uint32_t attempt_of(const struct frame_part *part)
{
    Concordat__V1__Message *message = concordat__v1__message__unpack(NULL, part->size, part->bytes);
    assert_non_null(message);
    uint32_t attempt = message->offer->attempt;
    concordat__v1__message__free_unpacked(message, NULL);
    return attempt;
}

static void each_peer_is_told_in_order_and_in_one_frame(void **state)
{
    (void)state;
    struct outgoing o;
    struct outgoing_frame frame;
    outgoing_open(&o);
    for (int turn = 0; turn < 3; turn++) {
        for (uint32_t i = 1; i <= 5; i++) {
            struct outgoing_packed shared = {0, 0};
            add(&o, &two, i, "R-1", &shared);
            if (i % 2)
                add(&o, &one, i, "R-1", &shared);
        }
        assert_true(outgoing_next(&o, &frame));
        assert_memory_equal(frame.route, &two, sizeof two);
        assert_int_equal(frame.count, 5);
        for (uint32_t i = 0; i < 5; i++)
            assert_int_equal(attempt_of(&frame.parts[i]), i + 1);
        assert_true(outgoing_next(&o, &frame));
        assert_memory_equal(frame.route, &one, sizeof one);
        assert_int_equal(frame.count, 3);
        for (uint32_t i = 0; i < 3; i++)
            assert_int_equal(attempt_of(&frame.parts[i]), 2 * i + 1);
        assert_false(outgoing_next(&o, &frame));
    }
    outgoing_close(&o);
}

static void a_frame_ends_before_it_becomes_too_long(void **state)
{
    (void)state;
    static char name[FRAME_BYTES_GOOD];
    struct outgoing o;
    struct outgoing_frame frame;
    outgoing_open(&o);
    memset(name, 'n', sizeof name - 1);
    struct outgoing_packed small = {0, 0}, another = {0, 0}, big = {0, 0};
    add(&o, &one, 1, "R-1", &small);
    add(&o, &one, 2, name, &big);
    add(&o, &one, 3, "R-1", &another);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_true(outgoing_next(&o, &frame));
        assert_int_equal(frame.count, 1);
        assert_int_equal(attempt_of(&frame.parts[0]), i);
    }
    assert_false(outgoing_next(&o, &frame));
    for (int i = 0; i < OUTGOING_PARTS_MAX + 1; i++)
        add(&o, &one, 1, "R-1", &(struct outgoing_packed){0, 0});
    size_t count = 0;
    while (outgoing_next(&o, &frame)) {
        assert_in_range(frame.count, 1, OUTGOING_PARTS_MAX);
        count += frame.count;
    }
    assert_int_equal(count, OUTGOING_PARTS_MAX + 1);
    outgoing_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_peer_is_told_in_order_and_in_one_frame),
        cmocka_unit_test(a_frame_ends_before_it_becomes_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
