-- refusals: which reasons of a declined offer are none to turn a person away
-- @on scope

-- @part marked
coalesce(o.reason IN ('intoxication', 'behaviour'), 0)
