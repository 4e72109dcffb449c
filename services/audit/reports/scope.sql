-- scope: what was asked for, and until when the trail knows anything

-- The view `question` (from_ms, to_ms, number) is made by report.c: what the reader asked for.
-- @ground
CREATE TEMP VIEW scope AS
SELECT from_ms, to_ms, coalesce((SELECT at_ms FROM main.latest), 0) AS as_at_ms FROM question
