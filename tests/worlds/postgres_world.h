/* postgres_world.h: PostgreSQL of a test program's own (postgres.py), and new ledgers on it. Whatever fails
 * ends the program with its reason. */
#ifndef CONCORDAT_POSTGRES_WORLD_H
#define CONCORDAT_POSTGRES_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/worlds/folder.h"

/* Start with zeros. */
struct postgres_world {
    char folder[FOLDER_PATH_BYTES];
    char database[32]; /* that was made last */
    bool standby;
    unsigned made;
    pid_t process;
    int until; /* closed when the servers are to stop */
};

/* Starts server `a`, and with a standby server `b`, which confirms each commit. The program ends with 77 if
 * PostgreSQL is not installed. */
void postgres_world_begin(struct postgres_world *world, bool standby);
void postgres_world_end(struct postgres_world *world);

/* Makes a database with an empty ledger, and the address by which a router opens it. */
void postgres_world_make_ledger(struct postgres_world *world, char *address, size_t address_size);

/* Runs SQL as the owner, in the database that was made last, or before there is one in that of the
 * administrator. */
void postgres_world_run(const struct postgres_world *world, const char *sql);

#endif
