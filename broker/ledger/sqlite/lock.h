/* lock.h: one writer at a time, by an advisory lock on a file beside the file that it guards.
 *
 * Closing the descriptor ends the lock, and so does the end of the process, however it dies. The lock's file
 * stays, because removing it would let two processes lock two files of the same name.
 */
#ifndef CONCORDAT_LOCK_H
#define CONCORDAT_LOCK_H

/* Takes the lock of `path`. Returns a descriptor that holds it while it is open, to be ended with close(2).
 * -1 if it is held already, by another process or by this one (errno is EWOULDBLOCK), or if its file cannot
 * be made (another errno). */
int lock_take(const char *path);

#endif
