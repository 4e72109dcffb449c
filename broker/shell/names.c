/* names.c: see names.h. */
#include "broker/shell/names.h"

#include "broker/shell/inside.h"
#include "proto/wire/borrowed.h"

/* proto/wire/check_rules.c. A region has some tens of each, and England some 300 teams. */
enum { NAMES_MAX = 1024 };

struct names {
    Concordat__V1__Named items[NAMES_MAX];
    Concordat__V1__Named *list[NAMES_MAX];
};

/* Too much for the stack; one thread uses it. */
static struct {
    Concordat__V1__Directory message;
    struct names teams, coordinators, areas;
} directory_names;

static void names_put(struct names *names, size_t at, const char *id, const char *name)
{
    concordat__v1__named__init(&names->items[at]);
    names->items[at].id = borrowed_text(id);
    names->items[at].name = borrowed_text(name);
    names->list[at] = &names->items[at];
}

static size_t names_count(size_t count)
{
    return count <= NAMES_MAX ? count : 0;
}

Concordat__V1__Directory *names_of_directory(const struct broker *b)
{
    const struct policy *policy = b->directory->policy;
    Concordat__V1__Directory *m = &directory_names.message;
    concordat__v1__directory__init(m);
    m->n_teams = names_count(policy->team_count);
    m->n_coordinators = names_count(policy->coordinator_count);
    m->n_areas = names_count(policy->area_count);
    m->teams = directory_names.teams.list;
    m->coordinators = directory_names.coordinators.list;
    m->areas = directory_names.areas.list;
    for (size_t i = 0; i < m->n_teams; i++)
        names_put(&directory_names.teams, i, policy->teams[i].id, policy->teams[i].name);
    for (size_t i = 0; i < m->n_coordinators; i++)
        names_put(&directory_names.coordinators, i, policy->coordinators[i].id, policy->coordinators[i].name);
    for (size_t i = 0; i < m->n_areas; i++)
        names_put(&directory_names.areas, i, policy->areas[i].id, policy->areas[i].name);
    return m;
}
