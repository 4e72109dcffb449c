/* mark.h: whether a ledger in a file is in place, as the names of files beside it say. */
#ifndef CONCORDAT_MARK_H
#define CONCORDAT_MARK_H

#include "broker/ledger/ledger.h"

/* The mark of the ledger at `path`. */
enum ledger_mark mark_find(const char *path);

/* Changes it, and syncs the folder. False with errno: then it is the mark before or the new one. */
bool mark_change(const char *path, enum ledger_mark mark);

#endif
