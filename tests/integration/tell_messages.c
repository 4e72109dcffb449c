/* tell_messages.c: messages as today's code reads them, for tests in other languages.
 *
 * Each line of standard input is Request, Message or Event, a space, and the message in hexadecimal digits.
 * Each is answered by a line: the message as JSON, or "refused: " and why. */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/arena.h"
#include "proto/wire/wire.h"
#include "proto/words/json.h"

enum { TELL_ARENA_BYTES = 16 * 1024 * 1024 };

static const ProtobufCMessage *unpack_named(const char *type, const uint8_t *bytes, size_t size,
                                            struct arena *arena, struct wire_fault *fault)
{
    if (strcmp(type, "Request") == 0)
        return (const ProtobufCMessage *)wire_unpack_request(bytes, size, arena, fault);
    if (strcmp(type, "Message") == 0)
        return (const ProtobufCMessage *)wire_unpack_message(bytes, size, arena, fault);
    if (strcmp(type, "Event") == 0)
        return (const ProtobufCMessage *)wire_unpack_event(bytes, size, arena, fault);
    snprintf(fault->text, sizeof fault->text, "%s is none of Request, Message and Event", type);
    return NULL;
}

static bool tell_message(const char *type, const char *hex, struct arena *arena)
{
    struct wire_fault fault = {0};
    size_t size = 0, room = strlen(hex) / 2 + 1;
    uint8_t *bytes = malloc(room);
    const char *end = NULL;
    if (!bytes || sodium_hex2bin(bytes, room, hex, strlen(hex), NULL, &size, &end) != 0 || *end) {
        free(bytes);
        return false;
    }
    const ProtobufCMessage *message = unpack_named(type, bytes, size, arena, &fault);
    json_t *json = message ? json_from_message(message) : NULL;
    if (json)
        json_dumpf(json, stdout, JSON_COMPACT | JSON_SORT_KEYS);
    else
        printf("refused: %s", fault.text);
    putchar('\n');
    json_decref(json);
    free(bytes);
    return true;
}

int main(void)
{
    struct arena arena;
    char *line = NULL;
    size_t room = 0;
    bool good = sodium_init() >= 0 && arena_open(&arena, TELL_ARENA_BYTES) == 0;
    if (!good)
        return 111;
    for (ssize_t size; good && (size = getline(&line, &room, stdin)) > 0;) {
        line[strcspn(line, "\n")] = '\0';
        char *space = strchr(line, ' ');
        if (space)
            *space = '\0';
        good = space && tell_message(line, space + 1, &arena);
    }
    free(line);
    arena_close(&arena);
    return good ? 0 : 100;
}
