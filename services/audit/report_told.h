/* report_told.h: what one event says, beside the facts of the referral, in words. */
#ifndef CONCORDAT_REPORT_TOLD_H
#define CONCORDAT_REPORT_TOLD_H

#include <sqlite3.h>

/* Adds a function to a connection; an SQLite result code. told(body, ms): the codes, ids, counts and times of
 * an event's own kind, by the names that its message gives them; a time as minutes after `ms`. NULL if it
 * says nothing. Neither form of an event has what somebody told about a person: that is sealed, and stands in
 * the router's store alone. */
int report_told_add(sqlite3 *database);

#endif
