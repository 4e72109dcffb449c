/* show_standing.h: how the router stands, in plain words, and what of it somebody has to look after. Nothing
 * here reads a clock; any thread. See show.h. */
#ifndef CONCORDAT_DESK_SHOW_STANDING_H
#define CONCORDAT_DESK_SHOW_STANDING_H

#include "services/desk/show.h"

/* A need is what somebody has to look after: a sentence says what holds, and one says what to do. It is of
 * people who wait, of the router, or of the machine and policy file, which an operator there can see without
 * the router. */
enum need_of { NEED_OF_PEOPLE, NEED_OF_ROUTER, NEED_OF_MACHINE };
enum { STANDING_NEEDS_MAX = 16, STANDING_NEED_BYTES = 320, STANDING_HOLIDAY_DAYS = 60 };
struct standing_needs {
    char said[STANDING_NEEDS_MAX][STANDING_NEED_BYTES];
    enum need_of of[STANDING_NEEDS_MAX];
    size_t count;
};

/* Everything that the router told of itself and of people who wait. The most pressing comes first. */
void standing_needs(const Concordat__V1__Standing *standing, struct standing_needs *needs);

void show_standing(struct sheet *sheet, const Concordat__V1__Standing *standing);

#endif
