/* report_section136.c: use of section 136: transport, place, time held, and nobody under 18 in a police
 * station. */
#include "services/audit/report_all.h"

/* Held from arrival at the place of safety to the end of the case here, or until now. */
#define HELD                                                                                                 \
    "WITH held AS (SELECT *,"                                                                                \
    "  coalesce(ended_at_ms, as_at_ms) - arrived_at_place_of_safety_at_ms AS held_ms,"                       \
    "  handover_done_at_ms - arrived_at_place_of_safety_at_ms AS handover_ms"                                \
    "  FROM counted WHERE legal_status = 'section 136')"

#define PEOPLE_BY(column)                                                                                    \
    HELD " SELECT coalesce(" column ", 'not known') AS " column ", count(*) AS people,"                      \
         "  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent"                                   \
         " FROM held GROUP BY 1 ORDER BY people DESC, 1"

static const char held_summary_sql[] =
    HELD " SELECT 'people detained under section 136' AS line, count(*) AS count FROM held"
         " UNION ALL SELECT 'arrival at the place of safety recorded', count(held_ms) FROM held"
         " UNION ALL SELECT 'held for more than 24 hours', count(*) FROM held WHERE held_ms > 86400000"
         " UNION ALL SELECT 'handover by the police recorded', count(handover_ms) FROM held"
         " UNION ALL SELECT 'handover by the police took more than 60 min', count(*) FROM held"
         "  WHERE handover_ms > 3600000"
         " UNION ALL SELECT 'under 18', count(*) FROM held WHERE age_band = 'under 18'"
         " UNION ALL SELECT 'under 18 at a police station', count(*) FROM held"
         "  WHERE age_band = 'under 18' AND place_of_safety = 'police station'"
         " UNION ALL SELECT 'then detained under section 2 or 3', count(*) FROM held"
         "  WHERE outcome IN ('detained section 2', 'detained section 3')";

static const char held_vehicle_sql[] =
    HELD " SELECT coalesce(police_vehicle_reason, 'not known') AS reason, count(*) AS people FROM held"
         " WHERE transport = 'police vehicle'"
         " GROUP BY 1 ORDER BY people DESC, 1";

static const char held_department_sql[] =
    HELD " SELECT CASE chosen_for_physical_need WHEN 'yes' THEN 'physical need'"
         "   WHEN 'no' THEN 'no suite was free' ELSE 'not known' END AS reason, count(*) AS people"
         " FROM held WHERE place_of_safety = 'emergency department'"
         " GROUP BY 1 ORDER BY people DESC, 1";

static const char held_verdict_sql[] =
    HELD " SELECT count(*) || ' under 18 at a police station (must be 0)' FROM held"
         " WHERE age_band = 'under 18' AND place_of_safety = 'police station'";

const struct report report_section136 = {
    .name = "section136",
    .about = "use of section 136: transport, place of safety, time held",
    .tables = {{"summary", "Section 136", held_summary_sql},
               {"transport", "How the person was conveyed", PEOPLE_BY("transport")},
               {"place", "First place of safety", PEOPLE_BY("place_of_safety")},
               {"vehicle", "Why a police vehicle was used", held_vehicle_sql},
               {"department", "Why an emergency department was the place of safety", held_department_sql}},
    .verdicts = {held_verdict_sql},
    .notes = {"held: from arrival at the place of safety until the referral ended here, or until now; an"
              " extension on clinical grounds is not yet recorded"},
};
