/* delivery.h: from the outbox to the broker, and the broker's word back.
 *
 * One command of a referral is under way at a time, of many referrals at once; the client repeats it until
 * it is answered. What the broker cannot take now is put off, longer each time, and comes again at once when
 * the broker is back; what it will not have is settled as refused and holds up nothing. Since news can be
 * missed, the status of each open referral is asked for at each connection and now and then.
 */
#ifndef CONCORDAT_INTAKE_DELIVERY_H
#define CONCORDAT_INTAKE_DELIVERY_H

#include "proto/client/client.h"
#include "services/intake/outbox.h"

struct delivery;

/* Called with each status that is news. */
typedef void delivery_news(void *context, const Concordat__V1__CaseStatus *status);

/* All borrowed until delivery_close. NULL where memory is short. */
struct delivery *delivery_open(struct outbox *outbox, struct concordat_client *client, delivery_news *news,
                               void *context);
void delivery_close(struct delivery **delivery);

/* Takes what the broker says and sends what is due. OK, or FAILED where the outbox did. */
enum outbox_status delivery_turn(struct delivery *delivery, int64_t now_ms);

#endif
