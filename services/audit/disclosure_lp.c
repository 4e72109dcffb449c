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
    if (!lp->program || !lp->factors || !lp->places || !lp->least || !lp->most)
        abort();
    lp->unknowns = unknowns;
    for (size_t i = 0; i < unknowns; i++) {
        lp->least[i] = INFINITY;
        lp->most[i] = -INFINITY;
        disclosure_lp_bound(lp, i, 0, -1);
    }
    set_verbose(lp->program, NEUTRAL);
    return lp;
}

void disclosure_lp_close(struct disclosure_lp **lp)
{
    delete_lp((*lp)->program);
    free((*lp)->factors);
    free((*lp)->places);
    free((*lp)->least);
    free((*lp)->most);
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
    int solved = solve(lp->program);
    *bound = get_objective(lp->program);
    return solved == OPTIMAL;
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

bool disclosure_lp_leaves(struct disclosure_lp *lp, size_t unknown, unsigned numbers)
{
    double least, most;
    if (is_wide(lp->least[unknown], lp->most[unknown], numbers))
        return true;
    if (!solve_for(lp, unknown, true, &most))
        return false; /* what is not known to be safe is not */
    remember(lp);
    if (!solve_for(lp, unknown, false, &least))
        return false;
    remember(lp);
    return is_wide(least, most, numbers);
}

bool disclosure_lp_leaves_for_once(struct disclosure_lp *lp, size_t unknown, unsigned numbers)
{
    double least, most;
    return solve_for(lp, unknown, false, &least) && solve_for(lp, unknown, true, &most) &&
           is_wide(least, most, numbers);
}

/* A bound that would let the answer be more if it were wider has a price. */
static void add_holders(struct disclosure_lp *lp, bool *holds)
{
    double *prices; /* from 1 on, of the sums and then of the unknowns */
    if (!get_ptr_dual_solution(lp->program, &prices))
        abort();
    for (size_t i = 0; i < lp->unknowns; i++)
        holds[i] |= fabs(prices[(size_t)get_Nrows(lp->program) + i + 1]) > SLACK;
}

void disclosure_lp_held_by(struct disclosure_lp *lp, size_t unknown, bool *holds)
{
    double bound;
    for (size_t i = 0; i < lp->unknowns; i++)
        holds[i] = false;
    set_presolve(lp->program, PRESOLVE_SENSDUALS, get_presolveloops(lp->program));
    if (solve_for(lp, unknown, true, &bound))
        add_holders(lp, holds);
    if (solve_for(lp, unknown, false, &bound))
        add_holders(lp, holds);
    set_presolve(lp->program, PRESOLVE_NONE, get_presolveloops(lp->program));
}
