/* api_caller.c: see api_caller.h. */
#include "services/gateway/api_caller.h"

#include <string.h>
#include <strings.h>

#include "proto/words/now.h"
#include "services/gateway/api_problem.h"
#include "services/gateway/api_quota.h"

#define BEARER_SCHEME "Bearer"

/* RFC 9110, 11.4: the scheme in any letters, and spaces. NULL: another scheme. */
static const char *bearer_of(const char *credentials)
{
    size_t length = sizeof BEARER_SCHEME - 1;
    if (strncasecmp(credentials, BEARER_SCHEME, length) != 0 ||
        (credentials[length] && credentials[length] != ' '))
        return NULL;
    return credentials + length + strspn(credentials + length, " ");
}

/* RFC 6750, 2.1: b64token. */
static bool is_bearer_token(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");
    return length > 0 && text[length + strspn(text + length, "=")] == '\0';
}

/* A proxy that has nothing to pass on may pass on an empty one. */
static const char *credentials_of(const struct http_request *request)
{
    const char *credentials = http_header(request, HTTP_BEARER);
    return credentials && *credentials ? credentials : NULL;
}

bool api_caller_has_token(const struct http_request *request)
{
    const char *credentials = credentials_of(request);
    return credentials && bearer_of(credentials);
}

/* NULL: the request is answered. A session that comes along does not count, so no other site's page is
 * believed by it; and whatever else is wrong with a token, the answer is the same. */
static const struct account *account_of_token(struct site *site, struct http_request *request,
                                              const char *credentials)
{
    const char *token = bearer_of(credentials);
    const struct account *account = NULL;
    if (!token)
        api_problem(request, API_NOT_SIGNED_IN, NULL);
    else if (!is_bearer_token(token))
        api_problem(request, API_UNREADABLE_TOKEN, NULL);
    else if (!(account = signin_find_token(site->signin, token)))
        api_problem(request, API_NO_SUCH_TOKEN, NULL);
    return account;
}

static bool is_by_our_page(struct site *site, struct http_request *request, const struct web_session *session)
{
    if (!visit_is_from_our_page(site, request))
        api_problem(request, API_CROSS_SITE, NULL);
    else if (!web_session_fits(session, http_header(request, HTTP_TOKEN)))
        api_problem(request, API_WRONG_TOKEN, NULL);
    else
        return true;
    return false;
}

/* NULL: the request is answered. A page of another site does not even count as use of the session. */
static const struct account *account_of_session(struct site *site, struct http_request *request,
                                                const struct web_session **session)
{
    const struct account *account;
    *session = signin_watch(site->signin, request, &account);
    if (!*session)
        api_problem(request, API_NOT_SIGNED_IN, NULL);
    else if (http_is_post(request) && !is_by_our_page(site, request, *session))
        return NULL;
    else if (signin_is_locked(site->signin, *session))
        api_problem(request, API_LOCKED, NULL);
    else
        return account;
    return NULL;
}

/* Both are of a person who may ask; whether this one can be asked now. */
static struct web_visit *visit_for(struct site *site, struct http_request *request,
                                   const struct account *account, const struct web_session *session)
{
    struct web_visit *visit = NULL;
    unsigned wait_s = api_quota_take(site->quota, request, account->id, now_monotonic_ms());
    if (wait_s)
        api_problem_too_much(request, wait_s);
    else if (audit_room_is_for(account))
        api_problem(request, API_NOT_FOR_AUDITORS, NULL);
    else if (!desks_find(site->desks, account->role, account->of))
        api_problem(request, API_NO_DESK, NULL);
    else if (!(visit = visit_of(site, request, session, account)))
        api_problem(request, API_NO_MEMORY, NULL);
    return visit;
}

/* A token in an address is in the logs of whatever it passed, so it is refused also beside one that counts.
 */
struct web_visit *api_caller_begin(struct site *site, struct http_request *request)
{
    const char *credentials = credentials_of(request);
    const struct web_session *session = NULL;
    const struct account *account = NULL;
    if (http_query(request, "access_token"))
        api_problem(request, API_TOKEN_IN_ADDRESS, NULL);
    else if (credentials)
        account = account_of_token(site, request, credentials);
    else if ((account = account_of_session(site, request, &session)))
        session = signin_find(site->signin, request, &account);
    return account ? visit_for(site, request, account, session) : NULL;
}
