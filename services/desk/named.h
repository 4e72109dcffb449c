/* named.h: what people call a team, a coordinator or an area whose id is given. Any thread. */
#ifndef CONCORDAT_DESK_NAMED_H
#define CONCORDAT_DESK_NAMED_H

#include "proto/wire/wire.h"

/* The name that a list of the directory has for the id, or else the id itself. Borrowed. */
const char *named(size_t count, Concordat__V1__Named *const *list, const char *id);

/* The same for the id of a team or a coordinator; a directory of NULL has no names. */
const char *named_party(const Concordat__V1__Directory *directory, const char *id);

#endif
