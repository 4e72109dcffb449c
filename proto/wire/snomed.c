/* snomed.c: which numbers can be ids of SNOMED CT concepts: see snomed.h. */
#include "proto/wire/snomed.h"

#include <string.h>

/* Verhoeff's scheme: the sum is a product in the dihedral group of order ten. */
static const char products[10][11] = {"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
                                      "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"};
/* A digit becomes another by its place, counted from the last. */
static const char places[8][11] = {"0123456789", "1576283094", "5803796142", "8916043527",
                                   "9453126870", "4286573901", "2793806415", "7046913258"};

static bool check_digit_is_right(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = products[sum][places[i % 8][digits[count - 1 - i] - '0'] - '0'] - '0';
    return sum == 0;
}

/* The two digits before the check digit: 00 of a concept, 10 of one of an extension, such as the UK's. */
static bool is_partition_of_concepts(const char *partition)
{
    return (partition[0] == '0' || partition[0] == '1') && partition[1] == '0';
}

bool snomed_is_concept(const char *digits)
{
    size_t count = strlen(digits);
    return digits[0] != '0' && is_partition_of_concepts(digits + count - 3) &&
           check_digit_is_right(digits, count);
}
