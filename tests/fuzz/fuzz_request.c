/* fuzz_request.c: a request as a stranger may send it: to the broker, and to an intake, whose rules complete
 * it. */
#include <assert.h>

#include "broker/record/record.h"
#include "services/intake/rules.h"
#include "tests/fuzz/fuzz.h"

enum { DECIDED_MS = 1795003200 };

static void read_as_command(const Concordat__V1__Request *request)
{
    static struct record_content content;
    struct command command;
    bool submits = (request->submit && request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT) ||
                   (request->update && request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE);
    /* The broker asks for these before it reads on. */
    if (submits &&
        !(request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT ? request->submit->referral
                                                                          : request->update->referral))
        return;
    if (record_read_command(request, &content, &command)) {
        assert(command.kind < COMMAND_KINDS);
        assert(content.size <= sizeof content.bytes);
        assert(!submits || content.referral.len > 0);
    }
}

static void apply_rules(Concordat__V1__Request *request, struct arena *arena)
{
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_SUBMIT || !request->submit->referral)
        return;
    Concordat__V1__Referral *referral = request->submit->referral;
    struct findings findings = {0};
    struct wire_fault fault;
    const struct rules_site site = {referral->source, "ZZP01", "site-1"};
    if (rules_refusal(referral, request->submit->confidential, referral->source))
        return;
    if (!rules_apply(referral, request->submit->confidential, &site, NULL, (int64_t)DECIDED_MS * 1000, arena,
                     &findings))
        return;
    /* What an intake has completed must be what the broker takes. */
    uint8_t packed[2 * WIRE_REQUEST_BYTES_MAX];
    size_t size = concordat__v1__request__get_packed_size(request);
    assert(size <= sizeof packed);
    concordat__v1__request__pack(request, packed);
    assert(size > WIRE_REQUEST_BYTES_MAX || wire_unpack_request(packed, size, arena, &fault));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = fuzz_arena(ARENA_MESSAGE_BYTES);
    struct wire_fault fault;
    Concordat__V1__Request *request = wire_unpack_request(bytes, size, arena, &fault);
    if (!request) {
        assert(fault.refusal != CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED && fault.text[0]);
        return 0;
    }
    fuzz_expect_stable(&request->base);
    read_as_command(request);
    apply_rules(request, arena);
    return 0;
}
