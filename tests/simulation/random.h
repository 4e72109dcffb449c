/* random.h: the only source of chance in a simulation: xoshiro256**, one stream for each thing that draws.
 *
 * Streams are apart so that taking one fault or client away changes nothing in what the others draw: a
 * failing seed can be made smaller.
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

/* splitmix64: one number from another. */
uint64_t random_mix(uint64_t x);
void random_open(struct random *random, uint64_t seed, const char *stream, uint64_t number);
uint64_t random_next(struct random *random);
int64_t random_between(struct random *random, int64_t least, int64_t most);
bool random_chance(struct random *random, uint32_t per_million);
/* Evenly from 1 to twice the mean. */
int64_t random_wait(struct random *random, int64_t mean_ms);
void random_bytes(struct random *random, void *bytes, size_t size);

#endif
