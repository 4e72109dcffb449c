/* disclosure_sums.c: see disclosure_sums.h. */
#include "services/audit/disclosure_sums.h"

#include <math.h>
#include <stdlib.h>

#include "services/audit/disclosure_lp.h"

struct figure {
    int64_t value;
    bool hidden, printed;
    bool absent; /* the rest of rows that are not there */
    bool told;   /* by publications of other periods: at least and at most so much */
    double told_least, told_most;
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

void disclosure_sums_told(struct disclosure_sums *sums, disclosure_figure figure, double least, double most)
{
    struct figure *told = &sums->figures[figure];
    told->told_least = told->told ? fmax(told->told_least, least) : least;
    told->told_most = told->told ? fmin(told->told_most, most) : most;
    told->told = true;
}

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

/* A group of figures that hang together, as two readers see it. */
enum group_reader {
    READER_KNOWS,  /* that nobody is in a row that is not there */
    READER_DOUBTS, /* whether rows are absent, here or in other tables */
    READERS
};

struct seen_group {
    size_t group, count;
    struct disclosure_lp *lp[READERS];
    bool *possible[READERS]; /* by place: it can be more than 0 though nothing of the group is shown */
};

static void bound_figure(struct seen_group *seen, const struct figure *figure, int64_t rounded)
{
    bool small = rounded <= DISCLOSURE_LEAST;
    for (int reader = 0; reader < READERS; reader++)
        if (figure->hidden)
            disclosure_lp_bound(seen->lp[reader], figure->place, 0,
                                figure->absent && reader == READER_KNOWS ? 0 : -1);
        else
            disclosure_lp_bound(seen->lp[reader], figure->place,
                                (double)(small ? DISCLOSURE_LEAST : rounded - DISCLOSURE_ROUNDED),
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

static void add_group_sums(const struct disclosure_sums *sums, struct seen_group *seen)
{
    size_t *unknowns = calloc(seen->count, sizeof *unknowns);
    if (!unknowns)
        abort();
    for (const struct sum *sum = sums->sums; sum < sums->sums + sums->sum_count; sum++) {
        if (sums->figures[sums->places[sum->first]].group != seen->group || has_one_twice(sums, sum))
            continue;
        for (size_t i = 0; i < sum->count; i++)
            unknowns[i] = sums->figures[sums->places[sum->first + i]].place;
        for (int reader = 0; reader < READERS; reader++)
            disclosure_lp_sum(seen->lp[reader], unknowns, sum->count);
    }
    free(unknowns);
}

/* Without bounds sums tell of a figure only that it is 0, or nothing: any figure of 1 can be one of 2. */
static void find_possible(const struct disclosure_sums *sums, struct seen_group *seen)
{
    for (int reader = 0; reader < READERS; reader++) {
        for (size_t i = 0; i < sums->figure_count; i++)
            if (is_of_group(sums, i, seen->group))
                disclosure_lp_bound(seen->lp[reader], sums->figures[i].place, 0,
                                    sums->figures[i].absent && reader == READER_KNOWS ? 0 : 1);
        disclosure_lp_possible(seen->lp[reader], seen->possible[reader]);
    }
}

/* False if the group is one figure, which nothing tells anything of. */
static bool open_seen_group(struct disclosure_sums *sums, size_t group, struct seen_group *seen)
{
    *seen = (struct seen_group){.group = group};
    for (size_t i = 0; i < sums->figure_count; i++)
        if (is_of_group(sums, i, group))
            sums->figures[i].place = seen->count++;
    if (seen->count < 2)
        return false;
    for (int reader = 0; reader < READERS; reader++) {
        seen->lp[reader] = disclosure_lp_open(seen->count);
        seen->possible[reader] = calloc(seen->count, sizeof(bool));
        if (!seen->possible[reader])
            abort();
    }
    add_group_sums(sums, seen);
    find_possible(sums, seen);
    for (size_t i = 0; i < sums->figure_count; i++)
        if (is_of_group(sums, i, group))
            bound_figure(seen, &sums->figures[i], disclosure_sums_rounded(sums, i));
    return true;
}

static void close_seen_group(struct seen_group *seen)
{
    for (int reader = 0; reader < READERS; reader++) {
        disclosure_lp_close(&seen->lp[reader]);
        free(seen->possible[reader]);
    }
}

/* ---- what is hidden with it ---- */

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

/* Whether that reader cannot find a hidden figure, nor by one that others tell of what is hidden elsewhere.
 */
static bool is_safe(const struct disclosure_sums *sums, const struct seen_group *seen,
                    enum group_reader reader, size_t figure)
{
    const struct figure *one = &sums->figures[figure];
    enum { WIDTH = DISCLOSURE_LEAST - 1 };
    return (!one->hidden || disclosure_lp_leaves(seen->lp[reader], one->place, DISCLOSURE_LEAST)) &&
           (!one->told || disclosure_lp_reaches(seen->lp[reader], one->place, one->told_most - WIDTH,
                                                one->told_least + WIDTH));
}

/* Hides others until that reader cannot find a hidden one. Whether that was any. */
static bool hide_others(struct disclosure_sums *sums, struct seen_group *seen, enum group_reader reader,
                        size_t figure)
{
    bool hid = false;
    while (!is_safe(sums, seen, reader, figure)) {
        size_t next = next_to_hide(sums, seen->lp[reader], seen->group);
        if (next == SIZE_MAX)
            break; /* all that tells of it is hidden */
        sums->figures[next].hidden = hid = true;
        bound_figure(seen, &sums->figures[next], 0);
    }
    return hid;
}

/* Hides others until this one cannot be found. Whether that was any. What would be found even if nothing were
 * shown is known by rows that are not there, which nobody knows; if not by them, it is no secret. */
static bool protect_figure(struct disclosure_sums *sums, struct seen_group *seen, size_t figure)
{
    const struct figure *hidden = &sums->figures[figure];
    if (!hidden->absent && seen->possible[READER_KNOWS][hidden->place])
        return hide_others(sums, seen, READER_KNOWS, figure);
    return seen->possible[READER_DOUBTS][hidden->place] && hide_others(sums, seen, READER_DOUBTS, figure);
}

/* Hides a shown figure if it would tell of what is hidden in other periods. Whether it did. */
static bool hide_telling(struct disclosure_sums *sums, struct seen_group *seen, size_t figure)
{
    struct figure *one = &sums->figures[figure];
    if (one->hidden || !one->told || is_safe(sums, seen, READER_KNOWS, figure))
        return false;
    one->hidden = true;
    bound_figure(seen, one, 0);
    return true;
}

/* A figure that is hidden tells less of all others, so one that was safe stays so; but it must be safe
 * itself. */
static void protect_group(struct disclosure_sums *sums, size_t group)
{
    struct seen_group seen;
    if (!open_seen_group(sums, group, &seen))
        return;
    bool *safe = calloc(sums->figure_count, sizeof *safe), hid = true;
    if (!safe)
        abort();
    while (hid) {
        hid = false;
        for (size_t i = 0; i < sums->figure_count; i++) {
            if (is_of_group(sums, i, group))
                hid |= hide_telling(sums, &seen, i);
            if (!is_of_group(sums, i, group) || !sums->figures[i].hidden || safe[i])
                continue;
            safe[i] = true;
            hid |= protect_figure(sums, &seen, i);
        }
    }
    free(safe);
    close_seen_group(&seen);
}

void disclosure_sums_protect(struct disclosure_sums *sums)
{
    for (size_t i = 0; i < sums->place_count; i++)
        sums->places[i] = same_of(sums, sums->places[i]);
    for (size_t i = 0; i < sums->figure_count; i++)
        sums->figures[i].group = group_of(sums, i);
    for (size_t i = 0; i < sums->figure_count; i++)
        if (sums->figures[i].told && same_of(sums, i) != i)
            disclosure_sums_told(sums, same_of(sums, i), sums->figures[i].told_least,
                                 sums->figures[i].told_most);
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
