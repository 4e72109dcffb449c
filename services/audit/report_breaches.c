/* report_breaches.c: clocks that ran past what they allow, one line for each. */
#include "services/audit/report_all.h"

/* Whether a clock's standard is law, national, agreed or our own. Figures of different provenance are never
 * added up. */
#define PROVENANCE                                                                                           \
    "CASE WHEN k.clock IN ('section 136', 'health check', 'custody review', 'escape') THEN 'statutory'"      \
    "  WHEN k.clock IN ('examined', 'interviewed') THEN 'target' WHEN k.clock = 'response' THEN 'national'"  \
    "  WHEN k.clock = 'handover' THEN 'agreed' ELSE 'local' END AS provenance"

/* The national wait of a case that was passed on is the other provider's to report (report_national.c). */
#define IS_PASSED "(k.clock = 'response' AND passed_on_at_ms IS NOT NULL)"

/* A contact that is told late can turn out to have been in time. */
#define IS_BREACHED                                                                                          \
    "k.breached_at_ms IS NOT NULL AND (k.stopped_at_ms IS NULL OR k.stopped_at_ms > k.due_at_ms)"            \
    " AND NOT " IS_PASSED

static const char breaches_by_standard_sql[] =
    "SELECT k.clock, " PROVENANCE ", k.standard, count(*) AS started,"
    "  count(*) FILTER (WHERE k.stopped_at_ms <= k.due_at_ms AND NOT " IS_PASSED ") AS met,"
    "  count(*) FILTER (WHERE k.stopped_at_ms > k.due_at_ms AND NOT " IS_PASSED ") AS stopped_late,"
    "  count(*) FILTER (WHERE k.stopped_at_ms IS NULL AND c.as_at_ms > k.due_at_ms AND NOT " IS_PASSED
    ") AS past_due_not_stopped,"
    "  count(*) FILTER (WHERE k.stopped_at_ms IS NULL AND c.as_at_ms <= k.due_at_ms AND NOT " IS_PASSED
    ") AS not_yet_due,"
    "  count(*) FILTER (WHERE " IS_PASSED ") AS passed_on,"
    "  round(100.0 * count(*) FILTER (WHERE k.stopped_at_ms <= k.due_at_ms AND NOT " IS_PASSED ")"
    "   / nullif(count(*) FILTER (WHERE NOT " IS_PASSED "), 0), 1)"
    "   AS met_percent_of_started"
    " FROM clock k JOIN counted c USING (referral)"
    " GROUP BY k.clock, k.standard"
    " ORDER BY k.clock, k.standard";

static const char breaches_each_sql[] =
    "SELECT c.number, k.clock, " PROVENANCE ", k.standard, c.source, c.urgency_used AS urgency,"
    "  utc(k.due_at_ms) AS due, utc(k.stopped_at_ms) AS stopped,"
    "  round((coalesce(k.stopped_at_ms, c.ended_at_ms, c.as_at_ms) - k.due_at_ms) / 60000.0, 1) AS late_min,"
    "  c.state, c.outcome, c.offers, coalesce(c.accepted_team, '') AS accepted_team"
    " FROM clock k JOIN counted c USING (referral)"
    " WHERE " IS_BREACHED " ORDER BY k.due_at_ms, c.number";

static const char breaches_verdict_sql[] =
    "SELECT count(*) || ' breaches' FROM clock k JOIN counted USING (referral)"
    " WHERE " IS_BREACHED;

const struct report report_breaches = {
    .name = "breaches",
    .about = "clocks that ran past what their standard allows",
    .tables = {{"clocks", "Clocks by standard", breaches_by_standard_sql, REPORT_NO_PICTURE},
               {"breaches", "Breaches, oldest first", breaches_each_sql, REPORT_NO_PICTURE}},
    .verdicts = {breaches_verdict_sql},
    .notes =
        {"late: until the clock stopped, or the referral ended, or now",
         "a correction that voids a clock, or moves its start or limit, takes an earlier breach away; so does"
         " a contact that is told late and was in time",
         "the response of a case that was passed on is the other provider's: it is neither met nor a breach here,"
         " and no part of the percentage",
         "section 136, escape, and the checks and reviews of a police station are statutory; examined and"
         " interviewed are targets; response is national and has no statutory target; handover is agreed"
         " between partners; referrer told is local"},
};
