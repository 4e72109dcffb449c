/* lives.c: the lives of many referrals at a time: the year of a region. */
#include "tests/bench/lives.h"

#include <stdio.h>
#include <string.h>

#include "tests/bench/frames.h"
#include "tests/bench/measure.h"

enum { MINUTE_MS = 60 * 1000, DECLINED_EVERY = 7 };

/* Times after the referral came. */
static const int64_t step_ms[LIFE_STEPS] = {
    [LIFE_SUBMIT] = 0,           [LIFE_DECLINE] = 1 * MINUTE_MS,  [LIFE_ACCEPT] = 2 * MINUTE_MS,
    [LIFE_TOLD] = 3 * MINUTE_MS, [LIFE_CONTACT] = 40 * MINUTE_MS, [LIFE_CLOSE] = 55 * MINUTE_MS,
};

void lives_open(struct lives *lives, struct region *region, int64_t start_ms, int64_t gap_ms)
{
    *lives = (struct lives){.region = region, .start_ms = start_ms, .gap_ms = gap_ms};
}

static void make_id(uint8_t id[ID_BYTES], uint8_t what, uint32_t number)
{
    static const uint8_t instant[] = {0x01, 0x9c, 0x88, 0x40, 0x00, 0x00, 0x70};
    memcpy(id, instant, sizeof instant);
    id[7] = what;
    memset(id + 8, 0x80, 4);
    for (int i = 0; i < 4; i++)
        id[12 + i] = (uint8_t)(number >> (24 - 8 * i));
}

void lives_submission(struct life_submission *s, uint32_t number, int64_t now_ms)
{
    static const Concordat__V1__Urgency urgencies[] = {
        CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT, CONCORDAT__V1__URGENCY__URGENCY_URGENT,
        CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT, CONCORDAT__V1__URGENCY__URGENCY_EMERGENCY};
    static const char *const districts[] = {"ZX1", "ZX2", "ZX5", "ZX6", "ZX7"};
    concordat__v1__request__init(&s->request);
    concordat__v1__submit__init(&s->submit);
    frames_referral(&s->referral, &s->confidential);
    make_id(s->command_id, 0xff, number);
    make_id(s->referral_id, 0xfe, number);
    s->person = *s->referral.person;
    s->person.age_years = 12 + number * 7 % 80;
    s->referral.person = &s->person;
    s->referral.id = (ProtobufCBinaryData){ID_BYTES, s->referral_id};
    s->referral.postcode_district = (char *)(uintptr_t)districts[number % 5];
    s->referral.urgency = urgencies[number % 4];
    if (number % 3 == 1) {
        s->referral.source = CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT;
        s->referral.organisation = "ZZE01";
        s->referral.referrer_role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_EMERGENCY_DEPARTMENT_DOCTOR;
        s->referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS__NOT_SET;
    }
    s->request.command_id = (ProtobufCBinaryData){ID_BYTES, s->command_id};
    s->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    s->request.submit = &s->submit;
    s->submit.referral = &s->referral;
    s->submit.confidential = &s->confidential;
    if (!record_read_command(&s->request, NULL, 0, now_ms, &s->content, &s->command))
        measure_fail("a submission cannot be read");
    s->command.party = PARTY_SOURCE;
    s->command.slot = SLOT_NONE;
    s->command.actor = number % 3 == 1 ? "intake-ed" : "intake-street";
}

static void by_team(const struct region *region, uint16_t slot, struct command *command)
{
    command->party = PARTY_TEAM;
    command->slot = slot;
    command->actor = directory_team(region->directory, slot)->id;
}

static void by_coordinator(const struct region *region, const struct referral *r, struct command *command)
{
    const struct policy_area *area = directory_area(region->directory, r->facts.area);
    command->party = PARTY_COORDINATOR;
    command->slot = region->directory->coordinator_slots[area->coordinator];
    command->actor = "duty";
}

bool lives_command(const struct region *region, enum life_step step, uint32_t number, struct command *command)
{
    *command = (struct command){.has_id = true};
    make_id(command->id, (uint8_t)step, number);
    make_id(command->digest, (uint8_t)step, number);
    make_id(command->referral, 0xfe, number);
    const struct referral *r = state_referral(region->state, command->referral);
    if (!r || (step == LIFE_DECLINE && (number % DECLINED_EVERY != 0 || !r->offer.attempt)))
        return false;
    command->is.offer.attempt = r->offer.attempt;
    if (step == LIFE_TOLD) {
        command->kind = COMMAND_TOLD;
        command->party = PARTY_SOURCE;
        command->slot = SLOT_NONE;
        command->actor = state_origin_id(region->state, r->origin);
        command->is.told.state = (enum case_state)r->state;
    } else if (step == LIFE_DECLINE) {
        command->kind = COMMAND_DECLINE;
        command->is.offer.reason = DECLINE_NO_CAPACITY;
        command->is.offer.has_note = false;
        by_team(region, r->offer.team, command);
    } else if (step == LIFE_ACCEPT && r->offer.attempt) {
        command->kind = COMMAND_ACCEPT;
        command->is.offer.says_when = true;
        command->is.offer.expected_ms = 45 * MINUTE_MS;
        by_team(region, r->offer.team, command);
    } else if (step == LIFE_ACCEPT) {
        command->kind = COMMAND_TAKE;
        by_coordinator(region, r, command);
    } else if (referral_is_with_team(r)) {
        by_team(region, r->team, command);
    } else {
        by_coordinator(region, r, command);
    }
    if (step == LIFE_CONTACT) {
        command->kind = COMMAND_CHECK_IN;
        memset(&command->is, 0, sizeof command->is);
        command->is.check_in.step = STEP_CONTACT;
        command->is.check_in.mechanism = CONTACT_FACE_TO_FACE;
        command->is.check_in.attended = ATTEND_ON_TIME;
    } else if (step == LIFE_CLOSE) {
        command->kind = COMMAND_CLOSE;
        command->is.close.outcome = CONCORDAT__V1__OUTCOME__OUTCOME_CRISIS_HOME_TREATMENT;
        command->is.close.psychosocially_assessed = 0;
        command->is.close.note_code = "";
    }
    return true;
}

enum life_step lives_step(struct lives *lives)
{
    enum life_step first = LIFE_SUBMIT;
    int64_t at_ms = INT64_MAX;
    for (int step = 0; step < LIFE_STEPS; step++) {
        int64_t then_ms = lives->start_ms + lives->next[step] * lives->gap_ms + step_ms[step];
        if (then_ms < at_ms) {
            at_ms = then_ms;
            first = (enum life_step)step;
        }
    }
    uint32_t number = lives->next[first]++;
    struct life_submission submission;
    struct command command;
    region_wait(lives->region, at_ms);
    if (first == LIFE_SUBMIT) {
        lives_submission(&submission, number, lives->region->now_ms);
        lives->refused += region_do(lives->region, &submission.command) != REFUSAL_NONE;
    } else if (lives_command(lives->region, first, number, &command)) {
        lives->refused += region_do(lives->region, &command) != REFUSAL_NONE;
    }
    return first;
}
