/* policy_check.c: see policy_check.h. */
#include "broker/policy_check.h"

#include "broker/machine.h"
#include "broker/policy/coverage.h"
#include "proto/words/exit_code.h"

int policy_check_read(const char *path, FILE *out, struct policy_file **file)
{
    struct policy_problems problems = {0};
    *file = policy_file_read(path, &problems);
    if (*file)
        return 0;
    policy_problems_print(out, path, &problems);
    return problems.not_now ? CODE_ENVIRONMENT : CODE_USAGE;
}

static void print_policy_names(const struct policy *policy)
{
    for (int i = 0; i < policy->coordinator_count; i++) {
        const struct policy_coordinator *coordinator = &policy->coordinators[i];
        printf("coordinator\t%s\t%s\t%s\n", coordinator->id, coordinator->telephone, coordinator->name);
    }
    for (int i = 0; i < policy->team_count; i++) {
        const struct policy_team *team = &policy->teams[i];
        printf("team\t%s\t%s\t%s\n", team->id, team->telephone, team->name);
    }
}

static bool is_on_a_ladder(const struct policy *policy, int team)
{
    for (int i = 0; i < policy->area_count; i++)
        for (int j = 0; j < policy->areas[i].step_count; j++)
            if (policy->areas[i].steps[j].team == team)
                return true;
    return false;
}

/* By which somebody refers. */
static bool is_team_of_referrers(const struct policy *policy, int team)
{
    for (uint32_t i = 0; i < policy->organisation_count; i++)
        if (policy->organisations[i].own_team == team + 1)
            return true;
    for (int i = 0; i < policy->site_count; i++)
        if (policy->sites[i].own_team == team + 1)
            return true;
    return false;
}

/* A team that was added to the teams alone would wait for offers for ever. */
static void print_teams_never_asked(const char *path, const struct policy *policy)
{
    for (int i = 0; i < policy->team_count; i++)
        if (!is_on_a_ladder(policy, i) && !is_team_of_referrers(policy, i))
            printf("%s: gap: %s is on no ladder, so it is never asked: put it on a rung of \"ladders\"\n",
                   path, policy->teams[i].id);
}

int policy_check(const char *path, bool names)
{
    struct policy_file *file;
    int code = policy_check_read(path, stdout, &file);
    if (code != 0)
        return code;
    printf("%s: good: %u areas, %u teams, %u coordinators\n", path, file->policy.area_count,
           file->policy.team_count, file->policy.coordinator_count);
    int gaps = coverage_print(stdout, path, &file->policy, machine_now().wall_ms);
    print_teams_never_asked(path, &file->policy);
    if (names)
        print_policy_names(&file->policy);
    policy_file_destroy(&file);
    if (gaps < 0)
        fprintf(stderr, "%s: there is no memory to look for gaps; try again\n", path);
    return gaps < 0 ? CODE_ENVIRONMENT : 0;
}
