/* referral_person.h: what is said about the person and where they are, by a part of the reader of referrals:
 * an age, a date of birth, a language, a place. See referral_reader.h. */
#ifndef CONCORDAT_DESK_REFERRAL_PERSON_H
#define CONCORDAT_DESK_REFERRAL_PERSON_H

#include "services/desk/referral_members.h"

/* Takes the value of a field that says more than itself, and sets in `read`, or elsewhere, what it says.
 * False if the field is none of those, or the value is not read; then nothing is set. */
bool referral_person_take(struct referral_reader *reader, const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field, const json_t *value, json_t *read);

/* Takes an item of a list of needs that is no code of it but means something. */
bool referral_person_take_need(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                               const json_t *item);

/* Sets what follows from all that was read. */
void referral_person_settle(struct referral_reader *reader);

#endif
