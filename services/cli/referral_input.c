/* referral_input.c: see referral_input.h. */
#include "services/cli/referral_input.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/check.h"
#include "proto/words/json.h"
#include "proto/words/words.h"

enum kind { KIND_TEXT, KIND_YES, KIND_AGE, KIND_NEEDS, KIND_POSTCODE, KIND_SECTION_136 };

struct field {
    const char *option, *argument, *path, *doc;
    enum kind kind;
};

#define R "referral."
#define C "confidential."
static const struct field fields[] = {
    {"source", "SOURCE", R "source", "street-triage, liaison-and-diversion or emergency-department",
     KIND_TEXT},
    {"urgency", "URGENCY", R "urgency", "emergency, very-urgent, urgent or routine", KIND_TEXT},
    {"postcode", "POSTCODE", R "postcodeDistrict", "Where the person is; the first half is enough",
     KIND_POSTCODE},
    {"reason", "CODE", R "primaryReason", "National reason code, such as 18 in crisis, 15 self-harm",
     KIND_TEXT},
    {"callback", "NUMBER", C "callbackNumber", "To ring you back; always needed", KIND_TEXT},
    {"narrative", "TEXT", C "narrative", "In your own words; sealed", KIND_TEXT},
    {"age", "YEARS", R "person.ageYears", "Age, or \"about 30\"", KIND_AGE},
    {"needs", "LIST", R "needs",
     "With commas: amhp, liaison-psychiatry, place-of-safety, perinatal, "
     "learning-disability, autism, older-adult, face-to-face-visit",
     KIND_NEEDS},
    {"section-136", NULL, R "legal.status", "Section 136 has been used", KIND_SECTION_136},
    {"section-136-at", "TIME", R "legal.powerUsedAt", "When it was used", KIND_TEXT},
    {"place-of-safety-at", "TIME", R "legal.arrivedAtPlaceOfSafetyAt", "Arrival at the place of safety",
     KIND_TEXT},
    {"transport", "HOW", R "legal.transport", "ambulance, police-vehicle, other-health-vehicle, other, none",
     KIND_TEXT},
    {"scene", "SAFETY", R "streetTriage.sceneSafety", "safe, not-safe or unknown", KIND_TEXT},
    {"model", "MODEL", R "streetTriage.model", "Street triage: car, control-room or telephone", KIND_TEXT},
    {"point-of-contact", "WHERE", R "liaisonAndDiversion.pointOfContact",
     "Liaison and diversion: custody, voluntary-attendance, magistrates-court, youth-court, crown-court",
     KIND_TEXT},
    {"arrived-at", "TIME", R "emergencyDepartment.arrivedAt", "Emergency department: arrival", KIND_TEXT},
    {"self-harm", "YES|NO", R "emergencyDepartment.selfHarm", "Emergency department: after self-harm",
     KIND_TEXT},
    {"gender", "CODE", R "person.gender",
     "1 male, 2 female, 3 non-binary, 4 other, X not known, Z not stated", KIND_TEXT},
    {"ethnicity", "CODE", R "person.ethnicCategory", "A to S; Z not stated, 99 not known", KIND_TEXT},
    {"language", "CODE", R "person.language", "Language needed, such as pl; without it, English", KIND_TEXT},
    {"intoxicated", NULL, R "intoxicated", "Recorded; never a bar", KIND_YES},
    {"organisation", "CODE", R "organisation", "Your organisation's code", KIND_TEXT},
    {"site", "SITE", R "site", "Your site's code or name", KIND_TEXT},
    {"role", "ROLE", R "referrerRole", "Your role, not your name", KIND_TEXT},
    {"decided-at", "TIME", R "decidedAt", "When you decided to refer; the wait begins here", KIND_TEXT},
    {"drill", NULL, R "drill", "An exercise: marked everywhere, outside every figure", KIND_YES},
    {"id", "UUID", R "id", "The referral's id, to send the same one again safely", KIND_TEXT},
};
enum { FIELDS = sizeof fields / sizeof fields[0], FIRST_KEY = 0x300 };

/* Sets a value at a dotted path, making the objects on the way. Takes the value's reference. */
static bool set_at(json_t *root, const char *path, json_t *value)
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

static json_t *list_of(const char *text)
{
    json_t *list = json_array();

    while (list && *text != '\0') {
        size_t size = strcspn(text, ",");
        if (size > 0)
            json_array_append_new(list, json_stringn(text, size));
        text += size;
        text += strspn(text, ", ");
    }
    return list;
}

static bool set_age(json_t *given, const char *path, const char *text)
{
    bool estimated = strncmp(text, "about ", 6) == 0;
    const char *digits = estimated ? text + 6 : text;
    size_t size = strspn(digits, "0123456789");

    if (size == 0 || size > 3 || digits[size] != '\0')
        return false;
    return set_at(given, path, json_integer(atoi(digits))) &&
           set_at(given, R "person.ageKnown", json_true()) &&
           (!estimated || set_at(given, R "person.ageEstimated", json_true()));
}

/* The district is a fact for routing; a whole postcode may name a household and is confidential. */
static bool set_postcode(json_t *given, const char *path, const char *text)
{
    char compact[16];
    size_t size = 0, outward;

    for (const char *at = text; *at != '\0' && size < sizeof compact - 1; at++)
        if (!isspace((unsigned char)*at))
            compact[size++] = (char)toupper((unsigned char)*at);
    compact[size] = '\0';
    outward = size > 4 ? size - 3 : size;
    if (size > 4 && !set_at(given, C "postcode", json_string(text)))
        return false;
    return set_at(given, path, json_stringn(compact, outward));
}

static bool set_field(json_t *given, const struct field *field, const char *argument)
{
    switch (field->kind) {
    case KIND_YES:
        return set_at(given, field->path, json_true());
    case KIND_AGE:
        return set_age(given, field->path, argument);
    case KIND_NEEDS:
        return set_at(given, field->path, list_of(argument));
    case KIND_POSTCODE:
        return set_postcode(given, field->path, argument);
    case KIND_SECTION_136:
        return set_at(given, field->path, json_string("section-136"));
    case KIND_TEXT:
        break;
    }
    return set_at(given, field->path, json_string(argument));
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct referral_input *input = state->input;
    const struct field *field;

    if (key == ARGP_KEY_INIT)
        return (input->given = json_object()) != NULL ? 0 : ENOMEM;
    if (key < FIRST_KEY || key >= FIRST_KEY + (int)FIELDS)
        return ARGP_ERR_UNKNOWN;
    field = &fields[key - FIRST_KEY];
    if (!set_field(input->given, field, argument))
        argp_error(state, "--%s: cannot be read; %s", field->option, field->doc);
    return 0;
}

const struct argp *referral_input_argp(void)
{
    static struct argp_option options[FIELDS + 1];
    static const struct argp argp = {.options = options, .parser = parse_option};

    for (int i = 0; i < (int)FIELDS; i++)
        options[i] = (struct argp_option){
            .name = fields[i].option, .key = FIRST_KEY + i, .arg = fields[i].argument, .doc = fields[i].doc};
    return &argp;
}

void referral_input_close(struct referral_input *input)
{
    json_decref(input->given);
    input->given = NULL;
}

static json_t *read_file(const char *path, char *message, size_t message_size)
{
    json_error_t error;
    json_t *json;

    if (!path)
        return json_object();
    json = strcmp(path, "-") == 0 ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
                                  : json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (json && json_is_object(json))
        return json;
    if (json)
        snprintf(message, message_size, "%s: should be {\"referral\": {...}, \"confidential\": {...}}", path);
    else if (error.line > 0)
        snprintf(message, message_size, "%s: line %d: not JSON", path, error.line);
    else
        snprintf(message, message_size, "%s: cannot be opened", path);
    json_decref(json);
    return NULL;
}

static bool complete(json_t *json, const struct referral_input *input, const char *id)
{
    char fresh[UUID_TEXT_BYTES];
    uint8_t bytes[WIRE_ID_BYTES];

    if (json_object_update_recursive(json, input->given) != 0)
        return false;
    if (!id && json_object_get(json_object_get(json, "referral"), "id") != NULL)
        return true;
    words_new_uuid(bytes);
    words_uuid(bytes, fresh);
    return set_at(json, R "id", json_string(id ? id : fresh));
}

ProtobufCMessage *referral_input_read(const struct referral_input *input, const char *path, const char *id,
                                      const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                      char *message, size_t message_size)
{
    struct wire_fault fault = {0};
    json_t *json = read_file(path, message, message_size);
    ProtobufCMessage *read = NULL;

    if (!json)
        return NULL;
    if (!complete(json, input, id)) {
        snprintf(message, message_size, "out of memory");
    } else {
        read = json_to_message(json, descriptor, arena, &fault);
        if (!read || !check_message(read, &fault)) {
            snprintf(message, message_size, "%s%s%s", path != NULL ? path : "", path != NULL ? ": " : "",
                     fault.text);
            read = NULL;
        }
    }
    json_decref(json);
    return read;
}
