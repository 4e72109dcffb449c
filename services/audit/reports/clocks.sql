-- clocks: what reports say of a clock in the same words
-- @on scope

-- Whether a clock's standard is law, national, agreed or our own. Figures of different provenance are never added up.
-- @part provenance
CASE WHEN k.clock IN ('section 136', 'health check', 'custody review', 'escape') THEN 'statutory'
  WHEN k.clock IN ('examined', 'interviewed') THEN 'target' WHEN k.clock = 'response' THEN 'national'
  WHEN k.clock = 'handover' THEN 'agreed' ELSE 'local' END

-- The response of a case that was passed on is the other provider's to report (national.sql).
-- @part passed
(k.clock = 'response' AND c.passed_on_at_ms IS NOT NULL)
