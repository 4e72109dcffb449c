/* yaml_tree.c: builds the tree from libyaml's events. */
#include "broker/policy/yaml_tree.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "broker/policy/inside.h"

/* Nodes and texts are allocated from blocks, which are all freed at once. */
enum { BLOCK_BYTES = 64 * 1024 };

struct block {
    struct block *next;
    size_t used;
    _Alignas(max_align_t) char bytes[BLOCK_BYTES];
};

struct yaml_tree {
    struct block *blocks;
    const struct node *root;
};

/* A list or mapping whose end has not come yet. */
struct open_node {
    struct node *node;
    struct node *last;      /* its last child so far */
    const char *field_name; /* the name of its next child, once we have read it */
    int field_line;
};

struct builder {
    struct yaml_tree *tree;
    struct policy_problems *problems;
    struct open_node open[YAML_DEPTH_MAX];
    int depth;
    uint32_t node_count;
    bool document_seen;
};

static void *tree_take(struct builder *builder, size_t size)
{
    struct block *block = builder->tree->blocks;
    size_t rounded = (size + _Alignof(struct node) - 1) / _Alignof(struct node) * _Alignof(struct node);
    void *taken;
    assert(rounded <= BLOCK_BYTES);
    if (!block || BLOCK_BYTES - block->used < rounded) {
        block = malloc(sizeof *block);
        if (!block) {
            problems_add_no_memory(builder->problems);
            return NULL;
        }
        block->next = builder->tree->blocks;
        block->used = 0;
        builder->tree->blocks = block;
    }
    taken = block->bytes + block->used;
    block->used += rounded;
    return taken;
}

static bool tree_refuse(struct builder *builder, int line, const char *what, const char *remedy)
{
    problems_add(builder->problems, line, "yaml", remedy, "%s", what);
    return false;
}

/* Refuses control characters, which YAML can also write as escapes: terminals show these texts. */
static bool text_is_printable(const unsigned char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] == 0x7f || (text[i] == 0xc2 && text[i + 1] < 0xa0))
            return false;
    return true;
}

static const char *tree_keep_text(struct builder *builder, const yaml_event_t *event, int line)
{
    size_t length = event->data.scalar.length;
    char *text;
    if (length > YAML_TEXT_BYTES_MAX) {
        tree_refuse(builder, line, "this value is far too long",
                    "Look for a quotation mark that is not closed.");
        return NULL;
    }
    if (!text_is_printable(event->data.scalar.value, length)) {
        tree_refuse(builder, line, "this value goes over several lines or has control characters",
                    "Write the value on one line, in letters that can be seen.");
        return NULL;
    }
    text = tree_take(builder, length + 1);
    if (text) {
        memcpy(text, event->data.scalar.value, length);
        text[length] = '\0';
    }
    return text;
}

static bool tree_take_field_name(struct builder *builder, struct open_node *open, const yaml_event_t *event,
                                 int line)
{
    const struct node *same;
    if (event->type != YAML_SCALAR_EVENT) {
        return tree_refuse(builder, line, "a list or mapping stands where the name of a field must be",
                           "Write a name, a colon and the value.");
    }
    open->field_name = tree_keep_text(builder, event, line);
    open->field_line = line;
    if (!open->field_name)
        return false;
    same = node_child(open->node, open->field_name);
    if (same) {
        problems_add(builder->problems, line, "yaml", "Keep one of the two.",
                     "the field \"%.40s\" is here twice: it stands on line %d already", same->name,
                     same->line);
        return false;
    }
    return true;
}

static bool tree_add_node(struct builder *builder, const yaml_event_t *event, enum node_kind kind, int line)
{
    struct open_node *open = builder->depth > 0 ? &builder->open[builder->depth - 1] : NULL;
    struct node *node;
    if (open && open->node->kind == NODE_FIELDS) {
        if (!open->field_name)
            return tree_take_field_name(builder, open, event, line);
        if (open->node->count == YAML_FIELDS_MAX)
            return tree_refuse(builder, line, "this mapping has far too many fields",
                               "Check the indentation.");
    }
    if (++builder->node_count > YAML_NODES_MAX) {
        return tree_refuse(builder, line, "the file holds more values than any region has",
                           "Check that this is the policy file.");
    }
    node = tree_take(builder, sizeof *node);
    if (!node)
        return false;
    *node = (struct node){.kind = kind, .line = line};
    if (kind == NODE_TEXT && !(node->text = tree_keep_text(builder, event, line)))
        return false;
    if (!open) {
        builder->tree->root = node;
    } else {
        if (open->field_name) {
            node->name = open->field_name;
            node->line = open->field_line;
            open->field_name = NULL;
        }
        *(open->last ? &open->last->next : &open->node->first) = node;
        open->last = node;
        open->node->count++;
    }
    if (kind != NODE_TEXT) {
        if (builder->depth == YAML_DEPTH_MAX) {
            return tree_refuse(builder, line, "lists and mappings stand too deep inside each other",
                               "Check the brackets and the indentation.");
        }
        builder->open[builder->depth++] = (struct open_node){.node = node};
    }
    return true;
}

static bool event_has_anchor_or_tag(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return false;
    }
    return false;
}

static bool tree_take_event(struct builder *builder, const yaml_event_t *event)
{
    int line = (int)event->start_mark.line + 1;
    if (event_has_anchor_or_tag(event)) {
        return tree_refuse(
            builder, line, "anchors (&), aliases (*) and tags (!) are not taken in this file",
            "Write the values out; put a text that begins with one of these in quotation marks.");
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->document_seen) {
            return tree_refuse(builder, line, "a second document begins here",
                               "Keep one document, and take out the line ---.");
        }
        builder->document_seen = true;
        return true;
    case YAML_SCALAR_EVENT:
        return tree_add_node(builder, event, NODE_TEXT, line);
    case YAML_SEQUENCE_START_EVENT:
        return tree_add_node(builder, event, NODE_LIST, line);
    case YAML_MAPPING_START_EVENT:
        return tree_add_node(builder, event, NODE_FIELDS, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        assert(builder->depth > 0);
        builder->depth--;
        return true;
    case YAML_ALIAS_EVENT:
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return true;
}

static bool tree_refuse_syntax(struct builder *builder, const yaml_parser_t *parser)
{
    bool reader = parser->error == YAML_READER_ERROR; /* a reader error has no problem_mark */
    if (parser->error == YAML_MEMORY_ERROR) {
        problems_add_no_memory(builder->problems);
        return false;
    }
    problems_add(builder->problems, (int)(reader ? parser->mark.line : parser->problem_mark.line) + 1, "yaml",
                 "Look at this line and the one above: indentation (spaces, no tabs), colons, brackets, "
                 "quotation marks.",
                 "this is not YAML: %s%s%s", parser->context ? parser->context : "",
                 parser->context ? ", " : "", parser->problem ? parser->problem : "it cannot be read");
    return false;
}

static bool tree_build(struct builder *builder, yaml_parser_t *parser)
{
    bool ended = false;
    while (!ended) {
        yaml_event_t event;
        bool taken;
        if (!yaml_parser_parse(parser, &event))
            return tree_refuse_syntax(builder, parser);
        taken = tree_take_event(builder, &event);
        ended = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (!taken)
            return false;
    }
    return builder->tree->root ||
           tree_refuse(builder, 0, "the file is empty", "Begin with deploy/examples/region.yaml.");
}

struct yaml_tree *yaml_tree_parse(const uint8_t *bytes, size_t size, struct policy_problems *problems)
{
    struct builder builder = {.tree = calloc(1, sizeof *builder.tree), .problems = problems};
    yaml_parser_t parser;
    if (!builder.tree || !yaml_parser_initialize(&parser)) {
        free(builder.tree);
        problems_add_no_memory(problems);
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, bytes, size);
    if (!tree_build(&builder, &parser))
        yaml_tree_destroy(&builder.tree);
    yaml_parser_delete(&parser);
    return builder.tree;
}

void yaml_tree_destroy(struct yaml_tree **tree)
{
    if (!*tree)
        return;
    while ((*tree)->blocks) {
        struct block *block = (*tree)->blocks;
        (*tree)->blocks = block->next;
        free(block);
    }
    free(*tree);
    *tree = NULL;
}

const struct node *yaml_tree_root(const struct yaml_tree *tree)
{
    return tree->root;
}

const struct node *node_child(const struct node *node, const char *name)
{
    const struct node *child = node && node->kind == NODE_FIELDS ? node->first : NULL;
    while (child && strcmp(child->name, name) != 0)
        child = child->next;
    return child;
}
