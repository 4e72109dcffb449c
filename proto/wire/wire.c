/* wire.c: turns bytes from a stranger into a checked message. */
#include "proto/wire/wire.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/check.h"
#include "proto/wire/scan.h"

static void wire_refuse(struct wire_fault *fault, Concordat__V1__Refusal refusal, const char *text)
{
    fault->refusal = refusal;
    snprintf(fault->text, sizeof fault->text, "%s", text);
}

/* Finds the command_id of a message that we could not unpack, so that the refusal can be addressed. It is
 * field 1 of both Request and Message. If it occurs twice the last one counts, as in protobuf; garbage after
 * it is ignored. */
static void wire_find_command_id(const uint8_t *bytes, size_t size, struct wire_fault *fault)
{
    struct scan scan = {.at = bytes, .end = bytes + size};
    struct scan_field field;
    while (scan_next(&scan, &field) == SCAN_FIELD) {
        if (field.number != 1 || !field.has_bytes)
            continue;
        fault->has_command_id = field.size == WIRE_ID_BYTES;
        if (fault->has_command_id)
            memcpy(fault->command_id, field.bytes, WIRE_ID_BYTES);
    }
}

static ProtobufCMessage *wire_unpack(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes,
                                     size_t size, size_t size_max, struct arena *arena,
                                     struct wire_fault *fault)
{
    const char *name = NULL;
    assert(arena->memory && (bytes || size == 0));
    arena_reset(arena);
    if (size > size_max) {
        char text[100];
        snprintf(text, sizeof text, "longer than the %zu bytes that are taken", size_max);
        wire_refuse(fault, CONCORDAT__V1__REFUSAL__REFUSAL_TOO_LARGE, text);
        return NULL;
    }
    bool as_packed = true;
    switch (scan_message(descriptor, bytes, size, &name, &as_packed)) {
    case SCAN_END:
        fault->as_packed = as_packed;
        break;
    case SCAN_FIELD:
        fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE;
        snprintf(fault->text, sizeof fault->text, "%s: text without NUL characters", name);
        return NULL;
    case SCAN_MALFORMED:
        wire_refuse(fault, CONCORDAT__V1__REFUSAL__REFUSAL_MALFORMED, "not a message of this protocol");
        return NULL;
    }
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &arena->allocator, size, bytes);
    if (!message && arena->ran_out)
        wire_refuse(fault, CONCORDAT__V1__REFUSAL__REFUSAL_TOO_LARGE, "more parts than one message may have");
    else if (!message)
        wire_refuse(fault, CONCORDAT__V1__REFUSAL__REFUSAL_MALFORMED, "not a message of this protocol");
    return message;
}

Concordat__V1__Request *wire_unpack_request(const uint8_t *bytes, size_t size, struct arena *arena,
                                            struct wire_fault *fault)
{
    *fault = (struct wire_fault){0};
    Concordat__V1__Request *request = (Concordat__V1__Request *)wire_unpack(
        &concordat__v1__request__descriptor, bytes, size, WIRE_REQUEST_BYTES_MAX, arena, fault);
    /* This comes before the check, which would call a command of a newer protocol an unknown field. */
    if (request && request->command_case == CONCORDAT__V1__REQUEST__COMMAND__NOT_SET)
        wire_refuse(fault, CONCORDAT__V1__REFUSAL__REFUSAL_UNKNOWN_COMMAND,
                    "no command, or one that is not known here");
    else if (request && check_message(&request->base, fault))
        return request;
    wire_find_command_id(bytes, size, fault);
    return NULL;
}

Concordat__V1__Message *wire_unpack_message(const uint8_t *bytes, size_t size, struct arena *arena,
                                            struct wire_fault *fault)
{
    *fault = (struct wire_fault){0};
    Concordat__V1__Message *message = (Concordat__V1__Message *)wire_unpack(
        &concordat__v1__message__descriptor, bytes, size, WIRE_MESSAGE_BYTES_MAX, arena, fault);
    if (message && message->body_case == CONCORDAT__V1__MESSAGE__BODY__NOT_SET)
        wire_refuse(fault, CONCORDAT__V1__REFUSAL__REFUSAL_MALFORMED,
                    "no body, or one that is not known here");
    else if (message && check_message(&message->base, fault))
        return message;
    wire_find_command_id(bytes, size, fault);
    return NULL;
}

Concordat__V1__Event *wire_unpack_event(const uint8_t *bytes, size_t size, struct arena *arena,
                                        struct wire_fault *fault)
{
    *fault = (struct wire_fault){0};
    Concordat__V1__Event *event = (Concordat__V1__Event *)wire_unpack(
        &concordat__v1__event__descriptor, bytes, size, WIRE_EVENT_BYTES_MAX, arena, fault);
    if (!event)
        return NULL;
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT__NOT_SET) {
        wire_refuse(fault, CONCORDAT__V1__REFUSAL__REFUSAL_MALFORMED,
                    "no event, or one that is not known here");
        return NULL;
    }
    return check_message(&event->base, fault) ? event : NULL;
}

const char *wire_command_name(const Concordat__V1__Request *request)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
        &concordat__v1__request__descriptor, request ? (unsigned)request->command_case : 0);
    return field ? field->name : "unreadable";
}

/* A field `referral` of bytes. */
static const ProtobufCBinaryData *wire_command_referral(const Concordat__V1__Request *request)
{
    const ProtobufCFieldDescriptor *command = protobuf_c_message_descriptor_get_field(
        &concordat__v1__request__descriptor, (unsigned)request->command_case);
    if (!command)
        return NULL;
    const ProtobufCMessage *body = *(ProtobufCMessage *const *)((const uint8_t *)request + command->offset);
    const ProtobufCFieldDescriptor *id =
        protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "referral");
    return id && id->type == PROTOBUF_C_TYPE_BYTES
               ? (const ProtobufCBinaryData *)((const uint8_t *)body + id->offset)
               : NULL;
}

const uint8_t *wire_changed_referral(const Concordat__V1__Request *request)
{
    const Concordat__V1__Referral *told =
        request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT   ? request->submit->referral
        : request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE ? request->update->referral
                                                                          : NULL;
    bool is_question = request->command_case == CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS ||
                       request->command_case == CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD;
    const ProtobufCBinaryData *id = told ? &told->id : wire_command_referral(request);
    return id && id->len == WIRE_ID_BYTES && !is_question ? id->data : NULL;
}
