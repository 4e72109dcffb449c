/* report_view.h: a report as its page shows it: tables, pictures of them, and lines.
 *
 * The view borrows from the report and from the report's description, and owns what it makes of them. One
 * thread at a time.
 */
#ifndef CONCORDAT_GATEWAY_REPORT_VIEW_H
#define CONCORDAT_GATEWAY_REPORT_VIEW_H

#include <jansson.h>

#include "proto/wire/arena.h"
#include "services/audit/report.h"
#include "services/gateway/pages.h"

struct report_view {
    struct arena arena;
    struct page_report_table *tables;
    size_t table_count;
    struct page_report_line *verdicts, *notes;
    size_t verdict_count, note_count;
};

/* Ended by report_view_close, also if it is false: there is no memory, or more than REPORT_PAGE_BYTES. */
bool report_view_open(struct report_view *view, const struct report *kind, const json_t *report);
/* A text of the report for people: each instant in it, exact and in UTC, becomes one by the clock in London,
 * to the minute. Borrowed from the report, or from the arena. */
const char *report_view_text(struct arena *arena, const char *text, int64_t now_ms);
void report_view_close(struct report_view *view);

#endif
