/* whole_life.h: a life of a world in which every kind of event comes up. */
#ifndef CONCORDAT_TESTS_WORLDS_WHOLE_LIFE_H
#define CONCORDAT_TESTS_WORLDS_WHOLE_LIFE_H

#include "tests/worlds/core_world.h"

/* Each part goes on where the one before it stopped; behind the last is NULL. For core_world_open(2, NULL).
 */
typedef void whole_life_part(struct core_world *world);
extern whole_life_part *const whole_life[];

#endif
