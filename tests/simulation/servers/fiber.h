/* fiber.h: code that waits in virtual time: a fiber has a stack of its own, and runs until it gives way. */
#ifndef CONCORDAT_SIMULATION_FIBER_H
#define CONCORDAT_SIMULATION_FIBER_H

#include <stdbool.h>

struct fiber;

/* Runs main(context) on a stack of its own, from the first fiber_run on. Aborts if memory is short. */
struct fiber *fiber_open(void (*main)(void *context), void *context);
/* It must have ended. */
void fiber_close(struct fiber **fiber);
bool fiber_has_ended(const struct fiber *fiber);
/* Runs it until it gives way or ends. Not from within a fiber. */
void fiber_run(struct fiber *fiber);
/* From within a fiber: goes back to whoever runs it. */
void fiber_gives_way(void);

#endif
