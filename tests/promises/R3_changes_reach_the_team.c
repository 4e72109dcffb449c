/* R3: a change of a case while a team is asked, or has it, reaches that team: the offer ends if another team
 * is right now, and leaves less time if the case is more urgent; whoever has the case keeps it, and is told
 * if another would be asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

enum { ADULTS = 1, CHILDREN, PERINATAL, SOUTHFELL };

static struct policy_place districts[] = {{.key = "ZX5", .area = 1}};
static const int64_t answer_ms[URGENCY_COUNT] = {0, MINUTES(3), MINUTES(5), MINUTES(15), MINUTES(30)};

/* Northmoor asks the adults' team first, then the children's and the perinatal team; Southfell has its own.
 */
static void four_teams(struct core_world *w)
{
    w->teams[ADULTS - 1].age_first = 18;
    w->teams[ADULTS - 1].needs = 0;
    w->teams[CHILDREN - 1].age_last = 17;
    w->teams[PERINATAL - 1].needs = 1u << NEED_PERINATAL;
    w->areas[0].step_count = 3;
    w->areas[1].steps[0] = w->areas[0].steps[3];
    w->areas[1].step_count = 1;
    w->policy.districts = districts;
    w->policy.district_count = 1;
    for (int urgency = URGENCY_EMERGENCY; urgency <= URGENCY_ROUTINE; urgency++)
        w->policy.answer_ms[urgency] = answer_ms[urgency];
}

struct changed {
    struct core_world *w;
    uint8_t id[ID_BYTES];
    const struct referral *r;
};

static struct changed submitted_as(const struct facts *facts)
{
    struct changed c = {.w = core_world_open(4, four_teams)};
    struct command submit = world_submission(c.w);
    submit.is.submit.facts.urgency = facts->urgency;
    memcpy(c.id, submit.referral, ID_BYTES);
    assert_int_equal(world_do(c.w, &submit), REFUSAL_NONE);
    c.r = state_referral(c.w->state, c.id);
    assert_int_equal(c.r->offer.team, world_slot(c.w, ADULTS));
    return c;
}

static struct changed asked_very_urgently(void)
{
    return submitted_as(&(struct facts){.urgency = URGENCY_VERY_URGENT});
}

static struct command change_to(struct changed *c, const struct facts *facts)
{
    struct command update = world_submission(c->w);
    update.kind = COMMAND_UPDATE;
    update.is.submit.facts = *facts;
    memcpy(update.referral, c->id, ID_BYTES);
    return update;
}

static struct facts facts_now(const struct changed *c)
{
    return c->r->facts;
}

static void change(struct changed *c, const struct facts *facts)
{
    struct command update = change_to(c, facts);
    assert_int_equal(world_do(c->w, &update), REFUSAL_NONE);
}

static void change_district(struct changed *c, const char *district)
{
    const struct facts facts = facts_now(c);
    struct command update = change_to(c, &facts);
    update.is.submit.at.district = district;
    assert_int_equal(world_do(c->w, &update), REFUSAL_NONE);
}

static void assert_asked_instead(const struct changed *c, int team)
{
    const struct event *ended = world_event(c->w, EVENT_OFFER_ENDED);
    assert_non_null(ended);
    assert_int_equal(ended->is.offer.end, OFFER_END_CHANGED);
    assert_int_equal(ended->is.offer.team, world_slot(c->w, ADULTS));
    assert_int_equal(c->r->offer.team, world_slot(c->w, team));
    assert_int_equal(c->r->state, CASE_OFFERED);
}

static void R3_an_age_that_the_asked_team_does_not_see_ends_its_offer(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    struct facts facts = facts_now(&c);
    facts.age = 15;
    change(&c, &facts);
    assert_asked_instead(&c, CHILDREN);
    assert_true(c.r->changes_unseen);
    /* The answer to the offer that has ended accepts nothing. */
    struct command late = world_from_team(c.w, COMMAND_ACCEPT, ADULTS, c.id);
    late.is.offer.attempt = 1;
    assert_int_equal(world_do(c.w, &late), REFUSAL_OFFER_ENDED);
    core_world_close(&c.w);
}

static void R3_a_need_that_the_asked_team_does_not_serve_ends_its_offer(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    struct facts facts = facts_now(&c);
    facts.needs = 1u << NEED_PERINATAL;
    change(&c, &facts);
    assert_asked_instead(&c, PERINATAL);
    core_world_close(&c.w);
}

static void R3_another_area_asks_its_own_team(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    change_district(&c, "ZX5");
    assert_asked_instead(&c, SOUTHFELL);
    core_world_close(&c.w);
}

static void R3_what_changes_nothing_for_the_asked_team_leaves_its_offer(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    struct facts facts = facts_now(&c);
    int64_t expires_ms = c.r->offer.expires_ms;
    facts.age = 41;
    world_wait(c.w, MINUTES(1));
    change(&c, &facts);
    assert_null(world_event(c.w, EVENT_OFFER_ENDED));
    assert_int_equal(c.r->offer.attempt, 1);
    assert_int_equal(c.r->offer.expires_ms, expires_ms);
    assert_true(c.r->changes_unseen);
    core_world_close(&c.w);
}

static void R3_a_mistake_that_is_put_right_may_ask_the_first_team_again(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    world_presence(c.w, PERINATAL, false);
    struct facts facts = facts_now(&c);
    facts.age = 15;
    change(&c, &facts);
    facts.age = 40;
    change(&c, &facts);
    assert_int_equal(c.r->offer.team, world_slot(c.w, ADULTS));
    core_world_close(&c.w);
}

static void R3_a_change_that_leaves_no_team_tells_the_coordinator(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    for (int i = 0; i < 4; i++)
        c.w->teams[i].detained = DETAINED_NEVER;
    struct facts facts = facts_now(&c);
    facts.legal_status = LEGAL_SECTION_136;
    change(&c, &facts);
    assert_int_equal(c.r->state, CASE_HELD);
    assert_int_equal(c.r->owner.kind, OWNER_COORDINATOR);
    core_world_close(&c.w);
}

static void R3_a_case_that_becomes_more_urgent_leaves_less_time(void **unused)
{
    (void)unused;
    static const enum urgency levels[] = {URGENCY_URGENT, URGENCY_VERY_URGENT, URGENCY_EMERGENCY};
    struct changed c = submitted_as(&(struct facts){.urgency = URGENCY_ROUTINE});
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct facts facts = facts_now(&c);
        facts.urgency = levels[i];
        int64_t before_ms = c.r->offer.expires_ms, latest_ms = c.w->now_ms + c.w->policy.answer_ms[levels[i]];
        change(&c, &facts);
        assert_int_equal(c.r->offer.expires_ms, before_ms < latest_ms ? before_ms : latest_ms);
        assert_int_equal(c.r->owner.act_by_ms, c.r->offer.expires_ms);
        assert_int_equal(c.r->offer.attempt, 1);
    }
    assert_true(world_count(c.w, EVENT_OFFER_SHORTENED) > 0);
    assert_int_equal(world_event(c.w, EVENT_OFFER_SHORTENED)->is.offered.team, world_slot(c.w, ADULTS));
    world_wait(c.w, c.w->policy.answer_ms[URGENCY_EMERGENCY]);
    assert_int_equal(c.r->offer.attempt, 2);
    core_world_close(&c.w);
}

static void R3_a_case_that_becomes_less_urgent_leaves_the_time_as_it_was(void **unused)
{
    (void)unused;
    struct changed c = submitted_as(&(struct facts){.urgency = URGENCY_EMERGENCY});
    struct facts facts = facts_now(&c);
    int64_t before_ms = c.r->offer.expires_ms;
    facts.urgency = URGENCY_ROUTINE;
    change(&c, &facts);
    assert_int_equal(c.r->offer.expires_ms, before_ms);
    assert_null(world_event(c.w, EVENT_OFFER_SHORTENED));
    core_world_close(&c.w);
}

static void R3_a_team_that_has_the_case_keeps_it_and_hears_that_another_would_be_asked(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    assert_int_equal(world_accept(c.w, c.r, MINUTES(20)), REFUSAL_NONE);
    struct facts facts = facts_now(&c);
    facts.age = 41;
    change(&c, &facts);
    assert_false(c.r->alters_who_comes);
    facts.age = 15;
    change(&c, &facts);
    assert_true(c.r->alters_who_comes && c.r->changes_unseen);
    assert_int_equal(c.r->team, world_slot(c.w, ADULTS));
    assert_int_equal(c.r->state, CASE_ACCEPTED);
    facts.age = 40;
    change(&c, &facts);
    assert_false(c.r->alters_who_comes);
    change_district(&c, "ZX5");
    assert_true(c.r->alters_who_comes);
    core_world_close(&c.w);
}

static void R3_a_team_that_the_coordinator_chose_stays_asked_and_the_choice_is_marked(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    assert_int_equal(world_assign(c.w, c.r, ADULTS), REFUSAL_NONE);
    struct facts facts = facts_now(&c);
    facts.age = 15;
    change(&c, &facts);
    assert_int_equal(c.r->offer.team, world_slot(c.w, ADULTS));
    assert_true(c.r->offer.assigned && c.r->alters_who_comes);
    core_world_close(&c.w);
}

static enum refusal saw(struct changed *c, int team, uint64_t of)
{
    struct command command = world_from_team(c->w, COMMAND_SAW_CHANGES, team, c->id);
    command.is.saw_changes.of = of;
    return world_do(c->w, &command);
}

static void R3_changes_stay_marked_until_who_was_told_says_that_they_saw_them(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    struct facts facts = facts_now(&c);
    facts.age = 41;
    change(&c, &facts);
    uint64_t first = c.r->facts_seq;
    assert_int_equal(saw(&c, CHILDREN, first), REFUSAL_NOT_YOURS);
    assert_int_equal(world_accept(c.w, c.r, MINUTES(20)), REFUSAL_NONE);
    assert_true(c.r->changes_unseen); /* whoever accepts may not have seen what came a second before */
    facts.age = 42;
    change(&c, &facts);
    assert_int_equal(saw(&c, ADULTS, first), REFUSAL_NONE);
    assert_true(c.r->changes_unseen); /* of the second nobody has said so */
    assert_int_equal(saw(&c, ADULTS, c.r->facts_seq), REFUSAL_NONE);
    assert_false(c.r->changes_unseen);
    assert_int_equal(world_count(c.w, EVENT_CHANGES_SEEN), 1);
    core_world_close(&c.w);
}

static void R3_an_update_that_changes_nothing_marks_nothing(void **unused)
{
    (void)unused;
    struct changed c = asked_very_urgently();
    const struct facts facts = facts_now(&c);
    struct command update = change_to(&c, &facts);
    update.is.submit.with_changes = false;
    assert_int_equal(world_do(c.w, &update), REFUSAL_NONE);
    assert_false(c.r->changes_unseen);
    core_world_close(&c.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R3_an_age_that_the_asked_team_does_not_see_ends_its_offer),
        cmocka_unit_test(R3_a_need_that_the_asked_team_does_not_serve_ends_its_offer),
        cmocka_unit_test(R3_another_area_asks_its_own_team),
        cmocka_unit_test(R3_what_changes_nothing_for_the_asked_team_leaves_its_offer),
        cmocka_unit_test(R3_a_mistake_that_is_put_right_may_ask_the_first_team_again),
        cmocka_unit_test(R3_a_change_that_leaves_no_team_tells_the_coordinator),
        cmocka_unit_test(R3_a_case_that_becomes_more_urgent_leaves_less_time),
        cmocka_unit_test(R3_a_case_that_becomes_less_urgent_leaves_the_time_as_it_was),
        cmocka_unit_test(R3_a_team_that_has_the_case_keeps_it_and_hears_that_another_would_be_asked),
        cmocka_unit_test(R3_a_team_that_the_coordinator_chose_stays_asked_and_the_choice_is_marked),
        cmocka_unit_test(R3_changes_stay_marked_until_who_was_told_says_that_they_saw_them),
        cmocka_unit_test(R3_an_update_that_changes_nothing_marks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
