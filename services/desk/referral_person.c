/* referral_person.c: what is said about the person and where they are: see referral_person.h. */
#include "services/desk/referral_person.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/referral/referral_rules.h"
#include "proto/words/json.h"
#include "proto/words/near.h"
#include "proto/words/spoken_age.h"
#include "proto/words/spoken_date.h"
#include "services/desk/language_names.h"

#define NO_FIXED_ABODE "ZZ99 3VZ"

/* A plain postcode, such as "ZX10 1AA", says by itself what was understood. */
enum { PLAIN_POSTCODE_CHARS = 8 };

/* --- age and date of birth ----------------------------------------------------------------------------- */

static bool take_age(struct referral_reader *reader, const char *text, json_t *read)
{
    enum { PLAIN_AGE_CHARS = 3 };
    struct spoken_age age;
    if (!spoken_age_read(text, &age))
        return false;
    referral_reader_set(reader, read, "ageYears", json_integer(age.years));
    reader->has_age = true;
    reader->age_is_estimated = age.estimated;
    if (age.estimated || strlen(text) > PLAIN_AGE_CHARS)
        referral_reader_note(reader, "Age", "%s%u", age.estimated ? "about " : "", age.years);
    return true;
}

/* A text that is no date stays where it is: it is confidential there, and the rules of a referral flag it. */
static bool take_date_of_birth(struct referral_reader *reader, const char *text, json_t *read)
{
    struct spoken_date date;
    char written[SPOKEN_DATE_BYTES];
    if (!spoken_date_of_birth(text, reader->now_ms, &date)) {
        if (*text)
            referral_kept_name(&reader->kept, "Date of birth");
        return false;
    }
    spoken_date_write(&date, written);
    referral_reader_set(reader, read, "dateOfBirth", json_string(written));
    return true;
}

/* --- language ------------------------------------------------------------------------------------------ */

/* Hardly any team signs, so that a sign language asks for an interpreter by itself. */
static bool take_language(struct referral_reader *reader, const char *text, json_t *read)
{
    const char *code = language_names_find(text);
    if (!code && *text) {
        json_t *value = json_string(text);
        referral_kept_add(&reader->kept, "Language", value); /* it may look like a code and be none */
        json_decref(value);
    }
    if (!code)
        return true;
    const char *name = language_names_of(code);
    reader->needs_interpreter = reader->needs_interpreter || strstr(name, "Sign Language");
    referral_reader_set(reader, read, "language", json_string(code));
    if (strcmp(text, code) != 0)
        referral_reader_note(reader, "Language", "%s", name);
    return true;
}

/* --- place ---------------------------------------------------------------------------------------------- */

static bool says_no_fixed_abode(const char *text)
{
    static const char *const abode_typed[] = {"no fixed abode", "NFA", "homeless", "no fixed address",
                                              "rough sleeper"};
    struct near_search search;
    long which;
    near_begin(&search, text);
    for (size_t i = 0; i < sizeof abode_typed / sizeof *abode_typed; i++)
        near_try(&search, abode_typed[i], 0);
    return near_end(&search, &which);
}

/* The whole postcode, or a place in words, may name a household and is confidential. */
static void place_in_words(struct referral_reader *reader, const char *text)
{
    json_t *confidential = referral_reader_part(reader, "confidential");
    const char *before = json_string_value(json_object_get(confidential, "postcode"));
    json_t *value = json_string(text);
    if (before && *before && strcmp(before, text) != 0)
        referral_kept_add(&reader->kept, "Postcode", value);
    else
        referral_reader_set(reader, confidential, "postcode", json_incref(value));
    json_decref(value);
}

/* The district is a fact for routing. A text in which no district is found goes along as it is, and the rules
 * of a referral flag it. */
static bool take_district(struct referral_reader *reader, const char *text, json_t *read)
{
    char district[POSTCODE_DISTRICT_BYTES];
    if (says_no_fixed_abode(text)) {
        referral_reader_note(reader, "Postcode", "no fixed abode (" NO_FIXED_ABODE ")");
        place_in_words(reader, NO_FIXED_ABODE);
        return true;
    }
    if (postcode_district(text, district)) {
        referral_reader_set(reader, read, "postcodeDistrict", json_string(district));
        if (strlen(text) > PLAIN_POSTCODE_CHARS)
            referral_reader_note(reader, "Postcode", "district %s", district);
    }
    if (*text && strcasecmp(text, district) != 0)
        place_in_words(reader, text);
    return true;
}

static bool take_postcode(struct referral_reader *reader, const char *text, json_t *read)
{
    if (!says_no_fixed_abode(text))
        return false;
    referral_reader_note(reader, "Postcode", "no fixed abode (" NO_FIXED_ABODE ")");
    referral_reader_set(reader, read, "postcode", json_string(NO_FIXED_ABODE));
    return true;
}

/* --- all of them -----------------------------------------------------------------------------------------
 */

typedef bool take_text(struct referral_reader *reader, const char *text, json_t *read);

static take_text *taker_of(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        const char *field;
        take_text *take;
    } takers[] = {
        {&concordat__v1__demographics__descriptor, "age_years", take_age},
        {&concordat__v1__demographics__descriptor, "language", take_language},
        {&concordat__v1__referral__descriptor, "postcode_district", take_district},
        {&concordat__v1__confidential__descriptor, "date_of_birth", take_date_of_birth},
        {&concordat__v1__confidential__descriptor, "postcode", take_postcode},
    };
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (takers[i].type == type && strcmp(takers[i].field, field->name) == 0)
            return takers[i].take;
    return NULL;
}

bool referral_person_take(struct referral_reader *reader, const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field, const json_t *value, json_t *read)
{
    take_text *take = taker_of(type, field);
    char digits[32];
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = digits;
    }
    return take && text && take(reader, text, read);
}

bool referral_person_take_need(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                               const json_t *item)
{
    struct near_search search;
    long which;
    if (strcmp(field->name, "needs") != 0 || !json_is_string(item))
        return false;
    near_begin(&search, json_string_value(item));
    near_try(&search, "interpreter", 0);
    if (!near_end(&search, &which))
        return false;
    reader->needs_interpreter = true;
    referral_reader_note(reader, "Needs", "an interpreter");
    return true;
}

/* Sets what the person was not told otherwise about, under whichever of its names. */
static void settle_yes(struct referral_reader *reader, json_t *person, const char *field, bool yes)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__demographics__descriptor;
    const char *key;
    json_t *value;
    json_object_foreach (person, key, value)
        if (json_find_field(type, key) == json_find_field(type, field))
            return;
    referral_reader_set(reader, person, field, json_boolean(yes));
}

void referral_person_settle(struct referral_reader *reader)
{
    json_t *referral = referral_reader_part(reader, "referral");
    if (!reader->needs_interpreter && !reader->has_age)
        return;
    if (!json_is_object(json_object_get(referral, "person")))
        referral_reader_set(reader, referral, "person", json_object());
    json_t *person = json_object_get(referral, "person");
    if (reader->needs_interpreter)
        settle_yes(reader, person, "interpreterNeeded", true);
    if (!reader->has_age)
        return;
    settle_yes(reader, person, "ageKnown", true);
    if (reader->age_is_estimated)
        json_object_del(person, "age_estimated");
    if (reader->age_is_estimated)
        referral_reader_set(reader, person, "ageEstimated", json_true());
    else /* said either way: an update that is sure of the age ends an estimate */
        settle_yes(reader, person, "ageEstimated", false);
}
