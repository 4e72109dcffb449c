/* counted.h: what is counted of the open cases and the connections: for the figures (figures.h), and for
 * those who may ask how the router stands (standing.h). With ten thousand open cases it takes two
 * milliseconds. */
#ifndef CONCORDAT_COUNTED_H
#define CONCORDAT_COUNTED_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/core/state.h"
#include "proto/wire/wire.h"

struct broker;

/* Cases of people, and no drills. */
struct counted_area {
    uint32_t by_state[CASE_STATE_COUNT];
    uint32_t of_coordinator; /* whose owner is the coordinator */
    uint32_t unheard;        /* reminders that nobody has acknowledged */
};

/* Cases of people; but unowned and altered are of drills too. */
struct counted {
    struct counted_area *areas; /* owned; by slot */
    uint32_t drills, unowned, ending_soon, altered, without_team;
    uint32_t late[CLOCK_COUNT];
    int64_t
        oldest_received_ms; /* of those that no team has, of the ledger's time; INT64_MAX: there is none */
};

/* Walks over all open cases. False if memory is short, and then nothing is to be closed. */
bool counted_cases(const struct broker *broker, struct counted *counted);
void counted_close(struct counted *counted);

/* Connections that have said hello; or of these the ones that were not sent all their open cases yet. */
uint32_t counted_connections(const struct broker *broker, Concordat__V1__Role role, bool only_behind);

/* The end of the last bank holiday that the policy lists, in milliseconds since 1970; 0: it lists none. */
int64_t counted_holidays_end_ms(const struct broker *broker);

#endif
