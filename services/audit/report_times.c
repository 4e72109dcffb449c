/* report_times.c: the router's own times. They are not the national measures and are never mixed with them.
 */
#include "services/audit/report_all.h"

/* One row for each referral and measure; ms is NULL if it has not come to that. */
#define SPANS                                                                                                \
    "WITH span (place, measure, source, urgency_order, urgency, ms) AS ("                                    \
    "  SELECT 1, 'received to first offer', source, urgency_order, urgency_used,"                            \
    "   first_offer_at_ms - received_at_ms FROM counted"                                                     \
    "  UNION ALL SELECT 2, 'received to accepted', source, urgency_order, urgency_used,"                     \
    "   first_accepted_at_ms - received_at_ms FROM counted"                                                  \
    "  UNION ALL SELECT 3, 'received to referrer told', source, urgency_order, urgency_used,"                \
    "   referrer_told_at_ms - received_at_ms FROM counted"                                                   \
    "  UNION ALL SELECT 4, 'decided to received', source, urgency_order, urgency_used,"                      \
    "   CASE decided_basis WHEN 'stated' THEN received_at_ms - decided_at_ms END FROM counted)"

#define FIGURES                                                                                              \
    " count(*) AS referrals, count(ms) AS with_time,"                                                        \
    " round(percentile(ms, 50) / 1000.0, 1) AS median_s, round(percentile(ms, 90) / 1000.0, 1) AS p90_s,"    \
    " round(percentile(ms, 95) / 1000.0, 1) AS p95_s, round(max(ms) / 1000.0, 1) AS max_s"                   \
    " FROM span"

static const char times_all_sql[] = SPANS " SELECT measure," FIGURES " GROUP BY place ORDER BY place";

static const char times_by_group_sql[] =
    SPANS " SELECT measure, coalesce(source, 'not recorded') AS source, urgency," FIGURES
          " GROUP BY place, source, urgency_order"
          " ORDER BY place, source, urgency_order";

static const char times_offers_sql[] =
    "WITH each (source, offers) AS (SELECT coalesce(source, 'not recorded'), offers FROM counted"
    "  UNION ALL SELECT 'all', offers FROM counted)"
    " SELECT source, count(*) AS referrals, sum(offers) AS offers, round(avg(offers), 1) AS mean,"
    "  percentile(offers, 50) AS median, percentile(offers, 90) AS p90, percentile(offers, 95) AS p95,"
    "  max(offers) AS max FROM each"
    " GROUP BY source"
    " ORDER BY source = 'all', source";

static const char times_told_sql[] =
    "WITH each (source, ms) AS (SELECT coalesce(source, 'not recorded'),"
    "   referrer_told_at_ms - received_at_ms FROM counted"
    "  UNION ALL SELECT 'all', referrer_told_at_ms - received_at_ms FROM counted)"
    " SELECT source, count(*) AS referrals, count(ms) AS told,"
    "  count(*) FILTER (WHERE ms <= 1800000) AS told_within_30_min,"
    "  round(100.0 * count(*) FILTER (WHERE ms <= 1800000) / count(*), 1) AS percent_of_referrals,"
    "  round(100.0 * count(*) FILTER (WHERE ms <= 1800000) / nullif(count(ms), 0), 1) AS percent_of_told"
    " FROM each"
    " GROUP BY source"
    " ORDER BY source = 'all', source";

/* The bands divide all referrals: the last two are those that have no acceptance. */
static const char times_spread_sql[] =
    "WITH band (place, received_to_accepted, from_ms, to_ms) AS (VALUES (1, 'under 5 min', 0, 300000),"
    "  (2, '5 to 15 min', 300000, 900000), (3, '15 to 30 min', 900000, 1800000),"
    "  (4, '30 to 60 min', 1800000, 3600000), (5, '1 to 2 h', 3600000, 7200000),"
    "  (6, '2 to 4 h', 7200000, 14400000), (7, '4 h and over', 14400000, 9223372036854775807),"
    "  (8, 'open, not accepted', NULL, NULL), (9, 'ended, never accepted', NULL, NULL))"
    " SELECT received_to_accepted, count(c.referral) AS referrals FROM band LEFT JOIN counted c ON CASE place"
    "  WHEN 8 THEN c.first_accepted_at_ms IS NULL AND c.ended_at_ms IS NULL"
    "  WHEN 9 THEN c.first_accepted_at_ms IS NULL AND c.ended_at_ms IS NOT NULL"
    "  ELSE c.first_accepted_at_ms - c.received_at_ms >= band.from_ms"
    "   AND c.first_accepted_at_ms - c.received_at_ms < band.to_ms END"
    " GROUP BY place ORDER BY place";

const struct report report_times = {
    .name = "times",
    .about = "the router's own times: to the first offer, to acceptance, to the referrer being told",
    .tables = {{"times", "Times of all referrals, in seconds", times_all_sql, REPORT_NO_PICTURE},
               {"spread", "Referrals by time from receipt to acceptance", times_spread_sql, REPORT_BARS},
               {"times_by_group", "Times by source and urgency, in seconds", times_by_group_sql,
                REPORT_NO_PICTURE},
               {"offers", "Offers per referral, by source", times_offers_sql, REPORT_NO_PICTURE},
               {"told", "Referrer told who will come within 30 minutes of receipt, by source", times_told_sql,
                REPORT_NO_PICTURE}},
    .notes = {"percentiles are by nearest rank over the referrals with that time; 30 minutes is inclusive",
              "decided to received is counted only if the referrer stated the time of the decision"},
};
