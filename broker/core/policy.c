/* policy.c: look-ups in the directory. */
#include "broker/core/policy.h"

#include <stddef.h>
#include <string.h>

typedef int compare_fn(const char *key, const void *entry);

/* The index of the entry that equals the key in an array sorted by it, or -1. */
static int find_by_key(const char *key, const void *entries, size_t count, size_t size, compare_fn *compare)
{
    size_t first = 0, end = count;

    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = compare(key, (const char *)entries + middle * size);

        if (order == 0)
            return (int)middle;
        if (order > 0)
            first = middle + 1;
        else
            end = middle;
    }
    return -1;
}

static int compare_team(const char *key, const void *entry)
{
    return strcmp(key, ((const struct policy_team *)entry)->id);
}

static int compare_area(const char *key, const void *entry)
{
    return strcmp(key, ((const struct policy_area *)entry)->id);
}

static int compare_coordinator(const char *key, const void *entry)
{
    return strcmp(key, ((const struct policy_coordinator *)entry)->id);
}

static int compare_site(const char *key, const void *entry)
{
    return strcmp(key, ((const struct policy_site *)entry)->id);
}

static int compare_place(const char *key, const void *entry)
{
    return strcmp(key, ((const struct policy_place *)entry)->key);
}

int policy_find_team(const struct policy *policy, const char *id)
{
    return find_by_key(id, policy->teams, policy->team_count, sizeof *policy->teams, compare_team);
}

int policy_find_area(const struct policy *policy, const char *id)
{
    return find_by_key(id, policy->areas, policy->area_count, sizeof *policy->areas, compare_area);
}

int policy_find_coordinator(const struct policy *policy, const char *id)
{
    return find_by_key(id, policy->coordinators, policy->coordinator_count, sizeof *policy->coordinators,
                       compare_coordinator);
}

/* NULL if there is no such site, or none is named. */
static const struct policy_site *find_site(const struct policy *policy, const char *id)
{
    int index;

    if (!id || !*id)
        return NULL;
    index = find_by_key(id, policy->sites, policy->site_count, sizeof *policy->sites, compare_site);
    return index < 0 ? NULL : &policy->sites[index];
}

bool policy_site_is_unknown(const struct policy *policy, const char *id)
{
    return policy->site_count > 0 && id && *id && !find_site(policy, id);
}

/* The policy has codes in capitals; people type them as they like. */
static const struct policy_place *find_place(const struct policy_place *places, size_t count,
                                             const char *code)
{
    char key[sizeof places->key];
    size_t length = code == NULL ? 0 : strlen(code);
    int index;

    if (length == 0 || length >= sizeof key)
        return NULL;
    for (size_t i = 0; i <= length; i++)
        key[i] = (char)(code[i] >= 'a' && code[i] <= 'z' ? code[i] - 'a' + 'A' : code[i]);
    index = find_by_key(key, places, count, sizeof *places, compare_place);
    return index < 0 ? NULL : &places[index];
}

uint16_t policy_area_for(const struct policy *policy, const struct referral_place *at, bool *assumed)
{
    const struct policy_place *place = find_place(policy->districts, policy->district_count, at->district);
    const struct policy_site *site;

    *assumed = place == NULL;
    if (place)
        return place->area;
    site = find_site(policy, at->site);
    if (site && site->has_area)
        return site->area;
    place = find_place(policy->organisations, policy->organisation_count, at->organisation);
    return place == NULL ? policy->default_area : place->area;
}

int policy_own_team(const struct policy *policy, const struct referral_place *at)
{
    const struct policy_site *site = find_site(policy, at->site);
    if (site && site->own_team)
        return site->own_team - 1;
    if (!at->organisation || !at->organisation[0])
        return -1;
    int index = find_by_key(at->organisation, policy->organisations, policy->organisation_count,
                            sizeof *policy->organisations, compare_place);
    return index < 0 ? -1 : policy->organisations[index].own_team - 1;
}
