/* fuzz_message.c: a message to a client from a server that is not what it should be. */
#include <assert.h>
#include <stdlib.h>

#include "proto/words/json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct wire_fault fault;
    /* The client's arena has this size. */
    const Concordat__V1__Message *message =
        wire_unpack_message(bytes, size, fuzz_arena(4 * WIRE_MESSAGE_BYTES_MAX), &fault);
    if (!message) {
        assert(fault.refusal != CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED && fault.text[0]);
        return 0;
    }
    fuzz_expect_stable(&message->base);
    json_t *json = json_from_message(&message->base);
    assert(json);
    json_decref(json);
    return 0;
}
