/* fuzz_sealed_form.c: a sealed form from a stranger. The first byte says what the rest is: any bytes as the
 * sealed text, any bytes as the sender's key, or any text that was sealed as a browser does. Each is refused,
 * or becomes a referral that passes the check. */
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/check.h"
#include "services/intake/outbox_form_keys.h"
#include "services/intake/sealed_form.h"
#include "tests/fuzz/fuzz.h"
#include "tests/worlds/form_sealer.h"

#define NOW_MS INT64_C(1795867200000) /* 2026-11-28T12:00:00Z */

enum way { WAY_SEALED, WAY_SENDER, WAY_TEXT, WAYS };

static const struct referral_site site = {
    .source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE, .organisation = "ZZP01", .site = "northmoor-car"};
static struct outbox *outbox;
static struct form_key_kept kept;

static void open_once(void)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {'k'};
    char path[128], message[512];
    enum outbox_status status;
    if (outbox)
        return;
    int started = sodium_init();
    snprintf(path, sizeof path, "%sforms.db", fuzz_folder());
    outbox = outbox_open(path, key, NULL, &status, message, sizeof message);
    assert(started >= 0 && outbox);
    status = outbox_form_key_now(outbox, NOW_MS, &kept);
    assert(status == OUTBOX_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct sealed_example example;
    struct input input = {bytes, size};
    enum way way = (enum way)(input_byte(&input) % WAYS);
    size_t room = WIRE_SEALED_BYTES_MAX - FORM_TAG_BYTES, used = input.left < room ? input.left : room;
    open_once();
    form_sealer_seal(&example, kept.key.point, 'r', NOW_MS, input.at, used);
    if (way == WAY_SEALED && used > 0) {
        memcpy(example.sealed, input.at, used);
        example.form.sealed.len = used;
    } else if (way == WAY_SENDER) {
        memcpy(example.sender, input.at, used < WIRE_POINT_BYTES ? used : WIRE_POINT_BYTES);
    }
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    struct wire_fault fault;
    int64_t as_of_ms;
    struct arena *arena = fuzz_arena((size_t)4 * ARENA_MESSAGE_BYTES);
    arena_reset(arena);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT_SEALED;
    request.submit_sealed = &example.form;
    enum sealed_form_status status = sealed_form_open(outbox, &site, &request, NOW_MS, arena, &as_of_ms);
    assert(status == SEALED_FORM_OPENED || status == SEALED_FORM_ALTERED);
    if (status == SEALED_FORM_OPENED) {
        bool is_good = check_message(&request.submit->base, &fault);
        assert(is_good);
    }
    return 0;
}
