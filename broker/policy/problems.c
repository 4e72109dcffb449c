/* problems.c: collects and prints what is wrong with a policy file. */
#include "broker/policy/inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Replaces the bytes of a UTF-8 character that was cut to fit by question marks. */
static void mend_cut_characters(char *text)
{
    while (*text != '\0') {
        unsigned char lead = (unsigned char)*text;
        int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        int found = 0;
        while (found < more && ((unsigned char)text[1 + found] & 0xc0) == 0x80)
            found++;
        if (found < more)
            memset(text, '?', (size_t)found + 1);
        text += found + 1;
    }
}

void problems_add_list(struct policy_problems *problems, int line, const char *field, const char *remedy,
                       const char *format, va_list arguments)
{
    struct policy_problem *problem = &problems->items[problems->count];
    assert(line >= 0 && field[0] && remedy && remedy[0]); /* a person needs all three */
    if (problems->count == POLICY_PROBLEMS_MAX)
        return;
    problem->line = line;
    snprintf(problem->field, sizeof problem->field, "%s", field);
    snprintf(problem->remedy, sizeof problem->remedy, "%s", remedy);
    vsnprintf(problem->text, sizeof problem->text, format, arguments);
    mend_cut_characters(problem->field);
    mend_cut_characters(problem->text);
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

void problems_begin(struct policy_problems *problems)
{
    problems->count = 0;
    problems->not_now = false;
}

void problems_add_no_memory(struct policy_problems *problems)
{
    problems->not_now = true;
    problems_add(problems, 0, "file", "Free some memory, then try again.",
                 "there is not enough memory to read it");
}

void problems_sort(struct policy_problems *problems)
{
    for (size_t i = 1; i < problems->count; i++) {
        struct policy_problem moved = problems->items[i];
        size_t to = i;
        for (; to > 0 && problems->items[to - 1].line > moved.line; to--)
            problems->items[to] = problems->items[to - 1];
        problems->items[to] = moved;
    }
}

void policy_problems_print(FILE *out, const char *path, const struct policy_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct policy_problem *problem = &problems->items[i];
        fprintf(out, "%s:%d: %s: %s. %s\n", path, problem->line, problem->field, problem->text,
                problem->remedy);
    }
    if (problems->count == POLICY_PROBLEMS_MAX)
        fprintf(out, "%s: more may be wrong; this list ends at %d.\n", path, POLICY_PROBLEMS_MAX);
}
