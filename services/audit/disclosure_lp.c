/* disclosure_lp.c: see disclosure_lp.h. */
#include "services/audit/disclosure_lp.h"

#include <lpsolve/lp_lib.h>
#include <math.h>
#include <stdlib.h>

/* A number so near to a whole one is that one. */
static const double SLACK = 1e-6;

/* In the place of any number. With a bound each answer is one way in which all may be, and tells of all
 * unknowns. */
static const double ANY = 1e7;

struct disclosure_lp {
    lprec *program;
    size_t unknowns;
    double *factors; /* as many as there are unknowns, and so are the next */
    int *places;
    double *least, *most; /* of all ways that were found until now */
    bool *holds;          /* whose bounds hold the unknown that was asked about last */
};

struct disclosure_lp *disclosure_lp_open(size_t unknowns)
{
    struct disclosure_lp *lp = calloc(1, sizeof *lp);
    if (!lp)
        abort();
    lp->program = make_lp(0, (int)unknowns);
    lp->factors = calloc(unknowns + 1, sizeof *lp->factors);
    lp->places = calloc(unknowns + 1, sizeof *lp->places);
    lp->least = calloc(unknowns + 1, sizeof *lp->least);
    lp->most = calloc(unknowns + 1, sizeof *lp->most);
    lp->holds = calloc(unknowns + 1, sizeof *lp->holds);
    if (!lp->program || !lp->factors || !lp->places || !lp->least || !lp->most || !lp->holds)
        abort();
    lp->unknowns = unknowns;
    for (size_t i = 0; i < unknowns; i++) {
        lp->least[i] = INFINITY;
        lp->most[i] = -INFINITY;
        disclosure_lp_bound(lp, i, 0, -1);
    }
    set_verbose(lp->program, NEUTRAL);
    set_scaling(lp->program, 0); /* every factor is 1 or -1 */
    set_presolve(lp->program, PRESOLVE_DUALS, get_presolveloops(lp->program));
    return lp;
}

void disclosure_lp_close(struct disclosure_lp **lp)
{
    delete_lp((*lp)->program);
    free((*lp)->factors);
    free((*lp)->places);
    free((*lp)->least);
    free((*lp)->most);
    free((*lp)->holds);
    free(*lp);
    *lp = NULL;
}

void disclosure_lp_sum(struct disclosure_lp *lp, const size_t *unknowns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lp->factors[i] = i == 0 ? -1 : 1;
        lp->places[i] = (int)unknowns[i] + 1; /* lp_solve counts from 1 */
    }
    if (!add_constraintex(lp->program, (int)count, lp->factors, lp->places, EQ, 0))
        abort();
}

void disclosure_lp_bound(struct disclosure_lp *lp, size_t unknown, double least, double most)
{
    set_bounds(lp->program, (int)unknown + 1, least, most < 0 ? ANY : most);
}

/* A bound that would let the answer be more if it were wider has a price. */
static void add_holders(struct disclosure_lp *lp)
{
    double *prices; /* from 1 on, of the sums and then of the unknowns */
    if (!get_ptr_dual_solution(lp->program, &prices))
        abort();
    for (size_t i = 0; i < lp->unknowns; i++)
        lp->holds[i] |= fabs(prices[(size_t)get_Nrows(lp->program) + i + 1]) > SLACK;
}

/* From where the last answer was, which is most of the way; from the beginning if that leads nowhere. */
static bool solve_again(struct disclosure_lp *lp)
{
    if (solve(lp->program) == OPTIMAL)
        return true;
    default_basis(lp->program);
    return solve(lp->program) == OPTIMAL;
}

/* The least or the most that it can be; false if none is found. */
static bool solve_for(struct disclosure_lp *lp, size_t unknown, bool most, double *bound)
{
    double factor = 1;
    int place = (int)unknown + 1;
    set_obj_fnex(lp->program, 1, &factor, &place);
    if (most)
        set_maxim(lp->program);
    else
        set_minim(lp->program);
    if (!solve_again(lp))
        return false;
    *bound = get_objective(lp->program);
    add_holders(lp);
    return true;
}

static bool is_wide(double least, double most, unsigned numbers)
{
    return floor(most + SLACK) - ceil(least - SLACK) + 1 >= numbers;
}

/* An answer is one way in which all may be. */
static void remember(struct disclosure_lp *lp)
{
    double *values;
    get_ptr_variables(lp->program, &values);
    for (size_t i = 0; i < lp->unknowns; i++) {
        lp->least[i] = fmin(lp->least[i], values[i]);
        lp->most[i] = fmax(lp->most[i], values[i]);
    }
}

static bool is_known_wide(const struct disclosure_lp *lp, size_t unknown, unsigned numbers)
{
    return is_wide(lp->least[unknown], lp->most[unknown], numbers);
}

static void forget_holders(struct disclosure_lp *lp)
{
    for (size_t i = 0; i < lp->unknowns; i++)
        lp->holds[i] = false;
}

bool disclosure_lp_leaves(struct disclosure_lp *lp, size_t unknown, unsigned numbers)
{
    double bound;
    forget_holders(lp);
    for (int most = 1; most >= 0 && !is_known_wide(lp, unknown, numbers); most--) {
        if (!solve_for(lp, unknown, most, &bound))
            return false; /* what is not known to be safe is not */
        remember(lp);
    }
    return is_known_wide(lp, unknown, numbers);
}

bool disclosure_lp_reaches(struct disclosure_lp *lp, size_t unknown, double little, double much)
{
    double bound;
    forget_holders(lp);
    if (lp->most[unknown] < much - SLACK) {
        if (!solve_for(lp, unknown, true, &bound))
            return false;
        remember(lp);
    }
    if (lp->least[unknown] > little + SLACK) {
        if (!solve_for(lp, unknown, false, &bound))
            return false;
        remember(lp);
    }
    return lp->most[unknown] >= much - SLACK && lp->least[unknown] <= little + SLACK;
}

/* Asks for all that were not found to be possible yet; false if that leads nowhere. */
static bool solve_for_rest(struct disclosure_lp *lp, const bool *possible)
{
    int count = 0;
    for (size_t i = 0; i < lp->unknowns; i++)
        if (!possible[i]) {
            lp->factors[count] = 1;
            lp->places[count++] = (int)i + 1;
        }
    set_obj_fnex(lp->program, count, lp->factors, lp->places);
    set_maxim(lp->program);
    return solve_again(lp);
}

void disclosure_lp_possible(struct disclosure_lp *lp, bool *possible)
{
    bool more = true;
    double *values;
    for (size_t i = 0; i < lp->unknowns; i++)
        possible[i] = false;
    while (more) {
        more = false;
        bool solved = solve_for_rest(lp, possible);
        get_ptr_variables(lp->program, &values);
        for (size_t i = 0; i < lp->unknowns; i++)
            if (!possible[i] && (!solved || values[i] > SLACK)) /* if it is not known it may be */
                possible[i] = more = true;
    }
    default_basis(lp->program);
}

bool disclosure_lp_holds(const struct disclosure_lp *lp, size_t unknown)
{
    return lp->holds[unknown];
}
