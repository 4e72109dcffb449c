/* feed.h: the events of the ledger, for auditors and inspectors who follow them. A follower only ever gets
 * what is on disk, each event with its chain value and the digest of the form that it does not get. */
#ifndef CONCORDAT_FEED_H
#define CONCORDAT_FEED_H

#include "broker/shell/asking.h"
#include "broker/shell/outgoing.h"

struct broker;

/* Notes that a session waits for events; it is answered once there are some. */
void feed_follow(struct broker *broker, const struct asking *asking);
/* Packs what waiting followers are to get, up to broker->durable_seq. */
void feed_pack(struct broker *broker, struct outgoing *outgoing);

#endif
