/* single_sign_on.c: see single_sign_on.h. */
#include "services/gateway/single_sign_on.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/gateway/reply.h"

static const char single_path[] = "/signin/oidc";

/* Everything that a number can be is one: a user whose name is digits cannot be named. */
static bool read_user(const char *text, uid_t *uid)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text >= '0' && *text <= '9') {
        *uid = (uid_t)number;
        return *end == '\0' && *uid == number && *uid != (uid_t)-1;
    }
    const struct passwd *user = getpwnam(text);
    if (user)
        *uid = user->pw_uid;
    return user != NULL;
}

bool single_sign_on_read(const char *text, struct single_sign_on *out)
{
    const char *comma = strrchr(text, ',');
    size_t size = comma ? (size_t)(comma - text) : sizeof out->listen;
    if (size >= sizeof out->listen || strncmp(text, "unix:/", 6) != 0)
        return false;
    memcpy(out->listen, text, size);
    out->listen[size] = '\0';
    return read_user(comma + 1, &out->peer);
}

bool single_sign_on_claims(const struct http_request *request)
{
    return http_header(request, HTTP_SUBJECT) || http_header(request, HTTP_ISSUER);
}

/* Nothing but the uid is in the log, because what is sent may say who somebody is. */
static bool is_apache(const struct single_sign_on *single, const struct http_request *request)
{
    uid_t uid;
    if (!http_peer_uid(request, &uid))
        return false;
    if (uid != single->peer)
        fprintf(stderr,
                "concordat-gateway: %s: a program of uid %lu was refused; only uid %lu may sign people in\n",
                single->listen, (unsigned long)uid, (unsigned long)single->peer);
    return uid == single->peer;
}

static void take_identity(const struct single_sign_on *single, struct http_request *request)
{
    struct identity identity;
    if (identity_set(&identity, http_header(request, HTTP_ISSUER), http_header(request, HTTP_SUBJECT))) {
        signin_admit(single->signin, request, &identity, single->ring);
        return;
    }
    fprintf(
        stderr,
        "concordat-gateway: %s: Apache named no issuer and subject that can be read; compare its settings "
        "with the example\n",
        single->listen);
    reply_problem(request, REPLY_WRONG_CLAIM);
}

void single_sign_on_handle(void *context, struct http_request *request)
{
    const struct single_sign_on *single = context;
    if (!is_apache(single, request))
        reply_problem(request, REPLY_WRONG_PEER);
    else if (strcmp(http_path(request), single_path) != 0)
        reply_problem(request, REPLY_NOT_FOUND);
    else if (http_is_post(request))
        reply_wrong_method(request, HTTP_READ);
    else
        take_identity(single, request);
}
