/* test_referral.c: which event may come in which state of a case, and what it makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/event_kinds.h"
#include "broker/core/referral.h"

/* The state machine written a second time, from its picture. For each event there is one letter for each
 * state that a case may be in, in the order of `states`. The letter is the next state; a dot means that the
 * event cannot come. */
static const char states[] = "-OHTARVICWM"; /* none, offered, held, taken, accepted, travelling, arrived, in
                                              contact, closed, withdrawn */

static const struct picture_row {
    const char *name;
    struct event event;
    const char *next; /* of "-OHTARVICWM" */
} rows[] = {
    {"received", {.kind = EVENT_RECEIVED, .device = ""}, "H.........."},
    {"offered", {.kind = EVENT_OFFERED}, "..OO......."},
    {"offered as a handover", {.kind = EVENT_OFFERED, .is.offered.handover = true}, "....ARVI..."},
    {"offer seen", {.kind = EVENT_OFFER_SEEN}, ".O..ARVI..."},
    {"offer ended", {.kind = EVENT_OFFER_ENDED}, ".H..ARVI..."},
    {"held", {.kind = EVENT_HELD}, "..HH......."},
    {"reminded", {.kind = EVENT_REMINDED}, "..H.......M"},
    {"taken", {.kind = EVENT_TAKEN, .person.id = "p117"}, "..TTTTTT..."},
    {"accepted", {.kind = EVENT_ACCEPTED, .is.accepted.team = 7}, ".A..AAAA..."},
    {"travelling", {.kind = EVENT_CHECKED_IN, .is.checked_in.step = STEP_TRAVELLING}, "....RRRI..."},
    {"arrived", {.kind = EVENT_CHECKED_IN, .is.checked_in.step = STEP_ARRIVED}, "....VVVI..."},
    {"contact", {.kind = EVENT_CHECKED_IN, .is.checked_in = {.step = STEP_CONTACT}}, "...TIIII..."},
    {"contact on time",
     {.kind = EVENT_CHECKED_IN, .is.checked_in = {.step = STEP_CONTACT, .attended = ATTEND_ON_TIME}},
     "...TIIII..."},
    {"contact late but seen",
     {.kind = EVENT_CHECKED_IN, .is.checked_in = {.step = STEP_CONTACT, .attended = ATTEND_LATE_BUT_SEEN}},
     "...TIIII..."},
    {"contact late, not seen",
     {.kind = EVENT_CHECKED_IN, .is.checked_in = {.step = STEP_CONTACT, .attended = ATTEND_LATE_NOT_SEEN}},
     "...TARVI..."},
    {"contact not attended",
     {.kind = EVENT_CHECKED_IN, .is.checked_in = {.step = STEP_CONTACT, .attended = ATTEND_DID_NOT_ATTEND}},
     "...TARVI..."},
    {"contact cancelled by the person",
     {.kind = EVENT_CHECKED_IN,
      .is.checked_in = {.step = STEP_CONTACT, .attended = ATTEND_CANCELLED_BY_PERSON}},
     "...TARVI..."},
    {"contact cancelled by the team",
     {.kind = EVENT_CHECKED_IN,
      .is.checked_in = {.step = STEP_CONTACT, .attended = ATTEND_CANCELLED_BY_PROVIDER}},
     "...TARVI..."},
    {"lease warned", {.kind = EVENT_LEASE_WARNED, .is.lease.lapses_ms = 1}, "....ARVI..."},
    {"lease lapsed", {.kind = EVENT_LEASE_LAPSED}, "....HHHH..."},
    {"given back", {.kind = EVENT_GIVEN_BACK}, "....HHHH..."},
    {"reopened", {.kind = EVENT_REOPENED}, "..HHHHHH..."},
    {"reopened in hand", {.kind = EVENT_REOPENED, .is.reopened.in_hand = true}, "..HTARVICWM"},
    {"updated", {.kind = EVENT_UPDATED}, ".OHTARVICWM"},
    {"sought", {.kind = EVENT_SOUGHT}, "....ARVI..."},
    {"wish recorded", {.kind = EVENT_WISH_RECORDED}, ".OHTARVICWM"},
    {"changes seen", {.kind = EVENT_CHANGES_SEEN}, ".OHTARVICWM"},
    {"message sent", {.kind = EVENT_MESSAGE_SENT, .is.message = {.to = 1 << SIDE_TEAM}}, ".OHTARVICWM"},
    {"offer shortened", {.kind = EVENT_OFFER_SHORTENED, .is.offered.expires_ms = 98}, ".O..ARVI..."},
    {"told", {.kind = EVENT_REFERRER_TOLD}, ".OHTARVICWM"},
    {"breached", {.kind = EVENT_CLOCK_BREACHED, .is.breached.clock = CLOCK_RESPONSE}, ".OHTARVICWM"},
    {"warned of a clock", {.kind = EVENT_CLOCK_WARNED, .is.breached.clock = CLOCK_RESPONSE}, ".OHTARVICWM"},
    {"passed on", {.kind = EVENT_PASSED_ON}, ".OHTARVICWM"},
    {"passed over", {.kind = EVENT_PASSED_OVER}, ".OHTARVICWM"},
    {"acknowledged", {.kind = EVENT_ACKNOWLEDGED, .person.id = ""}, ".OHTARVICWM"},
    {"team silent", {.kind = EVENT_TEAM_SILENT}, ".OHTARVICWM"},
    {"asked again", {.kind = EVENT_ASKED_AGAIN}, ".OHTARVICWM"},
    {"detention noted",
     {.kind = EVENT_DETENTION_NOTED,
      .is.noted = {.entry.step = DETENTION_STEP_USED, .state = DETENTION_USED}},
     ".OHTARVICWM"},
    {"record read", {.kind = EVENT_RECORD_READ}, ".OHTARVICWM"},
    {"hold set", {.kind = EVENT_HOLD_SET}, ".OHTARVICWM"},
    {"hold lifted", {.kind = EVENT_HOLD_LIFTED}, ".OHTARVICWM"},
    {"erased", {.kind = EVENT_ERASED}, "........CW."},
    {"alteration found", {.kind = EVENT_ALTERATION_FOUND}, ".OHTARVICWM"},
    {"closed", {.kind = EVENT_CLOSED}, "...CCCCC..."},
    {"closing asked", {.kind = EVENT_CLOSING_ASKED, .is.closing.note_code = ""}, "....HHHH..."},
    {"kept open, and nobody asked to close it", {.kind = EVENT_KEPT_OPEN}, "..........."},
    {"withdrawn", {.kind = EVENT_WITHDRAWN}, "..WWWWW...."},
    {"tried", {.kind = EVENT_CONTACT_TRIED}, "...TARVI..."},
    {"tries used up", {.kind = EVENT_TRIES_USED_UP}, ".OHTARVICWM"},
    {"went missing", {.kind = EVENT_WENT_MISSING}, "..MMMMMM..M"},
    {"found", {.kind = EVENT_FOUND}, "..........H"},
    {"needed beside",
     {.kind = EVENT_BESIDE_NOTED,
      .is.beside =
          {.what = BESIDE_BED, .state = BESIDE_NEEDED, .request = 1, .asked_of = "", .log_number = ""}},
     ".OHTARVICWM"},
    {"an answer that nobody asked for",
     {.kind = EVENT_BESIDE_NOTED,
      .is.beside = {.what = BESIDE_BED, .state = BESIDE_YES, .request = 1, .asked_of = "", .log_number = ""}},
     "..........."},
    {"reminded of nothing",
     {.kind = EVENT_BESIDE_CHASED,
      .is.beside =
          {.what = BESIDE_BED, .state = BESIDE_NEEDED, .request = 1, .asked_of = "", .log_number = ""}},
     "..........."},
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool is_with_team(int state)
{
    return state >= CASE_ACCEPTED && state <= CASE_IN_CONTACT;
}

static bool answers_an_offer(const struct event *event)
{
    return event->kind == EVENT_OFFER_SEEN || event->kind == EVENT_OFFER_ENDED ||
           event->kind == EVENT_OFFER_SHORTENED || event->kind == EVENT_ACCEPTED;
}

/* A case in a state, with one offer made so far. The offer is live if the state says so or with_offer is set.
 */
static struct referral case_in(int state, bool with_offer)
{
    struct referral r = {
        .state = (uint8_t)state, .attempts = 1, .round = 1, .team = SLOT_NONE, .had_team = SLOT_NONE};
    r.missing_ms = state == CASE_MISSING;
    r.offer.team = SLOT_NONE;
    if (is_with_team(state))
        r.team = 3;
    if (state == CASE_OFFERED || (with_offer && is_with_team(state)))
        r.offer =
            (struct live_offer){.attempt = 1, .team = 7, .expires_ms = 99, .handover = state != CASE_OFFERED};
    return r;
}

static struct event event_of(const struct picture_row *row)
{
    struct event event = row->event;
    event.at_ms = 1;
    if (event.kind == EVENT_OFFERED)
        event.is.offered.attempt = 2;
    else if (event.kind == EVENT_ACCEPTED)
        event.is.accepted.attempt = 1;
    else if (answers_an_offer(&event))
        event.is.offer.attempt = 1;
    return event;
}

/* The state after an event; none if it cannot come, and then nothing has changed. */
static enum case_state next_state_of(const struct referral *r, const struct event *event)
{
    struct referral after = *r;
    if (referral_apply(&after, event)) /* asserts by itself what must hold in every state */
        return (enum case_state)after.state;
    assert_memory_equal(&after, r, sizeof after);
    return CASE_NONE;
}

static int state_of(char letter)
{
    return letter == '.' ? CASE_NONE : (int)(strchr(states, letter) - states);
}

static void every_event_in_every_state_does_what_the_picture_says_or_cannot_come(void **unused)
{
    (void)unused;
    for (int i = 0; i < ROWS; i++)
        for (int state = CASE_NONE; state < CASE_STATE_COUNT; state++) {
            struct event event = event_of(&rows[i]);
            struct referral r = case_in(state, answers_an_offer(&event));
            int next = state_of(rows[i].next[state]);
            if ((int)next_state_of(&r, &event) != next)
                print_error("%s in state %c\n", rows[i].name, states[state]);
            assert_int_equal(next_state_of(&r, &event), next);
        }
}

static void every_event_of_a_case_is_in_the_picture(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        bool found = false;
        for (int i = 0; i < ROWS; i++)
            found = found || (int)rows[i].event.kind == kind;
        assert_int_equal(found, event_traits[kind].of_a_case);
    }
}

/* --- the live offer --------------------------------------------------------------------------------------
 */

static void while_an_offer_is_live_no_other_can_be_made(void **unused)
{
    (void)unused;
    struct event offered = {.kind = EVENT_OFFERED, .is.offered = {.attempt = 2, .handover = true}};
    for (int state = CASE_ACCEPTED; state <= CASE_IN_CONTACT; state++) {
        struct referral r = case_in(state, true);
        assert_int_equal(next_state_of(&r, &offered), CASE_NONE);
    }
}

static void attempts_are_counted_without_a_gap(void **unused)
{
    (void)unused;
    struct referral r = case_in(CASE_HELD, false);
    for (uint32_t attempt = 0; attempt < 5; attempt++) {
        struct event offered = {.kind = EVENT_OFFERED, .is.offered.attempt = attempt};
        assert_int_equal(next_state_of(&r, &offered), attempt == 2 ? CASE_OFFERED : CASE_NONE);
    }
}

static void an_answer_is_to_the_live_offer_or_cannot_come(void **unused)
{
    (void)unused;
    for (int i = 0; i < ROWS; i++) {
        if (!answers_an_offer(&rows[i].event))
            continue;
        struct event event = event_of(&rows[i]);
        struct referral without = case_in(CASE_ACCEPTED, false);
        assert_int_equal(next_state_of(&without, &event), CASE_NONE);
        struct referral later = case_in(CASE_OFFERED, true);
        later.attempts = later.offer.attempt = 2; /* the event is about the first */
        assert_int_equal(next_state_of(&later, &event), CASE_NONE);
    }
}

static void nothing_ends_a_case_over_a_live_offer(void **unused)
{
    (void)unused;
    static const enum event_kind kinds[] = {EVENT_CLOSED, EVENT_WITHDRAWN, EVENT_LEASE_LAPSED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct event event = {.kind = kinds[i]};
        struct referral asked = case_in(CASE_ACCEPTED, true), not_asked = case_in(CASE_ACCEPTED, false);
        assert_int_equal(next_state_of(&asked, &event), CASE_NONE);
        assert_int_not_equal(next_state_of(&not_asked, &event), CASE_NONE);
    }
}

/* A held case is closed, or kept open, only if its closing is asked. */
static void only_an_asked_closing_ends_a_held_case(void **unused)
{
    (void)unused;
    static const enum event_kind kinds[] = {EVENT_CLOSED, EVENT_KEPT_OPEN};
    static const enum case_state next[] = {CASE_CLOSED, CASE_HELD};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct event event = {.kind = kinds[i]};
        struct referral held = case_in(CASE_HELD, false);
        assert_int_equal(next_state_of(&held, &event), CASE_NONE);
        held.hold_reason = HOLD_CLOSING_ASKED;
        assert_int_equal(next_state_of(&held, &event), next[i]);
    }
}

/* --- owners and time -------------------------------------------------------------------------------------
 */

static void each_state_has_its_owner_who_must_act_by_its_own_time(void **unused)
{
    (void)unused;
    for (int state = CASE_NONE; state < CASE_STATE_COUNT; state++) {
        struct referral r = case_in(state, true);
        r.coordinator = 5;
        r.remind_ms = 11;
        r.lease_ms = 22;
        struct owner owner = referral_owner(&r);
        if (state == CASE_OFFERED) {
            assert_int_equal(owner.kind, OWNER_TEAM);
            assert_int_equal(owner.slot, 7);
            assert_int_equal(owner.act_by_ms, 99);
        } else if (state == CASE_HELD || state == CASE_TAKEN || state == CASE_MISSING) {
            assert_int_equal(owner.kind, OWNER_COORDINATOR);
            assert_int_equal(owner.slot, 5);
            assert_int_equal(owner.act_by_ms, state == CASE_TAKEN ? 22 : 11);
        } else if (is_with_team(state)) {
            assert_int_equal(owner.kind, OWNER_TEAM); /* though another is asked to take over */
            assert_int_equal(owner.slot, 3);
            assert_int_equal(owner.act_by_ms, 22);
            r.lapses_ms = 33;
            assert_int_equal(referral_owner(&r).act_by_ms, 33);
        } else {
            assert_int_equal(owner.kind, OWNER_NONE);
            assert_int_equal(referral_due(&r, false), INT64_MAX);
        }
    }
}

static void what_comes_first_is_due_first(void **unused)
{
    (void)unused;
    struct referral held = case_in(CASE_HELD, false);
    held.remind_ms = 100;
    assert_int_equal(referral_due(&held, false), 100);
    held.look_again_ms = 70;
    assert_int_equal(referral_due(&held, false), 70);
    held.clocks[CLOCK_RESPONSE] = (struct clock){.started_ms = 1, .due_ms = 50};
    assert_int_equal(referral_due(&held, false), 51); /* the limit itself is in time */
    held.clocks[CLOCK_RESPONSE].breached = true;
    assert_int_equal(referral_due(&held, false), 70);
    held.clocks[CLOCK_SECTION_136] = (struct clock){.started_ms = 1, .due_ms = 50, .stopped_ms = 2};
    assert_int_equal(referral_due(&held, false), 70);
    struct referral handing_over = case_in(CASE_ARRIVED, true);
    handing_over.lease_ms = 200;
    assert_int_equal(referral_due(&handing_over, false), 99);
    handing_over.lease_ms = 50;
    assert_int_equal(referral_due(&handing_over, false), 50);
    assert_int_equal(referral_due(&handing_over, true), INT64_MIN); /* the team that is asked has gone */
}

/* --- clocks ----------------------------------------------------------------------------------------------
 */

static struct event changing(enum clock_kind clock, enum clock_change_kind what)
{
    struct event event = {.kind = EVENT_UPDATED, .clock_count = 1};
    event.clocks[0] =
        (struct clock_change){.clock = clock, .what = what, .at_ms = 10, .due_ms = 60, .standard = "an-hour"};
    return event;
}

static void an_event_starts_stops_and_voids_clocks_as_it_says(void **unused)
{
    (void)unused;
    static const struct clock never;
    struct referral r = case_in(CASE_HELD, false);
    struct clock *clock = &r.clocks[CLOCK_HANDOVER];
    struct event start = changing(CLOCK_HANDOVER, CLOCK_STARTED);
    struct event stop = changing(CLOCK_HANDOVER, CLOCK_STOPPED);
    struct event take_away = changing(CLOCK_HANDOVER, CLOCK_VOIDED);
    *clock = (struct clock){.started_ms = 5, .due_ms = 50, .breached = true, .standard = "another-standard"};
    assert_true(referral_apply(&r, &start));
    const struct clock started = {.started_ms = 10, .due_ms = 60, .standard = "an-hour"};
    assert_memory_equal(clock, &started, sizeof started); /* its new limit has not been passed */
    assert_true(referral_apply(&r, &take_away));
    assert_memory_equal(clock, &never, sizeof never);
    assert_true(referral_apply(&r, &start));
    assert_true(referral_apply(&r, &stop));
    assert_int_equal(clock->stopped_ms, 10);
    assert_int_equal(clock->due_ms, 60);
}

static void what_has_stopped_stays_so_and_what_does_not_run_cannot_stop(void **unused)
{
    (void)unused;
    for (int what = CLOCK_STARTED; what <= CLOCK_VOIDED; what++) {
        struct referral r = case_in(CASE_HELD, false);
        struct event event = changing(CLOCK_RESPONSE, (enum clock_change_kind)what);
        assert_int_equal(next_state_of(&r, &event), what == CLOCK_STARTED ? CASE_HELD : CASE_NONE);
        r.clocks[CLOCK_RESPONSE] = (struct clock){.started_ms = 10, .due_ms = 50};
        assert_int_equal(next_state_of(&r, &event), CASE_HELD);
        r.clocks[CLOCK_RESPONSE].stopped_ms = 40;
        bool was_earlier = what == CLOCK_STOPPED; /* a contact that was told late */
        assert_int_equal(next_state_of(&r, &event), was_earlier ? CASE_HELD : CASE_NONE);
        r.clocks[CLOCK_RESPONSE].stopped_ms = 10;
        assert_int_equal(next_state_of(&r, &event), CASE_NONE);
    }
}

/* --- who was asked ---------------------------------------------------------------------------------------
 */

static void ask_team(struct referral *r, uint16_t team)
{
    struct event offered = {.kind = EVENT_OFFERED,
                            .is.offered = {.attempt = r->attempts + 1, .team = team, .round = r->round}};
    struct event ended = {.kind = EVENT_OFFER_ENDED, .is.offer = {.attempt = r->attempts + 1, .team = team}};
    assert_true(referral_apply(r, &offered));
    assert_true(referral_apply(r, &ended));
}

static void who_was_asked_is_known_by_times_and_by_round(void **unused)
{
    (void)unused;
    struct referral r = case_in(CASE_HELD, false);
    ask_team(&r, 4);
    assert_int_equal(referral_times_asked(&r, 4), 1);
    assert_true(referral_asked_this_round(&r, 4));
    assert_int_equal(referral_times_asked(&r, 5), 0);
    assert_false(referral_asked_this_round(&r, 5));
    r.round = 3;
    assert_false(referral_asked_this_round(&r, 4));
    ask_team(&r, 5);
    assert_true(referral_asked_this_round(&r, 5)); /* once is enough, though it missed two rounds */
    assert_int_equal(referral_times_asked(&r, 5), 1);
}

static void more_teams_than_can_be_remembered_forget_one_that_was_asked_least(void **unused)
{
    (void)unused;
    struct referral r = case_in(CASE_HELD, false);
    for (uint16_t team = 0; team < LADDER_STEPS_MAX; team++) {
        ask_team(&r, team);
        if (team != 9)
            ask_team(&r, team);
    }
    ask_team(&r, 500);
    assert_int_equal(r.asked_count, LADDER_STEPS_MAX);
    assert_int_equal(referral_times_asked(&r, 500), 1);
    assert_int_equal(referral_times_asked(&r, 9), 0);
    assert_int_equal(referral_times_asked(&r, 8), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_in_every_state_does_what_the_picture_says_or_cannot_come),
        cmocka_unit_test(every_event_of_a_case_is_in_the_picture),
        cmocka_unit_test(while_an_offer_is_live_no_other_can_be_made),
        cmocka_unit_test(attempts_are_counted_without_a_gap),
        cmocka_unit_test(an_answer_is_to_the_live_offer_or_cannot_come),
        cmocka_unit_test(nothing_ends_a_case_over_a_live_offer),
        cmocka_unit_test(only_an_asked_closing_ends_a_held_case),
        cmocka_unit_test(each_state_has_its_owner_who_must_act_by_its_own_time),
        cmocka_unit_test(what_comes_first_is_due_first),
        cmocka_unit_test(an_event_starts_stops_and_voids_clocks_as_it_says),
        cmocka_unit_test(what_has_stopped_stays_so_and_what_does_not_run_cannot_stop),
        cmocka_unit_test(who_was_asked_is_known_by_times_and_by_round),
        cmocka_unit_test(more_teams_than_can_be_remembered_forget_one_that_was_asked_least),
    };
    return cmocka_run_group_tests_name("referral", tests, NULL, NULL);
}
