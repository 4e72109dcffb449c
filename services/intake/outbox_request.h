/* outbox_request.h: what an outbox looks at in a request: what a person told, and typed.
 *
 * Pure; safe from any thread.
 */
#ifndef CONCORDAT_INTAKE_OUTBOX_REQUEST_H
#define CONCORDAT_INTAKE_OUTBOX_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/wire/wire.h"

/* The referral and the confidential part of a Submit or an Update, which own them; NULL when there is none.
 */
struct outbox_parts {
    Concordat__V1__Referral *referral;
    const Concordat__V1__Confidential *confidential;
};
struct outbox_parts outbox_parts(const Concordat__V1__Request *request);

/* Takes out what is confidential and what was typed as a reason: the broker keeps it, and nobody needs it in
 * an outbox then. Returns whether there was something. */
bool outbox_take_out(Concordat__V1__Request *request);

#endif
