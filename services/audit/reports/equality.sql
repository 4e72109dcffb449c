-- equality: every measure by ethnic group, sex and age, for PCREF and for a board
-- @on subject_detained
-- @published half of a financial year

-- What a measure counts stands in subject.sql. Here is only who is in which group; shares, differences, ratios and their
-- intervals are added after small numbers are hidden (report_rates.h). Every table has each of its rows whether or not
-- anybody is in it.
-- @ground
CREATE TEMP TABLE equality_measure AS
SELECT column1 AS place, column2 AS measure, column3 AS of_whom
FROM (VALUES (1, 'told within 30 min who has the case in hand', 'all referrals'),
  (2, 'accepted by a team', 'all referrals'),
  (3, 'seen face to face', 'those not passed on'),
  (4, 'never seen: ended without a face-to-face contact', 'those not passed on'),
  (5, 'response in time by the standard in force', 'those whose time is up'),
  (6, 'seen in time by the national limit', 'those with a limit'),
  (7, 'declined at least once', 'all referrals'),
  (8, 'refused for drink or behaviour', 'all referrals'),
  (9, 'asked of more than one team', 'all referrals'),
  (10, 'detained under section 136', 'all referrals'),
  (11, 'held for more than 24 h', 'those detained who arrived'),
  (12, 'handed over by the police within 60 min', 'those detained, handover recorded'),
  (13, 'conveyed in a police vehicle', 'those detained, transport recorded'))

-- People who are alike in all groups are counted together, with how many of them each measure counts and of how many.
-- @part both
sum($1) AS $1, count($1) AS of_$1
-- @ground
CREATE TEMP TABLE alike AS
SELECT ethnicity5, ethnicity16, sex, age_band, count(*) AS people,
  ${both told_within_30_min}, ${both accepted}, ${both seen}, ${both never_seen}, ${both response_met},
  ${both seen_in_time}, ${both declined_at_least_once}, ${both refused_for_drink_or_behaviour},
  ${both more_than_one_team_asked}, ${both detained_136}, ${both held_over_24_h}, ${both handover_within_60_min},
  ${both police_vehicle}, sum(child_at_station) AS child_at_station
FROM subject_detained GROUP BY ethnicity5, ethnicity16, sex, age_band

-- @part value
SELECT $1 AS place, $2 AS value, of_$2 AS out_of, ethnicity5, ethnicity16, sex, age_band FROM alike

-- @ground
CREATE TEMP TABLE equality_value AS
${value 1|told_within_30_min}
UNION ALL ${value 2|accepted}
UNION ALL ${value 3|seen}
UNION ALL ${value 4|never_seen}
UNION ALL ${value 5|response_met}
UNION ALL ${value 6|seen_in_time}
UNION ALL ${value 7|declined_at_least_once}
UNION ALL ${value 8|refused_for_drink_or_behaviour}
UNION ALL ${value 9|more_than_one_team_asked}
UNION ALL ${value 10|detained_136}
UNION ALL ${value 11|held_over_24_h}
UNION ALL ${value 12|handover_within_60_min}
UNION ALL ${value 13|police_vehicle}

-- Groups in the order in which they stand. `known` says whether it is a group, or people of whom it is not known.
-- @ground
CREATE TEMP TABLE ethnic_group AS
SELECT column1 AS place, column2 AS ethnic_group, column3 AS known
FROM (VALUES (1, 'White', 'yes'), (2, 'Mixed', 'yes'), (3, 'Asian', 'yes'), (4, 'Black', 'yes'), (5, 'Other', 'yes'),
  (6, 'not stated', 'not stated'), (7, 'not known', 'not known'), (8, 'not recorded', 'not recorded'));
CREATE TEMP TABLE ethnic_category AS
SELECT column1 AS place, column2 AS code, column3 AS ethnic_category, column4 AS ethnic_group, column5 AS known
FROM (VALUES (1, 'A', 'White British', 'White', 'yes'), (2, 'B', 'White Irish', 'White', 'yes'),
  (3, 'C', 'any other White background', 'White', 'yes'),
  (4, 'D', 'White and Black Caribbean', 'Mixed', 'yes'), (5, 'E', 'White and Black African', 'Mixed', 'yes'),
  (6, 'F', 'White and Asian', 'Mixed', 'yes'), (7, 'G', 'any other Mixed background', 'Mixed', 'yes'),
  (8, 'H', 'Indian', 'Asian', 'yes'), (9, 'J', 'Pakistani', 'Asian', 'yes'), (10, 'K', 'Bangladeshi', 'Asian', 'yes'),
  (11, 'L', 'any other Asian background', 'Asian', 'yes'),
  (12, 'M', 'Caribbean', 'Black', 'yes'), (13, 'N', 'African', 'Black', 'yes'),
  (14, 'P', 'any other Black background', 'Black', 'yes'),
  (15, 'R', 'Chinese', 'Other', 'yes'), (16, 'S', 'any other ethnic group', 'Other', 'yes'),
  (17, 'Z', 'not stated', 'not stated', 'not stated'), (18, '99', 'not known', 'not known', 'not known'),
  (19, 'not recorded', 'not recorded', 'not recorded', 'not recorded'));
CREATE TEMP TABLE sex_group AS
SELECT column1 AS place, column2 AS sex, column3 AS known
FROM (VALUES (1, 'male', 'yes'), (2, 'female', 'yes'), (3, 'non-binary', 'yes'), (4, 'other', 'yes'),
  (5, 'not stated', 'not stated'), (6, 'not known', 'not known'), (7, 'not recorded', 'not recorded'));
CREATE TEMP TABLE age_group AS
SELECT column1 AS place, column2 AS age_band, column3 AS known
FROM (VALUES (1, '18 and over', 'yes'), (2, 'under 18', 'yes'), (3, 'age not known', 'not known'))

-- The counts of each measure and group: of the table with the groups, and what a value of a referral is there.
-- @part counts
coalesce(sum(v.value), 0) AS count, coalesce(sum(v.out_of), 0) AS out_of
FROM equality_measure m JOIN $1 g LEFT JOIN equality_value v ON v.place = m.place AND v.$2 = g.$3
GROUP BY m.place, g.place ORDER BY m.place, g.place

-- @part known
coalesce(sum(v.out_of) FILTER (WHERE $1.known = 'yes'), 0)
-- @part overall
WITH overall AS (SELECT m.place, m.measure, m.of_whom, coalesce(sum(v.value), 0) AS count, coalesce(sum(v.out_of), 0) AS out_of,
    ${known e} AS ethnic_group_known, ${known s} AS sex_known, ${known a} AS age_known
  FROM equality_measure m LEFT JOIN equality_value v ON v.place = m.place
    LEFT JOIN ethnic_group e ON e.ethnic_group = v.ethnicity5 LEFT JOIN sex_group s ON s.sex = v.sex
    LEFT JOIN age_group a ON a.age_band = v.age_band
  GROUP BY m.place)

-- @table overall All who were referred, and of how many ethnic group, sex and age are known
-- @rates count of out_of
-- @column measure key
-- @column of_whom key label
-- @column count people
-- @column out_of people
-- @column ethnic_group_known people
-- @column ethnic_group_known_percent percent ethnic_group_known of out_of
-- @column sex_known people
-- @column sex_known_percent percent sex_known of out_of
-- @column age_known people
-- @column age_known_percent percent age_known of out_of
-- @sum out_of = count + rest
-- @sum out_of[measure=told*] = out_of[measure=accepted*]
-- @sum out_of[measure=told*] = out_of[measure=declined*]
-- @sum out_of[measure=told*] = out_of[measure=refused*]
-- @sum out_of[measure=told*] = out_of[measure=asked of*]
-- @sum out_of[measure=told*] = out_of[measure=detained*]
-- @sum out_of[measure=told*] = out_of[measure=seen face*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=never seen*]
-- @sum out_of[measure=seen face*] = out_of[measure=response*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=seen in time*] + rest
-- @sum out_of[measure=seen face*] = count[measure=seen face*] + count[measure=never seen*] + rest
-- @sum count[measure=seen face*] = count[measure=response*] + rest
-- @sum count[measure=seen face*] = count[measure=seen in time*] + rest
-- @sum count[measure=declined*] = count[measure=refused*] + rest
-- @sum count[measure=detained*] = out_of[measure=held*] + rest
-- @sum count[measure=detained*] = out_of[measure=handed*] + rest
-- @sum count[measure=detained*] = out_of[measure=conveyed*] + rest
-- @sum ethnic_group_known[measure=told*] = ethnic_group_known[measure=accepted*]
-- @sum ethnic_group_known[measure=told*] = ethnic_group_known[measure=declined*]
-- @sum ethnic_group_known[measure=told*] = ethnic_group_known[measure=refused*]
-- @sum ethnic_group_known[measure=told*] = ethnic_group_known[measure=asked of*]
-- @sum ethnic_group_known[measure=told*] = ethnic_group_known[measure=detained*]
-- @sum ethnic_group_known[measure=seen face*] = ethnic_group_known[measure=never seen*]
-- @sum sex_known[measure=told*] = sex_known[measure=accepted*]
-- @sum sex_known[measure=told*] = sex_known[measure=declined*]
-- @sum sex_known[measure=told*] = sex_known[measure=refused*]
-- @sum sex_known[measure=told*] = sex_known[measure=asked of*]
-- @sum sex_known[measure=told*] = sex_known[measure=detained*]
-- @sum sex_known[measure=seen face*] = sex_known[measure=never seen*]
-- @sum age_known[measure=told*] = age_known[measure=accepted*]
-- @sum age_known[measure=told*] = age_known[measure=declined*]
-- @sum age_known[measure=told*] = age_known[measure=refused*]
-- @sum age_known[measure=told*] = age_known[measure=asked of*]
-- @sum age_known[measure=told*] = age_known[measure=detained*]
-- @sum age_known[measure=seen face*] = age_known[measure=never seen*]
-- @months volume.sources.received[source=all] = out_of[measure=told*]
-- @months times.told.told_within_30_min[source=all] = count[measure=told*]
-- @months times.times.with_time[measure=received to accepted] = count[measure=accepted*]
-- @months change.response.count = count[measure=response*]
-- @months change.response.out_of = out_of[measure=response*]
-- @months national.own.count[line=seen within * of new*] = count[measure=seen in time*]
-- @months national.own.out_of[line=seen within * of new*] = out_of[measure=seen in time*]
-- @months breaches.clocks.started[clock=section 136] = count[measure=detained*]
-- @sum section136.summary.count[line=people detained*] = count[measure=detained*]
-- @sum section136.summary.count[line=arrival*] = out_of[measure=held*]
-- @sum section136.summary.count[line=held for more*] = count[measure=held*]
-- @sum section136.summary.count[line=handover by the police recorded] = out_of[measure=handed*]
-- @sum section136.summary.count[line=handover by the police took at*] = count[measure=handed*]
${overall}
SELECT measure, of_whom, count, out_of, ethnic_group_known,
  round(100.0 * ethnic_group_known / nullif(out_of, 0), 1) AS ethnic_group_known_percent,
  sex_known, round(100.0 * sex_known / nullif(out_of, 0), 1) AS sex_known_percent,
  age_known, round(100.0 * age_known / nullif(out_of, 0), 1) AS age_known_percent
FROM overall ORDER BY place

-- @table ethnicity5 By ethnic group, beside White
-- @rates count of out_of, reference ethnic_group=White, among known=yes
-- @column measure key
-- @column of_whom key label
-- @column ethnic_group key
-- @column known key label
-- @column count people
-- @column out_of people
-- @sum out_of = count + rest
-- @sum out_of[measure=told*] = out_of[measure=accepted*]
-- @sum out_of[measure=told*] = out_of[measure=declined*]
-- @sum out_of[measure=told*] = out_of[measure=refused*]
-- @sum out_of[measure=told*] = out_of[measure=asked of*]
-- @sum out_of[measure=told*] = out_of[measure=detained*]
-- @sum out_of[measure=told*] = out_of[measure=seen face*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=never seen*]
-- @sum out_of[measure=seen face*] = out_of[measure=response*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=seen in time*] + rest
-- @sum out_of[measure=seen face*] = count[measure=seen face*] + count[measure=never seen*] + rest
-- @sum count[measure=seen face*] = count[measure=response*] + rest
-- @sum count[measure=seen face*] = count[measure=seen in time*] + rest
-- @sum count[measure=declined*] = count[measure=refused*] + rest
-- @sum count[measure=detained*] = out_of[measure=held*] + rest
-- @sum count[measure=detained*] = out_of[measure=handed*] + rest
-- @sum count[measure=detained*] = out_of[measure=conveyed*] + rest
-- @sum overall.count = count
-- @sum overall.out_of = out_of
-- @sum overall.ethnic_group_known = out_of[known=yes]
SELECT m.measure, m.of_whom, g.ethnic_group, g.known, ${counts ethnic_group|ethnicity5|ethnic_group}

-- @table ethnicity16 By ethnic category, 16+1, beside White British
-- @rates count of out_of, reference ethnic_category=White British, among known=yes
-- @column measure key
-- @column of_whom key label
-- @column ethnic_category key
-- @column code key label
-- @column ethnic_group key label
-- @column known key label
-- @column count people
-- @column out_of people
-- @sum out_of = count + rest
-- @sum out_of[measure=told*] = out_of[measure=accepted*]
-- @sum out_of[measure=told*] = out_of[measure=declined*]
-- @sum out_of[measure=told*] = out_of[measure=refused*]
-- @sum out_of[measure=told*] = out_of[measure=asked of*]
-- @sum out_of[measure=told*] = out_of[measure=detained*]
-- @sum out_of[measure=told*] = out_of[measure=seen face*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=never seen*]
-- @sum out_of[measure=seen face*] = out_of[measure=response*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=seen in time*] + rest
-- @sum out_of[measure=seen face*] = count[measure=seen face*] + count[measure=never seen*] + rest
-- @sum count[measure=seen face*] = count[measure=response*] + rest
-- @sum count[measure=seen face*] = count[measure=seen in time*] + rest
-- @sum count[measure=declined*] = count[measure=refused*] + rest
-- @sum count[measure=detained*] = out_of[measure=held*] + rest
-- @sum count[measure=detained*] = out_of[measure=handed*] + rest
-- @sum count[measure=detained*] = out_of[measure=conveyed*] + rest
-- @sum ethnicity5.count = count
-- @sum ethnicity5.out_of = out_of
SELECT m.measure, m.of_whom, g.ethnic_category, g.code, g.ethnic_group, g.known, ${counts ethnic_category|ethnicity16|code}

-- @table sex By sex, beside male
-- @rates count of out_of, reference sex=male, among known=yes
-- @column measure key
-- @column of_whom key label
-- @column sex key
-- @column known key label
-- @column count people
-- @column out_of people
-- @sum out_of = count + rest
-- @sum out_of[measure=told*] = out_of[measure=accepted*]
-- @sum out_of[measure=told*] = out_of[measure=declined*]
-- @sum out_of[measure=told*] = out_of[measure=refused*]
-- @sum out_of[measure=told*] = out_of[measure=asked of*]
-- @sum out_of[measure=told*] = out_of[measure=detained*]
-- @sum out_of[measure=told*] = out_of[measure=seen face*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=never seen*]
-- @sum out_of[measure=seen face*] = out_of[measure=response*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=seen in time*] + rest
-- @sum out_of[measure=seen face*] = count[measure=seen face*] + count[measure=never seen*] + rest
-- @sum count[measure=seen face*] = count[measure=response*] + rest
-- @sum count[measure=seen face*] = count[measure=seen in time*] + rest
-- @sum count[measure=declined*] = count[measure=refused*] + rest
-- @sum count[measure=detained*] = out_of[measure=held*] + rest
-- @sum count[measure=detained*] = out_of[measure=handed*] + rest
-- @sum count[measure=detained*] = out_of[measure=conveyed*] + rest
-- @sum overall.count = count
-- @sum overall.out_of = out_of
-- @sum overall.sex_known = out_of[known=yes]
SELECT m.measure, m.of_whom, g.sex, g.known, ${counts sex_group|sex|sex}

-- @table age By age, beside 18 and over
-- @rates count of out_of, reference ages=18 and over, among known=yes
-- @column measure key
-- @column of_whom key label
-- @column ages key
-- @column known key label
-- @column count people
-- @column out_of people
-- @sum out_of = count + rest
-- @sum out_of[measure=told*] = out_of[measure=accepted*]
-- @sum out_of[measure=told*] = out_of[measure=declined*]
-- @sum out_of[measure=told*] = out_of[measure=refused*]
-- @sum out_of[measure=told*] = out_of[measure=asked of*]
-- @sum out_of[measure=told*] = out_of[measure=detained*]
-- @sum out_of[measure=told*] = out_of[measure=seen face*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=never seen*]
-- @sum out_of[measure=seen face*] = out_of[measure=response*] + rest
-- @sum out_of[measure=seen face*] = out_of[measure=seen in time*] + rest
-- @sum out_of[measure=seen face*] = count[measure=seen face*] + count[measure=never seen*] + rest
-- @sum count[measure=seen face*] = count[measure=response*] + rest
-- @sum count[measure=seen face*] = count[measure=seen in time*] + rest
-- @sum count[measure=declined*] = count[measure=refused*] + rest
-- @sum count[measure=detained*] = out_of[measure=held*] + rest
-- @sum count[measure=detained*] = out_of[measure=handed*] + rest
-- @sum count[measure=detained*] = out_of[measure=conveyed*] + rest
-- @months volume.volume.received = out_of[measure=told*] by ages
-- @months national.own.count[line=seen within * of new*] = count[measure=seen in time*] by ages
-- @months national.own.out_of[line=seen within * of new*] = out_of[measure=seen in time*] by ages
-- @sum overall.count = count
-- @sum overall.out_of = out_of
-- @sum overall.age_known = out_of[known=yes]
SELECT m.measure, m.of_whom, g.age_band AS ages, g.known, ${counts age_group|age_band|age_band}

-- Of two bands no rate can be standardised honestly: that of the small band would be of a handful of people.
-- @table age_structure Age bands of each ethnic group
-- @rates people of referrals
-- @column ethnic_group key
-- @column ages key
-- @column people people
-- @column referrals people
-- @sum referrals = people + rest
-- @sum referrals[ages=18 and over] = referrals[ages=under 18]
-- @sum referrals[ages=18 and over] = referrals[ages=age not known]
-- @sum referrals[ages=18 and over] = people[ages=18 and over] + people[ages=under 18] + people[ages=age not known]
-- @sum ethnicity5.out_of[measure=told*] = people
-- @sum age.out_of[measure=told*] = people
SELECT g.ethnic_group, a.age_band AS ages, coalesce(sum(s.people) FILTER (WHERE s.age_band = a.age_band), 0) AS people,
  coalesce(sum(s.people), 0) AS referrals
FROM ethnic_group g JOIN age_group a LEFT JOIN alike s ON s.ethnicity5 = g.ethnic_group
GROUP BY g.place, a.place ORDER BY g.place, a.place

-- @table children Detained under section 136, and under 18 at a police station, by ethnic group
-- @for inspectors
-- @column ethnic_group key
-- @column at_a_police_station people
-- @column detained people
SELECT g.ethnic_group, coalesce(sum(s.child_at_station), 0) AS at_a_police_station,
  coalesce(sum(s.detained_136), 0) AS detained
FROM ethnic_group g LEFT JOIN alike s ON s.ethnicity5 = g.ethnic_group
GROUP BY g.place ORDER BY g.place

-- @note percent: count over out of, with the 95 % interval of Wilson; difference: to the group of reference, in percentage
--   points, with the interval of Newcombe; ratio: to its percentage, with the interval of Katz
-- @note mean deviation: the mean of the absolute differences of all groups to the group of reference, in its row
-- @note all of these are worked out from the counts that are shown here; they are crude, and not standardised by age or need
-- @note a sentence names a group if the interval of its difference leaves out 0, and would do so whatever counts were
--   rounded to those shown: rounding alone makes no difference between groups. Of 100 comparisons of groups that do not
--   differ, about 5 would be named by chance alone
-- @note a difference says that groups were served differently, and not why
-- @note ethnic groups and categories are those of the census of 2001, as the NHS data dictionary codes them: Chinese is with
--   Other, Z is not stated, 99 is not known. They are compared with nobody if they are not known
