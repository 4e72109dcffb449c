/* checkpointer.h: checkpoints the ledger in a thread: copies the write-ahead log into the ledger's file.
 *
 * To sync what was copied takes tens of milliseconds on a slow disk, and for that long nothing could be
 * committed. So a thread with a connection of its own copies most of the log while the writer goes on; the
 * writer copies the little that it wrote meanwhile. One thread, the writer's, calls these functions.
 */
#ifndef CONCORDAT_CHECKPOINTER_H
#define CONCORDAT_CHECKPOINTER_H

#include <stdbool.h>

struct checkpointer;

/* Starts the thread for the ledger at `path`, which must be open. NULL if that is not possible. */
struct checkpointer *checkpointer_open(const char *path);
/* Waits for a checkpoint that has begun. To be called before the ledger itself is closed. */
void checkpointer_close(struct checkpointer **checkpointer);

/* Begins to copy what is in the log now. The thread must not be busy. */
void checkpointer_begin(struct checkpointer *checkpointer);
bool checkpointer_is_busy(const struct checkpointer *checkpointer);
/* The result of the last checkpoint: how many pages of the log are in the file since then; -1 if it failed.
 * The thread must not be busy. */
int checkpointer_pages(const struct checkpointer *checkpointer);

#endif
