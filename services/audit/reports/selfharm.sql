-- selfharm: people referred for self-harm by an emergency department: psychosocial assessment
-- @on counted

-- It is of those who were referred. The indicator of the same name counts all attendances, which a router does not know.
-- @ground
CREATE TEMP VIEW attended AS
SELECT referral, age_band, coalesce(self_harm, 'not recorded') AS self_harm,
  coalesce(psychosocially_assessed, 'not recorded') AS assessed,
  psychosocially_assessed_at_ms - arrived_at_department_at_ms AS to_assessed_ms
FROM counted WHERE source = 'emergency department'

-- @table referred People referred by an emergency department, by self-harm as it was recorded
-- @column self_harm key
-- @column referrals people
-- @sum volume.sources.received[source=emergency department] = referrals
SELECT self_harm, count(*) AS referrals FROM attended
GROUP BY 1 ORDER BY CASE self_harm WHEN 'yes' THEN 1 WHEN 'no' THEN 2 ELSE 3 END

-- @table assessed People referred for self-harm, by psychosocial assessment
-- @column ages key total=all
-- @column referrals people
-- @column assessed people
-- @column not_assessed people
-- @column not_recorded people
-- @column assessed_percent percent assessed of referrals
-- @sum referrals = assessed + not_assessed + not_recorded
-- @sum referred.referrals[self_harm=yes] = referrals
WITH harmed AS (SELECT age_band AS ages, assessed FROM attended WHERE self_harm = 'yes'
  UNION ALL SELECT 'all', assessed FROM attended WHERE self_harm = 'yes')
SELECT ages, count(*) AS referrals, count(*) FILTER (WHERE assessed = 'yes') AS assessed,
  count(*) FILTER (WHERE assessed = 'no') AS not_assessed,
  count(*) FILTER (WHERE assessed = 'not recorded') AS not_recorded,
  round(100.0 * count(*) FILTER (WHERE assessed = 'yes') / count(*), 1) AS assessed_percent
FROM harmed GROUP BY ages ORDER BY ages <> 'all', ages

-- @table waits From the arrival at the emergency department to the psychosocial assessment, in minutes
-- @column ages key total=all
-- @column with_time people
-- @column median_min figure minutes of with_time
-- @column p90_min figure20 minutes of with_time
-- @column max_min figure minutes of with_time
-- @sum assessed.assessed = with_time + rest
WITH harmed AS (SELECT age_band AS ages, to_assessed_ms AS ms FROM attended WHERE self_harm = 'yes' AND assessed = 'yes'
  UNION ALL SELECT 'all', to_assessed_ms FROM attended WHERE self_harm = 'yes' AND assessed = 'yes'),
  timed AS (SELECT ages, CASE WHEN ms >= 0 THEN ms END AS ms FROM harmed)
SELECT ages, count(ms) AS with_time, round(percentile(ms, 50) / 60000.0, 1) AS median_min,
  round(percentile(ms, 90) / 60000.0, 1) AS p90_min, round(max(ms) / 60000.0, 1) AS max_min
FROM timed GROUP BY ages ORDER BY ages <> 'all', ages

-- @verdict
SELECT printf('%d of %d people referred for self-harm had a psychosocial assessment by what is recorded',
  count(*) FILTER (WHERE assessed = 'yes'), count(*)) FROM attended WHERE self_harm = 'yes'

-- @note these are people who were referred: whoever attended and was not referred is not here, so this is not the share of
--   all attendances for self-harm
-- @note not recorded is not no; a referrer who assesses after the referral says so in an update
-- @note a wait whose assessment was stated as before the arrival, or without one of the two times, is not in the waits
