-- case: the story of one case: what happened, who was asked, who owned it, and its clocks
-- @of one case
-- @on clocks

-- @ground
CREATE TEMP VIEW the_case AS
SELECT *, (SELECT form IS 'reduced' FROM main.form) AS is_reduced
FROM main.referral, scope WHERE referral.number = (SELECT number FROM question)

-- Minutes after the receipt are right in both forms of a trail; times of day are an inspector's alone.
-- @part after
round(($1 - c.received_at_ms) / 60000.0, 1)
-- @part time_of_day
CASE WHEN c.is_reduced THEN NULL ELSE utc($1) END

-- @table case The case
-- @column line key
-- @column value words
WITH fact (place, line, value) AS (
  SELECT 1, 'number', number FROM the_case
  UNION ALL SELECT 2, 'state', state FROM the_case
  UNION ALL SELECT 3, 'drill', CASE WHEN drill THEN 'yes: it is in no figure of a report' END FROM the_case
  UNION ALL SELECT 4, 'source', source FROM the_case
  UNION ALL SELECT 5, 'urgency as recorded', coalesce(urgency, 'not recorded') FROM the_case
  UNION ALL SELECT 6, 'urgency used', routed_as FROM the_case
  UNION ALL SELECT 7, 'area', area FROM the_case
  UNION ALL SELECT 8, 'age', coalesce(age_used, 'not known') FROM the_case
  UNION ALL SELECT 9, 'received', CASE WHEN is_reduced THEN 'in the hour from ' || utc(received_at_ms)
    ELSE utc(received_at_ms) END FROM the_case
  UNION ALL SELECT 10, 'follows the case', follows FROM the_case
  UNION ALL SELECT 11, 'first seen face to face', printf('%.1f min after the receipt',
    (first_face_to_face_at_ms - received_at_ms) / 60000.0) FROM the_case
    WHERE first_face_to_face_at_ms IS NOT NULL
  UNION ALL SELECT 12, 'ended', printf('%.1f min after the receipt',
    (ended_at_ms - received_at_ms) / 60000.0) FROM the_case WHERE ended_at_ms IS NOT NULL
  UNION ALL SELECT 13, 'outcome', outcome FROM the_case
  UNION ALL SELECT 14, 'closed by', closed_by FROM the_case
  UNION ALL SELECT 15, 'closed without contact', without_contact FROM the_case
  UNION ALL SELECT 16, 'passed on to', coalesce(passed_to, 'no code') FROM the_case
    WHERE passed_on_at_ms IS NOT NULL
  UNION ALL SELECT 17, 'erased', 'nobody can open the texts about the person' FROM the_case
    WHERE erased_at_ms IS NOT NULL)
SELECT line, value FROM fact WHERE value IS NOT NULL ORDER BY place

-- @table custody Who owned it, in minutes after the receipt
-- @picture spans
-- @column from_min figure minutes of one
-- @column to_min figure minutes of one
-- @column owner key
-- @column owner_kind key
-- @column to_act_by_min figure minutes of one
-- @column past_it_min figure minutes of one
-- @column lasts key
SELECT ${after i.from_ms} AS from_min, ${after coalesce(i.to_ms, c.as_at_ms)} AS to_min,
  i.owner, i.owner_kind, ${after i.act_by_ms} AS to_act_by_min,
  round(max(coalesce(i.to_ms, c.as_at_ms) - i.act_by_ms, 0) / 60000.0, 1) AS past_it_min,
  CASE WHEN i.to_ms IS NULL THEN 'still' END AS lasts
FROM custody_interval i JOIN the_case c USING (referral) ORDER BY i.from_seq

-- @table clocks Clocks, in minutes after the receipt
-- @column clock key
-- @column standard key
-- @column started_min figure minutes of one
-- @column start_is key
-- @column due_min figure minutes of one
-- @column stopped_min figure minutes of one
-- @column stands key
SELECT k.clock, k.standard, ${after k.started_at_ms} AS started_min, k.started_basis AS start_is,
  ${after k.due_at_ms} AS due_min, ${after k.stopped_at_ms} AS stopped_min, k.stands
FROM clock_now k JOIN the_case c USING (referral) ORDER BY k.started_at_ms, k.clock

-- @table offers Teams that were asked, in minutes after the receipt
-- @column after_min figure minutes of one
-- @column team key
-- @column attempt key
-- @column round key
-- @column to_answer_by_min figure minutes of one
-- @column seen_min figure minutes of one
-- @column ended_min figure minutes of one
-- @column ended_as key
-- @column reason key
-- @column remark words
SELECT ${after o.offered_at_ms} AS after_min, o.team, o.attempt, o.round,
  ${after o.expires_at_ms} AS to_answer_by_min, ${after o.seen_at_ms} AS seen_min,
  ${after o.ended_at_ms} AS ended_min, coalesce(o.ended_as, 'live') AS ended_as, o.reason,
  nullif(trim(CASE WHEN o.assigned THEN 'chosen by hand ' ELSE '' END ||
    CASE WHEN o.handover THEN 'to take it over ' ELSE '' END ||
    CASE WHEN o.late THEN 'said yes after the time ' ELSE '' END || coalesce(o.differs, '')), '') AS remark
FROM offer o JOIN the_case c USING (referral) ORDER BY o.offered_seq

-- @table teams Why this team and not that one
-- @column after_min figure minutes of one
-- @column event event
-- @column result key
-- @column team key
-- @column finding key
-- @column rung key
-- @column times_asked times
-- @column free_places figure places of one
-- @column capacity_age_min figure minutes of one
-- @column load figure cases of one
SELECT ${after d.at_ms} AS after_min, d.seq AS event, d.result, f.team, f.finding, f.rung, f.times_asked,
  f.free_places, f.capacity_age_min, f.load
FROM decision d JOIN the_case c USING (referral) JOIN finding f USING (seq) ORDER BY d.seq, f.position

-- @table events All events, in order
-- @column event event
-- @column after_min figure minutes of one
-- @column time when
-- @column what key
-- @column details words
-- @column actor words
-- @column device words
-- @column person words
-- @column role key
SELECT e.seq AS event, ${after e.at_ms} AS after_min, ${time_of_day e.at_ms} AS time,
  replace(e.kind, '_', ' ') AS what, nullif(said, '') AS details,
  e.actor, e.actor_device AS device, e.person, e.person_role AS role
FROM (SELECT *, ltrim(coalesce(told(body, (SELECT received_at_ms FROM the_case)), '') ||
      coalesce((SELECT '; changed: ' || group_concat(field, ', ') FROM change WHERE change.seq = event.seq), ''), '; ')
    AS said
  FROM event WHERE referral = (SELECT referral FROM the_case)) e, the_case c
ORDER BY e.seq

-- @verdict
SELECT printf('%s: %s unowned seconds', c.number, CASE WHEN ms % 1000 = 0 THEN printf('%d', ms / 1000)
  ELSE printf('%.3f', ms / 1000.0) END)
FROM the_case c, (SELECT coalesce(sum(f.to_ms - f.from_ms), 0) AS ms
  FROM custody_fault f JOIN the_case USING (referral) WHERE f.fault = 'gap')
-- @verdict
SELECT 'clocks: ' || coalesce(group_concat(said, ', '), 'none')
FROM (SELECT count(*) || ' ' || k.stands AS said FROM clock_now k JOIN the_case USING (referral)
  GROUP BY k.stands ORDER BY k.stands)
-- @verdict
SELECT CASE WHEN is_reduced THEN 'an auditor''s trail has the hour of the receipt, and neither times of day nor'
    || ' who was at the keyboard: an inspector''s trail has both'
  ELSE 'the words about the person are in no trail: concordat show ' || number || ' shows them to those who may'
    || ' read them, and notes who did' END
FROM the_case

-- @note minutes after the receipt are exact in both forms of a trail
-- @note a case points to a person: for those who look into it, and for nobody else
