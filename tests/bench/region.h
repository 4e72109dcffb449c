/* region.h: a core with a directory in it, in memory, and the cases that go through it.
 *
 * Either the region of a policy file, or one of many teams: ten on each area's ladder, two to a rung.
 */
#ifndef CONCORDAT_BENCH_REGION_H
#define CONCORDAT_BENCH_REGION_H

#include "broker/core/decide.h"
#include "broker/policy/policy_file.h"

struct region {
    struct policy_file *file; /* owned; NULL where the region was made up */
    struct policy policy;     /* made up */
    struct directory *directory;
    struct state *state;
    struct decision decision;
    int64_t now_ms;
    /* Sees the events of each decision before they are applied. */
    void (*each)(void *context, const struct region *region, const struct event *event);
    void *context;
};

/* Each loads the policy and says that all teams are there; `each` and its context are set before. */
void region_open_file(struct region *region, const char *path);
void region_open_teams(struct region *region, int teams);
void region_close(struct region *region);

/* Decides and applies. */
enum refusal region_do(struct region *region, const struct command *command);
/* Lets time do what is due until then. */
void region_wait(struct region *region, int64_t until_ms);

#endif
