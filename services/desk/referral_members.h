/* referral_members.h: what the parts of the reader of referrals share: the JSON that is read, what is kept,
 * and what the person is told. See referral_reader.h. */
#ifndef CONCORDAT_DESK_REFERRAL_MEMBERS_H
#define CONCORDAT_DESK_REFERRAL_MEMBERS_H

#include "proto/wire/wire.h"

#include "proto/words/words.h"
#include "services/desk/referral_kept.h"

struct referral_reader {
    json_t *json; /* borrowed; the whole referral */
    int64_t now_ms;
    struct referral_kept kept;
    /* What follows for other fields of the person from what was read: */
    bool needs_interpreter;
    bool has_age, age_is_estimated;
};

/* Tells what a field was understood as. */
void referral_reader_note(struct referral_reader *reader, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a field is called to a person: "Power used at". */
void referral_reader_label(const ProtobufCFieldDescriptor *field, char out[WORDS_MAX]);

/* Sets a member. Takes the value's reference; NULL counts as memory that ran out. */
void referral_reader_set(struct referral_reader *reader, json_t *object, const char *key, json_t *value);

/* The part "referral" or "confidential" of the JSON, which is made if it is not there. Borrowed. */
json_t *referral_reader_part(struct referral_reader *reader, const char *part);

#endif
