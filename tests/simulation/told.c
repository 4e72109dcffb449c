/* told.c: see told.h. */
#include "tests/simulation/told.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "tests/simulation/random.h"

/* They stand in every text. */
static const char name_mark[] = "Invented", number_mark[] = "07700 900";

void told_write(const uint8_t referral[16], int version, struct told *told)
{
    char id[2 * 16 + 1];
    struct random random;
    uint64_t number;
    memcpy(&number, referral + 8, sizeof number);
    random_open(&random, number, "told", (uint64_t)version);
    sodium_bin2hex(id, sizeof id, referral, 16);
    snprintf(told->callback_number, sizeof told->callback_number, "%s%03d, %s-%d", number_mark,
             (int)random_between(&random, 0, 999), id + 24, version);
    snprintf(told->person_name, sizeof told->person_name, "Somebody %s, %s", name_mark, id);
    int size = snprintf(told->narrative, sizeof told->narrative, "%s, told at version %d of %s.\n", name_mark,
                        version, id);
    int64_t more = random_between(&random, 0, (int64_t)sizeof told->narrative - size - 1);
    memset(told->narrative + size, 'a' + version, (size_t)more);
    told->narrative[size + more] = '\0';
}

bool told_is(const Concordat__V1__Confidential *confidential, const uint8_t referral[16], int version)
{
    struct told told;
    told_write(referral, version, &told);
    return strcmp(confidential->callback_number, told.callback_number) == 0 &&
           strcmp(confidential->person_name, told.person_name) == 0 &&
           strcmp(confidential->narrative, told.narrative) == 0;
}

bool told_shows(const uint8_t *bytes, size_t size)
{
    return memmem(bytes, size, name_mark, sizeof name_mark - 1) ||
           memmem(bytes, size, number_mark, sizeof number_mark - 1);
}
