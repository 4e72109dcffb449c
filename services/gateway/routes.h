/* routes.h: which page answers which path, and who may ask for it. One thread. */
#ifndef CONCORDAT_GATEWAY_ROUTES_H
#define CONCORDAT_GATEWAY_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "services/gateway/http.h"
#include "services/gateway/signin.h"

/* What the pages are made from. */
struct site {
    struct signin *signin;
    const char *origin; /* as browsers see us, such as https://concordat.example */
    const char *ring;   /* whom to ring if it does not work */
    bool router_answers;
    int64_t router_since_ms; /* since when that is so; UTC */
};

/* Answers a request, now or later. The context is the struct site, which lives as long as its requests. */
void routes_handle(void *context, struct http_request *request);

#endif
