-- national: equivalents of the national measures CCR119, CCR120 and PLS123, with both denominators
-- @on counted

-- The published figures divide by every new referral, the urgent and emergency dashboard only by referrals that had a
-- face-to-face contact, so that people who were never seen vanish from it. Both are printed here, and never seen is a
-- line of its own. What counts as seen the router has decided (CheckedIn.counts_as_seen).

-- Which referrals belong to which measure, and what it allows. A person whom no team accepted has no team type, so the
-- kind is told by the source: the emergency department for liaison, all others for crisis.
-- @part asked
WITH measure (place, code, about, from_department, urgency, allowed_min) AS (VALUES
    (1, 'CCR119', 'very urgent, community', 0, 'very urgent', 240),
    (2, 'CCR120', 'urgent, community', 0, 'urgent', 1440),
    (3, 'PLS123', 'liaison, emergency department', 1, NULL, 60)),
  ages (suffix, age_band) AS (VALUES ('a', '18 and over'), ('b', 'under 18'), ('?', 'age not known')),
  asked AS (SELECT m.place, a.suffix, m.code || a.suffix AS measure, m.about, a.age_band,
      m.allowed_min, m.allowed_min * 60000 AS allowed_ms, r.referral, r.ended_at_ms,
      r.passed_on_at_ms IS NOT NULL AS passed,
      CASE WHEN r.passed_on_at_ms IS NULL THEN r.first_face_to_face_at_ms - r.received_at_ms END AS seen_ms,
      r.as_at_ms - r.received_at_ms AS open_ms
    FROM measure m JOIN ages a LEFT JOIN counted r ON r.age_band = a.age_band
      AND (r.source IS 'emergency department') = m.from_department
      AND (m.urgency IS NULL OR r.routed_as = m.urgency))

-- The lines of each measure, with what they count and of how many. The first two are the denominators.
-- @table measures Measures (a: 18 and over, b: under 18, ?: age not known)
-- @column measure key
-- @column line key
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
${asked},
  totals AS (SELECT place, suffix, measure, allowed_min,
      count(referral) FILTER (WHERE NOT passed) AS new, count(*) FILTER (WHERE passed) AS passed,
      count(seen_ms) AS seen, count(*) FILTER (WHERE seen_ms <= allowed_ms) AS in_time,
      count(*) FILTER (WHERE seen_ms > allowed_ms) AS late,
      count(*) FILTER (WHERE seen_ms IS NULL AND ended_at_ms IS NOT NULL AND NOT passed) AS never,
      count(*) FILTER (WHERE seen_ms IS NULL AND ended_at_ms IS NULL AND open_ms > allowed_ms) AS open_late,
      count(*) FILTER (WHERE seen_ms IS NULL AND ended_at_ms IS NULL AND open_ms <= allowed_ms) AS open_in_time
    FROM asked GROUP BY place, suffix),
  words (row, text) AS (VALUES
    (1, 'new referrals'),
    (2, 'had a face-to-face contact'),
    (3, 'seen within %d min, of new referrals'),
    (4, 'seen within %d min, of those with a face-to-face contact'),
    (5, 'seen later, of new referrals'),
    (6, 'never seen: ended without a face-to-face contact, of new referrals'),
    (7, 'open, not seen and past the time, of new referrals'),
    (8, 'open, not seen and still within time, of new referrals'),
    (9, 'passed on to another provider, which reports it: in no line above, of all received')),
  line AS (SELECT *,
      CASE row WHEN 1 THEN new WHEN 2 THEN seen WHEN 3 THEN in_time WHEN 4 THEN in_time WHEN 5 THEN late
        WHEN 6 THEN never WHEN 7 THEN open_late WHEN 8 THEN open_in_time ELSE passed END AS value,
      CASE row WHEN 1 THEN NULL WHEN 2 THEN NULL WHEN 4 THEN seen WHEN 9 THEN new + passed
        ELSE new END AS denominator
    FROM totals JOIN words)
SELECT measure, printf(text, allowed_min) AS line, value AS count, denominator AS out_of,
  round(100.0 * value / nullif(denominator, 0), 1) AS percent
FROM line WHERE CASE row WHEN 9 THEN passed > 0 ELSE new > 0 OR (row = 1 AND suffix <> '?') END
ORDER BY place, suffix, row

-- @table waits Receipt to the first attended face-to-face contact, of those who had one, in minutes
-- @column measure key
-- @column kind key
-- @column ages key
-- @column seen people
-- @column median_min figure minutes of seen
-- @column p90_min figure20 minutes of seen
-- @column p95_min figure20 minutes of seen
-- @column max_min figure minutes of seen
${asked}
SELECT measure, about AS kind, age_band AS ages, count(seen_ms) AS seen,
  round(percentile(seen_ms, 50) / 60000.0, 1) AS median_min,
  round(percentile(seen_ms, 90) / 60000.0, 1) AS p90_min,
  round(percentile(seen_ms, 95) / 60000.0, 1) AS p95_min,
  round(max(seen_ms) / 60000.0, 1) AS max_min
FROM asked
GROUP BY place, suffix HAVING suffix <> '?' OR count(referral) > 0
ORDER BY place, suffix

-- That provider reports it, so no measure has it here; this table hides nothing: how long the person waited, and whether
-- our own time had run out by then.
-- @table passed_on Passed on: the person waits from our receipt, the national wait runs from that provider's
-- @column number case
-- @column provider key
-- @column received_here when
-- @column received_there when
-- @column person_seen_after_min words
-- @column to_there_min figure minutes of one
-- @column our_time_ran_out_first key
SELECT c.number, coalesce(c.passed_to, 'no code') AS provider, utc(c.received_at_ms) AS received_here,
  utc(c.provider_received_at_ms) AS received_there,
  CASE WHEN c.first_face_to_face_at_ms IS NULL THEN 'not known to us'
    ELSE printf('%.1f', (c.first_face_to_face_at_ms - c.received_at_ms) / 60000.0) END AS person_seen_after_min,
  round(max(c.provider_received_at_ms - c.received_at_ms, 0) / 60000.0, 1) AS to_there_min,
  CASE WHEN k.due_at_ms < coalesce(c.first_face_to_face_at_ms, c.provider_received_at_ms, c.ended_at_ms)
    THEN 'yes' WHEN k.due_at_ms IS NOT NULL THEN 'no' END AS our_time_ran_out_first
FROM counted c LEFT JOIN clock k ON k.referral = c.referral AND k.clock = 'response'
WHERE c.passed_on_at_ms IS NOT NULL ORDER BY c.received_at_ms, c.number

-- @table recording How well times and urgency were recorded
-- @column line key
-- @column count times
-- @column out_of times
SELECT 'time of the decision imputed or missing' AS line,
  count(*) FILTER (WHERE decided_basis IS NOT 'stated') AS count, count(*) AS out_of FROM counted
UNION ALL SELECT 'time of a contact imputed',
  count(*) FILTER (WHERE occurred_basis IS NOT 'stated'), count(*) FROM contact JOIN counted USING (referral)
UNION ALL SELECT 'seen before the receipt, which no measure counts',
  count(*) FILTER (WHERE before_receipt), count(*) FROM contact JOIN counted USING (referral)
UNION ALL SELECT 'urgency not recorded, routed as the policy says',
  count(*) FILTER (WHERE urgency IS NULL), count(*) FROM counted
UNION ALL SELECT 'in no measure: emergency or routine, from outside an emergency department',
  count(*) FILTER (WHERE source IS NOT 'emergency department'
    AND coalesce(routed_as, '') NOT IN ('very urgent', 'urgent')), count(*) FROM counted

-- @note the clock runs from receipt to the first attended face-to-face contact; an acceptance or a telephone call does
--   not stop it; the limits are inclusive
-- @note a contact counts from the minute of the receipt on, because people state minutes; the published code compares
--   seconds, and so loses a contact in that minute
-- @note a case that was passed on to another provider counts as passed on, neither met nor late: the national wait runs
--   from that provider's receipt and is that provider's to report
-- @note the kind is told by source and urgency used, not by team type; a contact after the end of the range counts,
--   which the published figures lose
-- @note measured and published nationally, without a statutory target
-- @note percentiles are by nearest rank
