/* backlog.h: how much connections have sent that cannot be read yet, and an end to it where it grows too
 * much.
 *
 * libzmq bounds a frame, and it bounds whole messages that wait, but not one message of frames without end:
 * that grows in its memory, out of our sight, until the machine has none left. So bytes that came in by each
 * connection, as the kernel counts them, are held against those of the messages that were taken from it.
 * Where all connections together are too far behind, the one that is furthest behind is cut off, and again. A
 * client that means well connects again and repeats what was not answered. Connections that are not TCP are
 * not counted.
 */
#ifndef CONCORDAT_BACKLOG_H
#define CONCORDAT_BACKLOG_H

#include <stddef.h>

enum { BACKLOG_BYTES_MAX = 64 * 1024 * 1024, BACKLOG_CHECK_MS = 100 };

struct backlog;

/* NULL where memory is short. */
struct backlog *backlog_open(void);
void backlog_close(struct backlog **backlog);

/* By the thread that watches connections: one has come or gone; and what is too much is cut off. Returns how
 * many connections that was. */
void backlog_begin(struct backlog *backlog, int fd);
void backlog_end(struct backlog *backlog, int fd);
unsigned backlog_cut(struct backlog *backlog);

/* By the thread that takes messages: one of a single frame was taken, from the connection of this descriptor.
 */
void backlog_took(struct backlog *backlog, int fd, size_t payload_bytes);

#endif
