-- volume: referrals received by source, urgency and age, and their reconciliation
-- @on counted

-- @part counts
count(*) AS received, count(*) FILTER (WHERE ended_at_ms IS NULL) AS open,
  count(*) FILTER (WHERE state = 'closed') AS closed,
  count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn

-- Received referrals are counted from the events themselves, all else from the tables: a received referral that has
-- neither ended nor an owner is lost, and so is one that no table has. An event can be later than the receipt that it
-- tells of: a coordinator entered what somebody had said by telephone.
-- @ground
CREATE TEMP TABLE reconciled AS SELECT
  (SELECT count(*) FROM counted c JOIN main.event e ON e.referral = c.referral AND e.kind = 'received')
    + (SELECT count(*) FROM main.event e JOIN scope s WHERE e.kind = 'received' AND e.at_ms >= s.from_ms
      AND e.at_ms < s.to_ms AND NOT EXISTS (SELECT 1 FROM main.referral r WHERE r.referral = e.referral)) AS received,
  (SELECT count(*) FROM counted c WHERE c.ended_at_ms IS NULL
    AND EXISTS (SELECT 1 FROM custody_interval i WHERE i.referral = c.referral AND i.to_ms IS NULL)) AS open,
  (SELECT count(*) FROM counted WHERE state = 'closed') AS closed,
  (SELECT count(*) FROM counted WHERE state = 'withdrawn') AS withdrawn

-- @table volume Referrals received
-- @column source key
-- @column urgency key
-- @column ages key
-- @column received people
-- @column open people
-- @column closed people
-- @column withdrawn people
-- @sum received = open + closed + withdrawn
-- @sum sources.received = received
-- @sum sources.open = open
-- @sum sources.closed = closed
-- @sum sources.withdrawn = withdrawn
-- @sum times.times_by_group.referrals[measure=received to first offer] = received
-- @sum breaches.urgency_changes.referrals = received
SELECT coalesce(source, 'not recorded') AS source, urgency_used AS urgency, age_band AS ages, ${counts}
FROM counted
GROUP BY source, urgency_order, age_band
ORDER BY source, urgency_order, age_band

-- @table sources Referrals received by source
-- @column source key total=all
-- @column received people
-- @column open people
-- @column closed people
-- @column withdrawn people
-- @sum times.offers.referrals = received
-- @sum times.told.referrals = received
-- @sum times.times.referrals[measure=received to first offer] = received
-- @sum custody.summary.referrals = received
-- @sum received = open + closed + withdrawn
WITH each AS (SELECT coalesce(source, 'not recorded') AS source, ended_at_ms, state FROM counted
  UNION ALL SELECT 'all', ended_at_ms, state FROM counted)
SELECT source, ${counts} FROM each
GROUP BY source
ORDER BY source = 'all', source

-- @table hours Referrals received by hour of the day in London
-- @picture bars
-- @column hour key
-- @column received people
-- @sum sources.received = received
WITH RECURSIVE clock_hour (hour) AS (SELECT 0 UNION ALL SELECT hour + 1 FROM clock_hour WHERE hour < 23)
SELECT printf('%02d:00', c.hour) AS hour, coalesce(h.received, 0) AS received
FROM clock_hour c LEFT JOIN (SELECT london_hour(received_at_ms) AS hour, count(*) AS received FROM counted GROUP BY 1) h
  USING (hour) ORDER BY c.hour

-- @table reconciliation Reconciliation: every received referral is open with an owner, closed or withdrawn
-- @column received people
-- @column open people
-- @column closed people
-- @column withdrawn people
-- @column lost people
-- @for inspectors
SELECT received, open, closed, withdrawn, received - open - closed - withdrawn AS lost FROM reconciled

-- @verdict
SELECT printf('%d received = %d open + %d closed + %d withdrawn: %d lost',
  received, open, closed, withdrawn, received - open - closed - withdrawn)
FROM reconciled
