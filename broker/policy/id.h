/* id.h: what an id of the directory may be made of. */
#ifndef CONCORDAT_POLICY_ID_H
#define CONCORDAT_POLICY_ID_H

#include <stdbool.h>

/* a-z, 0-9 and -, from 1 to ID_CHARS_MAX of them. */
bool id_is_valid(const char *text);

#endif
