/* outbox_seal.c: see outbox_seal.h. */
#include "services/intake/outbox_seal.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "services/intake/outbox_store.h"

static_assert((int)WIRE_ID_BYTES == (int)SEAL_ID_BYTES, "a referral's id is the place of a text");

static void outbox_draw(void *context, void *bytes, size_t size)
{
    (void)context;
    randombytes_buf(bytes, size);
}

/* An outbox has no events, so every text of a referral has the same place. */
static struct seal_place place_in_outbox(const uint8_t *referral)
{
    return (struct seal_place){.referral = referral, .event = 0, .part = SEAL_RECORD};
}

size_t outbox_seal_text(struct outbox *outbox, const uint8_t *referral, size_t size)
{
    static const struct seal_random random = {outbox_draw, NULL};
    const struct seal_place place = place_in_outbox(referral);
    uint8_t *text = outbox->text + SEAL_SALT_BYTES, digest[SEAL_DIGEST_BYTES];
    size_t sealed = seal_text(outbox->key, &place, &random, text, size, outbox->body, digest);
    sodium_memzero(text, size);
    return sealed;
}

bool outbox_seal_opens(struct outbox *outbox, const uint8_t *key, const uint8_t *referral, const void *body,
                       size_t size, struct seal_opened *opened)
{
    const struct seal_place place = place_in_outbox(referral);
    return seal_open_without_event(key, &place, body, size, outbox->text, sizeof outbox->text, opened) ==
           SEAL_OPENED;
}

void outbox_seal_wipe(struct outbox *outbox, const struct seal_opened *opened)
{
    sodium_memzero(outbox->text, SEAL_SALT_BYTES + opened->size);
}

size_t outbox_seal(struct outbox *outbox, const uint8_t *referral, const Concordat__V1__Request *request,
                   const uint8_t digest[CONTENT_DIGEST_BYTES])
{
    size_t size = CONTENT_DIGEST_BYTES + concordat__v1__request__get_packed_size(request);
    uint8_t *text = outbox->text + SEAL_SALT_BYTES;
    assert(size <= SEAL_TEXT_BYTES_MAX); /* every text and list of a request has its limit */
    memcpy(text, digest, CONTENT_DIGEST_BYTES);
    concordat__v1__request__pack(request, text + CONTENT_DIGEST_BYTES);
    return outbox_seal_text(outbox, referral, size);
}

void outbox_unseal(struct outbox *outbox, const void *body, size_t size, struct arena *arena,
                   struct outbox_command *command)
{
    struct seal_opened opened;
    command->request = NULL;
    if (!outbox_seal_opens(outbox, outbox->key, command->referral, body, size, &opened))
        return;
    if (opened.size > CONTENT_DIGEST_BYTES) {
        memcpy(command->digest, opened.text, CONTENT_DIGEST_BYTES);
        command->request = concordat__v1__request__unpack(
            &arena->allocator, opened.size - CONTENT_DIGEST_BYTES, opened.text + CONTENT_DIGEST_BYTES);
    }
    outbox_seal_wipe(outbox, &opened);
}
