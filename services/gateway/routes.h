/* routes.h: which page answers which path, and who may ask for it. One thread. */
#ifndef CONCORDAT_GATEWAY_ROUTES_H
#define CONCORDAT_GATEWAY_ROUTES_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

/* Answers a request, now or later. The context is the struct site, which lives as long as its requests. */
void routes_handle(void *context, struct http_request *request);

#endif
