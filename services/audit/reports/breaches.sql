-- breaches: clocks that ran past what their standard allows, and what was corrected after that
-- @on counted
-- @on clocks

-- @part is_up
stands IN ('met', 'stopped late', 'past due, not stopped')

-- @table clocks Clocks by standard
-- @column clock key
-- @column provenance key
-- @column standard key
-- @column started people
-- @column met people
-- @column stopped_late people
-- @column past_due_not_stopped people
-- @column not_yet_due people
-- @column referral_ended_first people
-- @column stopped_before_its_start people
-- @column passed_on people
-- @column time_is_up people
-- @column met_percent_of_time_is_up percent met of time_is_up
-- @column met_percent_of_started percent met of started-passed_on
-- @column met_by_a_later_limit people
-- @sum started = met + stopped_late + past_due_not_stopped + not_yet_due + referral_ended_first + stopped_before_its_start + passed_on
-- @sum time_is_up = met + stopped_late + past_due_not_stopped
-- @sum met = met_by_a_later_limit + rest
-- @sum change.response.count = met[clock=response]
-- @sum change.response.out_of = time_is_up[clock=response]
SELECT clock, provenance, standard, count(*) AS started, count(*) FILTER (WHERE stands = 'met') AS met,
  count(*) FILTER (WHERE stands = 'stopped late') AS stopped_late,
  count(*) FILTER (WHERE stands = 'past due, not stopped') AS past_due_not_stopped,
  count(*) FILTER (WHERE stands = 'not yet due') AS not_yet_due,
  count(*) FILTER (WHERE stands = 'referral ended first') AS referral_ended_first,
  count(*) FILTER (WHERE stands = 'stopped before its start') AS stopped_before_its_start,
  count(*) FILTER (WHERE stands = 'passed on') AS passed_on,
  count(*) FILTER (WHERE ${is_up}) AS time_is_up,
  round(100.0 * count(*) FILTER (WHERE stands = 'met') / nullif(count(*) FILTER (WHERE ${is_up}), 0), 1)
    AS met_percent_of_time_is_up,
  round(100.0 * count(*) FILTER (WHERE stands = 'met') / nullif(count(*) FILTER (WHERE stands <> 'passed on'), 0), 1)
    AS met_percent_of_started,
  count(*) FILTER (WHERE stands = 'met' AND (k.referral, k.clock) IN (SELECT referral, clock FROM limit_corrected
    WHERE limit_ms < stopped_at_ms)) AS met_by_a_later_limit
FROM clock_now k JOIN counted USING (referral)
GROUP BY clock, provenance, standard
ORDER BY clock, provenance, standard

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
-- @column last_accepted_team key
SELECT c.number, k.clock, k.provenance, k.standard, c.source, c.urgency_used AS urgency,
  utc(k.due_at_ms) AS due, utc(k.stopped_at_ms) AS stopped,
  round((k.ran_until_ms - k.due_at_ms) / 60000.0, 1) AS late_min,
  c.state, c.outcome, c.offers, c.last_accepted_team
FROM clock_now k JOIN counted c USING (referral)
WHERE ${late k.stands} ORDER BY k.due_at_ms, ${by_number c.number}

-- @table corrected Limits that ran out, and then turned out otherwise
-- @column number case
-- @column clock key
-- @column what key
-- @column limit_then when
-- @column limit_now when
-- @column stopped when
-- @column stands key
SELECT c.number, l.clock, l.what, utc(l.due_then_ms) AS limit_then, utc(l.due_at_ms) AS limit_now,
  utc(l.stopped_at_ms) AS stopped, l.stands
FROM limit_corrected l JOIN counted c USING (referral) ORDER BY l.seq

-- @table urgency_changes Urgency changed after the receipt, by the urgency that was used last
-- @column urgency key
-- @column referrals people
-- @column changed people
-- @column changed_after_the_limit people
-- @sum referrals = changed + rest
-- @sum changed = changed_after_the_limit + rest
SELECT urgency_used AS urgency, count(*) AS referrals,
  count(*) FILTER (WHERE referral IN (SELECT referral FROM change WHERE field = 'urgency')) AS changed,
  count(*) FILTER (WHERE referral IN (SELECT referral FROM breach b JOIN change h USING (referral)
    WHERE b.clock = 'response' AND h.field = 'urgency' AND b.seq < h.seq)) AS changed_after_the_limit
FROM counted c GROUP BY urgency_order ORDER BY urgency_order

-- @verdict
SELECT printf('%d breach%s', count(*), CASE count(*) WHEN 1 THEN '' ELSE 'es' END)
FROM clock_now k JOIN counted USING (referral) WHERE ${late k.stands}
-- @verdict
SELECT printf('%d limit%s ran out, and then turned out otherwise', count(*), CASE count(*) WHEN 1 THEN '' ELSE 's' END)
FROM limit_corrected JOIN counted USING (referral)

-- @note a breach: the clock stopped after its limit, or its limit went by and it has not stopped; each clock once
-- @note late: until the clock stopped, or the referral ended, or now; the clocks of a detention run on when the referral
--   is closed
-- @note referral ended first: closed or withdrawn before the limit, so neither met nor late; the percentage of those
--   whose time is up leaves it out, the percentage of those started has it as not met
-- @note stopped before its start: entered so, such as a handover by the police before the arrival; neither met nor late
-- @note a limit that ran out can turn out otherwise: a contact is told late and was in time, the urgency is changed, an
--   entry is corrected. It stands in a table of its own, and is a breach only if it is late by a later limit too
-- @note met by a later limit: it would have been late by the limit that ran out first
-- @note a health check or a review begins a new clock: here is the latest of each person, and section136 counts each that
--   was missed
-- @note the response of a case that was passed on is the other provider's: it is neither met nor a breach here,
--   and no part of a percentage
-- @note section 136, escape, and the checks and reviews of a police station are statutory; examined and
--   interviewed are targets; response is national and has no statutory target, but for an emergency or a routine
--   referral from outside an emergency department, which has no national time: there it is local, the policy's own;
--   handover is agreed between partners; referrer told is local
