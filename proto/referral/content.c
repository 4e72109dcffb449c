/* content.c: see content.h. */
#include "proto/referral/content.h"

#include <sodium.h>

#include "proto/referral/referral_rules.h"

/* Fields of Request, the last before its command; of Submit and of Update; of Referral. */
enum { REQUEST_PERSON = 3, REFERRAL = 1, FLAGS = 17 };

enum { CONTENT_HEAD_BYTES = 1 + 8 + 4 };

/* The referral in a Submit or an Update; NULL in any other request. */
static const Concordat__V1__Referral *content_referral(const Concordat__V1__Request *request)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        return request->submit->referral;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        return request->update->referral;
    return NULL;
}

/* What a person types about a person: which field of which command it is. */
static const struct content_typed {
    Concordat__V1__Request__CommandCase command;
    uint32_t field;
    enum seal_part part;
} content_typed[] = {
    {CONCORDAT__V1__REQUEST__COMMAND_SUBMIT, 2, SEAL_RECORD},
    {CONCORDAT__V1__REQUEST__COMMAND_UPDATE, 2, SEAL_RECORD},
    {CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW, 2, SEAL_REASON},
    {CONCORDAT__V1__REQUEST__COMMAND_DECLINE, 4, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD, 2, SEAL_REASON},
    {CONCORDAT__V1__REQUEST__COMMAND_RECORD_DETENTION, 16, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_TAKE, 2, SEAL_REASON},
    {CONCORDAT__V1__REQUEST__COMMAND_GIVE_BACK, 2, SEAL_REASON},
    {CONCORDAT__V1__REQUEST__COMMAND_SEND_MESSAGE, 3, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_REOPEN, 2, SEAL_REASON},
    {CONCORDAT__V1__REQUEST__COMMAND_TRIED_TO_REACH, 5, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_REPORT_MISSING, 4, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_REPORT_FOUND, 5, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_ASK_BESIDE, 6, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_ANSWER_BESIDE, 6, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_RECORD_PASSED_ON, 4, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_CLOSE, 6, SEAL_NOTE},
    {CONCORDAT__V1__REQUEST__COMMAND_SAW_CLOSING, 3, SEAL_REASON},
};

/* NULL if the command has no such field. */
static const struct content_typed *content_typed_of(const Concordat__V1__Request *request)
{
    for (size_t i = 0; i < sizeof content_typed / sizeof *content_typed; i++)
        if (content_typed[i].command == request->command_case)
            return &content_typed[i];
    return NULL;
}

void content_find(const Concordat__V1__Request *request, const uint8_t *packed, size_t size,
                  struct content *content)
{
    const struct content_typed *typed = content_typed_of(request);
    struct scan scan = {packed, packed + size};
    struct scan_field field = {0};
    *content = (struct content){.bytes = packed, .request = request};
    while (scan_next(&scan, &field) == SCAN_FIELD && field.number <= REQUEST_PERSON)
        content->bytes = scan.at;
    content->size = (size_t)(packed + size - content->bytes);
    if (field.number <= REQUEST_PERSON)
        return;
    content->command = field;
    scan = (struct scan){field.bytes, field.bytes + field.size};
    for (const uint8_t *at = scan.at; typed && scan_next(&scan, &field) == SCAN_FIELD; at = scan.at)
        if (field.number == typed->field) {
            content->text = field;
            content->text_at = at;
            content->part = typed->part;
        } else if (field.number == REFERRAL && content_referral(request)) {
            content->referral = field;
        }
}

/* Finds the flags in a packed referral that has some. They are one field, as protobuf-c packs them. */
static void content_find_flags(const struct scan_field *referral, const uint8_t **begin, const uint8_t **end)
{
    struct scan scan = {referral->bytes, referral->bytes + referral->size};
    struct scan_field field;
    *begin = scan.at;
    while (scan_next(&scan, &field) == SCAN_FIELD && field.number < FLAGS)
        *begin = scan.at;
    *end = field.number == FLAGS ? scan.at : *begin;
}

/* Fills in the head that is hashed before a Submit or an Update: the command, the flags that belong to its
 * content, and the size of the referral without its flags, which tells where it ends. */
static void content_head(const struct content *content, size_t referral_size,
                         uint8_t head[CONTENT_HEAD_BYTES])
{
    const Concordat__V1__Referral *referral = content_referral(content->request);
    uint64_t flags = 0;
    for (size_t i = 0; i < referral->n_flags; i++)
        flags |= flag_bit(referral->flags[i]) & REFERRAL_SENDERS_FLAGS;
    head[0] = (uint8_t)content->request->command_case;
    for (int i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)(flags >> 8 * i);
    for (int i = 0; i < 4; i++)
        head[9 + i] = (uint8_t)(referral_size >> 8 * i);
}

static void content_hash(crypto_generichash_state *hash, const uint8_t *begin, const uint8_t *end)
{
    crypto_generichash_update(hash, begin, (size_t)(end - begin));
}

void content_digest(const struct content *content, uint8_t digest[CONTENT_DIGEST_BYTES])
{
    crypto_generichash_state hash;
    const struct scan_field *referral = &content->referral, *text = &content->text;
    const uint8_t *at = content->command.bytes, *end = at + content->command.size; /* of what is hashed */
    uint8_t head[CONTENT_HEAD_BYTES] = {(uint8_t)content->request->command_case};
    crypto_generichash_init(&hash, NULL, 0, CONTENT_DIGEST_BYTES);
    if (referral->number) {
        const uint8_t *flags = referral->bytes, *flags_end = flags;
        if (content_referral(content->request)->n_flags)
            content_find_flags(referral, &flags, &flags_end);
        content_head(content, referral->size - (size_t)(flags_end - flags), head);
        crypto_generichash_update(&hash, head, sizeof head);
        content_hash(&hash, referral->bytes, flags);
        at = flags_end;
    } else {
        crypto_generichash_update(&hash, head, sizeof head);
    }
    if (text->number) {
        content_hash(&hash, at, content->text_at);
        at = text->bytes + text->size;
    }
    content_hash(&hash, at, end);
    crypto_generichash_final(&hash, digest, CONTENT_DIGEST_BYTES);
}

void content_digest_keyed(const struct content *content, const uint8_t key[CONTENT_KEY_BYTES],
                          uint8_t digest[CONTENT_DIGEST_BYTES])
{
    crypto_generichash_state hash;
    uint8_t open_part[CONTENT_DIGEST_BYTES];
    content_digest(content, open_part);
    crypto_generichash_init(&hash, key, CONTENT_KEY_BYTES, CONTENT_DIGEST_BYTES);
    crypto_generichash_update(&hash, open_part, sizeof open_part);
    crypto_generichash_update(&hash, &(uint8_t){(uint8_t)content->part}, 1);
    if (content->text.number)
        crypto_generichash_update(&hash, content->text.bytes, content->text.size);
    crypto_generichash_final(&hash, digest, CONTENT_DIGEST_BYTES);
}
