-- change: whether the main measures have changed, month by month
-- @of months
-- @on subject_detained

-- The table charted_month (report_months.h) has the months that have ended. A measure is 1 or 0, or NULL if a referral is not
-- in its denominator. What the rules of special cause say of each month is added after small numbers are hidden
-- (report_chart.h). Times are in the unit of the other reports, because a figure rounded in two units is told too exactly.

-- @part share
coalesce(sum(s.$1), 0) AS count, count(s.$1) AS out_of,
  round(100.0 * sum(s.$1) / nullif(count(s.$1), 0), 1) AS percent
-- @part by_month
FROM charted_month m LEFT JOIN subject_detained s ON s.month = m.month
GROUP BY m.month ORDER BY m.from_ms
-- @part of_kind
FROM charted_month m LEFT JOIN subject_detained s ON s.month = m.month AND s.own_kind = '$1'
GROUP BY m.month ORDER BY m.from_ms
-- @part wait
count(s.to_seen_ms) AS seen, round(percentile(s.to_seen_ms, 50) / 60000.0, 1) AS median_min
-- @part days_between
round((received_at_ms - lag(received_at_ms) OVER (ORDER BY received_at_ms, number)) / 86400000.0, 1)

-- @table told Told within 30 minutes of receipt who has the case in hand, of referrals
-- @chart percent, higher is better
-- @column month key label
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
-- @sum times.told.told_within_30_min = count
-- @sum times.told.referrals = out_of
SELECT m.month, ${share told_within_30_min}
${by_month}

-- @table accepted Accepted by a team, of referrals
-- @chart percent, higher is better
-- @column month key label
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
-- @sum times.times.with_time[measure=received to accepted] = count
-- @sum told.out_of = out_of
SELECT m.month, ${share accepted}
${by_month}

-- @table response Response in time by the standard in force, of those whose time is up
-- @chart percent, higher is better
-- @column month key label
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
SELECT m.month, ${share response_met}
${by_month}

-- @table seen_very_urgent Seen within 4 hours, of new referrals: community, very urgent
-- @chart percent, higher is better
-- @column month key label
-- @column measure key
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
-- @sum national.own.count[line=seen within * of new*] = count
-- @sum national.own.count[line=new*] = out_of
SELECT m.month, 'community, very urgent' AS measure, ${share seen_in_time}
${of_kind community, very urgent}

-- @table seen_urgent Seen within 24 hours, of new referrals: community, urgent
-- @chart percent, higher is better
-- @column month key label
-- @column measure key
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
-- @sum national.own.count[line=seen within * of new*] = count
-- @sum national.own.count[line=new*] = out_of
SELECT m.month, 'community, urgent' AS measure, ${share seen_in_time}
${of_kind community, urgent}

-- @table seen_department Seen within 1 hour, of new referrals: emergency department
-- @chart percent, higher is better
-- @column month key label
-- @column measure key
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
-- @sum national.own.count[line=seen within * of new*] = count
-- @sum national.own.count[line=new*] = out_of
SELECT m.month, 'emergency department' AS measure, ${share seen_in_time}
${of_kind emergency department}

-- @table declined Declined, of offers to teams
-- @chart percent, lower is better
-- @column month key label
-- @column count offers
-- @column out_of offers
-- @column percent percent count of out_of
-- @sum times.offers.offers = out_of
SELECT m.month, coalesce(sum(s.declined), 0) AS count, coalesce(sum(s.offers), 0) AS out_of,
  round(100.0 * sum(s.declined) / nullif(sum(s.offers), 0), 1) AS percent
${by_month}

-- The count of a month beside that of the half year, which section136 publishes, would tell of small numbers: what is of
-- detentions here is for inspectors.
-- @table detained Detained under section 136, of referrals
-- @for inspectors
-- @chart percent, neither is better
-- @column month key label
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
SELECT m.month, ${share detained_136}
${by_month}

-- @table police_vehicle Conveyed in a police vehicle, of those detained under section 136
-- @for inspectors
-- @chart percent, lower is better
-- @column month key label
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
SELECT m.month, ${share police_vehicle}
${by_month}

-- @table handover Handed over by the police within 60 minutes, of those with a recorded handover
-- @for inspectors
-- @chart percent, higher is better
-- @column month key label
-- @column count people
-- @column out_of people
-- @column percent percent count of out_of
SELECT m.month, ${share handover_within_60_min}
${by_month}

-- @table to_accepted Median time from receipt to acceptance, in seconds
-- @chart median_s, lower is better
-- @column month key label
-- @column with_time people
-- @column median_s figure seconds of with_time
-- @sum times.times.with_time[measure=received to accepted] = with_time
SELECT m.month, count(s.to_accepted_ms) AS with_time, round(percentile(s.to_accepted_ms, 50) / 1000.0, 1) AS median_s
${by_month}

-- @table to_told Median time from receipt until the referrer was told, in seconds
-- @chart median_s, lower is better
-- @column month key label
-- @column with_time people
-- @column median_s figure seconds of with_time
-- @sum times.times.with_time[measure=received to referrer told] = with_time
SELECT m.month, count(s.to_told_ms) AS with_time, round(percentile(s.to_told_ms, 50) / 1000.0, 1) AS median_s
${by_month}

-- @table wait_very_urgent Median wait for a face-to-face contact, in minutes: community, very urgent
-- @chart median_min, lower is better
-- @column month key label
-- @column measure key
-- @column seen people
-- @column median_min figure minutes of seen
-- @sum national.waits.seen = seen
SELECT m.month, 'community, very urgent' AS measure, ${wait}
${of_kind community, very urgent}

-- @table wait_urgent Median wait for a face-to-face contact, in minutes: community, urgent
-- @chart median_min, lower is better
-- @column month key label
-- @column measure key
-- @column seen people
-- @column median_min figure minutes of seen
-- @sum national.waits.seen = seen
SELECT m.month, 'community, urgent' AS measure, ${wait}
${of_kind community, urgent}

-- @table wait_department Median wait for a face-to-face contact, in minutes: emergency department
-- @chart median_min, lower is better
-- @column month key label
-- @column measure key
-- @column seen people
-- @column median_min figure minutes of seen
-- @sum national.waits.seen = seen
SELECT m.month, 'emergency department' AS measure, ${wait}
${of_kind emergency department}

-- @table held_over_24_h Days between people who were held for more than 24 hours under section 136
-- @chart days_between, higher is better, days between events
-- @column number case
-- @column received when
-- @column days_between figure days of one
SELECT number, utc(received_at_ms) AS received, ${days_between} AS days_between
FROM subject_detained WHERE held_over_24_h ORDER BY received_at_ms, number

-- @table child_at_station Days between people under 18 who were taken to a police station
-- @chart days_between, higher is better, days between events
-- @column number case
-- @column received when
-- @column days_between figure days of one
SELECT number, utc(received_at_ms) AS received, ${days_between} AS days_between
FROM subject_detained WHERE child_at_station ORDER BY received_at_ms, number

-- @note months are those in which a referral was received, by the days of London; a contact that is told later changes the
--   last of them
-- @note each chart is an XmR chart as NHS England draws it: the limits are 2.66 average moving ranges from the mean of all
--   its points, and no range is screened out
-- @note special causes: a point beyond a limit; 7 or more in a row on one side of the mean; 7 or more in a row rising, or
--   falling; 2 of 3 in a row on one side of the mean and in the outer third before its limit, or beyond it
-- @note a month that is hidden, or has nobody, is a gap: no moving range leads across it, and no row goes on behind it
-- @note limits of fewer than 12 points are trial limits: they move with each new month
-- @note limits and special causes are worked out from what is shown here
-- @note declined: offers, because one referral may have more than one; an offer that is declined is no fault of a team, but
--   each costs the person time
-- @note days between rare events are drawn as a T chart, by their power of 1/3.6; the more days, the better
