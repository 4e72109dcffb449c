/* refer_change.h: how a person of a source changes what they told of a referral: all questions, or one. One
 * thread. */
#ifndef CONCORDAT_GATEWAY_REFER_CHANGE_H
#define CONCORDAT_GATEWAY_REFER_CHANGE_H

#include "proto/wire/wire.h"
#include "services/gateway/http.h"
#include "services/gateway/site.h"

#define REFER_CHANGE "/change" /* follows the referral's id in a path */

/* `rest` is what follows in the path: nothing, or a slash and the name of one question. */
void refer_change_show(struct site *site, struct http_request *request, const uint8_t id[WIRE_ID_BYTES],
                       const char *rest);
void refer_change_take(struct site *site, struct http_request *request, const uint8_t id[WIRE_ID_BYTES]);

#endif
