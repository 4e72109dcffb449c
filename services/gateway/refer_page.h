/* refer_page.h: the pages of a referral's form: one page of its questions, all of them, or what was typed to
 * be checked. One thread. */
#ifndef CONCORDAT_GATEWAY_REFER_PAGE_H
#define CONCORDAT_GATEWAY_REFER_PAGE_H

#include "services/gateway/html.h"
#include "services/gateway/pages.h"
#include "services/gateway/refer_form.h"

enum { REFER_PAGE_ALL = 0 }; /* all questions on one page */

struct refer_view {
    Concordat__V1__Source source;
    const struct form *form;
    struct refer_person person;
    const char *only; /* of a change: the one question that is asked; NULL: all are */
    unsigned page;    /* from 1; one more than the form has: everything, to be checked; or REFER_PAGE_ALL */
};

/* Writes the page. `page` says what is round the questions: the frame, what is missing, why it was not sent.
 */
void refer_page_write(struct html *html, const struct refer_view *view, struct page_refer *page);

#endif
