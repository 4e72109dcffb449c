/* openapi_schema.c: see openapi_schema.h. */
#include "services/gateway/openapi_schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/check_rules.h"
#include "proto/wire/wire.h"
#include "proto/words/json.h"

enum { SCHEMA_NAME_BYTES = 64, SCHEMA_TEXT_BYTES = 1024 };

static bool set_schema(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value) == 0;
}

json_t *openapi_ref(const char *name)
{
    char text[sizeof OPENAPI_SCHEMAS + SCHEMA_NAME_BYTES];
    snprintf(text, sizeof text, "%s%s", OPENAPI_SCHEMAS, name);
    return json_pack("{s:s}", "$ref", text);
}

/* --- values
 * -------------------------------------------------------------------------------------------------
 */

/* The reader also takes a value in plain words; the document has the one form that answers have too. */
static bool add_enum_schema(json_t *schemas, const ProtobufCEnumDescriptor *type)
{
    if (json_object_get(schemas, type->short_name))
        return true;
    json_t *values = json_array();
    for (unsigned i = 0; i < type->n_values; i++)
        (void)json_array_append_new(values, json_string(type->values[i].name));
    return set_schema(schemas, type->short_name, json_pack("{s:s, s:o}", "type", "string", "enum", values));
}

/* A text that is left out is empty, so an empty one is taken unless it is needed. */
static json_t *chosen_text_schema(const struct check_rule *rule)
{
    json_t *values = json_array();
    if (!rule->needed)
        (void)json_array_append_new(values, json_string(""));
    for (const char *const *value = rule->shape->values; *value; value++)
        (void)json_array_append_new(values, json_string(*value));
    return json_pack("{s:s, s:o, s:s}", "type", "string", "enum", values, "description", rule->shape->says);
}

static json_t *text_schema(const struct check_rule *rule)
{
    const struct check_shape *shape = rule->shape;
    size_t most = rule->bytes_max ? rule->bytes_max : CHECK_TEXT_BYTES;
    char says[SCHEMA_TEXT_BYTES];
    if (shape && shape->values)
        return chosen_text_schema(rule);
    snprintf(says, sizeof says, "%s of at most %zu bytes of UTF-8", rule->lines ? "text" : "one line", most);
    return json_pack("{s:s, s:i, s:i, s:s}", "type", "string", "minLength",
                     !rule->needed ? 0
                     : shape       ? (int)shape->least
                                   : 1,
                     "maxLength", (int)(shape ? shape->most : most), "description",
                     shape ? shape->says : says);
}

static json_t *bytes_schema(const struct check_rule *rule)
{
    size_t most = rule->bytes_max ? rule->bytes_max : rule->bytes_exact;
    if (most == 0 || most == WIRE_ID_BYTES)
        return json_pack("{s:s, s:s}", "type", "string", "format", "uuid");
    return json_pack("{s:s, s:s, s:i}", "type", "string", "contentEncoding", "base64", "maxLength",
                     (int)((most + 2) / 3 * 4));
}

/* proto3 JSON writes them as texts, because programs round numbers above 2^53; both are taken. */
static json_t *long_number_schema(void)
{
    return json_pack("{s:[s, s], s:s, s:i}", "type", "string", "integer", "pattern", "^[0-9]{1,20}$",
                     "minimum", 0);
}

/* The fields that are messages and enums have schemas of their own, which are added. */
static json_t *part_schema(json_t *schemas, const ProtobufCMessageDescriptor *type)
{
    if (!openapi_add_schema(schemas, type))
        return NULL;
    if (type != &concordat__v1__instant__descriptor)
        return openapi_ref(type->short_name);
    return json_pack("{s:[o, {s:s, s:s}]}", "anyOf", openapi_ref(type->short_name), "type", "string",
                     "format", "date-time");
}

static json_t *value_schema(json_t *schemas, const ProtobufCFieldDescriptor *field,
                            const struct check_rule *rule)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return text_schema(rule);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes_schema(rule);
    case PROTOBUF_C_TYPE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case PROTOBUF_C_TYPE_ENUM: {
        const ProtobufCEnumDescriptor *type = field->descriptor;
        return add_enum_schema(schemas, type) ? openapi_ref(type->short_name) : NULL;
    }
    case PROTOBUF_C_TYPE_UINT32:
        return json_pack("{s:s, s:i, s:I}", "type", "integer", "minimum", 0, "maximum",
                         (json_int_t)(rule->number_max ? rule->number_max : UINT32_MAX));
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return long_number_schema();
    case PROTOBUF_C_TYPE_MESSAGE:
        return part_schema(schemas, field->descriptor);
    default:
        assert(!"the schema has no such type");
        return NULL;
    }
}

static json_t *field_schema(json_t *schemas, const ProtobufCFieldDescriptor *field,
                            const struct check_rule *rule)
{
    json_t *value = value_schema(schemas, field, rule);
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return value;
    return json_pack("{s:s, s:o, s:i}", "type", "array", "items", value, "maxItems",
                     (int)(rule->items_max ? rule->items_max : CHECK_ITEMS));
}

/* --- messages
 * -----------------------------------------------------------------------------------------------
 */

/* One at most of the fields of a oneof is given. A oneof of one field says that it is given at all. */
static bool describe_choice(json_t *schema, const ProtobufCMessageDescriptor *type)
{
    char names[SCHEMA_TEXT_BYTES] = "At most one of", name[SCHEMA_NAME_BYTES];
    unsigned count = 0;
    for (unsigned i = 0; i < type->n_fields; i++) {
        size_t used = strlen(names);
        if (!(type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
            continue;
        json_camel_case(type->fields[i].name, name, sizeof name);
        snprintf(names + used, sizeof names - used, "%s %s", count++ ? "," : "", name);
    }
    return count < 2 || set_schema(schema, "description", json_string(names));
}

/* The gateway gives a referral that has no id that of its command. */
static bool is_needed(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                      const struct check_rule *rule)
{
    bool is_given = type == &concordat__v1__referral__descriptor && strcmp(field->name, "id") == 0;
    return rule->needed && !is_given;
}

static bool add_field_schema(json_t *schemas, json_t *schema, const ProtobufCMessageDescriptor *type,
                             unsigned at)
{
    const ProtobufCFieldDescriptor *field = &type->fields[at];
    const struct check_rule *rule = check_rules_of(type)[at];
    char name[SCHEMA_NAME_BYTES];
    json_camel_case(field->name, name, sizeof name);
    json_t *required = json_object_get(schema, "required");
    return set_schema(json_object_get(schema, "properties"), name, field_schema(schemas, field, rule)) &&
           (!is_needed(type, field, rule) || json_array_append_new(required, json_string(name)) == 0);
}

bool openapi_add_schema(json_t *schemas, const ProtobufCMessageDescriptor *type)
{
    if (json_object_get(schemas, type->short_name))
        return true;
    json_t *schema = json_pack("{s:s, s:{}, s:[], s:b}", "type", "object", "properties", "required",
                               "additionalProperties", 0);
    bool good = schema && describe_choice(schema, type);
    for (unsigned i = 0; good && i < type->n_fields; i++)
        good = add_field_schema(schemas, schema, type, i);
    if (good)
        return set_schema(schemas, type->short_name, schema);
    json_decref(schema);
    return false;
}
