/* outbox_seal.h: how a command is sealed in an outbox, and opened. Only the outbox's own files include this.
 *
 * A sealed text is the digest of the command's content, and then the packed request. The digest is inside
 * because names and numbers could be tried against it. A text opens only for the referral that it is about.
 */
#ifndef CONCORDAT_INTAKE_OUTBOX_SEAL_H
#define CONCORDAT_INTAKE_OUTBOX_SEAL_H

#include "services/intake/outbox_store.h"

/* Seals a command about a referral into outbox->body. Returns the size. */
size_t outbox_seal(struct outbox *outbox, const uint8_t *referral, const Concordat__V1__Request *request,
                   const uint8_t digest[CONTENT_DIGEST_BYTES]);

/* Opens a body of a command about command->referral, and fills in its request, with memory of the arena, and
 * its digest. The request is NULL if the body does not open. */
void outbox_unseal(struct outbox *outbox, const void *body, size_t size, struct arena *arena,
                   struct outbox_command *command);

/* Seals `size` bytes of outbox->text, which stand behind the room for a salt, into outbox->body; and wipes
 * them. Returns the size of the body. */
size_t outbox_seal_text(struct outbox *outbox, const uint8_t *referral, size_t size);
/* Opens a body with a key into outbox->text. Then the caller seals it anew, or wipes it. */
bool outbox_seal_opens(struct outbox *outbox, const uint8_t *key, const uint8_t *referral, const void *body,
                       size_t size, struct seal_opened *opened);
void outbox_seal_wipe(struct outbox *outbox, const struct seal_opened *opened);

#endif
