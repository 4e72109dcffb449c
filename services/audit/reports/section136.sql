-- section136: use of section 136: transport, place of safety, time held
-- @on counted

-- A person is held from the first arrival at any place of safety to the end of the detention, or until now. All of it is
-- read from the history of detentions, in which no entry replaces another.
-- @part held
WITH entry AS (SELECT *, row_number() OVER (PARTITION BY referral ORDER BY seq DESC) AS last_first FROM detention),
  ended AS (SELECT referral, max(coalesce(occurred_at_ms, at_ms)) AS end_ms FROM entry
    WHERE step = 'ended' GROUP BY referral),
  latest_entry AS (SELECT referral, state AS detention_state, started_at_ms, until_ms, corrected_at_ms
    FROM entry WHERE last_first = 1),
  arrival AS (SELECT referral, place, row_number() OVER (PARTITION BY referral
      ORDER BY occurred_at_ms IS NULL, occurred_at_ms, seq) AS first
    FROM entry WHERE step IN ('arrived', 'kept', 'entered', 'going') AND place IS NOT NULL),
  held AS (SELECT c.*, l.until_ms, l.started_at_ms AS first_arrival_ms, a.place AS first_place,
      CASE WHEN l.detention_state = 'ended' THEN e.end_ms ELSE c.as_at_ms END AS until_now_ms,
      coalesce((SELECT min(g.occurred_at_ms) FROM entry g WHERE g.referral = c.referral
        AND g.step = 'police left'), c.handover_done_at_ms) - l.started_at_ms AS handover_ms, l.corrected_at_ms,
      EXISTS (SELECT 1 FROM entry f WHERE f.referral = c.referral
        AND f.found LIKE '%under 18 at police station%') AS child_at_station
    FROM counted c JOIN latest_entry l USING (referral) LEFT JOIN ended e USING (referral)
      LEFT JOIN arrival a ON a.referral = c.referral AND a.first = 1
    WHERE EXISTS (SELECT 1 FROM entry u WHERE u.referral = c.referral AND u.power = 'section 136')
      AND NOT EXISTS (SELECT 1 FROM entry n WHERE n.referral = c.referral
        AND n.ended_as = 'never detained'))

-- @part people_by
${held}
SELECT coalesce($1, 'not known') AS $1, count(*) AS people,
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM held GROUP BY 1 ORDER BY people DESC, 1

-- @table summary Section 136
-- @column line key
-- @column count people
${held}
SELECT 'people detained under section 136' AS line, count(*) AS count FROM held
UNION ALL SELECT 'arrival at a place of safety recorded', count(first_arrival_ms) FROM held
UNION ALL SELECT 'held for more than 24 hours', count(*) FROM held
  WHERE until_now_ms - first_arrival_ms > 86400000
UNION ALL SELECT 'held beyond their hours, extensions included', count(*) FROM held WHERE until_now_ms > until_ms
UNION ALL SELECT 'first arrival corrected to a later one, which moved nothing', count(corrected_at_ms) FROM held
UNION ALL SELECT 'handover by the police recorded', count(*) FROM held WHERE handover_ms >= 0
UNION ALL SELECT 'handover by the police recorded as before the arrival, not counted above', count(*) FROM held
  WHERE handover_ms < 0
UNION ALL SELECT 'handover by the police took more than 60 min', count(*) FROM held WHERE handover_ms > 3600000
UNION ALL SELECT 'under 18', count(*) FROM held WHERE age_band = 'under 18'
UNION ALL SELECT 'under 18 at a police station', count(*) FROM held WHERE child_at_station
UNION ALL SELECT 'then detained under section 2 or 3', count(*) FROM held
  WHERE outcome IN ('detained section 2', 'detained section 3')

-- @table transport How the person was conveyed
-- @column transport key
-- @column people people
-- @column percent percent people of sum
${people_by transport}

-- @table place First place of safety
-- @column first_place key
-- @column people people
-- @column percent percent people of sum
${people_by first_place}

-- @table vehicle Why a police vehicle was used
-- @column reason key
-- @column people people
${held}
SELECT coalesce(police_vehicle_reason, 'not known') AS reason, count(*) AS people FROM held
WHERE transport = 'police vehicle'
GROUP BY 1 ORDER BY people DESC, 1

-- @table department Why an emergency department was the place of safety
-- @column reason key
-- @column people people
${held}
SELECT CASE chosen_for_physical_need WHEN 'yes' THEN 'physical need'
    WHEN 'no' THEN 'no suite was free' ELSE 'not known' END AS reason, count(*) AS people
FROM held WHERE first_place = 'emergency department'
GROUP BY 1 ORDER BY people DESC, 1

-- A limit that passed unmet. A check that is told late, and was in time, makes its limit a met one.
-- @part missed
(SELECT count(*) FROM breach b JOIN counted c USING (referral) WHERE b.clock = '$1'
    AND coalesce(c.area, 'not known') = s.area AND NOT EXISTS (SELECT 1 FROM detention d
      WHERE d.referral = b.referral AND d.step = '$2' AND d.seq > b.seq
        AND d.occurred_at_ms <= b.due_at_ms AND d.occurred_at_ms >= (SELECT max(e.occurred_at_ms)
          FROM detention e WHERE e.referral = b.referral AND e.seq < b.seq
            AND e.step IN ('$2', 'arrived', 'kept', 'entered'))))

-- @table station Checks and reviews missed at police stations, by area
-- @column area key
-- @column people people
-- @column health_checks_missed times
-- @column reviews_missed times
WITH s AS (SELECT coalesce(area, 'not known') AS area, count(*) AS people FROM counted
  WHERE referral IN (SELECT referral FROM detention WHERE place = 'police station'
    AND step IN ('arrived', 'kept', 'entered')) GROUP BY 1)
SELECT area, people, ${missed health check|health checked} AS health_checks_missed,
  ${missed custody review|reviewed} AS reviews_missed
FROM s ORDER BY area

-- @verdict
${held}
SELECT count(*) || ' under 18 at a police station (must be 0)' FROM held WHERE child_at_station

-- @note held: from the first arrival at any place of safety until the detention ended, or until now
-- @note under 18 at a police station: as found at any time, whatever was corrected later
-- @note missed: a health check within 30 minutes, or a review within the hour, that was not recorded as done in time;
--   under section 135(1) too; until the next is recorded it counts once
