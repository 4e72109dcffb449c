-- detained: the people of the period who were detained under section 136, and for how long
-- @on counted

-- The history of detentions, in which no entry replaces another. All times of it here are UTC, as they were stated
-- (scope.sql). A power that is used again after the end is another use. If two people say of a use that nobody was detained,
-- its entries are left out, and those of another use stay.
-- @ground
CREATE TEMP TABLE detention_entry AS
WITH told AS (SELECT d.*, lag(d.state) OVER (PARTITION BY d.referral ORDER BY d.seq) AS state_before
    FROM main.detention d JOIN counted USING (referral)),
  entry AS (SELECT *, sum(state_before IS 'ended' AND state IS NOT 'ended') OVER (PARTITION BY referral ORDER BY seq) AS use,
      coalesce(occurred_at_ms, at_ms - ${ahead told.seq}) AS when_ms,
      (SELECT p.power FROM main.detention p WHERE p.referral = told.referral AND p.seq <= told.seq AND p.power IS NOT NULL
        ORDER BY p.seq DESC LIMIT 1) AS power_in_force,
      step IN ('arrived', 'kept', 'entered') AS arrives
    FROM told)
SELECT * FROM entry WHERE (referral, use) NOT IN (SELECT referral, use FROM entry WHERE ended_as = 'never detained')

-- A person is held from the first arrival at any place of safety to the end of the detention, or until now: closing the case
-- here ends no detention. The first end of a use stands, as it does for the clock: one that is told again ends nothing.
-- Whoever escaped is not held, nor is anybody between an end and the arrival after a power that is used again. The hours
-- run on meanwhile. Somebody who is only on the way has not arrived. When the police left is the earliest that was said; an
-- update corrects what a referral said of it, and what people recorded is never taken back.
-- @ground
CREATE TEMP TABLE detained AS
WITH latest_entry AS (SELECT referral, use, started_at_ms, until_ms, corrected_at_ms, row_number() OVER (PARTITION BY referral
      ORDER BY seq DESC) AS last_first FROM detention_entry),
  arrival AS (SELECT referral, min(occurred_at_ms) FILTER (WHERE arrives OR step = 'corrected') AS first_arrival_ms,
      max(step = 'corrected') AS corrected, max(step = 'escaped') AS escaped, max(power_in_force = 'section 136') AS section_136
    FROM detention_entry GROUP BY referral),
  first_place AS (SELECT referral, place, row_number() OVER (PARTITION BY referral
      ORDER BY occurred_at_ms IS NULL, occurred_at_ms, seq) AS first
    FROM detention_entry WHERE arrives AND place IS NOT NULL),
  known AS (SELECT referral, seq, state, when_ms, state IN ('away', 'ended') AS gone,
      coalesce(lag(state) OVER (PARTITION BY referral ORDER BY seq) IN ('away', 'ended'), 0) AS gone_before
    FROM detention_entry WHERE state IN ('held', 'asked', 'agreed', 'away', 'ended')),
  not_held AS (SELECT g.referral, g.state, g.when_ms AS from_ms, (SELECT b.when_ms FROM known b
      WHERE b.referral = g.referral AND b.seq > g.seq AND NOT b.gone ORDER BY b.seq LIMIT 1) AS to_ms
    FROM known g WHERE g.gone AND NOT g.gone_before),
  police_left AS (SELECT e.referral, min(e.occurred_at_ms) AS left_ms FROM detention_entry e
    WHERE e.step = 'police left' AND (NOT e.from_referral OR e.seq = (SELECT max(l.seq) FROM detention_entry l
      WHERE l.referral = e.referral AND l.step = 'police left' AND l.from_referral)) GROUP BY e.referral),
  child AS (SELECT DISTINCT e.referral FROM detention_entry e JOIN detention_entry a ON a.referral = e.referral
    WHERE e.found LIKE '%under 18 at police station%' AND a.arrives AND a.place = 'police station' AND a.seq <= e.seq),
  first_end AS (SELECT referral, use, ended_as, row_number() OVER (PARTITION BY referral, use ORDER BY seq) AS first
    FROM detention_entry WHERE step = 'ended'),
  extended AS (SELECT referral, min(seq), coalesce(extension_reason, 'not recorded') AS extension_reason
    FROM detention_entry WHERE step = 'extended' GROUP BY referral),
  held AS (SELECT c.referral, c.area, c.organisation, c.age_band, c.sex, c.ethnicity16, c.ethnicity5, c.ethnicity_stated_by,
      c.outcome, c.transport, c.police_vehicle_reason, c.chosen_for_physical_need, p.place AS first_place, a.first_arrival_ms, a.escaped, n.state IS 'away' AS is_away,
      a.first_arrival_ms + l.until_ms - l.started_at_ms AS until_ms,
      CASE WHEN a.corrected THEN l.corrected_at_ms END AS corrected_at_ms,
      coalesce(n.from_ms, c.as_at_utc_ms) AS until_now_ms,
      (SELECT total(max(b.to_ms - max(b.from_ms, a.first_arrival_ms), 0)) FROM not_held b
        WHERE b.referral = c.referral AND b.to_ms IS NOT NULL) AS not_held_ms,
      coalesce(o.left_ms, c.handover_done_at_ms) - a.first_arrival_ms AS handover_ms,
      CASE WHEN f.referral IS NOT NULL THEN coalesce(f.ended_as, 'not recorded') ELSE 'not ended' END AS ended_as,
      x.extension_reason, c.referral IN child AS child_at_station,
      c.referral IN (SELECT referral FROM detention_entry WHERE arrives AND place = 'police station') AS was_at_station
    FROM counted c JOIN arrival a USING (referral) JOIN latest_entry l ON l.referral = c.referral AND l.last_first = 1
      LEFT JOIN not_held n ON n.referral = c.referral AND n.to_ms IS NULL
      LEFT JOIN police_left o ON o.referral = c.referral
      LEFT JOIN first_place p ON p.referral = c.referral AND p.first = 1
      LEFT JOIN first_end f ON f.referral = c.referral AND f.use = l.use AND f.first = 1
      LEFT JOIN extended x ON x.referral = c.referral
    WHERE a.section_136)
SELECT *, until_now_ms - first_arrival_ms - not_held_ms > 86400000 AS held_over_24_h,
  until_now_ms > until_ms AS held_beyond_hours, until_ms - first_arrival_ms > 86400000 AS has_more_hours,
  handover_ms < 0 AS handover_before_arrival,
  CASE WHEN handover_ms >= 0 THEN handover_ms <= 3600000 END AS handover_within_60_min,
  transport = 'police vehicle' AS police_vehicle
FROM held
