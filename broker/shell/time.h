/* time.h: what time brings: leases end, offers run out, held cases are matched again; and what time it is. */
#ifndef CONCORDAT_TIME_H
#define CONCORDAT_TIME_H

#include "broker/shell/ports.h"

struct broker;

/* The same instant with wall_ms in the ledger's time (ledger_time.h), which is the time of every decision;
 * state_utc makes UTC of it. */
struct now time_of_ledger(struct broker *broker, struct now now);

/* Records how far the ledger's time stands ahead of UTC, if that is no longer what the state says. */
void time_record_correction(struct broker *broker, struct now now);

/* Gives the teams that the ledger knows as present a while to be heard of again. */
void time_return_leases(struct broker *broker, struct now now);

#endif
