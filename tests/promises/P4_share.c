/* P4_share.c: no origin keeps others from a team: whose offer yields its place, and in which order cases that
 * wait are matched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

/* e, v, u or r: emergency to routine; a drill in capitals. */
static const struct referral *share_submitted(struct core_world *w, const char *origin, char urgency)
{
    static const char letters[] = " evur";
    struct command command = world_submission(w);
    command.actor = origin;
    command.is.submit.drill = urgency < 'a';
    command.is.submit.facts.urgency = (enum urgency)(strchr(letters, urgency | 0x20) - letters);
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    return state_referral(w->state, command.referral);
}

static uint16_t share_places;

static void with_places(struct core_world *w)
{
    for (int i = 0; i < w->policy.team_count; i++)
        w->teams[i].places = share_places;
}

static struct core_world *share_world(int teams, uint16_t places)
{
    share_places = places;
    return core_world_open(teams, with_places);
}

/* --- whose offer yields ----------------------------------------------------------------------------- */

static const struct {
    const char *what;
    const char *theirs,
        *own; /* offers at the only team, whose places they fill, in the order in which they came */
    char waits;
    int yields; /* index in theirs; -1: nobody */
} yields[] = {
    {"of equals, one is not more than its share", "v", "", 'v', -1},
    {"of two equals the newer yields", "vv", "", 'v', 1},
    {"two against one are as near as can be", "vv", "v", 'v', -1},
    {"three against one are not", "vvv", "v", 'v', 2},
    {"the only place is an emergency's", "r", "", 'e', 0},
    {"as many less urgent offers are not too many", "r", "v", 'e', -1},
    {"one more is", "rr", "v", 'e', 1},
    {"the least urgent yields, though it is the oldest", "rev", "", 'v', 0},
    {"nobody yields to a less urgent case", "eeeee", "", 'v', -1},
    {"a drill yields to a drill", "VV", "", 'V', 1},
    {"one key's own emergency has to wait", "", "rrr", 'e', -1},
};

static void P4_an_offer_yields_its_place_by_this_table(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof yields / sizeof *yields; i++) {
        size_t theirs = strlen(yields[i].theirs), own = strlen(yields[i].own);
        struct core_world *w = share_world(1, (uint16_t)(theirs + own));
        const struct referral *offered[8];
        for (size_t n = 0; n < theirs; n++) {
            offered[n] = share_submitted(w, "intake-b", yields[i].theirs[n]);
            w->now_ms++;
        }
        for (size_t n = 0; n < own; n++)
            share_submitted(w, "intake-a", yields[i].own[n]);
        const struct referral *r = share_submitted(w, "intake-a", yields[i].waits);
        for (size_t n = 0; n < theirs; n++)
            if ((offered[n]->state == CASE_HELD) != ((int)n == yields[i].yields))
                fail_msg("%s: offer %zu %s", yields[i].what, n,
                         offered[n]->state == CASE_HELD ? "yielded" : "stayed");
        assert_int_equal(r->state, yields[i].yields < 0 ? CASE_HELD : CASE_OFFERED);
        core_world_close(&w);
    }
}

static void P2_a_case_that_yields_has_an_owner_by_the_same_decision(void **unused)
{
    (void)unused;
    struct core_world *w = share_world(1, 2);
    const struct referral *first = share_submitted(w, "intake-b", 'v');
    const struct referral *second = share_submitted(w, "intake-b", 'v');
    uint32_t attempt = second->offer.attempt;
    share_submitted(w, "intake-a", 'v');
    assert_int_equal(first->state, CASE_OFFERED);
    assert_int_equal(w->last.count, 4);
    assert_int_equal(w->last.events[1].is.offer.end, OFFER_END_ORIGIN_SHARE);
    assert_int_equal(w->last.events[2].kind, EVENT_HELD);
    assert_int_equal(second->owner.kind, OWNER_COORDINATOR);
    assert_int_equal(second->hold_reason, HOLD_ORIGIN_SHARE);
    struct command late = world_from_team(w, COMMAND_ACCEPT, 1, second->id);
    late.is.offer.attempt = attempt;
    assert_int_equal(world_do(w, &late), REFUSAL_NONE); /* full by the directory, and comes nevertheless */
    assert_int_equal(second->owner.kind, OWNER_TEAM);
    core_world_close(&w);
}

static void the_reason_stays_while_all_are_full_and_the_team_is_asked_again_in_the_same_round(void **unused)
{
    (void)unused;
    struct core_world *w = share_world(1, 2);
    share_submitted(w, "intake-b", 'v');
    const struct referral *yielded = share_submitted(w, "intake-b", 'v');
    const struct referral *came = share_submitted(w, "intake-a", 'v');
    world_look_again(w);
    assert_int_equal(yielded->hold_reason, HOLD_ORIGIN_SHARE);
    world_decline(w, came);
    world_look_again(w);
    assert_int_equal(yielded->state, CASE_OFFERED);
    assert_int_equal(yielded->round, 1);
    core_world_close(&w);
}

static void a_case_that_yields_goes_to_the_next_team_that_has_a_place(void **unused)
{
    (void)unused;
    struct core_world *w = share_world(2, 2);
    world_presence(w, 2, false);
    share_submitted(w, "intake-b", 'v');
    const struct referral *yielded = share_submitted(w, "intake-b", 'v');
    w->teams[1].detained = DETAINED_ONLY; /* so that the one who comes, and is not detained, has to wait */
    world_load_policy(w);
    world_presence(w, 2, true);
    struct command detained = world_submission(w);
    detained.kind = COMMAND_UPDATE;
    detained.actor = "intake-b";
    detained.is.submit.facts.legal_status = LEGAL_SECTION_136;
    memcpy(detained.referral, yielded->id, ID_BYTES);
    assert_int_equal(world_do(w, &detained), REFUSAL_NONE);
    const struct referral *came = share_submitted(w, "intake-a", 'v');
    assert_int_equal(came->offer.team, world_slot(w, 1));
    assert_int_equal(yielded->offer.team, world_slot(w, 2));
    core_world_close(&w);
}

static void what_people_chose_or_accepted_never_yields(void **unused)
{
    (void)unused;
    struct core_world *w = share_world(1, 3);
    world_accept(w, share_submitted(w, "intake-b", 'r'), 0);
    for (int i = 0; i < 2; i++) {
        const struct referral *r = share_submitted(w, "intake-b", 'r');
        world_take(w, r);
        world_assign(w, r, 1);
        assert_int_equal(r->state, CASE_OFFERED);
    }
    const struct referral *came = share_submitted(w, "intake-a", 'e');
    assert_int_equal(came->hold_reason, HOLD_ALL_FULL);
    core_world_close(&w);
}

/* The offer would end, and the case would have no place all the same. */
static void nobody_yields_at_a_team_that_is_over_its_places(void **unused)
{
    (void)unused;
    struct core_world *w = share_world(1, 2);
    share_submitted(w, "intake-b", 'r');
    share_submitted(w, "intake-b", 'r');
    const struct referral *third = share_submitted(w, "intake-b", 'r');
    world_take(w, third);
    world_assign(w, third, 1);
    assert_int_equal(share_submitted(w, "intake-a", 'e')->hold_reason, HOLD_ALL_FULL);
    core_world_close(&w);
}

/* By now the origin of what the team accepted has fewer offers there than the other. */
static void after_an_acceptance_the_shares_are_looked_at_again(void **unused)
{
    (void)unused;
    struct core_world *w = share_world(1, 4);
    for (int i = 0; i < 2; i++) {
        share_submitted(w, "intake-b", 'v');
        world_accept(w, share_submitted(w, "intake-a", 'v'), 0);
    }
    share_places = 5;
    with_places(w);
    world_load_policy(w);
    const struct referral *own = share_submitted(w, "intake-a", 'v');
    const struct referral *waits = share_submitted(w, "intake-a", 'v');
    assert_int_equal(waits->state, CASE_HELD);
    world_accept(w, own, 0);
    world_look_again(w);
    assert_int_equal(waits->state, CASE_OFFERED);
    core_world_close(&w);
}

/* --- in which order --------------------------------------------------------------------------------- */

static void cases_that_wait_are_matched_by_urgency_then_by_turns_then_by_age(void **unused)
{
    (void)unused;
    static const struct {
        const char *origin;
        char urgency;
        int turn;
    } waits[] = {{"intake-b", 'r', 8}, {"intake-b", 'v', 3}, {"intake-b", 'v', 5},
                 {"intake-b", 'v', 6}, {"intake-a", 'v', 2}, {"intake-c", 'E', 9},
                 {"intake-a", 'v', 4}, {"intake-b", 'e', 1}, {"intake-a", 'r', 7}};
    enum { WAITS = sizeof waits / sizeof *waits };
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r[WAITS];
    world_presence(w, 1, false);
    for (int i = 0; i < WAITS; i++) {
        r[i] = share_submitted(w, waits[i].origin, waits[i].urgency);
        w->now_ms++;
    }
    world_presence(w, 1, true);
    uint64_t before = w->state->counters.seq;
    world_look_again(w);
    for (int i = 0; i < WAITS; i++)
        assert_int_equal(r[i]->last_seq - before, waits[i].turn);
    core_world_close(&w);
}

/* A team has a place again, and the rematch has not come to the cases that wait for it. */
static void a_new_case_does_not_pass_those_that_wait_for_their_turn(void **unused)
{
    (void)unused;
    struct core_world *w = share_world(1, 1);
    const struct referral *first = share_submitted(w, "intake-b", 'e');
    const struct referral *waits = share_submitted(w, "intake-a", 'v');
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, first->id);
    withdraw.actor = "intake-b";
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    w->state->rematch_due = true;
    const struct referral *late = share_submitted(w, "intake-b", 'r');
    assert_int_equal(late->hold_reason, HOLD_IN_TURN);
    const struct referral *as_urgent = share_submitted(w, "intake-b", 'v');
    assert_int_equal(as_urgent->hold_reason, HOLD_IN_TURN);
    const struct referral *more_urgent = share_submitted(w, "intake-b", 'e');
    assert_int_equal(more_urgent->state, CASE_OFFERED);
    world_decline(w, more_urgent);
    world_look_again(w);
    assert_int_equal(waits->state, CASE_OFFERED);
    assert_int_equal(late->hold_reason, HOLD_ALL_FULL);
    core_world_close(&w);
}

/* --- it ends ---------------------------------------------------------------------------------------- */

/* world_look_again returns only when nothing moves any more, and each time the offers can move no further. */
static void however_cases_come_their_places_come_to_rest(void **unused)
{
    (void)unused;
    static const char *const origins[] = {"intake-a", "intake-b", "intake-c", "intake-d"};
    enum { SEEDS = 200, CASES = 40 };
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        struct core_world *w = share_world(3, (uint16_t)(1 + seed % 4));
        unsigned random = seed;
        for (int i = 0; i < CASES; i++) {
            unsigned drawn = (unsigned)rand_r(&random);
            share_submitted(w, origins[drawn % 4 < 2 ? 0 : drawn % 4], "evurVR"[drawn / 4 % 6]);
            w->now_ms++;
            uint32_t before = w->event_count;
            world_look_again(w);
            if (w->event_count - before > 4 * CASES)
                fail_msg("seed %u: %u events before it rests", seed, w->event_count - before);
        }
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P4_an_offer_yields_its_place_by_this_table),
        cmocka_unit_test(P2_a_case_that_yields_has_an_owner_by_the_same_decision),
        cmocka_unit_test(the_reason_stays_while_all_are_full_and_the_team_is_asked_again_in_the_same_round),
        cmocka_unit_test(a_case_that_yields_goes_to_the_next_team_that_has_a_place),
        cmocka_unit_test(what_people_chose_or_accepted_never_yields),
        cmocka_unit_test(nobody_yields_at_a_team_that_is_over_its_places),
        cmocka_unit_test(after_an_acceptance_the_shares_are_looked_at_again),
        cmocka_unit_test(cases_that_wait_are_matched_by_urgency_then_by_turns_then_by_age),
        cmocka_unit_test(a_new_case_does_not_pass_those_that_wait_for_their_turn),
        cmocka_unit_test(however_cases_come_their_places_come_to_rest),
    };
    return cmocka_run_group_tests_name("P4_share", tests, NULL, NULL);
}
