/* api_commands.h: which commands and questions of the protocol a program may send by HTTP, and how each is
 * called. Pure; any thread. */
#ifndef CONCORDAT_GATEWAY_API_COMMANDS_H
#define CONCORDAT_GATEWAY_API_COMMANDS_H

#include "proto/wire/wire.h"

/* The command with this name, as a field of Request; NULL if there is none. It is called as proto3 JSON calls
 * it, such as recordDetention, so that one name stands in the path, in JSON and in the answers. */
const ProtobufCFieldDescriptor *api_command_find(const char *name);

/* It changes nothing that an intake would have to save. */
bool api_command_asks(const ProtobufCFieldDescriptor *command);

#endif
