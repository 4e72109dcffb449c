/* audit_pages.h: what the auditors' pages are told, made of verdicts and reports. Each function answers the
 * request. One thread. */
#ifndef CONCORDAT_GATEWAY_AUDIT_PAGES_H
#define CONCORDAT_GATEWAY_AUDIT_PAGES_H

#include <jansson.h>

#include "services/audit/report.h"
#include "services/gateway/http.h"
#include "services/gateway/pages.h"
#include "services/gateway/verdict.h"

/* The words that somebody typed, to be shown again. */
struct audit_typed {
    const char *number; /* of a case; NULL: a period was asked for */
    const char *period; /* in place of the days */
    const char *from, *to;
    bool unsuppressed, may_see_all; /* it was asked for, and whoever asks is an inspector */
};

enum audit_problem {
    AUDIT_NO_TRAIL,   /* this gateway reads none, or it cannot be read */
    AUDIT_FULL_TRAIL, /* the trail has what an auditor may not see */
    AUDIT_BUSY,
    AUDIT_NEWER,    /* a later router than this program wrote the trail */
    AUDIT_TOO_LONG, /* the answer took too long */
    AUDIT_OF_CASES, /* the table points to single cases, and may not be published */
    AUDIT_TOO_MUCH  /* more rows than one file has */
};
void audit_pages_problem(struct http_request *request, enum audit_problem problem);

void audit_pages_verdict(struct http_request *request, const struct page_frame *frame,
                         const struct verdict_state *state);
void audit_pages_report(struct http_request *request, const struct page_frame *frame,
                        const struct report *kind, const struct audit_typed *typed, const json_t *report);
/* The form once more, with a sentence that says what is wrong; NULL: nothing is. Of status 403 it says what
 * may not be shown, which is no fault of whoever asks. */
void audit_pages_ask(struct http_request *request, const struct page_frame *frame, unsigned status,
                     const struct report *kind, const struct audit_typed *typed, const char *fault);
/* The figures as a file: one table of them as CSV, or, if `table` is "", all as JSON. A report that leaves
 * rows out is refused. */
void audit_pages_file(struct http_request *request, const char *table, const json_t *report);

#endif
