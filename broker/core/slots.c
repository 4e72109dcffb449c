/* slots.c: small numbers for ids. */
#include "broker/core/slots.h"

#include <assert.h>
#include <string.h>

static bool make_slot_key(char *key, size_t size, const char *id)
{
    size_t length = strlen(id);
    if (length >= size)
        return false;
    memset(key, 0, size);
    memcpy(key, id, length);
    return true;
}

uint16_t slots_find(const struct index *index, const struct table *table, const char *id)
{
    char key[ACTOR_CHARS_MAX + 1];
    assert(index->key_bytes <= sizeof key);
    if (!make_slot_key(key, index->key_bytes, id))
        return SLOT_NONE;
    uint32_t row = index_find(index, table, key);
    return row == ROW_NONE ? SLOT_NONE : (uint16_t)row;
}

uint16_t slots_give(struct index *index, struct table *table, const char *id)
{
    uint16_t known = slots_find(index, table, id);
    if (known != SLOT_NONE || table->count >= SLOT_NONE || strlen(id) >= index->key_bytes)
        return known;
    char *row = table_add(table);
    make_slot_key(row + index->key_at, index->key_bytes, id);
    index_add(index, table, table->count - 1);
    return (uint16_t)(table->count - 1);
}

bool slots_give_all(struct index *index, struct table *table, const struct name_list *ids)
{
    for (uint32_t i = 0; i < ids->count; i++)
        if (slots_give(index, table, ids->items[i]) == SLOT_NONE)
            return false;
    return true;
}
