/* refer_form.h: the form of a referral as a browser sends it, and the message that it becomes.
 *
 * What was typed is kept as it is from page to page, in the form itself: the gateway stores none of it. One
 * thread.
 */
#ifndef CONCORDAT_GATEWAY_REFER_FORM_H
#define CONCORDAT_GATEWAY_REFER_FORM_H

#include <stdint.h>

#include "proto/words/words.h"
#include "services/desk/referral_form.h"
#include "services/gateway/form.h"

/* The fields of the form that are no questions. */
#define REFER_TOKEN   "token"
#define REFER_ID      "referral" /* made when the form was first shown, so that sending it twice sends it once */
#define REFER_COMMAND "command" /* the same of a change to a referral */
#define REFER_PAGE    "page"    /* the number of the page that was filled in; not sent: all were, on one */
#define REFER_BY      "by"      /* the id of the person to whom the form was shown */
#define REFER_GO      "go"      /* what the person pressed */
#define REFER_SOURCE  "source"  /* of a telephoned referral: the kind of source that rang */
#define REFER_CALLER  "caller"  /* the same: the name of the source's key, if it is known */
#define REFER_RANG    "rang-at" /* the same: when they rang, as the coordinator says it */
#define REFER_CLEAR   "clear"   /* of a change: the question whose answer is not so, and is taken away */

/* The one who types. */
struct refer_person {
    const char *name; /* borrowed */
    Concordat__V1__StaffRole role;
};

/* The rules by which it is read: every question of any source. */
const struct form_rule *refer_rules(size_t *count);

/* Fills in a form that nobody has filled in yet: a new id, as that field, who the person is (NULL: not said),
 * and the kind of source that rang, a word that outlives the form (NULL: none did). It is ended by
 * form_close. False if there is no memory. */
bool refer_form_begin(struct form *form, const char *field, const struct refer_person *person,
                      const char *source);

/* True if something was typed or ticked beyond who the person is. */
bool refer_form_has(const struct form *form, const struct referral_question *question,
                    const struct refer_person *person);

/* The id of a field of the form. False if it is none. */
bool refer_form_id(const struct form *form, const char *field, uint8_t id[WIRE_ID_BYTES]);

/* Reads when the source rang. False if it is not said, or not understood: then it goes with the rest of what
 * was typed. */
bool refer_form_rang(const struct form *form, int64_t now_ms, int64_t *rang_ms);

/* The name of the key of the source that rang; NULL if it is not said, or no key can be called so: then it
 * goes with the rest too. */
const char *refer_form_caller(const struct form *form);

/* The message, a Submit or an Update as the descriptor says, for the referral of an id. `of` is the source's
 * word. It is in the arena. NULL if there is no memory for it. */
ProtobufCMessage *refer_form_message(const struct form *form, const char *id, const char *of, int64_t now_ms,
                                     const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                     struct referral_reading *reading);

#endif
