-- scope: what was asked for, and until when the trail knows anything

-- The view `question` (from_ms, to_ms, number) is made by report.c: what the reader asked for.
-- @ground
CREATE TEMP VIEW scope AS
SELECT from_ms, to_ms, coalesce((SELECT at_ms FROM main.latest), 0) AS as_at_ms FROM question

-- The order of numbers as people count, not as texts: R-9999 is before R-10000.
-- @part by_number
length($1), $1
