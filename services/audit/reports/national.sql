-- national: the national measures under their codes, and the same of all who were referred, by the router's own count
-- @on subject

-- The published measures are counts. The rate that NHS England makes of them divides those seen in time by those who had a
-- contact, so that people who were never seen vanish from it. Here each rate stands with its denominator, and never seen is
-- a line of its own. What counts as seen the router has decided (CheckedIn.counts_as_seen).

-- The published code asks for a contact not before the second of the receipt and in the same month. A difference is the same
-- in both forms of a trail, and a second is not.
-- @ground
CREATE TEMP TABLE published_contact AS
SELECT s.referral, min(i.occurred_at_ms) - s.received_at_ms AS seen_ms
FROM main.contact i JOIN subject s ON s.referral = i.referral
WHERE s.published_kind IS NOT NULL AND (i.counts_as_seen OR i.before_receipt) AND i.occurred_at_ms > s.received_at_ms - 1000
  AND london_period(i.occurred_at_ms, 'month') = s.month
GROUP BY s.referral

-- @part ages
ages (ages_place, suffix, ages) AS (VALUES (1, '', 'all'), (2, 'a', '18 and over'), (3, 'b', 'under 18'),
  (4, NULL, 'age not known'))

-- @table published By the published cohort: the team that it is recorded to, and the priority recorded (an approximation)
-- @column measure key label
-- @column ages key total=all
-- @column counts key
-- @column of_kind key
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
-- @sum count[counts=new*] = count[counts=had*] + rest
-- @sum count[counts=had*] = out_of[counts=seen within*]
WITH ${ages},
  total AS (SELECT m.*, a.*, count(s.referral) AS new, count(p.seen_ms) AS seen,
      count(*) FILTER (WHERE p.seen_ms <= m.limit_ms) AS in_time
    FROM national_measure m JOIN ages a LEFT JOIN subject s ON s.published_kind = m.kind AND a.ages IN ('all', s.age_band)
      LEFT JOIN published_contact p ON p.referral = s.referral
    GROUP BY m.place, a.ages_place),
  line AS (SELECT place, kind, ages_place, suffix, ages, new, 1 AS row, new_code AS code, 'new referrals' AS counts,
      new AS value, NULL AS denominator FROM total
    UNION ALL SELECT place, kind, ages_place, suffix, ages, new, 2, seen_code, 'had a face-to-face contact', seen, NULL FROM total
    UNION ALL SELECT place, kind, ages_place, suffix, ages, new, 3, in_time_code,
      printf('seen within %d min, of those with a contact', limit_min), in_time, seen FROM total)
SELECT coalesce(code || suffix, 'in ' || code) AS measure, ages, counts, kind AS of_kind, value AS count, denominator AS out_of,
  round(100.0 * value / nullif(denominator, 0), 1) AS percent
FROM line WHERE code IS NOT NULL AND (suffix IS NOT NULL OR new > 0)
ORDER BY place, ages_place, row

-- What the lines of each measure count, for each age band.
-- @part waiting
s.seen = 0 AND s.ended_at_ms IS NULL
-- @part open_ms
(s.as_at_ms - s.received_at_ms)
-- @ground
CREATE TEMP TABLE of_kind_and_age AS
SELECT s.own_kind, s.age_band, count(*) FILTER (WHERE NOT s.passed_on) AS new, count(*) FILTER (WHERE s.passed_on) AS passed,
  count(*) FILTER (WHERE s.seen) AS seen, count(*) FILTER (WHERE s.seen_in_time) AS in_time,
  count(*) FILTER (WHERE s.to_seen_ms > m.limit_ms) AS late, count(*) FILTER (WHERE s.never_seen) AS never,
  count(*) FILTER (WHERE ${waiting} AND ${open_ms} > m.limit_ms) AS open_late,
  count(*) FILTER (WHERE ${waiting} AND ${open_ms} <= m.limit_ms) AS open_in_time,
  count(*) FILTER (WHERE ${waiting}) AS open
FROM subject s JOIN national_measure m ON m.kind = s.own_kind GROUP BY s.own_kind, s.age_band
-- @part total
coalesce(sum(s.$1), 0) AS $1

-- The first two lines are the denominators. A measure that has anybody has each line of each age, because one that is left
-- out would tell that it is 0.
-- @table own All who were referred, by source and the urgency used
-- @column measure key
-- @column ages key total=all
-- @column line key
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
-- @sum count[line=new*] = count[line=seen within * of new*] + count[line=seen later*] + count[line=never*] + count[line=*past the time*] + count[line=*still within*]
-- @sum count[line=new*] = count[line=had*] + count[line=never*] + count[line=*past the time*] + count[line=*still within*]
-- @sum count[line=new*] = count[line=had*] + count[line=never*] + count[line=open and not seen*]
-- @sum count[line=new*] = out_of[line=seen within * of new*]
-- @sum count[line=new*] = out_of[line=seen later*]
-- @sum count[line=new*] = out_of[line=never*]
-- @sum count[line=new*] = out_of[line=*past the time*]
-- @sum count[line=new*] = out_of[line=*still within*]
-- @sum count[line=new*] = out_of[line=open and not seen*]
-- @sum count[line=had*] = out_of[line=seen within * of those*]
-- @sum count[line=seen within * of new*] = count[line=seen within * of those*]
-- @sum out_of[line=passed on*] = count[line=new*] + count[line=passed on*]
WITH ${ages},
  totals AS (SELECT m.place, a.ages_place, m.kind AS measure, a.ages, m.limit_min,
      ${total new}, ${total passed}, ${total seen}, ${total in_time}, ${total late}, ${total never}, ${total open_late},
      ${total open_in_time}, ${total open}
    FROM national_measure m JOIN ages a LEFT JOIN of_kind_and_age s ON s.own_kind = m.kind AND a.ages IN ('all', s.age_band)
    GROUP BY m.place, a.ages_place),
  words (row, of_limit, text) AS (VALUES
    (1, 0, 'new referrals'),
    (2, 0, 'had a face-to-face contact'),
    (3, 1, 'seen within %d min, of new referrals'),
    (4, 1, 'seen within %d min, of those with a face-to-face contact'),
    (5, 1, 'seen later, of new referrals'),
    (6, 0, 'never seen: ended without a face-to-face contact, of new referrals'),
    (7, 1, 'open, not seen and past the time, of new referrals'),
    (8, 1, 'open, not seen and still within time, of new referrals'),
    (9, 0, 'open and not seen, of new referrals'),
    (10, 0, 'passed on to another provider, which reports it: in no line above, of all received')),
  line AS (SELECT *,
      CASE row WHEN 1 THEN new WHEN 2 THEN seen WHEN 3 THEN in_time WHEN 4 THEN in_time WHEN 5 THEN late
        WHEN 6 THEN never WHEN 7 THEN open_late WHEN 8 THEN open_in_time WHEN 9 THEN open ELSE passed END AS value,
      CASE row WHEN 1 THEN NULL WHEN 2 THEN NULL WHEN 4 THEN seen WHEN 10 THEN new + passed
        ELSE new END AS denominator,
      max(new) OVER (PARTITION BY place) > 0 AS has_new, max(passed) OVER (PARTITION BY place) > 0 AS has_passed
    FROM totals JOIN words WHERE CASE WHEN limit_min IS NULL THEN NOT of_limit ELSE row <> 9 END)
SELECT measure, ages, printf(text, limit_min) AS line, value AS count, denominator AS out_of,
  round(100.0 * value / nullif(denominator, 0), 1) AS percent
FROM line WHERE CASE row WHEN 10 THEN has_passed ELSE has_new OR row = 1 END
ORDER BY place, ages_place, row

-- @table waits Receipt to the first attended face-to-face contact, of those who had one, in minutes
-- @column measure key
-- @column ages key total=all
-- @column seen people
-- @column median_min figure minutes of seen
-- @column p90_min figure20 minutes of seen
-- @column p95_min figure20 minutes of seen
-- @column max_min figure minutes of seen
-- @sum own.count[line=had*] = seen
WITH ${ages}
SELECT m.kind AS measure, a.ages, count(s.to_seen_ms) AS seen,
  round(percentile(s.to_seen_ms, 50) / 60000.0, 1) AS median_min,
  round(percentile(s.to_seen_ms, 90) / 60000.0, 1) AS p90_min,
  round(percentile(s.to_seen_ms, 95) / 60000.0, 1) AS p95_min,
  round(max(s.to_seen_ms) / 60000.0, 1) AS max_min
FROM national_measure m JOIN ages a
  LEFT JOIN subject s ON s.own_kind = m.kind AND s.to_seen_ms IS NOT NULL AND a.ages IN ('all', s.age_band)
GROUP BY m.place, a.ages_place
HAVING a.ages <> 'age not known' OR (m.kind, a.ages) IN (SELECT own_kind, age_band FROM of_kind_and_age)
ORDER BY m.place, a.ages_place

-- @table limits The limit of each national measure, and the limits of the response clocks by the policy
-- @column measure key
-- @column national_limit key
-- @column policy_limit key
-- @column clocks people
-- @column with_another_limit people
-- @sum clocks = with_another_limit + rest
SELECT m.kind AS measure, printf('%d min', m.limit_min) AS national_limit,
  CASE WHEN min(s.response_limit_ms) / 60000 < max(s.response_limit_ms) / 60000 THEN printf('%d to %d min',
    min(s.response_limit_ms) / 60000, max(s.response_limit_ms) / 60000)
    WHEN count(s.response_limit_ms) > 0 THEN printf('%d min', max(s.response_limit_ms) / 60000) ELSE 'none' END
    AS policy_limit,
  count(s.response_limit_ms) AS clocks,
  count(*) FILTER (WHERE s.response_limit_ms <> m.limit_ms) AS with_another_limit
FROM national_measure m LEFT JOIN subject s ON s.own_kind = m.kind AND s.response_limit_ms IS NOT NULL
WHERE m.limit_ms > 0 GROUP BY m.place ORDER BY m.place

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
  round(max(c.provider_received_at_ms - c.received_utc_ms, 0) / 60000.0, 1) AS to_there_min,
  CASE WHEN k.due_at_ms - c.received_at_ms < coalesce(c.first_face_to_face_at_ms - c.received_at_ms,
      c.provider_received_at_ms - c.received_utc_ms, c.ended_at_ms - c.received_at_ms)
    THEN 'yes' WHEN k.due_at_ms IS NOT NULL THEN 'no' END AS our_time_ran_out_first
FROM counted c LEFT JOIN clock k ON k.referral = c.referral AND k.clock = 'response'
WHERE c.passed_on_at_ms IS NOT NULL ORDER BY c.received_at_ms, ${by_number c.number}

-- @table recording How well times and urgency were recorded
-- @column line key
-- @column count times
-- @column out_of times
-- @sum out_of = count + rest
-- @sum out_of[line=time of the decision*] = out_of[line=urgency not*]
-- @sum out_of[line=time of the decision*] = out_of[line=in no measure*]
-- @sum out_of[line=time of the decision*] = out_of[line=in no published*]
-- @sum out_of[line=time of a contact*] = out_of[line=seen before*]
SELECT 'time of the decision imputed or missing' AS line,
  count(*) FILTER (WHERE NOT decision_stated) AS count, count(*) AS out_of FROM subject
UNION ALL SELECT 'time of a contact imputed',
  count(*) FILTER (WHERE occurred_basis IS NOT 'stated'), count(*) FROM contact JOIN counted USING (referral)
UNION ALL SELECT 'seen before the receipt, which no measure counts',
  count(*) FILTER (WHERE before_receipt), count(*) FROM contact JOIN counted USING (referral)
UNION ALL SELECT 'urgency not recorded, routed as the policy says',
  count(*) FILTER (WHERE urgency_recorded = 'not recorded'), count(*) FROM subject
UNION ALL SELECT 'in no measure of our own: routine, from outside an emergency department',
  count(*) FILTER (WHERE own_kind IS NULL), count(*) FROM subject
UNION ALL SELECT 'in no published measure',
  count(*) FILTER (WHERE published_kind IS NULL), count(*) FROM subject
UNION ALL SELECT 'seen, but for the published code too late for the month or too early for the second of the receipt',
  count(*) FILTER (WHERE referral NOT IN (SELECT referral FROM published_contact)), count(*)
  FROM subject WHERE published_kind IS NOT NULL AND seen

-- @note the clock runs from receipt to the first attended face-to-face contact; an acceptance or a telephone call does
--   not stop it; the limits are inclusive
-- @note published: CCR is for teams of type A02, A18 and A19, by the priority recorded; PLS for A11 and C05, from an emergency
--   department; a refused referral is in it too; without a code of its own, an age that is not known is in all ages only
-- @note published is an approximation: we know the team that accepted last, or the first that declined, and not what each
--   provider recorded; each provider records a referral of its own, and here it is one
-- @note the published code counts a contact in the month of the receipt alone, and compares seconds, though people state
--   minutes; our own count has a contact from the minute of the receipt on, also after the end of the month
-- @note in an auditor's trail a contact in the first hour of a month can stand in the month before, whenever in that month
--   the receipt was, and is published then
-- @note a case that was passed on to another provider counts as passed on, neither met nor late: the national wait runs
--   from that provider's receipt and is that provider's to report
-- @note the limits here are the national ones; breaches goes by the clocks, whose limits are the policy's
-- @note measured and published nationally, without a statutory target
-- @note percentiles are by nearest rank
