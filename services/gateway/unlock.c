/* unlock.c: see unlock.h. */
#include "services/gateway/unlock.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/now.h"
#include "services/gateway/form.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"

enum { UNLOCK_PATH_BYTES_MAX = 256 };

/* Somebody who proves that they are still there. */
struct unlock_attempt {
    struct site *site;
    struct http_request *request;
    unlock_go_on *go_on;
    char then[UNLOCK_PATH_BYTES_MAX + 1];
    char *held; /* owned; NULL: no form was held */
};

/* A path of ours, so that nobody is led to another site. */
static bool is_our_path(const char *path)
{
    if (!path || path[0] != '/' || path[1] == '/' || strlen(path) > UNLOCK_PATH_BYTES_MAX)
        return false;
    for (const char *at = path; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("/-._~%?=&", *at))
            return false;
    return true;
}

static void send_unlock(struct site *site, struct http_request *request, const char *then, const char *held,
                        bool wrong)
{
    const struct account *account;
    const struct web_session *session = signin_watch(site->signin, request, &account);
    struct html html = {0};
    if (!session || !account || signin_is_idle(site->signin, session)) {
        reply_go(request, "/sign-in", NULL);
        return;
    }
    const struct page_unlock page = {
        .frame = {.person = account->name, .token = session->token},
        .wrong = wrong,
        .then = is_our_path(then) ? then : "/",
        .held = held,
        .has_password = account->password[0] != '\0',
        .single_sign_on = !identity_is_none(&account->identity),
    };
    page_unlock(&html, &page);
    reply_page(request, 403, &html, NULL);
}

void unlock_show(struct site *site, struct http_request *request)
{
    size_t size;
    const char *form = http_form(request, &size);
    bool holds = http_is_post(request) && strlen(form) == size;
    send_unlock(site, request, http_path(request), holds ? form : NULL, false);
}

void unlock_ask(struct site *site, struct http_request *request)
{
    const struct account *account;
    const char *then = http_query(request, "then");
    if (signin_is_locked(site->signin, signin_watch(site->signin, request, &account)))
        send_unlock(site, request, then, NULL, false);
    else
        reply_go(request, is_our_path(then) ? then : "/", NULL);
}

/* --- the proof ------------------------------------------------------------------------------------------ */

static void unlock_attempt_end(struct unlock_attempt *attempt)
{
    if (attempt && attempt->held)
        sodium_memzero(attempt->held, strlen(attempt->held));
    if (attempt)
        free(attempt->held);
    free(attempt);
}

static void unlock_is_proved(void *context, enum signin_proof proof)
{
    struct unlock_attempt *attempt = context;
    if (proof == PROOF_BUSY)
        reply_problem(attempt->request, REPLY_BUSY);
    else if (proof == PROOF_OVER)
        reply_go(attempt->request, "/sign-in", SESSION_COOKIE_GONE);
    else if (proof == PROOF_WRONG)
        send_unlock(attempt->site, attempt->request, attempt->then, attempt->held, true);
    else if (!attempt->held)
        reply_go(attempt->request, attempt->then, NULL);
    else if (http_become(attempt->request, attempt->then, attempt->held))
        attempt->go_on(attempt->site, attempt->request);
    else
        reply_problem(attempt->request, REPLY_NO_MEMORY);
    unlock_attempt_end(attempt);
}

static const struct form_rule unlock_rules[] = {
    {.name = "token", .bytes_max = SESSION_TOKEN_BYTES},
    {.name = "proof", .bytes_max = PASSWORD_BYTES_MAX},
    {.name = "then", .bytes_max = UNLOCK_PATH_BYTES_MAX},
    {.name = "held", .bytes_max = HTTP_BODY_BYTES_MAX},
};

static struct unlock_attempt *unlock_attempt_of(struct site *site, struct http_request *request,
                                                const struct form *form, unlock_go_on *go_on)
{
    struct unlock_attempt *attempt = calloc(1, sizeof *attempt);
    const char *then = form_value(form, "then", 0), *held = form_value(form, "held", 0);
    if (!attempt)
        return NULL;
    *attempt = (struct unlock_attempt){.site = site, .request = request, .go_on = go_on, .then = "/"};
    if (is_our_path(then))
        strcpy(attempt->then, then);
    attempt->held = held ? strdup(held) : NULL;
    if (!held || attempt->held)
        return attempt;
    free(attempt);
    return NULL;
}

static void unlock_begin(struct site *site, struct http_request *request, const struct form *form,
                         unlock_go_on *go_on)
{
    const struct account *account;
    const struct web_session *session = signin_watch(site->signin, request, &account);
    const char *proof = form_value(form, "proof", 0);
    if (!session || !account) {
        reply_go(request, "/sign-in", NULL);
        return;
    }
    if (!web_session_fits(session, form_value(form, "token", 0)) || !proof) {
        reply_problem(request, proof ? REPLY_OLD_PAGE : REPLY_BAD_FORM);
        return;
    }
    struct unlock_attempt *attempt = unlock_attempt_of(site, request, form, go_on);
    if (attempt)
        signin_prove(site->signin, session, proof, now_monotonic_ms(), unlock_is_proved, attempt);
    else
        reply_problem(request, REPLY_NO_MEMORY);
}

void unlock_take(struct site *site, struct http_request *request, unlock_go_on *go_on)
{
    struct form form;
    if (!reply_read_form(request, &form, unlock_rules, sizeof unlock_rules / sizeof *unlock_rules))
        return;
    unlock_begin(site, request, &form, go_on);
    form_close(&form);
}

/* --- scripts -------------------------------------------------------------------------------------------- */

/* NULL: the request has been answered. */
static const struct web_session *unlock_session_of(struct site *site, struct http_request *request)
{
    struct form form;
    size_t size;
    const struct account *account;
    const char *bytes = http_form(request, &size);
    enum form_status status = form_read(&form, bytes, size, unlock_rules, 1);
    const struct web_session *session = signin_watch(site->signin, request, &account);
    bool fits = status == FORM_GOOD && session && web_session_fits(session, form_value(&form, "token", 0));
    form_close(&form);
    if (!fits)
        reply_problem(request, REPLY_OLD_PAGE);
    return fits ? session : NULL;
}

void unlock_touch(struct site *site, struct http_request *request)
{
    const struct account *account;
    const struct web_session *session = unlock_session_of(site, request);
    if (!session)
        return;
    bool locked = signin_is_locked(site->signin, session);
    if (!locked)
        (void)signin_find(site->signin, request, &account);
    reply_nothing(request, locked ? 403 : 204);
}

void unlock_leave(struct site *site, struct http_request *request)
{
    const struct web_session *session = unlock_session_of(site, request);
    if (!session)
        return;
    signin_lock(site->signin, session);
    reply_nothing(request, 204);
}
