/* restore.h: `concordat-ledger restore`: a pair put where a router starts from it. */
#ifndef CONCORDAT_RESTORE_H
#define CONCORDAT_RESTORE_H

#include "broker/tools/pair.h"

/* Puts a pair into an empty state folder, for the folder's owner. Everything is checked before anything has
 * its name, and the ledger has its own last: a router does not start beside half of it (LEDGER_RESTORING).
 * What was broken off can be done again. Prints the recovery point, or why it was refused. */
enum exit_code restore_pair(const struct pair *from, const char *state);

#endif
