/* referral_kept.c: what could not be read of a referral: see referral_kept.h. */
#include "services/desk/referral_kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/check_rules.h"
#include "proto/wire/utf8.h"
#include "proto/words/json.h"

/* Objects in objects beyond this are kept as JSON: no referral has more. */
enum { KEPT_DEPTH_MAX = 4, KEPT_LABEL_BYTES = 160 };

/* Takes what is no text for every reader out of one. */
static void kept_clean(char *text, bool lines)
{
    for (char *at = text; *at; at++)
        if (*at == '\t' || (!lines && (*at == '\n' || *at == '\r')))
            *at = ' ';
    utf8_clean(text);
}

/* How much of a text fits into so many bytes, without half a character at the end. */
static size_t kept_fitting(const char *text, size_t most)
{
    size_t size = strlen(text);
    if (size <= most)
        return size;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

void referral_kept_name(struct referral_kept *kept, const char *label)
{
    char *names = kept->reading->kept;
    size_t used = strlen(names);
    if (strstr(names, label))
        return;
    snprintf(names + used, READING_NAMES_BYTES - used, "%s%s", used > 0 ? ", " : "", label);
    kept_clean(names, false);
}

static void kept_add_text(struct referral_kept *kept, const char *label, const char *between,
                          const char *text)
{
    json_t *line = json_sprintf("%s%s%s", label, between, text);
    char *copy = line ? strdup(json_string_value(line)) : NULL;
    json_decref(line);
    if (copy)
        kept_clean(copy, true);
    if (!copy || json_array_append_new(kept->lines, json_string(copy)) != 0)
        kept->ran_out = true;
    free(copy);
}

static void kept_add_at(struct referral_kept *kept, const char *label, const json_t *value, int depth)
{
    char below[KEPT_LABEL_BYTES];
    const char *key;
    json_t *part;
    size_t at;
    if (depth < KEPT_DEPTH_MAX && json_is_object(value)) {
        json_object_foreach ((json_t *)(uintptr_t)value, key, part) {
            snprintf(below, sizeof below, "%.*s, %.*s", KEPT_LABEL_BYTES / 2 - 2, label,
                     (int)kept_fitting(key, KEPT_LABEL_BYTES / 2 - 2), key);
            kept_add_at(kept, below, part, depth + 1);
        }
    } else if (depth < KEPT_DEPTH_MAX && json_is_array(value)) {
        json_array_foreach (value, at, part)
            kept_add_at(kept, label, part, depth + 1);
    } else if (json_is_string(value)) {
        kept_add_text(kept, label, " as typed: ", json_string_value(value));
    } else if (!json_is_null(value)) {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        kept_add_text(kept, label, " as typed: ", text ? text : "");
        kept->ran_out = kept->ran_out || !text;
        free(text);
    }
}

void referral_kept_add(struct referral_kept *kept, const char *label, const json_t *value)
{
    referral_kept_name(kept, label);
    kept_add_at(kept, label, value, 0);
}

/* --- the texts of the confidential part ---------------------------------------------------------------- */

static const struct check_rule *kept_rule(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__confidential__descriptor;
    return check_rules_of(type)[field - type->fields];
}

static size_t kept_bytes_max(const ProtobufCFieldDescriptor *field)
{
    size_t most = kept_rule(field)->bytes_max;
    return most > 0 ? most : CHECK_TEXT_BYTES;
}

static void kept_fit_text(struct referral_kept *kept, json_t *confidential, const char *key,
                          const ProtobufCFieldDescriptor *field)
{
    const char *before = json_string_value(json_object_get(confidential, key));
    char *text = strdup(before);
    if (!text) {
        kept->ran_out = true;
        return;
    }
    if (!utf8_is_text(text, strlen(text), kept_rule(field)->lines))
        kept_clean(text, kept_rule(field)->lines);
    size_t fits = kept_fitting(text, kept_bytes_max(field));
    if (text[fits]) {
        referral_kept_name(kept, key);
        kept_add_text(kept, key, ", the rest: ", text + fits);
    }
    text[fits] = '\0';
    if (json_object_set_new(confidential, key, json_string(text)) != 0)
        kept->ran_out = true;
    free(text);
}

void referral_kept_fit(struct referral_kept *kept, json_t *confidential)
{
    json_t *copy = json_copy(confidential), *value;
    const char *key;
    kept->ran_out = kept->ran_out || !copy;
    json_object_foreach (copy, key, value) {
        const ProtobufCFieldDescriptor *field =
            json_find_field(&concordat__v1__confidential__descriptor, key);
        if (field && json_is_string(value))
            kept_fit_text(kept, confidential, key, field);
    }
    json_decref(copy);
}

/* --- where the lines go --------------------------------------------------------------------------------- */

static const ProtobufCFieldDescriptor *kept_field(const char *name)
{
    return json_find_field(&concordat__v1__confidential__descriptor, name);
}

/* All lines, one below the other. Returns NULL if memory runs out. */
static json_t *kept_join(const struct referral_kept *kept)
{
    json_t *whole = json_string(""), *line;
    size_t at;
    json_array_foreach (kept->lines, at, line) {
        json_t *longer = whole ? json_sprintf("%s%s%s", json_string_value(whole), at > 0 ? "\n" : "",
                                              json_string_value(line))
                               : NULL;
        json_decref(whole);
        whole = longer;
    }
    return whole;
}

/* Puts a text behind what a member of the confidential part says already. What does not fit is lost, and the
 * person is told. */
static void kept_append(struct referral_kept *kept, json_t *confidential, const char *name, const char *text)
{
    const char *before = json_string_value(json_object_get(confidential, name));
    bool has_before = before && *before;
    json_t *whole = json_sprintf("%s%s%s", has_before ? before : "", has_before ? "\n" : "", text);
    const char *all = whole ? json_string_value(whole) : "";
    size_t fits = kept_fitting(all, kept_bytes_max(kept_field(name)));
    kept->reading->cut = kept->reading->cut || all[fits];
    if (!whole || json_object_set_new(confidential, name, json_stringn(all, fits)) != 0)
        kept->ran_out = true;
    json_decref(whole);
}

void referral_kept_close(struct referral_kept *kept, json_t *confidential, bool apart)
{
    json_t *lines = json_array_size(kept->lines) > 0 ? kept_join(kept) : NULL;
    kept->ran_out = kept->ran_out || (!lines && json_array_size(kept->lines) > 0);
    if (lines) {
        const char *narrative = json_string_value(json_object_get(confidential, "narrative"));
        size_t size = json_string_length(lines) + (narrative ? strlen(narrative) + 1 : 0);
        bool fits = size <= kept_bytes_max(kept_field("narrative"));
        bool has_narrative = narrative && *narrative;
        kept_append(kept, confidential, fits && (has_narrative || !apart) ? "narrative" : "asTyped",
                    json_string_value(lines));
    }
    json_decref(lines);
    json_decref(kept->lines);
    kept->lines = NULL;
}
