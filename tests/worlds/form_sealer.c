/* form_sealer.c: see form_sealer.h. The older interface of libcrypto does the agreement, and HKDF is made of
 * its HMAC, so that little is shared with the product. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "tests/worlds/form_sealer.h"

#include <assert.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <string.h>

enum { HASH_BYTES = 32, DERIVED_BYTES = 44, INFO_BYTES = 40 };

/* The x of a point times the sender's number; and the sender's own point. */
static void sealer_agree(const uint8_t point[WIRE_POINT_BYTES], uint8_t sender[WIRE_POINT_BYTES],
                         uint8_t shared[HASH_BYTES])
{
    uint8_t both[WIRE_POINT_BYTES];
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *theirs = EC_POINT_new(group), *ours = EC_POINT_new(group), *product = EC_POINT_new(group);
    BIGNUM *number = BN_new();
    BN_set_word(number, 0x5eed5eed);
    int good = EC_POINT_oct2point(group, theirs, point, WIRE_POINT_BYTES, NULL) &&
               EC_POINT_mul(group, product, NULL, theirs, number, NULL) &&
               EC_POINT_mul(group, ours, number, NULL, NULL, NULL);
    assert(good);
    EC_POINT_point2oct(group, ours, POINT_CONVERSION_UNCOMPRESSED, sender, WIRE_POINT_BYTES, NULL);
    EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, both, WIRE_POINT_BYTES, NULL);
    memcpy(shared, both + 1, HASH_BYTES);
    BN_free(number);
    EC_POINT_free(product);
    EC_POINT_free(ours);
    EC_POINT_free(theirs);
    EC_GROUP_free(group);
}

/* RFC 5869, for up to two blocks. */
static void sealer_derive(const uint8_t shared[HASH_BYTES], const uint8_t salt[2 * WIRE_POINT_BYTES],
                          const uint8_t info[INFO_BYTES], uint8_t derived[2 * HASH_BYTES])
{
    uint8_t key[HASH_BYTES], block[HASH_BYTES + INFO_BYTES + 1];
    HMAC(EVP_sha256(), salt, 2 * WIRE_POINT_BYTES, shared, HASH_BYTES, key, NULL);
    memcpy(block, info, INFO_BYTES);
    block[INFO_BYTES] = 1;
    HMAC(EVP_sha256(), key, HASH_BYTES, block, INFO_BYTES + 1, derived, NULL);
    memcpy(block, derived, HASH_BYTES);
    memcpy(block + HASH_BYTES, info, INFO_BYTES);
    block[HASH_BYTES + INFO_BYTES] = 2;
    HMAC(EVP_sha256(), key, HASH_BYTES, block, sizeof block, derived + HASH_BYTES, NULL);
}

static void sealer_encrypt(const uint8_t derived[DERIVED_BYTES], const void *text, size_t size, uint8_t *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;
    EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, derived, derived + HASH_BYTES);
    EVP_EncryptUpdate(context, out, &written, text, (int)size);
    EVP_EncryptFinal_ex(context, out + written, &written);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, FORM_TAG_BYTES, out + size);
    EVP_CIPHER_CTX_free(context);
}

void form_sealer_seal(struct sealed_example *example, const uint8_t point[WIRE_POINT_BYTES], uint8_t referral,
                      int64_t sealed_ms, const void *text, size_t size)
{
    uint8_t shared[HASH_BYTES], salt[2 * WIRE_POINT_BYTES], info[INFO_BYTES], derived[2 * HASH_BYTES];
    memset(example, 0, sizeof *example);
    example->referral[0] = referral;
    form_seal_id(point, example->key_id);
    sealer_agree(point, example->sender, shared);
    memcpy(salt, point, WIRE_POINT_BYTES);
    memcpy(salt + WIRE_POINT_BYTES, example->sender, WIRE_POINT_BYTES);
    memcpy(info, "concordat-form-1", 16);
    memcpy(info + 16, example->referral, WIRE_ID_BYTES);
    for (int i = 0; i < 8; i++)
        info[32 + i] = (uint8_t)(sealed_ms >> 8 * (7 - i));
    sealer_derive(shared, salt, info, derived);
    sealer_encrypt(derived, text, size, example->sealed);
    concordat__v1__submit_sealed__init(&example->form);
    example->form.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, example->referral};
    example->form.key = (ProtobufCBinaryData){WIRE_ID_BYTES, example->key_id};
    example->form.sender_key = (ProtobufCBinaryData){WIRE_POINT_BYTES, example->sender};
    example->form.sealed = (ProtobufCBinaryData){size + FORM_TAG_BYTES, example->sealed};
    example->form.sealed_ms = sealed_ms;
}
