-- detained: the people of the period who were detained under section 136, and for how long
-- @on counted

-- A person is held from the first arrival at any place of safety to the end of the detention, or until now: closing the case
-- here ends no detention. All of it is read from the history of detentions, in which no entry replaces another.
-- @ground
CREATE TEMP TABLE detained AS
WITH entry AS (SELECT *, row_number() OVER (PARTITION BY referral ORDER BY seq DESC) AS last_first FROM main.detention),
  ended AS (SELECT referral, max(coalesce(occurred_at_ms, at_ms)) AS end_ms FROM entry
    WHERE step = 'ended' GROUP BY referral),
  latest_entry AS (SELECT referral, state AS detention_state, started_at_ms, until_ms, corrected_at_ms
    FROM entry WHERE last_first = 1),
  arrival AS (SELECT referral, place, row_number() OVER (PARTITION BY referral
      ORDER BY occurred_at_ms IS NULL, occurred_at_ms, seq) AS first
    FROM entry WHERE step IN ('arrived', 'kept', 'entered', 'going') AND place IS NOT NULL),
  police_left AS (SELECT referral, min(occurred_at_ms) AS left_ms FROM entry WHERE step = 'police left' GROUP BY referral),
  child AS (SELECT DISTINCT referral FROM entry WHERE found LIKE '%under 18 at police station%'),
  used AS (SELECT DISTINCT referral FROM entry WHERE power = 'section 136'),
  never AS (SELECT DISTINCT referral FROM entry WHERE ended_as = 'never detained'),
  held AS (SELECT c.referral, c.area, c.age_band, c.outcome, c.transport, c.police_vehicle_reason,
      c.chosen_for_physical_need, a.place AS first_place, l.started_at_ms AS first_arrival_ms, l.until_ms, l.corrected_at_ms,
      CASE WHEN l.detention_state = 'ended' THEN e.end_ms ELSE c.as_at_ms END AS until_now_ms,
      coalesce(p.left_ms, c.handover_done_at_ms) - l.started_at_ms AS handover_ms,
      c.referral IN child AS child_at_station
    FROM counted c JOIN latest_entry l USING (referral) LEFT JOIN ended e USING (referral)
      LEFT JOIN police_left p USING (referral) LEFT JOIN arrival a ON a.referral = c.referral AND a.first = 1
    WHERE c.referral IN used AND c.referral NOT IN never)
SELECT *, until_now_ms - first_arrival_ms > 86400000 AS held_over_24_h, until_now_ms > until_ms AS held_beyond_hours,
  handover_ms < 0 AS handover_before_arrival,
  CASE WHEN handover_ms >= 0 THEN handover_ms <= 3600000 END AS handover_within_60_min,
  transport = 'police vehicle' AS police_vehicle
FROM held
