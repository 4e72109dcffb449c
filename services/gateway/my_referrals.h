/* my_referrals.h: the list of the referrals that a person sent, or of all that their source sent, with how
 * each stands. One thread. */
#ifndef CONCORDAT_GATEWAY_MY_REFERRALS_H
#define CONCORDAT_GATEWAY_MY_REFERRALS_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

#define MY_REFERRALS_PATH  "/referrals"
#define ALL_REFERRALS_PATH "/referrals/all"
void my_referrals_show(struct site *site, struct http_request *request);
void all_referrals_show(struct site *site, struct http_request *request);

#endif
