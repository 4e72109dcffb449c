/* reply.h: answers of the gateway that are the same for every page: a page, another place, a problem. Each
 * ends the request. One thread. */
#ifndef CONCORDAT_GATEWAY_REPLY_H
#define CONCORDAT_GATEWAY_REPLY_H

#include "services/gateway/form.h"
#include "services/gateway/html.h"
#include "services/gateway/http.h"

/* Sends a page, and ends it. `cookie` as in struct http_answer. */
void reply_page(struct http_request *request, unsigned status, struct html *page, const char *cookie);

#define REPLY_FILES "/static/"
/* Sends a file that pages refer to; its path begins with REPLY_FILES. */
void reply_file(struct http_request *request);

/* Sends what is copied here as a file to keep; its name as in struct http_answer. */
void reply_download(struct http_request *request, const char *type, const char *text, size_t size,
                    const char *name);

/* The same, to somebody who is to try again in so many seconds. */
void reply_page_later(struct http_request *request, unsigned status, struct html *page, unsigned retry_s);

/* Tells a script how it went, without a page. */
void reply_nothing(struct http_request *request, unsigned status);

/* Sends the browser on, with GET, to a path of ours. */
void reply_go(struct http_request *request, const char *path, const char *cookie);

/* Sends the service worker. It stands at a path of its own, because its path says for which pages it works.
 */
#define REPLY_WORKER      "/service-worker.js"
#define REPLY_WORKER_STEM "service-worker." /* of its file's name */
void reply_worker(struct http_request *request);

enum reply_problem {
    REPLY_NOT_FOUND,
    REPLY_BAD_FORM,    /* not what the page's form can have sent */
    REPLY_CROSS_SITE,  /* sent by another site's page, or by no page */
    REPLY_OLD_PAGE,    /* the form is of a session that has ended, or of another person's */
    REPLY_WRONG_CLAIM, /* it says who somebody is, and that does not count there, or is unreadable */
    REPLY_WRONG_PEER,  /* only Apache's user speaks there */
    REPLY_BUSY,
    REPLY_NO_MEMORY,
    REPLY_NO_DESK,    /* nothing here speaks for the person's team, desk or source now */
    REPLY_NO_ANSWER,  /* the router or intake did not answer in time, and nothing was to be done */
    REPLY_OTHERS,     /* a form that somebody else has filled in */
    REPLY_NOT_AUDITOR /* pages of auditors, asked for by somebody else */
};

/* The path takes other methods, which are named as HTTP's Allow has them. */
void reply_wrong_method(struct http_request *request, const char *allow);

/* Reads the form that was posted, which form_close ends. False: the request has been answered, and there is
 * no form. */
bool reply_read_form(struct http_request *request, struct form *form, const struct form_rule *rules,
                     size_t rule_count);

/* A page that says what happened, what holds now, and what to do next. */
struct reply_words {
    unsigned status;
    const char *title, *sentence, *next;
    unsigned retry_s; /* when to try again; 0: not said */
};
enum { REPLY_RETRY_S = 5 };

void reply_in_words(struct http_request *request, const struct reply_words *words);
void reply_problem(struct http_request *request, enum reply_problem problem);
/* The same with whom to ring. */
void reply_problem_ring(struct http_request *request, enum reply_problem problem, const char *ring);

#endif
