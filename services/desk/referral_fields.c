/* referral_fields.c: the fields of a referral and how each is read: see referral_fields.h. */
#include "services/desk/referral_fields.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/referral/merge.h"
#include "proto/wire/check.h"
#include "proto/words/json.h"
#include "proto/words/words.h"
#include "services/desk/referral_reader.h"

#define R "referral."
#define C "confidential."
const char *const referral_group_titles[REFERRAL_GROUPS] = {
    [REFERRAL_GROUP_NEED] = "The referral:",
    [REFERRAL_GROUP_PERSON] = "The person:",
    [REFERRAL_GROUP_DETENTION] = "Detention:",
    [REFERRAL_GROUP_STREET] = "Street triage:",
    [REFERRAL_GROUP_LIAISON] = "Liaison and diversion:",
    [REFERRAL_GROUP_DEPARTMENT] = "Emergency department:",
    [REFERRAL_GROUP_REFERRER] = "You, and the referral itself:",
};

const struct referral_field referral_fields[] = {
    {REFERRAL_GROUP_NEED, "source", "SOURCE", R "source",
     "street-triage, liaison-and-diversion or emergency-department; without it, the one that your key is of",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_NEED, "callback", "NUMBER", C "callbackNumber",
     "To ring you back, at work; always needed", REFERRAL_TEXT},
    {REFERRAL_GROUP_NEED, "urgency", "URGENCY", R "urgency", "emergency, very-urgent, urgent or routine",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_NEED, "postcode", "POSTCODE", R "postcodeDistrict",
     "Where the person is: a postcode, its first half, or a place with one; ZZ99 or NFA for no fixed abode",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_NEED, "reason", "CODE", R "primaryReason",
     "National reason code, such as 18 in crisis, 15 self-harm; or in words", REFERRAL_TEXT},
    {REFERRAL_GROUP_NEED, "needs", "LIST", R "needs",
     "With commas: amhp, liaison-psychiatry, place-of-safety, perinatal, learning-disability, autism, older-adult, face-to-face-visit",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_NEED, "narrative", "@FILE", C "narrative",
     "In your own words: @ and a file that holds it, or - for standard input to its end; kept apart from the facts",
     REFERRAL_FILE},
    {REFERRAL_GROUP_PERSON, "age", "YEARS", R "person.ageYears", "34, fifteen, \"about 30\", ~40, 40s, teens",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_PERSON, "name", "@FILE", C "personName", "Their name", REFERRAL_LINE},
    {REFERRAL_GROUP_PERSON, "date-of-birth", "@FILE", C "dateOfBirth", "The day first, such as 31/12/2010",
     REFERRAL_LINE},
    {REFERRAL_GROUP_PERSON, "nhs-number", "@FILE", C "nhsNumber", "NHS number", REFERRAL_LINE},
    {REFERRAL_GROUP_PERSON, "address", "@FILE", C "address", "Where they live", REFERRAL_LINE},
    {REFERRAL_GROUP_PERSON, "person-number", "@FILE", C "personContactNumber", "To ring them", REFERRAL_LINE},
    {REFERRAL_GROUP_PERSON, "other-contact", "@FILE", C "otherContact", "A carer, nearest relative or AMHP",
     REFERRAL_LINE},
    {REFERRAL_GROUP_PERSON, "gender", "GENDER", R "person.gender",
     "male, female, non-binary, other, not known, not stated; or the code", REFERRAL_TEXT},
    {REFERRAL_GROUP_PERSON, "ethnicity", "CODE", R "person.ethnicCategory",
     "A to S, or in words; Z not stated, 99 not known", REFERRAL_TEXT},
    {REFERRAL_GROUP_PERSON, "ethnicity-stated-by", "WHO", R "person.ethnicityStatedBy",
     "self, officer or clinician", REFERRAL_TEXT},
    {REFERRAL_GROUP_PERSON, "looks-under-18", "YES|NO|CANNOT-TELL", R "person.looksUnder18",
     "If the age is not known: whether the person looks under 18", REFERRAL_TEXT},
    {REFERRAL_GROUP_PERSON, "language", "LANGUAGE", R "person.language",
     "Language needed: a name or an ISO 639 code, such as Polish, pl or BSL; without it, English",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_PERSON, "interpreter", NULL, R "person.interpreterNeeded", "An interpreter is needed",
     REFERRAL_YES},
    {REFERRAL_GROUP_PERSON, "intoxicated", NULL, R "intoxicated", "Recorded; never a bar", REFERRAL_YES},
    {REFERRAL_GROUP_PERSON, "safeguarding", "LIST", R "safeguarding",
     "With commas: child-at-risk, adult-at-risk, domestic-abuse, self-neglect, none-identified and so on; or in words",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_DETENTION, "section-136", NULL, R "legal.status", "Section 136 has been used",
     REFERRAL_SECTION_136},
    {REFERRAL_GROUP_DETENTION, "legal", "STATUS", R "legal.status", "none, section-136, section-135 or pace",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_DETENTION, "section-136-at", "TIME", R "legal.powerUsedAt", "When the power was used",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_DETENTION, "place-of-safety", "PLACE", R "legal.placeOfSafety",
     "health-based, emergency-department, private-home, police-station or other", REFERRAL_TEXT},
    {REFERRAL_GROUP_DETENTION, "place-of-safety-at", "TIME", R "legal.arrivedAtPlaceOfSafetyAt",
     "Arrival there", REFERRAL_TEXT},
    {REFERRAL_GROUP_DETENTION, "transport", "HOW", R "legal.transport",
     "ambulance, police-vehicle, other-health-vehicle, other, none", REFERRAL_TEXT},
    {REFERRAL_GROUP_DETENTION, "police-vehicle-reason", "WHY", R "legal.policeVehicleReason",
     "Why a police vehicle: ambulance-not-within-30-minutes, ambulance-refused, ambulance-not-requested, arrested-for-offence, risk-assessment, other",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_DETENTION, "handover-at", "TIME", R "legal.handoverDoneAt",
     "When the police were free to go", REFERRAL_TEXT},
    {REFERRAL_GROUP_STREET, "scene", "SAFETY", R "streetTriage.sceneSafety", "safe, not-safe or unknown",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_STREET, "model", "MODEL", R "streetTriage.model", "car, control-room or telephone",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_STREET, "kind-of-place", "PLACE", R "streetTriage.kindOfPlace",
     "home, street, bridge, railway, shop and so on; or in words", REFERRAL_TEXT},
    {REFERRAL_GROUP_LIAISON, "point-of-contact", "WHERE", R "liaisonAndDiversion.pointOfContact",
     "custody, voluntary-attendance, magistrates-court, youth-court, crown-court", REFERRAL_TEXT},
    {REFERRAL_GROUP_LIAISON, "offence", "CATEGORY", R "liaisonAndDiversion.offenceCategory",
     "violence-against-the-person, theft, public-order, none and so on; or in words", REFERRAL_TEXT},
    {REFERRAL_GROUP_LIAISON, "screened", "YES|NO", R "liaisonAndDiversion.screened",
     "Whether they were screened", REFERRAL_TEXT},
    {REFERRAL_GROUP_LIAISON, "screened-at", "TIME", R "liaisonAndDiversion.screenedAt", "When",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_LIAISON, "assessed", "YES|NO", R "liaisonAndDiversion.assessed",
     "Whether they were assessed", REFERRAL_TEXT},
    {REFERRAL_GROUP_LIAISON, "assessed-at", "TIME", R "liaisonAndDiversion.assessedAt", "When",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_LIAISON, "consent", "YES|NO", R "liaisonAndDiversion.consentToShareWithJustice",
     "Whether they agree that justice is told; this is not consent to care", REFERRAL_TEXT},
    {REFERRAL_GROUP_DEPARTMENT, "arrived-at", "TIME", R "emergencyDepartment.arrivedAt", "Arrival",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_DEPARTMENT, "self-harm", "YES|NO", R "emergencyDepartment.selfHarm", "After self-harm",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_DEPARTMENT, "physically-cleared", "YES|NO", R "emergencyDepartment.physicallyCleared",
     "Well enough in body to be seen", REFERRAL_TEXT},
    {REFERRAL_GROUP_DEPARTMENT, "psychosocially-assessed", "YES|NO",
     R "emergencyDepartment.psychosociallyAssessed", "Whether the assessment after self-harm was done",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_DEPARTMENT, "psychosocially-assessed-at", "TIME",
     R "emergencyDepartment.psychosociallyAssessedAt", "When", REFERRAL_TEXT},
    {REFERRAL_GROUP_REFERRER, "organisation", "CODE", R "organisation", "Your organisation's code",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_REFERRER, "site", "SITE", R "site", "Your site's id, such as northmoor-car; or in words",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_REFERRER, "role", "ROLE", R "referrerRole",
     "Your role, not your name: police-officer, control-room-staff, street-triage-nurse, mental-health-nurse, liaison-and-diversion-practitioner, custody-officer, custody-healthcare-professional, triage-nurse, emergency-department-nurse, emergency-department-doctor, liaison-psychiatry-practitioner, psychiatrist, amhp, social-worker, paramedic; or in words",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_REFERRER, "referrer-name", "@FILE", C "referrerName", "Your name", REFERRAL_LINE},
    {REFERRAL_GROUP_REFERRER, "own-reference", "@FILE", C "ownReference", "Your own case number",
     REFERRAL_LINE},
    {REFERRAL_GROUP_REFERRER, "decided-at", "TIME", R "decidedAt",
     "When you decided to refer; the wait begins here", REFERRAL_TEXT},
    {REFERRAL_GROUP_REFERRER, "urgency-set-by", "ROLE", R "urgencySetBy", "The role of who set the urgency",
     REFERRAL_TEXT},
    {REFERRAL_GROUP_REFERRER, "drill", NULL, R "drill",
     "An exercise: marked everywhere, outside every figure", REFERRAL_YES},
    {REFERRAL_GROUP_REFERRER, "id", "UUID", R "id", "The referral's id, to send the same one again safely",
     REFERRAL_TEXT},
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

/* Latin-1 as UTF-8. */
static json_t *referral_text_of_bytes(const char *text)
{
    size_t length = 0;
    char *utf8 = malloc(2 * strlen(text) + 1);
    if (!utf8)
        return NULL;
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte >= 0x80)
            utf8[length++] = (char)(0xc0 | byte >> 6);
        utf8[length++] = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
    }
    json_t *value = json_stringn(utf8, length);
    free(utf8);
    return value;
}

bool referral_field_set(json_t *json, const struct referral_field *field, const char *text)
{
    json_t *value;
    if (field->value == REFERRAL_YES)
        value = json_true();
    else if (field->value == REFERRAL_SECTION_136)
        value = json_string("section-136");
    else
        value = json_string(text);
    if (!value)
        value = referral_text_of_bytes(text);
    return value && referral_put_value(json, field->path, value);
}

static bool referral_put_id(json_t *json, const char *id)
{
    char fresh[UUID_TEXT_BYTES];
    if (!id && json_object_get(json_object_get(json, "referral"), "id"))
        return true;
    return referral_put_value(json, R "id", json_string(id ? id : words_fresh_uuid(fresh)));
}

/* Once before the reading, because the details depend on the source, and once after it, if it was not read.
 */
static bool referral_put_source(json_t *json, const char *of)
{
    const json_t *source = json_object_get(json_object_get(json, "referral"), "source");
    int value;
    if (source || !of || !words_parse(&concordat__v1__source__descriptor, of, &value))
        return true;
    return referral_put_value(json, R "source", json_string(of));
}

ProtobufCMessage *referral_message(json_t *json, json_t *given, const char *id, const char *of,
                                   int64_t now_ms, const ProtobufCMessageDescriptor *descriptor,
                                   struct arena *arena, struct referral_reading *reading,
                                   struct wire_fault *fault)
{
    *fault = (struct wire_fault){.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED};
    if (json_object_update_recursive(json, given) != 0 || !referral_put_source(json, of) ||
        !referral_reader_read(json, descriptor, now_ms, reading) || !referral_put_source(json, of) ||
        !referral_put_id(json, id)) {
        snprintf(fault->text, sizeof fault->text, "out of memory");
        return NULL;
    }
    ProtobufCMessage *message = json_to_message(json, descriptor, arena, fault);
    return message && check_message(message, fault) ? message : NULL;
}

/* "legal.powerUsedAt" as "legal.power_used_at" */
static void path_words(const char *from, const char *prefix, char path[REFERRAL_PATH_BYTES])
{
    size_t at = (size_t)snprintf(path, REFERRAL_PATH_BYTES, "%s", prefix);
    for (; *from && at + 2 < REFERRAL_PATH_BYTES; from++) {
        if (isupper((unsigned char)*from))
            path[at++] = '_';
        path[at++] = (char)tolower((unsigned char)*from);
    }
    path[at] = '\0';
}

bool referral_field_path(const char *text, char path[REFERRAL_PATH_BYTES])
{
    static const char *const prefixes[] = {"", R, C};
    Concordat__V1__Update update = CONCORDAT__V1__UPDATE__INIT;
    char fault[MERGE_FAULT_BYTES];
    const char *named = text;
    for (size_t i = 0; i < referral_fields_count; i++)
        if (strcmp(referral_fields[i].name, text) == 0)
            named = referral_fields[i].path;
    update.n_clear = 1;
    update.clear = (char *[]){path};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        path_words(named, prefixes[i], path);
        if (merge_may_clear(&update, fault))
            return true;
    }
    return false;
}
