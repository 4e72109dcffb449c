/* refer.h: how a person of a source refers somebody: the pages of the form, and its sending. One thread. */
#ifndef CONCORDAT_GATEWAY_REFER_H
#define CONCORDAT_GATEWAY_REFER_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

#define REFER_PATH "/refer"
/* For a coordinator, what kind of source rings. */
void refer_show(struct site *site, struct http_request *request);
/* For a coordinator, the form of the kind of source whose word follows REFER_FOR_PATH. */
#define REFER_FOR_PATH "/refer/"
void refer_show_for(struct site *site, struct http_request *request);
void refer_take(struct site *site, struct http_request *request);

#endif
