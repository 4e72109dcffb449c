/* verify_checks.h: what must hold of every history, as one table of questions to the tables. */
#ifndef CONCORDAT_VERIFY_CHECKS_H
#define CONCORDAT_VERIFY_CHECKS_H

/* Each row that sql gives is one breach of the promise: a referral's number and what is wrong, in words. */
struct verify_check {
    const char *name;
    const char *sql;
};

extern const struct verify_check verify_checks[]; /* ends with a NULL name */

#endif
