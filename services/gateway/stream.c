/* stream.c: see stream.h. */
#include "services/gateway/stream.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "services/gateway/limits.h"

/* The library sends in parts, and asks for one at a time; this says only how much room it gives to a part
 * that it never uses here. */
enum { STREAM_LIBRARY_BLOCK = 64, STREAM_HANGUPS = 64 };

struct chunk {
    unsigned holders;
    size_t size;
    char bytes[];
};

struct stream_part {
    struct stream_part *next;
    struct chunk *chunk;
};

struct stream {
    struct streams *streams;
    struct stream *next, **at; /* in the list of all */
    struct MHD_Connection *connection;
    stream_gone *gone;
    void *context;
    struct stream_part *first, **last; /* what has not left */
    size_t taken, waiting;             /* bytes of the first part that have left; of all that have not */
    int64_t cut_ms;                    /* if it was ended: its reader has so long for the rest */
    int fd;
    bool sleeps, ended, cut; /* sleeps: the connection is suspended, for nothing waits */
};

struct streams {
    struct stream *first;
    unsigned count, max;
    int hangups; /* an epoll set of every stream's connection */
    int64_t now_ms, look_at_ms;
};

/* --- chunks -----------------------------------------------------------------------------------------------
 */

struct chunk *chunk_make(const char *bytes, size_t size)
{
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        return NULL;
    chunk->holders = 1;
    chunk->size = size;
    memcpy(chunk->bytes, bytes, size);
    return chunk;
}

static struct chunk *chunk_hold(struct chunk *chunk)
{
    chunk->holders++;
    return chunk;
}

void chunk_drop(struct chunk **chunk)
{
    if (*chunk && --(*chunk)->holders == 0)
        free(*chunk);
    *chunk = NULL;
}

size_t chunk_size(const struct chunk *chunk)
{
    return chunk->size;
}

/* --- what leaves ------------------------------------------------------------------------------------------
 */

static void drop_first_part(struct stream *stream)
{
    struct stream_part *part = stream->first;
    stream->first = part->next;
    if (!stream->first)
        stream->last = &stream->first;
    stream->taken = 0;
    chunk_drop(&part->chunk);
    free(part);
}

static size_t take_waiting(struct stream *stream, char *out, size_t room)
{
    size_t size = 0;
    while (stream->first && size < room) {
        const struct chunk *chunk = stream->first->chunk;
        size_t left = chunk->size - stream->taken, part = left < room - size ? left : room - size;
        memcpy(out + size, chunk->bytes + stream->taken, part);
        size += part;
        stream->taken += part;
        if (stream->taken == chunk->size)
            drop_first_part(stream);
    }
    stream->waiting -= size;
    return size;
}

/* The library asks for more when the reader has taken what came before. */
static ssize_t stream_read(void *context, uint64_t at, char *out, size_t room)
{
    struct stream *stream = context;
    (void)at;
    if (stream->cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t size = take_waiting(stream, out, room);
    if (size)
        return (ssize_t)size;
    if (stream->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    stream->sleeps = true;
    MHD_suspend_connection(stream->connection);
    return 0;
}

static void wake_stream(struct stream *stream)
{
    if (!stream->sleeps)
        return;
    stream->sleeps = false;
    MHD_resume_connection(stream->connection);
}

/* A connection that waits for its reader notices by the socket; one that sleeps, when it is woken. */
void stream_cut(struct stream *stream)
{
    stream->cut = true;
    (void)shutdown(stream->fd, SHUT_RDWR);
    wake_stream(stream);
}

void stream_put(struct stream *stream, struct chunk *chunk)
{
    assert(!stream->ended);
    struct stream_part *part = stream->cut ? NULL : malloc(sizeof *part);
    if (part) {
        *part = (struct stream_part){.chunk = chunk_hold(chunk)};
        *stream->last = part;
        stream->last = &part->next;
        stream->waiting += chunk->size;
    }
    if (!part || stream->waiting > STREAM_BYTES_MAX)
        stream_cut(stream);
    else
        wake_stream(stream);
}

void stream_end(struct stream *stream)
{
    assert(!stream->ended);
    stream->ended = true;
    stream->cut_ms = stream->streams->now_ms + HTTP_REQUEST_MS;
    wake_stream(stream);
}

/* --- one stream -------------------------------------------------------------------------------------------
 */

struct stream *stream_open(struct streams *streams, struct MHD_Connection *connection,
                           struct MHD_Response **response, stream_gone *gone, void *context)
{
    struct stream *stream = streams->count < streams->max ? calloc(1, sizeof *stream) : NULL;
    if (!stream)
        return NULL;
    *stream = (struct stream){.streams = streams,
                              .next = streams->first,
                              .at = &streams->first,
                              .connection = connection,
                              .gone = gone,
                              .context = context,
                              .last = &stream->first};
    stream->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    /* The library does not look at a connection that sleeps. */
    struct epoll_event hangup = {.events = EPOLLRDHUP | EPOLLONESHOT, .data = {.ptr = stream}};
    *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_LIBRARY_BLOCK, stream_read, stream, NULL);
    if (!*response || epoll_ctl(streams->hangups, EPOLL_CTL_ADD, stream->fd, &hangup) != 0) {
        if (*response)
            MHD_destroy_response(*response);
        free(stream);
        return NULL;
    }
    if (stream->next)
        stream->next->at = &stream->next;
    streams->first = stream;
    streams->count++;
    return stream;
}

void stream_close(struct stream **stream)
{
    struct stream *s = *stream;
    if (!s->ended)
        s->gone(s->context);
    while (s->first)
        drop_first_part(s);
    (void)epoll_ctl(s->streams->hangups, EPOLL_CTL_DEL, s->fd, NULL);
    *s->at = s->next;
    if (s->next)
        s->next->at = s->at;
    s->streams->count--;
    free(s);
    *stream = NULL;
}

/* --- all --------------------------------------------------------------------------------------------------
 */

struct streams *streams_open(unsigned max, int also)
{
    struct streams *streams = calloc(1, sizeof *streams);
    struct epoll_event readable = {.events = EPOLLIN};
    if (!streams)
        return NULL;
    streams->max = max;
    streams->hangups = epoll_create1(EPOLL_CLOEXEC);
    if (streams->hangups >= 0 && epoll_ctl(streams->hangups, EPOLL_CTL_ADD, also, &readable) == 0)
        return streams;
    if (streams->hangups >= 0)
        close(streams->hangups);
    free(streams);
    return NULL;
}

void streams_close(struct streams **streams)
{
    assert((*streams)->count == 0);
    close((*streams)->hangups);
    free(*streams);
    *streams = NULL;
}

int streams_fd(const struct streams *streams)
{
    return streams->hangups;
}

static void cut_who_went(struct streams *streams)
{
    struct epoll_event events[STREAM_HANGUPS];
    int count;
    do {
        count = epoll_wait(streams->hangups, events, STREAM_HANGUPS, 0);
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr)
                stream_cut(events[i].data.ptr);
    } while (count == STREAM_HANGUPS);
}

void streams_turn(struct streams *streams, int64_t now_ms)
{
    streams->now_ms = now_ms;
    cut_who_went(streams);
    if (now_ms < streams->look_at_ms)
        return;
    streams->look_at_ms = now_ms + HTTP_LOOK_MS;
    for (struct stream *stream = streams->first; stream; stream = stream->next)
        if (stream->ended && !stream->cut && now_ms >= stream->cut_ms)
            stream_cut(stream);
}

unsigned streams_count(const struct streams *streams)
{
    return streams->count;
}

void streams_cut(struct streams *streams)
{
    for (struct stream *stream = streams->first; stream; stream = stream->next)
        if (!stream->ended)
            stream_cut(stream);
}
