/* sections.c: the tables of all fields, and the readers that need the whole policy. */
#include "broker/policy/inside.h"
#include "proto/words/language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_OF_FIELDS                                                                                        \
    {                                                                                                        \
        NULL, OPTIONAL, NULL, 0, NULL                                                                        \
    }

static const char ID_REMEDY[] = "Write a short id of a-z, 0-9 and -, at most 32 of them.";
static const char NAME_REMEDY[] = "Write a name as people know it, at most 80 characters.";
static const char TELEPHONE_REMEDY[] = "Write the number that people ring, such as 01632 960101.";
static const char SOURCES_REMEDY[] =
    "Write all, or some of [street-triage, liaison-and-diversion, emergency-department].";
static const char DURATION_REMEDY[] = "Write a time such as 90s, 15m, 24h or 2h30m, up to 168h.";
static const char CODE_REMEDY[] = "Write the organisation's ODS code: capitals and digits, at most 10.";

static const struct policy_field ANSWER_FIELDS[] = {
    {"emergency", REQUIRED, policy_read_duration, offsetof(struct policy, answer_ms[URGENCY_EMERGENCY]),
     "Write how long a team has to answer, such as 3m."},
    {"very_urgent", REQUIRED, policy_read_duration, offsetof(struct policy, answer_ms[URGENCY_VERY_URGENT]),
     "Write how long a team has to answer, such as 5m."},
    {"urgent", REQUIRED, policy_read_duration, offsetof(struct policy, answer_ms[URGENCY_URGENT]),
     "Write how long a team has to answer, such as 15m."},
    {"routine", REQUIRED, policy_read_duration, offsetof(struct policy, answer_ms[URGENCY_ROUTINE]),
     "Write how long a team has to answer, such as 30m."},
    END_OF_FIELDS,
};

static void read_answer_times(struct reader *reader, const struct spot *spot, void *into)
{
    read_fields(reader, spot, ANSWER_FIELDS, into);
}

static const struct policy_field TIMES_FIELDS[] = {
    {"answer", REQUIRED, read_answer_times, 0,
     "Write the answer times for emergency, very_urgent, urgent and routine below it."},
    {"arrival_grace", REQUIRED, policy_read_duration, offsetof(struct policy, arrival_grace_ms),
     DURATION_REMEDY},
    {"contact_lease", REQUIRED, policy_read_duration, offsetof(struct policy, contact_lease_ms),
     DURATION_REMEDY},
    {"lease_grace", REQUIRED, policy_read_duration, offsetof(struct policy, lease_grace_ms), DURATION_REMEDY},
    {"remind", REQUIRED, policy_read_duration, offsetof(struct policy, remind_ms), DURATION_REMEDY},
    {"acknowledge", OPTIONAL, policy_read_duration, offsetof(struct policy, acknowledge_ms),
     "Write how long a coordinator has to acknowledge a reminder, such as 2m; without it, as long as remind."},
    {"silent_after", OPTIONAL, policy_read_duration, offsetof(struct policy, silent_after_ms),
     "Write after how long a coordinator is told that a team with cases is silent, such as 10m; without it, as long "
     "as lease_grace."},
    {"undo_within", OPTIONAL, policy_read_duration_or_none, offsetof(struct policy, undo_within_ms),
     "Write how long after the end of a case it can be reopened, such as 24h, or 0 for never."},
    {"coordinator_lease", REQUIRED, policy_read_duration, offsetof(struct policy, coordinator_lease_ms),
     DURATION_REMEDY},
    {"capacity_good", REQUIRED, policy_read_duration, offsetof(struct policy, capacity_good_ms),
     DURATION_REMEDY},
    {"rounds", REQUIRED, policy_read_count, offsetof(struct policy, rounds_max),
     "Write a whole number from 1 to 999."},
    {"tries", OPTIONAL, policy_read_count, offsetof(struct policy, tries_max),
     "Write how often a team tries to reach a person before the coordinator is told, such as 3."},
    END_OF_FIELDS,
};

static void read_policy_times(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy *policy = into;
    read_fields(reader, spot, TIMES_FIELDS, into);
    if (!policy->acknowledge_ms)
        policy->acknowledge_ms = policy->remind_ms;
    if (!policy->silent_after_ms)
        policy->silent_after_ms = policy->lease_grace_ms;
}

static const struct policy_field STANDARD_FIELDS[] = {
    {"id", REQUIRED, policy_read_id, offsetof(struct policy_standard, id), ID_REMEDY},
    {"name", REQUIRED, policy_read_name, offsetof(struct policy_standard, name), NAME_REMEDY},
    {"clock", REQUIRED, policy_read_clock, offsetof(struct policy_standard, clock),
     "Write response, referrer-told, section-136, handover, examined, interviewed, health-check, "
     "custody-review or escape."},
    {"sources", REQUIRED, policy_read_sources, offsetof(struct policy_standard, sources), SOURCES_REMEDY},
    {"urgencies", REQUIRED, policy_read_urgencies, offsetof(struct policy_standard, urgencies),
     "Write all, or some of [emergency, very-urgent, urgent, routine]."},
    {"within", REQUIRED, policy_read_duration, offsetof(struct policy_standard, allowed_ms), DURATION_REMEDY},
    {"warn", OPTIONAL, policy_read_duration, offsetof(struct policy_standard, warn_ms),
     "Write how long before its end everybody concerned is warned, such as 3h."},
    END_OF_FIELDS,
};

static void read_standards(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy *policy = into;
    size_t count;
    struct policy_standard *items =
        read_list(reader, spot, STANDARDS_MAX, sizeof *items, STANDARD_FIELDS, &count);
    if (items) {
        memcpy(policy->standards, items, count * sizeof *items);
        policy->standard_count = (uint16_t)count;
        sort_list(reader, spot, policy->standards, count, sizeof *items, "id");
    }
    free(items);
}

static const struct policy_field COORDINATOR_FIELDS[] = {
    {"id", REQUIRED, policy_read_id, offsetof(struct policy_coordinator, id), ID_REMEDY},
    {"name", REQUIRED, policy_read_name, offsetof(struct policy_coordinator, name), NAME_REMEDY},
    {"telephone", REQUIRED, policy_read_telephone, offsetof(struct policy_coordinator, telephone),
     TELEPHONE_REMEDY},
    END_OF_FIELDS,
};

static void read_coordinators(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy *policy = into;
    size_t count;
    policy->coordinators =
        read_list(reader, spot, COORDINATORS_MAX, sizeof *policy->coordinators, COORDINATOR_FIELDS, &count);
    policy->coordinator_count = (uint16_t)count;
    sort_list(reader, spot, policy->coordinators, count, sizeof *policy->coordinators, "id");
}

static void read_languages(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy_team *team = into;
    size_t item = 0;
    if (!spot_is_list(reader, spot, LANGUAGES_MAX))
        return;
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct spot inner = spot_item(spot, node, ++item);
        const char *text = spot_text(reader, &inner);
        if (text && !language_is_code(text))
            problem_at(reader, &inner, "\"%.40s\" is not the code of a language", text);
        else if (text)
            strcpy(team->languages[team->language_count++], language_shortest(text));
    }
}

static const struct policy_field TEAM_FIELDS[] = {
    {"id", REQUIRED, policy_read_id, offsetof(struct policy_team, id), ID_REMEDY},
    {"name", REQUIRED, policy_read_name, offsetof(struct policy_team, name), NAME_REMEDY},
    {"type", REQUIRED, policy_read_team_type, offsetof(struct policy_team, team_type),
     "Write the MHSDS team type, such as A02 (crisis team), A11 (liaison psychiatry) or A20 (place of "
     "safety)."},
    {"organisation", REQUIRED, policy_read_code, offsetof(struct policy_team, organisation), CODE_REMEDY},
    {"telephone", REQUIRED, policy_read_telephone, offsetof(struct policy_team, telephone), TELEPHONE_REMEDY},
    {"sources", REQUIRED, policy_read_sources, offsetof(struct policy_team, sources), SOURCES_REMEDY},
    {"ages", REQUIRED, policy_read_ages, offsetof(struct policy_team, age_first),
     "Write all, or the first and last age, such as 18-64, 0-17 or 65+."},
    {"offers", REQUIRED, policy_read_offers, offsetof(struct policy_team, offers),
     "Write comes, rings or receives: what the team does for a person."},
    {"detained", REQUIRED, policy_read_detained, offsetof(struct policy_team, detained),
     "Write never, also or only: whether it is a place of safety for detained people."},
    {"flexible_transition", OPTIONAL, policy_read_flag, offsetof(struct policy_team, flexible_transition),
     "Write yes or no."},
    {"needs", OPTIONAL, policy_read_needs, offsetof(struct policy_team, needs),
     "Write what the team has, in brackets, such as [face-to-face-visit, perinatal]."},
    {"languages", OPTIONAL, read_languages, 0,
     "Write ISO 639 codes in brackets, such as [ur, pl, bfi]; English need not be written."},
    {"interpreter", OPTIONAL, policy_read_flag, offsetof(struct policy_team, interpreter),
     "Write yes or no."},
    {"expected_arrival", REQUIRED, policy_read_duration, offsetof(struct policy_team, expected_arrival_ms),
     "Write how long the team usually takes to reach a person, such as 45m."},
    {"places", OPTIONAL, policy_read_count, offsetof(struct policy_team, places),
     "Write how many people it can care for at a time, from 1 to 999, or leave the field out."},
    {"hours", REQUIRED, policy_read_hours, offsetof(struct policy_team, rota),
     "Write always, or a list such as - {days: mon-fri, from: \"09:00\", to: \"17:00\"}."},
    END_OF_FIELDS,
};

_Static_assert(offsetof(struct policy_team, age_last) == offsetof(struct policy_team, age_first) + 1,
               "read_ages fills both");

static void read_teams(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy *policy = into;
    size_t count;
    policy->teams = read_list(reader, spot, TEAMS_MAX, sizeof *policy->teams, TEAM_FIELDS, &count);
    policy->team_count = (uint16_t)count;
    sort_list(reader, spot, policy->teams, count, sizeof *policy->teams, "id");
}

static void read_area_coordinator(struct reader *reader, const struct spot *spot, void *into)
{
    const char *id = spot_text(reader, spot);
    int index;
    if (!id || reader->policy->coordinator_count == 0)
        return;
    index = policy_find_coordinator(reader->policy, id);
    if (index < 0)
        problem_at(reader, spot, "there is no coordinator \"%.40s\"", id);
    else
        *(uint16_t *)into = (uint16_t)index;
}

/* Only checks the districts; collect_districts takes them once every area has its index. */
static void read_districts(struct reader *reader, const struct spot *spot, void *into)
{
    size_t item = 0;
    (void)into;
    if (!spot_is_list(reader, spot, YAML_NODES_MAX))
        return;
    if (spot->node->count == 0)
        problem_at(reader, spot, "the list is empty");
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct spot inner = spot_item(spot, node, ++item);
        check_district(reader, &inner);
    }
}

static bool escalates_to(const struct policy_area *area, int coordinator)
{
    for (int i = 0; i < area->escalate_count; i++)
        if (area->escalate[i] == coordinator)
            return true;
    return false;
}

/* The area's own coordinator is read before: AREA_FIELDS has the order. */
static void read_escalate(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy_area *area = into;
    size_t item = 0;
    if (!spot_is_list(reader, spot, ESCALATE_MAX))
        return;
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct spot inner = spot_item(spot, node, ++item);
        const char *id = spot_text(reader, &inner);
        int index = id ? policy_find_coordinator(reader->policy, id) : -1;
        if (!id || reader->policy->coordinator_count == 0)
            continue;
        if (index < 0)
            problem_at(reader, &inner, "there is no coordinator \"%.40s\"", id);
        else if (index == area->coordinator)
            problem_at(reader, &inner, "\"%.40s\" is the area's own coordinator, who is told first", id);
        else if (escalates_to(area, index))
            problem_at(reader, &inner, "\"%.40s\" is in the list twice", id);
        else
            area->escalate[area->escalate_count++] = (uint16_t)index;
    }
}

static const struct policy_field AREA_FIELDS[] = {
    {"id", REQUIRED, policy_read_id, offsetof(struct policy_area, id), ID_REMEDY},
    {"name", REQUIRED, policy_read_name, offsetof(struct policy_area, name), NAME_REMEDY},
    {"postcode_districts", REQUIRED, read_districts, 0,
     "Write the first parts of its postcodes in capitals, in brackets, such as [ZX1, ZX2]."},
    {"coordinator", REQUIRED, read_area_coordinator, offsetof(struct policy_area, coordinator),
     "Write the id of one of the coordinators: someone must hold what no team can take."},
    {"ladder", REQUIRED, policy_read_area_ladder, 0, "Write the id of one of the ladders."},
    {"escalate", OPTIONAL, read_escalate, 0,
     "Write ids of other coordinators in brackets, such as [southfell-duty], in the order in which they are told."},
    END_OF_FIELDS,
};

/* Makes one table of the districts in the lists of all areas; no district may occur twice. Call it only if
 * the areas have no other problem. */
static void collect_districts(struct reader *reader, const struct spot *spot)
{
    struct policy *policy = reader->policy;
    struct spot districts = {.outer = spot, .name = "postcode_districts", .node = spot->node};
    const struct node **nodes;
    size_t count = 0, taken = 0;
    for (const struct node *area = spot->node->first; area; area = area->next)
        count += node_child(area, "postcode_districts")->count;
    policy->districts = calloc(count + 1, sizeof *policy->districts);
    nodes = calloc(count + 1, sizeof *nodes);
    if (!policy->districts || !nodes) {
        problem_no_memory(reader);
        free(nodes);
        return;
    }
    for (const struct node *area = spot->node->first; area; area = area->next) {
        int index = policy_find_area(policy, node_child(area, "id")->text);
        for (const struct node *node = node_child(area, "postcode_districts")->first; node;
             node = node->next) {
            snprintf(policy->districts[taken].key, sizeof policy->districts->key, "%s", node->text);
            policy->districts[taken].area = (uint16_t)index;
            nodes[taken++] = node;
        }
    }
    policy->district_count = (uint32_t)taken;
    sort_by_key(reader, &districts, policy->districts, taken, sizeof *policy->districts, nodes);
    free(nodes);
}

static void read_areas(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy *policy = into;
    size_t before = reader->problems->count;
    size_t count;
    policy->areas = read_list(reader, spot, AREAS_MAX, sizeof *policy->areas, AREA_FIELDS, &count);
    policy->area_count = (uint16_t)count;
    sort_list(reader, spot, policy->areas, count, sizeof *policy->areas, "id");
    if (reader->problems->count == before && before < POLICY_PROBLEMS_MAX)
        collect_districts(reader, spot);
}

static void read_area_id(struct reader *reader, const struct spot *spot, void *into)
{
    const char *id = spot_text(reader, spot);
    int index;
    if (!id || reader->policy->area_count == 0)
        return;
    index = policy_find_area(reader->policy, id);
    if (index < 0)
        problem_at(reader, spot, "there is no area \"%.40s\"", id);
    else
        *(uint16_t *)into = (uint16_t)index;
}

static void read_own_team(struct reader *reader, const struct spot *spot, void *into)
{
    const char *id = spot_text(reader, spot);
    if (!id || reader->policy->team_count == 0)
        return;
    int index = policy_find_team(reader->policy, id);
    if (index < 0)
        problem_at(reader, spot, "there is no team \"%.40s\"", id);
    else
        *(uint16_t *)into = (uint16_t)(index + 1);
}

static const char OWN_TEAM_REMEDY[] =
    "Write the id of the team whose people refer from here, or leave the field out.";

static const struct policy_field ORGANISATION_FIELDS[] = {
    {"code", REQUIRED, policy_read_code, offsetof(struct policy_place, key), CODE_REMEDY},
    {"area", REQUIRED, read_area_id, offsetof(struct policy_place, area),
     "Write the id of one of the areas."},
    {"own_team", OPTIONAL, read_own_team, offsetof(struct policy_place, own_team), OWN_TEAM_REMEDY},
    END_OF_FIELDS,
};

static void read_organisations(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy *policy = into;
    size_t count;
    policy->organisations =
        read_list(reader, spot, YAML_NODES_MAX, sizeof *policy->organisations, ORGANISATION_FIELDS, &count);
    policy->organisation_count = (uint32_t)count;
    sort_list(reader, spot, policy->organisations, count, sizeof *policy->organisations, "code");
}

static void read_site_area(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy_site *site = into;
    site->has_area = true;
    read_area_id(reader, spot, &site->area);
}

static const struct policy_field SITE_FIELDS[] = {
    {"id", REQUIRED, policy_read_id, offsetof(struct policy_site, id), ID_REMEDY},
    {"name", REQUIRED, policy_read_name, offsetof(struct policy_site, name), NAME_REMEDY},
    {"organisation", REQUIRED, policy_read_code, offsetof(struct policy_site, organisation), CODE_REMEDY},
    {"area", OPTIONAL, read_site_area, 0, "Write the id of one of the areas, or leave the field out."},
    {"own_team", OPTIONAL, read_own_team, offsetof(struct policy_site, own_team), OWN_TEAM_REMEDY},
    END_OF_FIELDS,
};

static void read_sites(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy *policy = into;
    size_t count;
    policy->sites = read_list(reader, spot, SITES_MAX, sizeof *policy->sites, SITE_FIELDS, &count);
    policy->site_count = (uint16_t)count;
    sort_list(reader, spot, policy->sites, count, sizeof *policy->sites, "id");
}

const struct policy_field POLICY_FIELDS[] = {
    {"region", REQUIRED, policy_read_name, offsetof(struct policy, region), NAME_REMEDY},
    {"bank_holidays", REQUIRED, policy_read_bank_holidays, offsetof(struct policy, holidays),
     "Write a list of dates such as - 2026-12-25."},
    {"urgency_when_missing", REQUIRED, policy_read_urgency, offsetof(struct policy, urgency_when_missing),
     "Write emergency, very-urgent, urgent or routine."},
    {"times", REQUIRED, read_policy_times, 0, "Write the times as in deploy/examples/region.yaml."},
    {"standards", REQUIRED, read_standards, 0,
     "Write the list of standards as in deploy/examples/region.yaml."},
    {"coordinators", REQUIRED, read_coordinators, 0, "Write a list with the duty coordinator of each area."},
    {"teams", REQUIRED, read_teams, 0, "Write a list of teams."},
    {"ladders", REQUIRED, policy_read_ladders, 0, "Write a list of ladders."},
    {"areas", REQUIRED, read_areas, 0, "Write a list of areas."},
    {"default_area", REQUIRED, read_area_id, offsetof(struct policy, default_area),
     "Write the id of one of the areas."},
    {"organisations", OPTIONAL, read_organisations, 0,
     "Write a list of the organisations that refer, each with its area."},
    {"sites", OPTIONAL, read_sites, 0,
     "Write a list of the places that refer, each with its id, name and organisation."},
    {"retention_days", OPTIONAL, policy_read_big_count, offsetof(struct policy, retention_days),
     "Write a whole number of days from 1 to 999999, or leave the field out."},
    {"quotas", OPTIONAL, policy_read_quotas, 0,
     "Write the quotas as in deploy/examples/region.yaml, or leave the section out."},
    END_OF_FIELDS,
};
