/* R7: an unknown age is unknown: somebody who looks under 18 is a child,
 * and if nobody can tell, both kinds of team are asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

static const struct referral *aged_submitted(struct core_world *w, const struct facts *facts)
{
    struct command submit = world_submission(w);
    submit.is.submit.facts = *facts;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    return state_referral(w->state, submit.referral);
}

/* The number of the team that is asked; 0: none is. */
static int aged_asked(const struct core_world *w, const struct referral *r)
{
    for (int team = 1; team <= w->policy.team_count; team++)
        if (r->offer.attempt && world_slot(w, team) == r->offer.team)
            return team;
    return 0;
}

enum { ADULTS = 1, CHILDREN, OLDER, EVERYBODY, VOICE };

static void of_each_kind(struct core_world *w)
{
    w->teams[ADULTS - 1].age_first = ADULT_YEARS;
    w->teams[CHILDREN - 1].age_last = ADULT_YEARS - 1;
    w->teams[OLDER - 1].age_first = 65;
    if (w->policy.team_count >= VOICE)
        w->teams[VOICE - 1].offers = TEAM_RINGS;
}

static struct facts looks(enum looks_under_18 looks)
{
    return (struct facts){
        .source = SOURCE_STREET_TRIAGE, .age = AGE_UNKNOWN, .looks_under_18 = (uint8_t)looks};
}

static void R7_who_looks_under_18_is_asked_of_a_team_for_children(void **unused)
{
    (void)unused;
    static const int first[] = {[LOOKS_NOT_SAID] = ADULTS,
                                [LOOKS_UNDER_18] = CHILDREN,
                                [LOOKS_ADULT] = ADULTS,
                                [LOOKS_CANNOT_TELL] = ADULTS};
    for (int said = LOOKS_NOT_SAID; said <= LOOKS_CANNOT_TELL; said++) {
        struct core_world *w = core_world_open(3, of_each_kind);
        struct facts facts = looks((enum looks_under_18)said);
        const struct referral *r = aged_submitted(w, &facts);
        assert_int_equal(aged_asked(w, r), first[said]);
        assert_int_equal(r->offer.differs, 0);
        core_world_close(&w);
    }
}

/* The adults' team and the children's are asked in turn, with half the time each; the first that comes has
 * the case. */
static void R7_if_nobody_can_tell_both_kinds_are_asked_within_the_time_of_one(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, of_each_kind);
    struct facts facts = looks(LOOKS_CANNOT_TELL);
    int64_t from_ms = w->now_ms, answer_ms = w->policy.answer_ms[URGENCY_VERY_URGENT];
    const struct referral *r = aged_submitted(w, &facts);
    assert_int_equal(r->offer.expires_ms, from_ms + answer_ms / 2);
    world_wait(w, answer_ms / 2);
    assert_int_equal(aged_asked(w, r), CHILDREN);
    assert_int_equal(r->offer.expires_ms, from_ms + answer_ms);
    world_accept(w, r, MINUTES(20));
    assert_int_equal(r->team, world_slot(w, CHILDREN));
    core_world_close(&w);
}

/* It has the whole time, and a voice that is there for everybody comes last. */
static void R7_a_team_of_all_ages_comes_first_but_not_a_voice(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(5, of_each_kind);
    struct facts facts = looks(LOOKS_CANNOT_TELL);
    const struct referral *r = aged_submitted(w, &facts);
    static const int turns[] = {EVERYBODY, ADULTS, CHILDREN, VOICE, OLDER};
    assert_int_equal(r->offer.expires_ms, w->now_ms + w->policy.answer_ms[URGENCY_VERY_URGENT]);
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        assert_int_equal(aged_asked(w, r), turns[i]);
        assert_int_equal(r->offer.differs, turns[i] == OLDER ? DIFFERS_AGE : 0);
        world_decline(w, r);
    }
    assert_int_equal(r->hold_reason, HOLD_ALL_ASKED);
    core_world_close(&w);
}

static void a_full_place_for_children(struct core_world *w)
{
    w->teams[ADULTS - 1].age_first = ADULT_YEARS;
    w->teams[ADULTS - 1].detained = DETAINED_ONLY;
    w->teams[CHILDREN - 1].age_last = ADULT_YEARS - 1;
    w->teams[OLDER - 1].age_first = ADULT_YEARS; /* the emergency department */
}

/* A detained child, or somebody who may be one, is refused by no rule. */
static void R7_a_detained_child_is_asked_of_the_adults_suite_and_the_emergency_department(void **unused)
{
    (void)unused;
    static const uint8_t ages[] = {13, 17, AGE_UNKNOWN};
    for (size_t i = 0; i < sizeof ages; i++) {
        struct core_world *w = core_world_open(3, a_full_place_for_children);
        world_capacity(w, CHILDREN, 0);
        struct facts facts = {.source = SOURCE_STREET_TRIAGE,
                              .age = ages[i],
                              .looks_under_18 = LOOKS_UNDER_18,
                              .legal_status = LEGAL_SECTION_136};
        const struct referral *r = aged_submitted(w, &facts);
        assert_int_equal(aged_asked(w, r), ADULTS);
        assert_int_equal(r->offer.differs, DIFFERS_AGE);
        world_decline(w, r);
        assert_int_equal(aged_asked(w, r), OLDER);
        world_decline(w, r);
        assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R7_who_looks_under_18_is_asked_of_a_team_for_children),
        cmocka_unit_test(R7_if_nobody_can_tell_both_kinds_are_asked_within_the_time_of_one),
        cmocka_unit_test(R7_a_team_of_all_ages_comes_first_but_not_a_voice),
        cmocka_unit_test(R7_a_detained_child_is_asked_of_the_adults_suite_and_the_emergency_department),
    };
    return cmocka_run_group_tests_name("R7_unknown_age", tests, NULL, NULL);
}
