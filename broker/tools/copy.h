/* copy.h: `concordat-ledger copy`: a ledger and its keys copied from one place to another, so that the router
 * goes on there: from a file to servers, or back.
 *
 * Events are only added behind what is there, if that is the beginning of the same history. So the same copy
 * can be run again for what has come since, and what was broken off goes on. While the copy lasts, and until
 * the router of the first place has stopped and all of it is copied, no router leads the second place; from
 * then on none leads the first (enum ledger_mark).
 */
#ifndef CONCORDAT_COPY_H
#define CONCORDAT_COPY_H

#include "proto/words/exit_code.h"

/* Copies from one place to the other (place.h). CODE_DONE: all of it is there, and the second place is the
 * ledger's. CODE_REFUSED also if a router goes on writing to the first, and the rest is to be copied. Prints
 * what holds and what to do next, or why it failed. */
enum exit_code copy_ledger(const char *from, const char *to);

#endif
