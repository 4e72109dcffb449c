/* problems.c: the list of what is wrong with a policy file, and how it is printed. */
#include "broker/policy/problems.h"

#include <stdio.h>

#include "broker/policy/policy_check.h"

/* Ends a text that was cut to fit before its last character, which may not be whole. */
static void trim_cut_character(char *text, size_t length)
{
    while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80) {
        length--;
    }
    text[length > 0 ? length - 1 : 0] = '\0';
}

void problems_add_list(struct policy_problems *problems, int line, const char *field, const char *remedy,
                       const char *format, va_list arguments)
{
    struct policy_problem *problem = &problems->items[problems->count];
    int length;

    if (problems->count == POLICY_PROBLEMS_MAX) {
        return;
    }
    problem->line = line;
    snprintf(problem->field, sizeof problem->field, "%s", field);
    snprintf(problem->remedy, sizeof problem->remedy, "%s", remedy);
    length = vsnprintf(problem->text, sizeof problem->text, format, arguments);
    if (length >= (int)sizeof problem->text) {
        trim_cut_character(problem->text, sizeof problem->text - 1);
    }
    problems->count++;
}

void problems_add(struct policy_problems *problems, int line, const char *field, const char *remedy,
                  const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problems_add_list(problems, line, field, remedy, format, arguments);
    va_end(arguments);
}

void problems_sort(struct policy_problems *problems)
{
    for (size_t i = 1; i < problems->count; i++) {
        struct policy_problem moved = problems->items[i];
        size_t to = i;

        for (; to > 0 && problems->items[to - 1].line > moved.line; to--) {
            problems->items[to] = problems->items[to - 1];
        }
        problems->items[to] = moved;
    }
}

void policy_check_print(FILE *out, const char *path, const struct policy_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct policy_problem *problem = &problems->items[i];

        fprintf(out, "%s:%d: %s: %s. %s\n", path, problem->line, problem->field, problem->text,
                problem->remedy);
    }
    if (problems->count == POLICY_PROBLEMS_MAX) {
        fprintf(out, "%s: more may be wrong; this list ends at %d.\n", path, POLICY_PROBLEMS_MAX);
    }
}
