/* P7 Explained: each routing decision names every team of the ladder with the coded reason why it was chosen
 * or not.
 *
 * What is said where:
 *  - an offer by the ladder, and a handover to the team that the ladder finds: the whole ladder, one team
 * chosen;
 *  - an offer to a team that a person named (assigned, handed over): that team alone, chosen;
 *  - held because no team can take it: the whole ladder, none chosen and none that could have been;
 *  - held because a person decides next (after a contact, after the team that the coordinator chose said no,
 *    after the coordinator fell silent): no list, since no team was looked at;
 *  - sought, and none can be asked, while a team has the case: the whole ladder, none chosen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"
#include "tests/worlds/random_walk.h"

static int count_finding(const struct consideration_list *list, enum consideration finding)
{
    int count = 0;
    for (int i = 0; i < list->count; i++)
        count += list->items[i].finding == finding;
    return count;
}

static void check_whole_ladder(const struct core_world *w, const struct consideration_list *list)
{
    const struct policy_area *area = &w->policy.areas[0];
    assert_int_equal(list->count, area->step_count);
    for (int i = 0; i < area->step_count; i++) {
        int times = 0;
        for (int j = 0; j < list->count; j++)
            if (list->items[j].team == world_slot(w, area->steps[i].team + 1)) {
                times++;
                assert_int_equal(list->items[j].rung, area->steps[i].rung);
            }
        assert_int_equal(times, 1);
    }
    assert_int_equal(count_finding(list, CONSIDERATION_NONE), 0);
}

static void check_offered(const struct core_world *w, const struct event *event)
{
    const struct consideration_list *list = &event->considered;
    bool named = event->is.offered.assigned || event->is.offered.late ||
                 (event->is.offered.handover && list->count == 1);
    if (!named)
        check_whole_ladder(w, list);
    else
        assert_int_equal(list->count, 1);
    assert_int_equal(count_finding(list, CONSIDERATION_CHOSEN), 1);
    for (int i = 0; i < list->count; i++)
        if (list->items[i].finding == CONSIDERATION_CHOSEN)
            assert_int_equal(list->items[i].team, event->is.offered.team);
}

/* Whether a person, and not the ladder, decides next, as the events of the case tell. */
static bool a_person_decides_next(const struct core_world *w, const struct event *held)
{
    const struct event *offered = NULL, *before = NULL;
    bool contact = false;
    for (const struct event *event = w->events; event < held; event++) {
        if (!event->has_referral || memcmp(event->referral, held->referral, ID_BYTES) != 0)
            continue;
        if (event->kind == EVENT_OFFERED)
            offered = event;
        if (event->kind == EVENT_CHECKED_IN && event->is.checked_in.step == STEP_CONTACT &&
            event->is.checked_in.attended == ATTEND_ON_TIME)
            contact = true;
        before = event;
    }
    bool chosen_said_no = before->kind == EVENT_OFFER_ENDED && offered->is.offered.assigned;
    bool found = before->kind == EVENT_FOUND && before->is.missing.team != SLOT_NONE;
    bool not_reached = before->kind == EVENT_GIVEN_BACK && held->is.held.reason == HOLD_NOT_REACHED;
    return contact || chosen_said_no || found || not_reached ||
           held->is.held.reason == HOLD_COORDINATOR_SILENT;
}

static void check_held(const struct core_world *w, const struct event *event)
{
    const struct consideration_list *list = &event->considered;
    assert_int_not_equal(event->is.held.reason, HOLD_NONE);
    if (a_person_decides_next(w, event)) {
        assert_int_equal(list->count, 0);
        return;
    }
    check_whole_ladder(w, list);
    assert_int_equal(count_finding(list, CONSIDERATION_CHOSEN), 0);
    assert_int_equal(count_finding(list, CONSIDERATION_RANKED_LOWER), 0);
}

static void check_sought(const struct core_world *w, const struct event *event)
{
    check_whole_ladder(w, &event->considered);
    assert_int_equal(count_finding(&event->considered, CONSIDERATION_CHOSEN), 0);
    assert_int_equal(count_finding(&event->considered, CONSIDERATION_RANKED_LOWER), 0);
}

static void check_all(const struct core_world *w)
{
    for (uint32_t i = 0; i < w->event_count; i++)
        if (w->events[i].kind == EVENT_OFFERED)
            check_offered(w, &w->events[i]);
        else if (w->events[i].kind == EVENT_HELD)
            check_held(w, &w->events[i]);
        else if (w->events[i].kind == EVENT_SOUGHT)
            check_sought(w, &w->events[i]);
}

static void on_any_path_every_decision_names_every_team_once(void **unused)
{
    (void)unused;
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 20; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        walk_world(w, seed, 300);
        check_all(w);
        core_world_close(&w);
    }
}

/* --- each finding for its own cause ----------------------------------------------------------------------
 */

static enum consideration finding_about(const struct core_world *w, int team)
{
    const struct event *offered = world_event(w, EVENT_OFFERED), *held = world_event(w, EVENT_HELD);
    const struct consideration_list *list =
        held && (!offered || held > offered) ? &held->considered : &offered->considered;
    for (int i = 0; i < list->count; i++)
        if (list->items[i].team == world_slot(w, team))
            return list->items[i].finding;
    return CONSIDERATION_NONE;
}

static void detained_only(struct core_world *w)
{
    w->teams[0].detained = DETAINED_ONLY;
}

static void one_that_rings(struct core_world *w)
{
    w->teams[0].offers = TEAM_RINGS;
}

static void at_night_only(struct core_world *w)
{
    w->teams[0].rota.shifts[0] = (struct shift){ROTA_WEEK, 20 * 60, 8 * 60};
}

static void absent(struct core_world *w)
{
    world_presence(w, 1, false);
}

static void claims_no_place(struct core_world *w)
{
    world_capacity(w, 1, 0);
}

/* One team and one cause: the finding about the team, and the reason why the coordinator holds the case. */
static const struct {
    const char *name;
    void (*adjust)(struct core_world *w);
    void (*before)(struct core_world *w);
    enum consideration finding;
    enum hold_reason reason;
} causes[] = {
    {"only detained", detained_only, NULL, CONSIDERATION_ONLY_DETAINED, HOLD_NO_TEAM_MATCHES},
    {"hours", at_night_only, NULL, CONSIDERATION_CLOSED_NOW, HOLD_ALL_CLOSED},
    {"presence", NULL, absent, CONSIDERATION_ABSENT, HOLD_ALL_ABSENT},
    {"capacity", NULL, claims_no_place, CONSIDERATION_FULL, HOLD_ALL_FULL},
    {"none", NULL, NULL, CONSIDERATION_CHOSEN, HOLD_NONE},
};

/* A person who is none of those that the team of differs() is there for. */
static const struct referral *of_many_needs(struct core_world *w)
{
    struct command command = world_submission(w);
    command.is.submit.facts.needs = 1 << NEED_AUTISM;
    strcpy(command.is.submit.facts.language, "pl");
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    return state_referral(w->state, command.referral);
}

static void each_cause_is_found_for_what_it_is(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        print_message("%s\n", causes[i].name);
        struct core_world *w = core_world_open(1, causes[i].adjust);
        if (causes[i].before)
            causes[i].before(w);
        const struct referral *r = of_many_needs(w);
        assert_int_equal(finding_about(w, 1), causes[i].finding);
        assert_int_equal(r->hold_reason, causes[i].reason);
        check_all(w);
        core_world_close(&w);
    }
}

/* What a team is not there for, in the order in which one is told before another. */
static const struct {
    enum consideration finding;
    uint8_t bit;
} soft[] = {
    {CONSIDERATION_AGE_NOT_SERVED, DIFFERS_AGE},
    {CONSIDERATION_NEED_NOT_SERVED, DIFFERS_NEED},
    {CONSIDERATION_LANGUAGE_NOT_SERVED, DIFFERS_LANGUAGE},
    {CONSIDERATION_PATHWAY_NOT_SERVED, DIFFERS_PATHWAY},
};

static void without_anything(struct core_world *w)
{
    w->teams[0].age_last = 17;
    w->teams[0].needs = 0;
    w->teams[0].interpreter = false;
    w->teams[0].sources = 1 << SOURCE_EMERGENCY_DEPARTMENT;
}

/* While a team that fits can be asked, the worst difference of another is told; when that is mended, the
 * next.
 */
static void the_worst_difference_is_the_one_that_is_told(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, without_anything);
    struct policy_team *team = &w->teams[0];
    for (size_t i = 0; i < sizeof soft / sizeof *soft; i++) {
        of_many_needs(w);
        assert_int_equal(finding_about(w, 1), soft[i].finding);
        assert_int_equal(finding_about(w, 2), CONSIDERATION_CHOSEN);
        if (soft[i].bit == DIFFERS_AGE)
            team->age_last = AGE_MAX;
        else if (soft[i].bit == DIFFERS_NEED)
            team->needs = 0xffff;
        else if (soft[i].bit == DIFFERS_LANGUAGE)
            team->interpreter = true;
        world_load_policy(w);
    }
    core_world_close(&w);
}

/* If no other can be asked, the team is asked all the same, and the offer says every difference. */
static void P7_an_offer_says_what_the_team_is_not_there_for(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, without_anything);
    const struct referral *r = of_many_needs(w);
    assert_int_equal(finding_about(w, 1), CONSIDERATION_CHOSEN);
    assert_int_equal(r->offer.differs, DIFFERS_AGE | DIFFERS_NEED | DIFFERS_LANGUAGE | DIFFERS_PATHWAY);
    check_all(w);
    core_world_close(&w);
}

/* A team that differs and is shut is not asked, and what may end is what is told. */
static void what_keeps_every_team_from_being_asked_now_is_told_first(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, without_anything);
    at_night_only(w);
    world_load_policy(w);
    const struct referral *r = of_many_needs(w);
    assert_int_equal(finding_about(w, 1), CONSIDERATION_CLOSED_NOW);
    assert_int_equal(r->hold_reason, HOLD_ALL_CLOSED);
    assert_true(r->look_again_ms > w->now_ms);
    core_world_close(&w);
}

/* While a voice has the case, another voice is none that is sought. */
static void P7_why_nobody_comes_beside_a_voice_is_told(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, one_that_rings);
    world_accept(w, world_submitted(w), MINUTES(5));
    const struct event *sought = world_event(w, EVENT_SOUGHT);
    check_whole_ladder(w, &sought->considered);
    assert_int_equal(sought->considered.items[0].finding, CONSIDERATION_HOLDS_IT_NOW);
    core_world_close(&w);
}

static void a_team_that_could_have_taken_it_is_ranked_lower(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    world_submitted(w);
    assert_int_equal(finding_about(w, 1), CONSIDERATION_CHOSEN);
    assert_int_equal(finding_about(w, 2), CONSIDERATION_RANKED_LOWER);
    core_world_close(&w);
}

static void a_team_that_said_no_was_asked_already(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    assert_int_equal(finding_about(w, 1), CONSIDERATION_ASKED_ALREADY);
    assert_int_equal(finding_about(w, 2), CONSIDERATION_CHOSEN);
    world_decline(w, r);
    assert_int_equal(finding_about(w, 2), CONSIDERATION_ASKED_ALREADY);
    assert_int_equal(r->hold_reason, HOLD_ALL_ASKED);
    check_all(w);
    core_world_close(&w);
}

static void the_team_that_hands_over_holds_it_now(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    struct command handover = world_from_team(w, COMMAND_HANDOVER, 1, r->id);
    handover.is.move.team = "";
    assert_int_equal(world_do(w, &handover), REFUSAL_NONE);
    assert_int_equal(finding_about(w, 1), CONSIDERATION_HOLDS_IT_NOW);
    assert_int_equal(finding_about(w, 2), CONSIDERATION_CHOSEN);
    check_all(w);
    core_world_close(&w);
}

static void a_team_that_a_person_named_stands_alone_with_what_was_known_of_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, detained_only);
    world_capacity(w, 1, 0);
    world_wait(w, MINUTES(10));
    const struct referral *r = world_submitted(w);
    struct command assign = world_from_coordinator(w, COMMAND_ASSIGN, r->id);
    assign.is.move.team = "team-1";
    assign.is.move.although = true; /* it serves emergency departments only */
    assert_int_equal(world_do(w, &assign), REFUSAL_NONE);
    const struct event *offered = world_event(w, EVENT_OFFERED);
    assert_true(offered->is.offered.assigned);
    assert_int_equal(offered->considered.count, 1);
    assert_int_equal(finding_about(w, 1), CONSIDERATION_CHOSEN);
    const struct considered *known = &offered->considered.items[0];
    assert_true(known->capacity_known);
    assert_int_equal(known->free_places, 0);
    assert_int_equal(known->capacity_age_minutes, 10);
    world_decline(w, r);
    check_all(w);
    core_world_close(&w);
}

/* Beside each finding stand the figures by which the order of the teams was decided. */
static void the_figures_behind_a_finding_are_told(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    world_capacity(w, 2, 4);
    const struct referral *other = world_submitted(w);
    world_decline(w, other);
    world_accept(w, other, 0); /* the second team now holds a case */
    world_wait(w, MINUTES(5));
    const struct referral *r = world_submitted(w);
    const struct considered *second = &world_event(w, EVENT_OFFERED)->considered.items[1];
    assert_int_equal(second->load, 1);
    assert_int_equal(second->free_places, 4);
    assert_true(second->capacity_known);
    assert_int_equal(second->capacity_age_minutes, 5);
    assert_int_equal(second->times_asked, 0);
    world_decline(w, r);
    assert_int_equal(world_event(w, EVENT_OFFERED)->considered.items[0].times_asked, 1);
    core_world_close(&w);
}

static void what_is_most_hopeful_among_several_causes_is_why_it_is_held(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(4, at_night_only);
    const struct referral *r;
    for (int team = 2; team <= 4; team++)
        world_presence(w, team, false);
    r = world_submitted(w);
    assert_int_equal(r->hold_reason, HOLD_ALL_ABSENT);
    world_capacity(w, 3, 0);
    world_presence(w, 3, true);
    world_look_again(w);
    assert_int_equal(r->hold_reason, HOLD_ALL_FULL);
    world_presence(w, 4, true);
    world_look_again(w);
    world_decline(w, r);
    assert_int_equal(r->hold_reason, HOLD_ALL_ASKED);
    check_all(w);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_any_path_every_decision_names_every_team_once),
        cmocka_unit_test(each_cause_is_found_for_what_it_is),
        cmocka_unit_test(the_worst_difference_is_the_one_that_is_told),
        cmocka_unit_test(P7_an_offer_says_what_the_team_is_not_there_for),
        cmocka_unit_test(what_keeps_every_team_from_being_asked_now_is_told_first),
        cmocka_unit_test(P7_why_nobody_comes_beside_a_voice_is_told),
        cmocka_unit_test(a_team_that_could_have_taken_it_is_ranked_lower),
        cmocka_unit_test(a_team_that_said_no_was_asked_already),
        cmocka_unit_test(the_team_that_hands_over_holds_it_now),
        cmocka_unit_test(a_team_that_a_person_named_stands_alone_with_what_was_known_of_it),
        cmocka_unit_test(the_figures_behind_a_finding_are_told),
        cmocka_unit_test(what_is_most_hopeful_among_several_causes_is_why_it_is_held),
    };
    return cmocka_run_group_tests_name("P7_explained", tests, NULL, NULL);
}
