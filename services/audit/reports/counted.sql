-- counted: the referrals of the period, and the only place that says which of them are counted: drills never are
-- @on scope

-- 16 groups and 5, as the census of 2001 has them. Z was asked and not stated, 99 is not known: they are told apart.
-- @part ethnicity5
CASE WHEN ethnic_category IN ('A', 'B', 'C') THEN 'White' WHEN ethnic_category IN ('D', 'E', 'F', 'G') THEN 'Mixed'
  WHEN ethnic_category IN ('H', 'J', 'K', 'L') THEN 'Asian' WHEN ethnic_category IN ('M', 'N', 'P') THEN 'Black'
  WHEN ethnic_category IN ('R', 'S') THEN 'Other' WHEN ethnic_category = 'Z' THEN 'not stated'
  WHEN ethnic_category = '99' THEN 'not known' ELSE 'not recorded' END
-- @part sex
CASE gender WHEN '1' THEN 'male' WHEN '2' THEN 'female' WHEN '3' THEN 'non-binary' WHEN '4' THEN 'other'
  WHEN 'Z' THEN 'not stated' WHEN 'X' THEN 'not known' ELSE 'not recorded' END

-- Report open alone has those too that were received before the period: they are counted, and older.
-- @ground
CREATE TEMP VIEW in_range AS
SELECT * FROM main.referral, scope WHERE received_at_ms >= from_ms AND received_at_ms < to_ms;
CREATE TEMP VIEW counted_or_older AS
SELECT *,
  coalesce(routed_as, 'not recorded') AS urgency_used,
  CASE routed_as WHEN 'emergency' THEN 1 WHEN 'very urgent' THEN 2 WHEN 'urgent' THEN 3 WHEN 'routine' THEN 4
    ELSE 5 END AS urgency_order,
  coalesce(age_used, 'age not known') AS age_band, ${sex} AS sex,
  coalesce(ethnic_category, 'not recorded') AS ethnicity16, ${ethnicity5} AS ethnicity5,
  received_at_ms - ${ahead (SELECT min(e.seq) FROM main.event e WHERE e.referral = r.referral)} AS received_utc_ms
FROM main.referral r, scope WHERE received_at_ms < to_ms AND NOT drill;
CREATE TEMP VIEW counted AS SELECT * FROM counted_or_older WHERE received_at_ms >= from_ms

-- @note
SELECT count(*) || CASE count(*) WHEN 1 THEN ' drill is' ELSE ' drills are' END || ' left out of every figure'
FROM in_range WHERE drill
-- @note
SELECT 'no referral was received in that time' WHERE NOT EXISTS (SELECT 1 FROM in_range)
