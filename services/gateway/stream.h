/* stream.h: answers that stay open. What is put into a stream leaves in that order, as fast as its reader
 * reads; the bytes are shared by all streams that they are put into.
 *
 * http.h begins a stream. A reader for whom more than STREAM_BYTES_MAX wait is cut. One thread.
 */
#ifndef CONCORDAT_GATEWAY_STREAM_H
#define CONCORDAT_GATEWAY_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;
struct MHD_Response;

/* --- bytes that many streams share ------------------------------------------------------------------------
 */

struct chunk;

/* Copies the bytes. The caller holds it, and each stream until it has left. NULL if there is no memory. */
struct chunk *chunk_make(const char *bytes, size_t size);
/* Freed when nobody holds it any more. NULL is none. */
void chunk_drop(struct chunk **chunk);
size_t chunk_size(const struct chunk *chunk);

/* --- a stream ---------------------------------------------------------------------------------------------
 */

struct stream;

/* The reader went away or was cut; the stream is not valid any more when this returns. */
typedef void stream_gone(void *context);

/* The stream holds the chunk until it has left. If there is no memory, the reader is cut, and comes again. */
void stream_put(struct stream *stream, struct chunk *chunk);
/* Nothing more is put into it, and it is not valid any more. What was put still leaves; nobody is told. */
void stream_end(struct stream *stream);
/* Drops what was put, and the connection. The stream stays valid until it is ended or gone. */
void stream_cut(struct stream *stream);

/* --- all streams of a server: for http.c ------------------------------------------------------------------
 */

struct streams;

/* `also` is polled with the streams, and is borrowed. NULL if there is no memory or no descriptor. */
struct streams *streams_open(unsigned max, int also);
/* No stream is left. */
void streams_close(struct streams **streams);
/* Readable when a reader went away, or `also` is readable. */
int streams_fd(const struct streams *streams);
/* Finds readers that went away, and cuts those that do not take the end of what was put. Times as http.h. */
void streams_turn(struct streams *streams, int64_t now_ms);
unsigned streams_count(const struct streams *streams);
/* Cuts all that were not ended. */
void streams_cut(struct streams *streams);

/* Begins one on a connection, and makes the response that is its body. NULL if there are as many as may be,
 * or no memory. */
struct stream *stream_open(struct streams *streams, struct MHD_Connection *connection,
                           struct MHD_Response **response, stream_gone *gone, void *context);
/* The connection is done with it: tells the one who put into it, if the stream was not ended. */
void stream_close(struct stream **stream);

#endif
