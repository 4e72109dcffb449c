-- section136: use of section 136: transport, place of safety, time held
-- @on detained
-- @published financial year

-- @part people_by
SELECT coalesce($1, 'not recorded') AS $1, count(*) AS people,
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM detained GROUP BY 1 ORDER BY people DESC, 1

-- @table summary Section 136
-- @column line key
-- @column count people
-- @sum count[line=people detained*] = count[line=arrival*] + rest
-- @sum count[line=people detained*] = count[line=held for more*] + rest
-- @sum count[line=people detained*] = count[line=held beyond*] + rest
-- @sum count[line=people detained*] = count[line=handover by the police recorded] + rest
-- @sum count[line=people detained*] = count[line=escaped] + rest
-- @sum count[line=escaped] = count[line=escaped, and not*] + rest
-- @sum count[line=people detained*] = count[line=under 18 at the receipt] + rest
-- @sum count[line=people detained*] = count[line=under 18 at a*] + rest
-- @sum count[line=people detained*] = count[line=then detained*] + rest
-- @sum count[line=handover by the police recorded] = count[line=handover by the police took*] + rest
SELECT 'people detained under section 136' AS line, count(*) AS count FROM detained
UNION ALL SELECT 'arrival at a place of safety recorded', count(first_arrival_ms) FROM detained
UNION ALL SELECT 'held for more than 24 hours', count(*) FROM detained WHERE held_over_24_h
UNION ALL SELECT 'held beyond their hours, extensions included', count(*) FROM detained WHERE held_beyond_hours
UNION ALL SELECT 'escaped', count(*) FROM detained WHERE escaped
UNION ALL SELECT 'escaped, and not back at a place of safety by the end of the detention or now', count(*) FROM detained
  WHERE is_away
UNION ALL SELECT 'first arrival corrected to a later one, which moved nothing', count(corrected_at_ms) FROM detained
UNION ALL SELECT 'handover by the police recorded', count(handover_within_60_min) FROM detained
UNION ALL SELECT 'handover by the police recorded as before the arrival, not counted above', count(*) FROM detained
  WHERE handover_before_arrival
UNION ALL SELECT 'handover by the police took more than 60 min', count(*) FROM detained
  WHERE NOT handover_within_60_min
UNION ALL SELECT 'under 18 at the receipt', count(*) FROM detained WHERE age_band = 'under 18'
UNION ALL SELECT 'under 18 at a police station', count(*) FROM detained WHERE child_at_station
UNION ALL SELECT 'then detained under section 2 or 3', count(*) FROM detained
  WHERE outcome IN ('detained section 2', 'detained section 3')

-- @table transport How the person was conveyed
-- @column transport key
-- @column people people
-- @column percent percent people of sum
-- @sum summary.count[line=people detained*] = people
${people_by transport}

-- @table place First place of safety
-- @column first_place key
-- @column people people
-- @column percent percent people of sum
-- @sum summary.count[line=people detained*] = people
${people_by first_place}

-- @table vehicle Why a police vehicle was used
-- @column reason key
-- @column people people
-- @sum transport.people[transport=police vehicle] = people
SELECT coalesce(police_vehicle_reason, 'not recorded') AS reason, count(*) AS people FROM detained
WHERE police_vehicle
GROUP BY 1 ORDER BY people DESC, 1

-- @table department Why an emergency department was the place of safety
-- @column reason key
-- @column people people
-- @sum place.people[first_place=emergency department] = people
SELECT CASE chosen_for_physical_need WHEN 'yes' THEN 'physical need'
    WHEN 'no' THEN 'no suite was free' ELSE 'not recorded' END AS reason, count(*) AS people
FROM detained WHERE first_place = 'emergency department'
GROUP BY 1 ORDER BY people DESC, 1

-- A limit that passed unmet. A check that is told late, and was in time, makes its limit a met one.
-- @part missed
(SELECT count(*) FROM breach b JOIN at_station c USING (referral) WHERE b.clock = '$1' AND c.area = s.area
    AND NOT EXISTS (SELECT 1 FROM detention_entry d
      WHERE d.referral = b.referral AND d.step = '$2' AND d.seq > b.seq
        AND d.occurred_at_ms <= b.due_at_ms - ${ahead b.seq} AND d.occurred_at_ms >= (SELECT max(e.occurred_at_ms)
          FROM detention_entry e WHERE e.referral = b.referral AND e.seq < b.seq AND (e.arrives OR e.step = '$2'))))

-- @table station Checks and reviews missed at police stations, by area
-- @column area key
-- @column people people
-- @column health_checks_missed times
-- @column reviews_missed times
WITH at_station AS (SELECT referral, coalesce(area, 'not recorded') AS area FROM counted
    WHERE referral IN (SELECT referral FROM detention_entry WHERE arrives AND place = 'police station')),
  s AS (SELECT area, count(*) AS people FROM at_station GROUP BY area)
SELECT area, people, ${missed health check|health checked} AS health_checks_missed,
  ${missed custody review|reviewed} AS reviews_missed
FROM s ORDER BY area

-- @verdict
SELECT count(*) || ' under 18 at a police station (must be 0)' FROM detained WHERE child_at_station

-- @note held: from the first arrival at any place of safety until the detention ended, or until now, less the time after an
--   escape, or after an end, until the next arrival; the hours run on meanwhile
-- @note under 18 at the receipt: by the age that the router used; under 18 at a police station: as found by an entry at any
--   time since an arrival there, whatever was corrected later; somebody whose age is not known is taken for under 18 if
--   they look so, or nobody can tell
-- @note not recorded: nobody said; no form here takes "not known" as an answer to these questions
-- @note a use of the power of which two people say that nobody was detained is in no figure; another use of the case is
-- @note missed: a health check within 30 minutes, or a review within the hour, that was not recorded as done in time;
--   under section 135(1) too; until the next is recorded it counts once
