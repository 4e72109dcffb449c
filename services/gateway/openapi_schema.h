/* openapi_schema.h: messages of the protocol as schemas of OpenAPI 3.1, made from their descriptors and from
 * the limits of their fields (check_rules.h). Any thread. */
#ifndef CONCORDAT_GATEWAY_OPENAPI_SCHEMA_H
#define CONCORDAT_GATEWAY_OPENAPI_SCHEMA_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#define OPENAPI_SCHEMAS "#/components/schemas/"

/* Adds the schema of a type that is part of Request or Message, and those of all that it has, to an object of
 * schemas by name. False if there is no memory. */
bool openapi_add_schema(json_t *schemas, const ProtobufCMessageDescriptor *type);

/* A new reference to {"$ref": the schema of that name}; NULL if there is no memory. */
json_t *openapi_ref(const char *name);

#endif
