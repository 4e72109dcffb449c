/* R15: those who work on a case write to each other. A message waits, for each to whom it is, until a person
 * there has seen it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

static struct command message_to(struct command command, enum case_side to)
{
    command.is.message.to = to;
    command.is.message.has_text = true;
    return command;
}

static enum refusal coordinator_writes(struct core_world *w, const struct referral *r, enum case_side to)
{
    struct command command = message_to(world_from_coordinator(w, COMMAND_SEND_MESSAGE, r->id), to);
    return world_do(w, &command);
}

static enum refusal team_writes(struct core_world *w, const struct referral *r, int team, enum case_side to)
{
    struct command command = message_to(world_from_team(w, COMMAND_SEND_MESSAGE, team, r->id), to);
    return world_do(w, &command);
}

static enum refusal says_seen(struct core_world *w, struct command command, uint64_t seq)
{
    command.is.saw_changes.messages = seq;
    return world_do(w, &command);
}

static bool waits_for(const struct core_world *w, const struct referral *r, enum case_side side, int team)
{
    for (int i = 0; i < MESSAGES_UNSEEN_MAX; i++)
        if (referral_message_waits_for(r, &r->messages[i], side, team ? world_slot(w, team) : SLOT_NONE))
            return true;
    return false;
}

static void R15_a_message_waits_for_each_until_they_have_seen_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(coordinator_writes(w, r, SIDE_EVERYBODY), REFUSAL_NONE);
    uint64_t seq = r->last_seq;
    assert_true(waits_for(w, r, SIDE_REFERRER, 0) && waits_for(w, r, SIDE_TEAM, 1));
    assert_false(waits_for(w, r, SIDE_TEAM, 2) || waits_for(w, r, SIDE_COORDINATOR, 0));
    assert_int_equal(says_seen(w, world_command(w, COMMAND_SAW_CHANGES, r->id), seq), REFUSAL_NONE);
    assert_false(waits_for(w, r, SIDE_REFERRER, 0));
    assert_true(waits_for(w, r, SIDE_TEAM, 1));
    assert_int_equal(says_seen(w, world_from_team(w, COMMAND_SAW_CHANGES, 2, r->id), seq), REFUSAL_NOT_YOURS);
    assert_int_equal(says_seen(w, world_from_team(w, COMMAND_SAW_CHANGES, 1, r->id), seq), REFUSAL_NONE);
    assert_int_equal(r->messages[0].seq, 0);
    assert_int_equal(world_count(w, EVENT_CHANGES_SEEN), 2);
    core_world_close(&w);
}

static void R15_what_came_after_the_screen_stays_marked(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(coordinator_writes(w, r, SIDE_TEAM), REFUSAL_NONE);
    uint64_t shown = r->last_seq;
    assert_int_equal(coordinator_writes(w, r, SIDE_TEAM), REFUSAL_NONE);
    assert_int_equal(says_seen(w, world_from_team(w, COMMAND_SAW_CHANGES, 1, r->id), shown), REFUSAL_NONE);
    assert_int_equal(r->messages[0].seq, shown + 1);
    assert_true(waits_for(w, r, SIDE_TEAM, 1));
    core_world_close(&w);
}

static void R15_what_a_team_did_not_see_waits_for_the_next(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(coordinator_writes(w, r, SIDE_TEAM), REFUSAL_NONE);
    uint64_t seq = r->last_seq;
    assert_int_equal(world_decline(w, r), REFUSAL_NONE);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_true(waits_for(w, r, SIDE_TEAM, 2));
    assert_int_equal(says_seen(w, world_from_team(w, COMMAND_SAW_CHANGES, 2, r->id), seq), REFUSAL_NONE);
    assert_false(waits_for(w, r, SIDE_TEAM, 2));
    core_world_close(&w);
}

static void R15_a_team_and_a_referrer_write_of_their_own_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    struct command by_source = message_to(world_command(w, COMMAND_SEND_MESSAGE, r->id), SIDE_TEAM);
    assert_int_equal(world_do(w, &by_source), REFUSAL_NONE);
    assert_true(waits_for(w, r, SIDE_TEAM, 1));
    assert_int_equal(team_writes(w, r, 1, SIDE_REFERRER), REFUSAL_NONE);
    assert_int_equal(team_writes(w, r, 1, SIDE_TEAM),
                     REFUSAL_NONE); /* for those who come on duty after them */
    assert_int_equal(team_writes(w, r, 2, SIDE_COORDINATOR), REFUSAL_NOT_YOURS);
    by_source = message_to(world_command(w, COMMAND_SEND_MESSAGE, r->id), SIDE_COORDINATOR);
    by_source.actor = "another-source";
    assert_int_equal(world_do(w, &by_source), REFUSAL_NOT_YOURS);
    core_world_close(&w);
}

static void R15_a_message_to_nobody_and_one_without_words_are_refused(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(coordinator_writes(w, r, SIDE_TEAM), REFUSAL_WRONG_STATE); /* no team is asked */
    assert_int_equal(coordinator_writes(w, r, SIDE_NONE), REFUSAL_BAD_VALUE);
    struct command empty = message_to(world_from_coordinator(w, COMMAND_SEND_MESSAGE, r->id), SIDE_REFERRER);
    empty.is.message.has_text = false;
    assert_int_equal(world_do(w, &empty), REFUSAL_BAD_VALUE);
    assert_int_equal(coordinator_writes(w, r, SIDE_EVERYBODY), REFUSAL_NONE); /* the referrer */
    assert_int_equal(world_count(w, EVENT_MESSAGE_SENT), 1);
    core_world_close(&w);
}

static void R15_the_oldest_of_many_makes_room(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    for (int i = 0; i < MESSAGES_UNSEEN_MAX + 1; i++)
        assert_int_equal(coordinator_writes(w, r, SIDE_TEAM), REFUSAL_NONE);
    assert_int_equal(r->messages[0].seq, r->last_seq - MESSAGES_UNSEEN_MAX + 1);
    assert_int_equal(r->messages[MESSAGES_UNSEEN_MAX - 1].seq, r->last_seq);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R15_a_message_waits_for_each_until_they_have_seen_it),
        cmocka_unit_test(R15_what_came_after_the_screen_stays_marked),
        cmocka_unit_test(R15_what_a_team_did_not_see_waits_for_the_next),
        cmocka_unit_test(R15_a_team_and_a_referrer_write_of_their_own_case),
        cmocka_unit_test(R15_a_message_to_nobody_and_one_without_words_are_refused),
        cmocka_unit_test(R15_the_oldest_of_many_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
