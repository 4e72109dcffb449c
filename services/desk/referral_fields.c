/* referral_fields.c: the fields of a referral and how each is read: see referral_fields.h. */
#include "services/desk/referral_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/referral/referral_rules.h"
#include "proto/wire/check.h"
#include "proto/words/json.h"
#include "proto/words/words.h"
#include "services/desk/language_names.h"
#include "services/desk/referral_words.h"

#define R "referral."
#define C "confidential."
const struct referral_field referral_fields[] = {
    {"source", "SOURCE", R "source", "street-triage, liaison-and-diversion or emergency-department",
     REFERRAL_TEXT},
    {"urgency", "URGENCY", R "urgency", "emergency, very-urgent, urgent or routine", REFERRAL_TEXT},
    {"postcode", "POSTCODE", R "postcodeDistrict", "Where the person is; the first half is enough",
     REFERRAL_POSTCODE},
    {"reason", "CODE", R "primaryReason",
     "National reason code, such as 18 in crisis, 15 self-harm; or in words", REFERRAL_TEXT},
    {"callback", "NUMBER", C "callbackNumber", "To ring you back, at work; always needed", REFERRAL_TEXT},
    {"narrative", "@FILE", C "narrative",
     "In your own words: @ and a file that holds it, or - for standard input; kept apart from the facts",
     REFERRAL_FILE},
    {"age", "YEARS", R "person.ageYears", "Age, or \"about 30\"", REFERRAL_AGE},
    {"needs", "LIST", R "needs",
     "With commas: amhp, liaison-psychiatry, place-of-safety, perinatal, "
     "learning-disability, autism, older-adult, face-to-face-visit",
     REFERRAL_LIST},
    {"section-136", NULL, R "legal.status", "Section 136 has been used", REFERRAL_SECTION_136},
    {"section-136-at", "TIME", R "legal.powerUsedAt", "When it was used", REFERRAL_TEXT},
    {"place-of-safety-at", "TIME", R "legal.arrivedAtPlaceOfSafetyAt", "Arrival at the place of safety",
     REFERRAL_TEXT},
    {"transport", "HOW", R "legal.transport", "ambulance, police-vehicle, other-health-vehicle, other, none",
     REFERRAL_TEXT},
    {"scene", "SAFETY", R "streetTriage.sceneSafety", "safe, not-safe or unknown", REFERRAL_TEXT},
    {"model", "MODEL", R "streetTriage.model", "Street triage: car, control-room or telephone",
     REFERRAL_TEXT},
    {"point-of-contact", "WHERE", R "liaisonAndDiversion.pointOfContact",
     "Liaison and diversion: custody, voluntary-attendance, magistrates-court, youth-court, crown-court",
     REFERRAL_TEXT},
    {"arrived-at", "TIME", R "emergencyDepartment.arrivedAt", "Emergency department: arrival", REFERRAL_TEXT},
    {"self-harm", "YES|NO", R "emergencyDepartment.selfHarm", "Emergency department: after self-harm",
     REFERRAL_TEXT},
    {"gender", "CODE", R "person.gender",
     "1 male, 2 female, 3 non-binary, 4 other, X not known, Z not stated", REFERRAL_TEXT},
    {"ethnicity", "CODE", R "person.ethnicCategory", "A to S; Z not stated, 99 not known", REFERRAL_TEXT},
    {"language", "LANGUAGE", R "person.language",
     "Language needed: a name or an ISO 639 code, such as Polish, pl or BSL; without it, English",
     REFERRAL_LANGUAGE},
    {"intoxicated", NULL, R "intoxicated", "Recorded; never a bar", REFERRAL_YES},
    {"organisation", "CODE", R "organisation", "Your organisation's code", REFERRAL_TEXT},
    {"site", "SITE", R "site", "Your site's id, such as northmoor-car; or in words", REFERRAL_TEXT},
    {"role", "ROLE", R "referrerRole",
     "Your role, not your name: police-officer, control-room-staff, street-triage-nurse, mental-health-nurse, "
     "liaison-and-diversion-practitioner, custody-officer, custody-healthcare-professional, triage-nurse, "
     "emergency-department-nurse, emergency-department-doctor, liaison-psychiatry-practitioner, psychiatrist, "
     "amhp, social-worker, paramedic; or in words",
     REFERRAL_TEXT},
    {"decided-at", "TIME", R "decidedAt", "When you decided to refer; the wait begins here", REFERRAL_TEXT},
    {"drill", NULL, R "drill", "An exercise: marked everywhere, outside every figure", REFERRAL_YES},
    {"id", "UUID", R "id", "The referral's id, to send the same one again safely", REFERRAL_TEXT},
};
const size_t referral_fields_count = sizeof referral_fields / sizeof *referral_fields;

/* Sets a value at a dotted path, making the objects on the way. Takes the value's reference. */
static bool referral_put_value(json_t *root, const char *path, json_t *value)
{
    const char *dot;
    for (; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
        json_t *next = json_object_get(root, name);
        if (!json_is_object(next)) {
            next = json_object();
            if (json_object_set_new(root, name, next) != 0) {
                json_decref(value);
                return false;
            }
        }
        root = next;
    }
    return json_object_set_new(root, path, value) == 0;
}

static bool referral_put_text(json_t *json, const char *path, const char *text)
{
    return referral_put_value(json, path, json_string(text));
}

static bool referral_put_yes(json_t *json, const char *path, const char *text)
{
    (void)text;
    return referral_put_value(json, path, json_true());
}

static bool referral_put_section_136(json_t *json, const char *path, const char *text)
{
    (void)text;
    return referral_put_value(json, path, json_string("section-136"));
}

static bool referral_put_list(json_t *json, const char *path, const char *text)
{
    json_t *list = json_array();
    while (list && *text != '\0') {
        size_t size = strcspn(text, ",");
        if (size > 0)
            json_array_append_new(list, json_stringn(text, size));
        text += size;
        text += strspn(text, ", ");
    }
    return referral_put_value(json, path, list);
}

static bool referral_put_age(json_t *json, const char *path, const char *text)
{
    bool estimated = strncmp(text, "about ", 6) == 0;
    const char *digits = estimated ? text + 6 : text;
    size_t size = strspn(digits, "0123456789");
    if (size == 0 || size > 3 || digits[size] != '\0')
        return false;
    return referral_put_value(json, path, json_integer(atoi(digits))) &&
           referral_put_value(json, R "person.ageKnown", json_true()) &&
           (!estimated || referral_put_value(json, R "person.ageEstimated", json_true()));
}

/* The district is a fact for routing; a whole postcode may name a household and is confidential. A text in
 * which no district is found goes along as it is, and the rules of a referral flag it. */
static bool referral_put_postcode(json_t *json, const char *path, const char *text)
{
    char district[POSTCODE_DISTRICT_BYTES];
    if (postcode_district(text, district) && !referral_put_text(json, path, district))
        return false;
    return strcasecmp(text, district) == 0 || referral_put_text(json, C "postcode", text);
}

/* Hardly any team signs, so that a sign language asks for an interpreter by itself. */
static bool referral_put_language(json_t *json, const char *path, const char *text)
{
    const char *code = language_names_find(text);
    bool signs = code && strstr(language_names_of(code), "Sign Language");
    return code && referral_put_text(json, path, code) &&
           (!signs || referral_put_value(json, R "person.interpreterNeeded", json_true()));
}

static bool (*const setters[])(json_t *, const char *, const char *) = {
    [REFERRAL_TEXT] = referral_put_text,         [REFERRAL_FILE] = referral_put_text,
    [REFERRAL_YES] = referral_put_yes,           [REFERRAL_SECTION_136] = referral_put_section_136,
    [REFERRAL_AGE] = referral_put_age,           [REFERRAL_LIST] = referral_put_list,
    [REFERRAL_POSTCODE] = referral_put_postcode, [REFERRAL_LANGUAGE] = referral_put_language};

bool referral_field_set(json_t *json, const struct referral_field *field, const char *text)
{
    return setters[field->value](json, field->path, text);
}

static bool referral_put_id(json_t *json, const char *id)
{
    char fresh[UUID_TEXT_BYTES];
    uint8_t bytes[WIRE_ID_BYTES];
    if (!id && json_object_get(json_object_get(json, "referral"), "id"))
        return true;
    words_new_uuid(bytes);
    words_uuid(bytes, fresh);
    return referral_put_value(json, R "id", json_string(id ? id : fresh));
}

ProtobufCMessage *referral_message(json_t *json, json_t *given, const char *id,
                                   const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                   struct wire_fault *fault)
{
    char moved[REFERRAL_MOVED_BYTES];
    *fault = (struct wire_fault){.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED};
    if (json_object_update_recursive(json, given) != 0 || !referral_put_id(json, id) ||
        !referral_words_move(json, moved)) {
        snprintf(fault->text, sizeof fault->text, "out of memory");
        return NULL;
    }
    ProtobufCMessage *message = json_to_message(json, descriptor, arena, fault);
    if (!message || !check_message(message, fault))
        return NULL;
    if (moved[0] != '\0')
        snprintf(fault->text, sizeof fault->text, "No code, so now in the confidential part: %s.", moved);
    return message;
}

void referral_set_source(Concordat__V1__Referral *referral, const char *of)
{
    int source;
    if (referral->source == CONCORDAT__V1__SOURCE__SOURCE_UNSPECIFIED &&
        words_parse(&concordat__v1__source__descriptor, of, &source))
        referral->source = (Concordat__V1__Source)source;
}
