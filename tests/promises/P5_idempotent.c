/* P5 Idempotent: the same command sent twice has one effect and the same answer; the same id with other
 * content is refused as a conflict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

/* Each kind of command, with what makes it possible. */

static struct command make_submit(struct core_world *w)
{
    return world_submission(w);
}

static struct command make_update(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    struct command command = world_submission(w);
    command.kind = COMMAND_UPDATE;
    command.is.submit.facts.age = 71;
    memcpy(command.referral, r->id, ID_BYTES);
    return command;
}

static struct command make_saw_changes(struct core_world *w)
{
    struct command update = make_update(w);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    struct command command = world_from_team(w, COMMAND_SAW_CHANGES, 1, update.referral);
    command.is.saw_changes.of = state_referral(w->state, update.referral)->facts_seq;
    return command;
}

static struct command make_message(struct core_world *w)
{
    struct command command = world_from_coordinator(w, COMMAND_SEND_MESSAGE, world_submitted(w)->id);
    command.is.message.to = SIDE_EVERYBODY;
    command.is.message.has_text = true;
    return command;
}

static struct command make_on_shift(struct core_world *w)
{
    struct command command = world_from_team(w, COMMAND_ON_SHIFT, 1, NULL);
    command.person.id = "p117";
    command.is.shift.step = SHIFT_STARTED;
    return command;
}

static struct command make_shift_handover(struct core_world *w)
{
    struct command comes = make_on_shift(w), command = world_from_team(w, COMMAND_SHIFT_HANDOVER, 1, NULL);
    assert_int_equal(world_do(w, &comes), REFUSAL_NONE);
    command.person.id = "p117";
    command.is.shift.step = SHIFT_PROPOSED;
    return command;
}

static struct command make_withdraw(struct core_world *w)
{
    struct command command = world_command(w, COMMAND_WITHDRAW, world_submitted(w)->id);
    return command;
}

static struct command make_told(struct core_world *w)
{
    struct command command = world_command(w, COMMAND_TOLD, world_submitted(w)->id);
    command.is.told.state = CASE_OFFERED;
    return command;
}

static struct command make_answer(struct core_world *w, enum command_kind kind)
{
    struct command command = world_from_team(w, kind, 1, world_submitted(w)->id);
    command.is.offer.attempt = 1;
    command.is.offer.says_when = true;
    command.is.offer.expected_ms = MINUTES(20);
    command.is.offer.reason = DECLINE_NO_CAPACITY;
    command.is.offer.has_note = false;
    return command;
}

static struct command make_seen(struct core_world *w)
{
    return make_answer(w, COMMAND_SEEN);
}

static struct command make_accept(struct core_world *w)
{
    return make_answer(w, COMMAND_ACCEPT);
}

static struct command make_decline(struct core_world *w)
{
    return make_answer(w, COMMAND_DECLINE);
}

static struct command made_by_holder(struct core_world *w, enum command_kind kind)
{
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    return world_from_team(w, kind, 1, r->id);
}

static struct command make_check_in(struct core_world *w)
{
    struct command command = made_by_holder(w, COMMAND_CHECK_IN);
    command.is.check_in.step = STEP_ARRIVED;
    return command;
}

static struct command make_close_case(struct core_world *w)
{
    struct command command = made_by_holder(w, COMMAND_CLOSE);
    command.is.close.outcome = 1;
    command.is.close.note_code = "";
    command.is.close.without_contact = WITHOUT_CONTACT_DECLINED;
    command.is.close.has_note = true;
    return command;
}

static struct command make_saw_closing(struct core_world *w)
{
    struct command asked = make_close_case(w);
    assert_int_equal(world_do(w, &asked), REFUSAL_NONE);
    struct command command = world_from_coordinator(w, COMMAND_SAW_CLOSING, asked.referral);
    command.person = (struct person){"p117", 16};
    return command;
}

static struct command make_handover(struct core_world *w)
{
    struct command command = made_by_holder(w, COMMAND_HANDOVER);
    command.is.move.team = "";
    return command;
}

static struct command make_give_back(struct core_world *w)
{
    struct command command = made_by_holder(w, COMMAND_GIVE_BACK);
    command.is.why.has_reason = true;
    return command;
}

static struct command make_reopen(struct core_world *w)
{
    struct command close = make_close_case(w);
    close.is.close.outcome = OUTCOME_DIED; /* whether the person was met or not */
    world_do(w, &close);
    struct command command = world_from_team(w, COMMAND_REOPEN, 1, close.referral);
    command.is.why.has_reason = true;
    return command;
}

static struct command make_passed_on(struct core_world *w)
{
    struct command close = made_by_holder(w, COMMAND_CLOSE);
    world_contact(w, state_referral(w->state, close.referral));
    close.is.close.outcome = OUTCOME_REFERRED_ON;
    close.is.close.note_code = "";
    world_do(w, &close);
    struct command command = world_from_team(w, COMMAND_RECORD_PASSED_ON, 1, close.referral);
    command.is.passed_on.to.provider = "RX4";
    return command;
}

static struct command make_cancel_handover(struct core_world *w)
{
    struct command handover = make_handover(w);
    world_do(w, &handover);
    return world_from_team(w, COMMAND_CANCEL_HANDOVER, 1, handover.referral);
}

static struct command make_take(struct core_world *w)
{
    return world_from_coordinator(w, COMMAND_TAKE, world_submitted(w)->id);
}

static struct command make_assign(struct core_world *w)
{
    struct command command = world_from_coordinator(w, COMMAND_ASSIGN, world_submitted(w)->id);
    command.is.move.team = "team-2";
    return command;
}

static struct command make_read_record(struct core_world *w)
{
    struct command command = world_from_team(w, COMMAND_READ_RECORD, 1, world_submitted(w)->id);
    command.is.read.reason = "offered to us";
    command.is.read.as.of = "team-1";
    return command;
}

static struct command make_cover(struct core_world *w)
{
    return world_cover(w, 0, HOURS(2));
}

static struct command make_record_wish(struct core_world *w)
{
    struct command command = made_by_holder(w, COMMAND_RECORD_WISH);
    command.is.wish = WISH_TELEPHONE;
    return command;
}

static struct command make_set_hold(struct core_world *w)
{
    struct command command = world_command(w, COMMAND_SET_HOLD, world_submitted(w)->id);
    command.party = PARTY_BROKER;
    command.is.set_hold.hold = (struct hold){"p117", HOLD_ON_ERASURE_COMPLAINT};
    command.is.set_hold.on = true;
    return command;
}

static struct command make_acknowledge(struct core_world *w)
{
    struct command command = world_from_coordinator(w, COMMAND_ACKNOWLEDGE, world_submitted(w)->id);
    command.person = (struct person){"p117", 16};
    return command;
}

static struct command make_mute(struct core_world *w)
{
    struct command command = make_acknowledge(w);
    command.kind = COMMAND_MUTE;
    command.is.mute.for_ms = MINUTES(30);
    return command;
}

static struct command make_detention(struct core_world *w)
{
    return world_detention(w, world_submitted(w)->id, DETENTION_STEP_USED);
}

static struct command make_ask_beside(struct core_world *w)
{
    struct command command = world_from_coordinator(w, COMMAND_ASK_BESIDE, world_submitted(w)->id);
    command.is.beside.said =
        (struct beside_noted){.what = BESIDE_BED, .state = BESIDE_ASKED, .asked_of = "RX4", .log_number = ""};
    return command;
}

static struct command make_answer_beside(struct core_world *w)
{
    struct command ask = make_ask_beside(w);
    world_do(w, &ask);
    struct command command = world_from_coordinator(w, COMMAND_ANSWER_BESIDE, ask.referral);
    command.is.beside.said =
        (struct beside_noted){.what = BESIDE_BED, .state = BESIDE_NO, .asked_of = "", .log_number = "B-0412"};
    return command;
}

static struct command make_tried(struct core_world *w)
{
    struct command command = made_by_holder(w, COMMAND_TRIED);
    command.is.tried.next = CONTACT_NEXT_VISIT;
    return command;
}

static struct command make_missing(struct core_world *w)
{
    return world_from_coordinator(w, COMMAND_REPORT_MISSING, world_submitted(w)->id);
}

static struct command make_found(struct core_world *w)
{
    struct command missing = make_missing(w);
    world_do(w, &missing);
    struct command command = world_from_coordinator(w, COMMAND_REPORT_FOUND, missing.referral);
    command.is.sighting.found_by = FOUND_BY_FAMILY;
    return command;
}

static struct command make_erase(struct core_world *w)
{
    struct command withdraw = make_withdraw(w);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    struct command command = world_command(w, COMMAND_ERASE, withdraw.referral);
    command.party = PARTY_BROKER;
    command.is.erasure = (struct erasure){"p117", "p204", ERASE_MISTAKE};
    return command;
}

static struct command make_capacity(struct core_world *w)
{
    struct command command = world_from_team(w, COMMAND_CAPACITY, 1, NULL);
    command.is.capacity.free_places = 3;
    return command;
}

static const struct {
    const char *name;
    struct command (*make)(struct core_world *w);
} kinds[COMMAND_KINDS] = {
    [COMMAND_SUBMIT] = {"submit", make_submit},
    [COMMAND_UPDATE] = {"update", make_update},
    [COMMAND_WITHDRAW] = {"withdraw", make_withdraw},
    [COMMAND_SAW_CHANGES] = {"saw changes", make_saw_changes},
    [COMMAND_SEND_MESSAGE] = {"send a message", make_message},
    [COMMAND_ON_SHIFT] = {"come on shift", make_on_shift},
    [COMMAND_SHIFT_HANDOVER] = {"hand a shift over", make_shift_handover},
    [COMMAND_TOLD] = {"told", make_told},
    [COMMAND_SEEN] = {"seen", make_seen},
    [COMMAND_ACCEPT] = {"accept", make_accept},
    [COMMAND_DECLINE] = {"decline", make_decline},
    [COMMAND_CHECK_IN] = {"check in", make_check_in},
    [COMMAND_CLOSE] = {"close", make_close_case},
    [COMMAND_SAW_CLOSING] = {"saw a closing", make_saw_closing},
    [COMMAND_HANDOVER] = {"hand over", make_handover},
    [COMMAND_GIVE_BACK] = {"give back", make_give_back},
    [COMMAND_REOPEN] = {"reopen", make_reopen},
    [COMMAND_RECORD_PASSED_ON] = {"record passed on", make_passed_on},
    [COMMAND_CANCEL_HANDOVER] = {"cancel a handover", make_cancel_handover},
    [COMMAND_TAKE] = {"take", make_take},
    [COMMAND_ASSIGN] = {"assign", make_assign},
    [COMMAND_READ_RECORD] = {"read the record", make_read_record},
    [COMMAND_COVER] = {"cover", make_cover},
    [COMMAND_ERASE] = {"erase", make_erase},
    [COMMAND_SET_HOLD] = {"set a hold", make_set_hold},
    [COMMAND_RECORD_DETENTION] = {"record a detention", make_detention},
    [COMMAND_ACKNOWLEDGE] = {"acknowledge", make_acknowledge},
    [COMMAND_MUTE] = {"mute", make_mute},
    [COMMAND_TRIED] = {"tried to reach", make_tried},
    [COMMAND_REPORT_MISSING] = {"report missing", make_missing},
    [COMMAND_REPORT_FOUND] = {"report found", make_found},
    [COMMAND_ASK_BESIDE] = {"ask beside the case", make_ask_beside},
    [COMMAND_ANSWER_BESIDE] = {"answer beside the case", make_answer_beside},
    [COMMAND_CAPACITY] = {"capacity", make_capacity},
    [COMMAND_RECORD_WISH] = {"record a wish", make_record_wish},
};

/* The broker's own commands have no id, nor has presence, which is renewed many times a minute. */
static bool has_no_id(int kind)
{
    return kind == COMMAND_PRESENCE || kind == COMMAND_LOAD_POLICY || kind == COMMAND_RECORD_REFUSAL ||
           kind == COMMAND_RECORD_START || kind == COMMAND_RECORD_ALTERATION ||
           kind == COMMAND_BEGIN_SNAPSHOT || kind == COMMAND_KEEP_SNAPSHOT || kind == COMMAND_CORRECT_CLOCK;
}

/* The command sent again gets the same answer, and no byte of the state changes. */
static void assert_repeated(struct core_world *w, const struct command *command, uint64_t seq)
{
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(world_do(w, command), REFUSAL_NONE);
    assert_true(w->last.repeated);
    assert_int_equal(w->last.seq, seq);
    assert_int_equal(w->last.count, 0);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
}

static void assert_conflict(struct core_world *w, const struct command *command)
{
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(world_do(w, command), REFUSAL_CONFLICT);
    assert_false(w->last.repeated);
    assert_int_equal(w->last.count, 0);
    assert_int_equal(w->last.seq, 0);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
}

/* Carries the command out once; returns the number of its first event. */
static uint64_t done(struct core_world *w, const struct command *command)
{
    assert_int_equal(world_do(w, command), REFUSAL_NONE);
    assert_false(w->last.repeated);
    assert_true(w->last.count > 0);
    assert_int_equal(w->last.seq, w->last.events[0].seq);
    return w->last.seq;
}

static void every_command_sent_twice_has_one_effect_and_one_answer(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < COMMAND_KINDS; kind++) {
        if (has_no_id(kind))
            continue;
        assert_non_null(kinds[kind].make); /* a new kind of command needs a line above */
        print_message("%s\n", kinds[kind].name);
        struct core_world *w = core_world_open(3, NULL);
        struct command command = kinds[kind].make(w);
        uint64_t seq = done(w, &command);
        assert_repeated(w, &command, seq);
        world_wait(w, HOURS(5)); /* whatever has happened since */
        assert_repeated(w, &command, seq);
        core_world_close(&w);
    }
}

static void the_same_id_with_other_content_is_a_conflict_for_every_command(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < COMMAND_KINDS; kind++) {
        if (has_no_id(kind))
            continue;
        print_message("%s\n", kinds[kind].name);
        struct core_world *w = core_world_open(3, NULL);
        struct command command = kinds[kind].make(w), other = command;
        done(w, &command);
        other.digest[DIGEST_BYTES - 1] ^= 1;
        assert_conflict(w, &other);
        other.kind = kind == COMMAND_SUBMIT ? COMMAND_WITHDRAW : COMMAND_SUBMIT;
        assert_conflict(w, &other);
        core_world_close(&w);
    }
}

/* A broker that restarts knows the commands from the events. */
static void a_command_is_known_after_replay_and_from_a_snapshot(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < COMMAND_KINDS; kind++) {
        if (has_no_id(kind))
            continue;
        struct core_world *w = core_world_open(3, NULL);
        struct command command = kinds[kind].make(w);
        uint64_t seq = done(w, &command);
        struct state_copy copy = state_copy_take(w->state);
        struct state *loaded = state_copy_load(&copy, 99);
        struct state *replayed = state_new(98);
        assert_non_null(loaded);
        for (uint32_t i = 0; i < w->event_count; i++)
            assert_true(state_reserve(replayed, 16) && state_apply(replayed, &w->events[i]));
        struct state *restarted[] = {loaded, replayed};
        for (int i = 0; i < 2; i++) {
            state_destroy(&w->state);
            w->state = restarted[i];
            assert_repeated(w, &command, seq);
            struct command other = command;
            other.digest[0] ^= 1;
            assert_conflict(w, &other);
        }
        state_copy_drop(&copy);
        core_world_close(&w);
    }
}

static void the_same_referral_under_another_command_id_is_the_same_referral(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    struct command first = world_submission(w), again = first;
    uint64_t seq = done(w, &first);
    again.id[5] ^= 0xff;
    assert_repeated(w, &again, seq);
    struct command changed = again;
    changed.digest[3] ^= 1;
    assert_conflict(w, &changed);
    struct command of_another = again;
    of_another.actor = "intake-b"; /* guessing an id tells nothing */
    assert_conflict(w, &of_another);
    assert_int_equal(world_count(w, EVENT_RECEIVED), 1);
    core_world_close(&w);
}

static void end_case(struct core_world *w, const uint8_t *referral)
{
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, referral);
    close.is.close.outcome = OUTCOME_DIED;
    close.is.close.note_code = "";
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
}

static void a_command_is_known_after_its_case_has_ended(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    struct command first = world_submission(w), again = first;
    uint64_t submitted_seq = done(w, &first);
    struct command accepted = world_from_team(w, COMMAND_ACCEPT, 1, first.referral);
    accepted.is.offer.attempt = 1;
    uint64_t accepted_seq = done(w, &accepted);
    end_case(w, first.referral);
    assert_repeated(w, &first, submitted_seq);
    assert_repeated(w, &accepted, accepted_seq);
    again.id[5] ^= 0xff;
    assert_repeated(w, &again, submitted_seq);
    again.digest[0] ^= 1;
    assert_conflict(w, &again);
    core_world_close(&w);
}

static uint32_t number_given_to(struct core_world *w, struct command *command)
{
    assert_int_equal(world_do(w, command), REFUSAL_NONE);
    return state_referral(w->state, command->referral)->number;
}

static void each_referral_has_a_spoken_number_of_its_own_and_drills_count_apart(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command commands[4];
    for (int i = 0; i < 4; i++) {
        commands[i] = world_submission(w);
        commands[i].is.submit.drill = i == 2;
    }
    static const uint32_t numbers[] = {1, 2, 1, 3};
    for (int i = 0; i < 4; i++)
        assert_int_equal(number_given_to(w, &commands[i]), numbers[i]);
    assert_int_equal(number_given_to(w, &commands[1]), 2); /* sent again */
    core_world_close(&w);
}

/* A command that has nothing to record is not remembered: a repeat does nothing again. */
static void what_changes_nothing_changes_nothing_twice(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    struct command seen_by[2];
    for (int i = 0; i < 2; i++) {
        seen_by[i] = world_from_team(w, COMMAND_SEEN, 1, r->id);
        seen_by[i].is.offer.attempt = 1;
    }
    assert_int_equal(world_do(w, &seen_by[0]), REFUSAL_NONE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(world_do(w, &seen_by[1]), REFUSAL_NONE);
        assert_int_equal(w->last.count, 0);
    }
    world_presence(w, 1, true);
    assert_int_equal(w->last.count, 0);
    world_capacity(w, 1, 2);
    world_capacity(w, 1, 2);
    assert_int_equal(w->last.count, 0);
    /* The same claim is recorded again once it has begun to age, so that it does not go stale. */
    int64_t young_ms = w->policy.capacity_good_ms / 4;
    world_wait(w, young_ms - 1);
    world_capacity(w, 1, 2);
    assert_int_equal(w->last.count, 0);
    world_wait(w, 1);
    world_capacity(w, 1, 2);
    assert_int_equal(w->last.count, 1);
    assert_int_equal(world_event(w, EVENT_CAPACITY_CLAIMED)->is.capacity.good_until_ms,
                     w->now_ms + w->policy.capacity_good_ms);
    struct command stale = world_command(w, COMMAND_TOLD, r->id);
    stale.is.told.state = CASE_ACCEPTED; /* not what holds */
    assert_int_equal(world_do(w, &stale), REFUSAL_NONE);
    assert_int_equal(w->last.count, 0);
    core_world_close(&w);
}

static void a_refusal_leaves_no_trace_and_comes_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    struct command late = make_decline(w);
    world_wait(w, MINUTES(5));
    struct state_copy before = state_copy_take(w->state);
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_do(w, &late), REFUSAL_OFFER_ENDED);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_sent_twice_has_one_effect_and_one_answer),
        cmocka_unit_test(the_same_id_with_other_content_is_a_conflict_for_every_command),
        cmocka_unit_test(a_command_is_known_after_replay_and_from_a_snapshot),
        cmocka_unit_test(the_same_referral_under_another_command_id_is_the_same_referral),
        cmocka_unit_test(a_command_is_known_after_its_case_has_ended),
        cmocka_unit_test(each_referral_has_a_spoken_number_of_its_own_and_drills_count_apart),
        cmocka_unit_test(what_changes_nothing_changes_nothing_twice),
        cmocka_unit_test(a_refusal_leaves_no_trace_and_comes_again),
    };
    return cmocka_run_group_tests_name("P5_idempotent", tests, NULL, NULL);
}
