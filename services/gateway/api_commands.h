/* api_commands.h: which commands and questions of the protocol a program may send by HTTP, and how each is
 * called. Pure; any thread. */
#ifndef CONCORDAT_GATEWAY_API_COMMANDS_H
#define CONCORDAT_GATEWAY_API_COMMANDS_H

#include "proto/wire/wire.h"
#include "services/gateway/http.h"

enum { API_NAME_BYTES = 64 };

#define API_PATH     HTTP_JSON_PATHS "v1/" /* and the name of a command, or one of the next two */
#define API_CASES    "cases/"              /* and a number or an id */
#define API_BOARD    "board"
#define API_DOCUMENT "/openapi.json"

/* The command with this name, as a field of Request; NULL if there is none. It is called as proto3 JSON calls
 * it, such as recordDetention, so that one name stands in the path, in JSON and in the answers. */
const ProtobufCFieldDescriptor *api_command_find(const char *name);

/* The first at or after number `at` of the fields of Request, which is then moved behind it; NULL: no more.
 */
const ProtobufCFieldDescriptor *api_command_next(unsigned *at);

void api_command_name(const ProtobufCFieldDescriptor *command, char out[API_NAME_BYTES]);

/* It changes nothing that an intake would have to save. */
bool api_command_asks(const ProtobufCFieldDescriptor *command);

#endif
