/* http.h: HTTP/1.1 from the proxy, in the gateway's own loop.
 *
 * libmicrohttpd has no thread here: the caller polls http_fd with its other sockets. Each request gets one
 * answer, at once or later, or a stream of events that stays open. Whatever is too long, too slow or
 * ambiguous is answered or cut here, and the handler never hears of it; limits.h has the bounds. One thread.
 * Times are milliseconds of the monotonic clock.
 */
#ifndef CONCORDAT_GATEWAY_HTTP_H
#define CONCORDAT_GATEWAY_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "services/gateway/stream.h"

struct http;
struct http_request;

/* The request is whole. The handler answers it, now or later, exactly once. */
typedef void http_handler(void *context, struct http_request *request);

/* Takes a socket that listens, and closes it in the end. At most HTTP_CONNECTIONS_MAX connections live at a
 * time, and no more than `descriptors`, the process's limit, leaves room for; others wait. The context is
 * borrowed until http_close. NULL with a message if the machine has not what is needed; the socket is then
 * closed too. */
struct http *http_open(int listening, uint64_t descriptors, http_handler *handle, void *context,
                       char *message, size_t message_size);
/* Drops all connections. Requests that wait for an answer are answered with 503; their pointers end. Streams
 * that were ended have HTTP_CLOSE_MS for what was put; others are cut. */
void http_close(struct http **http);

/* For the caller's poll: readable when there is something to do. */
int http_fd(const struct http *http);
/* So long may the caller poll before the next http_turn, even if nothing is readable. */
int http_patience_ms(const struct http *http);
/* Does what is due, and calls the handler. */
void http_turn(struct http *http, int64_t now_ms);

/* Since the server was opened: how many answers had a status of this class, such as 2 for 200 to 299; and how
 * many streams are open now. */
enum { HTTP_CLASS_FIRST = 2, HTTP_CLASS_LAST = 5 };
uint64_t http_answered(const struct http *http, unsigned status_class);
unsigned http_streams_open(const struct http *http);

/* --- a request; what is returned is valid until its answer ---------------------------------------------- */

/* As it was sent, without the query and with no %XX opened: begins with a slash. */
const char *http_path(const struct http_request *request);
bool http_is_post(const struct http_request *request); /* otherwise it asks only to read */
/* The form or JSON that was posted; "" if there is none. A NUL follows it. */
const char *http_form(const struct http_request *request, size_t *size);
/* NULL if it was not sent. None of the headers that count here can come twice. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_cookie(const struct http_request *request, const char *name);
/* A value of the query, with no %XX opened; NULL if it was not sent. */
const char *http_query(const struct http_request *request, const char *name);
/* The user of the process that opened the connection; false if the socket is none of the machine's own. */
bool http_peer_uid(const struct http_request *request, uid_t *uid);

/* What Apache says of the person whom it has signed in. */
#define HTTP_SUBJECT "X-Concordat-Subject"
#define HTTP_ISSUER  "X-Concordat-Issuer"

/* What a program sends with a command: its own token, or that of the session; and an id of its own, by which
 * the command is done once. */
#define HTTP_BEARER "Authorization"
#define HTTP_TOKEN  "X-Concordat-Token"
#define HTTP_KEY    "Idempotency-Key"

/* Makes it a form that was sent to another path, in the place of the one that it was; what was returned
 * before is not valid any more. False if there is no memory, or the form is longer. */
bool http_become(struct http_request *request, const char *path, const char *form);

/* --- its answer ------------------------------------------------------------------------------------------
 */

#define HTTP_HTML    "text/html; charset=utf-8"
#define HTTP_PLAIN   "text/plain; charset=utf-8"
#define HTTP_EVENTS  "text/event-stream"
#define HTTP_CSV     "text/csv; charset=utf-8"
#define HTTP_JSON    "application/json"
#define HTTP_PROBLEM "application/problem+json"

/* A path that begins so takes JSON; any other takes a form. */
#define HTTP_JSON_PATHS "/api/"

enum { HTTP_FILE_BYTES_MAX = 64, HTTP_QUOTA_BYTES = 128 };

/* What a path takes: to be read, or a form. */
#define HTTP_READ "GET, HEAD"
#define HTTP_TAKE "POST"

struct http_answer {

    unsigned status;       /* such as 200 */
    const char *type;      /* such as HTTP_HTML; NULL: there is no text */
    const char *text;      /* copied, unless it stands */
    size_t size;           /* of the text */
    const char *location;  /* a path of ours, for 303; NULL: none */
    const char *cookie;    /* the whole of Set-Cookie; NULL: none */
    const char *allow;     /* the methods that the path takes, for 405; NULL: not said */
    unsigned retry_s;      /* when to try again; 0: not said */
    const char *challenge; /* how to say who one is, for 401; NULL: not said */
    const char *file;      /* a download, kept by this name: letters, digits, - and dots; NULL: to be shown */
    const char *quota_policy, *quota_left; /* http_say_quota has them */
    bool stands; /* a text of the program itself, gzip, which browsers keep: its path changes with it */
};

/* The answer to this request will say how much its sender may ask for, and how much of it is left
 * (draft-ietf-httpapi-ratelimit-headers-10): an item for the list of RateLimit-Policy, or NULL, and one for
 * that of RateLimit. */
void http_say_quota(struct http_request *request, const char *policy, const char *left);

/* Ends the request, whose pointer is not valid any more when the handler has returned. */
void http_give(struct http_request *request, const struct http_answer *answer);

/* Answers with a stream of events, HTTP_EVENTS, for which the bounds of time do not hold. It is valid until
 * it is ended, or `gone` was called; the context is borrowed until then. NULL if there are as many as may be,
 * or no memory: the request is not answered yet. */
struct stream *http_stream(struct http_request *request, stream_gone *gone, void *context);

#endif
