/* spoken_age.h: ages as people say them. Pure; any thread. */
#ifndef CONCORDAT_SPOKEN_AGE_H
#define CONCORDAT_SPOKEN_AGE_H

#include <stdbool.h>
#include <stdint.h>

struct spoken_age {
    uint32_t years;
    bool estimated;
};

/* Reads 34, fifteen, 17 years old, about 30, ~40, 40s, late teens, 16 or 17, under 18. If the words leave a
 * span of years, the age is estimated: the middle of a decade, the lower end of any other span, because
 * somebody who may be a child counts as one. False if it is no age of a living person. */
bool spoken_age_read(const char *text, struct spoken_age *age);

#endif
