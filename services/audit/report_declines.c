/* report_declines.c: which teams were asked and said no, and why. */
#include "services/audit/report_all.h"

#define MARKED "o.reason IN ('intoxication', 'behaviour')"
#define MARK   "CASE WHEN " MARKED " THEN 'not a reason to turn a person away' ELSE '' END AS mark"

static const char declines_by_reason_sql[] =
    "SELECT coalesce(o.reason, 'not recorded') AS reason, max(o.reason_code) AS bars_code,"
    "  count(*) AS declined, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent_of_declined,"
    "  " MARK " FROM offer o JOIN counted USING (referral)"
    " WHERE o.ended_as = 'declined'"
    " GROUP BY o.reason"
    " ORDER BY declined DESC, o.reason";

static const char declines_by_team_sql[] =
    "SELECT o.team, t.name, count(*) AS offers,"
    "  count(*) FILTER (WHERE o.ended_as = 'accepted') AS accepted,"
    "  count(*) FILTER (WHERE o.ended_as = 'declined') AS declined,"
    "  count(*) FILTER (WHERE o.ended_as = 'expired') AS expired,"
    "  count(*) FILTER (WHERE o.ended_as NOT IN ('accepted', 'declined', 'expired')) AS called_back,"
    "  count(*) FILTER (WHERE o.ended_as IS NULL) AS live,"
    "  round(100.0 * count(*) FILTER (WHERE o.ended_as = 'declined') / count(*), 1)"
    "   AS declined_percent_of_offers,"
    "  count(*) FILTER (WHERE " MARKED ") AS marked"
    " FROM offer o JOIN counted USING (referral) LEFT JOIN team t ON t.team = o.team"
    " GROUP BY o.team"
    " ORDER BY declined DESC, o.team";

static const char declines_by_team_and_reason_sql[] =
    "SELECT o.team, coalesce(o.reason, 'not recorded') AS reason, count(*) AS declined,"
    "  " MARK " FROM offer o JOIN counted USING (referral)"
    " WHERE o.ended_as = 'declined'"
    " GROUP BY o.team, o.reason"
    " ORDER BY o.team, declined DESC, o.reason";

static const char declines_verdict_sql[] =
    "SELECT printf('%d of %d declined offers gave intoxication or behaviour as the reason',"
    "   count(*) FILTER (WHERE " MARKED "), count(*) FILTER (WHERE o.ended_as = 'declined'))"
    " FROM offer o JOIN counted USING (referral)";

const struct report report_declines = {
    .name = "declines",
    .about = "declined offers by reason and by team",
    .tables = {{"reasons", "Declined offers by reason", declines_by_reason_sql, REPORT_NO_PICTURE},
               {"teams", "What each team did with its offers", declines_by_team_sql, REPORT_NO_PICTURE},
               {"team_reasons", "Declined offers by team and reason", declines_by_team_and_reason_sql,
                REPORT_NO_PICTURE}},
    .verdicts = {declines_verdict_sql},
    .notes =
        {"marked: intoxication or behaviour was given as the reason, which is not one to turn a person away",
         "called back: the team went offline, the referral was withdrawn, or the coordinator moved it"},
};
