/* state.c: everything the broker knows, and how one event changes it. */
#include "broker/core/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker/core/event_kinds.h"
#include "broker/core/offers.h"
#include "broker/core/slots.h"
#include "broker/core/undo.h"

/* The most rows that one decision can add to a table. */
enum { ROWS_PER_DECISION = DECISION_EVENTS_MAX };

static struct referral *referral_at(const struct state *state, uint32_t row)
{
    return table_row(&state->referrals, row);
}

static struct team *team_at(const struct state *state, uint16_t slot)
{
    assert(slot < state->teams.count);
    return table_row(&state->teams, slot);
}

static uint32_t row_of_referral(const struct state *state, const struct referral *r)
{
    return (uint32_t)(r - (const struct referral *)(const void *)state->referrals.rows);
}

static void open_tables(struct state *state, uint64_t seed)
{
    table_open(&state->teams, sizeof(struct team));
    table_open(&state->areas, sizeof(struct name));
    table_open(&state->coordinators, sizeof(struct coordinator));
    table_open(&state->origins, sizeof(struct origin));
    table_open(&state->referrals, sizeof(struct referral));
    table_open(&state->ended, sizeof(struct ended_case));
    table_open(&state->remembered, sizeof(struct remembered));
    table_open(&state->covers, sizeof(struct cover));
    table_open(&state->undoable, sizeof(struct undoable));
    agenda_open(&state->agenda);
    index_open(&state->team_by_id, offsetof(struct team, id), ID_CHARS_MAX + 1, seed);
    index_open(&state->area_by_id, 0, sizeof(struct name), seed);
    index_open(&state->coordinator_by_id, offsetof(struct coordinator, id), sizeof(struct name), seed);
    index_open(&state->origin_by_id, 0, sizeof(struct name), seed); /* an origin begins with its name */
    index_open(&state->referral_by_id, offsetof(struct referral, id), ID_BYTES, seed);
    index_open(&state->ended_by_id, offsetof(struct ended_case, id), ID_BYTES, seed);
    index_open(&state->remembered_by_id, offsetof(struct remembered, id), ID_BYTES, seed);
    index_open(&state->cover_by_key, offsetof(struct cover, key), sizeof(struct cover_key), seed);
}

static const size_t index_offsets[] = {
    offsetof(struct state, team_by_id),        offsetof(struct state, area_by_id),
    offsetof(struct state, coordinator_by_id), offsetof(struct state, origin_by_id),
    offsetof(struct state, referral_by_id),    offsetof(struct state, ended_by_id),
    offsetof(struct state, remembered_by_id),  offsetof(struct state, cover_by_key)};
enum { INDEXES = sizeof index_offsets / sizeof *index_offsets };

struct state *state_new(uint64_t seed)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return NULL;
    open_tables(state, seed);
    if (!state_reserve(state, 0))
        state_destroy(&state);
    return state;
}

void state_destroy(struct state **state)
{
    if (!*state)
        return;
    struct state *s = *state;
    struct table *tables[] = {&s->teams, &s->areas,      &s->coordinators, &s->origins, &s->referrals,
                              &s->ended, &s->remembered, &s->covers,       &s->undoable};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        table_close(tables[i]);
    for (size_t i = 0; i < INDEXES; i++)
        index_close((void *)((char *)s + index_offsets[i]));
    agenda_close(&s->agenda);
    free(s);
    *state = NULL;
}

static bool reserve_rows(struct table *table, struct index *index, uint32_t more)
{
    return table_reserve(table, more) && index_reserve(index, more);
}

bool state_reserve(struct state *s, uint32_t names)
{
    return reserve_rows(&s->teams, &s->team_by_id, names) && reserve_rows(&s->areas, &s->area_by_id, names) &&
           reserve_rows(&s->coordinators, &s->coordinator_by_id, names) &&
           reserve_rows(&s->origins, &s->origin_by_id, ROWS_PER_DECISION) &&
           reserve_rows(&s->referrals, &s->referral_by_id, ROWS_PER_DECISION) &&
           reserve_rows(&s->ended, &s->ended_by_id, ROWS_PER_DECISION) &&
           reserve_rows(&s->remembered, &s->remembered_by_id, ROWS_PER_DECISION) &&
           reserve_rows(&s->covers, &s->cover_by_key, ROWS_PER_DECISION) &&
           table_reserve(&s->undoable, ROWS_PER_DECISION) &&
           agenda_reserve(&s->agenda, s->referrals.count + ROWS_PER_DECISION);
}

/* --- names and looking up ---------------------------------------------------------------------------- */

uint16_t state_team_slot(const struct state *state, const char *id)
{
    return slots_find(&state->team_by_id, &state->teams, id);
}

bool state_team_or_none(const struct state *state, const char *id, uint16_t *slot)
{
    *slot = id[0] ? state_team_slot(state, id) : SLOT_NONE;
    return !id[0] || *slot != SLOT_NONE;
}

uint16_t state_area_slot(const struct state *state, const char *id)
{
    return slots_find(&state->area_by_id, &state->areas, id);
}

uint16_t state_coordinator_slot(const struct state *state, const char *id)
{
    return slots_find(&state->coordinator_by_id, &state->coordinators, id);
}

uint16_t state_origin_slot(const struct state *state, const char *name)
{
    return slots_find(&state->origin_by_id, &state->origins, name);
}

static const char *name_at(const struct table *table, uint16_t slot)
{
    return slot < table->count ? ((const struct name *)table_row(table, slot))->id : "";
}

const char *state_team_id(const struct state *state, uint16_t slot)
{
    return slot == SLOT_NONE ? "" : state_team(state, slot)->id;
}

const char *state_area_id(const struct state *state, uint16_t slot)
{
    return name_at(&state->areas, slot);
}

const struct coordinator *state_coordinator(const struct state *state, uint16_t slot)
{
    return table_row(&state->coordinators, slot);
}

const char *state_coordinator_id(const struct state *state, uint16_t slot)
{
    return slot < state->coordinators.count ? state_coordinator(state, slot)->id : "";
}

const char *state_origin_id(const struct state *state, uint16_t slot)
{
    return name_at(&state->origins, slot);
}

uint32_t state_origin_offers(const struct state *state, uint16_t slot)
{
    return slot < state->origins.count ? ((const struct origin *)table_row(&state->origins, slot))->offers
                                       : 0;
}

const struct team *state_team(const struct state *state, uint16_t slot)
{
    return team_at(state, slot);
}

static struct referral *referral_of_id(const struct state *state, const uint8_t *id)
{
    uint32_t row = index_find(&state->referral_by_id, &state->referrals, id);
    return row == ROW_NONE ? NULL : referral_at(state, row);
}

const struct referral *state_referral(const struct state *state, const uint8_t *id)
{
    return referral_of_id(state, id);
}

const struct ended_case *state_ended(const struct state *state, const uint8_t *id)
{
    uint32_t row = index_find(&state->ended_by_id, &state->ended, id);
    return row == ROW_NONE ? NULL : table_row(&state->ended, row);
}

struct any_case state_case(const struct state *state, const uint8_t *id)
{
    const struct referral *open = state_referral(state, id);
    return (struct any_case){open, open ? NULL : state_ended(state, id)};
}

struct any_case state_case_by_number(const struct state *state, uint32_t number, bool drill)
{
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        if (r->state != CASE_NONE && r->number == number && r->drill == drill)
            return (struct any_case){.open = r};
    }
    for (uint32_t row = state_ended_rows(state); row-- > 0;) {
        const struct ended_case *ended = state_ended_row(state, row);
        if (ended->number == number && ended->drill == drill)
            return (struct any_case){.ended = ended};
    }
    return (struct any_case){NULL, NULL};
}

bool state_case_is_of_team(struct any_case of, uint16_t team)
{
    const struct referral *r = of.open;
    if (!r)
        return of.ended && of.ended->team == team;
    return (referral_is_with_team(r) && r->team == team) || (r->offer.attempt && r->offer.team == team) ||
           (team != SLOT_NONE && r->had_team == team);
}

const struct remembered *state_remembered(const struct state *state, const uint8_t *command_id)
{
    uint32_t row = index_find(&state->remembered_by_id, &state->remembered, command_id);
    return row == ROW_NONE ? NULL : table_row(&state->remembered, row);
}

bool state_knows_altered(const struct state *state, const uint8_t *id, enum alteration what)
{
    struct any_case of = id ? state_case(state, id) : (struct any_case){NULL, NULL};
    uint8_t known = of.open    ? of.open->altered
                    : of.ended ? of.ended->altered
                    : id       ? 0
                               : state->counters.altered;
    return known & alteration_bit(what);
}

int64_t state_due(const struct state *state)
{
    const struct agenda_entry *first = agenda_first(&state->agenda);
    return first ? first->due_ms : INT64_MAX;
}

/* --- remembered commands ---------------------------------------------------------------------------- */

/* When the table is full it becomes a ring. */
static void remember_command(struct state *state, const struct event *event)
{
    if (state_remembered(state, event->command))
        return; /* a later event of the same command */
    struct table *table = &state->remembered;
    uint32_t at = table->count;
    if (at < COMMANDS_REMEMBERED_MAX) {
        table_add(table);
    } else {
        at = state->counters.oldest_remembered;
        state->counters.oldest_remembered = (at + 1) % COMMANDS_REMEMBERED_MAX;
        index_remove(&state->remembered_by_id, table, at);
    }
    struct remembered *row = table_row(table, at);
    *row = (struct remembered){.seq = event->seq};
    memcpy(row->id, event->command, ID_BYTES);
    memcpy(row->digest, event->command_digest, DIGEST_BYTES);
    index_add(&state->remembered_by_id, table, at);
}

/* --- cases ------------------------------------------------------------------------------------------ */

int64_t state_silent_due(const struct state *state, const struct referral *r)
{
    if (!referral_is_with_team(r) || r->silent_told)
        return INT64_MAX;
    const struct team *team = team_at(state, r->team);
    return team->absent_ms && team->silent_ms ? team->silent_ms : INT64_MAX;
}

int64_t state_case_due(const struct state *state, const struct referral *r)
{
    bool absent = r->offer.attempt && !team_at(state, r->offer.team)->present;
    int64_t due_ms = referral_due(r, absent), silent_ms = state_silent_due(state, r);
    return silent_ms < due_ms ? silent_ms : due_ms;
}

static uint32_t *last_number(struct state *state, bool drill)
{
    return drill ? &state->counters.drill_number : &state->counters.number;
}

static struct referral *add_open_row(struct state *state, const uint8_t *id)
{
    struct counters *counters = &state->counters;
    uint32_t row;
    if (counters->free_row) {
        row = counters->free_row - 1;
        counters->free_row = referral_at(state, row)->next_free;
    } else {
        table_add(&state->referrals);
        row = state->referrals.count - 1;
    }
    struct referral *r = referral_at(state, row);
    assert(r->state == CASE_NONE);
    r->next_free = 0; /* all else in an unused row is zero */
    memcpy(r->id, id, ID_BYTES);
    index_add(&state->referral_by_id, &state->referrals, row);
    agenda_add(&state->agenda, row, INT64_MAX);
    return r;
}

static struct referral *add_referral(struct state *state, const struct event *event)
{
    struct referral *r = add_open_row(state, event->referral);
    r->origin = slots_give(&state->origin_by_id, &state->origins, event_origin(event));
    *last_number(state, event->drill) = event->number;
    return r;
}

static void end_referral(struct state *state, struct referral *r, int64_t at_ms, uint32_t undo)
{
    assert(!r->offer.attempt && r->owner.kind == OWNER_NONE);
    struct ended_case *ended = table_add(&state->ended);
    *ended = (struct ended_case){
        .number = r->number,
        .follows = r->follows,
        .undo = undo,
        .origin = r->origin,
        .area = r->facts.area,
        .team = r->team,
        .coordinator = r->coordinator,
        .drill = r->drill,
        .altered = r->altered,
        .by_another_device = r->by_another_device,
        .holds = r->holds,
        .on_hold_ms = r->on_hold_ms,
        .entered_ms = r->entered_ms,
        .seen_ms = r->seen_ms,
        .state = r->state,
        .outcome = r->outcome,
        .source = (uint8_t)r->facts.source,
        .urgency = (uint8_t)r->facts.urgency,
        .received_ms = r->received_ms,
        .ended_ms = at_ms,
        .attempts = r->attempts,
        .received_seq = r->received_seq,
        .facts_seq = r->facts_seq,
        .confidential_seq = r->confidential_seq,
        .last_seq = r->last_seq,
    };
    memcpy(ended->id, r->id, ID_BYTES);
    memcpy(ended->submit_digest, r->submit_digest, DIGEST_BYTES);
    index_add(&state->ended_by_id, &state->ended, state->ended.count - 1);
    uint32_t row = row_of_referral(state, r);
    index_remove(&state->referral_by_id, &state->referrals, row);
    agenda_remove(&state->agenda, row);
    memset(r, 0, sizeof *r);
    r->next_free = state->counters.free_row;
    state->counters.free_row = row + 1;
}

static void count_one(uint32_t *count, int by)
{
    assert(by > 0 || *count > 0);
    *count += (uint32_t)by;
}

static struct team_load *load_of(struct team *team, bool drill)
{
    return drill ? &team->drills : &team->people;
}

/* Adds a case to the counts, as it is, or takes it out again: before and after each event. */
static void count_case(struct state *state, const struct referral *r, int by)
{
    struct counters *counters = &state->counters;
    if (referral_is_with_team(r))
        count_one(&load_of(team_at(state, r->team), r->drill)->cases, by);
    if (referral_is_open(r))
        count_one(&counters->open_count, by);
    if (r->state == CASE_HELD)
        count_one(&counters->held_count, by);
    if (referral_waits(r))
        count_one(&counters->waiting[referral_rank(r)], by);
}

static bool slot_is_known(const struct event *event, uint16_t at, uint32_t count)
{
    return !at || *(const uint16_t *)(const void *)((const char *)event + at) < count;
}

static bool slots_are_known(const struct state *state, const struct event *event,
                            const struct event_traits *traits)
{
    return slot_is_known(event, traits->team_at, state->teams.count) &&
           slot_is_known(event, traits->area_at, state->areas.count) &&
           slot_is_known(event, traits->coordinator_at, state->coordinators.count);
}

static bool says_what_follows(const struct referral *r, const struct event *event)
{
    return r->received_ms == event->received_ms && r->state == event->state &&
           r->owner.kind == event->owner.kind && r->owner.slot == event->owner.slot &&
           r->owner.act_by_ms == event->owner.act_by_ms;
}

/* Makes a case what it was before it ended. NULL if the event cannot follow. */
static struct referral *reopen_referral(struct state *state, const struct event *event)
{
    const struct ended_case *ended = state_ended(state, event->referral);
    struct referral was;
    if (!ended || ended->state != event->is.reopened.undone || event->at_ms > undo_until_ms(state, ended))
        return NULL;
    undo_find(state, ended, &was);
    if (event->is.reopened.in_hand && event->is.reopened.team != was.team)
        return NULL;
    undo_take_out(state, ended);
    struct referral *r = add_open_row(state, event->referral);
    *r = was;
    count_case(state, r, +1);
    return r;
}

/* An event of a case that has ended is recorded, and changes neither its state nor its owner. */
static bool record_after_the_end(struct state *state, const struct event *event)
{
    uint32_t row = index_find(&state->ended_by_id, &state->ended, event->referral);
    struct ended_case *ended = row == ROW_NONE ? NULL : table_row(&state->ended, row);
    if (!ended || !event_traits[event->kind].may_follow_the_end || event->state != ended->state ||
        event->received_ms != ended->received_ms || event->previous != ended->last_seq)
        return false;
    ended->last_seq = event->seq;
    return true;
}

/* A referral is received when it comes; one that was telephoned, when they rang. */
static bool was_received_by_then(const struct event *event)
{
    const struct telephoned *telephoned = &event->is.received.telephoned;
    int64_t received_ms = telephoned->is ? telephoned->rang_ms : event->at_ms;
    return received_ms > 0 && received_ms <= event->at_ms && event->received_ms == received_ms;
}

static bool apply_to_case(struct state *state, const struct event *event, const struct event_traits *traits)
{
    struct referral *r = referral_of_id(state, event->referral);
    if (event->kind == EVENT_RECEIVED) {
        if (r || !was_received_by_then(event) || state_ended(state, event->referral) ||
            event->number != *last_number(state, event->drill) + 1)
            return false;
        r = add_referral(state, event);
    } else if (event->kind == EVENT_REOPENED) {
        r = r ? NULL : reopen_referral(state, event);
        if (!r)
            return false;
    } else if (!r) {
        return record_after_the_end(state, event);
    }
    if (event->previous != r->last_seq)
        return false; /* an event of the case is missing between the two, or was added */
    count_case(state, r, -1);
    if (traits->offer == OFFER_OVER && r->offer.attempt)
        offers_end(state, r);
    uint32_t undo = undo_keep(state, r, event);
    bool applied = referral_apply(r, event);
    count_case(state, r, +1);
    if (!applied || !says_what_follows(r, event))
        return false;
    if (traits->offer == OFFER_MADE)
        offers_begin(state, r);
    if (referral_is_open(r))
        agenda_change(&state->agenda, row_of_referral(state, r), state_case_due(state, r));
    else
        end_referral(state, r, event->at_ms, undo);
    return true;
}

static bool names_what_it_should(const struct event *event, const struct event_traits *traits)
{
    return event->has_referral ? traits->of_a_case
                               : !event->received_ms && (!traits->of_a_case || traits->or_of_none);
}

bool state_apply(struct state *state, const struct event *event)
{
    struct counters *counters = &state->counters;
    const struct event_traits *traits = &event_traits[event->kind];
    assert((unsigned)event->kind < EVENT_KINDS && traits->is_kind);
    if (event->seq != counters->seq + 1 || event->at_ms < counters->at_ms ||
        !names_what_it_should(event, traits) || !slots_are_known(state, event, traits))
        return false;
    counters->seq = event->seq;
    counters->at_ms = event->at_ms;
    if (event->has_referral && !apply_to_case(state, event, traits))
        return false;
    if (traits->change_state && !traits->change_state(state, event))
        return false;
    if (event->has_command)
        remember_command(state, event);
    assert(counters->open_count == state->agenda.entries.count);
    assert(counters->held_count <= counters->open_count);
    return true;
}

/* --- as bytes --------------------------------------------------------------------------------------- */

static const struct table *part_table(const struct state *s, int part)
{
    const struct table *tables[STATE_PARTS] = {NULL,        &s->teams,     &s->areas, &s->coordinators,
                                               &s->origins, &s->referrals, &s->ended, &s->remembered,
                                               &s->covers,  &s->undoable};
    return tables[part];
}

const uint32_t state_layout =
    (uint32_t)(sizeof(struct counters) * 3 + sizeof(struct team) * 5 + sizeof(struct referral) * 7 +
               sizeof(struct ended_case) * 11 + sizeof(struct remembered) * 13 + sizeof(struct cover) * 17 +
               sizeof(struct origin) * 19 + sizeof(struct coordinator) * 23 + sizeof(struct undoable) * 29) *
        16 +
    4; /* the last figure: to be raised when a field changes its meaning only */

void state_visit(const struct state *state, state_visitor *visit, void *context)
{
    visit(context, &state->counters, sizeof state->counters);
    for (int part = 1; part < STATE_PARTS; part++) {
        const struct table *table = part_table(state, part);
        visit(context, table->rows, (size_t)table->count * table->row_bytes);
    }
}

void state_visit_indexes(const struct state *state, state_visitor *visit, void *context)
{
    for (size_t i = 0; i < INDEXES; i++)
        index_visit((const void *)((const char *)state + index_offsets[i]), visit, context);
}

/* index NULL: the rows have no key. */
static bool load_part(struct table *table, struct index *index, const void *bytes, size_t size)
{
    if (size % table->row_bytes || size / table->row_bytes >= ROW_NONE)
        return false;
    uint32_t rows = (uint32_t)(size / table->row_bytes);
    if (index ? !reserve_rows(table, index, rows) : !table_reserve(table, rows))
        return false;
    if (rows)
        memcpy(table->rows, bytes, size);
    table->count = rows;
    return true;
}

static bool index_rows(struct state *s)
{
    struct {
        struct table *table;
        struct index *index;
    } all[] = {{&s->teams, &s->team_by_id},
               {&s->areas, &s->area_by_id},
               {&s->coordinators, &s->coordinator_by_id},
               {&s->origins, &s->origin_by_id},
               {&s->ended, &s->ended_by_id},
               {&s->remembered, &s->remembered_by_id},
               {&s->covers, &s->cover_by_key}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        index_add_all(all[i].index, all[i].table);
    if (!agenda_reserve(&s->agenda, s->referrals.count))
        return false;
    for (uint32_t row = 0; row < s->referrals.count; row++) {
        struct referral *r = referral_at(s, row);
        if (r->state == CASE_NONE)
            continue;
        index_add(&s->referral_by_id, &s->referrals, row);
        agenda_add(&s->agenda, row, state_case_due(s, r));
    }
    return true;
}

struct state *state_from_parts(uint64_t seed, const void *const parts[STATE_PARTS],
                               const size_t sizes[STATE_PARTS])
{
    struct state *s = state_new(seed);
    if (!s)
        return NULL;
    bool good = sizes[0] == sizeof s->counters;
    if (good)
        memcpy(&s->counters, parts[0], sizes[0]);
    good = good && load_part(&s->teams, &s->team_by_id, parts[1], sizes[1]) &&
           load_part(&s->areas, &s->area_by_id, parts[2], sizes[2]) &&
           load_part(&s->coordinators, &s->coordinator_by_id, parts[3], sizes[3]) &&
           load_part(&s->origins, &s->origin_by_id, parts[4], sizes[4]) &&
           load_part(&s->referrals, &s->referral_by_id, parts[5], sizes[5]) &&
           load_part(&s->ended, &s->ended_by_id, parts[6], sizes[6]) &&
           load_part(&s->remembered, &s->remembered_by_id, parts[7], sizes[7]) &&
           load_part(&s->covers, &s->cover_by_key, parts[8], sizes[8]) &&
           load_part(&s->undoable, NULL, parts[9], sizes[9]) && index_rows(s);
    if (!good)
        state_destroy(&s);
    return s;
}
