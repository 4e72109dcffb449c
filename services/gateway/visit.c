/* visit.c: see visit.h. */
#include "services/gateway/visit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/borrowed.h"
#include "services/desk/told.h"

bool visit_is_from_our_page(const struct site *site, const struct http_request *request)
{
    const char *origin = http_header(request, "Origin");
    return origin && strcmp(origin, site->origin) == 0;
}

struct web_visit *visit_of(struct site *site, struct http_request *request, const struct web_session *session,
                           const struct account *account)
{
    struct web_visit *visit = calloc(1, sizeof *visit);
    if (!visit)
        return NULL;
    visit->site = site;
    visit->request = request;
    visit->desk = desks_find(site->desks, account->role, account->of);
    visit->role = account->role;
    snprintf(visit->of, sizeof visit->of, "%s", account->of);
    snprintf(visit->id, sizeof visit->id, "%s", account->id);
    snprintf(visit->name, sizeof visit->name, "%s", account->name);
    snprintf(visit->token, sizeof visit->token, "%s", session ? session->token : "");
    snprintf(visit->lock_s, sizeof visit->lock_s, "%s", session ? session->lock_text : "");
    concordat__v1__person__init(&visit->person);
    visit->person.id = visit->id;
    visit->person.role = account->staff;
    feed_position(site->feed, visit->position);
    bool locked = signin_is_locked(site->signin, session);
    visit->frame = (struct page_frame){.person = visit->name,
                                       .token = visit->token,
                                       .lock_s = locked ? NULL : visit->lock_s,
                                       .locked = locked,
                                       .position = visit->position,
                                       .ring = site->ring};
    return visit;
}

const struct web_session *visit_session(struct site *site, struct http_request *request,
                                        const struct account **account)
{
    const struct web_session *session = signin_renew(site->signin, request, account);
    if (!session && http_is_post(request))
        reply_problem(request, REPLY_OLD_PAGE);
    else if (!session)
        reply_go(request, "/sign-in", NULL);
    return session;
}

struct web_visit *visit_begin_anyway(struct site *site, struct http_request *request)
{
    const struct account *account;
    const struct web_session *session = visit_session(site, request, &account);
    struct web_visit *visit = session ? visit_of(site, request, session, account) : NULL;
    if (session && !visit)
        reply_problem(request, REPLY_NO_MEMORY);
    return visit;
}

struct web_visit *visit_begin(struct site *site, struct http_request *request)
{
    struct web_visit *visit = visit_begin_anyway(site, request);
    if (!visit || visit->desk)
        return visit;
    desks_say_missing(site->desks, visit->role, visit->of);
    visit_problem(visit, REPLY_NO_DESK);
    visit_end(&visit);
    return NULL;
}

void visit_problem(const struct web_visit *visit, enum reply_problem problem)
{
    reply_problem_ring(visit->request, problem, visit->site->ring);
}

bool visit_owns(const struct web_visit *visit, const char *token)
{
    return token && *token && strlen(token) == strlen(visit->token) &&
           sodium_memcmp(token, visit->token, strlen(visit->token)) == 0;
}

void visit_end(struct web_visit **visit)
{
    free(*visit);
    *visit = NULL;
}

void visit_ask_status(const struct web_visit *visit, const char *number, desk_done *done, void *context)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus question = CONCORDAT__V1__GET_STATUS__INIT;
    question.number = borrowed_text(number);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &question;
    desk_ask(visit->desk, &request, &visit->person, done, context);
}

static void nobody_waits(void *context, const Concordat__V1__Message *message)
{
    (void)context;
    (void)message;
}

void visit_say_shown(const struct web_visit *visit, const Concordat__V1__Message *message)
{
    struct told_request told;
    if (told_make_request(&told, message, visit->role))
        desk_ask(visit->desk, &told.request, &visit->person, nobody_waits, NULL);
}

struct showing visit_showing(const struct web_visit *visit)
{
    return (struct showing){.now_ms = desk_wall_ms(visit->desk),
                            .ring = visit->site->ring,
                            .people = signin_people(visit->site->signin)};
}
