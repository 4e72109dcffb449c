/* lock.h: one writer at a time, by an advisory lock on a file beside what it guards.
 *
 * The lock goes when its descriptor closes, so also when the process dies however it dies; the file stays,
 * because removing it would let two processes lock two files of one name.
 */
#ifndef CONCORDAT_LOCK_H
#define CONCORDAT_LOCK_H

/* A descriptor that holds the lock while it is open; -1 where another holds it (errno is EWOULDBLOCK), in
 * this process too, or where the file cannot be made. */
int lock_take(const char *path);

#endif
