-- requests: what was asked for beside the team (an AMHP, a doctor, an ambulance, a bed), and what came of it
-- @on counted

-- A request is what is said of it last; its first yes may be its arrival. Times are the ledger's: when somebody recorded it.
-- @ground
CREATE TEMP TABLE requested AS
WITH told AS (SELECT r.referral, r.request, r.what, r.state, r.times, r.at_ms, r.seq,
    row_number() OVER (PARTITION BY r.referral, r.request ORDER BY r.seq DESC) AS last_first,
    min(r.at_ms) FILTER (WHERE r.state <> 'needed') OVER one AS asked_at_ms,
    min(r.at_ms) FILTER (WHERE r.state IN ('yes', 'on the way', 'done')) OVER one AS yes_at_ms,
    max(r.state = 'no') OVER one AS refused
  FROM main.request r JOIN counted USING (referral) WINDOW one AS (PARTITION BY r.referral, r.request))
SELECT referral, request, what, state, times, refused, yes_at_ms - asked_at_ms AS to_yes_ms, yes_at_ms IS NOT NULL AS answered,
  (SELECT count(*) FROM main.request_reminder m WHERE m.referral = told.referral AND m.request = told.request) AS reminders
FROM told WHERE last_first = 1

-- @table requests Requests beside the case, as they stand now
-- @column what key total=all
-- @column requests times
-- @column needed times
-- @column asked times
-- @column yes times
-- @column on_the_way times
-- @column done times
-- @column no times
-- @column cancelled times
-- @column with_yes times
-- @column done_percent percent done of requests
-- @sum requests = needed + asked + yes + on_the_way + done + no + cancelled
-- @sum with_yes = yes + on_the_way + done + rest
-- @sum requests = with_yes + rest
WITH each AS (SELECT what, state, answered FROM requested UNION ALL SELECT 'all', state, answered FROM requested)
SELECT what, count(*) AS requests, count(*) FILTER (WHERE state = 'needed') AS needed,
  count(*) FILTER (WHERE state = 'asked') AS asked, count(*) FILTER (WHERE state = 'yes') AS yes,
  count(*) FILTER (WHERE state = 'on the way') AS on_the_way, count(*) FILTER (WHERE state = 'done') AS done,
  count(*) FILTER (WHERE state = 'no') AS no, count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
  count(*) FILTER (WHERE answered) AS with_yes,
  round(100.0 * count(*) FILTER (WHERE state = 'done') / count(*), 1) AS done_percent
FROM each GROUP BY what ORDER BY what <> 'all', what

-- @table answers From the first asking to the first yes, in minutes
-- @column what key total=all
-- @column requests times
-- @column with_yes times
-- @column refused_at_least_once times
-- @column asked_more_than_once times
-- @column reminded times
-- @column median_min figure minutes of with_yes
-- @column p90_min figure20 minutes of with_yes
-- @column max_min figure minutes of with_yes
-- @sum requests.requests = requests
-- @sum requests.with_yes = with_yes
-- @sum requests = with_yes + rest
-- @sum requests = refused_at_least_once + rest
-- @sum requests = asked_more_than_once + rest
-- @sum requests = reminded + rest
WITH each AS (SELECT what, to_yes_ms, answered, refused, times, reminders FROM requested
  UNION ALL SELECT 'all', to_yes_ms, answered, refused, times, reminders FROM requested)
SELECT what, count(*) AS requests, count(*) FILTER (WHERE answered) AS with_yes,
  count(*) FILTER (WHERE refused) AS refused_at_least_once, count(*) FILTER (WHERE times > 1) AS asked_more_than_once,
  count(*) FILTER (WHERE reminders > 0) AS reminded,
  round(percentile(to_yes_ms, 50) / 60000.0, 1) AS median_min, round(percentile(to_yes_ms, 90) / 60000.0, 1) AS p90_min,
  round(max(to_yes_ms) / 60000.0, 1) AS max_min
FROM each GROUP BY what ORDER BY what <> 'all', what

-- @verdict
SELECT printf('%d of %d requests have had no yes yet, and were not cancelled', count(*) FILTER (WHERE NOT answered
  AND state <> 'cancelled'), count(*)) FROM requested

-- @note a case can have several requests, and a person several cases: these are requests, and not people
-- @note first yes: the first time that somebody recorded a yes, that help was on the way, or that it was there
-- @note times are when somebody recorded it here, which may be later than it was said
