/* Each action is offered in the states in which it makes sense, to the one whose it is then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/desk/action_now.h"
#include "services/desk/board.h"

#define REFERRER    CONCORDAT__V1__ROLE__ROLE_REFERRER
#define TEAM        CONCORDAT__V1__ROLE__ROLE_TEAM
#define COORDINATOR CONCORDAT__V1__ROLE__ROLE_COORDINATOR
#define STATE(name) CONCORDAT__V1__STATE__STATE_##name

static void each_has_its_states(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        Concordat__V1__Role role;
        Concordat__V1__State state;
        const char *owner, *asked; /* teams; the coordinator owns it if there is no owner */
        bool makes_sense;
    } rows[] = {
        {"accept", TEAM, STATE(OFFERED), "ours", "ours", true},
        {"accept", TEAM, STATE(OFFERED), "theirs", "theirs", false},
        {"accept", TEAM, STATE(ACCEPTED), "ours", "", false},
        {"checkin", TEAM, STATE(OFFERED), "ours", "ours", false},
        {"checkin", TEAM, STATE(ACCEPTED), "ours", "", true},
        {"checkin", TEAM, STATE(ACCEPTED), "theirs", "", false},
        {"checkin", COORDINATOR, STATE(TAKEN), NULL, "", true},
        {"checkin", COORDINATOR, STATE(HELD), NULL, "", false},
        {"give-back", TEAM, STATE(CLOSED), "ours", "", false},
        {"message", TEAM, STATE(ACCEPTED), "ours", "", true},
        {"message", TEAM, STATE(CLOSED), "ours", "", false},
        {"acknowledge", COORDINATOR, STATE(HELD), NULL, "", true},
        {"acknowledge", COORDINATOR, STATE(ACCEPTED), "theirs", "", false},
        {"mute", COORDINATOR, STATE(TRAVELLING), "theirs", "", false},
        {"take", COORDINATOR, STATE(ACCEPTED), "theirs", "", true},
        {"take", COORDINATOR, STATE(TAKEN), NULL, "", false},
        {"saw-closing", COORDINATOR, STATE(TAKEN), NULL, "", false},
        {"reopen", TEAM, STATE(CLOSED), "ours", "", false},
        {"show", TEAM, STATE(CLOSED), "ours", "", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
        status.state = rows[i].state;
        status.owner_kind = rows[i].owner ? CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM
                                          : CONCORDAT__V1__OWNER_KIND__OWNER_KIND_COORDINATOR;
        status.owner = (char *)(rows[i].owner ? rows[i].owner : "duty");
        status.asked_team = (char *)rows[i].asked;
        status.attempt = rows[i].asked[0] ? 1 : 0;
        bool makes_sense = action_makes_sense(action_find(rows[i].name), rows[i].role, "ours", &status, 0);
        if (makes_sense != rows[i].makes_sense)
            fail_msg("row %zu: %s", i, rows[i].name);
    }
}

static void every_action_about_a_case_makes_sense_in_some_state(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    Concordat__V1__Missing missing = CONCORDAT__V1__MISSING__INIT;
    Concordat__V1__BesideStatus beside = CONCORDAT__V1__BESIDE_STATUS__INIT, *besides[] = {&beside};
    status.owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    status.owner = status.asked_team = (char *)"ours";
    status.attempt = 1;
    status.handing_over = true;
    status.missing = &missing;
    status.beside = besides;
    status.n_beside = 1;
    status.changed_seq = 1;
    status.reopen_until_ms = 1;
    status.outcome = CONCORDAT__V1__OUTCOME__OUTCOME_REFERRED_ON;
    for (const struct action_kind *kind = action_kinds; kind->name; kind++) {
        bool ever = false;
        for (unsigned i = 0; i < 4; i++) {
            status.state = i < 2 ? STATE(ACCEPTED) : STATE(CLOSED);
            status.without_contact = i % 2;
            ever = ever || action_makes_sense(kind, TEAM, "ours", &status, 0) ||
                   action_makes_sense(kind, COORDINATOR, "ours", &status, 0);
        }
        if (!ever)
            fail_msg("%s makes sense in no state: it has no row", kind->name);
    }
}

/* A bell that rings can be stopped, also while a team has the case. */
static void a_case_that_rings_can_be_acknowledged(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.state = STATE(ACCEPTED);
    status.owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    status.owner = (char *)"theirs";
    status.respond_by_ms = 1000;
    static const char *const stops[] = {"acknowledge", "mute"};
    for (int64_t now_ms = 1000; now_ms <= 1001; now_ms++)
        for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
            assert_int_equal(action_makes_sense(action_find(stops[i]), COORDINATOR, "duty", &status, now_ms),
                             board_rings(&status, now_ms));
    assert_true(board_rings(&status, 1001));
}

static void an_end_is_undone_by_the_side_that_said_it(void **state)
{
    (void)state;
    static const struct {
        Concordat__V1__Role role;
        Concordat__V1__State state;
        bool makes_sense;
    } rows[] = {
        {REFERRER, STATE(WITHDRAWN), true}, {REFERRER, STATE(CLOSED), false},
        {TEAM, STATE(CLOSED), true},        {TEAM, STATE(WITHDRAWN), false},
        {COORDINATOR, STATE(CLOSED), true}, {COORDINATOR, STATE(WITHDRAWN), true},
    };
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.reopen_until_ms = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        status.state = rows[i].state;
        assert_int_equal(action_makes_sense(action_find("reopen"), rows[i].role, "ours", &status, 0),
                         rows[i].makes_sense);
    }
}

/* Buttons have what usually comes next, in its order; a click further is the rest. */
static void what_usually_comes_next_is_first(void **state)
{
    (void)state;
    const struct action_kind *kinds[ACTIONS_NOW_MAX];
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    size_t likely;
    status.state = STATE(ACCEPTED);
    status.owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    status.owner = (char *)"ours";
    status.changed_seq = 1;
    size_t count = action_now_list(TEAM, "ours", &status, 0, kinds, &likely);
    static const char *const first[] = {"saw", "checkin", "tried", "close", "message", "show"};
    assert_int_equal(likely, sizeof first / sizeof *first);
    for (size_t i = 0; i < likely; i++)
        assert_string_equal(kinds[i]->name, first[i]);
    for (size_t i = 0; i < count; i++) {
        assert_true(action_is_for(kinds[i], TEAM));
        assert_true(action_makes_sense(kinds[i], TEAM, "ours", &status, 0));
    }
    assert_true(count > likely);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_states),
        cmocka_unit_test(every_action_about_a_case_makes_sense_in_some_state),
        cmocka_unit_test(a_case_that_rings_can_be_acknowledged),
        cmocka_unit_test(an_end_is_undone_by_the_side_that_said_it),
        cmocka_unit_test(what_usually_comes_next_is_first),
    };
    return cmocka_run_group_tests_name("action now", tests, NULL, NULL);
}
