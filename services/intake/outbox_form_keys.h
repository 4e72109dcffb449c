/* outbox_form_keys.h: the keys of an outbox to which devices seal forms, and for how long each is good.
 *
 * A device without a signal seals a form to the key that it was told last. Each key is told for
 * FORM_KEY_TOLD_DAYS and kept for FORM_KEY_KEPT_DAYS more; then it is destroyed, so that nobody opens what
 * was sealed to it, however much they copied. The keys are in the outbox, sealed like everything there, and
 * drawn at random, so that the intake's own key does not tell them. Times are UTC milliseconds. One thread.
 */
#ifndef CONCORDAT_INTAKE_OUTBOX_FORM_KEYS_H
#define CONCORDAT_INTAKE_OUTBOX_FORM_KEYS_H

#include "services/intake/form_seal.h"
#include "services/intake/outbox.h"

/* A key as it is kept. The caller wipes it. */
struct form_key_kept {
    uint8_t id[WIRE_ID_BYTES];
    struct form_key key;
    int64_t made_ms, opens_until_ms;
};

/* The key that devices are told now, which is made if there is none. OK or FAILED. */
enum outbox_status outbox_form_key_now(struct outbox *outbox, int64_t now_ms, struct form_key_kept *kept);

/* A key by its id. OK, NOT_FOUND if it was never here, is destroyed or does not open; or FAILED. */
enum outbox_status outbox_form_key_find(struct outbox *outbox, const uint8_t id[WIRE_ID_BYTES],
                                        struct form_key_kept *kept);

/* Destroys the keys whose time is over. OK or FAILED. */
enum outbox_status outbox_form_keys_end(struct outbox *outbox, int64_t now_ms, uint32_t *ended);

/* Seals what another key of the outbox had sealed under its own. Inside a transaction. OK or FAILED. */
enum outbox_status outbox_form_keys_seal_anew(struct outbox *outbox, const uint8_t *old_key);

/* Takes over the keys of another outbox of this intake (a backup of it, or one that was replaced), which must
 * have been sealed under the same key. Its file is only read. OK with *taken of them; NOT_FOUND if it cannot
 * be read; or FAILED. */
enum outbox_status outbox_form_keys_take(struct outbox *outbox, const char *path, uint32_t *taken);

#endif
