/* ledger_home.h: where a test program's ledgers are: in files, or in databases on servers of its own if the
 * environment's CONCORDAT_TEST_LEDGER is "postgresql". Whatever fails ends the program with its reason. */
#ifndef CONCORDAT_LEDGER_HOME_H
#define CONCORDAT_LEDGER_HOME_H

#include <stdbool.h>
#include <stddef.h>

/* Start and stop the servers, if there are any, for all tests of a program; for cmocka. Without them ledgers
 * are in files. The program ends with 77 if PostgreSQL is not installed. */
int ledger_home_begin(void **state);
int ledger_home_end(void **state);
bool ledger_home_is_served(void);

/* The address of a new ledger, which is empty: a file in that folder, or a new database. */
void ledger_home_make(const char *folder, char *address, size_t address_size);
/* Runs SQL on the database that was made last, as its owner, where it must succeed. */
void ledger_home_run(const char *sql);

#endif
