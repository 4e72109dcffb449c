-- open: referrals that are open now, by owner, with age and the time by which the owner must act
-- @on counted

-- A case that was received before the period and is open still is here too: it is the one that has waited longest. The owner
-- of an open referral is the interval that has not ended.
-- @part open
(SELECT *, CASE WHEN received_at_ms < from_ms THEN 'before the period' ELSE 'in the period' END AS received
  FROM counted_or_older) c LEFT JOIN custody_interval i ON i.referral = c.referral AND i.to_ms IS NULL
LEFT JOIN team t ON t.team = i.owner AND i.owner_kind = 'team'
WHERE c.ended_at_ms IS NULL

-- @table owners Open referrals by owner, of those received before the end of the period
-- @column received key
-- @column owner_kind key
-- @column owner key
-- @column name key
-- @column open people
-- @column oldest_min figure minutes of open
-- @column overdue people
-- @sum open = overdue + rest
-- @sum volume.sources.open = open[received=in the period]
SELECT c.received, coalesce(i.owner_kind, 'NOBODY') AS owner_kind, i.owner, t.name, count(*) AS open,
  round(max(c.as_at_ms - c.received_at_ms) / 60000.0, 1) AS oldest_min,
  count(*) FILTER (WHERE i.act_by_ms < c.as_at_ms) AS overdue
FROM ${open}
GROUP BY c.received, i.owner_kind, i.owner
ORDER BY c.received, open DESC, i.owner

-- @table referrals Open referrals, oldest first
-- @column number case
-- @column owner_kind key
-- @column owner key
-- @column state key
-- @column source key
-- @column urgency key
-- @column age_min figure minutes of one
-- @column offers offers
-- @column act_by when
-- @column mark key
SELECT c.number, coalesce(i.owner_kind, 'NOBODY') AS owner_kind, i.owner, c.state, c.source,
  c.urgency_used AS urgency, round((c.as_at_ms - c.received_at_ms) / 60000.0, 1) AS age_min,
  c.offers, utc(i.act_by_ms) AS act_by,
  CASE WHEN i.act_by_ms < c.as_at_ms THEN 'overdue' END AS mark
FROM ${open}
ORDER BY c.received_at_ms, ${by_number c.number}

-- @verdict
SELECT printf('%d open, %d without an owner', count(*), count(*) FILTER (WHERE i.owner IS NULL)) FROM ${open}

-- @note open: at the newest event, also of those received before the period, and of none received after it
-- @note age: from receipt until the newest event in the trail
