/* report_custody.c: that somebody owned every person's case at every instant, or exactly where nobody did. */
#include "services/audit/report_all.h"

#define ISO(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"

const struct report report_custody = {
    .name = "custody",
    .about = "who owned each case at every instant, and whether they acted in time",
    .tables =
        {{"summary", "Time from receipt to the end of each referral, or until now, in seconds",
          "SELECT (SELECT count(*) FROM counted) AS referrals,"
          " (SELECT count(*) FROM custody_interval JOIN counted USING (referral)) AS intervals,"
          " round((SELECT total(coalesce(to_ms, as_at_ms) - from_ms) FROM (SELECT i.from_ms, i.to_ms, "
          "c.as_at_ms"
          "  FROM custody_interval i JOIN counted c USING (referral))) / 1000.0, 1) AS owned_s,"
          " round((SELECT total(f.to_ms - f.from_ms) FROM custody_fault f JOIN counted USING (referral)"
          "  WHERE f.fault = 'gap') / 1000.0, 1) AS unowned_s,"
          " round((SELECT total(f.to_ms - f.from_ms) FROM custody_fault f JOIN counted USING (referral)"
          "  WHERE f.fault = 'overlap') / 1000.0, 1) AS owned_twice_s,"
          " round((SELECT total(overdue_ms) FROM custody_overdue JOIN counted USING (referral)) / 1000.0, 1)"
          "  AS overdue_s"},
         {"faults", "Gaps and overlaps",
          "SELECT c.number, f.fault, " ISO("f.from_ms") " AS from_time, " ISO(
              "f.to_ms") " AS to_time,"
                         " (f.to_ms - f.from_ms) / 1000.0 AS seconds"
                         " FROM custody_fault f JOIN counted c USING (referral) ORDER BY f.from_ms, "
                         "c.number"},
         {"owners", "Owned time by owner, in minutes",
          "SELECT i.owner_kind, i.owner, count(DISTINCT i.referral) AS referrals,"
          " round(total(coalesce(i.to_ms, c.as_at_ms) - i.from_ms) / 60000.0, 1) AS owned_min"
          " FROM custody_interval i JOIN counted c USING (referral)"
          " GROUP BY i.owner_kind, i.owner ORDER BY owned_min DESC, i.owner"},
         {"overdue", "Time by which owners went past the moment they had to act, in seconds",
          "SELECT o.owner_kind, o.owner, count(*) AS times, round(total(o.overdue_ms) / 1000.0, 1) AS "
          "overdue_s,"
          " round(max(o.overdue_ms) / 1000.0, 1) AS longest_s"
          " FROM custody_overdue o JOIN counted USING (referral)"
          " GROUP BY o.owner_kind, o.owner ORDER BY overdue_s DESC, o.owner"}},
    .verdicts = {"SELECT printf('%s unowned seconds', CASE WHEN ms % 1000 = 0 THEN printf('%d', ms / 1000)"
                 "  ELSE printf('%.3f', ms / 1000.0) END)"
                 " FROM (SELECT coalesce(sum(f.to_ms - f.from_ms), 0) AS ms FROM custody_fault f JOIN "
                 "counted USING (referral)"
                 "  WHERE f.fault = 'gap')",
                 "SELECT c.number || ': ' || CASE f.fault WHEN 'gap' THEN 'nobody owned it' ELSE 'owned "
                 "twice over' END ||"
                 "  printf(' for %.3f s from %s', (f.to_ms - f.from_ms) / 1000.0, " ISO(
                     "f.from_ms") ")"
                                  " FROM custody_fault f JOIN counted c USING (referral) ORDER BY f.from_ms, "
                                  "c.number"},
    .notes = {"overdue: the moment by which the owner had to act went by, and nothing was heard or done yet"},
};
