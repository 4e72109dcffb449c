/* setup_certificate.h: the certificate with which a proxy shows a site to browsers. One thread. */
#ifndef CONCORDAT_CLI_SETUP_CERTIFICATE_H
#define CONCORDAT_CLI_SETUP_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include "services/cli/setup_found.h"

/* Whether the two are there, belong together, are for the host, and have not ended; a message says what is
 * wrong. */
enum found certificate_look(const char *path, const char *key_path, const char *host, char *message,
                            size_t size);
/* How many whole days a certificate is good for still; below 0: it has ended, or cannot be read. */
int certificate_days_left(const char *path);
/* The same of a certificate whose key is not known yet: false with a message. */
bool certificate_look_alone(const char *path, const char *host, char *message, size_t size);
/* Makes both by openssl, for a year. Browsers warn of it: it is for trying out. False with a message. */
bool certificate_make(const char *path, const char *key_path, const char *host, char *message, size_t size);

#endif
