/* follow.h: follows the broker's feed into a trail. */
#ifndef CONCORDAT_FOLLOW_H
#define CONCORDAT_FOLLOW_H

#include <signal.h>

#include "proto/client/client.h"
#include "services/audit/trail.h"

/* Follows until *stop is set (0), or until something is wrong (111, said on standard error; where the feed
 * does not continue what the trail has, also written into its table `alarm`). */
int follow_run(struct concordat_client *client, struct trail *trail, const volatile sig_atomic_t *stop);

/* Takes one answer of the feed into the trail. Like trail_append; TRAIL_BROKEN also where the ledger is
 * shorter than the trail. */
enum trail_status follow_take(struct trail *trail, const Concordat__V1__Feed *feed, char *message,
                              size_t message_size);

#endif
