-- custody: who owned each case at every instant, and whether they acted in time
-- @on counted

-- The custody rule itself is the view custody_fault of the trail (trail_schema.c).
-- @part seconds
CASE WHEN ms % 1000 = 0 THEN printf('%d', ms / 1000) ELSE printf('%.3f', ms / 1000.0) END

-- @table summary Time from receipt to the end of each referral, or until now, in seconds
-- @column referrals people
-- @column intervals times
-- @column owned_s figure seconds of referrals
-- @column unowned_s figure seconds of referrals
-- @column owned_twice_s figure seconds of referrals
-- @column overdue_s figure seconds of referrals
WITH owned AS (SELECT coalesce(i.to_ms, c.as_at_ms) - i.from_ms AS ms
    FROM custody_interval i JOIN counted c USING (referral)),
  fault AS (SELECT f.fault, f.to_ms - f.from_ms AS ms FROM custody_fault f JOIN counted USING (referral)),
  overdue AS (SELECT overdue_ms AS ms FROM custody_overdue JOIN counted USING (referral))
SELECT (SELECT count(*) FROM counted) AS referrals,
  (SELECT count(*) FROM owned) AS intervals,
  round((SELECT total(ms) FROM owned) / 1000.0, 1) AS owned_s,
  round((SELECT total(ms) FROM fault WHERE fault = 'gap') / 1000.0, 1) AS unowned_s,
  round((SELECT total(ms) FROM fault WHERE fault = 'overlap') / 1000.0, 1) AS owned_twice_s,
  round((SELECT total(ms) FROM overdue) / 1000.0, 1) AS overdue_s

-- @table faults Gaps and overlaps
-- @column number case
-- @column fault key
-- @column from_time when
-- @column to_time when
-- @column seconds figure seconds of one
SELECT c.number, f.fault, utc(f.from_ms) AS from_time, utc(f.to_ms) AS to_time,
  (f.to_ms - f.from_ms) / 1000.0 AS seconds
FROM custody_fault f JOIN counted c USING (referral)
ORDER BY f.from_ms, ${by_number c.number}

-- @table owners Owned time by owner, in minutes
-- @column owner_kind key
-- @column owner key
-- @column referrals people
-- @column owned_min figure minutes of referrals
SELECT i.owner_kind, i.owner, count(DISTINCT i.referral) AS referrals,
  round(total(coalesce(i.to_ms, c.as_at_ms) - i.from_ms) / 60000.0, 1) AS owned_min
FROM custody_interval i JOIN counted c USING (referral)
GROUP BY i.owner_kind, i.owner
ORDER BY owned_min DESC, i.owner

-- @table overdue Time by which owners went past the moment they had to act, in seconds
-- @column owner_kind key
-- @column owner key
-- @column times times
-- @column overdue_s figure seconds of times
-- @column longest_s figure seconds of times
SELECT o.owner_kind, o.owner, count(*) AS times,
  round(total(o.overdue_ms) / 1000.0, 1) AS overdue_s,
  round(max(o.overdue_ms) / 1000.0, 1) AS longest_s
FROM custody_overdue o JOIN counted USING (referral)
GROUP BY o.owner_kind, o.owner
ORDER BY overdue_s DESC, o.owner

-- @table altered What the router found altered in its store
-- @column number case
-- @column what words
-- @column at_event event
-- @column found when
SELECT c.number, a.what, a.of AS at_event, utc(a.at_ms) AS found
FROM alteration a LEFT JOIN counted c USING (referral)
WHERE a.referral IS NULL OR c.referral IS NOT NULL ORDER BY a.seq

-- @verdict
SELECT printf('%s unowned seconds', ${seconds})
FROM (SELECT coalesce(sum(f.to_ms - f.from_ms), 0) AS ms
  FROM custody_fault f JOIN counted USING (referral) WHERE f.fault = 'gap')
-- @verdict inspectors
SELECT printf('%s: %s for %.3f s from %s', c.number,
  CASE f.fault WHEN 'gap' THEN 'nobody owned it' ELSE 'owned twice over' END,
  (f.to_ms - f.from_ms) / 1000.0, utc(f.from_ms))
FROM custody_fault f JOIN counted c USING (referral)
ORDER BY f.from_ms, ${by_number c.number}

-- @note overdue: the moment by which the owner had to act went by, and nothing was heard or done yet
