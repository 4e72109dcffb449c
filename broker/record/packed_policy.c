/* packed_policy.c: a loaded policy as the message that the ledger keeps: see packed_policy.h. */
#include "broker/record/packed_policy.h"

#include <stdlib.h>

#include "broker/record/record.h"
#include "proto/wire/borrowed.h"

/* A loaded policy is long and rare, so its lists are allocated. */
size_t policy_pack(const struct event *event, Concordat__V1__Event *message, uint8_t *out, size_t capacity)
{
    const struct policy_file *file = event->opaque;
    const struct policy *policy = &file->policy;
    Concordat__V1__PolicyLoaded loaded = CONCORDAT__V1__POLICY_LOADED__INIT;
    Concordat__V1__KnownTeam *teams = calloc(policy->team_count + 1u, sizeof *teams);
    Concordat__V1__KnownTeam **list = calloc(policy->team_count + 1u, sizeof *list);
    size_t size = 0;
    if (!teams || !list)
        goto done;
    for (int i = 0; i < policy->team_count; i++) {
        concordat__v1__known_team__init(&teams[i]);
        teams[i].id = borrowed_text(policy->teams[i].id);
        teams[i].name = borrowed_text(policy->teams[i].name);
        teams[i].team_type = borrowed_text(policy->teams[i].team_type);
        teams[i].organisation = borrowed_text(policy->teams[i].organisation);
        teams[i].telephone = borrowed_text(policy->teams[i].telephone);
        list[i] = &teams[i];
    }
    loaded.digest = borrowed_bytes(policy->digest, sizeof policy->digest);
    loaded.n_teams = policy->team_count;
    loaded.teams = list;
    loaded.file = borrowed_bytes(file->bytes, file->size);
    loaded.n_areas = event->is.policy.areas.count;
    loaded.areas = (char **)(uintptr_t)event->is.policy.areas.items;
    loaded.n_coordinators = event->is.policy.coordinators.count;
    loaded.coordinators = (char **)(uintptr_t)event->is.policy.coordinators.items;
    message->policy_loaded = &loaded;
    if (concordat__v1__event__get_packed_size(message) <= capacity)
        size = concordat__v1__event__pack(message, out);
done:
    free(list);
    free(teams);
    return size;
}
