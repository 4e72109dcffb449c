/* report_case.c: the story of one case: all that the trail has of it, in order. */
#include "services/audit/report_all.h"

/* Minutes after the receipt are right in both forms of a trail; times of day are an inspector's alone. */
#define AFTER(ms)       "round((" ms " - c.received_at_ms) / 60000.0, 1)"
#define TIME_OF_DAY(ms) "CASE WHEN c.is_reduced THEN NULL ELSE utc(" ms ") END"

static const char case_facts_sql[] =
    "WITH fact (place, line, value) AS ("
    " SELECT 1, 'number', number FROM the_case"
    " UNION ALL SELECT 2, 'state', state FROM the_case"
    " UNION ALL SELECT 3, 'drill', CASE WHEN drill THEN 'yes: it is in no figure of a report' END FROM the_case"
    " UNION ALL SELECT 4, 'source', source FROM the_case"
    " UNION ALL SELECT 5, 'urgency as recorded', coalesce(urgency, 'not recorded') FROM the_case"
    " UNION ALL SELECT 6, 'urgency used', routed_as FROM the_case"
    " UNION ALL SELECT 7, 'area', area FROM the_case"
    " UNION ALL SELECT 8, 'age', CASE WHEN age_years IS NULL THEN 'not known' WHEN age_years >= 18"
    "   THEN '18 and over' ELSE 'under 18' END FROM the_case"
    " UNION ALL SELECT 9, 'received', CASE WHEN is_reduced THEN 'in the hour from ' || utc(received_at_ms)"
    "   ELSE utc(received_at_ms) END FROM the_case"
    " UNION ALL SELECT 10, 'follows the case', follows FROM the_case"
    " UNION ALL SELECT 11, 'first seen face to face', printf('%.1f min after the receipt',"
    "   (first_face_to_face_at_ms - received_at_ms) / 60000.0) FROM the_case"
    "   WHERE first_face_to_face_at_ms IS NOT NULL"
    " UNION ALL SELECT 12, 'ended', printf('%.1f min after the receipt',"
    "   (ended_at_ms - received_at_ms) / 60000.0) FROM the_case WHERE ended_at_ms IS NOT NULL"
    " UNION ALL SELECT 13, 'outcome', outcome FROM the_case"
    " UNION ALL SELECT 14, 'closed by', closed_by FROM the_case"
    " UNION ALL SELECT 15, 'closed without contact', without_contact FROM the_case"
    " UNION ALL SELECT 16, 'passed on to', coalesce(passed_to, 'no code') FROM the_case"
    "   WHERE passed_on_at_ms IS NOT NULL"
    " UNION ALL SELECT 17, 'erased', 'nobody can open the texts about the person' FROM the_case"
    "   WHERE erased_at_ms IS NOT NULL)"
    " SELECT line, value FROM fact WHERE value IS NOT NULL ORDER BY place";

static const char case_events_sql[] = "SELECT e.seq AS event, " AFTER("e.at_ms") " AS after_min, " TIME_OF_DAY(
    "e.at_ms") " AS time,"
               "  replace(e.kind, '_', ' ') AS what, nullif(said, '') AS details,"
               "  e.actor, e.actor_device AS device, e.person, e.person_role AS role"
               " FROM (SELECT *, ltrim(coalesce(told(body, (SELECT received_at_ms FROM the_case)), '') ||"
               "   coalesce((SELECT '; changed: ' || group_concat(field, ', ') FROM change WHERE change.seq = event.seq), ''), '; ')"
               "   AS said FROM event WHERE referral = (SELECT referral FROM the_case)) e, the_case c"
               " ORDER BY e.seq";

static const char case_offers_sql[] = "SELECT " AFTER(
    "o.offered_at_ms") " AS after_min, o.team, o.attempt, o.round,"
                       "  " AFTER("o.expires_at_ms") " AS to_answer_by_min, " AFTER(
                           "o.seen_at_ms") " AS seen_min,"
                                           "  " AFTER(
                                               "o.ended_at_ms") " AS ended_min, coalesce(o.ended_as, 'live') AS ended_as, o.reason,"
                                                                "  nullif(trim(CASE WHEN o.assigned THEN 'chosen by hand ' ELSE '' END ||"
                                                                "   CASE WHEN o.handover THEN 'to take it over ' ELSE '' END ||"
                                                                "   CASE WHEN o.late THEN 'said yes after the time ' ELSE '' END || coalesce(o.differs, '')), '') AS remark"
                                                                " FROM offer o JOIN the_case c USING (referral) ORDER BY o.offered_seq";

static const char case_teams_sql[] = "SELECT " AFTER(
    "d.at_ms") " AS after_min, d.seq AS event, d.result, f.team, f.finding, f.rung, f.times_asked,"
               "  f.free_places, f.capacity_age_min, f.load"
               " FROM decision d JOIN the_case c USING (referral) JOIN finding f USING (seq) ORDER BY d.seq, f.position";

static const char case_custody_sql[] = "SELECT " AFTER("i.from_ms") " AS from_min, " AFTER(
    "coalesce(i.to_ms, c.as_at_ms)") " AS to_min,"
                                     "  i.owner, i.owner_kind, " AFTER(
                                         "i.act_by_ms") " AS to_act_by_min,"
                                                        "  round(max(coalesce(i.to_ms, c.as_at_ms) - i.act_by_ms, 0) / 60000.0, 1) AS past_it_min,"
                                                        "  CASE WHEN i.to_ms IS NULL THEN 'still' END AS lasts"
                                                        " FROM custody_interval i JOIN the_case c USING (referral) ORDER BY i.from_seq";

/* As in report_breaches.c: the response of a case that was passed on is the other provider's. */
#define HOW_IT_STANDS                                                                                        \
    "CASE WHEN k.clock = 'response' AND c.passed_on_at_ms IS NOT NULL THEN 'passed on'"                      \
    " WHEN k.stopped_at_ms <= k.due_at_ms THEN 'met' WHEN k.stopped_at_ms > k.due_at_ms THEN 'stopped late'" \
    " WHEN c.as_at_ms > k.due_at_ms THEN 'past due, not stopped' ELSE 'not yet due' END"

static const char case_clocks_sql[] = "SELECT k.clock, k.standard, " AFTER(
    "k.started_at_ms") " AS started_min, k.started_basis AS start_is,"
                       "  " AFTER("k.due_at_ms") " AS due_min, " AFTER(
                           "k.stopped_at_ms") " AS stopped_min,"
                                              "  " HOW_IT_STANDS " AS stands"
                                              " FROM clock k JOIN the_case c USING (referral) ORDER BY k.started_at_ms, k.clock";

static const char case_unowned_sql[] =
    "SELECT printf('%s: %s unowned seconds', c.number, CASE WHEN ms % 1000 = 0 THEN printf('%d', ms / 1000)"
    "  ELSE printf('%.3f', ms / 1000.0) END)"
    " FROM the_case c, (SELECT coalesce(sum(f.to_ms - f.from_ms), 0) AS ms"
    "   FROM custody_fault f JOIN the_case USING (referral) WHERE f.fault = 'gap')";

static const char case_clock_lines_sql[] =
    "SELECT printf('clocks: %d met, %d stopped late, %d past due, %d not yet due, %d passed on',"
    "  total(s = 'met'), total(s = 'stopped late'), total(s = 'past due, not stopped'), total(s = 'not yet due'),"
    "  total(s = 'passed on')) FROM (SELECT " HOW_IT_STANDS
    " AS s FROM clock k JOIN the_case c USING (referral))";

static const char case_reading_sql[] =
    "SELECT CASE WHEN is_reduced THEN 'an auditor''s trail has the hour of the receipt, and neither times of day nor"
    " who was at the keyboard: an inspector''s trail has both'"
    " ELSE 'the words about the person are in no trail: concordat show ' || number || ' shows them to those who may"
    " read them, and notes who did' END FROM the_case";

const struct report report_case = {
    .name = "case",
    .about = "the story of one case: what happened, who was asked, who owned it, and its clocks",
    .tables = {{"case", "The case", case_facts_sql, REPORT_NO_PICTURE},
               {"custody", "Who owned it, in minutes after the receipt", case_custody_sql, REPORT_SPANS},
               {"clocks", "Clocks, in minutes after the receipt", case_clocks_sql, REPORT_NO_PICTURE},
               {"offers", "Teams that were asked, in minutes after the receipt", case_offers_sql,
                REPORT_NO_PICTURE},
               {"teams", "Why this team and not that one", case_teams_sql, REPORT_NO_PICTURE},
               {"events", "All events, in order", case_events_sql, REPORT_NO_PICTURE}},
    .verdicts = {case_unowned_sql, case_clock_lines_sql, case_reading_sql},
    .notes = {"minutes after the receipt are exact in both forms of a trail",
              "a case points to a person: for those who look into it, and for nobody else"},
    .of_one_case = true,
};
