/* doctor.h: one look at an installation: where it stands, which of our programs it has, and what was found so
 * far. Nothing is changed. Paths are those on the site's machine; the root stands before each. One thread. */
#ifndef CONCORDAT_CLI_DOCTOR_H
#define CONCORDAT_CLI_DOCTOR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "proto/wire/wire.h"

enum { DOCTOR_PARTS_MAX = 12, DOCTOR_TEXT_BYTES = 128 };

enum doctor_kind { PART_ROUTER, PART_AUDIT, PART_GATEWAY, PART_INTAKE };

/* A program of ours that this machine is to run. */
struct doctor_part {
    enum doctor_kind kind;
    const char *program, *user;
    char unit[DOCTOR_TEXT_BYTES];
    char settings[DOCTOR_TEXT_BYTES]; /* the file that its unit reads */
    char state[DOCTOR_TEXT_BYTES];    /* its folder */
    char source[DOCTOR_TEXT_BYTES];   /* of an intake */
    char listen[DOCTOR_TEXT_BYTES];   /* such as tcp://127.0.0.1:5170; "": it has no address of TCP */
    pid_t pid;                        /* 0: it does not run */
};

/* A coordinator or team that the policy names. */
struct doctor_name {
    const char *role, *id;
};

struct doctor {
    const char *root; /* "": this machine */
    bool all;         /* what is well is printed too */
    unsigned looked, wrong, unseen;
    struct doctor_part parts[DOCTOR_PARTS_MAX];
    size_t part_count;
    bool policy_asked;
    int policy_code;   /* of the router's check; below 0: it could not be run, with an errno */
    char *policy_said; /* owned: what it said; what follows points into it */
    unsigned gap_count;
    const char *first_gap;
    struct doctor_name *names;
    size_t name_count;
};

/* Each prints a line: "PATH: what is wrong; what to do". What is well is printed if all is. */
void doctor_well(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doctor_wrong(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Something was not looked at, and may be well or not. */
void doctor_unseen(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The path under the root, unless it stands there already; "" if it is too long. */
const char *doctor_path(const struct doctor *doctor, const char *path, char out[PATH_MAX]);

/* A setting of a file that a unit reads. Returns its line, or 0 and "" if it is not there. */
int doctor_setting(const struct doctor *doctor, const char *path, const char *name, char *out, size_t size);

/* Finds out which of our programs the machine is to run, and which of them run. */
void doctor_find_parts(struct doctor *doctor);
const struct doctor_part *doctor_part_of(const struct doctor *doctor, enum doctor_kind kind);

#endif
