/* path.h: where in a message something stands, as people read it: "submit.referral.needs[2]". */
#ifndef CONCORDAT_PATH_H
#define CONCORDAT_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* One step; lives on the stack of whoever walks the message. */
struct path {
    const struct path *up; /* NULL for the first */
    const char *name;
    bool repeated;
    size_t index; /* where repeated; 0 is the first */
};

/* Writes the path and then the rest into out, cut to size; never more. */
void path_explain(const struct path *path, const char *rest, char *out, size_t size);

#endif
