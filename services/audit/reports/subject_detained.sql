-- subject_detained: each counted referral with its measures and those of a detention, which detained.sql defines
-- @on subject
-- @on detained

-- @ground
CREATE TEMP VIEW subject_detained AS
SELECT s.*, d.referral IS NOT NULL AS detained_136, d.held_over_24_h, d.handover_within_60_min, d.police_vehicle, d.child_at_station
FROM subject s LEFT JOIN detained d ON d.referral = s.referral
