/* R23: the referrer's own team is not asked, and a decline for what is no reason to turn a person away is
 * told at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

static struct policy_site own_sites[] = {{.id = "custody", .own_team = 1}, {.id = "street"}};
static struct policy_place own_organisations[] = {{.key = "ZZJ01", .own_team = 2}};

static void with_own_teams(struct core_world *w)
{
    w->policy.sites = own_sites;
    w->policy.site_count = 2;
    w->policy.organisations = own_organisations;
    w->policy.organisation_count = 1;
}

static const struct referral *from_place(struct core_world *w, const char *site, const char *organisation)
{
    struct command submit = world_submission(w);
    submit.is.submit.at.site = site;
    submit.is.submit.at.organisation = organisation;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    return state_referral(w->state, submit.referral);
}

/* The site tells before its organisation; a place that names no team leaves nobody out. */
static void R23_the_referrers_own_team_is_never_asked(void **unused)
{
    (void)unused;
    static const struct {
        const char *site, *organisation;
        int own;
    } rows[] = {{"custody", "ZZJ01", 1}, {"street", "ZZJ01", 2}, {"", "ZZJ01", 2}, {"street", "ZZX99", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(3, with_own_teams);
        const struct referral *r = from_place(w, rows[i].site, rows[i].organisation);
        for (int team = 1; team <= 3; team++)
            if (team != rows[i].own)
                world_decline(w, r);
        assert_int_equal(r->hold_reason, HOLD_ALL_ASKED);
        for (int team = 1; team <= 3; team++)
            assert_int_equal(referral_times_asked(r, world_slot(w, team)), team != rows[i].own);
        core_world_close(&w);
    }
}

/* A coordinator may still choose it. */
static void R23_a_coordinator_may_ask_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, with_own_teams);
    const struct referral *r = from_place(w, "custody", "");
    assert_int_equal(world_assign(w, r, 1), REFUSAL_NONE);
    assert_int_equal(r->offer.team, world_slot(w, 1));
    core_world_close(&w);
}

static void R23_reasons_that_turn_nobody_away_are_kept_for_everybody_who_is_told(void **unused)
{
    (void)unused;
    static const struct {
        enum decline_reason reason;
        bool kept;
    } rows[] = {{DECLINE_INTOXICATION, true},
                {DECLINE_BEHAVIOUR, true},
                {DECLINE_AGE_NOT_SERVED, true},
                {DECLINE_NO_CAPACITY, false},
                {DECLINE_TOO_FAR, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct referral *r = world_submitted(w);
        struct command decline = world_from_team(w, COMMAND_DECLINE, 1, r->id);
        decline.is.offer.attempt = 1;
        decline.is.offer.reason = rows[i].reason;
        assert_int_equal(world_do(w, &decline), REFUSAL_NONE);
        assert_int_equal(r->declined_as, declined_bit(rows[i].reason));
        assert_int_equal(r->declined_as != 0, rows[i].kept);
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R23_the_referrers_own_team_is_never_asked),
        cmocka_unit_test(R23_a_coordinator_may_ask_it),
        cmocka_unit_test(R23_reasons_that_turn_nobody_away_are_kept_for_everybody_who_is_told),
    };
    return cmocka_run_group_tests_name("R23_own_team", tests, NULL, NULL);
}
