/* path.c: the place of a field in a message, as people read it. */
#include "proto/wire/path.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void path_append(const struct path *path, char *out, size_t size)
{
    if (path->up)
        path_append(path->up, out, size);
    size_t used = strlen(out);
    const char *dot = path->up ? "." : "";
    if (path->repeated)
        snprintf(out + used, size - used, "%s%s[%zu]", dot, path->name, path->index);
    else
        snprintf(out + used, size - used, "%s%s", dot, path->name);
}

void path_explain(const struct path *path, const char *rest, char *out, size_t size)
{
    assert(size > 0);
    out[0] = '\0';
    path_append(path, out, size);
    size_t used = strlen(out);
    snprintf(out + used, size - used, ": %s", rest);
}
