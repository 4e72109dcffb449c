/* region.h: a core in memory, with a directory and the cases that go through it.
 *
 * The directory is that of a policy file, or has many teams: ten on the ladder of each area, two to a rung.
 */
#ifndef CONCORDAT_BENCH_REGION_H
#define CONCORDAT_BENCH_REGION_H

#include "broker/core/decide.h"
#include "broker/policy/policy_file.h"

struct region {
    struct policy_file *file; /* owned; NULL if the region is made up */
    struct policy policy;     /* the made-up policy */
    struct directory *directory;
    struct state *state;
    struct decision decision;
    int64_t now_ms;
    /* Called with the events of each decision, before they are applied. */
    void (*each)(void *context, const struct region *region, const struct event *event);
    void *context;
};

/* Load the policy and say that all teams are present. Set `each` and its context before. */
void region_open_file(struct region *region, const char *path);
void region_open_teams(struct region *region, int teams);
void region_close(struct region *region);

/* Decides a command and applies its events. */
enum refusal region_do(struct region *region, const struct command *command);
/* Does everything that is due until then. */
void region_wait(struct region *region, int64_t until_ms);

#endif
