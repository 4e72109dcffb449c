/* site.h: what all pages of the gateway are made from. */
#ifndef CONCORDAT_GATEWAY_SITE_H
#define CONCORDAT_GATEWAY_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "services/gateway/audit_room.h"
#include "services/gateway/desks.h"
#include "services/gateway/feed.h"
#include "services/gateway/said.h"
#include "services/gateway/signin.h"

struct board_news;
struct sealing_keys;
struct api_call;
struct api_quota;

/* It lives as long as the requests that are answered from it. */
struct site {
    struct signin *signin;
    struct desks *desks;
    struct feed *feed;
    struct board_news *news;
    struct audit_room *audit;
    struct said *said;
    struct sealing_keys *sealing;
    struct api_call *calls; /* list of commands of programs that are being answered: api.c */
    struct api_quota *quota;
    char *openapi;      /* owned: made when somebody first asks for it */
    const char *origin; /* as browsers see us, such as https://concordat.example */
    const char *ring;   /* whom to ring if it does not work */
    bool router_answers;
    int64_t router_since_ms; /* since when that is so; UTC */
};

#endif
