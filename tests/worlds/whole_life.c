/* whole_life.c: see whole_life.h. */
#include "tests/worlds/whole_life.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "concordat/v1/wire.pb-c.h"

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

/* Each kind, and each answer; of the AMHP whom the referral needed somebody was reminded long ago. */
static void through_requests_beside(struct core_world *w, const struct referral *r)
{
    assert_true(world_count(w, EVENT_BESIDE_CHASED));
    for (enum beside_what what = BESIDE_AMHP; what <= BESIDE_WELFARE_CHECK; what++) {
        struct command ask = world_from_coordinator(w, COMMAND_ASK_BESIDE, r->id);
        ask.is.beside.said = (struct beside_noted){
            .what = what, .state = BESIDE_ASKED, .asked_of = "E08000003", .log_number = "CAD-0412"};
        assert_int_equal(world_do(w, &ask), REFUSAL_NONE);
        for (enum beside_state state = BESIDE_YES; state <= BESIDE_CANCELLED; state++) {
            struct command answer = world_from_coordinator(w, COMMAND_ANSWER_BESIDE, r->id);
            answer.is.beside.said =
                (struct beside_noted){.what = what, .state = state, .asked_of = "", .log_number = ""};
            world_do(w, &answer); /* a no cannot follow a yes that was meant */
        }
    }
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
    struct command missing = world_from_coordinator(w, COMMAND_REPORT_MISSING, r->id);
    missing.is.sighting = (struct sighting){.at_ms = w->now_ms - HOURS(1), .place = 3};
    assert_int_equal(world_do(w, &missing), REFUSAL_NONE);
    struct command found = world_from_coordinator(w, COMMAND_REPORT_FOUND, r->id);
    found.is.sighting = (struct sighting){.place = 3, .found_by = FOUND_BY_OTHERS};
    assert_int_equal(world_do(w, &found), REFUSAL_NONE);
    through_requests_beside(w, r);
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
    for (int i = 0; i < w->policy.tries_max; i++) {
        struct command tried = world_from_team(w, COMMAND_TRIED, 2, r->id);
        tried.is.tried.mechanism = CONTACT_TELEPHONE;
        tried.is.tried.next = CONTACT_NEXT_TRY_AGAIN;
        tried.is.tried.next_in_ms = MINUTES(5);
        assert_int_equal(world_do(w, &tried), REFUSAL_NONE);
    }
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
    close.is.close.outcome = OUTCOME_DIED;
    close.is.close.note_code = "";
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    struct command again = world_from_team(w, COMMAND_REOPEN, 1, close.referral);
    again.slot = close.slot;
    again.is.why.has_reason = true;
    assert_int_equal(world_do(w, &again), REFUSAL_NONE);
}

static void through_another_provider(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, r->id);
    close.slot = r->team;
    close.is.close.outcome = OUTCOME_REFERRED_ON;
    close.is.close.note_code = "07";
    close.is.close.without_contact = WITHOUT_CONTACT_ELSEWHERE;
    close.is.close.has_note = true;
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    struct command keep_open = world_from_coordinator(w, COMMAND_SAW_CLOSING, close.referral);
    keep_open.person = (struct person){"p117", 16};
    struct command saw = keep_open, again = close;
    keep_open.is.saw_closing.keep_open = keep_open.is.saw_closing.has_reason = true;
    assert_int_equal(world_do(w, &keep_open), REFUSAL_NONE);
    assert_int_equal(world_assign(w, r, 1), REFUSAL_NONE);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    again.slot = close.slot = r->team;
    again.id[8] = saw.id[8] = 1;
    assert_int_equal(world_do(w, &again), REFUSAL_NONE);
    assert_int_equal(world_do(w, &saw), REFUSAL_NONE);
    struct command passed = world_from_team(w, COMMAND_RECORD_PASSED_ON, 1, close.referral);
    passed.slot = close.slot;
    passed.is.passed_on.to = (struct passed_on){"RX4", w->now_ms};
    assert_int_equal(world_do(w, &passed), REFUSAL_NONE);
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
    started.is.started.layout = state_layout;
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
    keep.is.kept = (struct kept){w->state->counters.seq, digest, state_layout};
    assert_int_equal(world_do(w, &keep), REFUSAL_NONE);
    struct command correct = {.kind = COMMAND_CORRECT_CLOCK, .actor = ""};
    for (int hours = 15; hours >= -15; hours -= 15) {
        correct.is.correction = (struct clock_correction){HOURS(hours), hours == 0};
        assert_int_equal(world_do(w, &correct), REFUSAL_NONE);
    }
}

whole_life_part *const whole_life[] = {through_held_and_taken,
                                       through_accepted_and_closed,
                                       through_two_mistakes,
                                       through_another_provider,
                                       through_a_late_promise,
                                       through_a_change,
                                       through_a_call_and_messages,
                                       through_a_shift,
                                       through_a_cover,
                                       through_a_hold_and_an_erasure,
                                       what_the_broker_itself_writes,
                                       through_another_coordinator,
                                       NULL};
