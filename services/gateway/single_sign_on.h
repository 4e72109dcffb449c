/* single_sign_on.h: how a person comes in whom their organisation signs in.
 *
 * Apache with mod_auth_openidc guards one path, and passes its requests to a socket of their own here, with
 * headers that name the issuer and the subject. They count only there, from a process of Apache's user, each
 * once. What then holds is a session of ours, like every other. One thread.
 */
#ifndef CONCORDAT_GATEWAY_SINGLE_SIGN_ON_H
#define CONCORDAT_GATEWAY_SINGLE_SIGN_ON_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "services/gateway/http.h"
#include "services/gateway/signin.h"

enum { SINGLE_ADDRESS_BYTES = 128 };

struct single_sign_on {
    char listen[SINGLE_ADDRESS_BYTES]; /* unix:/PATH */
    uid_t peer;                        /* the user that Apache's workers run as */
    struct signin *signin;             /* borrowed, as the next */
    const char *ring;                  /* whom to ask who may come in */
};

/* Reads the address and the peer of unix:/PATH,USER, in which the user is a name or a number. False if it is
 * not that, or there is no such user. */
bool single_sign_on_read(const char *text, struct single_sign_on *out);

/* Whether the request says who somebody is, as only Apache may. */
bool single_sign_on_claims(const struct http_request *request);

/* Answers a request of Apache's socket. The context is a struct single_sign_on, which lives as long as its
 * requests. */
void single_sign_on_handle(void *context, struct http_request *request);

#endif
