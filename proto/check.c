/* check.c: the limits of every field, in one table, and the walk that applies them.
 *
 * What identifies a person is never a reason to refuse a referral: an NHS number that fails its check, a
 * date that is none, a postcode that does not exist are flagged elsewhere and pass here. So the fields of
 * Confidential are bounded in length and must be readable text, no more.
 */
#include "proto/check.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/path.h"
#include "proto/utf8.h"

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALLS   "abcdefghijklmnopqrstuvwxyz"
#define DIGITS   "0123456789"

enum { DIGEST_BYTES = 32, TEAMS = 20000, AREAS = 4096, COORDINATORS = 1024, CASES = 4096, EVENTS = 4096 };
enum { AGE_YEARS = 130, WEEK_MINUTES = 7 * 24 * 60, DAY_SECONDS = 24 * 60 * 60, PLACES = 1000 };

static const struct check_shape organisation = {
    .chars = CAPITALS DIGITS,
    .least = 2,
    .most = 10,
    .says = "an organisation's code, 2 to 10 capital letters and digits"};
/* The outward half alone: with the inward half it would say where a person lives. */
static const struct check_shape district = {.chars = CAPITALS DIGITS,
                                            .least = 1,
                                            .most = 4,
                                            .says = "the first half of a postcode, in capitals, such as ZX1"};
static const struct check_shape two_digits = {
    .chars = DIGITS, .least = 2, .most = 2, .says = "a code of two digits"};
static const struct check_shape snomed = {
    .chars = DIGITS, .least = 6, .most = 18, .says = "a SNOMED CT concept id, 6 to 18 digits"};
static const struct check_shape language = {
    .chars = SMALLS, .least = 2, .most = 2, .says = "an ISO 639-1 code, two small letters"};
static const struct check_shape identifier = {
    .chars = CAPITALS SMALLS DIGITS "._-",
    .least = 1,
    .most = 32,
    .says = "an id, 1 to 32 letters, digits, dots, dashes, underscores"};
/* No digits: a category or a kind of place, never an address or a case. */
static const struct check_shape category = {.chars = CAPITALS SMALLS " ,/'-",
                                            .least = 1,
                                            .most = CHECK_TEXT_BYTES,
                                            .says = "a category in plain words, without digits"};
static const struct check_shape gender = {.values = (const char *const[]){"1", "2", "3", "4", "X", "Z", NULL},
                                          .says = "one of 1 2 3 4 X Z"};
static const struct check_shape ethnic_category = {
    .values = (const char *const[]){"A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R",
                                    "S", "Z", "99", NULL},
    .says = "one of A B C D E F G H J K L M N P R S Z 99"};
static const struct check_shape stated_by = {.values =
                                                 (const char *const[]){"self", "officer", "clinician", NULL},
                                             .says = "one of self, officer, clinician"};

/* Sorted by name. */
static const struct check_rule rules[] = {
    {"concordat.v1.Accept.expected_minutes", .number_max = WEEK_MINUTES},
    {"concordat.v1.Accept.referral", .needed = true},
    {"concordat.v1.Answer.text", .bytes_max = 300},
    {"concordat.v1.Assign.referral", .needed = true},
    {"concordat.v1.Assign.to_team", .shape = &identifier, .needed = true},
    {"concordat.v1.Board.cases", .items_max = CASES},
    {"concordat.v1.CaseStatus.coordinator_name", .bytes_max = 80},
    {"concordat.v1.CaseStatus.owner_name", .bytes_max = 80},
    {"concordat.v1.CheckIn.expected_minutes", .number_max = WEEK_MINUTES},
    {"concordat.v1.CheckIn.referral", .needed = true},
    {"concordat.v1.Close.note_code", .shape = &two_digits},
    {"concordat.v1.Close.referral", .needed = true},
    {"concordat.v1.Closed.note_code", .shape = &two_digits},
    {"concordat.v1.Confidential.address", .bytes_max = 200, .lines = true},
    {"concordat.v1.Confidential.narrative", .bytes_max = 8000, .lines = true},
    {"concordat.v1.Confidential.other_contact", .bytes_max = 200, .lines = true},
    {"concordat.v1.Confidential.person_name", .bytes_max = 200},
    {"concordat.v1.Confidential.referrer_name", .bytes_max = 200},
    {"concordat.v1.Decline.note", .bytes_max = 200},
    {"concordat.v1.Decline.referral", .needed = true},
    {"concordat.v1.Demographics.age_years", .number_max = AGE_YEARS},
    {"concordat.v1.Demographics.ethnic_category", .shape = &ethnic_category},
    {"concordat.v1.Demographics.ethnicity_stated_by", .shape = &stated_by},
    {"concordat.v1.Demographics.gender", .shape = &gender},
    {"concordat.v1.Demographics.language", .shape = &language},
    {"concordat.v1.Feed.events", .items_max = EVENTS},
    {"concordat.v1.FeedEvent.chain", .bytes_exact = DIGEST_BYTES, .needed = true},
    {"concordat.v1.FeedEvent.event", .bytes_max = WIRE_EVENT_BYTES_MAX, .needed = true},
    {"concordat.v1.Follow.credit", .number_max = EVENTS},
    {"concordat.v1.GetRecord.reason", .bytes_max = 200},
    {"concordat.v1.GetRecord.referral", .needed = true},
    {"concordat.v1.Handover.referral", .needed = true},
    {"concordat.v1.Handover.to_team", .shape = &identifier},
    {"concordat.v1.Held.considered", .items_max = TEAMS},
    {"concordat.v1.Held.policy", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.KnownTeam.name", .bytes_max = 80},
    {"concordat.v1.LiaisonAndDiversion.offence_category", .shape = &category},
    {"concordat.v1.Offer.if_ignored", .bytes_max = 200},
    {"concordat.v1.OfferEnded.note", .bytes_max = 200},
    {"concordat.v1.Offered.considered", .items_max = TEAMS},
    {"concordat.v1.Offered.policy", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.PolicyLoaded.areas", .items_max = AREAS},
    {"concordat.v1.PolicyLoaded.coordinators", .items_max = COORDINATORS},
    {"concordat.v1.PolicyLoaded.digest", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.PolicyLoaded.file", .bytes_max = 8 * 1024 * 1024},
    {"concordat.v1.PolicyLoaded.teams", .items_max = TEAMS},
    {"concordat.v1.Pong.session", .bytes_max = 32},
    {"concordat.v1.Received.confidential_digest", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.Received.policy", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.Received.referral", .needed = true},
    {"concordat.v1.RecordRead.reason", .bytes_max = 200},
    {"concordat.v1.Referral.id", .needed = true},
    {"concordat.v1.Referral.organisation", .shape = &organisation},
    {"concordat.v1.Referral.postcode_district", .shape = &district},
    {"concordat.v1.Referral.presenting_code", .shape = &snomed},
    {"concordat.v1.Referral.primary_reason", .shape = &two_digits},
    {"concordat.v1.Referral.safeguarding", .shape = &identifier},
    {"concordat.v1.Request.command_id", .needed = true},
    {"concordat.v1.Seen.referral", .needed = true},
    {"concordat.v1.SetCapacity.free_places", .number_max = PLACES},
    {"concordat.v1.SetPresence.lease_seconds", .number_max = DAY_SECONDS},
    {"concordat.v1.StreetTriage.kind_of_place", .shape = &category},
    {"concordat.v1.Submit.referral", .needed = true},
    {"concordat.v1.Take.referral", .needed = true},
    {"concordat.v1.Told.referral", .needed = true},
    {"concordat.v1.Update.referral", .needed = true},
    {"concordat.v1.Updated.confidential_digest", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.Updated.referral", .needed = true},
    {"concordat.v1.Welcome.session", .bytes_max = 32},
    {"concordat.v1.Withdraw.reason", .bytes_max = 200},
    {"concordat.v1.Withdraw.referral", .needed = true},
    {"concordat.v1.Withdrawn.reason", .bytes_max = 200},
};

static const struct check_rule no_rule;

const struct check_rule *check_rules(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}

struct full_name {
    const char *type, *field;
};

static int compare_name(const void *key, const void *row)
{
    const struct full_name *name = key;
    const struct check_rule *rule = row;
    size_t type = strlen(name->type);
    int order = strncmp(name->type, rule->field, type);
    if (order == 0)
        order = '.' - rule->field[type];
    return order != 0 ? order : strcmp(name->field, rule->field + type + 1);
}

static const struct check_rule *rule_for(const ProtobufCMessageDescriptor *type,
                                         const ProtobufCFieldDescriptor *field)
{
    const struct full_name name = {.type = type->name, .field = field->name};
    const struct check_rule *found =
        bsearch(&name, rules, sizeof rules / sizeof *rules, sizeof *rules, compare_name);
    return found ? found : &no_rule;
}

/* 9999-12-31T23:59:59.999Z: later times cannot be written, and sums with them would overflow. */
static const int64_t latest_ms = 253402300799999;

static bool refuse(struct wire_fault *fault, const struct path *path, const char *text)
{
    fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE;
    path_explain(path, text, fault->text, sizeof fault->text);
    return false;
}

static bool has_shape(const struct check_shape *shape, const char *text, size_t size)
{
    if (!shape->values)
        return size >= shape->least && size <= shape->most && strspn(text, shape->chars) == size;
    for (const char *const *value = shape->values; *value; value++)
        if (strcmp(*value, text) == 0)
            return true;
    return false;
}

static bool check_text(const char *text, const struct check_rule *rule, const struct path *path,
                       struct wire_fault *fault)
{
    size_t size = text ? strlen(text) : 0;
    size_t max = rule->bytes_max ? rule->bytes_max : CHECK_TEXT_BYTES;
    char says[60];
    if (size == 0)
        return !rule->needed || refuse(fault, path, "cannot be empty");
    if (rule->shape)
        return has_shape(rule->shape, text, size) || refuse(fault, path, rule->shape->says);
    if (size > max) {
        snprintf(says, sizeof says, "text of at most %zu bytes", max);
        return refuse(fault, path, says);
    }
    if (!utf8_is_text(text, rule->lines))
        return refuse(fault, path,
                      rule->lines ? "UTF-8 text without control characters"
                                  : "one line of UTF-8 text without control characters");
    return true;
}

static bool check_bytes(const ProtobufCBinaryData *bytes, const struct check_rule *rule,
                        const struct path *path, struct wire_fault *fault)
{
    size_t exact = rule->bytes_exact ? rule->bytes_exact : WIRE_ID_BYTES;
    char says[60];
    if (bytes->len == 0)
        return !rule->needed || refuse(fault, path, "cannot be empty");
    if (rule->bytes_max ? bytes->len <= rule->bytes_max : bytes->len == exact)
        return true;
    if (rule->bytes_max)
        snprintf(says, sizeof says, "at most %zu bytes", rule->bytes_max);
    else
        snprintf(says, sizeof says, "exactly %zu bytes", exact);
    return refuse(fault, path, says);
}

static bool check_number(uint32_t number, const struct check_rule *rule, const struct path *path,
                         struct wire_fault *fault)
{
    char says[40];
    if (!rule->number_max || number <= rule->number_max)
        return true;
    snprintf(says, sizeof says, "a number up to %u", rule->number_max);
    return refuse(fault, path, says);
}

static bool check_enum(const ProtobufCFieldDescriptor *field, int value, const struct path *path,
                       struct wire_fault *fault)
{
    return protobuf_c_enum_descriptor_get_value(field->descriptor, value) ||
           refuse(fault, path, "a value that is in the schema");
}

static bool check_fields(const ProtobufCMessage *message, const struct path *up, struct wire_fault *fault);

/* One value: of a field, or of a list. */
static bool check_value(const ProtobufCFieldDescriptor *field, const struct check_rule *rule,
                        const void *value, const struct path *path, struct wire_fault *fault)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return check_text(*(const char *const *)value, rule, path, fault);
    case PROTOBUF_C_TYPE_BYTES:
        return check_bytes(value, rule, path, fault);
    case PROTOBUF_C_TYPE_ENUM:
        return check_enum(field, *(const int *)value, path, fault);
    case PROTOBUF_C_TYPE_UINT32:
        return check_number(*(const uint32_t *)value, rule, path, fault);
    case PROTOBUF_C_TYPE_INT64: {
        int64_t ms = *(const int64_t *)value;
        return (ms >= 0 && ms <= latest_ms) || refuse(fault, path, "a time in the years 1970 to 9999");
    }
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *part = *(const ProtobufCMessage *const *)value;
        if (!part)
            return !rule->needed || refuse(fault, path, "cannot be left out");
        return check_fields(part, path, fault);
    }
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
        return true;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    default:
        assert(!"the schema has no such type");
        return false;
    }
}

static size_t item_size(ProtobufCType type)
{
    switch ((int)type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    default:
        assert(!"the schema has no list of this type");
        return 0;
    }
}

static bool check_list(const ProtobufCFieldDescriptor *field, const struct check_rule *rule,
                       const uint8_t *items, size_t count, struct path *path, struct wire_fault *fault)
{
    size_t max = rule->items_max ? rule->items_max : CHECK_ITEMS;
    char says[40];
    if (count > max) {
        snprintf(says, sizeof says, "at most %zu items", max);
        return refuse(fault, path, says);
    }
    path->repeated = true;
    for (size_t i = 0; i < count; i++) {
        path->index = i;
        if (!check_value(field, rule, items + i * item_size(field->type), path, fault))
            return false;
    }
    return true;
}

static bool check_fields(const ProtobufCMessage *message, const struct path *up, struct wire_fault *fault)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const uint8_t *base = (const uint8_t *)message;
    if (message->n_unknown_fields > 0) {
        char text[80];
        const struct path path = {.up = up, .name = type->short_name};
        snprintf(text, sizeof text, "has a field %u that is not known here", message->unknown_fields[0].tag);
        path_explain(&path, text, fault->text, sizeof fault->text);
        fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_UNKNOWN_FIELD;
        return false;
    }
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const struct check_rule *rule = rule_for(type, field);
        struct path path = {.up = up, .name = field->name};
        const uint8_t *value = base + field->offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
            const uint8_t *items = *(uint8_t *const *)(const void *)value;
            if (!check_list(field, rule, items, count, &path, fault))
                return false;
            continue;
        }
        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
            *(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id)
            continue;
        if (!check_value(field, rule, value, &path, fault))
            return false;
    }
    return true;
}

bool check_message(const ProtobufCMessage *message, struct wire_fault *fault)
{
    return check_fields(message, NULL, fault);
}

struct ancestor {
    const struct ancestor *up;
    const ProtobufCMessageDescriptor *type;
};

static bool not_recursive(const ProtobufCMessageDescriptor *type, const struct ancestor *up,
                          const char **type_name)
{
    for (const struct ancestor *above = up; above; above = above->up) {
        if (above->type == type) {
            *type_name = type->name;
            return false;
        }
    }
    const struct ancestor self = {.up = up, .type = type};
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            !not_recursive(type->fields[i].descriptor, &self, type_name))
            return false;
    return true;
}

bool check_not_recursive(const ProtobufCMessageDescriptor *descriptor, const char **type_name)
{
    return not_recursive(descriptor, NULL, type_name);
}
