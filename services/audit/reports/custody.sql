-- custody: who owned each case at every instant, and whether they acted in time
-- @on counted

-- The custody rule itself is the view custody_fault of the trail (trail_schema.c). Between an end that was a mistake and its
-- reopening nobody had the case, and nobody had to: that is neither owned nor a fault, and has a column of its own.
-- @part seconds
CASE WHEN ms % 1000 = 0 THEN printf('%d', ms / 1000) ELSE printf('%.3f', ms / 1000.0) END

-- @table summary Time from receipt to the end of each referral, or until now, in seconds
-- @column referrals people
-- @column intervals times
-- @column owned_s figure seconds of referrals
-- @column unowned people
-- @column unowned_s figure seconds of unowned
-- @column owned_twice people
-- @column owned_twice_s figure seconds of owned_twice
-- @column ended_by_mistake people
-- @column ended_by_mistake_s figure seconds of ended_by_mistake
-- @column overdue people
-- @column overdue_s figure seconds of overdue
-- @sum volume.sources.received[source=all] = referrals
-- @sum referrals = unowned + rest
-- @sum referrals = owned_twice + rest
-- @sum referrals = ended_by_mistake + rest
-- @sum referrals = overdue + rest
WITH owned AS (SELECT coalesce(i.to_ms, c.as_at_ms) - i.from_ms AS ms
    FROM custody_interval i JOIN counted c USING (referral)),
  fault AS (SELECT referral, f.fault, f.to_ms - f.from_ms AS ms FROM custody_fault f JOIN counted USING (referral)),
  mistaken AS (SELECT referral, o.at_ms - o.ended_at_ms AS ms FROM reopening o JOIN counted USING (referral)),
  overdue AS (SELECT referral, overdue_ms AS ms FROM custody_overdue JOIN counted USING (referral))
SELECT (SELECT count(*) FROM counted) AS referrals,
  (SELECT count(*) FROM owned) AS intervals,
  round((SELECT total(ms) FROM owned) / 1000.0, 1) AS owned_s,
  (SELECT count(DISTINCT referral) FROM fault WHERE fault = 'gap') AS unowned,
  round((SELECT total(ms) FROM fault WHERE fault = 'gap') / 1000.0, 1) AS unowned_s,
  (SELECT count(DISTINCT referral) FROM fault WHERE fault = 'overlap') AS owned_twice,
  round((SELECT total(ms) FROM fault WHERE fault = 'overlap') / 1000.0, 1) AS owned_twice_s,
  (SELECT count(DISTINCT referral) FROM mistaken) AS ended_by_mistake,
  round((SELECT total(ms) FROM mistaken) / 1000.0, 1) AS ended_by_mistake_s,
  (SELECT count(DISTINCT referral) FROM overdue) AS overdue,
  round((SELECT total(ms) FROM overdue) / 1000.0, 1) AS overdue_s

-- @table faults Gaps and overlaps
-- @column number case
-- @column fault key
-- @column from_time when
-- @column to_time when
-- @column seconds words
SELECT c.number, f.fault, utc(f.from_ms) AS from_time, utc(f.to_ms) AS to_time,
  printf('%.3f', (f.to_ms - f.from_ms) / 1000.0) AS seconds
FROM custody_fault f JOIN counted c USING (referral)
ORDER BY f.from_ms, ${by_number c.number}

-- @table reopened Ended by mistake: nobody had the case until it was reopened
-- @column number case
-- @column ended when
-- @column reopened when
-- @column seconds words
SELECT c.number, utc(o.ended_at_ms) AS ended, utc(o.at_ms) AS reopened,
  printf('%.3f', (o.at_ms - o.ended_at_ms) / 1000.0) AS seconds
FROM reopening o JOIN counted c USING (referral) ORDER BY o.seq

-- @table owners Owned time by owner, in minutes
-- @column owner_kind key
-- @column owner key
-- @column referrals people
-- @column owned_min figure minutes of referrals
SELECT i.owner_kind, i.owner, count(DISTINCT i.referral) AS referrals,
  round(total(coalesce(i.to_ms, c.as_at_ms) - i.from_ms) / 60000.0, 1) AS owned_min
FROM custody_interval i JOIN counted c USING (referral)
GROUP BY i.owner_kind, i.owner
ORDER BY owned_min DESC, total(coalesce(i.to_ms, c.as_at_ms) - i.from_ms) DESC, i.owner

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
ORDER BY overdue_s DESC, total(o.overdue_ms) DESC, o.owner

-- @table altered What the router found altered in its store
-- @column number case
-- @column what words
-- @column at_event event
-- @column found when
SELECT c.number, a.what, a.of AS at_event, utc(a.at_ms) AS found
FROM alteration a JOIN scope s LEFT JOIN counted c USING (referral)
WHERE c.referral IS NOT NULL OR (a.referral IS NULL AND a.at_ms >= s.from_ms AND a.at_ms < s.to_ms) ORDER BY a.seq

-- @verdict
SELECT printf('%s unowned seconds', ${seconds})
FROM (SELECT coalesce(sum(f.to_ms - f.from_ms), 0) AS ms
  FROM custody_fault f JOIN counted USING (referral) WHERE f.fault = 'gap')
-- @verdict
SELECT printf('%s seconds between a mistaken end and its reopening, when nobody had the case', ${seconds})
FROM (SELECT sum(o.at_ms - o.ended_at_ms) AS ms FROM reopening o JOIN counted USING (referral)) WHERE ms > 0
-- @verdict inspectors
SELECT printf('%s: %s for %.3f s from %s', c.number,
  CASE f.fault WHEN 'gap' THEN 'nobody owned it' ELSE 'owned twice over' END,
  (f.to_ms - f.from_ms) / 1000.0, utc(f.from_ms))
FROM custody_fault f JOIN counted c USING (referral)
ORDER BY f.from_ms, ${by_number c.number}

-- @note what somebody telephoned is owned from when a coordinator entered it: before that nobody here had it
-- @note overdue: the moment by which the owner had to act went by, and nothing was heard or done yet
