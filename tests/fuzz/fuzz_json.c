/* fuzz_json.c: JSON from people and their programs. A message that is read and passes the check survives a
 * way through JSON and back. The first byte says which message type it is. Words in the place of a code are
 * moved once. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/check.h"
#include "proto/words/json.h"
#include "services/desk/referral_words.h"
#include "tests/fuzz/fuzz.h"

static const ProtobufCMessageDescriptor *const types[] = {
    &concordat__v1__request__descriptor, &concordat__v1__submit__descriptor,
    &concordat__v1__message__descriptor, &concordat__v1__event__descriptor};

static uint8_t *pack(const ProtobufCMessage *message, size_t *size)
{
    *size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(*size + 1);
    assert(bytes);
    protobuf_c_message_pack(message, bytes);
    return bytes;
}

static void expect_same_again(const ProtobufCMessage *message, struct arena *arena)
{
    struct wire_fault fault;
    size_t size, size_again;
    uint8_t *packed = pack(message, &size);
    json_t *json = json_from_message(message);
    assert(json);
    const ProtobufCMessage *again = json_to_message(json, message->descriptor, arena, &fault);
    if (again) {
        uint8_t *packed_again = pack(again, &size_again);
        assert(size == size_again && memcmp(packed, packed_again, size) == 0);
        free(packed_again);
    } else {
        assert(arena->ran_out);
    }
    json_decref(json);
    free(packed);
}

static void move_words(json_t *json)
{
    char moved[REFERRAL_MOVED_BYTES];
    if (referral_words_move(json, moved) && moved[0] && referral_words_move(json, moved))
        assert(!moved[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    const ProtobufCMessageDescriptor *type = types[input_byte(&input) % (sizeof types / sizeof *types)];
    struct wire_fault fault = {0};
    struct arena *arena = fuzz_arena((size_t)4 * ARENA_MESSAGE_BYTES);
    json_t *json = json_loadb((const char *)input.at, input.left, JSON_REJECT_DUPLICATES, NULL);
    if (!json)
        return 0;
    if (type == &concordat__v1__submit__descriptor)
        move_words(json);
    arena_reset(arena);
    const ProtobufCMessage *message = json_to_message(json, type, arena, &fault);
    assert(message || fault.text[0]);
    if (message && check_message(message, &fault))
        expect_same_again(message, arena);
    json_decref(json);
    return 0;
}
