/* standing.c: see standing.h. */
#include "broker/shell/standing.h"

#include "broker/shell/answers.h"
#include "broker/shell/broker.h"
#include "broker/shell/counted.h"
#include "broker/shell/inside.h"
#include "broker/shell/roles.h"
#include "proto/wire/borrowed.h"

enum { ROLES_TOLD = CONCORDAT__V1__ROLE__ROLE_INSPECTOR + 1 };

/* An answer in the making. Too much for the stack; one thread uses it. */
static struct {
    Concordat__V1__AreaCases areas[AREAS_MAX], *area_list[AREAS_MAX];
    Concordat__V1__LateCases late[CLOCK_COUNT], *late_list[CLOCK_COUNT];
    Concordat__V1__RoleConnections roles[ROLES_TOLD], *role_list[ROLES_TOLD];
    Concordat__V1__OpenCases cases;
} told;

/* --- cases ---------------------------------------------------------------------------------------------- */

static void tell_area(const struct broker *b, const struct counted_area *counted, uint16_t slot)
{
    Concordat__V1__AreaCases *area = &told.areas[slot];
    concordat__v1__area_cases__init(area);
    area->area = borrowed_text(state_area_id(b->state, slot));
    area->name = directory_has_area(b->directory, slot)
                     ? borrowed_text(directory_area(b->directory, slot)->name)
                     : area->area;
    for (int state = 0; state < CASE_STATE_COUNT; state++)
        area->open += counted->by_state[state];
    area->of_coordinator = counted->of_coordinator;
    area->unheard = counted->unheard;
    told.area_list[slot] = area;
}

static void tell_late(const struct counted *counted)
{
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        if (!counted->late[kind])
            continue;
        Concordat__V1__LateCases *late = &told.late[told.cases.n_late];
        concordat__v1__late_cases__init(late);
        late->clock = (Concordat__V1__Clock)kind;
        late->count = counted->late[kind];
        told.late_list[told.cases.n_late++] = late;
    }
}

/* NULL: memory is short. */
static Concordat__V1__OpenCases *tell_cases(const struct broker *b)
{
    struct counted counted;
    if (!counted_cases(b, &counted))
        return NULL;
    concordat__v1__open_cases__init(&told.cases);
    told.cases.areas = told.area_list;
    told.cases.late = told.late_list;
    for (uint32_t slot = 0; slot < b->state->areas.count; slot++)
        tell_area(b, &counted.areas[slot], (uint16_t)slot);
    told.cases.n_areas = b->state->areas.count;
    tell_late(&counted);
    told.cases.without_team = counted.without_team;
    if (counted.without_team)
        told.cases.oldest_ms = state_utc(b->state, counted.oldest_received_ms);
    told.cases.detentions_ending = counted.ending_soon;
    told.cases.drills = counted.drills;
    told.cases.unowned = counted.unowned;
    told.cases.altered = counted.altered;
    counted_close(&counted);
    return &told.cases;
}

/* --- the router itself ---------------------------------------------------------------------------------- */

static void tell_connections(const struct broker *b, Concordat__V1__Standing *standing)
{
    standing->connections = told.role_list;
    for (int role = CONCORDAT__V1__ROLE__ROLE_SOURCE; role <= CONCORDAT__V1__ROLE__ROLE_INSPECTOR; role++) {
        Concordat__V1__RoleConnections *row = &told.roles[standing->n_connections];
        concordat__v1__role_connections__init(row);
        row->role = (Concordat__V1__Role)role;
        row->count = counted_connections(b, row->role, false);
        row->catching_up = counted_connections(b, row->role, true);
        told.role_list[standing->n_connections++] = row;
    }
}

static void tell_router(const struct broker *b, const struct asking *asking,
                        Concordat__V1__Standing *standing)
{
    const struct disk_room disk = b->ports.disk(b->ports.context);
    const struct process_faults faults = b->ports.faults(b->ports.context);
    standing->software = borrowed_text(b->self.software);
    standing->now_ms = state_utc(b->state, asking->now.wall_ms);
    standing->events = b->durable_seq;
    standing->clock_synchronised = b->ports.clock_is_synchronised(b->ports.context);
    standing->clock_leapt = b->time.doubt == CLOCK_LEAPT;
    standing->clock_set_back = b->time.doubt == CLOCK_SET_BACK;
    standing->disk_free_bytes = disk.free_bytes;
    standing->disk_floor_bytes = disk.floor_bytes;
    standing->keys_unreadable = faults.keys_unreadable;
    standing->master_key_missing = faults.master_key_missing;
    standing->policy_is_another = faults.policy_is_another;
    standing->bank_holidays_end_ms = counted_holidays_end_ms(b);
    standing->altered = b->state->counters.altered != 0;
    tell_connections(b, standing);
}

void standing_answer(struct broker *b, const struct asking *asking)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Standing standing = CONCORDAT__V1__STANDING__INIT;
    tell_router(b, asking, &standing);
    if (roles_may_count_cases(asking->key->role) && !(standing.cases = tell_cases(b))) {
        answers_refuse(b, &asking->to, REFUSAL_UNAVAILABLE, NULL);
        return;
    }
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STANDING;
    message.standing = &standing;
    outgoing_add(b->turn.outgoing, asking->to.route, &message);
}
