-- reached: people who could not be reached, who were missing, or whose case closed without contact
-- @on counted

-- @ground
CREATE TEMP TABLE tried AS
SELECT t.referral, c.source, count(*) AS failed_tries, min(t.at_ms) AS first_at_ms,
  coalesce(m.last_met_at_ms > min(t.at_ms), 0) AS met_later, c.ended_at_ms IS NOT NULL AS ended
FROM main.contact_try t JOIN counted c USING (referral) LEFT JOIN (SELECT referral, max(at_ms) AS last_met_at_ms
    FROM main.check_in WHERE step = 'contact' GROUP BY referral) m ON m.referral = t.referral
WHERE t.next IS NOT 'the coordinator was told'
GROUP BY t.referral
-- A person is missing from the first time that somebody said so until somebody said that they were found. What is said in
-- between is where they were seen. Times are the ledger's: when somebody recorded it.
-- @ground
CREATE TEMP TABLE was_missing AS
WITH told AS (SELECT m.referral, m.seq, m.at_ms, m.what, m.found_by, lag(m.what) OVER (PARTITION BY m.referral ORDER BY m.seq)
    AS what_before FROM main.missing m JOIN counted USING (referral))
SELECT s.referral, (SELECT min(f.seq) FROM main.missing f WHERE f.referral = s.referral AND f.what = 'found' AND f.seq > s.seq)
    AS found_seq, s.at_ms AS since_ms, c.ended_at_ms IS NOT NULL AS ended
FROM told s JOIN counted c USING (referral) WHERE s.what = 'missing' AND s.what_before IS NOT 'missing'

-- @table tries People who could not be reached at least once, by source
-- @column source key total=all
-- @column people people
-- @column met_later people
-- @column ended_unmet people
-- @column not_met_yet people
-- @column failed_tries times
-- @column met_later_percent percent met_later of people
-- @sum people = met_later + ended_unmet + not_met_yet
-- @sum volume.sources.received = people + rest
-- @sum failed_tries = people + rest
WITH each AS (SELECT source, met_later, ended, failed_tries FROM tried
  UNION ALL SELECT 'all', met_later, ended, failed_tries FROM tried)
SELECT source, count(*) AS people, count(*) FILTER (WHERE met_later) AS met_later,
  count(*) FILTER (WHERE NOT met_later AND ended) AS ended_unmet,
  count(*) FILTER (WHERE NOT met_later AND NOT ended) AS not_met_yet, sum(failed_tries) AS failed_tries,
  round(100.0 * count(*) FILTER (WHERE met_later) / count(*), 1) AS met_later_percent
FROM each GROUP BY source ORDER BY source <> 'all', source

-- @table next What was to come next after a failed try
-- @column next key
-- @column failed_tries times
-- @sum tries.failed_tries[source=all] = failed_tries
SELECT coalesce(next, 'not recorded') AS next, count(*) AS failed_tries
FROM main.contact_try t JOIN tried USING (referral) WHERE t.next IS NOT 'the coordinator was told'
GROUP BY 1 ORDER BY failed_tries DESC, 1

-- @table missing How often people were missing, and who found them
-- @column found_by key total=all
-- @column times times
-- @column found times
-- @column median_min figure minutes of found
-- @column max_min figure minutes of found
-- @sum times = found + rest
WITH each AS (SELECT CASE WHEN w.found_seq IS NOT NULL THEN coalesce(f.found_by, 'found, by whom is not recorded')
      WHEN w.ended THEN 'not found, and the case has ended' ELSE 'not found yet' END AS found_by, f.at_ms - w.since_ms AS ms
    FROM was_missing w LEFT JOIN main.missing f ON f.seq = w.found_seq),
  both AS (SELECT * FROM each UNION ALL SELECT 'all', ms FROM each)
SELECT found_by, count(*) AS times, count(ms) AS found, round(percentile(ms, 50) / 60000.0, 1) AS median_min, round(max(ms) / 60000.0, 1) AS max_min
FROM both GROUP BY found_by ORDER BY found_by <> 'all', found_by

-- @table without_contact Cases that ended though nobody had met the person, by the reason that was given
-- @column reason key
-- @column people people
SELECT without_contact AS reason, count(*) AS people FROM counted
WHERE ended_at_ms IS NOT NULL AND without_contact IS NOT NULL
GROUP BY 1 ORDER BY people DESC, 1

-- @table closing Teams that asked to close a case without contact
-- @column line key
-- @column times times
-- @sum times[line=asked*] = times[line=kept open*] + rest
SELECT CASE l.what WHEN 'asked' THEN 'asked for by the team' ELSE 'kept open by the coordinator' END AS line, count(*) AS times
FROM main.closing l JOIN counted USING (referral) GROUP BY 1 ORDER BY 1

-- @verdict
SELECT printf('%d of %d people who could not be reached have not been met since', count(*) FILTER (WHERE NOT met_later),
  count(*)) FROM tried
-- @verdict
SELECT printf('%d of %d times that somebody was missing, nobody has said that they were found',
  count(*) FILTER (WHERE found_seq IS NULL), count(*)) FROM was_missing

-- @note a failed try is one that a team recorded: nobody came to the telephone or the door
-- @note met later: a contact of any kind was recorded after the first failed try, whenever it took place
-- @note minutes missing are from when somebody recorded it here until somebody recorded that the person was found
