/* policy_file.h: reads the directory and policy from one YAML file, and says what is wrong with it. */
#ifndef CONCORDAT_POLICY_FILE_H
#define CONCORDAT_POLICY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "broker/core/policy.h"

enum { POLICY_PROBLEMS_MAX = 32, POLICY_FILE_BYTES_MAX = 8 * 1024 * 1024 };

/* One thing that is wrong, and what to do about it. */
struct policy_problem {
    int line; /* 1 is the first; 0 means the whole file */
    char field[96];
    char text[256];
    char remedy[256];
};

struct policy_problems {
    bool not_now; /* the machine could not read the file (no memory, no descriptor); it may be good */
    size_t count; /* at POLICY_PROBLEMS_MAX the list ends, and more may be wrong */
    struct policy_problem items[POLICY_PROBLEMS_MAX];
};

/* A policy, and the bytes that it was read from. It owns both. */
struct policy_file {
    struct policy policy;
    uint8_t *bytes;
    size_t size;
};

/* Reads and checks a file. Returns the policy, which policy_file_destroy frees, or NULL if anything is wrong,
 * with at least one problem. */
struct policy_file *policy_file_read(const char *path, struct policy_problems *problems);
/* The same for bytes in memory, as the ledger keeps them. */
struct policy_file *policy_file_parse(const uint8_t *bytes, size_t size, struct policy_problems *problems);
void policy_file_destroy(struct policy_file **file);
/* The digest of a file's bytes, which policy.digest is of the file that is in force. False if it cannot be
 * read. */
bool policy_file_digest(const char *path, uint8_t digest[32]);

/* Prints a line for each problem, for a person and for editors that jump to a line:
 * "file:line: field: what. Remedy." Prints nothing if there are none. */
void policy_problems_print(FILE *out, const char *path, const struct policy_problems *problems);

#endif
