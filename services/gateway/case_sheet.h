/* case_sheet.h: sends the page of a case: a sheet about it, and links to what can be done. One thread. */
#ifndef CONCORDAT_GATEWAY_CASE_SHEET_H
#define CONCORDAT_GATEWAY_CASE_SHEET_H

#include "services/desk/action_now.h"
#include "services/desk/sheet.h"
#include "services/gateway/visit.h"

#define CASE_PATH "/cases/"

/* The links to the actions that make sense in this state, those that usually come next apart. */
struct case_deeds {
    struct page_link likely[ACTIONS_NOW_MAX], others[ACTIONS_NOW_MAX];
    size_t likely_count, others_count;
};
void case_sheet_deeds(const struct web_visit *visit, const Concordat__V1__CaseStatus *standing,
                      struct case_deeds *deeds);

/* `said` is what was answered to the form before, or NULL; with a status come the actions that make sense. */
void case_sheet_send(const struct web_visit *visit, unsigned status, const char *number, const char *said,
                     const struct sheet *sheet, const Concordat__V1__CaseStatus *standing);

#endif
