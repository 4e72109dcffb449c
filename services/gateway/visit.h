/* visit.h: a request of somebody who is signed in, at the desk that serves them.
 *
 * It outlives the session while an answer of the desk is awaited, so it has copies. One thread. */
#ifndef CONCORDAT_GATEWAY_VISIT_H
#define CONCORDAT_GATEWAY_VISIT_H

#include "proto/wire/wire.h"
#include "services/desk/show.h"
#include "services/gateway/http.h"
#include "services/gateway/pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/site.h"

struct web_visit {
    struct site *site;
    struct http_request *request; /* the page answers it, and then ends the visit */
    struct desk *desk;
    Concordat__V1__Role role;
    char of[KEY_OF_CHARS_MAX + 1]; /* the id of their team, coordinator or source */
    char id[PERSON_ID_CHARS_MAX + 1], name[PEOPLE_NAME_BYTES_MAX + 1], token[SESSION_TOKEN_BYTES];
    char position[FEED_POSITION_BYTES];
    char lock_s[LOCK_TEXT_BYTES];
    Concordat__V1__Person person; /* who acts: for desk_ask */
    struct page_frame frame;
};

/* Browsers say with each form whose page sent it. That guards the sign-in too, for which there is no session
 * yet and so no token. */
bool visit_is_from_our_page(const struct site *site, const struct http_request *request);

/* The session and the person who is signed in; NULL: nobody is, and the request is answered. Valid as those
 * of signin_find. */
const struct web_session *visit_session(struct site *site, struct http_request *request,
                                        const struct account **account);

/* The session is NULL if a program acts for the person by a token. NULL: there is no memory. */
struct web_visit *visit_of(struct site *site, struct http_request *request, const struct web_session *session,
                           const struct account *account);
/* NULL: the request has been answered already, because nobody is signed in or no desk serves them. */
struct web_visit *visit_begin(struct site *site, struct http_request *request);
/* The same, but a person whom no desk serves now has a visit too, whose desk is NULL: for a page that must
 * not be lost while a server is away. */
struct web_visit *visit_begin_anyway(struct site *site, struct http_request *request);
/* True if a form with this token is of a page of the visit's session. NULL is none. */
bool visit_owns(const struct web_visit *visit, const char *token);
void visit_end(struct web_visit **visit);
/* Answers the request with what could not be done, and whom to ring. */
void visit_problem(const struct web_visit *visit, enum reply_problem problem);

/* Asks how a case stands; `done` as in desk_ask. */
void visit_ask_status(const struct web_visit *visit, const char *number, desk_done *done, void *context);

/* Tells the router which state of a case a person of a source was shown: how long a referrer waits until they
 * are told who will come is one of the clocks. Nothing for any other person or message. */
void visit_say_shown(const struct web_visit *visit, const Concordat__V1__Message *message);

/* What the words of a sheet depend on, now. */
struct showing visit_showing(const struct web_visit *visit);

#endif
