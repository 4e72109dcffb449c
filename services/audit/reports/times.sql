-- times: the router's own times: to the first offer, to acceptance, to the referrer being told
-- @on subject

-- These are not the national measures and are never mixed with them. One row for each referral and measure; ms is NULL
-- if it has not come to that.
-- @part spans
WITH span (place, measure, source, urgency_order, urgency, ms) AS (
  SELECT 1, 'received to first offer', source, urgency_order, urgency_used, to_offer_ms FROM subject
  UNION ALL SELECT 2, 'received to accepted', source, urgency_order, urgency_used, to_accepted_ms FROM subject
  UNION ALL SELECT 3, 'received to referrer told', source, urgency_order, urgency_used, to_told_ms FROM subject
  UNION ALL SELECT 4, 'decided to received', source, urgency_order, urgency_used, since_decision_ms FROM subject)

-- @part figures
count(*) AS referrals, count(ms) AS with_time,
  round(percentile(ms, 50) / 1000.0, 1) AS median_s, round(percentile(ms, 90) / 1000.0, 1) AS p90_s,
  round(percentile(ms, 95) / 1000.0, 1) AS p95_s, round(max(ms) / 1000.0, 1) AS max_s

-- @table times Times of all referrals, in seconds
-- @column measure key
-- @column referrals people
-- @column with_time people
-- @column median_s figure seconds of with_time
-- @column p90_s figure20 seconds of with_time
-- @column p95_s figure20 seconds of with_time
-- @column max_s figure seconds of with_time
-- @sum referrals = with_time + rest
-- @sum referrals[measure=received to accepted] = referrals[measure=received to first offer]
-- @sum referrals[measure=received to accepted] = referrals[measure=received to referrer told]
-- @sum referrals[measure=received to accepted] = referrals[measure=decided to received]
${spans}
SELECT measure, ${figures} FROM span GROUP BY place ORDER BY place

-- The bands divide all referrals: the last two are those that have no acceptance.
-- @table spread Referrals by time from receipt to acceptance
-- @picture bars
-- @column received_to_accepted key
-- @column referrals people
-- @sum times.referrals[measure=received to accepted] = referrals
WITH band (place, received_to_accepted, from_ms, to_ms) AS (VALUES (1, 'under 5 min', 0, 300000),
  (2, '5 to 15 min', 300000, 900000), (3, '15 to 30 min', 900000, 1800000),
  (4, '30 to 60 min', 1800000, 3600000), (5, '1 to 2 h', 3600000, 7200000),
  (6, '2 to 4 h', 7200000, 14400000), (7, '4 h and over', 14400000, 9223372036854775807),
  (8, 'open, not accepted', NULL, NULL), (9, 'ended, never accepted', NULL, NULL))
SELECT received_to_accepted, count(s.referral) AS referrals FROM band LEFT JOIN subject s ON CASE place
    WHEN 8 THEN NOT s.accepted AND s.ended_at_ms IS NULL WHEN 9 THEN NOT s.accepted AND s.ended_at_ms IS NOT NULL
    ELSE s.to_accepted_ms >= band.from_ms AND s.to_accepted_ms < band.to_ms END
GROUP BY place ORDER BY place

-- @table times_by_group Times by source and urgency, in seconds
-- @column measure key
-- @column source key
-- @column urgency key
-- @column referrals people
-- @column with_time people
-- @column median_s figure seconds of with_time
-- @column p90_s figure20 seconds of with_time
-- @column p95_s figure20 seconds of with_time
-- @column max_s figure seconds of with_time
-- @sum referrals = with_time + rest
-- @sum referrals[measure=received to accepted] = referrals[measure=received to first offer]
-- @sum referrals[measure=received to accepted] = referrals[measure=received to referrer told]
-- @sum referrals[measure=received to accepted] = referrals[measure=decided to received]
-- @sum times.referrals = referrals
-- @sum times.with_time = with_time
-- @sum offers.referrals = referrals[measure=received to accepted]
-- @sum told.referrals = referrals[measure=received to accepted]
-- @sum told.told = with_time[measure=received to referrer told]
${spans}
SELECT measure, source, urgency, ${figures} FROM span
GROUP BY place, source, urgency_order
ORDER BY place, source, urgency_order

-- @table offers Offers per referral, by source
-- @column source key total=all
-- @column referrals people
-- @column offers offers
-- @column mean figure offers of referrals
-- @column median figure offers of referrals
-- @column p90 figure20 offers of referrals
-- @column p95 figure20 offers of referrals
-- @column max figure offers of referrals
WITH each (source, offers) AS (SELECT source, offers FROM subject UNION ALL SELECT 'all', offers FROM subject)
SELECT source, count(*) AS referrals, sum(offers) AS offers, round(avg(offers), 1) AS mean,
  percentile(offers, 50) AS median, percentile(offers, 90) AS p90, percentile(offers, 95) AS p95,
  max(offers) AS max
FROM each
GROUP BY source
ORDER BY source = 'all', source

-- A coordinator who has taken the case counts: somebody named has it in hand, and can be rung, though nobody comes yet.
-- @table told Referrer told who has the case in hand within 30 minutes of receipt, by source
-- @column source key total=all
-- @column referrals people
-- @column told people
-- @column told_within_30_min people
-- @column percent_of_referrals percent told_within_30_min of referrals
-- @column percent_of_told percent told_within_30_min of told
WITH each AS (SELECT source, told, told_within_30_min FROM subject
  UNION ALL SELECT 'all', told, told_within_30_min FROM subject)
SELECT source, count(*) AS referrals, sum(told) AS told, sum(told_within_30_min) AS told_within_30_min,
  round(100.0 * sum(told_within_30_min) / count(*), 1) AS percent_of_referrals,
  round(100.0 * sum(told_within_30_min) / nullif(sum(told), 0), 1) AS percent_of_told
FROM each
GROUP BY source
ORDER BY source = 'all', source

-- @note
SELECT printf('%d decision%s stated as after the receipt, and in no figure here', sum(decision_after_receipt),
  CASE sum(decision_after_receipt) WHEN 1 THEN ' is' ELSE 's are' END)
FROM subject HAVING sum(decision_after_receipt) > 0
-- @note told: shown who has the case in hand, a team that has accepted or a coordinator who has taken it, or what came of it
-- @note percentiles are by nearest rank over the referrals with that time; 30 minutes is inclusive
-- @note decided to received is counted only if the referrer stated the time of the decision
