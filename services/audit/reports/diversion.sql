-- diversion: people referred by liaison and diversion: screening, assessment and consent
-- @on counted

-- @part answers
count(*) FILTER (WHERE $1 = 'yes') AS $2, count(*) FILTER (WHERE $1 = 'no') AS not_$2,
  count(*) FILTER (WHERE $1 IS NULL) AS $2_not_recorded

-- @ground
CREATE TEMP VIEW met_in_custody AS
SELECT coalesce(point_of_contact, 'not recorded') AS point_of_contact, screened, assessed,
  consent_to_share_with_justice AS agrees, age_band
FROM counted WHERE source = 'liaison and diversion'

-- @table stages Screened, assessed and consent to share with justice agencies, by point of contact
-- @column point_of_contact key total=all
-- @column referrals people
-- @column screened people
-- @column not_screened people
-- @column screened_not_recorded people
-- @column screened_percent percent screened of referrals
-- @column assessed people
-- @column not_assessed people
-- @column assessed_not_recorded people
-- @column assessed_percent percent assessed of referrals
-- @column consenting people
-- @column not_consenting people
-- @column consenting_not_recorded people
-- @column consenting_percent percent consenting of referrals
-- @sum referrals = screened + not_screened + screened_not_recorded
-- @sum referrals = assessed + not_assessed + assessed_not_recorded
-- @sum referrals = consenting + not_consenting + consenting_not_recorded
-- @sum volume.sources.received[source=liaison and diversion] = referrals
WITH each AS (SELECT * FROM met_in_custody UNION ALL SELECT 'all', screened, assessed, agrees, age_band FROM met_in_custody)
SELECT point_of_contact, count(*) AS referrals, ${answers screened|screened},
  round(100.0 * count(*) FILTER (WHERE screened = 'yes') / count(*), 1) AS screened_percent,
  ${answers assessed|assessed},
  round(100.0 * count(*) FILTER (WHERE assessed = 'yes') / count(*), 1) AS assessed_percent,
  ${answers agrees|consenting},
  round(100.0 * count(*) FILTER (WHERE agrees = 'yes') / count(*), 1) AS consenting_percent
FROM each GROUP BY point_of_contact ORDER BY point_of_contact <> 'all', point_of_contact

-- @table ages People referred by liaison and diversion, by age
-- @column ages key
-- @column referrals people
-- @sum stages.referrals[point_of_contact=all] = referrals
SELECT age_band AS ages, count(*) AS referrals FROM met_in_custody GROUP BY 1 ORDER BY 1

-- @note consent is to share with the police, a court and other justice agencies; it is not consent to care
-- @note not recorded is not no: a referral does not wait for these answers, and an update gives them later
-- @note the first appointment afterwards and reports to a court are not recorded
