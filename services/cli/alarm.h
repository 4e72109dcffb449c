/* alarm.h: what a watched board rings for: the bell, and a hook for each reminder. One thread. */
#ifndef CONCORDAT_CLI_ALARM_H
#define CONCORDAT_CLI_ALARM_H

#include <stdio.h>

#include "proto/wire/wire.h"
#include "services/terminal/hook.h"

/* More cases that ring at once than a person can look at; the hook is not run for those beyond. */
enum { ALARM_CASES_MAX = 128 };

/* All zeros at first, but for the hook's command. */
struct alarm {
    struct hooks hooks;
    struct alarm_case {
        char number[NUMBER_TEXT_BYTES];
        uint32_t unheard;
        bool rings, rang; /* now; when the board was looked at before */
    } cases[ALARM_CASES_MAX];
    size_t count;
};

/* Looks at the board as it is now. Rings the bell of `out` if any case rings, and says which (NULL: JSON is
 * printed there, and nothing else may be); runs the hook for a case that begins to ring, and again with each
 * reminder. */
void alarm_look(struct alarm *alarm, const Concordat__V1__Board *board, FILE *out);

#endif
