/* mover.h: moves the write-ahead log into the ledger's file, beside the one who writes.
 *
 * To sync what was moved takes tens of milliseconds on a disk that is not quick, and for that long nothing
 * could be committed. So a thread with a connection of its own moves the bulk while the writer goes on; what
 * it wrote meanwhile is little, and the writer moves that itself.
 */
#ifndef CONCORDAT_MOVER_H
#define CONCORDAT_MOVER_H

#include <stdbool.h>

struct mover;

/* Starts the thread for the ledger at `path`, which is open. NULL where that is not possible. */
struct mover *mover_open(const char *path);
/* Waits for a move under way. Before the ledger itself is closed. */
void mover_close(struct mover **mover);

/* Begins to move what is in the log now; not while a move is under way. */
void mover_begin(struct mover *mover);
bool mover_is_busy(const struct mover *mover);
/* Of the last move: how many pages of the log are in the file since; -1 where it failed. */
int mover_pages(const struct mover *mover);

#endif
