/* random_walk.c: random but repeatable lives of many cases at once. */
#include "tests/worlds/random_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

uint64_t walk_first_seed(void)
{
    static uint64_t seed;
    if (seed)
        return seed;
    const char *given = getenv("SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

/* splitmix64 */
static uint64_t next_drawn(uint64_t *random)
{
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int draw_below(uint64_t *random, int limit)
{
    return (int)(next_drawn(random) % (uint64_t)limit);
}

static void add_walk_standard(struct core_world *w, const char *id, enum clock_kind clock, int64_t allowed_ms)
{
    struct policy_standard *standard = &w->policy.standards[w->policy.standard_count++];
    *standard = (struct policy_standard){
        .clock = clock, .sources = 0xff, .urgencies = 0xff, .allowed_ms = allowed_ms};
    strcpy(standard->id, id);
}

void walk_adjust(struct core_world *w)
{
    for (int i = 0; i < w->policy.team_count; i++) {
        if (i % 3 == 1)
            w->teams[i].rota.shifts[0] = (struct shift){ROTA_WEEK, 9 * 60, 17 * 60};
        if (i % 3 == 2)
            w->teams[i].places = 2;
        w->teams[i].offers = i == 3 ? TEAM_RINGS : i == 4 ? TEAM_RECEIVES : TEAM_COMES;
    }
    if (w->policy.team_count > 2) {
        w->teams[w->policy.team_count - 1].detained = DETAINED_ONLY;
        w->teams[0].detained = DETAINED_NEVER;
        w->teams[0].age_first = ADULT_YEARS;
    }
    add_walk_standard(w, "told-in-half-an-hour", CLOCK_REFERRER_TOLD, MINUTES(30));
    add_walk_standard(w, "handover-in-an-hour", CLOCK_HANDOVER, HOURS(1));
    w->policy.standards[0].urgencies = 1 << URGENCY_VERY_URGENT | 1 << URGENCY_EMERGENCY;
    add_walk_standard(w, "urgent", CLOCK_RESPONSE, HOURS(24));
    w->policy.standards[w->policy.standard_count - 1].urgencies = 1 << URGENCY_URGENT;
}

static bool is_asked_about(const struct referral *r)
{
    return r->offer.attempt;
}

/* An open case; one that is wanted if there is one. NULL if no case is open. */
static const struct referral *draw_case(const struct core_world *w, uint64_t *random,
                                        bool (*is_wanted)(const struct referral *r))
{
    uint32_t rows = state_referral_rows(w->state);
    uint32_t first = rows ? (uint32_t)draw_below(random, (int)rows) : 0;
    const struct referral *any = NULL;
    for (uint32_t i = 0; i < rows; i++) {
        const struct referral *r = state_referral_row(w->state, (first + i) % rows);
        if (r->state != CASE_NONE && is_wanted(r))
            return r;
        if (r->state != CASE_NONE && !any)
            any = r;
    }
    return any;
}

static void answer_offer(struct core_world *w, uint64_t *random, const struct referral *r)
{
    static const enum command_kind kinds[] = {COMMAND_SEEN, COMMAND_ACCEPT, COMMAND_DECLINE};
    struct command command =
        world_from_team(w, kinds[draw_below(random, 3)], 1 + draw_below(random, w->policy.team_count), r->id);
    if (draw_below(random, 4) && r->offer.attempt)
        command.slot = r->offer.team;
    command.is.offer.attempt = r->offer.attempt;
    command.is.offer.says_when = draw_below(random, 2);
    command.is.offer.expected_ms = draw_below(random, 8) ? MINUTES(draw_below(random, 60)) : HOURS(6);
    command.is.offer.reason = DECLINE_NO_CAPACITY;
    command.is.offer.has_note = false;
    world_do(w, &command);
}

/* Any step, at any place; most are of nobody who is detained, and refused. */
static void record_detention(struct core_world *w, uint64_t *random, const struct referral *r,
                             enum detention_step step)
{
    struct command command = world_detention(w, r->id, step);
    struct detention_entry *entry = &command.is.detention.entry;
    entry->place = (enum place_of_safety)draw_below(random, PLACE_COUNT);
    entry->occurred_ms =
        draw_below(random, 2) ? state_utc(w->state, w->now_ms) - MINUTES(draw_below(random, 90)) : 0;
    entry->extension_ms = HOURS(draw_below(random, 14));
    entry->extension_reason = draw_below(random, 3);
    entry->by_doctor = draw_below(random, 2);
    entry->end = (enum detention_end)(1 + draw_below(random, DETENTION_END_NEVER_DETAINED));
    entry->by = "p117";
    entry->second = draw_below(random, 4) ? "p204" : "";
    command.is.detention.has_note = draw_below(random, 2);
    command.slot = r->coordinator;
    world_do(w, &command);
}

static void act_as_holder(struct core_world *w, uint64_t *random, const struct referral *r)
{
    static const enum command_kind kinds[] = {COMMAND_CHECK_IN, COMMAND_CHECK_IN,  COMMAND_CLOSE,
                                              COMMAND_HANDOVER, COMMAND_GIVE_BACK, COMMAND_CANCEL_HANDOVER};
    enum command_kind kind = kinds[draw_below(random, 6)];
    if (kind == COMMAND_CLOSE)
        record_detention(w, random, r, DETENTION_STEP_ENDED);
    else if (draw_below(random, 3) == 0)
        record_detention(w, random, r, (enum detention_step)draw_below(random, DETENTION_STEP_COUNT));
    struct command command = world_from_team(w, kind, 1, r->id);
    command.slot = r->team == SLOT_NONE ? world_slot(w, 1) : r->team;
    if (kind == COMMAND_CHECK_IN) {
        command.is.check_in.step = (enum step)(1 + draw_below(random, 3));
        command.is.check_in.mechanism = CONTACT_FACE_TO_FACE;
        command.is.check_in.attended = draw_below(random, 2) ? ATTEND_ON_TIME : ATTEND_DID_NOT_ATTEND;
        command.is.check_in.occurred_ms =
            draw_below(random, 2) ? w->now_ms - MINUTES(draw_below(random, 10)) : 0;
        command.is.check_in.says_when = draw_below(random, 2);
        command.is.check_in.expected_ms = MINUTES(draw_below(random, 40));
    } else if (kind == COMMAND_CLOSE) {
        command.is.close.outcome = 1;
        command.is.close.note_code = "";
        command.is.close.without_contact = (enum without_contact)draw_below(random, 4);
        command.is.close.has_note = true;
    } else if (kind == COMMAND_GIVE_BACK) {
        command.is.why.has_reason = true;
    } else if (kind == COMMAND_HANDOVER) {
        command.is.move.team = draw_below(random, 2) ? "" : "team-1";
        command.is.move.although = draw_below(random, 2);
    }
    world_do(w, &command);
}

static void cover_the_neighbour(struct core_world *w, uint64_t *random)
{
    struct command command = world_cover(w, draw_below(random, 2), MINUTES(draw_below(random, 4) * 20));
    command.is.cover.reason = (enum cover_reason)(1 + draw_below(random, 3));
    world_do(w, &command);
}

static void act_as_coordinator(struct core_world *w, uint64_t *random, const struct referral *r)
{
    if (draw_below(random, 3) == 0) {
        cover_the_neighbour(w, random);
        return;
    }
    enum command_kind kind = draw_below(random, 2) ? COMMAND_TAKE : COMMAND_ASSIGN;
    if (referral_closing_is_asked(r) && draw_below(random, 2))
        kind = COMMAND_SAW_CLOSING;
    struct command command = world_command(w, kind, r->id);
    command.party = PARTY_COORDINATOR;
    command.slot = (uint16_t)draw_below(random, 2);
    command.actor = "duty";
    command.person.id = draw_below(random, 2) ? "p117" : "";
    if (kind == COMMAND_SAW_CLOSING)
        command.is.saw_closing.keep_open = command.is.saw_closing.has_reason = draw_below(random, 2);
    if (kind == COMMAND_ASSIGN)
        command.is.move.team = w->teams[draw_below(random, w->policy.team_count)].id;
    world_do(w, &command);
}

/* Half of all people are detained under section 136; some have arrived, and some police have gone. */
static void draw_detention(struct core_world *w, uint64_t *random, struct facts *facts)
{
    facts->legal_status = draw_below(random, 2) ? LEGAL_SECTION_136 : LEGAL_NONE;
    if (draw_below(random, 3)) {
        facts->place_of_safety_ms = w->now_ms - MINUTES(1 + draw_below(random, 3));
        facts->place_of_safety_basis = BASIS_STATED;
    }
    if (draw_below(random, 4) == 0)
        facts->handover_done_ms = w->now_ms - MINUTES(draw_below(random, 3));
}

/* Some people are children, and of some nobody knows the age. */
static void draw_age(uint64_t *random, struct facts *facts)
{
    int age = draw_below(random, 4);
    if (age == 0)
        facts->age = 15;
    if (age != 1)
        return;
    facts->age = AGE_UNKNOWN;
    facts->looks_under_18 = (uint8_t)draw_below(random, LOOKS_CANNOT_TELL + 1);
}

static void submit_one(struct core_world *w, uint64_t *random)
{
    struct command command = world_submission(w);
    draw_detention(w, random, &command.is.submit.facts);
    draw_age(random, &command.is.submit.facts);
    command.is.submit.drill = draw_below(random, 8) == 0;
    world_do(w, &command);
}

static void record_wish(struct core_world *w, uint64_t *random, const struct referral *r)
{
    struct command command = world_command(w, COMMAND_RECORD_WISH, r->id);
    command.is.wish = draw_below(random, 2) ? WISH_TELEPHONE : WISH_VISIT;
    world_do(w, &command);
}

static void tell_referrer(struct core_world *w, const struct referral *r)
{
    struct command command = world_command(w, COMMAND_TOLD, r->id);
    command.is.told.state = (enum case_state)r->state;
    world_do(w, &command);
}

static void act_as_referrer(struct core_world *w, uint64_t *random, const struct referral *r)
{
    static const enum urgency urgencies[] = {URGENCY_VERY_URGENT, URGENCY_URGENT, URGENCY_ROUTINE};
    int what = draw_below(random, 9);
    struct command command = world_submission(w);
    memcpy(command.referral, r->id, ID_BYTES);
    if (what == 0) {
        command.kind = COMMAND_WITHDRAW;
        world_do(w, &command);
    } else if (what < 4) {
        command.kind = COMMAND_UPDATE;
        command.is.submit.facts.urgency = urgencies[draw_below(random, 3)];
        command.is.submit.drill = r->drill;
        draw_detention(w, random, &command.is.submit.facts);
        world_do(w, &command);
    } else if (what == 4) {
        record_wish(w, random, r);
    } else {
        tell_referrer(w, r);
    }
}

static void change_team(struct core_world *w, uint64_t *random)
{
    int team = 1 + draw_below(random, w->policy.team_count);
    if (draw_below(random, 2)) {
        world_presence(w, team, draw_below(random, 3) != 0);
    } else {
        struct command command = world_from_team(w, COMMAND_CAPACITY, team, NULL);
        command.is.capacity.free_places = (uint16_t)draw_below(random, 3);
        world_do(w, &command);
    }
    world_look_again(w);
}

/* A wrong clock was believed, or the right one is again. */
static void correct_clock(struct core_world *w, uint64_t *random)
{
    struct command command = world_command(w, COMMAND_CORRECT_CLOCK, NULL);
    command.is.correction.ahead_ms = draw_below(random, 2) ? HOURS(draw_below(random, 31) - 15) : 0;
    command.is.correction.confirmed = draw_below(random, 2);
    world_do(w, &command);
    world_look_again(w);
}

/* Holds and erasures, of cases that go on and of some that have ended. Many are refused. */
static void act_as_inspector(struct core_world *w, uint64_t *random, const struct referral *r)
{
    uint32_t ended = state_ended_rows(w->state);
    bool of_ended = ended && draw_below(random, 4);
    uint32_t row = of_ended ? (uint32_t)draw_below(random, (int)ended) : 0;
    const uint8_t *id = of_ended ? state_ended_row(w->state, row)->id : r->id;
    if (draw_below(random, 3))
        world_hold(w, id, draw_below(random, 2),
                   (enum hold_on_erasure)draw_below(random, HOLD_ON_ERASURE_COUNT));
    else
        world_erase(w, id, (enum erase_reason)draw_below(random, ERASE_REASON_COUNT));
}

/* Cases that have ended are reopened by the team, the source or the coordinator; many are not theirs. */
static void reopen_one(struct core_world *w, uint64_t *random)
{
    uint32_t rows = state_ended_rows(w->state);
    if (!rows)
        return;
    const struct ended_case *ended = state_ended_row(w->state, (uint32_t)draw_below(random, (int)rows));
    int party = draw_below(random, 3);
    struct command command = world_command(w, COMMAND_REOPEN, ended->id);
    if (party == 0)
        command = world_from_coordinator(w, COMMAND_REOPEN, ended->id);
    else if (party == 1)
        command = world_from_team(w, COMMAND_REOPEN, 1, ended->id);
    if (party == 0)
        command.slot = ended->coordinator;
    else if (party == 1 && ended->team != SLOT_NONE)
        command.slot = ended->team;
    command.is.why.has_reason = draw_below(random, 8);
    world_do(w, &command);
}

static void check_walk(const struct core_world *w)
{
    assert_true(state_due(w->state) > w->now_ms - 1 || state_due(w->state) == INT64_MIN);
    uint32_t open = 0;
    for (uint32_t row = 0; row < state_referral_rows(w->state); row++) {
        const struct referral *r = state_referral_row(w->state, row);
        if (r->state == CASE_NONE)
            continue;
        open++;
        assert_int_not_equal(r->owner.kind, OWNER_NONE);
        if (r->state == CASE_OFFERED)
            assert_int_equal(r->owner.slot, r->offer.team);
        if (r->offer.attempt && !r->offer.handover)
            assert_int_equal(r->state, CASE_OFFERED);
        assert_true(r->owner.act_by_ms >= w->now_ms);
    }
    assert_int_equal(open, w->state->counters.open_count);
}

static void take_a_step(struct core_world *w, uint64_t *random)
{
    int what = draw_below(random, 13);
    const struct referral *r = draw_case(w, random,
                                         what < 5                  ? is_asked_about
                                         : what == 8 || what == 12 ? referral_is_open
                                                                   : referral_is_with_team);
    if (!r || what < 2)
        submit_one(w, random);
    else if (what < 5)
        answer_offer(w, random, r);
    else if (what < 8)
        act_as_holder(w, random, r);
    else if (what == 8)
        act_as_coordinator(w, random, r);
    else if (what == 9)
        act_as_referrer(w, random, r);
    else if (what == 10 && draw_below(random, 4) == 0)
        reopen_one(w, random);
    else if (what == 10)
        change_team(w, random);
    else if (what == 12)
        act_as_inspector(w, random, r);
    else if (draw_below(random, 8) == 0)
        correct_clock(w, random);
}

void walk_world(struct core_world *w, uint64_t seed, int steps)
{
    uint64_t random = seed;
    for (int i = 0; i < steps; i++) {
        take_a_step(w, &random);
        world_wait(w,
                   draw_below(&random, 12) ? MINUTES(draw_below(&random, 4)) : HOURS(draw_below(&random, 3)));
        check_walk(w);
    }
}
