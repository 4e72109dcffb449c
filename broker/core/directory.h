/* directory.h: a policy bound to a state: which of its teams, areas and coordinators are which slots. */
#ifndef CONCORDAT_CORE_DIRECTORY_H
#define CONCORDAT_CORE_DIRECTORY_H

#include "broker/core/policy.h"
#include "broker/core/state.h"

struct directory {
    const struct policy *policy;                                 /* borrowed */
    struct name_list teams, areas, coordinators;                 /* their ids, in the order of the policy */
    uint16_t *team_slots, *area_slots, *coordinator_slots;       /* by index in the policy */
    uint16_t *team_indexes, *area_indexes, *coordinator_indexes; /* by slot; SLOT_NONE: not in this policy */
    uint32_t team_slot_count, area_slot_count, coordinator_slot_count;
};

/* NULL if memory is short. The lists can be used at once, the slots after directory_bind. */
struct directory *directory_new(const struct policy *policy);
void directory_destroy(struct directory **directory);

/* Call it when the state has applied the event that loads this policy. False if memory is short or the state
 * does not know a name of the policy. */
bool directory_bind(struct directory *directory, const struct state *state);

/* NULL if the slot is not, or no longer, in this policy. */
const struct policy_team *directory_team(const struct directory *directory, uint16_t slot);
const struct policy_coordinator *directory_coordinator(const struct directory *directory, uint16_t slot);
/* The default area if the slot is no longer in this policy: a case always has a ladder. */
const struct policy_area *directory_area(const struct directory *directory, uint16_t slot);
bool directory_has_area(const struct directory *directory, uint16_t slot);
/* The slot of the coordinator on duty for an area. */
uint16_t directory_coordinator_slot(const struct directory *directory, uint16_t area_slot);

#endif
