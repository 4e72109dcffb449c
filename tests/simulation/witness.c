/* witness.c: a model of each case, made from the events on the disk. */
#include "tests/simulation/witness.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/simulation/checks.h"

#define WHAT(name)  CONCORDAT__V1__EVENT__WHAT_##name
#define STATE(name) CONCORDAT__V1__STATE__STATE_##name

void witness_open(struct witness *w)
{
    *w = (struct witness){0};
    table_open(&w->events, sizeof(struct seen_event));
    table_open(&w->cases, sizeof(struct seen_case));
    table_open(&w->commands, sizeof(struct seen_command));
    table_open(&w->teams, sizeof(struct seen_team));
    table_open(&w->coordinators, sizeof(struct seen_coordinator));
    table_open(&w->covers, sizeof(struct seen_cover));
    table_open(&w->glass, sizeof(struct seen_glass));
    table_open(&w->shifts, sizeof(struct seen_shift));
    index_open(&w->case_by_id, offsetof(struct seen_case, id), 16, 1);
    index_open(&w->command_by_id, offsetof(struct seen_command, id), 16, 1);
    index_open(&w->team_by_id, offsetof(struct seen_team, id), NAME_BYTES, 1);
    int no_memory = arena_open(&w->arena, 4 * 1024 * 1024);
    assert(!no_memory);
    (void)no_memory;
}

void witness_close(struct witness *w)
{
    table_close(&w->events);
    table_close(&w->cases);
    table_close(&w->commands);
    table_close(&w->teams);
    table_close(&w->coordinators);
    table_close(&w->covers);
    table_close(&w->glass);
    table_close(&w->shifts);
    index_close(&w->case_by_id);
    index_close(&w->command_by_id);
    index_close(&w->team_by_id);
    arena_close(&w->arena);
}

/* --- looking up and adding -------------------------------------------------------------------------- */

static void *add_row(struct table *table, struct index *index)
{
    bool room = table_reserve(table, 1) && (!index || index_reserve(index, 1));
    assert(room);
    (void)room;
    return table_add(table);
}

static void *witness_find(const struct table *table, const struct index *index, const void *key)
{
    uint32_t row = table->count ? index_find(index, table, key) : ROW_NONE;
    return row == ROW_NONE ? NULL : table_row(table, row);
}

const struct seen_event *witness_event(const struct witness *w, uint64_t seq)
{
    return seq == 0 || seq > w->events.count ? NULL : table_row(&w->events, (uint32_t)seq - 1);
}

struct seen_case *witness_case(const struct witness *w, const uint8_t *referral)
{
    return witness_find(&w->cases, &w->case_by_id, referral);
}

struct seen_command *witness_command(const struct witness *w, const uint8_t *command)
{
    return witness_find(&w->commands, &w->command_by_id, command);
}

struct seen_command *witness_sent(struct witness *w, const uint8_t *command, int peer, int kind,
                                  const uint8_t *referral, uint32_t attempt)
{
    struct seen_command *seen = witness_command(w, command);
    if (seen)
        return seen;
    seen = add_row(&w->commands, &w->command_by_id);
    memcpy(seen->id, command, sizeof seen->id);
    if (referral)
        memcpy(seen->referral, referral, sizeof seen->referral);
    seen->peer = peer;
    seen->kind = kind;
    seen->attempt = attempt;
    index_add(&w->command_by_id, &w->commands, w->commands.count - 1);
    return seen;
}

struct seen_team *witness_team_row(const struct witness *w, const char *id)
{
    char key[NAME_BYTES] = {0};
    strncpy(key, id, NAME_BYTES - 1);
    return witness_find(&w->teams, &w->team_by_id, key);
}

bool witness_present(const struct witness *w, const char *id)
{
    const struct seen_team *team = witness_team_row(w, id);
    return team && team->present;
}

int witness_team(const struct witness *w, const char *id)
{
    const struct seen_team *team = witness_team_row(w, id);
    return team ? (int)(team - (const struct seen_team *)table_row(&w->teams, 0)) : -1;
}

static struct seen_cover *witness_cover_of(const struct witness *w, const char *coordinator, const char *area)
{
    for (uint32_t row = 0; row < w->covers.count; row++) {
        struct seen_cover *cover = table_row(&w->covers, row);
        if (strcmp(cover->coordinator, coordinator) == 0 && strcmp(cover->area, area) == 0)
            return cover;
    }
    return NULL;
}

bool witness_covers(const struct witness *w, const char *coordinator, const char *area)
{
    const struct seen_cover *cover = witness_cover_of(w, coordinator, area);
    return cover && (w->before_ms < cover->until_ms ||
                     (cover->seq >= w->batch_seq && w->before_ms < cover->former_until_ms));
}

static struct seen_team *know_team(struct witness *w, const char *id)
{
    struct seen_team *team = witness_team_row(w, id);
    if (team)
        return team;
    team = add_row(&w->teams, &w->team_by_id);
    snprintf(team->id, NAME_BYTES, "%s", id);
    index_add(&w->team_by_id, &w->teams, w->teams.count - 1);
    return team;
}

static struct seen_coordinator *coordinator_of(const struct witness *w, const char *id)
{
    for (uint32_t i = 0; i < w->coordinators.count; i++) {
        struct seen_coordinator *coordinator = table_row(&w->coordinators, i);
        if (strcmp(coordinator->id, id) == 0)
            return coordinator;
    }
    return NULL;
}

static struct seen_coordinator *know_coordinator(struct witness *w, const char *id)
{
    struct seen_coordinator *coordinator = coordinator_of(w, id);
    if (coordinator)
        return coordinator;
    coordinator = add_row(&w->coordinators, NULL);
    snprintf(coordinator->id, NAME_BYTES, "%s", id);
    return coordinator;
}

bool witness_watches(const struct witness *w, const char *id)
{
    const struct seen_coordinator *coordinator = coordinator_of(w, id);
    return coordinator && coordinator->present;
}

/* --- the model of a case ---------------------------------------------------------------------------- */

static void name(char to[NAME_BYTES], const char *from)
{
    memset(to, 0, NAME_BYTES);
    strncpy(to, from, NAME_BYTES - 1);
}

static bool is_attended(const Concordat__V1__CheckedIn *m)
{
    return m->attend_status == CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_UNSPECIFIED ||
           m->attend_status == CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_ON_TIME ||
           m->attend_status == CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_LATE_BUT_SEEN;
}

static void model_check_in(struct seen_case *c, const Concordat__V1__CheckedIn *m)
{
    bool contact = m->step == CONCORDAT__V1__STEP__STEP_CONTACT && is_attended(m);
    c->contact_made |= contact;
    if (c->state == STATE(TAKEN) || c->state == STATE(IN_CONTACT))
        return;
    if (contact)
        c->state = STATE(IN_CONTACT);
    else if (m->step == CONCORDAT__V1__STEP__STEP_TRAVELLING)
        c->state = STATE(TRAVELLING);
    else if (m->step == CONCORDAT__V1__STEP__STEP_ARRIVED)
        c->state = STATE(ARRIVED);
}

static void model_offered(struct witness *w, struct seen_case *c, const Concordat__V1__Offered *m)
{
    c->attempt = m->attempt;
    c->offer_live = true;
    c->handover = m->handover;
    c->assigned = m->assigned;
    c->late = m->late;
    c->left = false;
    c->expires_ms = m->expires_ms;
    name(c->offer_team, m->team);
    int team = witness_team(w, m->team);
    if (team >= 0)
        c->asked |= UINT64_C(1) << team;
    if (!m->handover)
        c->state = STATE(OFFERED);
}

/* A case that goes to another coordinator. */
static void model_coordinator(struct seen_case *c, uint64_t seq, const char *coordinator)
{
    if (c->coordinator[0] && strcmp(c->coordinator, coordinator) != 0) {
        memcpy(c->former_coordinator, c->coordinator, NAME_BYTES);
        c->former_seq = seq;
    }
    name(c->coordinator, coordinator);
}

static void model_held(struct seen_case *c, uint64_t seq, const Concordat__V1__Held *held)
{
    c->state = STATE(HELD);
    c->left = held->reason == CONCORDAT__V1__HOLD_REASON__HOLD_REASON_FOUND ||
              held->reason == CONCORDAT__V1__HOLD_REASON__HOLD_REASON_NOT_REACHED;
    model_coordinator(c, seq, held->coordinator);
}

static void model_accepted(struct seen_case *c, const Concordat__V1__Accepted *accepted)
{
    c->had_team = false;
    c->offer_live = false;
    c->state = STATE(ACCEPTED);
    name(c->team, accepted->team);
}

static void model_missing(struct seen_case *c)
{
    c->had_team |= c->team[0] != '\0';
    c->state = STATE(MISSING);
    name(c->team, "");
}

static void model_reminded(struct seen_case *c, const Concordat__V1__Reminded *reminded)
{
    c->left = false;
    c->also_count = reminded->n_also < ALSO_MAX ? reminded->n_also : ALSO_MAX;
    for (size_t i = 0; i < c->also_count; i++)
        name(c->also[i], reminded->also[i]);
}

static void model_ended(struct seen_case *c, int state, int64_t undo_until_ms)
{
    c->state_before = c->state;
    c->undo_until_ms = undo_until_ms;
    c->state = state;
}

static void model_closing(struct seen_case *c, const Concordat__V1__Event *e)
{
    const Concordat__V1__ClosingAsked *m = e->closing_asked;
    c->state = STATE(HELD);
    c->closing_asked = c->had_team = true;
    name(c->closes, m->team);
    name(c->team, "");
    model_coordinator(c, e->seq, m->coordinator);
}

static void model_reopened(struct witness *w, struct seen_case *c, const Concordat__V1__Event *e)
{
    const Concordat__V1__Reopened *m = e->reopened;
    w->open++;
    c->ended = false;
    c->state = m->in_hand ? c->state_before : STATE(HELD);
    name(c->team, m->team);
    model_coordinator(c, e->seq, m->coordinator);
}

/* How a case ends, is to end, and goes on after that. */
static void model_end(struct witness *w, struct seen_case *c, const Concordat__V1__Event *e)
{
    switch ((int)e->what_case) {
    case WHAT(CLOSING_ASKED):
        model_closing(c, e);
        break;
    case WHAT(KEPT_OPEN):
        c->left = true;
        model_coordinator(c, e->seq, e->kept_open->coordinator);
        break;
    case WHAT(CLOSED):
        if (c->closing_asked)
            memcpy(c->team, c->closes, NAME_BYTES);
        model_ended(c, STATE(CLOSED), e->closed->undo_until_ms);
        break;
    case WHAT(WITHDRAWN):
        model_ended(c, STATE(WITHDRAWN), e->withdrawn->undo_until_ms);
        break;
    case WHAT(REOPENED):
        model_reopened(w, c, e);
        break;
    default:
        break;
    }
}

static void model_case(struct witness *w, struct seen_case *c, const Concordat__V1__Event *e)
{
    switch ((int)e->what_case) {
    case WHAT(RECEIVED):
        c->state = STATE(HELD);
        name(c->area, e->received->area);
        model_coordinator(c, e->seq, e->received->coordinator);
        break;
    case WHAT(UPDATED):
        name(c->area, e->updated->area);
        model_coordinator(c, e->seq, e->updated->coordinator);
        break;
    case WHAT(OFFERED):
        model_offered(w, c, e->offered);
        break;
    case WHAT(OFFER_SHORTENED):
        c->expires_ms = e->offer_shortened->expires_ms;
        break;
    case WHAT(OFFER_ENDED):
        c->offer_live = false;
        if (!c->handover)
            c->state = STATE(HELD);
        break;
    case WHAT(HELD):
        model_held(c, e->seq, e->held);
        break;
    case WHAT(PASSED_OVER):
        model_coordinator(c, e->seq, e->passed_over->coordinator);
        break;
    case WHAT(REMINDED):
        model_reminded(c, e->reminded);
        break;
    case WHAT(TAKEN):
        c->state = STATE(TAKEN);
        name(c->team, "");
        model_coordinator(c, e->seq, e->taken->coordinator);
        break;
    case WHAT(ACCEPTED):
        model_accepted(c, e->accepted);
        break;
    case WHAT(CHECKED_IN):
        model_check_in(c, e->checked_in);
        break;
    case WHAT(LEASE_LAPSED):
    case WHAT(GIVEN_BACK):
        c->state = STATE(HELD);
        name(c->team, "");
        break;
    case WHAT(WENT_MISSING):
        model_missing(c);
        break;
    case WHAT(FOUND):
        c->state = STATE(HELD);
        break;
    default:
        model_end(w, c, e);
        break;
    }
    c->closing_asked &=
        c->state == STATE(HELD) && e->what_case != WHAT(HELD) && e->what_case != WHAT(KEPT_OPEN);
    c->ended = c->state == STATE(CLOSED) || c->state == STATE(WITHDRAWN);
}

/* A hold can be set on an open case and on an ended one. */
static void model_erasure(struct seen_case *c, const Concordat__V1__Event *e)
{
    if (e->what_case == WHAT(ERASED))
        c->erased = true;
    else if (e->what_case == WHAT(HOLD_SET))
        c->holds |= 1u << e->hold_set->reason;
    else if (e->what_case == WHAT(HOLD_LIFTED))
        c->holds &= ~(1u << e->hold_lifted->reason);
}

static void model_told(struct world *world, struct seen_case *c, uint64_t seq, const Concordat__V1__Event *e)
{
    bool tells = (e->what_case == WHAT(RECEIVED) || e->what_case == WHAT(UPDATED)) && e->n_sealed;
    const struct seen_command *command =
        tells && e->command.len ? witness_command(&world->witness, e->command.data) : NULL;
    if (!command)
        return;
    c->told_seq = seq;
    c->told_version = (int)command->attempt;
}

static struct seen_case *take_case(struct world *world, uint64_t seq, const Concordat__V1__Event *e)
{
    struct witness *w = &world->witness;
    struct seen_case *c = witness_case(w, e->referral.data);
    if (!c) {
        c = add_row(&w->cases, &w->case_by_id);
        memcpy(c->id, e->referral.data, sizeof c->id);
        name(c->origin, e->received->on_behalf_of[0] ? e->received->on_behalf_of : e->actor);
        name(c->entered_by, e->actor);
        name(c->device, e->actor_device);
        c->received_seq = seq;
        c->number = world->operator.numbers[e->drill] = e->number;
        c->drill = e->drill;
        index_add(&w->case_by_id, &w->cases, w->cases.count - 1);
        w->open++;
    }
    model_erasure(c, e);
    c->newest_seq = seq;
    if (c->ended && e->what_case != WHAT(REOPENED))
        return c; /* other events about an ended case change nothing else */
    facts_take(w, c, e);
    model_case(w, c, e);
    model_told(world, c, seq, e);
    if (c->ended) {
        w->open--;
        c->ended_ms = e->at_ms;
    }
    c->last_seq = seq;
    c->at_ms = e->at_ms;
    c->since_ms = world->now_ms;
    c->owner_kind = e->owner ? (int)e->owner->kind : 0;
    c->act_by_ms = e->owner ? e->owner->act_by_ms : 0;
    name(c->owner, e->owner ? e->owner->id : "");
    return c;
}

/* --- one event -------------------------------------------------------------------------------------- */

static void witness_take_cover(struct witness *w, uint64_t seq, const Concordat__V1__AreaCovered *m)
{
    struct seen_cover *cover = witness_cover_of(w, m->coordinator, m->area);
    if (!cover)
        cover = add_row(&w->covers, NULL);
    name(cover->coordinator, m->coordinator);
    name(cover->area, m->area);
    cover->former_until_ms = cover->until_ms;
    cover->until_ms = m->until_ms;
    cover->seq = seq;
}

int witness_policy_of(const struct world *world, const ProtobufCBinaryData *digest)
{
    for (int i = 0; i < POLICIES; i++) {
        const struct policy *policy = &world->policies[i]->policy;
        if (digest->len == sizeof policy->digest && memcmp(digest->data, policy->digest, digest->len) == 0)
            return i;
    }
    return -1;
}

static void take_policy(struct world *world, const Concordat__V1__PolicyLoaded *m)
{
    struct witness *w = &world->witness;
    w->policy = witness_policy_of(world, &m->digest);
    for (size_t i = 0; i < m->n_teams; i++)
        know_team(w, m->teams[i]->id);
}

static void take_others(struct world *world, const Concordat__V1__Event *e)
{
    struct witness *w = &world->witness;
    w->at_ms = e->at_ms;
    if (e->what_case == WHAT(AREA_COVERED))
        witness_take_cover(w, e->seq, e->area_covered);
    if (e->what_case == WHAT(CLOCK_CORRECTED))
        w->ahead_ms = e->clock_corrected->ahead_ms - e->clock_corrected->behind_ms;
    if (e->what_case == WHAT(POLICY_LOADED))
        take_policy(world, e->policy_loaded);
    else if (e->what_case == WHAT(PRESENCE_CHANGED) && e->presence_changed->coordinator[0])
        know_coordinator(w, e->presence_changed->coordinator)->present = e->presence_changed->present;
    else if (e->what_case == WHAT(PRESENCE_CHANGED))
        know_team(w, e->presence_changed->team)->present = e->presence_changed->present;
    else if (e->what_case == WHAT(CAPACITY_CLAIMED))
        know_team(w, e->capacity_claimed->team)->claim_good_until_ms = e->capacity_claimed->good_until_ms;
}

struct seen_glass *witness_glass_of(struct witness *w, const char *coordinator)
{
    for (uint32_t i = 0; i < w->glass.count; i++) {
        struct seen_glass *glass = table_row(&w->glass, i);
        if (strcmp(glass->coordinator, coordinator) == 0)
            return glass;
    }
    struct seen_glass *glass = add_row(&w->glass, NULL);
    name(glass->coordinator, coordinator);
    return glass;
}

struct seen_shift *witness_new_shift(struct witness *w, const char *desk, const char *person)
{
    struct seen_shift *shift = add_row(&w->shifts, NULL);
    name(shift->desk, desk);
    name(shift->person, person);
    return shift;
}

static void remember_event(struct witness *w, const Concordat__V1__Event *e, const struct seen_case *c)
{
    struct seen_event *seen = add_row(&w->events, NULL);
    seen->kind = (int)e->what_case;
    if (e->what_case == WHAT(OFFER_ENDED))
        seen->offer_end = (int)e->offer_ended->end;
    seen->at_ms = e->at_ms;
    seen->has_referral = e->referral.len != 0;
    seen->has_command = e->command.len != 0;
    if (seen->has_referral)
        memcpy(seen->referral, e->referral.data, 16);
    if (seen->has_command)
        memcpy(seen->command, e->command.data, 16);
    seen->broke_glass = e->what_case == WHAT(RECORD_READ) && e->record_read->break_glass;
    seen->owner_kind = e->owner ? (int)e->owner->kind : 0;
    name(seen->owner, e->owner ? e->owner->id : "");
    seen->state = c ? c->state : 0;
    seen->erased = c && c->erased;
    seen->held = c && c->holds;
}

void witness_take(struct world *world, uint64_t seq, const uint8_t *body, size_t size)
{
    struct witness *w = &world->witness;
    arena_reset(&w->arena); /* every replay checks its form */
    const Concordat__V1__Event *e = concordat__v1__event__unpack(&w->arena.allocator, size, body);
    if (!e || e->seq != seq || seq != w->events.count + 1) {
        world_violated(world, "P6 replay differs", "event %llu cannot be read", (unsigned long long)seq);
        return;
    }
    const ProtobufCFieldDescriptor *what =
        protobuf_c_message_descriptor_get_field(&concordat__v1__event__descriptor, (unsigned)e->what_case);
    world_note(world, "ledger", what ? what->name : "nothing", e->referral.len ? e->referral.data : NULL,
               seq);
    journal_mix(&world->journal, body, size);
    const struct seen_case *before = e->referral.len ? witness_case(w, e->referral.data) : NULL;
    take_others(world, e);
    check_time(world, seq, e);
    check_invented(world, seq, e);
    check_one_effect(world, seq, e, before);
    check_one_answer(world, seq, e, before);
    check_undone(world, seq, e, before);
    check_closed(world, seq, e, before);
    check_link(world, seq, e, before);
    check_other_device(world, seq, e, before);
    check_reasons(world, seq, e, before);
    if (e->what_case == WHAT(RECORD_READ))
        check_reading(world, seq, e, before);
    if (e->what_case == WHAT(ERASED))
        check_erased(world, seq, e, before);
    check_empty_rung(world, seq, e);
    check_child(world, seq, e, before);
    check_call(world, seq, e, before);
    check_missing(world, seq, e, before);
    if (e->what_case == WHAT(SHIFT_NOTED))
        check_shift(world, seq, e);
    if (e->what_case == WHAT(REMINDED) && before)
        check_reminded(world, seq, e, before);
    const struct seen_detention detention = before ? before->detention : (struct seen_detention){0};
    const struct seen_case *after = e->referral.len ? take_case(world, seq, e) : NULL;
    if (after) {
        check_owned(world, seq, e, after);
        check_sealed(world, seq, e, after);
        check_detained(world, seq, e, &detention, after);
    }
    check_told_begins(world, seq, e);
    remember_event(w, e, after);
}
