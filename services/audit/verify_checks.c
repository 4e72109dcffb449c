/* verify_checks.c: see verify_checks.h. The questions are put to tables that were made from the events a
 * moment ago, never to stored ones. */
#include "services/audit/verify_checks.h"

#include <stddef.h>

const struct verify_check verify_checks[] = {
    {"custody",
     "SELECT r.number, CASE f.fault WHEN 'gap' THEN 'nobody owned it' ELSE 'owned twice over' END ||"
     " printf(' for %.3f s from %s', (f.to_ms - f.from_ms) / 1000.0,"
     "  strftime('%Y-%m-%dT%H:%M:%fZ', f.from_ms / 1000.0, 'unixepoch'))"
     " FROM custody_fault f JOIN referral r USING (referral) ORDER BY f.from_ms"},
    {"alteration",
     "SELECT coalesce(r.number, '-'), 'event ' || a.seq || ': the router found ' || CASE a.what"
     "  WHEN 'confidential' THEN 'that the confidential part beside event ' || a.of || ' was altered'"
     "  WHEN 'content' THEN 'that event ' || a.of || ', from which the case is read, was altered'"
     "  WHEN 'copy' THEN 'that the time, kind or referral beside event ' || a.of || ' was altered in its file'"
     "  WHEN 'snapshot' THEN 'a forged snapshot of event ' || a.of || ', and did not use it'"
     "  WHEN 'history' THEN 'that event ' || a.of || ' is not what was written, or does not follow'"
     "  ELSE 'that it had lived by a state that its ledger does not give, as event ' || a.of || ' shows' END"
     " FROM alteration a LEFT JOIN referral r USING (referral) ORDER BY a.seq"},
    {"owner named", "SELECT r.number, 'from event ' || c.from_seq || ' its owner has no ' ||"
                    " CASE WHEN c.owner IS NULL THEN 'name' ELSE 'time to act by' END"
                    " FROM custody_interval c JOIN referral r USING (referral)"
                    " WHERE c.owner IS NULL OR c.act_by_ms IS NULL"},
    {"received first",
     "SELECT '-', 'event ' || e.seq || ' (' || e.kind || ') is of a referral never received'"
     " FROM event e LEFT JOIN referral r USING (referral)"
     " WHERE e.referral IS NOT NULL AND r.referral IS NULL AND e.kind <> 'command_refused'"},
    {"ended once",
     /* A case that was reopened may end again. */
     "SELECT r.number, 'ended ' || (count(*) + 1) || ' times' FROM (SELECT referral, kind,"
     "  lag(kind) OVER (PARTITION BY referral ORDER BY seq) AS before"
     "  FROM event WHERE kind IN ('closed', 'withdrawn', 'reopened')) e JOIN referral r USING (referral)"
     " WHERE e.kind <> 'reopened' AND e.before <> 'reopened' GROUP BY referral"},
    {"decision explained",
     /* A team that a coordinator or a team chose by hand needs no findings of the others. */
     "SELECT r.number, 'decision ' || d.seq || ' to ask ' || d.team ||"
     "  CASE WHEN count(f.seq) = 0 THEN ' does not say what was found of any team'"
     "   ELSE ' does not name that team, and only it, as chosen' END"
     " FROM decision d JOIN referral r USING (referral) LEFT JOIN finding f USING (seq)"
     " WHERE d.result = 'offered' GROUP BY d.seq"
     " HAVING (count(f.seq) = 0 AND NOT d.assigned AND NOT d.handover) OR (count(f.seq) > 0 AND"
     "  (total(f.finding IS 'chosen') <> 1 OR total(f.finding IS 'chosen' AND f.team = d.team) <> 1))"},
    {"hold explained",
     /* If the ladder was asked, the decision says of each of its teams why not. */
     "SELECT r.number, 'decision ' || d.seq || ' to leave it with the coordinator (' ||"
     "  coalesce(d.hold_reason, 'no reason') || ') does not say what was found of the teams'"
     " FROM decision d JOIN referral r USING (referral) LEFT JOIN finding f USING (seq)"
     " WHERE d.result = 'held' GROUP BY d.seq"
     " HAVING d.hold_reason IS NULL OR total(f.finding IS 'chosen') > 0 OR (count(f.seq) = 0 AND"
     "  d.hold_reason IN ('all closed', 'all absent', 'all full', 'all asked'))"},
    {"finding coded", "SELECT r.number, 'decision ' || f.seq || ' has no finding of ' || f.team"
                      " FROM finding f JOIN decision d USING (seq) JOIN referral r USING (referral)"
                      " WHERE f.finding IS NULL"},
    {"one live offer",
     "SELECT r.number, 'offer ' || b.attempt || ' to ' || b.team || ' was made while offer ' || a.attempt ||"
     "  ' to ' || a.team || ' was live' FROM offer a JOIN offer b USING (referral) JOIN referral r USING "
     "(referral)"
     " WHERE b.offered_seq > a.offered_seq AND (a.ended_seq IS NULL OR a.ended_seq > b.offered_seq)"},
    {"every offer ends",
     "SELECT r.number, 'offer ' || o.attempt || ' to ' || o.team || ' outlived the referral'"
     " FROM offer o JOIN referral r USING (referral)"
     " WHERE r.ended_at_ms IS NOT NULL AND o.ended_seq IS NULL"},
    {"one acceptance",
     "SELECT r.number, b.team || ' accepted while ' || a.team || ' held it'"
     " FROM acceptance a JOIN acceptance b USING (referral) JOIN referral r USING (referral)"
     " WHERE b.seq > a.seq AND (a.ended_seq IS NULL OR a.ended_seq > b.seq)"},
    {"accepted what was offered",
     "SELECT r.number, a.team || ' accepted in event ' || a.seq || ' what it was not being offered'"
     " FROM acceptance a JOIN referral r USING (referral) WHERE NOT EXISTS (SELECT 1 FROM offer o"
     "  WHERE o.referral = a.referral AND o.team = a.team AND o.ended_as = 'accepted'"
     "  AND o.ended_at_ms = a.accepted_at_ms)"},
    {"erased rightly",
     "SELECT r.number, 'event ' || e.seq || ' erased it ' || CASE"
     "  WHEN r.ended_at_ms IS NULL OR r.ended_at_ms > e.at_ms THEN 'before its end'"
     "  WHEN e.erased_by = e.second_person THEN 'on the word of one person alone'"
     "  WHEN e.seq > (SELECT min(seq) FROM erasure o WHERE o.referral = e.referral) THEN 'a second time'"
     "  ELSE 'under a hold' END"
     " FROM erasure e JOIN referral r USING (referral)"
     " WHERE r.ended_at_ms IS NULL OR r.ended_at_ms > e.at_ms OR e.erased_by = e.second_person"
     "  OR e.seq > (SELECT min(seq) FROM erasure o WHERE o.referral = e.referral)"
     "  OR EXISTS (SELECT 1 FROM hold h WHERE h.referral = e.referral AND h.set_seq < e.seq"
     "   AND (h.lifted_seq IS NULL OR h.lifted_seq > e.seq))"},
    {NULL, NULL},
};
