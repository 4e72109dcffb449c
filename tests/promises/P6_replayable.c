/* P6 Replayable: through the ledger's own packing events give the same bytes of state, and each kind of event
 * comes back the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/event_kinds.h"
#include "broker/record/record.h"
#include "tests/worlds/core_world.h"
#include "tests/worlds/packed_world.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/state_copy.h"

enum { NAMES_OF_A_WORLD = 32 };

static void apply_event(struct state *state, const struct event *event)
{
    assert_true(state_reserve(state, event->kind == EVENT_POLICY_LOADED ? NAMES_OF_A_WORLD : 0));
    assert_true(state_apply(state, event));
}

/* A state that is made from packed events alone, beside the world's. */
struct ledgered {
    struct state *state;
    struct arena arena;
    enum source claimed; /* the source that an update names, though the person was met elsewhere */
    uint8_t packed[PACKED_BYTES_MAX];
    int seen[EVENT_KINDS];
};

static void pack_and_read_back(struct core_world *w, const struct event *event)
{
    struct ledgered *l = w->watcher;
    size_t size = packed_event(w, event, l->claimed, l->packed, sizeof l->packed);
    assert_int_not_equal(size, 0);
    assert_true(state_same(l->state, w->state)); /* as both were before this event */
    struct wire_fault fault = {0};
    const Concordat__V1__Event *message = wire_unpack_event(l->packed, size, &l->arena, &fault);
    if (!message)
        print_error("kind %d: %s\n", (int)event->kind, fault.text);
    assert_non_null(message);
    struct event read;
    assert_true(record_read_event(message, l->state, &l->arena, &read));
    assert_int_equal(read.kind, event->kind);
    assert_string_equal(read.actor, event->actor);
    assert_string_equal(read.device, event->device);
    assert_string_equal(read.person.id, event->person.id);
    assert_int_equal(read.person.role, event->person.role);
    l->seen[event->kind]++;
    apply_event(l->state, &read);
}

static struct ledgered *follow_from_the_start(struct core_world *w)
{
    struct ledgered *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->state = state_new(4);
    assert_int_equal(arena_open(&l->arena, 1024 * 1024), 0);
    struct state *now = w->state;
    w->state = state_new(6); /* as it was when each event came about */
    w->watcher = l;
    for (uint32_t i = 0; i < w->event_count; i++) {
        pack_and_read_back(w, &w->events[i]);
        apply_event(w->state, &w->events[i]);
    }
    state_destroy(&w->state);
    w->state = now;
    w->watch = pack_and_read_back;
    return l;
}

static void unfollow(struct ledgered *l)
{
    state_destroy(&l->state);
    arena_close(&l->arena);
    free(l);
}

static void on_any_path_the_packed_events_give_the_same_bytes(void **unused)
{
    (void)unused;
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 10; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        struct ledgered *l = follow_from_the_start(w);
        walk_world(w, seed, 200);
        assert_true(state_same(l->state, w->state));
        unfollow(l);
        core_world_close(&w);
    }
}

/* --- a life in which everything comes up -----------------------------------------------------------------
 */

static struct command detained(struct core_world *w)
{
    struct command command = world_submission(w);
    command.is.submit.drill = true;
    command.is.submit.facts = (struct facts){
        .source = SOURCE_EMERGENCY_DEPARTMENT,
        .age = AGE_UNKNOWN,
        .legal_status = LEGAL_SECTION_136,
        .place_of_safety_ms = w->now_ms - HOURS(1),
        .place_of_safety_basis = BASIS_STATED,
        .needs = 1 << NEED_AMHP | 1 << NEED_FACE_TO_FACE_VISIT,
        .language = "pl",
    };
    return command;
}

static void through_held_and_taken(struct core_world *w)
{
    struct command submit = detained(w);
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    const struct referral *r = state_referral(w->state, submit.referral);
    struct command seen = world_from_team(w, COMMAND_SEEN, 1, r->id);
    seen.is.offer.attempt = 1;
    assert_int_equal(world_do(w, &seen), REFUSAL_NONE);
    world_decline(w, r);
    world_wait(w, MINUTES(30)); /* expired, held, reminded */
    world_take(w, r);
    struct command told = world_command(w, COMMAND_TOLD, r->id);
    told.is.told.state = (enum case_state)r->state;
    assert_int_equal(world_do(w, &told), REFUSAL_NONE);
    struct command update = detained(w);
    update.kind = COMMAND_UPDATE;
    memcpy(update.referral, r->id, ID_BYTES);
    update.is.submit.facts.handover_done_ms = w->now_ms;
    update.is.submit.facts.age = 17;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    struct command contradicts = detained(w);
    contradicts.kind = COMMAND_UPDATE;
    memcpy(contradicts.referral, r->id, ID_BYTES);
    contradicts.is.submit.facts.age = 18;
    contradicts.is.submit.heeds_birth = false;
    assert_int_equal(world_do(w, &contradicts), REFUSAL_NONE);
    assert_int_equal(r->facts.age, 17);
    world_wait(w, HOURS(25)); /* the coordinator falls silent; clocks are breached */
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_DETENTION_OPEN);
    for (enum detention_step step = DETENTION_STEP_USED; step <= DETENTION_STEP_ENDED; step++) {
        struct command entry = world_detention(w, r->id, step);
        entry.is.detention.entry.place = PLACE_POLICE_STATION;
        entry.is.detention.entry.grounds = 1 << STATION_HEALTH;
        entry.is.detention.entry.extension_ms = HOURS(2);
        entry.is.detention.entry.by = "p117";
        entry.is.detention.entry.second = "p204";
        entry.is.detention.has_note = true;
        world_do(w, &entry); /* some steps cannot follow */
    }
    assert_int_equal(r->detention.state, DETENTION_ENDED);
    withdraw.id[8] = 1;
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
}

static void through_accepted_and_closed(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(46)); /* warned, lapsed, asked on */
    world_accept(w, r, 0);
    world_contact(w, r);
    struct command give_back = world_from_team(w, COMMAND_GIVE_BACK, 2, r->id);
    give_back.is.why.has_reason = true;
    assert_int_equal(world_do(w, &give_back), REFUSAL_NONE);
    world_assign(w, r, 2);
    world_accept(w, r, 0);
    struct command read = world_from_coordinator(w, COMMAND_READ_RECORD, r->id);
    read.is.read.reason = "to ring back";
    read.is.read.as.of = "northmoor-duty";
    read.is.read.as.role = CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
    assert_int_equal(world_do(w, &read), REFUSAL_NONE);
    struct command close = world_from_team(w, COMMAND_CLOSE, 2, r->id);
    close.is.close.outcome = 1;
    close.is.close.note_code = "01";
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    memcpy(read.referral, close.referral, ID_BYTES);
    read.id[7] = 0x55; /* of a case that has ended */
    assert_int_equal(world_do(w, &read), REFUSAL_NONE);
}

static void through_two_mistakes(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    struct command undo = world_command(w, COMMAND_REOPEN, r->id);
    undo.is.why.has_reason = true;
    world_accept(w, r, MINUTES(20));
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_int_equal(world_do(w, &undo), REFUSAL_NONE);
    r = state_referral(w->state, undo.referral);
    world_accept(w, r, MINUTES(20));
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, r->id);
    close.slot = r->team;
    close.is.close.outcome = 1;
    close.is.close.note_code = "";
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    struct command again = world_from_team(w, COMMAND_REOPEN, 1, close.referral);
    again.slot = close.slot;
    again.is.why.has_reason = true;
    assert_int_equal(world_do(w, &again), REFUSAL_NONE);
}

static void through_a_late_promise(struct core_world *w)
{
    struct command submit = world_submission(w);
    submit.is.submit.facts.age = AGE_UNKNOWN;
    submit.is.submit.facts.looks_under_18 = LOOKS_CANNOT_TELL;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    const struct referral *r = state_referral(w->state, submit.referral);
    world_accept(w, r, HOURS(5)); /* beyond the standard: the other team is asked, and says no */
    assert_true(r->offer.sought);
    world_decline(w, r);
    assert_true(referral_seeks_in_vain(r));
    struct command wish = world_command(w, COMMAND_RECORD_WISH, r->id);
    wish.is.wish = WISH_TELEPHONE;
    assert_int_equal(world_do(w, &wish), REFUSAL_NONE);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
}

static void through_a_change(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    struct command update = world_submission(w);
    update.kind = COMMAND_UPDATE;
    update.is.submit.facts.urgency = URGENCY_EMERGENCY;
    w->policy.answer_ms[URGENCY_EMERGENCY] = MINUTES(3);
    memcpy(update.referral, r->id, ID_BYTES);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    struct command saw = world_from_coordinator(w, COMMAND_SAW_CHANGES, r->id);
    saw.is.saw_changes.of = r->facts_seq;
    assert_int_equal(world_do(w, &saw), REFUSAL_NONE);
}

static void through_a_call_and_messages(struct core_world *w)
{
    struct command submit = world_submission(w);
    submit.party = PARTY_COORDINATOR;
    submit.actor = "northmoor-desk-1";
    submit.is.submit.telephoned = (struct telephoned){true, "street-triage-9", w->now_ms - MINUTES(20)};
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    const struct referral *r = state_referral(w->state, submit.referral);
    struct command send = world_from_coordinator(w, COMMAND_SEND_MESSAGE, r->id);
    send.is.message.to = SIDE_EVERYBODY;
    send.is.message.has_text = true;
    assert_int_equal(world_do(w, &send), REFUSAL_NONE);
    struct command saw = world_from_team(w, COMMAND_SAW_CHANGES, 1, r->id);
    saw.is.saw_changes.messages = r->last_seq;
    assert_int_equal(world_do(w, &saw), REFUSAL_NONE);
}

static void through_a_shift(struct core_world *w)
{
    static const struct {
        int kind, step;
        const char *person, *from;
    } steps[] = {{COMMAND_ON_SHIFT, SHIFT_STARTED, "p117", ""},
                 {COMMAND_SHIFT_HANDOVER, SHIFT_PROPOSED, "p117", ""},
                 {COMMAND_SHIFT_HANDOVER, SHIFT_CANCELLED, "p117", ""},
                 {COMMAND_SHIFT_HANDOVER, SHIFT_PROPOSED, "p117", ""},
                 {COMMAND_SHIFT_HANDOVER, SHIFT_SIGNED, "p204", "p117"},
                 {COMMAND_ON_SHIFT, SHIFT_ENDED, "p204", ""}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct command command = world_from_team(w, (enum command_kind)steps[i].kind, 1, NULL);
        command.person.id = steps[i].person;
        command.is.shift.step = (enum shift_step)steps[i].step;
        command.is.shift.from = steps[i].from;
        assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    }
}

static void through_a_cover(struct core_world *w)
{
    struct command cover = world_cover(w, 1, HOURS(2)), end = world_cover(w, 1, 0);
    assert_int_equal(world_do(w, &cover), REFUSAL_NONE);
    assert_int_equal(world_do(w, &end), REFUSAL_NONE);
}

static void through_a_hold_and_an_erasure(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_hold(w, r->id, true, HOLD_ON_ERASURE_INQUEST), REFUSAL_NONE);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_int_equal(world_hold(w, withdraw.referral, true, HOLD_ON_ERASURE_COMPLAINT), REFUSAL_NONE);
    assert_int_equal(world_hold(w, withdraw.referral, false, HOLD_ON_ERASURE_INQUEST), REFUSAL_NONE);
    assert_int_equal(world_hold(w, withdraw.referral, false, HOLD_ON_ERASURE_COMPLAINT), REFUSAL_NONE);
    assert_int_equal(world_erase(w, withdraw.referral, ERASE_MISTAKE), REFUSAL_NONE);
}

/* Northmoor's coordinator has left the policy while a case was in their hands. */
static void through_another_coordinator(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    world_presence(w, 1, false);
    world_presence(w, 2, false);
    assert_int_equal(world_take(w, r), REFUSAL_NONE);
    strcpy(w->coordinators[0].id, "northmoor-night");
    w->areas[0].escalate[w->areas[0].escalate_count++] = 1;
    world_load_policy(w);
    world_pass_over(w);
    assert_int_equal(r->state, CASE_HELD);
    world_on_duty(w, 1, true);
    world_wait(w, MINUTES(80)); /* reminders that nobody acknowledges */
    assert_true(r->also_count);
    struct command mute = world_from_coordinator(w, COMMAND_MUTE, r->id);
    mute.slot = r->coordinator;
    mute.person = (struct person){"p117", 16};
    mute.is.mute.for_ms = MINUTES(60);
    assert_int_equal(world_do(w, &mute), REFUSAL_NONE);
    struct command update = world_command(w, COMMAND_UPDATE, r->id);
    update.is.submit.facts = r->facts;
    update.is.submit.facts.urgency = URGENCY_EMERGENCY;
    update.is.submit.at = (struct referral_place){"", "", ""};
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    world_presence(w, 1, true);
    const struct referral *left = world_submitted(w);
    world_accept(w, left, MINUTES(20));
    world_presence(w, 1, false);
    world_wait(w, MINUTES(11));
    assert_true(left->silent_told);
}

static void what_the_broker_itself_writes(struct core_world *w)
{
    static const uint8_t digest[STATE_DIGEST_BYTES];
    world_capacity(w, 1, 2);
    world_load_policy(w);
    struct command refused = {.kind = COMMAND_RECORD_REFUSAL, .actor = "intake-a"};
    refused.is.refused.command = "accept";
    refused.is.refused.refusal = REFUSAL_NOT_ALLOWED;
    refused.is.refused.left_out = 3;
    assert_int_equal(world_do(w, &refused), REFUSAL_NONE);
    struct command started = {.kind = COMMAND_RECORD_START, .actor = ""};
    started.is.started.version = "0.1.0";
    started.is.started.replayed = w->state->counters.seq;
    started.is.started.state_digest = digest;
    assert_int_equal(world_do(w, &started), REFUSAL_NONE);
    for (int what = ALTERATION_NONE + 1; what < ALTERATION_COUNT; what++) {
        struct command alteration = {.kind = COMMAND_RECORD_ALTERATION, .actor = ""};
        alteration.is.altered = (struct altered){(enum alteration)what, 3};
        assert_int_equal(world_do(w, &alteration), REFUSAL_NONE); /* of no case */
        assert_int_equal(w->last.count, 1);
        assert_int_equal(world_do(w, &alteration), REFUSAL_NONE);
        assert_int_equal(w->last.count, 0); /* it is known */
    }
    struct command begin = {.kind = COMMAND_BEGIN_SNAPSHOT, .actor = ""};
    assert_int_equal(world_do(w, &begin), REFUSAL_NONE);
    struct command keep = {.kind = COMMAND_KEEP_SNAPSHOT, .actor = ""};
    keep.is.kept = (struct kept){w->state->counters.seq, digest};
    assert_int_equal(world_do(w, &keep), REFUSAL_NONE);
    struct command correct = {.kind = COMMAND_CORRECT_CLOCK, .actor = ""};
    for (int hours = 15; hours >= -15; hours -= 15) {
        correct.is.correction = (struct clock_correction){HOURS(hours), hours == 0};
        assert_int_equal(world_do(w, &correct), REFUSAL_NONE);
    }
}

static void every_kind_of_event_comes_back_from_its_packing_the_same(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    struct ledgered *l = follow_from_the_start(w);
    through_held_and_taken(w);
    assert_true(state_same(l->state, w->state));
    through_accepted_and_closed(w);
    assert_true(state_same(l->state, w->state));
    through_two_mistakes(w);
    through_a_late_promise(w);
    assert_true(state_same(l->state, w->state));
    through_a_change(w);
    assert_true(state_same(l->state, w->state));
    through_a_call_and_messages(w);
    through_a_shift(w);
    through_a_cover(w);
    assert_true(state_same(l->state, w->state));
    through_a_hold_and_an_erasure(w);
    assert_true(state_same(l->state, w->state));
    what_the_broker_itself_writes(w);
    assert_true(state_same(l->state, w->state));
    through_another_coordinator(w);
    assert_true(state_same(l->state, w->state));
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        if (event_traits[kind].is_kind && !l->seen[kind])
            print_error("no event of kind %d came up\n", kind);
        assert_true(!event_traits[kind].is_kind || l->seen[kind]);
    }
    unfollow(l);
    core_world_close(&w);
}

static void an_update_cannot_change_where_the_person_was_met(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    struct ledgered *l = follow_from_the_start(w);
    const struct referral *r = world_submitted(w);
    struct command update = world_submission(w);
    update.kind = COMMAND_UPDATE;
    memcpy(update.referral, r->id, ID_BYTES);
    update.is.submit.facts.source = l->claimed = SOURCE_EMERGENCY_DEPARTMENT;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(r->facts.source, SOURCE_STREET_TRIAGE);
    assert_true(state_same(l->state, w->state));
    unfollow(l);
    core_world_close(&w);
}

/* A sender may state any instant that a message can hold; a deadline counted from there must fit into an
 * event, or the next start could not read the ledger. */
static void what_is_stated_at_the_ends_of_time_can_be_read_back(void **unused)
{
    (void)unused;
    static const int64_t stated_ms[] = {1, INSTANT_MS_MAX};
    struct core_world *w = core_world_open(2, walk_adjust);
    struct ledgered *l = follow_from_the_start(w);
    struct command correct = {.kind = COMMAND_CORRECT_CLOCK, .actor = ""};
    for (int i = 0; i < 6; i++) {
        struct command submit = world_submission(w);
        correct.is.correction.ahead_ms = HOURS(i / 2 * 15 - 15);
        assert_int_equal(world_do(w, &correct), REFUSAL_NONE);
        submit.is.submit.facts.legal_status = LEGAL_SECTION_136;
        submit.is.submit.facts.place_of_safety_ms = stated_ms[i % 2];
        submit.is.submit.facts.place_of_safety_basis = BASIS_STATED;
        assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
        struct command update = submit;
        update.kind = COMMAND_UPDATE;
        update.id[9] = 1;
        update.is.submit.facts.handover_done_ms = stated_ms[(i + 1) % 2];
        assert_int_equal(world_do(w, &update), REFUSAL_NONE);
        const struct referral *r = state_referral(w->state, submit.referral);
        assert_int_equal(world_accept(w, r, 0), REFUSAL_NONE);
        struct command check_in = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
        check_in.slot = r->team;
        check_in.is.check_in.step = STEP_CONTACT;
        check_in.is.check_in.occurred_ms = stated_ms[i % 2];
        assert_int_equal(world_do(w, &check_in), i % 2 ? REFUSAL_TIME_TO_COME : REFUSAL_NONE);
    }
    assert_true(state_same(l->state, w->state));
    unfollow(l);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_any_path_the_packed_events_give_the_same_bytes),
        cmocka_unit_test(an_update_cannot_change_where_the_person_was_met),
        cmocka_unit_test(what_is_stated_at_the_ends_of_time_can_be_read_back),
        cmocka_unit_test(every_kind_of_event_comes_back_from_its_packing_the_same),
    };
    return cmocka_run_group_tests_name("P6_replayable", tests, NULL, NULL);
}
