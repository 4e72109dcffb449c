/* sealed_form.h: what is inside a sealed form, read as a Submit.
 *
 * Inside stands JSON: {"fields": {"age": "about 30", ...}}, what a person typed by the names of the fields of
 * services/desk/referral_fields.h; or {"referral": {...}, "confidential": {...}}, as referral_reader.h has
 * it; or both. It is read as of the time at which it was sealed, so that "at 14:05" means that day; unless
 * the device's clock was wrong, so that it says a time to come, or one before the key was made. Not thread
 * safe: it uses the outbox.
 */
#ifndef CONCORDAT_INTAKE_SEALED_FORM_H
#define CONCORDAT_INTAKE_SEALED_FORM_H

#include "proto/referral/referral_rules.h"
#include "services/intake/outbox.h"

enum sealed_form_status {
    SEALED_FORM_OPENED,
    SEALED_FORM_NO_KEY,  /* it is sealed to a key that is not here */
    SEALED_FORM_ALTERED, /* it does not open, or nothing that a page of ours makes is in it */
    SEALED_FORM_FAILED   /* memory is short, or the outbox cannot be read */
};

/* Opens the form in a request and makes the request the Submit that was sealed, with memory of the arena.
 * *as_of_ms is the time as of which it was read. Unless it returns SEALED_FORM_OPENED, the request is as it
 * was. */
enum sealed_form_status sealed_form_open(struct outbox *outbox, const struct referral_site *site,
                                         Concordat__V1__Request *request, int64_t now_ms, struct arena *arena,
                                         int64_t *as_of_ms);

/* Opens the forms of an outbox that wait for a key, as far as their keys are there now: how many it opened,
 * and how many are left. Resets the arena. OK or FAILED. */
enum outbox_status sealed_forms_open_kept(struct outbox *outbox, const struct referral_site *site,
                                          int64_t now_ms, struct arena *arena, uint32_t *opened,
                                          uint32_t *left);

#endif
