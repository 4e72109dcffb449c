-- custody: who owned each case at every instant, and whether they acted in time
-- @on counted

-- The custody rule itself is the view custody_fault of the trail (trail_schema.c). Between an end that was a mistake and its
-- reopening nobody had the case, and nobody had to: that is neither owned nor a fault, and has a column of its own.
-- @ground
CREATE TEMP TABLE owned AS
SELECT i.referral, i.owner_kind, i.owner, coalesce(i.to_ms, c.as_at_ms) - i.from_ms AS ms
FROM custody_interval i JOIN counted c USING (referral);
CREATE TEMP TABLE fault AS
SELECT c.referral, c.number, f.fault, f.from_ms, f.to_ms, f.to_ms - f.from_ms AS ms
FROM custody_fault f JOIN counted c USING (referral);
CREATE TEMP TABLE mistaken AS
SELECT o.seq, c.referral, c.number, o.ended_at_ms, o.at_ms, o.at_ms - o.ended_at_ms AS ms
FROM reopening o JOIN counted c USING (referral);
CREATE TEMP TABLE overdue AS
SELECT o.referral, o.owner_kind, o.owner, o.overdue_ms AS ms FROM custody_overdue o JOIN counted USING (referral)

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
SELECT number, fault, utc(from_ms) AS from_time, utc(to_ms) AS to_time, printf('%.3f', ms / 1000.0) AS seconds
FROM fault ORDER BY from_ms, ${by_number number}

-- @table reopened Ended by mistake: nobody had the case until it was reopened
-- @column number case
-- @column ended when
-- @column reopened when
-- @column seconds words
SELECT number, utc(ended_at_ms) AS ended, utc(at_ms) AS reopened, printf('%.3f', ms / 1000.0) AS seconds
FROM mistaken ORDER BY seq

-- @table owners Owned time by owner, in minutes
-- @column owner_kind key
-- @column owner key
-- @column referrals people
-- @column owned_min figure minutes of referrals
SELECT owner_kind, owner, count(DISTINCT referral) AS referrals, round(total(ms) / 60000.0, 1) AS owned_min
FROM owned
GROUP BY owner_kind, owner
ORDER BY owned_min DESC, total(ms) DESC, owner

-- @table overdue Time by which owners went past the moment they had to act, in seconds
-- @column owner_kind key
-- @column owner key
-- @column times times
-- @column overdue_s figure seconds of times
-- @column longest_s figure seconds of times
SELECT owner_kind, owner, count(*) AS times, round(total(ms) / 1000.0, 1) AS overdue_s, round(max(ms) / 1000.0, 1) AS longest_s
FROM overdue
GROUP BY owner_kind, owner
ORDER BY overdue_s DESC, total(ms) DESC, owner

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
FROM (SELECT coalesce(sum(ms), 0) AS ms FROM fault WHERE fault = 'gap')
-- @verdict
SELECT printf('%s seconds between a mistaken end and its reopening, when nobody had the case', ${seconds})
FROM (SELECT sum(ms) AS ms FROM mistaken) WHERE ms > 0
-- @verdict inspectors
SELECT printf('%s: %s for %.3f s from %s', number,
  CASE fault WHEN 'gap' THEN 'nobody owned it' ELSE 'owned twice over' END, ms / 1000.0, utc(from_ms))
FROM fault ORDER BY from_ms, ${by_number number}

-- @note what somebody telephoned is owned from when a coordinator entered it: before that nobody here had it
-- @note overdue: the moment by which the owner had to act went by, and nothing was heard or done yet
