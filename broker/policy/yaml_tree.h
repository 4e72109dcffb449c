/* yaml_tree.h: reads a YAML file as a tree of values, each with its line.
 *
 * It takes the plain part of YAML: fields, lists and texts. It refuses anchors, aliases, tags and second
 * documents, so that the file means what a person reads in it, and a small file cannot become a large tree.
 * Every value is a text, as written: "no" is Norwegian, and "09:30" is a time of day.
 */
#ifndef CONCORDAT_POLICY_YAML_TREE_H
#define CONCORDAT_POLICY_YAML_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "broker/policy/policy_file.h"

enum {
    YAML_DEPTH_MAX = 8,        /* a day in the hours of a team is at depth 6 */
    YAML_FIELDS_MAX = 64,      /* in one mapping; also limits the search for a field that is there twice */
    YAML_NODES_MAX = 1 << 20,  /* about 50 for each of TEAMS_MAX teams */
    YAML_TEXT_BYTES_MAX = 1000 /* in one value */
};

enum node_kind { NODE_TEXT, NODE_LIST, NODE_FIELDS };

struct node {
    enum node_kind kind;
    int line;                        /* the line of its name, or of its value if it has no name */
    uint32_t count;                  /* how many children it has */
    const char *name;                /* NULL for an item of a list */
    const char *text;                /* if NODE_TEXT: printable UTF-8, may be empty */
    const struct node *first, *next; /* its first child, its next sibling */
};

struct yaml_tree;

/* Returns the tree, which does not need the bytes any more; or NULL with one problem added. */
struct yaml_tree *yaml_tree_parse(const uint8_t *bytes, size_t size, struct policy_problems *problems);
void yaml_tree_destroy(struct yaml_tree **tree);

const struct node *yaml_tree_root(const struct yaml_tree *tree);

/* Returns the child with that name, or NULL. node may be NULL. */
const struct node *node_child(const struct node *node, const char *name);

#endif
