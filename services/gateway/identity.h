/* identity.h: who somebody is where their organisation signs them in (OpenID Connect): the issuer that
 * vouches for them, and the subject, which is what the issuer calls this person for ever. An e-mail address
 * is neither: it passes to another person in time. Pure; any thread. */
#ifndef CONCORDAT_GATEWAY_IDENTITY_H
#define CONCORDAT_GATEWAY_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "services/gateway/limits.h"

enum {
    /* Spaces and % are written as %XX in the people file. */
    IDENTITY_ESCAPED_BYTES = 3 * IDENTITY_BYTES_MAX + 1
};

struct identity {
    char issuer[IDENTITY_BYTES_MAX + 1];  /* https://..., without spaces; "": there is no identity */
    char subject[IDENTITY_BYTES_MAX + 1]; /* printable ASCII */
};

/* False, and there is no identity, if the issuer or the subject is NULL or not as it must be. */
bool identity_set(struct identity *identity, const char *issuer, const char *subject);

bool identity_is_none(const struct identity *identity);

/* Orders identities. Capitals count in both parts. */
int identity_compare(const struct identity *one, const struct identity *other);

void identity_write_subject(const struct identity *identity, char out[IDENTITY_ESCAPED_BYTES]);
/* Opens each %XX. False if something else follows a %, or the text is too long. */
bool identity_read_subject(const char *escaped, char out[IDENTITY_BYTES_MAX + 1]);

#endif
