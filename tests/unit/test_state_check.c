/* test_state_check.c: each entry of the state's books that is put wrong is found, and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/state_check.h"
#include "tests/worlds/core_world.h"

/* A world with an open case in several states, some that have ended, and a row that is unused. */
static struct core_world *busy_world(void)
{
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *accepted = world_submitted(w);
    assert_int_equal(world_accept(w, accepted, MINUTES(20)), REFUSAL_NONE);
    for (int i = 0; i < 4; i++)
        world_submitted(w);
    const struct referral *held = world_submitted(w);
    for (int i = 0; i < 3; i++)
        world_decline(w, held);
    for (uint32_t row = 1; row < 3; row++) {
        struct command withdraw = world_command(w, COMMAND_WITHDRAW, state_referral_row(w->state, row)->id);
        assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    }
    for (int coordinator = 0; coordinator < 2; coordinator++) {
        struct command cover = world_cover(w, coordinator, HOURS(1));
        assert_int_equal(world_do(w, &cover), REFUSAL_NONE);
    }
    world_capacity(w, 2, 3);
    assert_null(state_check(w->state));
    return w;
}

/* Rows of the world above. */
enum { ACCEPTED, UNUSED_1, UNUSED_2, OFFERED_1, OFFERED_2, HELD };

static struct referral *case_in_row(struct core_world *w, uint32_t row)
{
    return table_row(&w->state->referrals, row);
}

static struct team *first_team(struct core_world *w)
{
    return table_row(&w->state->teams, 0);
}

static struct origin *first_origin(struct core_world *w)
{
    return table_row(&w->state->origins, 0);
}

static struct agenda_entry *entry_in_place(struct core_world *w, uint32_t place)
{
    return table_row(&w->state->agenda.entries, place);
}

static struct ended_case *first_ended(struct core_world *w)
{
    return table_row(&w->state->ended, 0);
}

static struct undoable *first_undoable(struct core_world *w)
{
    return table_row(&w->state->undoable, 0);
}

static struct remembered *second_remembered(struct core_world *w)
{
    return table_row(&w->state->remembered, 1);
}

static struct cover *first_cover(struct core_world *w)
{
    return table_row(&w->state->covers, 0);
}

/* --- the open part ------------------------------------------------------------------------------------ */

#define WRONG(name, change)                                                                                  \
    static void name(struct core_world *w)                                                                   \
    {                                                                                                        \
        change;                                                                                              \
    }

WRONG(one_open_too_many, w->state->counters.open_count++)
WRONG(one_held_too_few, w->state->counters.held_count--)
WRONG(an_offer_too_many, first_team(w)->people.live_offers++)
WRONG(one_waiting_too_many, w->state->counters.waiting[URGENCY_VERY_URGENT]++)
WRONG(an_offer_of_an_origin_too_few, first_origin(w)->offers--)
WRONG(an_offer_not_listed, case_in_row(w, OFFERED_2)->next_offer = 0)
WRONG(an_offer_listed_for_nobody, case_in_row(w, HELD)->prev_offer = OFFERED_1 + 1)
WRONG(of_no_urgency, case_in_row(w, HELD)->facts.routed_as = URGENCY_NONE)
WRONG(a_case_too_few, first_team(w)->people.cases--)
WRONG(asked_in_the_future, first_team(w)->last_offered_seq = w->state->counters.seq + 1)
WRONG(due_at_another_time, entry_in_place(w, w->state->agenda.entries.count - 1)->due_ms++)
WRONG(heap_upside_down, entry_in_place(w, 0)->due_ms = INT64_MAX)
WRONG(place_of_another, *(uint32_t *)table_row(&w->state->agenda.places, HELD) = 0)
WRONG(no_place, *(uint32_t *)table_row(&w->state->agenda.places, HELD) = ROW_NONE)
WRONG(a_link_lost, case_in_row(w, w->state->counters.free_row - 1)->next_free = 0)
WRONG(a_circle, case_in_row(w, w->state->counters.free_row - 1)->next_free = w->state->counters.free_row)
WRONG(a_link_to_a_case, w->state->counters.free_row = HELD + 1)
WRONG(a_link_to_nowhere, w->state->counters.free_row = 1000)
WRONG(something_left_over, case_in_row(w, UNUSED_1)->facts.age = 17)
WRONG(another_owner, case_in_row(w, HELD)->owner.slot++)
WRONG(another_deadline, case_in_row(w, OFFERED_1)->owner.act_by_ms++)
WRONG(an_offer_to_nobody, case_in_row(w, OFFERED_1)->offer.attempt = 0)
WRONG(with_no_team, case_in_row(w, ACCEPTED)->team = SLOT_NONE)
WRONG(in_no_area, case_in_row(w, HELD)->facts.area = 77)
WRONG(asked_an_unknown_team, case_in_row(w, HELD)->asked[0].team = 77)
WRONG(an_older_offer, case_in_row(w, OFFERED_1)->attempts++)
WRONG(a_number_not_given_out, case_in_row(w, HELD)->number = 99)
WRONG(an_event_to_come, case_in_row(w, HELD)->last_seq = w->state->counters.seq + 1)
WRONG(a_stop_without_a_start, case_in_row(w, HELD)->clocks[CLOCK_HANDOVER].stopped_ms = 5)
WRONG(ended_among_the_open, case_in_row(w, HELD)->state = CASE_CLOSED)
WRONG(a_hold_without_a_reason, case_in_row(w, HELD)->on_hold_ms = 1)
WRONG(another_id, case_in_row(w, HELD)->id[3] ^= 1)

/* --- the rest ----------------------------------------------------------------------------------------- */

WRONG(open_and_ended, memcpy(first_ended(w)->id, case_in_row(w, HELD)->id, ID_BYTES))
WRONG(an_ended_case_lost, w->state->ended_by_id.used--)
WRONG(an_ended_case_open, first_ended(w)->state = CASE_HELD)
WRONG(ended_in_no_area, first_ended(w)->area = 77)
WRONG(ended_before_it_came, first_ended(w)->ended_ms = 1)
WRONG(held_since_nobody_knows_when, first_ended(w)->holds = hold_bit(HOLD_ON_ERASURE_INQUEST))
WRONG(erased_before_its_end, first_ended(w)->erased_ms = 1)
WRONG(erased_and_still_there, first_ended(w)->erased_ms = first_ended(w)->ended_ms)
WRONG(a_command_lost, second_remembered(w)->id[3] ^= 1)
WRONG(a_command_too_late, second_remembered(w)->seq = w->state->counters.seq + 1)
WRONG(a_ring_that_begins_nowhere, w->state->counters.oldest_remembered = 5)
WRONG(an_undo_of_nothing, first_ended(w)->undo++)
WRONG(an_undo_of_what_was_over, first_undoable(w)->was.state = CASE_CLOSED)
WRONG(an_undo_that_ends_first, first_undoable(w)->until_ms = 1)
WRONG(undoable_begins_nowhere, w->state->counters.oldest_undoable = 5)
WRONG(a_cover_of_nobody, first_cover(w)->key.coordinator = 77)
WRONG(a_cover_without_a_reason, first_cover(w)->reason = 77)
WRONG(a_cover_twice, first_cover(w)->key = first_cover(w)[1].key)
WRONG(a_name_changed, first_team(w)->id[0] ^= 1)

static const struct {
    void (*put_wrong)(struct core_world *w);
    const char *says;
    bool whole; /* not found by state_check_open */
} faults[] = {
    {one_open_too_many, "the count of open cases is wrong", false},
    {one_held_too_few, "the count of held cases is wrong", false},
    {an_offer_too_many, "the count of a team's live offers is wrong", false},
    {one_waiting_too_many, "the count of waiting cases is wrong", false},
    {an_offer_of_an_origin_too_few, "the count of an origin's offers is wrong", false},
    {an_offer_not_listed, "live offer", false},
    {an_offer_listed_for_nobody, "without a live offer stands in the list", false},
    {of_no_urgency, "of no urgency", false},
    {a_case_too_few, "the count of a team's cases is wrong", false},
    {asked_in_the_future, "after the latest event", false},
    {due_at_another_time, "due at another time than its entry", false},
    {heap_upside_down, "the agenda is out of order", false},
    {place_of_another, "does not stand where its row says", false},
    {no_place, "does not stand where its row says", false},
    {a_link_lost, "an unused row is missing", false},
    {a_circle, "has a circle", false},
    {a_link_to_a_case, "an unused row holds something", false},
    {a_link_to_nowhere, "leads out of the table", false},
    {something_left_over, "an unused row holds something", false},
    {another_owner, "the owner of an open case does not follow", false},
    {another_deadline, "the owner of an open case does not follow", false},
    {an_offer_to_nobody, "an offer is live without", false},
    {with_no_team, "no team is named", false},
    {in_no_area, "an area, a coordinator or an origin that nobody knows", false},
    {asked_an_unknown_team, "asked a team that nobody knows", false},
    {an_older_offer, "a live offer is not the latest", false},
    {a_number_not_given_out, "a number that has not been given out", false},
    {an_event_to_come, "out of order", false},
    {a_stop_without_a_start, "has not started", false},
    {ended_among_the_open, "an ended case stands among the open ones", false},
    {a_hold_without_a_reason, "on hold without a reason", false},
    {another_id, "not found by its id", false},
    {open_and_ended, "an ended case is not found by its id", true},
    {an_ended_case_lost, "an ended case is not found by its id", true},
    {an_ended_case_open, "an ended case has not ended", true},
    {ended_in_no_area, "that nobody knows", true},
    {ended_before_it_came, "out of order", true},
    {held_since_nobody_knows_when, "on hold without a reason", true},
    {erased_before_its_end, "before its end, or not wholly", true},
    {erased_and_still_there, "before its end, or not wholly", true},
    {a_command_lost, "a remembered command is not found", true},
    {a_command_too_late, "the remembered commands are out of order", true},
    {a_ring_that_begins_nowhere, "begins outside itself", true},
    {an_undo_of_nothing, "can be reopened has not ended", true},
    {an_undo_of_what_was_over, "was not open", true},
    {an_undo_that_ends_first, "its time was over before it ended", true},
    {undoable_begins_nowhere, "can be reopened begins outside itself", true},
    {a_cover_of_nobody, "a cover has a coordinator or an area that nobody knows", true},
    {a_cover_without_a_reason, "a cover has a reason that nobody knows", true},
    {a_cover_twice, "a cover is not found, or found twice", true},
    {a_name_changed, "a name is not found", true},
};

static void every_fault_of_the_books_is_found_and_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct core_world *w = busy_world();
        faults[i].put_wrong(w);
        const char *wrong = state_check(w->state);
        if (!wrong || !strstr(wrong, faults[i].says))
            fail_msg("\"%s\" was not said, but \"%s\"", faults[i].says, wrong ? wrong : "");
        assert_int_equal(state_check_open(w->state) == NULL, faults[i].whole);
        state_destroy(&w->state); /* closing the world checks the books once more */
        w->state = state_new(1);
        core_world_close(&w);
    }
}

/* Once it is full, the ring begins anywhere. */
static void the_ring_of_remembered_commands_adds_up_when_it_has_come_round(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct event claim = {.kind = EVENT_CAPACITY_CLAIMED, .has_command = true, .actor = "team-1"};
    claim.seq = w->state->counters.seq;
    claim.at_ms = w->now_ms;
    for (uint32_t i = 0; i < COMMANDS_REMEMBERED_MAX + 100; i++) {
        claim.seq++;
        memcpy(claim.command, &claim.seq, sizeof claim.seq);
        assert_true(state_reserve(w->state, 0) && state_apply(w->state, &claim));
    }
    assert_int_equal(w->state->remembered.count, COMMANDS_REMEMBERED_MAX);
    assert_int_not_equal(w->state->counters.oldest_remembered, 0);
    assert_null(state_check(w->state));
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_of_the_books_is_found_and_named),
        cmocka_unit_test(the_ring_of_remembered_commands_adds_up_when_it_has_come_round),
    };
    return cmocka_run_group_tests_name("state_check", tests, NULL, NULL);
}
