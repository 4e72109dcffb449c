/* random.c: the only random numbers in a simulation. */
#include "tests/simulation/random.h"

#include <string.h>

uint64_t random_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void random_open(struct random *random, uint64_t seed, const char *stream, uint64_t number)
{
    uint64_t x = random_mix(seed) ^ random_mix(number + 1);
    for (; *stream; stream++)
        x = random_mix(x ^ (uint64_t)(unsigned char)*stream);
    for (int i = 0; i < 4; i++)
        random->s[i] = x = random_mix(x);
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t random_next(struct random *random)
{
    uint64_t *s = random->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

int64_t random_between(struct random *random, int64_t least, int64_t most)
{
    return least + (int64_t)(random_next(random) % (uint64_t)(most - least + 1));
}

bool random_chance(struct random *random, uint32_t per_million)
{
    return per_million && random_next(random) % MILLION < per_million;
}

int64_t random_wait(struct random *random, int64_t mean_ms)
{
    return random_between(random, 1, 2 * mean_ms);
}

void random_bytes(struct random *random, void *bytes, size_t size)
{
    uint8_t *to = bytes;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t x = random_next(random);
        memcpy(to + i, &x, size - i < 8 ? size - i : 8);
    }
}
