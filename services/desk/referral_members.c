/* referral_members.c: what the parts of the reader of referrals share: see referral_members.h. */
#include "services/desk/referral_members.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void referral_reader_note(struct referral_reader *reader, const char *label, const char *format, ...)
{
    char *out = reader->kept.reading->understood;
    size_t used = strlen(out);
    va_list arguments;
    used +=
        (size_t)snprintf(out + used, READING_UNDERSTOOD_BYTES - used, "%s%s: ", used > 0 ? "; " : "", label);
    va_start(arguments, format);
    if (used < READING_UNDERSTOOD_BYTES)
        vsnprintf(out + used, READING_UNDERSTOOD_BYTES - used, format, arguments);
    va_end(arguments);
}

void referral_reader_label(const ProtobufCFieldDescriptor *field, char out[WORDS_MAX])
{
    static const struct {
        const char *field, *label;
    } labels[] = {{"age_years", "Age"}, {"ethnic_category", "Ethnicity"}, {"primary_reason", "Reason"}};
    const char *label = field->name;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(field->name, labels[i].field) == 0)
            label = labels[i].label;
    words_field(label, out);
}

void referral_reader_set(struct referral_reader *reader, json_t *object, const char *key, json_t *value)
{
    if (!value || json_object_set_new(object, key, value) != 0)
        reader->kept.ran_out = true;
}

json_t *referral_reader_part(struct referral_reader *reader, const char *part)
{
    if (!json_is_object(json_object_get(reader->json, part)))
        referral_reader_set(reader, reader->json, part, json_object());
    return json_object_get(reader->json, part);
}
