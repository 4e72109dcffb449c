/* http.c: see http.h. */
#include "services/gateway/http.h"

#include <assert.h>
#include <microhttpd.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "services/gateway/http_answer.h"
#include "services/gateway/limits.h"

/* A connection, in the list of all. */
struct http_connection {
    struct http *http;
    struct http_connection *next, **at; /* `at` points to what points here */
    int fd;
    int64_t deadline_ms; /* by then the next answer has left */
};

struct http {
    struct MHD_Daemon *daemon;
    http_handler *handle;
    void *context;
    struct http_connection *connections;
    struct http_request *waiting; /* list of requests whose connection sleeps */
    struct streams *streams;
    int64_t now_ms, look_at_ms;
    size_t bodies_bytes; /* room of all bodies */
    uint64_t answered[HTTP_CLASS_LAST + 1];
    bool closing;
};

static void http_count(struct http *http, unsigned status)
{
    unsigned class = status / 100;
    if (class >= HTTP_CLASS_FIRST && class <= HTTP_CLASS_LAST)
        http->answered[class]++;
}

/* A problem that has only the longest words for a status. */
enum { HTTP_REFUSAL_BYTES = 128 };

enum http_state {
    HTTP_READING,  /* the body comes in */
    HTTP_ASKED,    /* the handler has the request */
    HTTP_SLEEPING, /* the handler has returned without an answer: the connection is suspended */
    HTTP_ANSWERED  /* the response is made, and leaves as soon as the library asks again */
};

struct http_request {
    struct http *http;
    struct MHD_Connection *connection;
    struct http_request *next, **at; /* while it sleeps */
    enum http_state state;
    bool is_post;
    char *path;
    char *body;
    size_t size, room;
    struct MHD_Response *response;
    unsigned status;
    struct stream *stream; /* whose body is the response; NULL: none */
    char quota_policy[HTTP_QUOTA_BYTES], quota_left[HTTP_QUOTA_BYTES];
};

/* --- requests that are refused before anybody handles them ------------------------------------------------
 */

/* A header that a proxy and we could read differently if it came twice. */
static const char *const single_headers[] = {"Host",      "Content-Length", "Content-Type", "Cookie",
                                             "Origin",    "Last-Event-ID",  HTTP_BEARER,    HTTP_SUBJECT,
                                             HTTP_ISSUER, HTTP_TOKEN,       HTTP_KEY};

struct header_count {
    unsigned seen[sizeof single_headers / sizeof *single_headers];
    bool transfer_encoding;
};

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct header_count *count = context;
    (void)kind, (void)value;
    for (size_t i = 0; i < sizeof single_headers / sizeof *single_headers; i++)
        count->seen[i] += strcasecmp(name, single_headers[i]) == 0;
    count->transfer_encoding |= strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

static bool is_ambiguous(struct MHD_Connection *connection)
{
    struct header_count count = {0};
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &count);
    for (size_t i = 0; i < sizeof single_headers / sizeof *single_headers; i++)
        if (count.seen[i] > 1)
            return true;
    return count.transfer_encoding;
}

/* The length that was announced; more than is allowed if it is no number. */
static size_t announced_bytes(struct MHD_Connection *connection)
{
    const char *text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    if (!text)
        return 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '\0')
        return HTTP_BODY_BYTES_MAX + 1;
    return (size_t)strtoul(text, NULL, 10);
}

static bool is_json_path(const char *path)
{
    return strncmp(path, HTTP_JSON_PATHS, sizeof HTTP_JSON_PATHS - 1) == 0;
}

static bool has_right_type(struct MHD_Connection *connection, const char *path)
{
    const char *right = is_json_path(path) ? HTTP_JSON : "application/x-www-form-urlencoded";
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    size_t length = strlen(right);
    return type && strncasecmp(type, right, length) == 0 && strchr("; ", type[length]);
}

/* The status that refuses the request by its head, or 0. */
static unsigned refuse_head(struct MHD_Connection *connection, const char *path, const char *method,
                            const char *version)
{
    bool is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    if (strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
        return MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED;
    if (!is_post && strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return MHD_HTTP_NOT_IMPLEMENTED; /* no page takes it */
    if (is_ambiguous(connection))
        return MHD_HTTP_BAD_REQUEST;
    size_t bytes = announced_bytes(connection);
    if (bytes > HTTP_BODY_BYTES_MAX)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    if (!is_post && bytes)
        return MHD_HTTP_BAD_REQUEST;
    return is_post && !has_right_type(connection, path) ? MHD_HTTP_UNSUPPORTED_MEDIA_TYPE : 0;
}

static enum MHD_Result send_refusal(struct MHD_Connection *connection, const char *path, unsigned status)
{
    const char *words = MHD_get_reason_phrase_for(status);
    char problem[HTTP_REFUSAL_BYTES];
    snprintf(problem, sizeof problem, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u}", words,
             status);
    const char *text = is_json_path(path) ? problem : words;
    const struct http_answer answer = {.status = status,
                                       .type = is_json_path(path) ? HTTP_PROBLEM : HTTP_PLAIN,
                                       .text = text,
                                       .size = strlen(text)};
    struct MHD_Response *response = http_answer_make(&answer);
    enum MHD_Result result = response ? MHD_queue_response(connection, status, response) : MHD_NO;
    if (response)
        MHD_destroy_response(response);
    return result;
}

/* --- the life of a request ---------------------------------------------------------------------------------
 */

static void http_wake(struct http_request *request)
{
    *request->at = request->next;
    if (request->next)
        request->next->at = request->at;
    MHD_resume_connection(request->connection);
}

static void http_sleep(struct http_request *request)
{
    struct http *http = request->http;
    request->state = HTTP_SLEEPING;
    request->at = &http->waiting;
    request->next = http->waiting;
    if (request->next)
        request->next->at = &request->next;
    http->waiting = request;
    MHD_suspend_connection(request->connection);
}

void http_give(struct http_request *request, const struct http_answer *answer)
{
    assert(request->state == HTTP_ASKED || request->state == HTTP_SLEEPING);
    assert(!answer->location || answer->location[0] == '/');
    bool slept = request->state == HTTP_SLEEPING;
    request->state = HTTP_ANSWERED;
    request->status = answer->status;
    struct http_answer whole = *answer;
    whole.quota_policy = request->quota_policy[0] ? request->quota_policy : NULL;
    whole.quota_left = request->quota_left[0] ? request->quota_left : NULL;
    request->response = http_answer_make(&whole);
    http_count(request->http, answer->status);
    if (slept)
        http_wake(request);
}

static void add_quota_item(char list[HTTP_QUOTA_BYTES], const char *item)
{
    size_t used = strlen(list);
    snprintf(list + used, HTTP_QUOTA_BYTES - used, "%s%s", used ? ", " : "", item);
}

void http_say_quota(struct http_request *request, const char *policy, const char *left)
{
    if (policy)
        add_quota_item(request->quota_policy, policy);
    add_quota_item(request->quota_left, left);
}

static struct http_connection *http_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

struct stream *http_stream(struct http_request *request, stream_gone *gone, void *context)
{
    static const struct http_answer events = {.status = MHD_HTTP_OK, .type = HTTP_EVENTS};
    assert(request->state == HTTP_ASKED || request->state == HTTP_SLEEPING);
    struct http_connection *peer = http_peer(request->connection);
    request->stream =
        peer ? stream_open(request->http->streams, request->connection, &request->response, gone, context)
             : NULL;
    if (!request->stream)
        return NULL;
    if (!http_answer_add_headers(request->response, &events)) {
        stream_end(request->stream);
        stream_close(&request->stream);
        MHD_destroy_response(request->response);
        request->response = NULL;
        return NULL;
    }
    bool slept = request->state == HTTP_SLEEPING;
    peer->deadline_ms = INT64_MAX;
    request->state = HTTP_ANSWERED;
    request->status = events.status;
    http_count(request->http, events.status);
    if (slept)
        http_wake(request);
    return request->stream;
}

/* The status that refuses a request because of us, or 0. */
static unsigned refuse_now(const struct http *http, struct MHD_Connection *connection)
{
    bool is_full = announced_bytes(connection) > HTTP_BODIES_BYTES_MAX - http->bodies_bytes;
    return http->closing || is_full ? MHD_HTTP_SERVICE_UNAVAILABLE : 0;
}

static enum MHD_Result http_begin(struct http *http, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, void **own)
{
    unsigned refusal = refuse_head(connection, path, method, version);
    if (!refusal)
        refusal = refuse_now(http, connection);
    if (refusal) {
        http_count(http, refusal);
        return send_refusal(connection, path, refusal);
    }
    size_t room = announced_bytes(connection);
    struct http_request *request = calloc(1, sizeof *request);
    char *body = malloc(room + 1);
    char *copy = strdup(path);
    if (!request || !body || !copy) {
        free(request);
        free(body);
        free(copy);
        return MHD_NO;
    }
    body[0] = '\0';
    *request = (struct http_request){
        .http = http, .connection = connection, .body = body, .room = room, .path = copy};
    request->is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    http->bodies_bytes += room;
    *own = request;
    return MHD_YES;
}

static enum MHD_Result http_take_body(struct http_request *request, const char *bytes, size_t *size)
{
    if (*size > request->room - request->size)
        return MHD_NO;
    memcpy(request->body + request->size, bytes, *size);
    request->size += *size;
    request->body[request->size] = '\0';
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result http_access(void *context, struct MHD_Connection *connection, const char *path,
                                   const char *method, const char *version, const char *bytes, size_t *size,
                                   void **own)
{
    struct http *http = context;
    struct http_request *request = *own;
    if (!request)
        return http_begin(http, connection, path, method, version, own);
    if (*size)
        return http_take_body(request, bytes, size);
    if (request->state == HTTP_READING) {
        request->state = HTTP_ASKED;
        http->handle(http->context, request);
        if (request->state == HTTP_ASKED) {
            http_sleep(request);
            return MHD_YES;
        }
    }
    if (request->state != HTTP_ANSWERED || !request->response)
        return MHD_NO;
    return MHD_queue_response(connection, request->status, request->response);
}

static void http_completed(void *context, struct MHD_Connection *connection, void **own,
                           enum MHD_RequestTerminationCode why)
{
    struct http *http = context;
    struct http_request *request = *own;
    struct http_connection *peer = http_peer(connection);
    (void)why;
    if (peer)
        peer->deadline_ms = http->now_ms + HTTP_REQUEST_MS;
    if (!request)
        return;
    if (request->stream)
        stream_close(&request->stream);
    if (request->response)
        MHD_destroy_response(request->response);
    http->bodies_bytes -= request->room;
    /* A password may be in it, or what was told about a person. */
    sodium_memzero(request->body, request->room);
    free(request->path);
    free(request->body);
    free(request);
    *own = NULL;
}

/* --- connections
 * --------------------------------------------------------------------------------------------- */

static void connection_begins(struct http *http, struct MHD_Connection *connection, void **own)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct http_connection *peer = calloc(1, sizeof *peer);
    if (!peer || !info) {
        free(peer);
        if (info)
            (void)shutdown(info->connect_fd, SHUT_RDWR);
        return;
    }
    *peer = (struct http_connection){.http = http, .next = http->connections, .at = &http->connections};
    peer->fd = info->connect_fd;
    peer->deadline_ms = http->now_ms + HTTP_REQUEST_MS;
    if (peer->next)
        peer->next->at = &peer->next;
    http->connections = peer;
    *own = peer;
}

static void connection_ends(void **own)
{
    struct http_connection *peer = *own;
    if (!peer)
        return;
    *peer->at = peer->next;
    if (peer->next)
        peer->next->at = peer->at;
    free(peer);
    *own = NULL;
}

static void connection_changes(void *context, struct MHD_Connection *connection, void **own,
                               enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        connection_begins(context, connection, own);
    else
        connection_ends(own);
}

/* The library's own timeout begins anew with each byte, so a slow sender would never meet it. */
static void cut_the_slow(struct http *http)
{
    if (http->now_ms < http->look_at_ms)
        return;
    http->look_at_ms = http->now_ms + HTTP_LOOK_MS;
    for (struct http_connection *peer = http->connections; peer; peer = peer->next)
        if (http->now_ms >= peer->deadline_ms)
            (void)shutdown(peer->fd, SHUT_RDWR);
}

/* Paths stay as they were sent: what a proxy and we open differently, a rule of the proxy would not guard. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context, (void)connection;
    return strlen(text);
}

/* --- the whole
 * ------------------------------------------------------------------------------------------------- */

/* Pages keep a tenth of the connections. */
static unsigned most_streams(unsigned connections)
{
    unsigned most = connections - connections / 10;
    return most < STREAMS_MAX ? most : STREAMS_MAX;
}

struct http *http_open(int listening, uint64_t descriptors, http_handler *handle, void *context,
                       char *message, size_t message_size)
{
    uint64_t room = descriptors > HTTP_DESCRIPTORS_KEPT ? descriptors - HTTP_DESCRIPTORS_KEPT : 1;
    const unsigned connections_max = room < HTTP_CONNECTIONS_MAX ? (unsigned)room : HTTP_CONNECTIONS_MAX;
    struct http *http = calloc(1, sizeof *http);
    if (http) {
        http->handle = handle;
        http->context = context;
        http->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, http_access, http,
            MHD_OPTION_LISTEN_SOCKET, listening, MHD_OPTION_CONNECTION_LIMIT, connections_max,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_HEAD_BYTES_MAX, MHD_OPTION_STRICT_FOR_CLIENT, 1,
            MHD_OPTION_NOTIFY_COMPLETED, http_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
            connection_changes, http, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
            MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    }
    if (http && http->daemon)
        http->streams = streams_open(most_streams(connections_max),
                                     MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
    if (http && http->streams)
        return http;
    snprintf(message, message_size, "cannot start to serve pages: no memory or no descriptors");
    if (http && http->daemon)
        MHD_stop_daemon(http->daemon); /* which closes what it listens on */
    else
        close(listening);
    free(http);
    return NULL;
}

/* Readers that take nothing are dropped with the others. Our own clock goes on from the caller's. */
static void http_end_streams(struct http *http)
{
    struct pollfd fd = {.fd = http_fd(http), .events = POLLIN};
    const int64_t before_ms = http->now_ms - now_monotonic_ms(), until_ms = http->now_ms + HTTP_CLOSE_MS;
    streams_cut(http->streams);
    while (streams_count(http->streams) > 0 && http->now_ms < until_ms) {
        http_turn(http, before_ms + now_monotonic_ms());
        if (http_patience_ms(http) > 0)
            (void)poll(&fd, 1, HTTP_CLOSE_MS / 100);
    }
}

void http_close(struct http **http)
{
    static const struct http_answer gone = {.status = MHD_HTTP_SERVICE_UNAVAILABLE, .text = ""};
    struct http *h = *http;
    if (!h)
        return;
    h->closing = true;
    while (h->waiting)
        http_give(h->waiting, &gone);
    (void)MHD_run(h->daemon);
    http_end_streams(h);
    MHD_stop_daemon(h->daemon);
    assert(!h->connections);
    streams_close(&h->streams);
    free(h);
    *http = NULL;
}

int http_fd(const struct http *http)
{
    return streams_fd(http->streams);
}

int http_patience_ms(const struct http *http)
{
    MHD_UNSIGNED_LONG_LONG patience_ms;
    if (MHD_get_timeout(http->daemon, &patience_ms) != MHD_YES || patience_ms > HTTP_LOOK_MS)
        return HTTP_LOOK_MS;
    return (int)patience_ms;
}

void http_turn(struct http *http, int64_t now_ms)
{
    http->now_ms = now_ms;
    cut_the_slow(http);
    streams_turn(http->streams, now_ms);
    (void)MHD_run(http->daemon);
}

uint64_t http_answered(const struct http *http, unsigned status_class)
{
    return http->answered[status_class];
}

unsigned http_streams_open(const struct http *http)
{
    return streams_count(http->streams);
}

/* --- what a handler asks
 * ----------------------------------------------------------------------------------------- */

const char *http_path(const struct http_request *request)
{
    return request->path;
}

bool http_is_post(const struct http_request *request)
{
    return request->is_post;
}

const char *http_form(const struct http_request *request, size_t *size)
{
    *size = request->size;
    return request->body;
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *http_cookie(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

const char *http_query(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool http_peer_uid(const struct http_request *request, uid_t *uid)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0)
        return false;
    *uid = peer.uid;
    return true;
}

bool http_become(struct http_request *request, const char *path, const char *form)
{
    size_t size = strlen(form);
    char *copy = size <= request->room ? strdup(path) : NULL;
    if (!copy)
        return false;
    free(request->path);
    request->path = copy;
    sodium_memzero(request->body, request->room);
    memcpy(request->body, form, size + 1);
    request->size = size;
    return true;
}
