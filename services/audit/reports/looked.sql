-- looked: who read the records of cases, and on what grounds
-- @on counted

-- @ground
CREATE TEMP VIEW looked_at AS
SELECT l.seq, l.referral, c.number, l.at_ms, l.actor, coalesce(l.role, 'not recorded') AS role,
  coalesce(l.on_behalf_of, 'none') AS of, l.break_glass, l.who
FROM main.record_read l JOIN counted c USING (referral)

-- @table roles Records read, by role
-- @column role key total=all
-- @column times times
-- @column records times
-- @column who_had_to_do_with_it times
-- @column beyond_their_areas times
-- @column cases people
-- @sum times = records + who_had_to_do_with_it
-- @sum records = beyond_their_areas + rest
-- @sum times = cases + rest
WITH each AS (SELECT role, referral, who, break_glass FROM looked_at UNION ALL SELECT 'all', referral, who, break_glass FROM looked_at)
SELECT role, count(*) AS times, count(*) FILTER (WHERE NOT who) AS records, count(*) FILTER (WHERE who) AS who_had_to_do_with_it,
  count(*) FILTER (WHERE NOT who AND break_glass IS NOT NULL) AS beyond_their_areas, count(DISTINCT referral) AS cases
FROM each GROUP BY role ORDER BY role <> 'all', role

-- @table readers Records read, by the team, desk, source or organisation for which they were read
-- @column role key
-- @column of key
-- @column times times
-- @column cases people
-- @sum roles.times = times
-- @sum times = cases + rest
SELECT role, of, count(*) AS times, count(DISTINCT referral) AS cases FROM looked_at
GROUP BY role, of ORDER BY times DESC, role, of

-- @table beyond Records that coordinators read beyond their areas, by the reason that they gave
-- @column reason key
-- @column times times
-- @column cases people
-- @sum roles.beyond_their_areas[role=all] = times
-- @sum times = cases + rest
SELECT break_glass AS reason, count(*) AS times, count(DISTINCT referral) AS cases FROM looked_at
WHERE NOT who AND break_glass IS NOT NULL GROUP BY 1 ORDER BY times DESC, 1

-- @table each_reading Each time that a record was read beyond the reader's areas
-- @column number case
-- @column read when
-- @column role words
-- @column of words
-- @column reason words
SELECT number, utc(at_ms) AS read, role, of, break_glass AS reason FROM looked_at
WHERE NOT who AND break_glass IS NOT NULL ORDER BY seq

-- @verdict
SELECT printf('%d times a record was opened, of which %d beyond the reader''s areas', count(*) FILTER (WHERE NOT who),
  count(*) FILTER (WHERE NOT who AND break_glass IS NOT NULL)) FROM looked_at

-- @note a record is read when somebody opens what is confidential in a case; whoever has the case on their board has not read it
-- @note who had to do with it: not the record was read, but who was told, who looked and who acted
-- @note these are readings of the referrals of the period, whenever somebody read them; concordat who says each of one case
