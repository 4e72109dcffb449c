/* refer_visit.h: somebody of a source at the form of a referral, new or changed. What they typed is never
 * lost: it comes back in the page if it cannot be sent, if nobody is signed in any more, or if the page was
 * of another sign-in. One thread. */
#ifndef CONCORDAT_GATEWAY_REFER_VISIT_H
#define CONCORDAT_GATEWAY_REFER_VISIT_H

#include "services/gateway/refer_page.h"
#include "services/gateway/visit.h"

struct refer_visit {
    struct web_visit *visit;
    struct form form;
    Concordat__V1__Source source;
    unsigned page;            /* as in struct refer_view */
    bool is_telephoned;       /* a coordinator enters it for somebody who rang */
    bool is_change;           /* of a referral that was sent */
    bool is_given;            /* it came filled in, and goes back as it came */
    char id[UUID_TEXT_BYTES]; /* of the referral */
    const char *only;         /* of a change: the one question; NULL: all */
    struct referral_reading reading;
};

/* Reads the form of a request. False: it was answered, because it could not be read or nobody is signed in.
 * The form is ended by form_close if it is read. `changed` is the id
 * of the referral that the form changes; NULL: it is a new one. */
bool refer_visit_read(struct site *site, struct http_request *request, const char *changed,
                      struct form *form);
/* Takes the form, which is shown to nobody but the person who filled it in. `source` is the kind of source
 * that rang a coordinator; NULL: none did. NULL: the request was answered, and the form ended. */
struct refer_visit *refer_visit_begin(struct site *site, struct http_request *request, struct form *form,
                                      const char *source);
void refer_visit_end(struct refer_visit **refer);

/* Answers the request with the form, and ends the visit. `page` says what is to be told beside it. */
void refer_visit_show(struct refer_visit *refer, unsigned status, struct page_refer *page);

/* The same for a form without a number to ring back, which stands on the first page. */
void refer_visit_lacks_callback(struct refer_visit *refer);

/* Sends the request, which has a command id, to the desk; or, if it has no command because there was no
 * memory for it, or nobody answers at the desk, shows the form again and says so. */
void refer_visit_ask(struct refer_visit *refer, const Concordat__V1__Request *request, desk_done *done);
/* Shows the form again, which the message refuses; NULL: no answer came. */
void refer_visit_refused(struct refer_visit *refer, const Concordat__V1__Message *message);

#endif
