/* follow.h: follows the ledger's feed: asks for events, hands them over, asks for more.
 *
 * For everything that keeps a copy of the ledger or watches it: an auditor's trail, a witness, notifications.
 * A follow has a client of its own (client.h), which says hello, stays in touch and connects again; a broker
 * that is away, or started again, is only waited for. How far the follower has come is the follower's to
 * keep, where it keeps what it made of the events: so a crash at any instant leaves neither a gap nor a
 * double.
 *
 * The newest event that the follower has is asked for once more in each run: so a ledger that was rewritten
 * shows at once, even if it has nothing new. Whether an event continues the chain is for the follower to
 * check (chain.h); that the ledger has become shorter is noticed here.
 *
 * Numbers of events count from 1; times are milliseconds. Not thread safe: one thread uses a follow.
 */
#ifndef CONCORDAT_FOLLOW_H
#define CONCORDAT_FOLLOW_H

#include "proto/client/client.h"
#include "proto/wire/chain.h"

struct concordat_follow;

/* Takes the next events, in the ledger's order and without a gap; the first of a run is one that the follower
 * has already, if it has any. All is borrowed for the call. Returns false to end the follow: the events then
 * count as not taken. It must not call functions of this follow. */
typedef bool concordat_follow_take(void *context, const struct chained_event *events, size_t count);

enum concordat_follow_status {
    FOLLOW_GOES_ON, /* call again */
    FOLLOW_STOPPED, /* the follower did not take what came */
    FOLLOW_REFUSED, /* the broker refuses the feed, or the key */
    FOLLOW_BROKEN   /* the ledger is not the one that was followed before, or what came is no feed */
};

/* Follows with a client of this configuration, for a follower that has the events up to number `have` (0:
 * none). Connects in the background. NULL with a message for a person if a key file is unusable or memory is
 * short. */
struct concordat_follow *concordat_follow_open(const struct concordat_client_config *config, uint64_t have,
                                               char *message, size_t message_size);
/* Ends it and sets the pointer to NULL. */
void concordat_follow_close(struct concordat_follow **follow);

/* Waits at most timeout_ms for the next events, and hands them to take(context, ...). To be called regularly,
 * because it also keeps the connection alive; a signal ends the wait early. After anything but FOLLOW_GOES_ON
 * the follow is only to be closed. */
enum concordat_follow_status concordat_follow_next(struct concordat_follow *follow, int timeout_ms,
                                                   concordat_follow_take *take, void *context);

/* How it stands: whether the broker welcomes us, and the number of the newest event in the ledger as the
 * broker told it last; 0: it has told none. */
struct concordat_follow_standing {
    bool connected;
    uint64_t head;
};
struct concordat_follow_standing concordat_follow_stands(const struct concordat_follow *follow);

/* For a person: why it was refused or is broken. Valid until the follow is closed. */
const char *concordat_follow_message(const struct concordat_follow *follow);

#endif
