/* sealing.h: what a page brings so that its form can be sealed on the device and delivered later: the
 * intake's form key and rights to deliver (delivery_token.h); and at which desk a right is good.
 *
 * The keys are asked for in the background, so that a page need not wait for one. One thread. Times are UTC
 * in milliseconds, unless it says otherwise.
 */
#ifndef CONCORDAT_GATEWAY_SEALING_H
#define CONCORDAT_GATEWAY_SEALING_H

#include "services/gateway/delivery_token.h"
#include "services/gateway/desks.h"
#include "services/gateway/pages.h"

struct sealing_keys;

/* Borrows the desks until sealing_close. NULL when memory is short. */
struct sealing_keys *sealing_open(const struct desks *desks);
/* After desks_close, which ends its questions. */
void sealing_close(struct sealing_keys **sealing);
/* Asks each source's desk for its key when that is due. now_ms is of the monotonic clock. */
void sealing_turn(struct sealing_keys *sealing, int64_t now_ms);

/* The intake of this desk could not open a form: it has another key by now, which the next turn asks for. */
void sealing_ask_again(struct sealing_keys *sealing, const struct desk *desk);

enum {
    SEALING_POINT_BYTES = (WIRE_POINT_BYTES * 4 + 2) / 3 + 1,
    SEALING_ID_BYTES = (WIRE_ID_BYTES * 4 + 2) / 3 + 1,
    SEALING_RIGHT_BYTES = 36 + 1 + DELIVERY_TOKEN_BYTES, /* UUID:TOKEN, and a space or NUL */
    SEALING_RIGHTS_BYTES = DELIVERY_RIGHTS * SEALING_RIGHT_BYTES
};

/* The texts of a page until it is written. */
struct sealing_texts {
    char id[SEALING_ID_BYTES], point[SEALING_POINT_BYTES], until[24], rights[SEALING_RIGHTS_BYTES];
};

/* Fills in what a page with a person's form brings: the first right is for `referral`, the others are for
 * those that are sent from the same page without a signal. Without a key of the desk (NULL: none) it brings
 * none. */
void sealing_fill(const struct sealing_keys *sealing, const struct desk *desk,
                  const Concordat__V1__Person *person, const char *referral, struct sealing_texts *texts,
                  struct page_sealing *page);

/* The desk at which a right is good; NULL: nobody of ours gave it, or its time is over. */
struct desk *sealing_desk_of(const struct sealing_keys *sealing, const char *token,
                             struct delivery_right *right);

#endif
