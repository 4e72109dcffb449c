/* await_lead.h: the process until its router leads: it follows, obeys the signals that stop it, serves the
 * watchdog of its service manager, and writes figures. */
#ifndef CONCORDAT_AWAIT_LEAD_H
#define CONCORDAT_AWAIT_LEAD_H

#include "broker/standby.h"
#include "proto/words/metrics.h"

/* By which a standby reaches its ledger, and tells its service manager why it does not lead. */
extern const struct standby_calls await_calls;

/* Waits until the router leads, and then *ledger is the caller's; returns false if a signal stopped it.
 * signals is of signalfd: SIGTERM and SIGINT stop it, SIGHUP and SIGUSR1 mean nothing to a router that
 * follows. */
bool await_lead(struct standby *standby, int signals, struct metrics *metrics, struct ledger **ledger);

/* Writes, into a file of figures that was begun, whether this router leads. */
void await_write_leads(struct metrics *metrics, bool leads);

#endif
