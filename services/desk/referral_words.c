/* referral_words.c: words that a person gave in place of a code: see referral_words.h. */
#include "services/desk/referral_words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/check_rules.h"
#include "proto/words/json.h"
#include "proto/words/words.h"

/* A text of the confidential part: words of several fields stand in it one after the other. */
struct words_home {
    const char *field, *between;
};

static const struct words_home site_in_words = {"site_in_words", "; "};
static const struct words_home role_in_words = {"role_in_words", "; "};
static const struct words_home other_facts = {"other_facts", "\n"};

/* Each field that takes a code which a person might not know. */
static const struct words_row {
    const char *path;  /* below "referral" */
    const char *label; /* for people */
    const struct words_home *home;
    bool labelled; /* the words stand behind the label, because their home does not say what they are */
} words_rows[] = {
    {"site", "Site", &site_in_words, false},
    {"referrer_role", "Role", &role_in_words, false},
    {"urgency_set_by", "Urgency set by", &role_in_words, true},
    {"organisation", "Organisation", &other_facts, true},
    {"primary_reason", "Reason", &other_facts, true},
    {"presenting_code", "Presenting problem", &other_facts, true},
    {"safeguarding", "Safeguarding", &other_facts, true},
    {"street_triage.kind_of_place", "Kind of place", &other_facts, true},
    {"liaison_and_diversion.offence_category", "Offence", &other_facts, true},
    {"person.gender", "Gender", &other_facts, true},
    {"person.ethnic_category", "Ethnicity", &other_facts, true},
    {"person.ethnicity_stated_by", "Ethnicity stated by", &other_facts, true},
};

/* The field at a path below the referral. */
static const ProtobufCFieldDescriptor *words_field_at(const char *path)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__referral__descriptor;
    for (;;) {
        char name[40];
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(type, name);
        if (!path[size])
            return field;
        type = field->descriptor;
        path += size + 1;
    }
}

bool referral_words_take(const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < sizeof words_rows / sizeof *words_rows; i++)
        if (words_field_at(words_rows[i].path) == field)
            return true;
    return false;
}

/* Finds the member of an object that is a field of the type, under whichever of its names. */
static json_t *words_member(json_t *object, const ProtobufCMessageDescriptor *type,
                            const ProtobufCFieldDescriptor *field, const char **key)
{
    json_t *value;
    json_object_foreach (object, *key, value)
        if (json_find_field(type, *key) == field)
            return value;
    return NULL;
}

/* A field's value where it stands. */
struct words_spot {
    const ProtobufCFieldDescriptor *field;
    const struct check_shape *shape; /* of a text */
    json_t *object, *value;          /* borrowed; NULL if it is not given */
    const char *key;
};

static struct words_spot words_find(json_t *referral, const char *path)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__referral__descriptor;
    struct words_spot at = {.value = referral};
    while (at.value) {
        char name[40];
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        at.field = protobuf_c_message_descriptor_get_field_by_name(type, name);
        at.shape = check_rules_of(type)[at.field - type->fields]->shape;
        at.object = at.value;
        at.value = words_member(at.object, type, at.field, &at.key);
        if (!path[size])
            break;
        type = at.field->descriptor;
        path += size + 1;
    }
    return at;
}

/* A text that can be no code. One with a NUL is left for the reader, which refuses it. */
static const char *words_in(const struct words_spot *at, const json_t *value)
{
    assert(at->field);
    const char *text = json_string_value(value);
    int code;
    if (!text || strlen(text) != json_string_length(value))
        return NULL;
    bool is_code = at->field->type == PROTOBUF_C_TYPE_ENUM
                       ? words_parse(at->field->descriptor, text, &code)
                       : !*text || check_shape_fits(at->shape, text, strlen(text));
    return is_code ? NULL : text + strspn(text, " ");
}

/* Adds words to a text of the confidential part, unless they are all that it says already. */
static bool words_add(json_t *json, const struct words_row *row, const char *text)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__confidential__descriptor;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(type, row->home->field);
    const char *key = NULL;
    if (!json_is_object(json_object_get(json, "confidential")) &&
        json_object_set_new(json, "confidential", json_object()) != 0)
        return false;
    json_t *confidential = json_object_get(json, "confidential");
    const json_t *old = words_member(confidential, type, field, &key);
    const char *before = json_string_value(old);
    if (before && strcmp(before, text) == 0)
        return true;
    json_t *whole =
        json_sprintf("%s%s%s%s%s", before ? before : "", before && *before ? row->home->between : "",
                     row->labelled ? row->label : "", row->labelled ? ": " : "", text);
    return whole && json_object_set_new(confidential, before || json_is_null(old) ? key : row->home->field,
                                        whole) == 0;
}

static json_t *words_other(const struct words_spot *at)
{
    int other;
    bool has_other =
        at->field->type == PROTOBUF_C_TYPE_ENUM && words_parse(at->field->descriptor, "other", &other);
    return has_other ? json_string("other") : json_null();
}

/* Puts "other" into a list once, for all words that were moved out of it. */
static bool words_move_items(json_t *json, const struct words_row *row, const struct words_spot *at,
                             bool *has_moved)
{
    json_t *item;
    size_t i = 0;
    while ((item = json_array_get(at->value, i)) != NULL) {
        const char *text = words_in(at, item);
        bool is_first = text && *text && !*has_moved;
        if (!text) {
            i++;
            continue;
        }
        if (*text && !words_add(json, row, text))
            return false;
        *has_moved = *has_moved || *text;
        if (json_array_remove(at->value, i) != 0 ||
            (is_first && json_array_insert_new(at->value, i, words_other(at))))
            return false;
    }
    return true;
}

static bool words_move_field(json_t *json, const struct words_row *row, bool *has_moved)
{
    struct words_spot at = words_find(json_object_get(json, "referral"), row->path);
    *has_moved = false;
    if (json_is_array(at.value))
        return words_move_items(json, row, &at, has_moved);
    const char *text = words_in(&at, at.value);
    if (!text)
        return true;
    *has_moved = *text;
    return (!*text || words_add(json, row, text)) &&
           json_object_set_new(at.object, at.key, *text ? words_other(&at) : json_null()) == 0;
}

bool referral_words_move(json_t *json, char moved[REFERRAL_MOVED_BYTES])
{
    const json_t *confidential = json_object_get(json, "confidential");
    size_t used = 0;
    moved[0] = '\0';
    if (confidential && !json_is_object(confidential) && !json_is_null(confidential))
        return true; /* the reader refuses it */
    for (size_t i = 0; i < sizeof words_rows / sizeof *words_rows; i++) {
        bool has_moved;
        if (!words_move_field(json, &words_rows[i], &has_moved))
            return false;
        if (has_moved && used < REFERRAL_MOVED_BYTES)
            used += (size_t)snprintf(moved + used, REFERRAL_MOVED_BYTES - used, "%s%s", used > 0 ? ", " : "",
                                     words_rows[i].label);
    }
    return true;
}
