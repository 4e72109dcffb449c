/* ladders.c: reads the ladders, joins each with the ladders that follow it, and checks that they end. */
#include "broker/policy/inside.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LADDERS_MAX = AREAS_MAX };

enum visit { NOT_VISITED, ON_THE_WAY, ENDS, GOES_ROUND };

struct ladder {
    char id[ID_CHARS_MAX + 1]; /* must be first: sort_list sorts by it */
    struct spot spot;          /* names the ladder in problems */
    const struct node *rungs;
    const struct node *then; /* the id of the ladder that follows; NULL if none does */
    int next;                /* the index of that ladder; -1 if none follows */
    enum visit visit;
    uint8_t step_count, own_count;
    struct policy_step steps[LADDER_STEPS_MAX]; /* with the steps of the ladders that follow */
    int lines[LADDER_STEPS_MAX];                /* the line of each step in the file */
};

struct ladders {
    struct spot spot;
    size_t count;
    struct ladder *items; /* sorted by id */
};

void ladders_destroy(struct ladders **ladders)
{
    if (*ladders) {
        free((*ladders)->items);
        free(*ladders);
        *ladders = NULL;
    }
}

static void read_rungs(struct reader *reader, const struct spot *spot, void *into)
{
    struct ladder *ladder = into;
    size_t item = 0;
    if (!spot_is_list(reader, spot, LADDER_STEPS_MAX))
        return;
    if (spot->node->count == 0)
        problem_at(reader, spot, "the ladder is empty");
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct spot rung = spot_item(spot, node, ++item);
        if (!spot_is_list(reader, &rung, LADDER_STEPS_MAX))
            return;
        if (node->count == 0)
            problem_at(reader, &rung, "the rung is empty");
    }
    ladder->rungs = spot->node;
}

static void read_then(struct reader *reader, const struct spot *spot, void *into)
{
    struct ladder *ladder = into;
    if (spot_text(reader, spot))
        ladder->then = spot->node;
}

static const char THEN_REMEDY[] = "Write the id of one of the ladders, or leave the field out.";

static const struct policy_field LADDER_FIELDS[] = {
    {"id", REQUIRED, policy_read_id, offsetof(struct ladder, id),
     "Write a short id of a-z, 0-9 and -, at most 32 of them."},
    {"rungs", REQUIRED, read_rungs, 0,
     "Write a list of rungs, each the ids of one or more teams in brackets: - [first-team, second-team]."},
    {"then", OPTIONAL, read_then, 0, THEN_REMEDY},
    {NULL, OPTIONAL, NULL, 0, NULL},
};

static int ladder_compare_id(const void *id, const void *ladder)
{
    return strcmp(id, ((const struct ladder *)ladder)->id);
}

static int ladder_find(const struct ladders *ladders, const char *id)
{
    const struct ladder *found =
        bsearch(id, ladders->items, ladders->count, sizeof *ladders->items, ladder_compare_id);
    return found ? (int)(found - ladders->items) : -1;
}

static struct spot ladder_then_spot(const struct ladder *ladder)
{
    return (struct spot){.outer = &ladder->spot, .name = "then", .node = ladder->then, .remedy = THEN_REMEDY};
}

static void ladder_find_next(struct reader *reader, struct ladder *ladder)
{
    struct spot then = ladder_then_spot(ladder);
    ladder->next = ladder->then ? ladder_find(reader->ladders, ladder->then->text) : -1;
    if (ladder->then && ladder->next < 0)
        problem_at(reader, &then, "there is no ladder \"%.40s\"", ladder->then->text);
}

/* Follows a ladder to its end. Marks each ladder on the way:
 *
 *   NOT_VISITED -> ON_THE_WAY -> ENDS, or GOES_ROUND if the way leads back to a ladder that is ON_THE_WAY
 */
static void ladder_follow(struct reader *reader, struct ladder *start)
{
    struct ladder *items = reader->ladders->items;
    struct ladder *ladder = start;
    enum visit found;
    while (ladder->visit == NOT_VISITED && ladder->next >= 0) {
        ladder->visit = ON_THE_WAY;
        if (items[ladder->next].visit == ON_THE_WAY) {
            struct spot then = ladder_then_spot(ladder);
            problem_with_remedy(
                reader, &then, "Take out one \"then\", so that the ladders end.",
                "the ladders go round in a circle: \"%s\" goes on to \"%s\", which leads back to it",
                ladder->id, items[ladder->next].id);
        }
        ladder = &items[ladder->next];
    }
    found = ladder->visit == ON_THE_WAY || ladder->visit == GOES_ROUND ? GOES_ROUND : ENDS;
    ladder->visit = found;
    for (ladder = start; ladder->visit == ON_THE_WAY; ladder = &items[ladder->next])
        ladder->visit = found;
}

static int ladder_find_step(const struct ladder *ladder, int team)
{
    for (int i = 0; i < ladder->step_count; i++)
        if (ladder->steps[i].team == team)
            return i;
    return -1;
}

/* Adds a team to the steps of a ladder. own says that the team stands in this ladder, not in one that
 * follows: a problem is added only for the ladder that it stands in. Returns false if there is no room. */
static bool ladder_add_step(struct reader *reader, struct ladder *ladder, const struct spot *spot,
                            uint8_t rung, bool own)
{
    const char *id = own ? spot_text(reader, spot) : spot->node->text;
    int team = id ? policy_find_team(reader->policy, id) : -1;
    int before;
    if (team < 0) {
        if (own && id && reader->policy->team_count > 0)
            problem_at(reader, spot, "there is no team \"%.40s\"", id);
        return true;
    }
    before = ladder_find_step(ladder, team);
    if (before >= 0) {
        if (own || before < ladder->own_count) {
            problem_with_remedy(reader, spot, "Keep it where it should be asked first.",
                                "the ladder \"%s\" asks \"%s\" twice: on line %d and here", ladder->id, id,
                                ladder->lines[before]);
        }
        return true;
    }
    if (ladder->step_count == LADDER_STEPS_MAX)
        return false;
    ladder->lines[ladder->step_count] = spot->node->line;
    ladder->steps[ladder->step_count++] = (struct policy_step){.team = (uint16_t)team, .rung = rung};
    return true;
}

/* Adds all teams of the ladder `from` to the steps of a ladder, which can be the same. */
static bool ladder_add_rungs(struct reader *reader, struct ladder *ladder, const struct ladder *from,
                             uint8_t *rung)
{
    struct spot rungs = {.outer = &from->spot,
                         .name = "rungs",
                         .node = from->rungs,
                         .remedy = "Write the id of one of the teams, or add the team."};
    const struct node *rung_node = from->rungs ? from->rungs->first : NULL;
    size_t item = 0;
    for (; rung_node; rung_node = rung_node->next) {
        struct spot rung_spot = spot_item(&rungs, rung_node, ++item);
        size_t team_item = 0;
        (*rung)++;
        for (const struct node *team = rung_node->first; team; team = team->next) {
            struct spot team_spot = spot_item(&rung_spot, team, ++team_item);
            if (team->kind != NODE_TEXT && ladder != from)
                continue;
            if (!ladder_add_step(reader, ladder, &team_spot, *rung, ladder == from))
                return false;
        }
    }
    if (ladder == from)
        ladder->own_count = ladder->step_count;
    return true;
}

static void ladder_flatten(struct reader *reader, struct ladder *ladder)
{
    struct ladder *from = ladder;
    uint8_t rung = 0;
    while (ladder_add_rungs(reader, ladder, from, &rung)) {
        if (from->next < 0 || ladder->visit == GOES_ROUND ||
            reader->problems->count == POLICY_PROBLEMS_MAX) /* no problem would be added */
            return;
        from = &reader->ladders->items[from->next];
    }
    problem_with_remedy(reader, &ladder->spot, "Make it shorter: a person in crisis cannot wait for more.",
                        "with the ladders that follow it asks more than %d teams", LADDER_STEPS_MAX);
}

void policy_read_ladders(struct reader *reader, const struct spot *spot, void *into)
{
    struct ladders *ladders = calloc(1, sizeof *ladders);
    const struct node *node = spot->node->first;
    (void)into;
    if (!ladders) {
        problem_no_memory(reader);
        return;
    }
    reader->ladders = ladders;
    ladders->spot = *spot;
    ladders->items =
        read_list(reader, spot, LADDERS_MAX, sizeof *ladders->items, LADDER_FIELDS, &ladders->count);
    for (size_t i = 0; i < ladders->count; i++, node = node->next)
        ladders->items[i].spot = spot_item(&ladders->spot, node, i + 1);
    sort_list(reader, spot, ladders->items, ladders->count, sizeof *ladders->items, "id");
    for (size_t i = 0; i < ladders->count; i++)
        ladder_find_next(reader, &ladders->items[i]);
    for (size_t i = 0; i < ladders->count; i++)
        ladder_follow(reader, &ladders->items[i]);
    for (size_t i = 0; i < ladders->count; i++)
        ladder_flatten(reader, &ladders->items[i]);
}

void policy_read_area_ladder(struct reader *reader, const struct spot *spot, void *into)
{
    struct policy_area *area = into;
    const char *id = spot_text(reader, spot);
    int index;
    if (!id || !reader->ladders || reader->ladders->count == 0)
        return;
    index = ladder_find(reader->ladders, id);
    if (index < 0) {
        problem_at(reader, spot, "there is no ladder \"%.40s\"", id);
        return;
    }
    area->step_count = reader->ladders->items[index].step_count;
    memcpy(area->steps, reader->ladders->items[index].steps, sizeof area->steps);
}
