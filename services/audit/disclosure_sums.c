/* disclosure_sums.c: see disclosure_sums.h. */
#include "services/audit/disclosure_sums.h"

#include <stdlib.h>

#include "services/audit/disclosure_lp.h"

struct figure {
    int64_t value;
    bool hidden, printed;
    bool absent;  /* the rest of rows that are not there */
    size_t group; /* those that hang together by sums have the same, that of one of them */
    size_t place; /* among the unknowns of its group */
    size_t same;  /* another that is the same figure, printed twice; or itself */
};

/* From `first` on `places` has the numbers of the total, and then of the parts. */
struct sum {
    size_t first, count;
};

struct disclosure_sums {
    struct figure *figures;
    struct sum *sums;
    size_t *places;
    size_t figure_count, sum_count, place_count;
    size_t figure_room, sum_room, place_room;
};

/* Room for one more. */
static void *room_for(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room ? 2 * *room : 64;
    list = reallocarray(list, *room, size);
    if (!list)
        abort();
    return list;
}

struct disclosure_sums *disclosure_sums_open(void)
{
    struct disclosure_sums *sums = calloc(1, sizeof *sums);
    if (!sums)
        abort();
    return sums;
}

void disclosure_sums_close(struct disclosure_sums **sums)
{
    free((*sums)->figures);
    free((*sums)->sums);
    free((*sums)->places);
    free(*sums);
    *sums = NULL;
}

static disclosure_figure add_figure(struct disclosure_sums *sums, struct figure figure)
{
    sums->figures = room_for(sums->figures, sums->figure_count, &sums->figure_room, sizeof *sums->figures);
    figure.group = figure.same = sums->figure_count;
    sums->figures[sums->figure_count] = figure;
    return sums->figure_count++;
}

disclosure_figure disclosure_sums_figure(struct disclosure_sums *sums, int64_t value)
{
    return add_figure(sums,
                      (struct figure){.value = value, .hidden = value < DISCLOSURE_LEAST, .printed = true});
}

/* ---- sums ---- */

/* One figure is printed in several places, and is hidden in all of them or in none: only this one counts. */
static size_t same_of(const struct disclosure_sums *sums, size_t figure)
{
    while (sums->figures[figure].same != figure)
        figure = sums->figures[figure].same;
    return figure;
}

static bool is_of_group(const struct disclosure_sums *sums, size_t figure, size_t group)
{
    return sums->figures[figure].group == group && sums->figures[figure].same == figure;
}

static size_t group_of(struct disclosure_sums *sums, size_t figure)
{
    while (sums->figures[figure].group != figure)
        figure = sums->figures[figure].group;
    return figure;
}

static void add_place(struct disclosure_sums *sums, size_t figure)
{
    struct sum *sum = &sums->sums[sums->sum_count - 1];
    sums->places = room_for(sums->places, sums->place_count, &sums->place_room, sizeof *sums->places);
    sums->places[sums->place_count++] = figure;
    sum->count++;
    sums->figures[group_of(sums, figure)].group = group_of(sums, sums->places[sum->first]);
}

void disclosure_sums_begin(struct disclosure_sums *sums, disclosure_figure total)
{
    sums->sums = room_for(sums->sums, sums->sum_count, &sums->sum_room, sizeof *sums->sums);
    sums->sums[sums->sum_count++] = (struct sum){.first = sums->place_count};
    add_place(sums, total);
}

void disclosure_sums_part(struct disclosure_sums *sums, disclosure_figure part)
{
    const struct sum *sum = &sums->sums[sums->sum_count - 1];
    for (size_t i = 0; i < sum->count; i++)
        if (sums->places[sum->first + i] == part)
            return; /* once is enough */
    add_place(sums, part);
}

void disclosure_sums_end(struct disclosure_sums *sums, enum disclosure_rest rest)
{
    const struct sum *sum = &sums->sums[sums->sum_count - 1];
    int64_t left = sums->figures[sums->places[sum->first]].value;
    for (size_t i = 1; i < sum->count; i++)
        left -= sums->figures[sums->places[sum->first + i]].value;
    bool tells = sum->count > 1 && (rest == REST_OTHER ? left >= 0 : left == 0);
    if (tells && sum->count == 2 && rest == REST_NONE)
        sums->figures[same_of(sums, sums->places[sum->first + 1])].same =
            same_of(sums, sums->places[sum->first]);
    if (!tells || (sum->count == 2 && rest == REST_NONE)) {
        sums->place_count = sum->first; /* what has no parts, or does not add up, tells nothing */
        sums->sum_count--;
    } else if (rest != REST_NONE) {
        add_place(sums, add_figure(sums, (struct figure){
                                             .value = left, .hidden = true, .absent = rest == REST_ABSENT}));
    }
}

/* ---- what is known of one group ---- */

static void bound_figure(struct disclosure_lp *lp, const struct figure *figure, int64_t rounded)
{
    if (figure->hidden)
        disclosure_lp_bound(lp, figure->place, 0, figure->absent ? 0 : -1);
    else
        disclosure_lp_bound(
            lp, figure->place,
            (double)(rounded > DISCLOSURE_LEAST ? rounded - DISCLOSURE_ROUNDED : DISCLOSURE_LEAST),
            (double)(rounded + DISCLOSURE_ROUNDED));
}

/* A sum in which one figure stands twice, because it is printed twice, tells nothing. */
static bool has_one_twice(const struct disclosure_sums *sums, const struct sum *sum)
{
    for (size_t i = 0; i < sum->count; i++)
        for (size_t x = 0; x < i; x++)
            if (sums->places[sum->first + i] == sums->places[sum->first + x])
                return true;
    return false;
}

/* NULL if the group is one figure, which nothing tells anything of. */
static struct disclosure_lp *open_group(struct disclosure_sums *sums, size_t group)
{
    size_t count = 0;
    for (size_t i = 0; i < sums->figure_count; i++)
        if (is_of_group(sums, i, group))
            sums->figures[i].place = count++;
    if (count < 2)
        return NULL;
    struct disclosure_lp *lp = disclosure_lp_open(count);
    size_t *unknowns = calloc(count, sizeof *unknowns);
    if (!unknowns)
        abort();
    for (const struct sum *sum = sums->sums; sum < sums->sums + sums->sum_count; sum++) {
        if (sums->figures[sums->places[sum->first]].group != group || has_one_twice(sums, sum))
            continue;
        for (size_t i = 0; i < sum->count; i++)
            unknowns[i] = sums->figures[sums->places[sum->first + i]].place;
        disclosure_lp_sum(lp, unknowns, sum->count);
    }
    free(unknowns);
    for (size_t i = 0; i < sums->figure_count; i++)
        if (is_of_group(sums, i, group))
            bound_figure(lp, &sums->figures[i], disclosure_sums_rounded(sums, i));
    return lp;
}

/* The smaller of two shown figures; SIZE_MAX is none. */
static size_t smaller_shown(const struct disclosure_sums *sums, size_t one, size_t other)
{
    const struct figure *figure = &sums->figures[other];
    if (figure->hidden || !figure->printed)
        return one;
    return one == SIZE_MAX || figure->value <= sums->figures[one].value ? other : one;
}

/* The smallest shown figure by which the hidden one that was asked about last would be found or, if there is
 * none, the smallest of its group. SIZE_MAX if none is shown there either. */
static size_t next_to_hide(const struct disclosure_sums *sums, const struct disclosure_lp *lp, size_t group)
{
    size_t next = SIZE_MAX;
    for (size_t i = 0; i < sums->figure_count; i++)
        if (is_of_group(sums, i, group) && disclosure_lp_holds(lp, sums->figures[i].place))
            next = smaller_shown(sums, next, i);
    for (size_t i = 0; i < sums->figure_count && next == SIZE_MAX; i++)
        if (is_of_group(sums, i, group))
            next = smaller_shown(sums, next, i);
    return next;
}

/* A reader who does not know whether rows are absent here does not know it of other tables either. */
static void free_absent(const struct disclosure_sums *sums, struct disclosure_lp *lp, size_t group, bool any)
{
    for (size_t i = 0; i < sums->figure_count; i++)
        if (sums->figures[i].group == group && sums->figures[i].absent)
            disclosure_lp_bound(lp, sums->figures[i].place, 0, any ? -1 : 0);
}

/* Whether it would be found even if nothing of its group were shown. */
static bool is_found_anyway(const struct disclosure_sums *sums, struct disclosure_lp *lp, size_t figure)
{
    size_t group = sums->figures[figure].group;
    for (size_t i = 0; i < sums->figure_count; i++)
        if (is_of_group(sums, i, group) && !sums->figures[i].absent)
            disclosure_lp_bound(lp, sums->figures[i].place, 0, -1);
    bool found = !disclosure_lp_leaves_for_once(lp, sums->figures[figure].place, DISCLOSURE_LEAST);
    for (size_t i = 0; i < sums->figure_count; i++)
        if (is_of_group(sums, i, group) && !sums->figures[i].absent)
            bound_figure(lp, &sums->figures[i], disclosure_sums_rounded(sums, i));
    return found;
}

/* Hides others until a hidden one cannot be found by these bounds. Whether that was any. */
static bool hide_others(struct disclosure_sums *sums, struct disclosure_lp *lp, size_t figure,
                        bool (*leaves)(struct disclosure_lp *, size_t, unsigned))
{
    bool hid = false;
    while (!leaves(lp, sums->figures[figure].place, DISCLOSURE_LEAST)) {
        size_t next = next_to_hide(sums, lp, sums->figures[figure].group);
        if (next == SIZE_MAX)
            break; /* all that tells of it is hidden */
        sums->figures[next].hidden = hid = true;
        bound_figure(lp, &sums->figures[next], 0);
    }
    return hid;
}

/* Hides others until this one cannot be found. Whether that was any. What would be found even if nothing were
 * shown is known by rows that are not there, which nobody knows; if not by them, it is no secret. */
static bool protect_figure(struct disclosure_sums *sums, struct disclosure_lp *lp, size_t figure)
{
    const struct figure *hidden = &sums->figures[figure];
    bool hid = false;
    if (!hidden->absent && disclosure_lp_leaves(lp, hidden->place, DISCLOSURE_LEAST))
        return false;
    if (!hidden->absent && !is_found_anyway(sums, lp, figure))
        return hide_others(sums, lp, figure, disclosure_lp_leaves);
    free_absent(sums, lp, hidden->group, true);
    if (!is_found_anyway(sums, lp, figure))
        hid = hide_others(sums, lp, figure, disclosure_lp_leaves_for_once);
    free_absent(sums, lp, hidden->group, false);
    return hid;
}

/* A figure that is hidden tells less of all others, so one that was safe stays so; but it must be safe
 * itself. */
static void protect_group(struct disclosure_sums *sums, size_t group)
{
    struct disclosure_lp *lp = open_group(sums, group);
    if (!lp)
        return;
    bool *safe = calloc(sums->figure_count, sizeof *safe), hid = true;
    if (!safe)
        abort();
    while (hid) {
        hid = false;
        for (size_t i = 0; i < sums->figure_count; i++) {
            if (!is_of_group(sums, i, group) || !sums->figures[i].hidden || safe[i])
                continue;
            safe[i] = true;
            hid |= protect_figure(sums, lp, i);
        }
    }
    free(safe);
    disclosure_lp_close(&lp);
}

void disclosure_sums_protect(struct disclosure_sums *sums)
{
    for (size_t i = 0; i < sums->place_count; i++)
        sums->places[i] = same_of(sums, sums->places[i]);
    for (size_t i = 0; i < sums->figure_count; i++)
        sums->figures[i].group = group_of(sums, i);
    for (size_t i = 0; i < sums->figure_count; i++)
        if (sums->figures[i].group == i)
            protect_group(sums, i);
}

bool disclosure_sums_is_hidden(const struct disclosure_sums *sums, disclosure_figure figure)
{
    return sums->figures[same_of(sums, figure)].hidden;
}

int64_t disclosure_sums_rounded(const struct disclosure_sums *sums, disclosure_figure figure)
{
    return (sums->figures[figure].value + DISCLOSURE_ROUNDED) / DISCLOSURE_LEAST * DISCLOSURE_LEAST;
}
