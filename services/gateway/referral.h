/* referral.h: the requests about a referral that was sent. One thread. */
#ifndef CONCORDAT_GATEWAY_REFERRAL_H
#define CONCORDAT_GATEWAY_REFERRAL_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

#define REFERRAL_PATH "/referrals/"
/* Each answers a request for REFERRAL_PATH, an id, and what follows it. */
void referral_show(struct site *site, struct http_request *request);
void referral_take(struct site *site, struct http_request *request);

#endif
