/* secret_mode.c: see secret_mode.h. */
#include "proto/words/secret_mode.h"

#include <stdlib.h>

#include "proto/words/inside_folder.h"

mode_t secret_mode_not_allowed(const char *path)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    bool is_credential = credentials && *credentials && is_inside_folder(path, credentials);
    return (is_credential ? S_IWGRP | S_IXGRP : S_IRWXG) | S_IRWXO;
}
