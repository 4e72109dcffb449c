-- breaches: clocks that ran past what their standard allows
-- @on counted
-- @on clocks

-- A contact that is told late can turn out to have been in time.
-- @part breached
k.breached_at_ms IS NOT NULL AND (k.stopped_at_ms IS NULL OR k.stopped_at_ms > k.due_at_ms) AND NOT ${passed}

-- @table clocks Clocks by standard
-- @column clock key
-- @column provenance key
-- @column standard key
-- @column started people
-- @column met people
-- @column stopped_late people
-- @column past_due_not_stopped people
-- @column not_yet_due people
-- @column passed_on people
-- @column met_percent_of_started percent met of started-passed_on
SELECT k.clock, ${provenance} AS provenance, k.standard, count(*) AS started,
  count(*) FILTER (WHERE k.stopped_at_ms <= k.due_at_ms AND NOT ${passed}) AS met,
  count(*) FILTER (WHERE k.stopped_at_ms > k.due_at_ms AND NOT ${passed}) AS stopped_late,
  count(*) FILTER (WHERE k.stopped_at_ms IS NULL AND c.as_at_ms > k.due_at_ms AND NOT ${passed})
    AS past_due_not_stopped,
  count(*) FILTER (WHERE k.stopped_at_ms IS NULL AND c.as_at_ms <= k.due_at_ms AND NOT ${passed}) AS not_yet_due,
  count(*) FILTER (WHERE ${passed}) AS passed_on,
  round(100.0 * count(*) FILTER (WHERE k.stopped_at_ms <= k.due_at_ms AND NOT ${passed})
    / nullif(count(*) FILTER (WHERE NOT ${passed}), 0), 1) AS met_percent_of_started
FROM clock k JOIN counted c USING (referral)
GROUP BY k.clock, k.standard
ORDER BY k.clock, k.standard

-- @table breaches Breaches, oldest first
-- @column number case
-- @column clock key
-- @column provenance key
-- @column standard key
-- @column source key
-- @column urgency key
-- @column due when
-- @column stopped when
-- @column late_min figure minutes of one
-- @column state key
-- @column outcome key
-- @column offers offers
-- @column accepted_team key
SELECT c.number, k.clock, ${provenance} AS provenance, k.standard, c.source, c.urgency_used AS urgency,
  utc(k.due_at_ms) AS due, utc(k.stopped_at_ms) AS stopped,
  round((coalesce(k.stopped_at_ms, c.ended_at_ms, c.as_at_ms) - k.due_at_ms) / 60000.0, 1) AS late_min,
  c.state, c.outcome, c.offers, coalesce(c.accepted_team, '') AS accepted_team
FROM clock k JOIN counted c USING (referral)
WHERE ${breached} ORDER BY k.due_at_ms, c.number

-- @verdict
SELECT count(*) || ' breaches' FROM clock k JOIN counted c USING (referral) WHERE ${breached}

-- @note late: until the clock stopped, or the referral ended, or now
-- @note a correction that voids a clock, or moves its start or limit, takes an earlier breach away; so does
--   a contact that is told late and was in time
-- @note the response of a case that was passed on is the other provider's: it is neither met nor a breach here,
--   and no part of the percentage
-- @note section 136, escape, and the checks and reviews of a police station are statutory; examined and
--   interviewed are targets; response is national and has no statutory target; handover is agreed between
--   partners; referrer told is local
