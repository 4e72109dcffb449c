/* reader.c: reads fields and lists, and names their place in the file. */
#include "broker/policy/inside.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool id_is_valid(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= ID_CHARS_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* Writes the way to a spot, such as "teams.northmoor-crisis.hours[2].from": an item by its id if it has one,
 * otherwise by its number. Returns the length. */
static size_t spot_write_path(const struct spot *spot, char *out, size_t size)
{
    size_t used = spot->outer ? spot_write_path(spot->outer, out, size) : 0;
    const struct node *id = node_child(spot->node, "id");
    int length = 0;
    if (spot->item > 0 && (!id || !id->text || !id_is_valid(id->text))) {
        length = snprintf(out + used, size - used, "[%zu]", spot->item);
    } else if (spot->item > 0 || spot->name) {
        length = snprintf(out + used, size - used, "%s%.40s", used == 0 ? "" : ".",
                          spot->item > 0 ? id->text : spot->name);
    }
    used += length < 0 ? 0 : (size_t)length;
    return used < size ? used : size - 1;
}

static void problem_add_at(struct reader *reader, const struct spot *spot, const char *remedy,
                           const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static void problem_add_at(struct reader *reader, const struct spot *spot, const char *remedy,
                           const char *format, va_list arguments)
{
    char field[sizeof reader->problems->items->field] = "";
    spot_write_path(spot, field, sizeof field);
    problems_add_list(reader->problems, spot->node->line, field[0] == '\0' ? "file" : field, remedy, format,
                      arguments);
}

void problem_at(struct reader *reader, const struct spot *spot, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    problem_add_at(reader, spot, spot->remedy, format, arguments);
    va_end(arguments);
}

void problem_with_remedy(struct reader *reader, const struct spot *spot, const char *remedy,
                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    problem_add_at(reader, spot, remedy, format, arguments);
    va_end(arguments);
}

void problem_no_memory(struct reader *reader)
{
    problems_add_no_memory(reader->problems);
}

struct spot spot_item(const struct spot *outer, const struct node *node, size_t item)
{
    return (struct spot){.outer = outer, .item = item, .node = node, .remedy = outer->remedy};
}

const char *spot_text(struct reader *reader, const struct spot *spot)
{
    if (spot->node->kind != NODE_TEXT) {
        problem_at(reader, spot, "a list or mapping stands where one value must be");
        return NULL;
    }
    if (spot->node->text[0] == '\0') {
        problem_at(reader, spot, "nothing is written here");
        return NULL;
    }
    return spot->node->text;
}

bool spot_is_list(struct reader *reader, const struct spot *spot, size_t max)
{
    if (spot->node->kind != NODE_LIST) {
        problem_at(reader, spot, "this must be a list");
        return false;
    }
    if (spot->node->count > max) {
        problem_at(reader, spot, "there are %u of these, and at most %zu can be", spot->node->count, max);
        return false;
    }
    return true;
}

static const struct policy_field *policy_field_find(const struct policy_field *fields, const char *name)
{
    while (fields->name && strcmp(fields->name, name) != 0)
        fields++;
    return fields->name ? fields : NULL;
}

static void refuse_unknown_field(struct reader *reader, const struct spot *spot, const struct node *child,
                                 const struct policy_field *fields)
{
    struct spot unknown = {.outer = spot, .name = child->name, .node = child};
    char remedy[sizeof reader->problems->items->remedy] = "The fields here are:";
    size_t used = strlen(remedy);
    for (; fields->name && used < sizeof remedy; fields++) {
        int length =
            snprintf(remedy + used, sizeof remedy - used, " %s%s", fields->name, fields[1].name ? "," : ".");
        used += length < 0 ? 0 : (size_t)length;
    }
    problem_with_remedy(reader, &unknown, remedy, "there is no such field here");
}

void read_fields(struct reader *reader, const struct spot *spot, const struct policy_field *fields,
                 void *into)
{
    if (spot->node->kind != NODE_FIELDS) {
        problem_at(reader, spot, "this must be fields, each with its value");
        return;
    }
    for (const struct node *child = spot->node->first; child; child = child->next)
        if (!policy_field_find(fields, child->name))
            refuse_unknown_field(reader, spot, child, fields);
    for (; fields->name; fields++) {
        const struct node *child = node_child(spot->node, fields->name);
        struct spot field = {.outer = spot, .name = fields->name, .node = child, .remedy = fields->remedy};
        if (child) {
            fields->read(reader, &field, (char *)into + fields->offset);
        } else if (fields->presence == REQUIRED) {
            field.node = spot->node;
            problem_at(reader, &field, "this field is missing");
        }
    }
}

void *read_list(struct reader *reader, const struct spot *spot, size_t max, size_t item_size,
                const struct policy_field *fields, size_t *count)
{
    const struct node *node;
    size_t item = 0;
    char *items;
    *count = 0;
    if (!spot_is_list(reader, spot, max))
        return NULL;
    if (spot->node->count == 0) {
        problem_at(reader, spot, "the list is empty");
        return NULL;
    }
    items = calloc(spot->node->count, item_size);
    if (!items) {
        problem_no_memory(reader);
        return NULL;
    }
    for (node = spot->node->first; node; node = node->next) {
        struct spot inner = spot_item(spot, node, item + 1);
        read_fields(reader, &inner, fields, items + item * item_size);
        item++;
    }
    *count = item;
    return items;
}

struct sorted {
    const char *key;
    size_t at;
};

static int sorted_compare(const void *left, const void *right)
{
    const struct sorted *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

static void refuse_same_keys(struct reader *reader, const struct spot *spot, const struct sorted *order,
                             size_t count, const struct node *const *nodes)
{
    for (size_t i = 1; i < count; i++) {
        if (order[i].key[0] != '\0' && strcmp(order[i].key, order[i - 1].key) == 0) {
            struct spot again = {.outer = spot, .name = order[i].key, .node = nodes[order[i].at]};
            problem_with_remedy(reader, &again, "Each can be there once: take one out, or write another.",
                                "\"%s\" stands on line %d already", order[i].key,
                                nodes[order[i - 1].at]->line);
        }
    }
}

void sort_by_key(struct reader *reader, const struct spot *spot, void *items, size_t count, size_t item_size,
                 const struct node *const *nodes)
{
    struct sorted *order = calloc(count + 1, sizeof *order);
    char *copy = calloc(count + 1, item_size);
    if (!order || !copy) {
        problem_no_memory(reader);
        count = 0;
    }
    if (count > 0) {
        memcpy(copy, items, count * item_size);
        for (size_t i = 0; i < count; i++)
            order[i] = (struct sorted){.key = copy + i * item_size, .at = i};
        qsort(order, count, sizeof *order, sorted_compare);
        refuse_same_keys(reader, spot, order, count, nodes);
        for (size_t i = 0; i < count; i++)
            memcpy((char *)items + i * item_size, order[i].key, item_size);
    }
    free(order);
    free(copy);
}

void sort_list(struct reader *reader, const struct spot *spot, void *items, size_t count, size_t item_size,
               const char *key_field)
{
    const struct node **nodes = calloc(count + 1, sizeof *nodes);
    const struct node *item = spot->node->first;
    if (!nodes) {
        problem_no_memory(reader);
        return;
    }
    for (size_t i = 0; i < count; i++, item = item->next) {
        const struct node *key = node_child(item, key_field);
        nodes[i] = key ? key : item;
    }
    sort_by_key(reader, spot, items, count, item_size, nodes);
    free(nodes);
}
