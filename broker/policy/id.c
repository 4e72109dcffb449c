/* id.c: what an id of the directory may be made of. */
#include "broker/policy/id.h"

#include <string.h>

#include "broker/core/limits.h"

bool id_is_valid(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length <= ID_CHARS_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}
