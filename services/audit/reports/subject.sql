-- subject: each counted referral once, with what it is told apart by, when it came, its waits and its measures
-- @on counted
-- @on clocks

-- The one home of every measure: no report says any of this again. A measure is 1 or 0, or NULL if the referral is not in
-- its denominator. A wait is in milliseconds, or NULL if it has not come to that; no wait is negative, and what was stated
-- the other way round has a measure of its own.

-- 16 groups and 5, as the census of 2001 has them. Z was asked and not stated, 99 is not known: they are told apart.
-- @part ethnicity5
CASE WHEN ethnic_category IN ('A', 'B', 'C') THEN 'White' WHEN ethnic_category IN ('D', 'E', 'F', 'G') THEN 'Mixed'
  WHEN ethnic_category IN ('H', 'J', 'K', 'L') THEN 'Asian' WHEN ethnic_category IN ('M', 'N', 'P') THEN 'Black'
  WHEN ethnic_category IN ('R', 'S') THEN 'Other' WHEN ethnic_category = 'Z' THEN 'not stated'
  WHEN ethnic_category = '99' THEN 'not known' ELSE 'not recorded' END
-- @part sex
CASE gender WHEN '1' THEN 'male' WHEN '2' THEN 'female' WHEN '3' THEN 'non-binary' WHEN '4' THEN 'other'
  WHEN 'Z' THEN 'not stated' WHEN 'X' THEN 'not known' ELSE 'not recorded' END

-- The wait for a contact is that of the provider who has the case: a case that was passed on has none here.
-- @ground
CREATE TEMP TABLE subject AS
WITH apart AS (SELECT c.*, t.team_type, t.organisation AS team_organisation,
    ${ethnicity5} AS ethnicity5, ${sex} AS sex,
    c.first_offer_at_ms - c.received_at_ms AS to_offer_ms,
    c.first_accepted_at_ms - c.received_at_ms AS to_accepted_ms,
    c.referrer_told_at_ms - c.received_at_ms AS to_told_ms,
    CASE WHEN c.passed_on_at_ms IS NULL THEN c.first_face_to_face_at_ms - c.received_at_ms END AS to_seen_ms,
    c.decided_basis IS 'stated' AS decision_stated,
    CASE c.decided_basis WHEN 'stated' THEN c.received_at_ms - c.decided_at_ms END AS since_decision_ms
  FROM counted c LEFT JOIN main.team t ON t.team = c.accepted_team)
SELECT a.referral, a.number, a.received_at_ms, a.ended_at_ms, a.as_at_ms, a.state,
  coalesce(a.source, 'not recorded') AS source, coalesce(a.accepted_team, 'none') AS team,
  coalesce(a.team_organisation, 'none') AS organisation, coalesce(a.area, 'not known') AS area,
  coalesce(a.urgency, 'not recorded') AS urgency_recorded, a.urgency_used, a.urgency_order, a.age_band, a.sex,
  coalesce(a.ethnic_category, 'not recorded') AS ethnicity16, a.ethnicity5,
  london_period(a.received_at_ms, 'day') AS day, london_period(a.received_at_ms, 'week') AS week,
  london_period(a.received_at_ms, 'month') AS month, london_period(a.received_at_ms, 'quarter') AS quarter,
  london_period(a.received_at_ms, 'half') AS half, london_period(a.received_at_ms, 'financial year') AS financial_year,
  a.to_offer_ms, a.to_accepted_ms, a.to_told_ms, a.to_seen_ms, a.offers,
  CASE WHEN a.since_decision_ms >= 0 THEN a.since_decision_ms END AS since_decision_ms,
  a.decision_stated,
  CASE WHEN a.decision_stated THEN a.since_decision_ms < 0 END AS decision_after_receipt,
  a.to_accepted_ms IS NOT NULL AS accepted,
  a.to_told_ms IS NOT NULL AS told, coalesce(a.to_told_ms <= 1800000, 0) AS told_within_30_min,
  a.passed_on_at_ms IS NOT NULL AS passed_on,
  CASE WHEN a.passed_on_at_ms IS NULL THEN a.to_seen_ms IS NOT NULL END AS seen,
  CASE WHEN a.passed_on_at_ms IS NULL THEN a.to_seen_ms IS NULL AND a.ended_at_ms IS NOT NULL END AS never_seen,
  CASE WHEN k.stands = 'met' THEN 1 WHEN ${late} THEN 0 END AS response_met
FROM apart a LEFT JOIN clock_now k ON k.referral = a.referral AND k.clock = 'response'
