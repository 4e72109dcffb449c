/* delivery.h: brings commands from the outbox to the broker, and statuses back.
 *
 * At most one command about a referral is in flight; commands about many referrals are at once. The client
 * repeats each until it is answered. A command that the broker cannot take now is put off, longer each time,
 * and sent at once when the broker is back. One that the broker refuses for its content is settled as refused
 * and holds up no other. What another run of the router had acknowledged in the last hour is sent again,
 * slowly (outbox_kept.h, repeats.h); if that was lost, the log says so. News can be lost, so the status of
 * every open referral is asked for at each connection, and every minute.
 */
#ifndef CONCORDAT_INTAKE_DELIVERY_H
#define CONCORDAT_INTAKE_DELIVERY_H

#include "proto/client/client.h"
#include "services/intake/outbox.h"

struct delivery;

/* Called with each status that is news. */
typedef void delivery_news(void *context, const Concordat__V1__CaseStatus *status);

/* Called with each other message; false: it answers no reading, and is for the outbox. */
typedef bool delivery_record(void *context, const Concordat__V1__Message *message);

/* Borrows all of them until delivery_close. NULL when memory is short. */
struct delivery *delivery_open(struct outbox *outbox, struct concordat_client *client, delivery_news *news,
                               delivery_record *record, void *context);
void delivery_close(struct delivery **delivery);

/* Gives up each command that waits and does not open, names its referral in the log, and lets its devices see
 * it as refused. It holds up no other. For a start; delivery_turn does the same with one that it meets. OK or
 * FAILED. */
enum outbox_status delivery_give_up_lost(struct delivery *delivery, int64_t now_ms);

/* Asks the broker for a record, under the request's own id. False if it cannot be asked now. */
bool delivery_read(struct delivery *delivery, Concordat__V1__Request *request);

/* Whether the broker welcomes us now. */
bool delivery_is_connected(const struct delivery *delivery);

/* Takes the broker's messages, up to a bound, and sends what is due. OK, or FAILED if the outbox failed. */
enum outbox_status delivery_turn(struct delivery *delivery, int64_t now_ms);

#endif
