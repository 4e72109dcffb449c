-- scope: what was asked for, and until when the trail knows anything

-- How far the ledger's time stood ahead of UTC as of an event. People state times in UTC; a time of the ledger less this is
-- UTC too, and only then may one be taken from the other.
-- @part ahead
coalesce((SELECT h.ahead_ms FROM main.clock_correction h WHERE h.seq <= $1 ORDER BY h.seq DESC LIMIT 1), 0)

-- The view `question` (from_ms, to_ms, number) is made by report.c: what the reader asked for.
-- @ground
CREATE TEMP VIEW scope AS
SELECT *, as_at_ms - ${ahead 9223372036854775807} AS as_at_utc_ms
FROM (SELECT from_ms, to_ms, coalesce((SELECT at_ms FROM main.latest), 0) AS as_at_ms FROM question)

-- The order of numbers as people count, not as texts: R-9999 is before R-10000.
-- @part by_number
length($1), $1
