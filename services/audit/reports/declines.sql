-- declines: declined offers by reason and by team
-- @on counted
-- @on refusals

-- @part mark
CASE WHEN ${marked} THEN 'not a reason to turn a person away' END

-- @table reasons Declined offers by reason
-- @column reason key
-- @column bars_code key
-- @column declined offers
-- @column percent_of_declined percent declined of sum
-- @column mark key
-- @sum change.declined.count = declined
SELECT coalesce(o.reason, 'not recorded') AS reason, max(o.reason_code) AS bars_code,
  count(*) AS declined, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent_of_declined,
  ${mark} AS mark
FROM offer o JOIN counted USING (referral)
WHERE o.ended_as = 'declined'
GROUP BY o.reason
ORDER BY declined DESC, o.reason

-- @table teams What each team did with its offers
-- @column team key
-- @column name key
-- @column offers offers
-- @column accepted offers
-- @column declined offers
-- @column expired offers
-- @column called_back offers
-- @column live offers
-- @column declined_percent_of_offers percent declined of offers
-- @column marked offers
-- @sum offers = accepted + declined + expired + called_back + live
-- @sum declined = marked + rest
-- @sum times.offers.offers = offers
SELECT o.team, t.name, count(*) AS offers,
  count(*) FILTER (WHERE o.ended_as = 'accepted') AS accepted,
  count(*) FILTER (WHERE o.ended_as = 'declined') AS declined,
  count(*) FILTER (WHERE o.ended_as = 'expired') AS expired,
  count(*) FILTER (WHERE o.ended_as NOT IN ('accepted', 'declined', 'expired')) AS called_back,
  count(*) FILTER (WHERE o.ended_as IS NULL) AS live,
  round(100.0 * count(*) FILTER (WHERE o.ended_as = 'declined') / count(*), 1) AS declined_percent_of_offers,
  count(*) FILTER (WHERE ${marked}) AS marked
FROM offer o JOIN counted USING (referral) LEFT JOIN team t ON t.team = o.team
GROUP BY o.team
ORDER BY declined DESC, o.team

-- @table team_reasons Declined offers by team and reason
-- @column team key
-- @column reason key
-- @column declined offers
-- @column mark key
-- @sum reasons.declined = declined
-- @sum teams.declined = declined
SELECT o.team, coalesce(o.reason, 'not recorded') AS reason, count(*) AS declined, ${mark} AS mark
FROM offer o JOIN counted USING (referral)
WHERE o.ended_as = 'declined'
GROUP BY o.team, o.reason
ORDER BY o.team, declined DESC, o.reason

-- @verdict
SELECT printf('%d of %d declined offers gave intoxication or behaviour as the reason',
  count(*) FILTER (WHERE ${marked}), count(*) FILTER (WHERE o.ended_as = 'declined'))
FROM offer o JOIN counted USING (referral)

-- @note marked: intoxication or behaviour was given as the reason, which is not one to turn a person away
-- @note called back: the team went offline, the referral was withdrawn, or the coordinator moved it
