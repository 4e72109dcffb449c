/* path.h: the place of a field in a message, as people read it: "submit.referral.needs[2]". */
#ifndef CONCORDAT_PATH_H
#define CONCORDAT_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* One step of a path, on the stack of the function that walks the message. */
struct path {
    const struct path *up; /* NULL for the first */
    const char *name;
    bool repeated;
    size_t index; /* if repeated; 0 is the first */
};

/* Writes the path, ": " and the rest into out; cuts the text if it does not fit. */
void path_explain(const struct path *path, const char *rest, char *out, size_t size);

#endif
