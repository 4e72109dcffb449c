/* referral_page.h: the page of a referral that was sent: how it stands, what was told just now and how it was
 * read, what was left out, and what can be changed. One thread. */
#ifndef CONCORDAT_GATEWAY_REFERRAL_PAGE_H
#define CONCORDAT_GATEWAY_REFERRAL_PAGE_H

#include "services/gateway/refer_form.h"
#include "services/gateway/visit.h"

/* What a form told, for the page that shows its answer. */
struct referral_told {
    const char *id; /* of the referral, as a UUID */
    Concordat__V1__Source source;
    const struct form *form;                /* what was told just now; NULL: nothing was */
    const struct referral_reading *reading; /* how it was read; NULL with it */
    bool is_whole;                          /* it was the referral itself, and not a change of it */
};

/* Answers the visit's request with the page of a message about the referral, and tells the router that it was
 * shown. */
void referral_page_send(const struct web_visit *visit, const struct referral_told *told,
                        const Concordat__V1__Message *message);

#endif
