/* problems.h: collects what is wrong with a policy file. */
#ifndef CONCORDAT_POLICY_PROBLEMS_H
#define CONCORDAT_POLICY_PROBLEMS_H

#include <stdarg.h>

#include "broker/policy/policy_file.h"

/* Adds one; what comes after the first POLICY_PROBLEMS_MAX is not kept. */
void problems_add(struct policy_problems *problems, int line, const char *field, const char *remedy,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
void problems_add_list(struct policy_problems *problems, int line, const char *field, const char *remedy,
                       const char *format, va_list arguments) __attribute__((format(printf, 5, 0)));

/* Puts them in the order of the file's lines. */
void problems_sort(struct policy_problems *problems);

#endif
