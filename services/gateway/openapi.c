/* openapi.c: see openapi.h. */
#include "services/gateway/openapi.h"

#include <jansson.h>
#include <stdio.h>

#include "services/gateway/api_commands.h"
#include "services/gateway/openapi_answers.h"
#include "services/gateway/openapi_schema.h"

enum { OPENAPI_PATH_BYTES = 128 };

static bool add_member(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value) == 0;
}

static json_t *command_operation(const char *name, const char *message, bool asks)
{
    return json_pack("{s:s, s:s, s:[{s:s}], s:{s:b, s:o}, s:o, s:o}", "operationId", name, "summary", message,
                     "parameters", "$ref", "#/components/parameters/Key", "requestBody", "required", 1,
                     "content", openapi_body(HTTP_JSON, message), "responses",
                     openapi_responses("what the broker or the intake answered",
                                       asks ? NULL : "saved at the intake, and not with the router yet"),
                     "security", openapi_security(true));
}

static bool add_command(json_t *paths, json_t *schemas, const ProtobufCFieldDescriptor *command)
{
    const ProtobufCMessageDescriptor *message = command->descriptor;
    char name[API_NAME_BYTES], path[OPENAPI_PATH_BYTES];
    api_command_name(command, name);
    snprintf(path, sizeof path, "%s%s", API_PATH, name);
    return openapi_add_schema(schemas, message) &&
           add_member(paths, path,
                      json_pack("{s:o}", "post",
                                command_operation(name, message->short_name, api_command_asks(command))));
}

static json_t *read_operation(const char *name, const char *summary, json_t *parameters)
{
    return json_pack("{s:{s:s, s:s, s:o, s:o, s:o}}", "get", "operationId", name, "summary", summary,
                     "parameters", parameters, "responses", openapi_responses("how it stands", NULL),
                     "security", openapi_security(false));
}

static json_t *parameter(const char *name, const char *in, bool required, const char *type)
{
    return json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in", in, "required", required, "schema",
                     "type", type);
}

static bool add_questions(json_t *paths)
{
    return add_member(paths, API_PATH API_CASES "{case}",
                      read_operation("readCase", "how a case stands, by its number or the id of its referral",
                                     json_pack("[o]", parameter("case", "path", true, "string")))) &&
           add_member(paths, API_PATH API_BOARD,
                      read_operation("readBoard", "the cases of the desk",
                                     json_pack("[o, o]", parameter("withClosed", "query", false, "boolean"),
                                               parameter("mine", "query", false, "boolean"))));
}

/* RFC 9457, and the members of ours. */
static json_t *problem_schema(void)
{
    return json_pack("{s:s, s:{s:{s:s, s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:o, s:{s:s}, s:{s:s, s:s}, s:o, "
                     "s:{s:s, s:{s:s}}}, s:[s, s, s]}",
                     "type", "object", "properties", "type", "type", "string", "format", "uri-reference",
                     "title", "type", "string", "status", "type", "integer", "detail", "type", "string",
                     "refusal", openapi_ref("Refusal"), "field", "type", "string", "commandId", "type",
                     "string", "format", "uuid", "case", openapi_ref("CaseStatus"), "violated-policies",
                     "type", "array", "items", "type", "string", "required", "type", "title", "status");
}

static json_t *key_parameter(void)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:s}}", "name", HTTP_KEY, "in", "header", "required", 0,
                     "description", "the command's id: the same one is done once, however often it comes",
                     "schema", "type", "string", "pattern",
                     "^\"?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\"?$");
}

/* NULL if there is no memory. */
static json_t *make_components(json_t *schemas)
{
    json_t *components =
        json_pack("{s:o, s:{s:o}}", "schemas", schemas, "parameters", "Key", key_parameter());
    if (components && openapi_add_answers(components))
        return components;
    json_decref(components);
    return NULL;
}

char *openapi_make(void)
{
    json_t *paths = json_object(), *schemas = json_object();
    const ProtobufCFieldDescriptor *command;
    bool good = openapi_add_schema(schemas, &concordat__v1__message__descriptor) &&
                add_member(schemas, "Problem", problem_schema()) && add_questions(paths);
    for (unsigned at = 0; good && (command = api_command_next(&at)) != NULL;)
        good = add_command(paths, schemas, command);
    json_t *document = json_pack(
        "{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:o, s:o}", "openapi", "3.1.0", "info", "title", "Concordat",
        "version", CONCORDAT_VERSION, "description",
        "Commands and questions of the protocol. Enums are also taken in plain words, bytes also as "
        "base64, and a referral without an id gets that of its command.",
        "servers", "url", "/", "paths", paths, "components", make_components(schemas));
    char *text = good && document ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    return text;
}
