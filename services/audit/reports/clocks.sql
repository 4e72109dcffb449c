-- clocks: how each clock stands, in the same words for every report
-- @on scope

-- Whether a clock's standard is law, national, agreed or our own. Figures of different provenance are never added up. For
-- a response nationally there is a time from an emergency department, and for very urgent and urgent ones from elsewhere:
-- none for an emergency in the community, for which a policy may set its own.
-- @part provenance
CASE WHEN k.clock IN ('section 136', 'health check', 'custody review', 'escape') THEN 'statutory'
  WHEN k.clock IN ('examined', 'interviewed') THEN 'target'
  WHEN k.clock = 'response' AND (r.source = 'emergency department' OR r.routed_as IN ('very urgent', 'urgent'))
    THEN 'national'
  WHEN k.clock = 'handover' THEN 'agreed' ELSE 'local' END

-- The clocks that run from the receipt are of the referral, and end with it: a referral that ended before the limit is
-- neither met nor late, today and for ever. The clocks of a detention run on: closing a case here ends no detention. The
-- response of a case that was passed on is the other provider's to report (national.sql). A stop that was stated as before
-- the start, such as a handover by the police before the arrival, is an error of entry and no success.
-- @part ends_with_referral
k.clock IN ('response', 'referrer told')
-- @part stands
CASE WHEN k.clock = 'response' AND $1.passed_on_at_ms IS NOT NULL THEN 'passed on'
    WHEN k.stopped_at_ms < k.started_at_ms THEN 'stopped before its start'
    WHEN k.stopped_at_ms <= k.due_at_ms THEN 'met' WHEN k.stopped_at_ms > k.due_at_ms THEN 'stopped late'
    WHEN $1.ended_at_ms <= k.due_at_ms AND ${ends_with_referral} THEN 'referral ended first'
    WHEN $2 > k.due_at_ms THEN 'past due, not stopped' ELSE 'not yet due' END
-- @ground
CREATE TEMP VIEW clock_now AS
SELECT k.*, ${provenance} AS provenance, s.as_at_ms, ${stands r|s.as_at_ms} AS stands,
  coalesce(k.stopped_at_ms, CASE WHEN ${ends_with_referral} THEN r.ended_at_ms END, s.as_at_ms) AS ran_until_ms
FROM main.clock k JOIN main.referral r USING (referral) JOIN scope s

-- @part late
$1 IN ('stopped late', 'past due, not stopped')

-- A limit ran out, and then it turned out otherwise. If the clock began anew after that limit, this is another run of it,
-- and what ran out stays late: a health check that comes late starts the clock of the next. A clock that is late by a
-- limit no later than the one that ran out is late by both: nothing was corrected. The urgency moves the limits of the
-- two clocks from the receipt, and of no other. A correction of the time moves a clock of a detention that runs, and so the
-- limit that ran out.
-- @ground
CREATE TEMP TABLE limit_corrected AS
WITH ran_out AS (SELECT b.*, b.due_at_ms + CASE WHEN b.clock IN ('response', 'referrer told') THEN 0
    ELSE coalesce((SELECT h.ahead_ms FROM main.clock_correction h WHERE h.seq <= b.seq
      OR h.at_ms <= coalesce(k.stopped_at_ms, h.at_ms) ORDER BY h.seq DESC LIMIT 1), 0) - ${ahead b.seq} END AS limit_ms
  FROM main.breach b LEFT JOIN main.clock k ON k.referral = b.referral AND k.clock = b.clock)
SELECT b.seq, b.referral, b.clock, b.due_at_ms AS due_then_ms, b.limit_ms, k.due_at_ms, k.stopped_at_ms, k.stands,
  CASE WHEN k.clock IS NULL THEN 'the clock never ran'
    WHEN k.stands = 'passed on' THEN 'passed on to another provider'
    WHEN k.stands = 'stopped before its start' THEN k.stands
    WHEN k.stopped_at_ms <= b.limit_ms THEN 'told late, and was in time'
    WHEN b.clock IN ('response', 'referrer told') AND EXISTS (SELECT 1 FROM main.change c WHERE c.referral = b.referral AND c.seq > b.seq AND c.field = 'urgency')
      THEN 'the urgency was changed' ELSE 'the start or the limit was changed' END AS what
FROM ran_out b LEFT JOIN clock_now k ON k.referral = b.referral AND k.clock = b.clock
WHERE k.clock IS NULL OR (k.started_at_ms <= b.limit_ms AND NOT (k.due_at_ms <= b.limit_ms AND ${late k.stands}))
