/* api_commands.c: see api_commands.h. */
#include "services/gateway/api_commands.h"

#include <string.h>

#include "proto/words/json.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

/* They belong to a connection, or to a device that is without a signal: `/sealed` takes its forms. */
static const Concordat__V1__Request__CommandCase not_for_programs[] = {
    COMMAND(HELLO), COMMAND(PING), COMMAND(FOLLOW), COMMAND(GET_FORM_KEY), COMMAND(SUBMIT_SEALED)};

static const Concordat__V1__Request__CommandCase api_questions[] = {
    COMMAND(GET_STATUS), COMMAND(GET_BOARD), COMMAND(GET_RECORD), COMMAND(GET_HANDOVER),
    COMMAND(GET_STANDING)};

static bool is_command_of(const ProtobufCFieldDescriptor *field,
                          const Concordat__V1__Request__CommandCase *commands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (commands[i] == (Concordat__V1__Request__CommandCase)field->id)
            return true;
    return false;
}

static bool is_for_programs(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
           !is_command_of(field, not_for_programs, sizeof not_for_programs / sizeof *not_for_programs);
}

const ProtobufCFieldDescriptor *api_command_next(unsigned *at)
{
    const ProtobufCMessageDescriptor *all = &concordat__v1__request__descriptor;
    while (*at < all->n_fields)
        if (is_for_programs(&all->fields[(*at)++]))
            return &all->fields[*at - 1];
    return NULL;
}

const ProtobufCFieldDescriptor *api_command_find(const char *name)
{
    const ProtobufCFieldDescriptor *command;
    char known[API_NAME_BYTES];
    for (unsigned at = 0; (command = api_command_next(&at)) != NULL;) {
        api_command_name(command, known);
        if (strcmp(known, name) == 0)
            return command;
    }
    return NULL;
}

void api_command_name(const ProtobufCFieldDescriptor *command, char out[API_NAME_BYTES])
{
    json_camel_case(command->name, out, API_NAME_BYTES);
}

bool api_command_asks(const ProtobufCFieldDescriptor *command)
{
    return is_command_of(command, api_questions, sizeof api_questions / sizeof *api_questions);
}
