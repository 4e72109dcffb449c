/* directory.c: a policy bound to a state. */
#include "broker/core/directory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void *zeroed_array(uint32_t count, size_t size)
{
    return calloc(count ? count : 1, size);
}

struct directory *directory_new(const struct policy *policy)
{
    struct directory *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->policy = policy;
    const char **teams = zeroed_array(policy->team_count, sizeof *teams);
    const char **areas = zeroed_array(policy->area_count, sizeof *areas);
    const char **coordinators = zeroed_array(policy->coordinator_count, sizeof *coordinators);
    d->teams = (struct name_list){policy->team_count, teams};
    d->areas = (struct name_list){policy->area_count, areas};
    d->coordinators = (struct name_list){policy->coordinator_count, coordinators};
    d->team_slots = zeroed_array(policy->team_count, sizeof *d->team_slots);
    d->area_slots = zeroed_array(policy->area_count, sizeof *d->area_slots);
    d->coordinator_slots = zeroed_array(policy->coordinator_count, sizeof *d->coordinator_slots);
    if (!teams || !areas || !coordinators || !d->team_slots || !d->area_slots || !d->coordinator_slots) {
        directory_destroy(&d);
        return NULL;
    }
    for (uint32_t i = 0; i < policy->team_count; i++)
        teams[i] = policy->teams[i].id;
    for (uint32_t i = 0; i < policy->area_count; i++)
        areas[i] = policy->areas[i].id;
    for (uint32_t i = 0; i < policy->coordinator_count; i++)
        coordinators[i] = policy->coordinators[i].id;
    return d;
}

void directory_destroy(struct directory **directory)
{
    struct directory *d = *directory;
    if (!d)
        return;
    void *owned[] = {(void *)d->teams.items, (void *)d->areas.items, (void *)d->coordinators.items,
                     d->team_slots,          d->area_slots,          d->coordinator_slots,
                     d->team_indexes,        d->area_indexes,        d->coordinator_indexes};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(d);
    *directory = NULL;
}

typedef uint16_t slot_of_id(const struct state *state, const char *id);

/* Fills in both ways: from the policy's order to the state's slots, and back. */
static bool bind_slots(const struct state *state, const struct name_list *names, slot_of_id *slot_of,
                       uint32_t slots, uint16_t *to_slot, uint16_t **to_index)
{
    *to_index = zeroed_array(slots, sizeof **to_index);
    if (!*to_index)
        return false;
    memset(*to_index, 0xff, slots * sizeof **to_index);
    for (uint32_t i = 0; i < names->count; i++) {
        to_slot[i] = slot_of(state, names->items[i]);
        if (to_slot[i] == SLOT_NONE)
            return false;
        (*to_index)[to_slot[i]] = (uint16_t)i;
    }
    return true;
}

bool directory_bind(struct directory *d, const struct state *state)
{
    d->team_slot_count = state->teams.count;
    d->area_slot_count = state->areas.count;
    d->coordinator_slot_count = state->coordinators.count;
    return bind_slots(state, &d->teams, state_team_slot, d->team_slot_count, d->team_slots,
                      &d->team_indexes) &&
           bind_slots(state, &d->areas, state_area_slot, d->area_slot_count, d->area_slots,
                      &d->area_indexes) &&
           bind_slots(state, &d->coordinators, state_coordinator_slot, d->coordinator_slot_count,
                      d->coordinator_slots, &d->coordinator_indexes);
}

static uint16_t index_of_slot(const uint16_t *indexes, uint32_t count, uint16_t slot)
{
    return slot < count ? indexes[slot] : SLOT_NONE;
}

const struct policy_team *directory_team(const struct directory *d, uint16_t slot)
{
    uint16_t index = index_of_slot(d->team_indexes, d->team_slot_count, slot);
    return index == SLOT_NONE ? NULL : &d->policy->teams[index];
}

const struct policy_coordinator *directory_coordinator(const struct directory *d, uint16_t slot)
{
    uint16_t index = index_of_slot(d->coordinator_indexes, d->coordinator_slot_count, slot);
    return index == SLOT_NONE ? NULL : &d->policy->coordinators[index];
}

const struct policy_area *directory_area(const struct directory *d, uint16_t slot)
{
    uint16_t index = index_of_slot(d->area_indexes, d->area_slot_count, slot);
    return &d->policy->areas[index == SLOT_NONE ? d->policy->default_area : index];
}

bool directory_has_area(const struct directory *d, uint16_t slot)
{
    return index_of_slot(d->area_indexes, d->area_slot_count, slot) != SLOT_NONE;
}

uint16_t directory_coordinator_slot(const struct directory *d, uint16_t area_slot)
{
    assert(d->coordinator_indexes); /* bound */
    return d->coordinator_slots[directory_area(d, area_slot)->coordinator];
}
