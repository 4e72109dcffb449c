/* report_custody.c: that somebody owned every person's case at every instant, or exactly when nobody did. */
#include "services/audit/report_all.h"

static const char custody_summary_sql[] =
    "WITH owned AS (SELECT coalesce(i.to_ms, c.as_at_ms) - i.from_ms AS ms"
    "   FROM custody_interval i JOIN counted c USING (referral)),"
    " fault AS (SELECT f.fault, f.to_ms - f.from_ms AS ms FROM custody_fault f JOIN counted USING (referral)),"
    " overdue AS (SELECT overdue_ms AS ms FROM custody_overdue JOIN counted USING (referral))"
    " SELECT (SELECT count(*) FROM counted) AS referrals,"
    "  (SELECT count(*) FROM owned) AS intervals,"
    "  round((SELECT total(ms) FROM owned) / 1000.0, 1) AS owned_s,"
    "  round((SELECT total(ms) FROM fault WHERE fault = 'gap') / 1000.0, 1) AS unowned_s,"
    "  round((SELECT total(ms) FROM fault WHERE fault = 'overlap') / 1000.0, 1) AS owned_twice_s,"
    "  round((SELECT total(ms) FROM overdue) / 1000.0, 1) AS overdue_s";

static const char custody_faults_sql[] =
    "SELECT c.number, f.fault, utc(f.from_ms) AS from_time, utc(f.to_ms) AS to_time,"
    "  (f.to_ms - f.from_ms) / 1000.0 AS seconds"
    " FROM custody_fault f JOIN counted c USING (referral)"
    " ORDER BY f.from_ms, c.number";

static const char custody_owners_sql[] =
    "SELECT i.owner_kind, i.owner, count(DISTINCT i.referral) AS referrals,"
    "  round(total(coalesce(i.to_ms, c.as_at_ms) - i.from_ms) / 60000.0, 1) AS owned_min"
    " FROM custody_interval i JOIN counted c USING (referral)"
    " GROUP BY i.owner_kind, i.owner"
    " ORDER BY owned_min DESC, i.owner";

static const char custody_overdue_sql[] = "SELECT o.owner_kind, o.owner, count(*) AS times,"
                                          "  round(total(o.overdue_ms) / 1000.0, 1) AS overdue_s,"
                                          "  round(max(o.overdue_ms) / 1000.0, 1) AS longest_s"
                                          " FROM custody_overdue o JOIN counted USING (referral)"
                                          " GROUP BY o.owner_kind, o.owner"
                                          " ORDER BY overdue_s DESC, o.owner";

static const char custody_altered_sql[] =
    "SELECT coalesce(c.number, '-') AS number, a.what, a.of AS at_event, utc(a.at_ms) AS found"
    " FROM alteration a LEFT JOIN counted c USING (referral)"
    " WHERE a.referral IS NULL OR c.referral IS NOT NULL ORDER BY a.seq";

static const char custody_verdict_sql[] =
    "SELECT printf('%s unowned seconds',"
    "   CASE WHEN ms % 1000 = 0 THEN printf('%d', ms / 1000) ELSE printf('%.3f', ms / 1000.0) END)"
    " FROM (SELECT coalesce(sum(f.to_ms - f.from_ms), 0) AS ms"
    "   FROM custody_fault f JOIN counted USING (referral) WHERE f.fault = 'gap')";

static const char custody_fault_lines_sql[] =
    "SELECT printf('%s: %s for %.3f s from %s', c.number,"
    "   CASE f.fault WHEN 'gap' THEN 'nobody owned it' ELSE 'owned twice over' END,"
    "   (f.to_ms - f.from_ms) / 1000.0, utc(f.from_ms))"
    " FROM custody_fault f JOIN counted c USING (referral)"
    " ORDER BY f.from_ms, c.number";

const struct report report_custody = {
    .name = "custody",
    .about = "who owned each case at every instant, and whether they acted in time",
    .tables = {{"summary", "Time from receipt to the end of each referral, or until now, in seconds",
                custody_summary_sql, REPORT_NO_PICTURE},
               {"faults", "Gaps and overlaps", custody_faults_sql, REPORT_NO_PICTURE},
               {"owners", "Owned time by owner, in minutes", custody_owners_sql, REPORT_NO_PICTURE},
               {"overdue", "Time by which owners went past the moment they had to act, in seconds",
                custody_overdue_sql, REPORT_NO_PICTURE},
               {"altered", "What the router found altered in its store", custody_altered_sql,
                REPORT_NO_PICTURE}},
    .verdicts = {custody_verdict_sql, custody_fault_lines_sql},
    .notes = {"overdue: the moment by which the owner had to act went by, and nothing was heard or done yet"},
};
