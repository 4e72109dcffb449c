/* story.c: tells a trail what happened, event by event, as the broker would have. For tests. */
#include "tests/worlds/story.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/worlds/chained.h"
#include "tests/worlds/story_referral.h"

#define EVENT       (Concordat__V1__Event) CONCORDAT__V1__EVENT__INIT
#define TEXT(text)  ((char *)(uintptr_t)(text)) /* protobuf-c has no const; packing does not write */
#define STATE(name) CONCORDAT__V1__STATE__STATE_##name

static const uint8_t digest[32] = {7};

void story_open(struct story *story)
{
    memset(story, 0, sizeof *story);
    snprintf(story->folder, sizeof story->folder, "/tmp/concordat-story-XXXXXX");
    if (mkdtemp(story->folder) == NULL)
        abort();
    snprintf(story->path, sizeof story->path, "%s/trail.db", story->folder);
    char message[TRAIL_MESSAGE_BYTES];
    story->trail = trail_open(story->path, message, sizeof message);
    if (!story->trail) {
        fprintf(stderr, "%s\n", message);
        abort();
    }
    story_at(story, 0);
}

void story_close_trail(struct story *story)
{
    trail_close(&story->trail);
}

void story_close(struct story *story)
{
    story_close_trail(story);
    for (size_t i = 0; i < story->count; i++)
        free(story->events[i].body);
    static const char *const names[] = {"trail.db", "trail.db-wal", "trail.db-shm"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", story->folder, names[i]);
        unlink(path);
    }
    rmdir(story->folder);
}

void story_at(struct story *story, double minutes)
{
    story->now_ms = STORY_START_MS + (int64_t)(minutes * (double)STORY_MIN_MS + 0.5);
}

void story_own(struct story *story, uint32_t number, Concordat__V1__OwnerKind kind, const char *id,
               double act_by_min)
{
    Concordat__V1__Owner *owner = &story->owner[number];
    concordat__v1__owner__init(owner);
    snprintf(story->owner_id[number], sizeof story->owner_id[number], "%s", id);
    owner->kind = kind;
    owner->id = story->owner_id[number];
    owner->act_by_ms = act_by_min > 0 ? STORY_START_MS + (int64_t)(act_by_min * (double)STORY_MIN_MS) : 0;
}

static double minutes_now(const struct story *story)
{
    return (double)(story->now_ms - STORY_START_MS) / (double)STORY_MIN_MS;
}

static void own_team(struct story *story, uint32_t number, const char *team, double for_min)
{
    story_own(story, number, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM, team, minutes_now(story) + for_min);
}

static void own_coordinator(struct story *story, uint32_t number, double for_min)
{
    story_own(story, number, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_COORDINATOR, "duty",
              minutes_now(story) + for_min);
}

static void own_nobody(struct story *story, uint32_t number)
{
    story_own(story, number, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED, "", 0);
}

static void fill_id(uint32_t number, uint8_t id[16])
{
    memset(id, 0, 16);
    id[6] = 0x70; /* version 7 */
    id[8] = 0x80;
    id[14] = (uint8_t)(number >> 8);
    id[15] = (uint8_t)number;
}

void story_tell(struct story *story, uint32_t number, Concordat__V1__Event *event)
{
    uint8_t id[16], salt[16] = {1};
    assert(story->count < STORY_EVENTS_MAX && number < STORY_REFERRALS_MAX);
    event->seq = story->count + 1;
    event->at_ms = story->now_ms;
    if (story->actor && !event->actor[0])
        event->actor = TEXT(story->actor);
    event->salt = (ProtobufCBinaryData){sizeof salt, salt};
    if (number > 0) {
        fill_id(number, id);
        event->referral = (ProtobufCBinaryData){sizeof id, id};
        event->number = number;
        event->drill = story->drill[number];
        event->received_ms = story->received_ms[number];
        event->owner = &story->owner[number];
        event->state = story->state[number];
    }
    struct story_event *told = &story->events[story->count];
    told->size = concordat__v1__event__get_packed_size(event);
    told->body = malloc(told->size);
    if (!told->body)
        abort();
    concordat__v1__event__pack(event, told->body);
    chained_full(story->count == 0 ? NULL : story->events[story->count - 1].chain, told->body, told->size,
                 told->reduced, told->chain);
    story->count++;
    char message[TRAIL_MESSAGE_BYTES] = "";
    if (story->trail &&
        trail_append(story->trail,
                     &(struct chained_event){told->body, told->size, told->chain, told->reduced}, 1, message,
                     sizeof message) != TRAIL_OK) {
        fprintf(stderr, "story: %s\n", message);
        abort();
    }
}

void story_policy(struct story *story)
{
    static const char *const ids[] = {"north", "south", "liaison"};
    static const char *const types[] = {"A02", "A02", "A11"};
    Concordat__V1__KnownTeam teams[3], *pointers[3];
    for (int i = 0; i < 3; i++) {
        concordat__v1__known_team__init(&teams[i]);
        teams[i].id = TEXT(ids[i]);
        teams[i].name = TEXT(ids[i]);
        teams[i].team_type = TEXT(types[i]);
        teams[i].organisation = TEXT("ZZ1");
        teams[i].telephone = TEXT("01632 960001");
        pointers[i] = &teams[i];
    }
    Concordat__V1__PolicyLoaded what = CONCORDAT__V1__POLICY_LOADED__INIT;
    what.digest = (ProtobufCBinaryData){sizeof digest, (uint8_t *)(uintptr_t)digest};
    what.n_teams = 3;
    what.teams = pointers;
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_POLICY_LOADED;
    event.policy_loaded = &what;
    story_tell(story, 0, &event);
}

static void fill_clock_change(Concordat__V1__ClockChange *clock, Concordat__V1__Clock which,
                              Concordat__V1__ClockChangeKind what, int64_t at_ms)
{
    concordat__v1__clock_change__init(clock);
    clock->clock = which;
    clock->what = what;
    clock->at_ms = at_ms;
}

static void start_story_clock(Concordat__V1__ClockChange *clock, Concordat__V1__Clock which, int64_t at_ms,
                              int64_t allowed_min, const char *standard)
{
    fill_clock_change(clock, which, CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STARTED, at_ms);
    clock->due_ms = at_ms + allowed_min * STORY_MIN_MS;
    clock->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    clock->standard = TEXT(standard);
}

static size_t stop_story_clock(int64_t at_ms, Concordat__V1__Clock which, Concordat__V1__ClockChange *clock)
{
    fill_clock_change(clock, which, CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STOPPED, at_ms);
    return 1;
}

/* What the standard of a response allows. */
static int64_t allowed_min_of(const struct story_person *person)
{
    Concordat__V1__Urgency urgency = person->routed_as != 0 ? person->routed_as : person->urgency;
    return person->source == CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT ? 60
           : urgency == CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT             ? 240
                                                                                : 1440;
}

/* The clocks of a person: the national one by kind, and the statutory one if the person is detained. */
static size_t fill_clocks(const struct story *story, const struct story_person *person,
                          Concordat__V1__ClockChange clocks[2])
{
    start_story_clock(&clocks[0], CONCORDAT__V1__CLOCK__CLOCK_RESPONSE,
                      story->now_ms - person->rang_min * STORY_MIN_MS, allowed_min_of(person), "response");
    start_story_clock(&clocks[1], CONCORDAT__V1__CLOCK__CLOCK_SECTION_136,
                      STORY_START_MS + person->arrived_min * STORY_MIN_MS, 1440, "section-136");
    return person->place == 0 ? 1 : 2;
}

void story_receive(struct story *story, uint32_t number, struct story_person person)
{
    uint8_t id[16];
    fill_id(number, id);
    struct story_referral said;
    story_refer(&said, &person);
    said.referral.id = (ProtobufCBinaryData){sizeof id, id};
    Concordat__V1__ClockChange clocks[2], *pointers[2] = {&clocks[0], &clocks[1]};
    Concordat__V1__Received what = CONCORDAT__V1__RECEIVED__INIT;
    what.referral = &said.referral;
    what.area = TEXT("northmoor");
    what.routed_as = person.routed_as != 0 ? person.routed_as : person.urgency;
    what.n_flags = person.age_by_birth ? 2 : 1;
    what.flags = said.flags;
    what.routed_age = (uint32_t)person.age_by_birth;
    what.telephoned = person.rang_min > 0;
    what.rang_ms = what.telephoned ? story->now_ms - person.rang_min * STORY_MIN_MS : 0;
    Concordat__V1__Event event = EVENT;
    event.n_clocks = fill_clocks(story, &person, clocks);
    event.clocks = pointers;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_RECEIVED;
    event.received = &what;
    story->drill[number] = person.drill;
    story->received_ms[number] = story->now_ms - person.rang_min * STORY_MIN_MS;
    story->arrived_ms[number] = STORY_START_MS + person.arrived_min * STORY_MIN_MS;
    story->detained[number] = person.place != 0;
    story->unseen[number] = true;
    story->state[number] = STATE(HELD);
    own_coordinator(story, number, 5);
    story_tell(story, number, &event);
}

/* Two teams considered: the one chosen (empty for none) and one that ranked lower. */
static void fill_considered(Concordat__V1__Considered teams[2], const char *chosen)
{
    concordat__v1__considered__init(&teams[0]);
    concordat__v1__considered__init(&teams[1]);
    teams[0].team = TEXT(chosen[0] != '\0' ? chosen : "liaison");
    teams[0].finding = chosen[0] != '\0' ? CONCORDAT__V1__CONSIDERATION__CONSIDERATION_CHOSEN
                                         : CONCORDAT__V1__CONSIDERATION__CONSIDERATION_ASKED_ALREADY;
    teams[0].rung = 1;
    teams[0].capacity_known = true;
    teams[0].free_places = 2;
    teams[0].capacity_age_minutes = 4;
    teams[1].team = TEXT("elsewhere");
    teams[1].finding = CONCORDAT__V1__CONSIDERATION__CONSIDERATION_CLOSED_NOW;
    teams[1].rung = 2;
}

void story_offer(struct story *story, uint32_t number, uint32_t attempt, const char *team)
{
    Concordat__V1__Considered teams[2], *pointers[2] = {&teams[0], &teams[1]};
    fill_considered(teams, team);
    Concordat__V1__Offered what = CONCORDAT__V1__OFFERED__INIT;
    what.attempt = attempt;
    what.team = TEXT(team);
    what.expires_ms = story->now_ms + 10 * STORY_MIN_MS;
    what.n_considered = 2;
    what.considered = pointers;
    what.round = 1;
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_OFFERED;
    event.offered = &what;
    story->state[number] = STATE(OFFERED);
    own_team(story, number, team, 10);
    story_tell(story, number, &event);
}

void story_end_offer(struct story *story, uint32_t number, uint32_t attempt, const char *team,
                     Concordat__V1__OfferEnd end, Concordat__V1__DeclineReason reason)
{
    Concordat__V1__OfferEnded what = CONCORDAT__V1__OFFER_ENDED__INIT;
    what.attempt = attempt;
    what.team = TEXT(team);
    what.end = end;
    what.reason = reason;
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_OFFER_ENDED;
    event.offer_ended = &what;
    story->state[number] = STATE(HELD);
    own_coordinator(story, number, 5);
    story_tell(story, number, &event);
}

void story_accept(struct story *story, uint32_t number, uint32_t attempt, const char *team,
                  const char *previous)
{
    Concordat__V1__Accepted what = CONCORDAT__V1__ACCEPTED__INIT;
    what.attempt = attempt;
    what.team = TEXT(team);
    what.previous_team = TEXT(previous);
    what.expected_arrival_ms = story->now_ms + 45 * STORY_MIN_MS;
    what.lease_ms = story->now_ms + 60 * STORY_MIN_MS;
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_ACCEPTED;
    event.accepted = &what;
    story->state[number] = STATE(ACCEPTED);
    own_team(story, number, team, 6000);
    story_tell(story, number, &event);
}

void story_told(struct story *story, uint32_t number, Concordat__V1__State state)
{
    Concordat__V1__ReferrerTold what = CONCORDAT__V1__REFERRER_TOLD__INIT;
    what.state = state;
    what.counts_as_told = state == STATE(TAKEN) || state >= STATE(ACCEPTED);
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_REFERRER_TOLD;
    event.referrer_told = &what;
    story_tell(story, number, &event);
}

void story_contact(struct story *story, uint32_t number, const char *team, bool face_to_face)
{
    Concordat__V1__Instant occurred = CONCORDAT__V1__INSTANT__INIT;
    occurred.unix_ms = story->now_ms - story->told_late_min * STORY_MIN_MS;
    occurred.basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    Concordat__V1__CheckedIn what = CONCORDAT__V1__CHECKED_IN__INIT;
    what.team = TEXT(team);
    what.step = CONCORDAT__V1__STEP__STEP_CONTACT;
    what.occurred = &occurred;
    what.mechanism = face_to_face ? CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_FACE_TO_FACE
                                  : CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_TELEPHONE;
    what.attend_status = CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_ON_TIME;
    what.counts_as_seen = face_to_face;
    Concordat__V1__Event event = EVENT;
    Concordat__V1__ClockChange clock, *stopped = &clock;
    if (face_to_face && story->unseen[number])
        event.n_clocks = stop_story_clock(occurred.unix_ms, CONCORDAT__V1__CLOCK__CLOCK_RESPONSE, &clock);
    event.clocks = &stopped;
    story->unseen[number] = story->unseen[number] && !face_to_face;
    story->state[number] = STATE(IN_CONTACT);
    event.what_case = CONCORDAT__V1__EVENT__WHAT_CHECKED_IN;
    event.checked_in = &what;
    story_tell(story, number, &event);
}

void story_hold(struct story *story, uint32_t number, Concordat__V1__HoldReason reason)
{
    Concordat__V1__Considered teams[2], *pointers[2] = {&teams[0], &teams[1]};
    fill_considered(teams, "");
    Concordat__V1__Held what = CONCORDAT__V1__HELD__INIT;
    what.coordinator = TEXT("duty");
    what.reason = reason;
    what.n_considered = 2;
    what.considered = pointers;
    what.round = 1;
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_HELD;
    event.held = &what;
    story->state[number] = STATE(HELD);
    own_coordinator(story, number, 10);
    story_tell(story, number, &event);
}

void story_take(struct story *story, uint32_t number)
{
    Concordat__V1__Taken what = CONCORDAT__V1__TAKEN__INIT;
    what.coordinator = TEXT("duty");
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_TAKEN;
    event.taken = &what;
    story->state[number] = STATE(TAKEN);
    own_coordinator(story, number, 120);
    story_tell(story, number, &event);
}

static void tell_end(struct story *story, uint32_t number, Concordat__V1__State state,
                     Concordat__V1__Event *event)
{
    Concordat__V1__ClockChange clock, *stopped = &clock;
    if (story->detained[number])
        event->n_clocks = stop_story_clock(story->now_ms, CONCORDAT__V1__CLOCK__CLOCK_SECTION_136, &clock);
    event->clocks = &stopped;
    story->state[number] = state;
    own_nobody(story, number);
    story_tell(story, number, event);
}

void story_finish(struct story *story, uint32_t number, Concordat__V1__Outcome outcome)
{
    Concordat__V1__Closed what = CONCORDAT__V1__CLOSED__INIT;
    what.outcome = outcome;
    what.by = TEXT("north");
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_CLOSED;
    event.closed = &what;
    tell_end(story, number, STATE(CLOSED), &event);
}

void story_withdraw(struct story *story, uint32_t number)
{
    Concordat__V1__Withdrawn what = CONCORDAT__V1__WITHDRAWN__INIT;
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_WITHDRAWN;
    event.withdrawn = &what;
    tell_end(story, number, STATE(WITHDRAWN), &event);
}

void story_breach(struct story *story, uint32_t number, Concordat__V1__Clock clock)
{
    Concordat__V1__ClockBreached what = CONCORDAT__V1__CLOCK_BREACHED__INIT;
    what.clock = clock;
    what.due_ms = story->now_ms;
    what.standard = TEXT("response");
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_CLOCK_BREACHED;
    event.clock_breached = &what;
    story_tell(story, number, &event);
}

void story_urgency(struct story *story, uint32_t number, struct story_person person,
                   Concordat__V1__Urgency becomes)
{
    uint8_t id[16];
    fill_id(number, id);
    person.urgency = becomes;
    Concordat__V1__Demographics demographics = CONCORDAT__V1__DEMOGRAPHICS__INIT;
    demographics.age_known = person.age >= 0;
    demographics.age_years = person.age >= 0 ? (uint32_t)person.age : 0;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    referral.id = (ProtobufCBinaryData){sizeof id, id};
    referral.source = person.source;
    referral.urgency = becomes;
    referral.person = &demographics;
    Concordat__V1__Change change = CONCORDAT__V1__CHANGE__INIT, *changed = &change;
    change.field = TEXT("urgency");
    Concordat__V1__Updated what = CONCORDAT__V1__UPDATED__INIT;
    what.referral = &referral;
    what.area = TEXT("northmoor");
    what.routed_as = becomes;
    what.n_changed = 1;
    what.changed = &changed;
    Concordat__V1__ClockChange clock, *moved = &clock;
    start_story_clock(&clock, CONCORDAT__V1__CLOCK__CLOCK_RESPONSE, story->received_ms[number],
                      allowed_min_of(&person), "response");
    Concordat__V1__Event event = EVENT;
    event.n_clocks = story->unseen[number];
    event.clocks = &moved;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_UPDATED;
    event.updated = &what;
    story_tell(story, number, &event);
}

void story_cover(struct story *story, double minutes, Concordat__V1__CoverReason reason)
{
    Concordat__V1__AreaCovered what = CONCORDAT__V1__AREA_COVERED__INIT;
    what.coordinator = TEXT("neighbour");
    what.area = TEXT("northmoor");
    what.until_ms = story->now_ms + (int64_t)(minutes * (double)STORY_MIN_MS);
    what.reason = reason;
    Concordat__V1__Event event = EVENT;
    event.actor = TEXT("neighbour-desk");
    event.what_case = CONCORDAT__V1__EVENT__WHAT_AREA_COVERED;
    event.area_covered = &what;
    story_tell(story, 0, &event);
}

void story_erase(struct story *story, uint32_t number, const char *by, const char *second)
{
    Concordat__V1__Erased what = CONCORDAT__V1__ERASED__INIT;
    what.reason = CONCORDAT__V1__ERASE_REASON__ERASE_REASON_MISTAKE;
    what.by = TEXT(by);
    what.second = TEXT(second);
    Concordat__V1__Event event = EVENT;
    event.actor = TEXT("records-1");
    event.what_case = CONCORDAT__V1__EVENT__WHAT_ERASED;
    event.erased = &what;
    story_tell(story, number, &event);
}

void story_detention(struct story *story, uint32_t number, Concordat__V1__DetentionStep step,
                     Concordat__V1__PlaceOfSafety place, bool child)
{
    bool ends = step == CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED;
    bool arrives = step == CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED;
    Concordat__V1__Flag found[] = {CONCORDAT__V1__FLAG__FLAG_UNDER_18_AT_POLICE_STATION};
    Concordat__V1__Instant occurred = CONCORDAT__V1__INSTANT__INIT;
    Concordat__V1__DetentionNoted what = CONCORDAT__V1__DETENTION_NOTED__INIT;
    occurred.unix_ms =
        arrives ? story->arrived_ms[number] : story->now_ms - story->told_late_min * STORY_MIN_MS;
    occurred.basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    what.step = step;
    what.occurred = &occurred;
    what.power = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
    what.place = place;
    what.state = ends ? CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_ENDED
                      : CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_HELD;
    what.started_ms = story->arrived_ms[number];
    what.until_ms = story->arrived_ms[number] + 1440 * STORY_MIN_MS;
    what.n_found = child;
    what.found = found;
    Concordat__V1__Event event = EVENT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_DETENTION_NOTED;
    event.detention_noted = &what;
    story_tell(story, number, &event);
}

void story_set_hold(struct story *story, uint32_t number, bool on)
{
    Concordat__V1__HoldSet set = CONCORDAT__V1__HOLD_SET__INIT;
    Concordat__V1__HoldLifted lifted = CONCORDAT__V1__HOLD_LIFTED__INIT;
    Concordat__V1__Event event = EVENT;
    event.actor = TEXT("records-1");
    set.reason = lifted.reason = CONCORDAT__V1__HOLD_ON_ERASURE__HOLD_ON_ERASURE_INQUEST;
    set.by = lifted.by = TEXT("p117");
    event.what_case = on ? CONCORDAT__V1__EVENT__WHAT_HOLD_SET : CONCORDAT__V1__EVENT__WHAT_HOLD_LIFTED;
    if (on)
        event.hold_set = &set;
    else
        event.hold_lifted = &lifted;
    story_tell(story, number, &event);
}

const char *story_ask(struct story *story, const char *sql)
{
    static char answer[256];
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(trail_database(story->trail), sql, -1, &statement, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(trail_database(story->trail)));
        abort();
    }
    const char *text = "(no row)";
    if (sqlite3_step(statement) == SQLITE_ROW) {
        text = (const char *)sqlite3_column_text(statement, 0);
        text = text == NULL ? "" : text;
    }
    snprintf(answer, sizeof answer, "%s", text);
    sqlite3_finalize(statement);
    return answer;
}
