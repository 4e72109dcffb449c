/* packed_texts.c: what an event says of the texts that are sealed beside it: see packed_texts.h. */
#include "broker/record/packed_texts.h"

size_t texts_pack(const struct record_sealed *texts, Concordat__V1__SealedText *items,
                  Concordat__V1__SealedText **list)
{
    for (size_t i = 0; i < texts->count; i++) {
        const struct record_sealed_text *text = &texts->items[i];
        concordat__v1__sealed_text__init(&items[i]);
        items[i].part = text->part;
        items[i].digest.len = sizeof text->digest;
        items[i].digest.data = (uint8_t *)(uintptr_t)text->digest; /* packing only reads it */
        list[i] = &items[i];
    }
    return texts->count;
}
