-- referrals: a row for each referral: what it is told apart by, its waits and its measures
-- @on subject_detained

-- @table told_apart_by What each referral is told apart by
-- @column number case
-- @column source key
-- @column first_accepted_team key
-- @column first_accepted_organisation key
-- @column last_accepted_team key
-- @column last_accepted_organisation key
-- @column area key
-- @column urgency_recorded key
-- @column urgency_used key
-- @column age_band key
-- @column sex key
-- @column ethnicity16 key
-- @column ethnicity5 key
-- @column day key
-- @column week key
-- @column month key
-- @column quarter key
-- @column half key
-- @column financial_year key
SELECT number, source, first_accepted_team, first_accepted_organisation, last_accepted_team, last_accepted_organisation, area,
  urgency_recorded, urgency_used, age_band, sex, ethnicity16, ethnicity5, day, week, month, quarter, half, financial_year
FROM subject ORDER BY ${by_number number}

-- @table waits Waits of each referral, in seconds
-- @column number case
-- @column since_decision_s figure seconds of one
-- @column to_offer_s figure seconds of one
-- @column to_accepted_s figure seconds of one
-- @column to_told_s figure seconds of one
-- @column to_seen_s figure seconds of one
SELECT number, round(since_decision_ms / 1000.0, 1) AS since_decision_s, round(to_offer_ms / 1000.0, 1) AS to_offer_s,
  round(to_accepted_ms / 1000.0, 1) AS to_accepted_s, round(to_told_ms / 1000.0, 1) AS to_told_s,
  round(to_seen_ms / 1000.0, 1) AS to_seen_s
FROM subject ORDER BY ${by_number number}

-- @table measures Measures of each referral: 1 and 0, or nothing if the referral is not counted in it
-- @column number case
-- @column offers offers
-- @column declined offers
-- @column declined_at_least_once people
-- @column more_than_one_team_asked people
-- @column refused_for_drink_or_behaviour people
-- @column decision_stated people
-- @column decision_after_receipt people
-- @column accepted people
-- @column told people
-- @column told_within_30_min people
-- @column passed_on people
-- @column seen people
-- @column never_seen people
-- @column response_met people
-- @column detained_136 people
-- @column held_over_24_h people
-- @column handover_within_60_min people
-- @column police_vehicle people
-- @column child_at_station people
-- @column own_measure key
-- @column seen_in_time people
-- @column published_measure key
SELECT number, offers, declined, declined_at_least_once, more_than_one_team_asked, refused_for_drink_or_behaviour,
  decision_stated, decision_after_receipt, accepted, told, told_within_30_min, passed_on, seen, never_seen, response_met, detained_136, held_over_24_h, handover_within_60_min, police_vehicle, child_at_station,
  own_kind AS own_measure, seen_in_time, published_kind AS published_measure
FROM subject_detained ORDER BY ${by_number number}

-- @note waits begin with the receipt, and since decision ends with it; none is negative: a decision that was stated as
--   after the receipt has no wait, and is counted as decision after receipt
-- @note the wait to accepted is that of the team that accepted first; the one that accepted last is who had the case last
-- @note passed on: another provider has the case and reports the wait, so seen and never seen leave it out
-- @note response met: by the clock and the standard in force; whose time is not up yet, or who ended first, has nothing
-- @note the measures of a detention are of those detained under section 136 alone, and of what was recorded about them
-- @note ethnicity16 has the codes of the census of 2001: Z is not stated, 99 is not known
