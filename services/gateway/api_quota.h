/* api_quota.h: how much each person and their programs may ask of /api, so that one that runs wild uses up
 * neither the gateway nor the desk that everybody there shares. One thread. */
#ifndef CONCORDAT_GATEWAY_API_QUOTA_H
#define CONCORDAT_GATEWAY_API_QUOTA_H

#include <stdint.h>

#include "services/gateway/http.h"

struct api_quota;

/* NULL if there is no memory. */
struct api_quota *api_quota_open(void);
void api_quota_close(struct api_quota **quota);

/* Counts a request, and lets its answer say what is left. Returns 0, or after how many seconds the person is
 * to try again; it is not counted then. Milliseconds of the monotonic clock. */
unsigned api_quota_take(struct api_quota *quota, struct http_request *request, const char *person,
                        int64_t now_ms);

/* The router's own quota for the desk is used up for so many seconds: it does not say how large it is. */
void api_quota_say_desk(struct http_request *request, unsigned wait_s);

#endif
