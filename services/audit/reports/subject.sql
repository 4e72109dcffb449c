-- subject: each counted referral once, with what it is told apart by, when it came, its waits and its measures
-- @on counted
-- @on clocks
-- @on refusals

-- The one home of every measure but those of a detention, which stand in detained.sql: no report says any of this again. A
-- measure is 1 or 0, or NULL if the referral is not in its denominator. A wait is in milliseconds, or NULL if it has not come
-- to that; no wait is negative, and what was stated the other way round has a measure of its own.

-- The national measures, under their codes: counts of new referrals, of those with a face-to-face contact, and of those with
-- one in time. A code is followed by a for 18 and over, b for under 18, and nothing for all ages.
-- @ground
CREATE TEMP VIEW national_measure AS
SELECT column1 AS place, column2 AS kind, column3 AS new_code, column4 AS seen_code, column5 AS in_time_code,
  column6 AS limit_min, 60000 * column6 AS limit_ms
FROM (VALUES (1, 'community, emergency', 'CCR70', NULL, NULL, NULL),
  (2, 'community, very urgent', 'CCR117', 'CCR118', 'CCR119', 240),
  (3, 'community, urgent', 'CCR71', 'CCR73', 'CCR120', 1440),
  (4, 'emergency department', 'PLS121', 'PLS122', 'PLS123', 60))

-- The published cohort goes by the team that a referral is recorded to and the priority that was recorded. The router does
-- not know a provider's records, so this is an approximation: the team that accepted it last or, if none did, the first
-- that declined it.
-- @part recorded_team
coalesce(c.last_accepted_team, (SELECT o.team FROM main.offer o WHERE o.referral = c.referral AND o.ended_as = 'declined'
  ORDER BY o.attempt LIMIT 1))

-- @part teams_asked
(SELECT o.referral, min(o.team) < max(o.team) AS several, count(*) FILTER (WHERE o.ended_as = 'declined') AS declined,
    max(${marked}) FILTER (WHERE o.ended_as = 'declined') AS marked
  FROM main.offer o JOIN counted USING (referral) GROUP BY o.referral)

-- The wait for a contact is that of the provider who has the case: a case that was passed on has none here.
-- @ground
CREATE TEMP TABLE subject AS
WITH apart AS (SELECT c.*,
    (SELECT t.organisation FROM main.team t WHERE t.team = c.first_accepted_team) AS first_accepted_organisation,
    (SELECT t.organisation FROM main.team t WHERE t.team = c.last_accepted_team) AS last_accepted_organisation,
    (SELECT t.team_type FROM main.team t WHERE t.team = ${recorded_team}) AS recorded_type,
    c.first_offer_at_ms - c.received_at_ms AS to_offer_ms,
    c.first_accepted_at_ms - c.received_at_ms AS to_accepted_ms,
    c.referrer_told_at_ms - c.received_at_ms AS to_told_ms,
    CASE WHEN c.passed_on_at_ms IS NULL THEN c.first_face_to_face_at_ms - c.received_at_ms END AS to_seen_ms,
    c.decided_basis IS 'stated' AS decision_stated,
    CASE c.decided_basis WHEN 'stated' THEN c.received_utc_ms - c.decided_at_ms END AS since_decision_ms,
    ${stands c|c.as_at_ms} AS response, k.due_at_ms - k.started_at_ms AS response_limit_ms
  FROM counted c LEFT JOIN main.clock k ON k.referral = c.referral AND k.clock = 'response'),
  measured AS (SELECT *,
    CASE WHEN source = 'emergency department' THEN source
      WHEN routed_as IN ('emergency', 'very urgent', 'urgent') THEN 'community, ' || routed_as END AS own_kind,
    CASE WHEN passed_on_at_ms IS NOT NULL THEN NULL
      WHEN recorded_type IN ('A02', 'A18', 'A19') AND urgency IN ('emergency', 'very urgent', 'urgent')
        THEN 'community, ' || urgency
      WHEN recorded_type IN ('A11', 'C05') AND source = 'emergency department' THEN source END AS published_kind
  FROM apart)
SELECT a.referral, a.number, a.received_at_ms, a.ended_at_ms, a.as_at_ms, a.state,
  coalesce(a.source, 'not recorded') AS source,
  coalesce(a.first_accepted_team, 'none') AS first_accepted_team,
  coalesce(a.first_accepted_organisation, 'none') AS first_accepted_organisation,
  coalesce(a.last_accepted_team, 'none') AS last_accepted_team,
  coalesce(a.last_accepted_organisation, 'none') AS last_accepted_organisation, coalesce(a.area, 'not recorded') AS area,
  coalesce(a.urgency, 'not recorded') AS urgency_recorded, a.urgency_used, a.urgency_order, a.age_band, a.sex,
  a.ethnicity16, a.ethnicity5,
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
  CASE WHEN a.response = 'met' THEN 1 WHEN ${late a.response} THEN 0 END AS response_met, a.response_limit_ms,
  coalesce(o.declined, 0) AS declined, coalesce(o.declined, 0) > 0 AS declined_at_least_once,
  coalesce(o.several, 0) AS more_than_one_team_asked, coalesce(o.marked, 0) AS refused_for_drink_or_behaviour,
  a.own_kind,
  CASE WHEN a.passed_on_at_ms IS NULL AND m.limit_ms > 0 THEN coalesce(a.to_seen_ms <= m.limit_ms, 0) END AS seen_in_time,
  a.published_kind
FROM measured a LEFT JOIN ${teams_asked} o ON o.referral = a.referral
  LEFT JOIN national_measure m ON m.kind = a.own_kind
