-- section136: use of section 136: transport, place of safety, time held
-- @on detained
-- @published half of a financial year

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
-- @sum count[line=people detained*] = count[line=extension recorded] + rest
-- @sum count[line=extension recorded] = count[line=has more*] + rest
-- @sum count[line=people detained*] = count[line=escaped] + rest
-- @sum count[line=escaped] = count[line=escaped, and not*] + rest
-- @sum count[line=people detained*] = count[line=under 18 at the receipt] + rest
-- @sum count[line=people detained*] = count[line=under 18 at a*] + rest
-- @sum count[line=people detained*] = count[line=then detained*] + rest
-- @sum count[line=handover by the police recorded] = count[line=handover by the police took at*] + count[line=handover by the police took more*]
-- @sum equality.age.count[measure=detained*] = count[line=under 18 at the receipt]
SELECT 'people detained under section 136' AS line, count(*) AS count FROM detained
UNION ALL SELECT 'arrival at a place of safety recorded', count(first_arrival_ms) FROM detained
UNION ALL SELECT 'held for more than 24 hours', count(*) FROM detained WHERE held_over_24_h
UNION ALL SELECT 'held beyond their hours, extensions included', count(*) FROM detained WHERE held_beyond_hours
UNION ALL SELECT 'extension recorded', count(extension_reason) FROM detained
UNION ALL SELECT 'has more than 24 hours by an extension', count(*) FROM detained WHERE has_more_hours
UNION ALL SELECT 'escaped', count(*) FROM detained WHERE escaped
UNION ALL SELECT 'escaped, and not back at a place of safety by the end of the detention or now', count(*) FROM detained
  WHERE is_away
UNION ALL SELECT 'first arrival corrected to a later one, which moved nothing', count(corrected_at_ms) FROM detained
UNION ALL SELECT 'handover by the police recorded', count(handover_within_60_min) FROM detained
UNION ALL SELECT 'handover by the police recorded as before the arrival, not counted above', count(*) FROM detained
  WHERE handover_before_arrival
UNION ALL SELECT 'handover by the police took at most 60 min', count(*) FROM detained WHERE handover_within_60_min
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
-- @sum equality.overall.count[measure=conveyed*] = people[transport=police vehicle]
-- @sum equality.overall.out_of[measure=conveyed*] = people[transport=ambulance] + people[transport=police vehicle] + people[transport=other health vehicle] + people[transport=other] + people[transport=none]
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

-- A person can be at a police station after another place, and all three grounds are needed for an adult.
-- @table station_grounds Why a police station was used: the grounds that were recorded
-- @column line key
-- @column people people
-- @sum summary.count[line=people detained*] = people[line=at a police*] + rest
-- @sum people[line=at a police*] = people[line=all three*] + rest
-- @sum people[line=at a police*] = people[line=imminent*] + rest
-- @sum people[line=at a police*] = people[line=no other*] + rest
-- @sum people[line=at a police*] = people[line=a health*] + rest
-- @sum people[line=imminent*] = people[line=all three*] + rest
-- @sum people[line=no other*] = people[line=all three*] + rest
-- @sum people[line=a health*] = people[line=all three*] + rest
WITH told AS (SELECT d.referral, group_concat(e.grounds) AS grounds FROM detained d LEFT JOIN detention_entry e
    ON e.referral = d.referral AND e.grounds IS NOT NULL WHERE d.was_at_station GROUP BY d.referral),
  each AS (SELECT coalesce(grounds LIKE '%imminent risk%', 0) AS risk, coalesce(grounds LIKE '%no other place%', 0) AS no_other,
      coalesce(grounds LIKE '%health professional%', 0) AS health FROM told)
SELECT 'at a police station at any time' AS line, count(*) AS people FROM each
UNION ALL SELECT 'all three grounds recorded', count(*) FROM each WHERE risk AND no_other AND health
UNION ALL SELECT 'imminent risk of serious injury or death', count(*) FROM each WHERE risk
UNION ALL SELECT 'no other place could be expected to hold the person', count(*) FROM each WHERE no_other
UNION ALL SELECT 'a health professional was there throughout', count(*) FROM each WHERE health

-- @table organisations Who referred the people detained: the code of a police force or of an NHS organisation
-- @column organisation key total=all
-- @column people people
-- @column ambulance people
-- @column police_vehicle people
-- @column other_transport people
-- @column transport_not_recorded people
-- @column police_vehicle_percent percent police_vehicle of people-transport_not_recorded
-- @column at_a_police_station people
-- @column under_18 people
-- @sum people = ambulance + police_vehicle + other_transport + transport_not_recorded
-- @sum people = at_a_police_station + rest
-- @sum people = under_18 + rest
-- @sum summary.count[line=people detained*] = people
-- @sum summary.count[line=under 18 at the receipt] = under_18
-- @sum station_grounds.people[line=at a police*] = at_a_police_station
-- @sum transport.people[transport=ambulance] = ambulance
-- @sum transport.people[transport=police vehicle] = police_vehicle
-- @sum transport.people[transport=not recorded] = transport_not_recorded
WITH named AS (SELECT coalesce(organisation, 'not recorded') AS organisation, transport, was_at_station, age_band FROM detained),
  each AS (SELECT * FROM named UNION ALL SELECT 'all', transport, was_at_station, age_band FROM named)
SELECT organisation, count(*) AS people, count(*) FILTER (WHERE transport = 'ambulance') AS ambulance,
  count(*) FILTER (WHERE transport = 'police vehicle') AS police_vehicle,
  count(*) FILTER (WHERE transport NOT IN ('ambulance', 'police vehicle')) AS other_transport,
  count(*) FILTER (WHERE transport IS NULL) AS transport_not_recorded,
  round(100.0 * count(*) FILTER (WHERE transport = 'police vehicle') / nullif(count(transport), 0), 1) AS police_vehicle_percent,
  count(*) FILTER (WHERE was_at_station) AS at_a_police_station, count(*) FILTER (WHERE age_band = 'under 18') AS under_18
FROM each GROUP BY organisation ORDER BY organisation <> 'all', organisation

-- @table sexes People detained, by sex and age
-- @column sex key total=all
-- @column people people
-- @column under_18 people
-- @column adults people
-- @column age_not_known people
-- @sum people = under_18 + adults + age_not_known
-- @sum equality.sex.count[measure=detained*] = people
-- @sum equality.age.count[measure=detained*] = adults
-- @sum equality.age.count[measure=detained*] = age_not_known
-- @sum summary.count[line=people detained*] = people
-- @sum summary.count[line=under 18 at the receipt] = under_18
WITH each AS (SELECT sex, age_band FROM detained UNION ALL SELECT 'all', age_band FROM detained)
SELECT sex, count(*) AS people, count(*) FILTER (WHERE age_band = 'under 18') AS under_18,
  count(*) FILTER (WHERE age_band = '18 and over') AS adults, count(*) FILTER (WHERE age_band = 'age not known') AS age_not_known
FROM each GROUP BY sex ORDER BY sex <> 'all', sex

-- @part by_whom
count(*) AS people, count(*) FILTER (WHERE ethnicity_stated_by = 'self') AS self_defined,
  count(*) FILTER (WHERE ethnicity_stated_by = 'officer') AS officer_defined,
  count(*) FILTER (WHERE ethnicity_stated_by = 'clinician') AS by_a_clinician,
  count(*) FILTER (WHERE ethnicity_stated_by IS NULL) AS by_whom_not_recorded

-- @table ethnic_groups People detained, by ethnic group and who stated it
-- @column ethnic_group key
-- @column people people
-- @column self_defined people
-- @column officer_defined people
-- @column by_a_clinician people
-- @column by_whom_not_recorded people
-- @column percent percent people of sum
-- @sum people = self_defined + officer_defined + by_a_clinician + by_whom_not_recorded
-- @sum summary.count[line=people detained*] = people
-- @sum equality.ethnicity5.count[measure=detained*] = people
SELECT ethnicity5 AS ethnic_group, ${by_whom},
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM detained GROUP BY 1 ORDER BY people DESC, 1

-- @table ethnic_categories People detained, by ethnic category of 16+1 and who stated it
-- @column code key
-- @column ethnic_group key
-- @column people people
-- @column self_defined people
-- @column officer_defined people
-- @column by_a_clinician people
-- @column by_whom_not_recorded people
-- @sum people = self_defined + officer_defined + by_a_clinician + by_whom_not_recorded
-- @sum ethnic_groups.people = people
-- @sum equality.ethnicity16.count[measure=detained*] = people
-- @sum ethnic_groups.self_defined = self_defined
-- @sum ethnic_groups.officer_defined = officer_defined
-- @sum ethnic_groups.by_a_clinician = by_a_clinician
-- @sum ethnic_groups.by_whom_not_recorded = by_whom_not_recorded
SELECT ethnicity16 AS code, ethnicity5 AS ethnic_group, ${by_whom}
FROM detained GROUP BY 1 ORDER BY 1

-- @table ended How the detention ended
-- @column ended_as key
-- @column people people
-- @column percent percent people of sum
-- @sum summary.count[line=people detained*] = people
${people_by ended_as}

-- @table extensions People whose hours were extended, by the reason that was given first
-- @column reason key
-- @column people people
-- @sum summary.count[line=extension recorded] = people
SELECT extension_reason AS reason, count(*) AS people FROM detained WHERE extension_reason IS NOT NULL
GROUP BY 1 ORDER BY people DESC, 1

-- @table police_time From the first arrival until the police were free to go, by the first place of safety
-- @column first_place key total=all
-- @column people people
-- @column median_min figure minutes of people
-- @column p90_min figure20 minutes of people
-- @column max_min figure minutes of people
-- @column hours figure hours of people
-- @sum summary.count[line=handover by the police recorded] = people
WITH each AS (SELECT coalesce(first_place, 'not recorded') AS first_place, handover_ms FROM detained WHERE handover_ms >= 0
  UNION ALL SELECT 'all', handover_ms FROM detained WHERE handover_ms >= 0)
SELECT first_place, count(*) AS people, round(percentile(handover_ms, 50) / 60000.0, 1) AS median_min,
  round(percentile(handover_ms, 90) / 60000.0, 1) AS p90_min, round(max(handover_ms) / 60000.0, 1) AS max_min,
  round(sum(handover_ms) / 3600000.0, 1) AS hours
FROM each GROUP BY first_place ORDER BY first_place <> 'all', first_place

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
-- @note these are referrals: the Home Office counts each use of the power by the force that used it, referred or not, so the
--   share of a force's uses that is here is not known; organisation is who referred, a hospital too
-- @note an emergency department or a suite is where a person was first; a police station in the grounds and in the table of
--   organisations is at any time
-- @note officer-defined: as an officer perceived it; a referral has one ethnic category and who stated it, not both
-- @note hours: of all that the police waited, however many officers there were, which is not recorded
-- @note who was asked for advice before the power was used is not recorded
-- @note missed: a health check within 30 minutes, or a review within the hour, that was not recorded as done in time;
--   under section 135(1) too; until the next is recorded it counts once
