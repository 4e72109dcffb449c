/* handover_sheet.c: see handover_sheet.h. */
#include "broker/shell/handover_sheet.h"

#include <string.h>

#include "broker/core/rota.h"
#include "broker/core/shift.h"
#include "broker/shell/answers.h"
#include "broker/shell/inside.h"
#include "broker/shell/stored.h"
#include "proto/wire/borrowed.h"

enum {
    SIGNED_BYTES_MAX = 4096, /* of an event that lists SHIFT_CASES_MAX cases */
    STANDINGS_MAX = 128      /* proto/wire/check_rules.c; the rest is left out */
};

/* A signature, and how each case that it lists stood then. */
struct handover_signed {
    Concordat__V1__ShiftSigned message;
    uint8_t bytes[SIGNED_BYTES_MAX];
    Concordat__V1__ListedCase items[SHIFT_CASES_MAX], *list[SHIFT_CASES_MAX];
    uint64_t signs; /* of a second signature: number of the first one's event */
    bool is_second;
};

/* A sheet in the making. Too much for the stack; one thread packs records. */
static struct {
    struct handover_signed given, taken;
    Concordat__V1__TeamStanding teams[STANDINGS_MAX], *team_list[STANDINGS_MAX];
    uint16_t team_slots[STANDINGS_MAX];
    size_t team_count, events_read;
} sheet;

/* --- the signatures --------------------------------------------------------------------------------- */

/* An event of the ledger in the arena, which it empties first; NULL: it cannot be read. id NULL: any case's,
 * or none's. */
static const Concordat__V1__Event *read_event(struct broker *b, uint64_t seq, const uint8_t *id,
                                              const uint8_t **body, size_t *size)
{
    arena_reset(&b->stored_arena);
    sheet.events_read++;
    if (seq == 0 || stored_event(b, seq, id, body, size) != STORED_FOUND)
        return NULL;
    return concordat__v1__event__unpack(&b->stored_arena.allocator, *size, *body);
}

static bool is_of_desk(const struct broker *b, const Concordat__V1__ShiftNoted *noted,
                       const struct record_asked *as)
{
    if (as->team != SLOT_NONE)
        return strcmp(noted->team, state_team_id(b->state, as->team)) == 0;
    return strcmp(noted->coordinator, state_coordinator_id(b->state, as->coordinator)) == 0;
}

/* The owner by its name as the directory has it now. */
static void say_owner(const struct broker *b, const Concordat__V1__Owner *owner,
                      Concordat__V1__ListedCase *listed)
{
    listed->owner_kind = owner->kind;
    listed->act_by_ms = state_utc(b->state, owner->act_by_ms);
    if (owner->kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM) {
        uint16_t slot = state_team_slot(b->state, owner->id);
        const struct policy_team *team = slot == SLOT_NONE ? NULL : directory_team(b->directory, slot);
        listed->owner = borrowed_text(slot == SLOT_NONE ? "" : state_team_id(b->state, slot));
        listed->owner_name = team ? borrowed_text(team->name) : listed->owner;
    } else {
        uint16_t slot = state_coordinator_slot(b->state, owner->id);
        if (slot == SLOT_NONE)
            return;
        const struct coordinator_words words = status_coordinator(b->state, b->directory, slot);
        listed->owner = words.id;
        listed->owner_name = words.name;
    }
}

static void say_case(struct broker *b, Concordat__V1__ListedCase *listed)
{
    const struct any_case of = state_case_by_number(b->state, listed->number, false);
    const uint8_t *id = of.open ? of.open->id : of.ended ? of.ended->id : NULL, *body;
    size_t size;
    const Concordat__V1__Event *event = id ? read_event(b, listed->seq, id, &body, &size) : NULL;
    if (!event)
        return;
    listed->state = event->state;
    if (event->owner)
        say_owner(b, event->owner, listed);
}

static void take_list(const Concordat__V1__ShiftNoted *noted, struct handover_signed *is)
{
    for (size_t i = 0; i < noted->n_cases && i < SHIFT_CASES_MAX; i++) {
        concordat__v1__listed_case__init(&is->items[i]);
        is->items[i].number = noted->cases[i]->number;
        is->items[i].seq = noted->cases[i]->seq;
        is->list[is->message.n_cases++] = &is->items[i];
    }
    is->message.cases = is->list;
}

/* False if there is no such signature of that team or desk. */
static bool read_signed(struct broker *b, uint64_t seq, const struct record_asked *as,
                        struct handover_signed *is)
{
    const uint8_t *body;
    size_t size;
    const Concordat__V1__Event *event = read_event(b, seq, NULL, &body, &size);
    concordat__v1__shift_signed__init(&is->message);
    if (!event || size > sizeof is->bytes || event->what_case != CONCORDAT__V1__EVENT__WHAT_SHIFT_NOTED ||
        !is_of_desk(b, event->shift_noted, as))
        return false;
    const Concordat__V1__ShiftNoted *noted = event->shift_noted;
    is->is_second = noted->step == CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_SIGNED;
    bool is_first = noted->step == CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_PROPOSED;
    is->signs = noted->signs;
    memcpy(is->bytes, body, size);
    is->message.event = borrowed_bytes(is->bytes, size);
    is->message.at_ms = state_utc(b->state, event->at_ms);
    take_list(noted, is);
    for (size_t i = 0; i < is->message.n_cases; i++)
        say_case(b, &is->items[i]); /* empties the arena, and so ends `noted` */
    return is->is_second || is_first;
}

/* Finds both by either. Of a first signature only the latest handover knows the second. */
static bool read_both(struct broker *b, const struct record_asked *as, Concordat__V1__HandoverSheet *message)
{
    const struct handed_over *handed = shift_handed(b->state, as->team, as->coordinator);
    bool is_latest = handed->signs && handed->signs == as->seq;
    if (!read_signed(b, is_latest ? handed->seq : as->seq, as, &sheet.taken))
        return false;
    if (!sheet.taken.is_second) {
        sheet.given = sheet.taken;
        sheet.given.message.event.data = sheet.given.bytes;
        for (size_t i = 0; i < sheet.given.message.n_cases; i++)
            sheet.given.list[i] = &sheet.given.items[i];
        sheet.given.message.cases = sheet.given.list;
        message->given = &sheet.given.message;
        return true;
    }
    if (!read_signed(b, sheet.taken.signs, as, &sheet.given))
        return false;
    message->given = &sheet.given.message;
    message->taken = &sheet.taken.message;
    return true;
}

/* --- the teams -------------------------------------------------------------------------------------- */

static void standing_add(const struct broker *b, uint16_t slot)
{
    const struct policy_team *known = directory_team(b->directory, slot);
    const struct team *team = state_team(b->state, slot);
    for (size_t i = 0; i < sheet.team_count; i++)
        if (sheet.team_slots[i] == slot)
            return;
    if (!known || sheet.team_count == STANDINGS_MAX)
        return;
    Concordat__V1__TeamStanding *m = &sheet.teams[sheet.team_count];
    concordat__v1__team_standing__init(m);
    m->team = borrowed_text(team->id);
    m->name = borrowed_text(known->name);
    m->ring = borrowed_text(known->telephone);
    m->open =
        rota_open_at(&known->rota, &b->directory->policy->holidays, state_utc(b->state, b->time.now_ms));
    m->present = team->present;
    m->absent_ms = state_utc(b->state, team->absent_ms);
    m->capacity_known = team->capacity_known;
    m->free_places =
        team->free_places > team->taken_since ? (uint32_t)(team->free_places - team->taken_since) : 0;
    m->claimed_ms = state_utc(b->state, team->claimed_ms);
    m->cases = team->people.cases;
    sheet.team_slots[sheet.team_count] = slot;
    sheet.team_list[sheet.team_count++] = m;
}

/* In the order of the areas' ladders. */
static void standings_fill(const struct broker *b, uint16_t coordinator)
{
    const struct directory *directory = b->directory;
    for (uint32_t i = 0; i < directory->policy->area_count; i++) {
        const struct policy_area *area = &directory->policy->areas[i];
        if (directory_coordinator_slot(directory, directory->area_slots[i]) != coordinator)
            continue;
        for (int step = 0; step < area->step_count; step++)
            standing_add(b, directory->team_slots[area->steps[step].team]);
    }
}

size_t handover_sheet_pack(struct broker *b, const struct record_request *asked)
{
    const struct answer_to to = {&asked->route, asked->command_id};
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__HandoverSheet body = CONCORDAT__V1__HANDOVER_SHEET__INIT;
    memset(&sheet, 0, sizeof sheet);
    if (asked->as.seq && !read_both(b, &asked->as, &body)) {
        answers_refuse_saying(b, &to, REFUSAL_NOT_YOURS, "No handover of yours has that number.", NULL);
        return sheet.events_read;
    }
    if (asked->as.coordinator != SLOT_NONE)
        standings_fill(b, asked->as.coordinator);
    body.n_teams = sheet.team_count;
    body.teams = sheet.team_list;
    body.latest = shift_handed(b->state, asked->as.team, asked->as.coordinator)->seq;
    body.now_ms = state_utc(b->state, b->time.now_ms);
    message.command_id = borrowed_bytes(asked->command_id, ID_BYTES);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_HANDOVER_SHEET;
    message.handover_sheet = &body;
    outgoing_add(b->turn.outgoing, &asked->route, &message);
    return sheet.events_read;
}
