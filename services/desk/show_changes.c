/* show_changes.c: what was changed in a case, in plain words: see show.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/language_names.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

#define CONFIDENTIAL "confidential."

enum { VALUE_WORDS_BYTES = 200 };

/* What people call a field whose last name says too little. Others are called by that. */
static const struct change_label {
    const char *field, *label;
} change_labels[] = {
    {"person.age_years", "age"},
    {"person.age_estimated", "age is an estimate"},
    {"postcode_district", "place"},
    {"primary_reason", "reason"},
    {"legal.status", "legal status"},
    {"legal.power_used_at", "power used"},
    {"legal.arrived_at_place_of_safety_at", "arrival at the place of safety"},
    {"legal.handover_done_at", "police free to go"},
    {"street_triage.scene_safety", "scene"},
    {"street_triage.model", "street triage model"},
    {"emergency_department.arrived_at", "arrival at the department"},
};

static void change_label(const char *field, char out[WORDS_MAX])
{
    const char *last = strrchr(field, '.');
    for (size_t i = 0; i < sizeof change_labels / sizeof *change_labels; i++)
        if (strcmp(change_labels[i].field, field) == 0) {
            snprintf(out, WORDS_MAX, "%s", change_labels[i].label);
            return;
        }
    snprintf(out, WORDS_MAX, "%s", last ? last + 1 : field);
    for (char *at = out; *at; at++)
        if (*at == '_')
            *at = ' ';
}

/* The field of a referral that a path names; NULL: none that is known here. */
static const ProtobufCFieldDescriptor *changed_field(const char *path)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__referral__descriptor;
    const ProtobufCFieldDescriptor *field = NULL;
    while (*path && type) {
        char name[WORDS_MAX];
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        field = protobuf_c_message_descriptor_get_field_by_name(type, name);
        type = field && field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
        path += size + (path[size] == '.');
    }
    return *path ? NULL : field;
}

/* "perinatal, autism" of "4,6". */
static void code_words(const ProtobufCEnumDescriptor *codes, const char *value, char out[VALUE_WORDS_BYTES])
{
    size_t used = 0;
    char word[WORDS_MAX];
    out[0] = '\0';
    for (const char *at = value; *at && used < VALUE_WORDS_BYTES; at += strcspn(at, ","), at += *at == ',')
        used += (size_t)snprintf(out + used, VALUE_WORDS_BYTES - used, "%s%s", used > 0 ? ", " : "",
                                 words_for(codes, atoi(at), word));
}

/* Words of one value; `nothing` if it was not said. */
static const char *value_words(const ProtobufCFieldDescriptor *field, const char *value, const char *nothing,
                               int64_t now_ms, char out[VALUE_WORDS_BYTES])
{
    if (!value[0])
        return nothing;
    if (field && field->type == PROTOBUF_C_TYPE_ENUM)
        code_words(field->descriptor, value, out);
    else if (field && field->type == PROTOBUF_C_TYPE_MESSAGE)
        time_words_clock(strtoll(value, NULL, 10), now_ms, out);
    else if (field && field->type == PROTOBUF_C_TYPE_BOOL)
        snprintf(out, VALUE_WORDS_BYTES, "yes");
    else if (field && strcmp(field->name, "language") == 0)
        snprintf(out, VALUE_WORDS_BYTES, "%s", language_names_of(value));
    else
        snprintf(out, VALUE_WORDS_BYTES, "%s", value);
    return out;
}

/* "scene is not safe (was: not said)", "legal status taken away (was: section 136)", "address changed" */
void show_change(const Concordat__V1__Change *change, bool with_values, int64_t now_ms,
                 char out[SHOW_CHANGE_BYTES])
{
    const ProtobufCFieldDescriptor *field = changed_field(change->field);
    char label[WORDS_MAX], before[VALUE_WORDS_BYTES], after[VALUE_WORDS_BYTES];
    bool is_text = strncmp(change->field, CONFIDENTIAL, strlen(CONFIDENTIAL)) == 0;
    change_label(change->field, label);
    if (!with_values)
        snprintf(out, SHOW_CHANGE_BYTES, "%s%s", label, change->cleared ? " taken away" : "");
    else if (is_text)
        snprintf(out, SHOW_CHANGE_BYTES, "%s %s", label, change->cleared ? "taken away" : "changed");
    else if (change->cleared)
        snprintf(out, SHOW_CHANGE_BYTES, "%s taken away (was: %s)", label,
                 value_words(field, change->before, "not said", now_ms, before));
    else
        snprintf(out, SHOW_CHANGE_BYTES, "%s is %s (was: %s)", label,
                 value_words(field, change->after, "not said", now_ms, after),
                 value_words(field, change->before, "not said", now_ms, before));
}

static const char alters[] = "by this change another team would be asked now";

void show_changes(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    char words[SHOW_CHANGE_BYTES], time[TIME_WORDS_BYTES];
    for (size_t i = 0; i < status->n_changed; i++) {
        show_change(status->changed[i], true, now_ms, words);
        time_words_clock(status->changed[i]->at_ms, now_ms, time);
        sheet_row(sheet, "Changed", "%s: %s", time, words);
    }
    if (status->changed_seq != 0)
        sheet_row(sheet, "Seen", "nobody who is asked or has it has said so yet");
    if (status->alters_who_comes)
        sheet_row(sheet, "Note", "%s; the team keeps it until people decide otherwise", alters);
}

void show_unseen_changes(struct sheet *sheet, const Concordat__V1__Board *board)
{
    for (size_t i = 0; i < board->n_cases; i++)
        if (board->cases[i]->changed_seq != 0)
            sheet_sentence(sheet, "%s was changed, and nobody has said yet that they saw it%s%s.",
                           board->cases[i]->number, board->cases[i]->alters_who_comes ? "; " : "",
                           board->cases[i]->alters_who_comes ? alters : "");
}

void show_changes_line(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    char words[SHOW_CHANGE_BYTES], list[SHOW_CHANGES_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; i < status->n_changed && used < sizeof list; i++) {
        show_change(status->changed[i], true, now_ms, words);
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? "; " : "", words);
    }
    sheet_headline(sheet, TONE_WARNING, status->number, "changed: %s%s%s", list,
                   status->alters_who_comes ? "; " : "", status->alters_who_comes ? alters : "");
}
