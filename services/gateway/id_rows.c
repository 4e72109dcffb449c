/* id_rows.c: see id_rows.h. */
#include "services/gateway/id_rows.h"

#include <string.h>

static const char *id_of_row(const void *rows, size_t row_bytes, size_t at)
{
    return (const char *)rows + at * row_bytes;
}

size_t id_rows_place(const void *rows, size_t count, size_t row_bytes, const char *id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(id_of_row(rows, row_bytes, middle), id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool id_rows_have(const void *rows, size_t count, size_t row_bytes, size_t place, const char *id)
{
    return place < count && strcmp(id_of_row(rows, row_bytes, place), id) == 0;
}
