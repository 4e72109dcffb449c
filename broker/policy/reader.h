/* reader.h: reads fields and lists of the policy file by tables, and says where something is wrong.
 *
 * A reader of one kind of value is a read_fn. It fills what it is given, or adds a problem; reading goes
 * on after a problem, so that a person sees all of them at once.
 */
#ifndef CONCORDAT_POLICY_READER_H
#define CONCORDAT_POLICY_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "broker/policy/policy_file.h"
#include "broker/policy/words.h"
#include "broker/policy/yaml_tree.h"

struct ladders;

struct reader {
    struct policy_problems *problems;
    struct policy *policy; /* being filled; sections are read so that each finds what it refers to */
    struct ladders *ladders;
};

/* A value and the way to it. */
struct spot {
    const struct spot *outer; /* NULL for the whole file */
    const char *name;         /* of the field; NULL for an item of a list */
    size_t item;              /* its number, the first is 1 */
    const struct node *node;
    const char *remedy; /* what to write here */
};

typedef void read_fn(struct reader *reader, const struct spot *spot, void *into);

enum presence { OPTIONAL, REQUIRED };

struct field {
    const char *name; /* NULL ends a table */
    enum presence presence;
    read_fn *read;
    size_t offset; /* of what it fills, from the beginning of what the mapping fills */
    const char *remedy;
};

/* Adds a problem at a spot, with the spot's own remedy or another. */
void problem_at(struct reader *reader, const struct spot *spot, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problem_with_remedy(struct reader *reader, const struct spot *spot, const char *remedy,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
void problem_no_memory(struct reader *reader);

/* An item of the list at a spot. */
struct spot spot_item(const struct spot *outer, const struct node *node, size_t item);

/* The text at a spot, or NULL with a problem added where there is none. */
const char *spot_text(struct reader *reader, const struct spot *spot);
/* Whether a list stands there; adds a problem where not, or where it has more than max items. */
bool spot_is_list(struct reader *reader, const struct spot *spot, size_t max);

/* Reads a mapping by its table, in the order of the table. */
void read_fields(struct reader *reader, const struct spot *spot, const struct field *fields, void *into);

/* Reads a list of mappings into a new array, which the caller frees; NULL with a problem added where there
 * is nothing to read. */
void *read_list(struct reader *reader, const struct spot *spot, size_t max, size_t item_size,
                const struct field *fields, size_t *count);

/* Sorts an array by the text that each item begins with. nodes holds where each text stands, in the order
 * of the items; a text that comes twice is a problem at the later one. */
void sort_by_key(struct reader *reader, const struct spot *spot, void *items, size_t count, size_t item_size,
                 const struct node *const *nodes);

/* The same for what read_list has read, where the text is that of a field. */
void sort_list(struct reader *reader, const struct spot *spot, void *items, size_t count, size_t item_size,
               const char *key_field);

#endif
