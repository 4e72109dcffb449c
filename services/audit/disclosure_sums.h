/* disclosure_sums.h: figures that add up to each other, and which of them must be hidden so that nobody can
 * work out a hidden one from those that are shown.
 *
 * A reader of a publication knows what each shown figure was rounded to, that each hidden one is a whole
 * number of 0 or more, and how the figures add up. From that a linear programme gives the least and the most
 * that a hidden figure can be. If fewer than DISCLOSURE_LEAST whole numbers lie there, more has to be hidden.
 * Pure; one thread.
 */
#ifndef CONCORDAT_DISCLOSURE_SUMS_H
#define CONCORDAT_DISCLOSURE_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DISCLOSURE_LEAST = 5,  /* fewer than that is hidden, and rounded is to a multiple of it */
    DISCLOSURE_ROUNDED = 2 /* a rounded number is at most so far from what it was */
};

struct disclosure_sums;
typedef size_t disclosure_figure; /* its number */

/* Aborts if there is no memory, here and in what follows: half a protection is none. */
struct disclosure_sums *disclosure_sums_open(void);
void disclosure_sums_close(struct disclosure_sums **sums);

/* A figure that is printed, or that others are worked out from. Below DISCLOSURE_LEAST it is hidden. */
disclosure_figure disclosure_sums_figure(struct disclosure_sums *sums, int64_t value);

/* What parts leave of their total: it is not printed, and must not be found either. */
enum disclosure_rest {
    REST_NONE,  /* the parts are all there is */
    REST_OTHER, /* such as those of the total who are not in the one part */
    REST_ABSENT /* rows that are not there. Somebody may know that there are none: for all others it is 0 */
};

/* Begins a sum; each part after that is one of it. */
void disclosure_sums_begin(struct disclosure_sums *sums, disclosure_figure total);
void disclosure_sums_part(struct disclosure_sums *sums, disclosure_figure part);
/* Ends it: the parts and the rest are the total. If they are not, there is no such sum. One part without a
 * rest is the same figure as the total: both are hidden or neither. */
void disclosure_sums_end(struct disclosure_sums *sums, enum disclosure_rest rest);

/* The publications of other periods tell that the figure is at least and at most so much (INFINITY: any). It
 * must be possible here that it is a whole hidden number more than the one and less than the other: otherwise
 * this figure would tell of the numbers that are hidden there, and it is hidden. */
void disclosure_sums_told(struct disclosure_sums *sums, disclosure_figure figure, double least, double most);

/* Hides what has to be hidden, the smallest first. */
void disclosure_sums_protect(struct disclosure_sums *sums);

bool disclosure_sums_is_hidden(const struct disclosure_sums *sums, disclosure_figure figure);
/* To the nearest multiple of DISCLOSURE_LEAST. */
int64_t disclosure_sums_rounded(const struct disclosure_sums *sums, disclosure_figure figure);

#endif
