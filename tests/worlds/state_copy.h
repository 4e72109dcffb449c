/* state_copy.h: the bytes of a state, kept aside: to compare, or to make a state from again. */
#ifndef CONCORDAT_TESTS_STATE_COPY_H
#define CONCORDAT_TESTS_STATE_COPY_H

#include "broker/core/state.h"

struct state_copy {
    uint8_t *parts[STATE_PARTS]; /* owned */
    size_t sizes[STATE_PARTS];
};

struct state_copy state_copy_take(const struct state *state);
void state_copy_drop(struct state_copy *copy);
bool state_copy_equals(const struct state_copy *copy, const struct state *state);
bool state_same(const struct state *a, const struct state *b);
/* Makes a state from a copy, as a broker that starts from a snapshot does. NULL if the parts do not fit. */
struct state *state_copy_load(const struct state_copy *copy, uint64_t seed);

#endif
