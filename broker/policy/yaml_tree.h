/* yaml_tree.h: a YAML file as a tree of values that know their line.
 *
 * Takes the plain part of YAML: fields, lists and texts. Anchors, aliases, tags and second documents are
 * refused, so that what a person reads is what holds and a small file cannot become a large tree. Every
 * value is text: "no" is Norwegian and "09:30" a time of day, as written.
 */
#ifndef CONCORDAT_POLICY_YAML_TREE_H
#define CONCORDAT_POLICY_YAML_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "broker/policy/policy_file.h"

enum {
    YAML_DEPTH_MAX = 8,        /* a day in the hours of a team stands at 6 */
    YAML_FIELDS_MAX = 64,      /* in one mapping; also bounds the search for a field said twice */
    YAML_NODES_MAX = 1 << 20,  /* about 50 for each of TEAMS_MAX */
    YAML_TEXT_BYTES_MAX = 1000 /* of one value */
};

enum node_kind { NODE_TEXT, NODE_LIST, NODE_FIELDS };

struct node {
    enum node_kind kind;
    int line;                        /* where its name stands, or the value where it has none */
    uint32_t count;                  /* of its children */
    const char *name;                /* in NODE_FIELDS; NULL in a list */
    const char *text;                /* of NODE_TEXT; printable UTF-8, may be empty */
    const struct node *first, *next; /* its first child, its next sibling */
};

struct yaml_tree;

/* NULL where it is not such a file, with one problem added. bytes need not outlive the call. */
struct yaml_tree *yaml_tree_parse(const uint8_t *bytes, size_t size, struct policy_problems *problems);
void yaml_tree_destroy(struct yaml_tree **tree);

const struct node *yaml_tree_root(const struct yaml_tree *tree);

/* The child of that name, or NULL. node may be NULL. */
const struct node *node_child(const struct node *node, const char *name);

#endif
