/* core_world.c: a small invented region and a core in it. */
#include "tests/worlds/core_world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/core/state_check.h"

enum { CHECKED_WHOLLY_OF = 16 };

static void make_world_team(struct policy_team *team, int number)
{
    *team = (struct policy_team){.sources = 0xff,
                                 .needs = 0xffff,
                                 .age_last = AGE_MAX,
                                 .detained = DETAINED_ALSO,
                                 .offers = TEAM_COMES,
                                 .interpreter = true};
    snprintf(team->id, sizeof team->id, "team-%d", number);
    snprintf(team->name, sizeof team->name, "Team %d", number);
    strcpy(team->telephone, "01632 960001");
    team->expected_arrival_ms = MINUTES(30);
    team->rota.count = 1;
    team->rota.shifts[0] = (struct shift){ROTA_WEEK | ROTA_BANK_HOLIDAY, 0, MINUTES_PER_DAY};
}

static void make_world_policy(struct core_world *w, int teams)
{
    static const char *const areas[] = {"northmoor", "southfell"};
    struct policy *policy = &w->policy;
    policy->team_count = (uint16_t)teams;
    policy->teams = w->teams;
    policy->coordinator_count = policy->area_count = 2;
    policy->coordinators = w->coordinators;
    policy->areas = w->areas;
    for (int i = 0; i < 2; i++) {
        strcpy(w->areas[i].id, areas[i]);
        w->areas[i].coordinator = (uint16_t)i;
        snprintf(w->coordinators[i].id, sizeof w->coordinators[i].id, "%s-duty", areas[i]);
    }
    for (int i = 0; i < teams; i++) {
        make_world_team(&w->teams[i], i + 1);
        w->areas[0].steps[w->areas[0].step_count++] =
            (struct policy_step){.team = (uint16_t)i, .rung = (uint8_t)(i + 1)};
    }
    policy->standards[policy->standard_count++] = (struct policy_standard){.id = "very-urgent",
                                                                           .clock = CLOCK_RESPONSE,
                                                                           .sources = 0xff,
                                                                           .urgencies = 0xff,
                                                                           .allowed_ms = HOURS(4)};
    policy->standards[policy->standard_count++] = (struct policy_standard){.id = "section-136",
                                                                           .clock = CLOCK_SECTION_136,
                                                                           .sources = 0xff,
                                                                           .urgencies = 0xff,
                                                                           .allowed_ms = HOURS(24)};
    policy->urgency_when_missing = URGENCY_VERY_URGENT;
    for (int i = 0; i < URGENCY_COUNT; i++)
        policy->answer_ms[i] = MINUTES(5);
    policy->arrival_grace_ms = MINUTES(15);
    policy->contact_lease_ms = HOURS(12);
    policy->lease_grace_ms = MINUTES(10);
    policy->remind_ms = MINUTES(15);
    policy->acknowledge_ms = MINUTES(15);
    policy->silent_after_ms = MINUTES(10);
    policy->coordinator_lease_ms = MINUTES(60);
    policy->undo_within_ms = HOURS(24);
    policy->capacity_good_ms = MINUTES(60);
    policy->rounds_max = 3;
    policy->tries_max = 3;
    policy->retention_days = RETENTION_DAYS_DEFAULT;
}

/* Asks for what is open after each event, and for all of the books after every sixteenth. */
static void check_world_books(const struct core_world *w)
{
    const char *wrong =
        w->event_count % CHECKED_WHOLLY_OF == 0 ? state_check(w->state) : state_check_open(w->state);
    if (wrong)
        fprintf(stderr, "after event %u: %s\n", w->event_count, wrong);
    assert(!wrong);
}

static void keep_decided(struct core_world *w)
{
    for (int i = 0; i < w->last.count; i++) {
        if (w->event_count == w->event_room) {
            w->event_room = w->event_room ? w->event_room * 2 : 256;
            w->events = realloc(w->events, w->event_room * sizeof *w->events);
            assert(w->events);
        }
        w->events[w->event_count++] = w->last.events[i];
        if (w->watch)
            w->watch(w, &w->last.events[i]);
        bool names = w->last.events[i].kind == EVENT_POLICY_LOADED;
        bool applied = state_reserve(w->state, names ? 64 : 0) && state_apply(w->state, &w->last.events[i]);
        assert(applied);
        check_world_books(w);
    }
}

void world_load_policy(struct core_world *w)
{
    struct directory *directory = directory_new(&w->policy);
    struct command command = {.kind = COMMAND_LOAD_POLICY, .actor = ""};
    command.is.policy.digest = w->policy.digest;
    command.is.policy.teams = directory->teams;
    command.is.policy.areas = directory->areas;
    command.is.policy.coordinators = directory->coordinators;
    decide(w->state, directory, &command, w->now_ms, &w->last);
    keep_decided(w);
    directory_bind(directory, w->state);
    directory_destroy(&w->directory);
    w->directory = directory;
}

struct core_world *core_world_open(int teams, void (*adjust)(struct core_world *world))
{
    struct core_world *w = calloc(1, sizeof *w);
    assert(w && teams <= WORLD_TEAMS_MAX);
    w->state = state_new(1);
    assert(w->state);
    w->now_ms = WORLD_NOON;
    make_world_policy(w, teams);
    if (adjust)
        adjust(w);
    world_load_policy(w);
    for (int i = 1; i <= teams; i++)
        world_presence(w, i, true);
    return w;
}

void core_world_close(struct core_world **world)
{
    struct core_world *w = *world;
    assert(!state_check(w->state));
    directory_destroy(&w->directory);
    state_destroy(&w->state);
    free(w->events);
    free(w);
    *world = NULL;
}

struct command world_command(struct core_world *w, enum command_kind kind, const uint8_t *referral)
{
    struct command command = {.kind = kind, .has_id = true, .actor = "intake-a", .party = PARTY_SOURCE};
    w->next_id++;
    command.device = w->next_id % 3 ? "car-1" : "car-2";
    memcpy(command.id, &w->next_id, sizeof w->next_id);
    memcpy(command.digest, &w->next_id, sizeof w->next_id);
    if (referral)
        memcpy(command.referral, referral, ID_BYTES);
    return command;
}

struct command world_submission(struct core_world *w)
{
    struct command command = world_command(w, COMMAND_SUBMIT, NULL);
    memcpy(command.referral, &w->next_id, sizeof w->next_id);
    command.referral[15] = 0xaa;
    command.is.submit.facts = (struct facts){.source = SOURCE_STREET_TRIAGE,
                                             .urgency = URGENCY_VERY_URGENT,
                                             .age = 34,
                                             .decided_ms = w->now_ms,
                                             .decided_basis = BASIS_STATED};
    command.is.submit.at = (struct referral_place){"", "", ""};
    command.is.submit.with_confidential = true;
    command.is.submit.heeds_birth = command.is.submit.with_changes = true; /* if it becomes an update */
    return command;
}

uint16_t world_slot(const struct core_world *w, int team)
{
    return state_team_slot(w->state, w->teams[team - 1].id);
}

struct command world_from_team(struct core_world *w, enum command_kind kind, int team,
                               const uint8_t *referral)
{
    struct command command = world_command(w, kind, referral);
    command.party = PARTY_TEAM;
    command.slot = world_slot(w, team);
    command.actor = w->teams[team - 1].id;
    return command;
}

struct command world_from_coordinator(struct core_world *w, enum command_kind kind, const uint8_t *referral)
{
    struct command command = world_command(w, kind, referral);
    command.party = PARTY_COORDINATOR;
    command.slot = 0;
    command.actor = "northmoor-duty";
    return command;
}

struct command world_cover(struct core_world *w, int coordinator, int64_t for_ms)
{
    struct command command = world_from_coordinator(w, COMMAND_COVER, NULL);
    command.slot = w->directory->coordinator_slots[coordinator];
    command.actor = w->coordinators[coordinator].id;
    command.is.cover.area = w->areas[1 - coordinator].id;
    command.is.cover.for_ms = for_ms;
    command.is.cover.reason = COVER_ASKED;
    return command;
}

enum refusal world_do(struct core_world *w, const struct command *command)
{
    decide(w->state, w->directory, command, w->now_ms, &w->last);
    keep_decided(w);
    return w->last.refusal;
}

/* More than the cases of any test can need together. */
enum { DECISIONS_AT_ONE_INSTANT_MAX = 20000 };

void world_wait(struct core_world *w, int64_t ms)
{
    int64_t until_ms = w->now_ms + ms;
    int at_this_instant = 0;
    while (state_due(w->state) <= until_ms) {
        if (state_due(w->state) > w->now_ms) {
            w->now_ms = state_due(w->state);
            at_this_instant = 0;
        }
        bool time_stands_still = ++at_this_instant > DECISIONS_AT_ONE_INSTANT_MAX;
        assert(!time_stands_still);
        (void)time_stands_still;
        decide_time(w->state, w->directory, w->now_ms, &w->last);
        assert(w->last.count > 0);
        keep_decided(w);
    }
    w->now_ms = until_ms;
}

void world_look_again(struct core_world *w)
{
    struct waiting waiting;
    uint32_t before;
    waiting_open(&waiting);
    do {
        bool collected = waiting_collect(&waiting, w->state);
        assert(collected);
        (void)collected;
        before = w->event_count;
        while (decide_again(w->state, w->directory, w->now_ms, &waiting, &w->last) || w->last.count)
            keep_decided(w);
    } while (w->event_count > before);
    waiting_close(&waiting);
    w->state->rematch_due = false;
}

void world_pass_over(struct core_world *w)
{
    for (uint32_t row = 0; decide_pass_over(w->state, w->directory, w->now_ms, &row, &w->last);)
        keep_decided(w);
}

void world_presence(struct core_world *w, int team, bool present)
{
    struct command command = world_from_team(w, COMMAND_PRESENCE, team, NULL);
    command.has_id = false;
    command.is.presence.present = present;
    world_do(w, &command);
}

void world_on_duty(struct core_world *w, int coordinator, bool present)
{
    struct command command = world_from_coordinator(w, COMMAND_PRESENCE, NULL);
    command.slot = w->directory->coordinator_slots[coordinator];
    command.has_id = false;
    command.is.presence.present = present;
    world_do(w, &command);
}

void world_capacity(struct core_world *w, int team, int free_places)
{
    struct command command = world_from_team(w, COMMAND_CAPACITY, team, NULL);
    command.is.capacity.free_places = (uint16_t)free_places;
    world_do(w, &command);
}

const struct referral *world_submitted(struct core_world *w)
{
    struct command command = world_submission(w);
    enum refusal refusal = world_do(w, &command);
    assert(refusal == REFUSAL_NONE);
    (void)refusal;
    return state_referral(w->state, command.referral);
}

static struct command answer_of_team(struct core_world *w, const struct referral *r, enum command_kind kind)
{
    struct command command = world_command(w, kind, r->id);
    command.party = PARTY_TEAM;
    command.slot = r->offer.team;
    command.actor = "a team";
    command.is.offer.attempt = r->offer.attempt;
    return command;
}

enum refusal world_accept(struct core_world *w, const struct referral *r, int64_t expected_ms)
{
    struct command command = answer_of_team(w, r, COMMAND_ACCEPT);
    command.is.offer.says_when = true;
    command.is.offer.expected_ms = expected_ms;
    return world_do(w, &command);
}

enum refusal world_decline(struct core_world *w, const struct referral *r)
{
    struct command command = answer_of_team(w, r, COMMAND_DECLINE);
    command.is.offer.reason = DECLINE_NO_CAPACITY;
    command.is.offer.has_note = false;
    return world_do(w, &command);
}

enum refusal world_take(struct core_world *w, const struct referral *r)
{
    struct command command = world_from_coordinator(w, COMMAND_TAKE, r->id);
    command.person = (struct person){"p117", 16};
    return world_do(w, &command);
}

enum refusal world_assign(struct core_world *w, const struct referral *r, int team)
{
    struct command command = world_from_coordinator(w, COMMAND_ASSIGN, r->id);
    command.is.move.team = w->teams[team - 1].id;
    return world_do(w, &command);
}

static struct command command_of_inspector(struct core_world *w, enum command_kind kind,
                                           const uint8_t *referral)
{
    struct command command = world_command(w, kind, referral);
    command.party = PARTY_BROKER;
    command.actor = "records-1";
    command.device = NULL;
    return command;
}

enum refusal world_erase(struct core_world *w, const uint8_t *referral, enum erase_reason reason)
{
    struct command command = command_of_inspector(w, COMMAND_ERASE, referral);
    command.is.erasure = (struct erasure){"p117", "p204", reason};
    return world_do(w, &command);
}

enum refusal world_hold(struct core_world *w, const uint8_t *referral, bool on, enum hold_on_erasure reason)
{
    struct command command = command_of_inspector(w, COMMAND_SET_HOLD, referral);
    command.is.set_hold.hold = (struct hold){"p117", reason};
    command.is.set_hold.on = on;
    return world_do(w, &command);
}

struct command world_detention(struct core_world *w, const uint8_t *referral, enum detention_step step)
{
    enum { NO_AMHP_CAME = 2 };
    struct command command = world_from_coordinator(w, COMMAND_RECORD_DETENTION, referral);
    command.is.detention.entry = (struct detention_entry){.step = step, .by = "", .second = ""};
    if (step == DETENTION_STEP_ENDED) {
        command.is.detention.entry.end = DETENTION_END_APPLICATION;
        command.is.detention.entry.without_amhp = NO_AMHP_CAME;
    }
    return command;
}

/* The team that holds the case, or the coordinator who took it, says that it has seen the person. */
enum refusal world_contact(struct core_world *w, const struct referral *r)
{
    struct command command = world_from_coordinator(w, COMMAND_CHECK_IN, r->id);
    if (referral_is_with_team(r)) {
        command.party = PARTY_TEAM;
        command.slot = r->team;
    }
    command.is.check_in.step = STEP_CONTACT;
    command.is.check_in.mechanism = CONTACT_FACE_TO_FACE;
    command.is.check_in.attended = ATTEND_ON_TIME;
    return world_do(w, &command);
}

const struct event *world_event(const struct core_world *w, enum event_kind kind)
{
    for (uint32_t i = w->event_count; i-- > 0;)
        if (w->events[i].kind == kind)
            return &w->events[i];
    return NULL;
}

int world_count(const struct core_world *w, enum event_kind kind)
{
    int count = 0;
    for (uint32_t i = 0; i < w->event_count; i++)
        count += w->events[i].kind == kind;
    return count;
}
