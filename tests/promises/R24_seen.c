/* R24 That an offer was delivered to a device, and that a person has seen it, are two facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

static enum refusal say_seen(struct core_world *w, const struct referral *r, bool by_person)
{
    struct command command = world_from_team(w, COMMAND_SEEN, 1, r->id);
    command.is.offer.attempt = r->offer.attempt;
    command.is.offer.by_person = by_person;
    return world_do(w, &command);
}

static void R24_a_device_that_has_the_offer_tells_of_no_person(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_false(r->offer.delivered);
    assert_int_equal(say_seen(w, r, false), REFUSAL_NONE);
    assert_true(r->offer.delivered);
    assert_false(r->offer.seen);
    assert_int_equal(say_seen(w, r, false), REFUSAL_NONE); /* a second device */
    assert_int_equal(world_count(w, EVENT_OFFER_SEEN), 1);
    assert_int_equal(say_seen(w, r, true), REFUSAL_NONE);
    assert_true(r->offer.seen);
    assert_true(world_event(w, EVENT_OFFER_SEEN)->is.offer.by_person);
    assert_int_equal(say_seen(w, r, true), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_OFFER_SEEN), 2);
    core_world_close(&w);
}

static void R24_what_a_person_has_seen_was_delivered(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(say_seen(w, r, true), REFUSAL_NONE);
    assert_true(r->offer.delivered && r->offer.seen);
    assert_int_equal(say_seen(w, r, false), REFUSAL_NONE); /* the device was slower */
    assert_int_equal(world_count(w, EVENT_OFFER_SEEN), 1);
    core_world_close(&w);
}

static void R24_the_next_offer_has_been_seen_by_nobody(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    say_seen(w, r, true);
    world_decline(w, r);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_false(r->offer.delivered || r->offer.seen);
    core_world_close(&w);
}

static void R24_seeing_an_offer_neither_accepts_nor_prolongs_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    int64_t expires_ms = r->offer.expires_ms;
    say_seen(w, r, true);
    assert_int_equal(r->offer.expires_ms, expires_ms);
    assert_int_equal(r->state, CASE_OFFERED);
    world_wait(w, MINUTES(5));
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_EXPIRED);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R24_a_device_that_has_the_offer_tells_of_no_person),
        cmocka_unit_test(R24_what_a_person_has_seen_was_delivered),
        cmocka_unit_test(R24_the_next_offer_has_been_seen_by_nobody),
        cmocka_unit_test(R24_seeing_an_offer_neither_accepts_nor_prolongs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
