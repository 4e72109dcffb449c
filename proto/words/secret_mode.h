/* secret_mode.h: who else may have rights to a file that holds a secret key.
 *
 * Nobody; but of a credential that systemd gave to this process (systemd.exec(5)) the group may seem to read:
 * what shows there is the mask of an access list, which names this process's user alone. Any thread. */
#ifndef CONCORDAT_SECRET_MODE_H
#define CONCORDAT_SECRET_MODE_H

#include <sys/stat.h>

/* The bits that such a file must not have. */
mode_t secret_mode_not_allowed(const char *path);

#endif
