/* doctor_findings.c: how a finding is told: one line each, and how many there are. See doctor.h. */
#include <stdarg.h>
#include <stdio.h>

#include "services/cli/doctor.h"

__attribute__((format(printf, 2, 0))) static void print_finding(const char *word, const char *format,
                                                                va_list arguments)
{
    printf("%-14s  ", word);
    vprintf(format, arguments);
    putchar('\n');
}

void doctor_well(struct doctor *doctor, const char *format, ...)
{
    va_list arguments;
    doctor->looked++;
    if (!doctor->all)
        return;
    va_start(arguments, format);
    print_finding("well", format, arguments);
    va_end(arguments);
}

void doctor_wrong(struct doctor *doctor, const char *format, ...)
{
    va_list arguments;
    doctor->looked++;
    doctor->wrong++;
    va_start(arguments, format);
    print_finding("needs somebody", format, arguments);
    va_end(arguments);
}

void doctor_unseen(struct doctor *doctor, const char *format, ...)
{
    va_list arguments;
    doctor->unseen++;
    va_start(arguments, format);
    print_finding("not looked at", format, arguments);
    va_end(arguments);
}
