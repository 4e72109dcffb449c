/* backlog.h: limits how many bytes libzmq holds of messages that are not complete.
 *
 * libzmq limits a frame, and the complete messages that wait, but not one message of endless frames: that
 * would grow in its memory, out of our sight, until the machine has none left. So for each connection we
 * compare the bytes that the kernel has received with the bytes of the messages that we have taken. If the
 * difference, summed over all connections, is too large we cut the connection with the largest, and repeat.
 * An honest client connects again and repeats what has no answer. We count TCP connections only.
 */
#ifndef CONCORDAT_BACKLOG_H
#define CONCORDAT_BACKLOG_H

#include <stddef.h>

enum { BACKLOG_BYTES_MAX = 64 * 1024 * 1024, BACKLOG_CHECK_MS = 100 };

struct backlog;

/* Returns NULL if there is not enough memory. */
struct backlog *backlog_open(void);
void backlog_close(struct backlog **backlog);

/* For the thread that watches connections: a connection has come; has gone; cut the largest until the rest is
 * within BACKLOG_BYTES_MAX. backlog_cut returns how many it cut. */
void backlog_begin(struct backlog *backlog, int fd);
void backlog_end(struct backlog *backlog, int fd);
unsigned backlog_cut(struct backlog *backlog);

/* For the thread that takes messages: it has taken a frame from the connection with this descriptor. */
void backlog_took(struct backlog *backlog, int fd, size_t payload_bytes);

#endif
