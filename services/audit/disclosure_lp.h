/* disclosure_lp.h: between what bounds a hidden figure lies for somebody who sees the others: a linear
 * programme (lp_solve, the linear programming library of Debian's lp-solve). */
#ifndef CONCORDAT_DISCLOSURE_LP_H
#define CONCORDAT_DISCLOSURE_LP_H

#include <stdbool.h>
#include <stddef.h>

struct disclosure_lp;

/* Has that many unknowns, numbered from 0, each from 0 to any number. Aborts if there is no memory. */
struct disclosure_lp *disclosure_lp_open(size_t unknowns);
void disclosure_lp_close(struct disclosure_lp **lp);

/* unknowns[0] is the sum of the others. */
void disclosure_lp_sum(struct disclosure_lp *lp, const size_t *unknowns, size_t count);
/* `most` below 0: any number. Bounds are never made narrower, but for those that
 * disclosure_lp_leaves_for_once was asked by. */
void disclosure_lp_bound(struct disclosure_lp *lp, size_t unknown, double least, double most);

/* Whether the unknown may be any of at least so many whole numbers that follow each other. */
bool disclosure_lp_leaves(struct disclosure_lp *lp, size_t unknown, unsigned numbers);
/* Whether the unknown may be as little as the one, and as much as the other. */
bool disclosure_lp_reaches(struct disclosure_lp *lp, size_t unknown, double little, double much);
/* Says of each unknown whether it can be more than 0 at all, by the bounds as they are: of bounds that begin
 * at 0 alone. There is room in `possible` for all of them. */
void disclosure_lp_possible(struct disclosure_lp *lp, bool *possible);

/* Whether the bounds of this unknown hold the one that was asked about last where it is, if there are too few
 * numbers for that one: if they were wider it could be more, or less. */
bool disclosure_lp_holds(const struct disclosure_lp *lp, size_t unknown);

#endif
