/* form_seal.c: see form_seal.h. */
#include "services/intake/form_seal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <sodium.h>
#include <string.h>

#define FORM_CURVE "P-256"

enum { AES_KEY_BYTES = 32, GCM_NONCE_BYTES = 12, SHARED_BYTES = 32, PURPOSE_BYTES = 16, TIME_BYTES = 8 };

static const char form_purpose[] = "concordat-form-1";

void form_seal_id(const uint8_t point[WIRE_POINT_BYTES], uint8_t id[WIRE_ID_BYTES])
{
    crypto_generichash(id, WIRE_ID_BYTES, point, WIRE_POINT_BYTES, NULL, 0);
}

bool form_seal_draw(struct form_key *key)
{
    EVP_PKEY *made = EVP_EC_gen(FORM_CURVE);
    BIGNUM *secret = NULL;
    size_t size = 0;
    bool done = made && EVP_PKEY_get_bn_param(made, OSSL_PKEY_PARAM_PRIV_KEY, &secret) == 1 &&
                BN_bn2binpad(secret, key->secret, FORM_SECRET_BYTES) == FORM_SECRET_BYTES &&
                EVP_PKEY_get_octet_string_param(made, OSSL_PKEY_PARAM_PUB_KEY, key->point, WIRE_POINT_BYTES,
                                                &size) == 1 &&
                size == WIRE_POINT_BYTES;
    BN_clear_free(secret);
    EVP_PKEY_free(made);
    return done;
}

/* A key of libcrypto from a point and, unless it is NULL, a secret. NULL if the point is not on the curve. */
static EVP_PKEY *form_key_of(const uint8_t point[WIRE_POINT_BYTES], const uint8_t *secret)
{
    BIGNUM *number = secret ? BN_bin2bn(secret, FORM_SECRET_BYTES, BN_secure_new()) : NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *made = NULL;
    bool done =
        builder && context && (number || !secret) &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, FORM_CURVE, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, WIRE_POINT_BYTES) == 1 &&
        (!secret || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1) &&
        (params = OSSL_PARAM_BLD_to_param(builder)) && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &made, secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) == 1;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_clear_free(number);
    if (done)
        return made;
    EVP_PKEY_free(made);
    return NULL;
}

/* What both sides of the form know, and nobody else. libcrypto refuses a peer that is not on the curve. */
static bool form_agree(const struct form_key *key, const uint8_t sender[WIRE_POINT_BYTES],
                       uint8_t shared[SHARED_BYTES])
{
    EVP_PKEY *own = form_key_of(key->point, key->secret), *peer = form_key_of(sender, NULL);
    EVP_PKEY_CTX *context = own && peer ? EVP_PKEY_CTX_new(own, NULL) : NULL;
    size_t size = SHARED_BYTES;
    bool done = context && EVP_PKEY_derive_init(context) == 1 &&
                EVP_PKEY_derive_set_peer(context, peer) == 1 &&
                EVP_PKEY_derive(context, shared, &size) == 1 && size == SHARED_BYTES;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(own);
    EVP_PKEY_free(peer);
    return done;
}

/* The key and then the nonce of the form's text. */
static bool form_derive(const struct form_key *key, const Concordat__V1__SubmitSealed *form,
                        uint8_t out[AES_KEY_BYTES + GCM_NONCE_BYTES])
{
    uint8_t shared[SHARED_BYTES], salt[2 * WIRE_POINT_BYTES],
        info[PURPOSE_BYTES + WIRE_ID_BYTES + TIME_BYTES], *time = info + PURPOSE_BYTES + WIRE_ID_BYTES;
    memcpy(salt, key->point, WIRE_POINT_BYTES);
    memcpy(salt + WIRE_POINT_BYTES, form->sender_key.data, WIRE_POINT_BYTES);
    memcpy(info, form_purpose, PURPOSE_BYTES);
    memcpy(info + PURPOSE_BYTES, form->referral.data, WIRE_ID_BYTES);
    for (int i = 0; i < TIME_BYTES; i++)
        time[i] = (uint8_t)(form->sealed_ms >> 8 * (TIME_BYTES - 1 - i));
    if (!form_agree(key, form->sender_key.data, shared))
        return false;
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, shared, sizeof shared),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof salt),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info),
        OSSL_PARAM_construct_end(),
    };
    bool done = context && EVP_KDF_derive(context, out, AES_KEY_BYTES + GCM_NONCE_BYTES, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    sodium_memzero(shared, sizeof shared);
    return done;
}

static bool form_decrypt(const uint8_t derived[AES_KEY_BYTES + GCM_NONCE_BYTES],
                         const ProtobufCBinaryData *sealed, uint8_t *text, size_t size)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0, rest = 0;
    bool done =
        context &&
        EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), derived, derived + AES_KEY_BYTES, NULL) == 1 &&
        EVP_DecryptUpdate(context, text, &written, sealed->data, (int)size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, FORM_TAG_BYTES, sealed->data + size) == 1 &&
        EVP_DecryptFinal_ex(context, text + written, &rest) == 1 && (size_t)written == size && rest == 0;
    EVP_CIPHER_CTX_free(context);
    return done;
}

bool form_seal_open(const struct form_key *key, const Concordat__V1__SubmitSealed *form, uint8_t *text,
                    size_t *size)
{
    uint8_t derived[AES_KEY_BYTES + GCM_NONCE_BYTES];
    *size = 0;
    if (form->sealed.len <= FORM_TAG_BYTES || form->sealed.len > WIRE_SEALED_BYTES_MAX)
        return false;
    size_t length = form->sealed.len - FORM_TAG_BYTES;
    bool done = form_derive(key, form, derived) && form_decrypt(derived, &form->sealed, text, length);
    sodium_memzero(derived, sizeof derived);
    if (done)
        *size = length;
    else
        sodium_memzero(text, length);
    return done;
}
