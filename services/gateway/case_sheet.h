/* case_sheet.h: sends the page of a case: a sheet about it, and links to what can be done. One thread. */
#ifndef CONCORDAT_GATEWAY_CASE_SHEET_H
#define CONCORDAT_GATEWAY_CASE_SHEET_H

#include "services/desk/sheet.h"
#include "services/gateway/visit.h"

#define CASE_PATH "/cases/"

enum { CASE_ACTIONS_MAX = 48 };

/* The links to the actions that make sense in this state. Returns how many there are. */
size_t case_sheet_actions(const struct web_visit *visit, const Concordat__V1__CaseStatus *standing,
                          struct page_link links[CASE_ACTIONS_MAX]);

/* `said` is what was answered to the form before, or NULL; with a status come the actions that make sense. */
void case_sheet_send(const struct web_visit *visit, unsigned status, const char *number, const char *said,
                     const struct sheet *sheet, const Concordat__V1__CaseStatus *standing);

#endif
