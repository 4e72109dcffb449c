/* fuzz_request.c: a request from a stranger: to the broker, and to an intake, whose rules complete it. */
#include <assert.h>
#include <string.h>

#include "broker/record/record.h"
#include "proto/referral/referral_rules.h"
#include "tests/fuzz/fuzz.h"

#define NOW_MS INT64_C(1795003200000)

static bool read_as_command(const Concordat__V1__Request *request, const uint8_t *packed, size_t size,
                            struct record_content *content, struct command *command)
{
    if (!record_read_command(request, packed, size, NOW_MS, content, command))
        return false;
    assert(command->kind < COMMAND_KINDS);
    assert((command->kind != COMMAND_SUBMIT && command->kind != COMMAND_UPDATE) || content->referral.len > 0);
    return true;
}

static void expect_same_bytes(const uint8_t *one, size_t size, const uint8_t *other, size_t other_size)
{
    assert(size == other_size && !one == !other && (size == 0 || !memcmp(one, other, size)));
}

/* as_packed is right, and the content is the same whether the bytes are taken as they are or packed again. */
static void expect_content(const Concordat__V1__Request *request, const uint8_t *bytes, size_t size,
                           bool as_packed)
{
    static struct record_content content, repacked;
    static uint8_t packed[WIRE_REPACKED_BYTES_MAX];
    struct command command = {0}, again = {0};
    size_t packed_size = concordat__v1__request__get_packed_size(request);
    assert(packed_size <= sizeof packed);
    concordat__v1__request__pack(request, packed);
    assert(as_packed == (packed_size == size && memcmp(packed, bytes, size) == 0));
    if (!read_as_command(request, packed, packed_size, &content, &command))
        return;
    assert(read_as_command(request, NULL, 0, &repacked, &again));
    expect_same_bytes(content.referral.data, content.referral.len, repacked.referral.data,
                      repacked.referral.len);
    expect_same_bytes(content.text, content.text_size, repacked.text, repacked.text_size);
    assert(!memcmp(command.digest, again.digest, sizeof command.digest));
}

/* What a receiver notes about a referral makes no other command of it; what only the sender can note does. */
static void expect_same_content(Concordat__V1__Request *request)
{
    static struct record_content content;
    struct command command = {0}, again = {0};
    Concordat__V1__Flag flags[] = {CONCORDAT__V1__FLAG__FLAG_NAME_MISSING,
                                   CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY};
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        return;
    Concordat__V1__Referral *referral = request->submit->referral, as_sent = *referral;
    bool is_late = false;
    for (size_t i = 0; i < referral->n_flags; i++)
        is_late |= referral->flags[i] == CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY;
    assert(read_as_command(request, NULL, 0, &content, &command));
    referral->flags = flags;
    for (referral->n_flags = 0; referral->n_flags <= 2; referral->n_flags++) {
        assert(read_as_command(request, NULL, 0, &content, &again));
        bool is_same = !memcmp(command.digest, again.digest, sizeof command.digest);
        assert(is_same == (is_late == (referral->n_flags == 2)));
    }
    *referral = as_sent;
}

static void apply_rules(Concordat__V1__Request *request, struct arena *arena)
{
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        return;
    Concordat__V1__Referral *referral = request->submit->referral;
    struct wire_fault fault;
    const struct referral_site site = {referral->source, "ZZP01", "site-1"};
    if (referral_rules_refusal(referral, request->submit->confidential, referral->source, true))
        return;
    if (!referral_rules_complete(referral, request->submit->confidential, &site, NULL, NOW_MS, arena))
        return;
    /* A completed referral has the same flags when it is judged again: no more and no fewer. */
    uint64_t flags = 0;
    for (size_t i = 0; i < referral->n_flags; i++)
        flags |= flag_bit(referral->flags[i]);
    assert(flags == referral_rules_flags(referral, request->submit->confidential, NOW_MS));
    /* The broker must take what an intake has completed. */
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
    expect_content(request, bytes, size, fault.as_packed);
    expect_same_content(request);
    apply_rules(request, arena);
    return 0;
}
