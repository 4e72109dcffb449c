/* random.h: the only random numbers in a simulation: xoshiro256**, a stream for each part that draws.
 *
 * Each part has a stream of its own, so that without one fault or client the others draw the same numbers as
 * before, and a failing seed can be made smaller.
 */
#ifndef CONCORDAT_SIMULATION_RANDOM_H
#define CONCORDAT_SIMULATION_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MILLION = 1000 * 1000 };

struct random {
    uint64_t s[4];
};

/* Returns a number made from another, by splitmix64. */
uint64_t random_mix(uint64_t x);
void random_open(struct random *random, uint64_t seed, const char *stream, uint64_t number);
uint64_t random_next(struct random *random);
int64_t random_between(struct random *random, int64_t least, int64_t most);
bool random_chance(struct random *random, uint32_t per_million);
/* Draws evenly from 1 to twice the mean. */
int64_t random_wait(struct random *random, int64_t mean_ms);
void random_bytes(struct random *random, void *bytes, size_t size);

#endif
