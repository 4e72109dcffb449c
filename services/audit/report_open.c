/* report_open.c: open referrals: who holds each, for how long, and until when. */
#include "services/audit/report_all.h"

/* The owner of an open referral is the interval that has not ended. */
#define OPEN                                                                                                 \
    " FROM counted c LEFT JOIN custody_interval i ON i.referral = c.referral AND i.to_ms IS NULL"            \
    " LEFT JOIN team t ON t.team = i.owner AND i.owner_kind = 'team'"                                        \
    " WHERE c.ended_at_ms IS NULL"

static const char open_by_owner_sql[] =
    "SELECT coalesce(i.owner_kind, 'NOBODY') AS owner_kind, i.owner, t.name, count(*) AS open,"
    "  round(max(c.as_at_ms - c.received_at_ms) / 60000.0, 1) AS oldest_min,"
    "  count(*) FILTER (WHERE i.act_by_ms < c.as_at_ms) AS overdue" OPEN " GROUP BY i.owner_kind, i.owner"
    " ORDER BY open DESC, i.owner";

static const char open_each_sql[] =
    "SELECT c.number, coalesce(i.owner_kind, 'NOBODY') AS owner_kind, i.owner, c.state, c.source,"
    "  c.urgency_used AS urgency, round((c.as_at_ms - c.received_at_ms) / 60000.0, 1) AS age_min,"
    "  c.offers, utc(i.act_by_ms) AS act_by,"
    "  CASE WHEN i.act_by_ms < c.as_at_ms THEN 'overdue' ELSE '' END AS mark" OPEN
    " ORDER BY c.received_at_ms, c.number";

static const char open_verdict_sql[] =
    "SELECT printf('%d open, %d without an owner', count(*), count(*) FILTER (WHERE i.owner IS NULL))" OPEN;

const struct report report_open = {
    .name = "open",
    .about = "open referrals by owner, with age and the time by which the owner must act",
    .tables = {{"owners", "Open referrals by owner", open_by_owner_sql, REPORT_NO_PICTURE},
               {"referrals", "Open referrals, oldest first", open_each_sql, REPORT_NO_PICTURE}},
    .verdicts = {open_verdict_sql},
    .notes = {"age: from receipt until the newest event in the trail"},
};
