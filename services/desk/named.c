/* named.c: see named.h. */
#include "services/desk/named.h"

#include <string.h>

const char *named(size_t count, Concordat__V1__Named *const *list, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->id, id) == 0 && list[i]->name[0])
            return list[i]->name;
    return id;
}

const char *named_party(const Concordat__V1__Directory *directory, const char *id)
{
    if (!directory)
        return id;
    const char *name = named(directory->n_teams, directory->teams, id);
    return name != id ? name : named(directory->n_coordinators, directory->coordinators, id);
}
