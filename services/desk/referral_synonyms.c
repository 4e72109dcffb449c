/* referral_synonyms.c: codes by other words than their own: see referral_synonyms.h. */
#include "services/desk/referral_synonyms.h"

#include <stddef.h>
#include <string.h>

#include "proto/words/near.h"
#include "proto/words/words.h"

/* The first row of a code without words of its own (a digit, a letter) names it for people. */
static const struct referral_synonym_row {
    const char *field, *code, *said;
} synonyms[] = {
    /* MHSDS GenderIDCode */
    {"gender", "1", "male"},
    {"gender", "1", "man"},
    {"gender", "1", "boy"},
    {"gender", "1", "m"},
    {"gender", "2", "female"},
    {"gender", "2", "woman"},
    {"gender", "2", "girl"},
    {"gender", "2", "f"},
    {"gender", "3", "non-binary"},
    {"gender", "3", "nb"},
    {"gender", "4", "other"},
    {"gender", "X", "not known"},
    {"gender", "X", "unknown"},
    {"gender", "Z", "not stated"},
    /* MHSDS EthnicCategory */
    {"ethnic_category", "A", "White British"},
    {"ethnic_category", "A", "British"},
    {"ethnic_category", "B", "White Irish"},
    {"ethnic_category", "B", "Irish"},
    {"ethnic_category", "C", "any other White background"},
    {"ethnic_category", "C", "White other"},
    {"ethnic_category", "C", "other White"},
    {"ethnic_category", "D", "White and Black Caribbean"},
    {"ethnic_category", "E", "White and Black African"},
    {"ethnic_category", "F", "White and Asian"},
    {"ethnic_category", "G", "any other mixed background"},
    {"ethnic_category", "G", "other mixed"},
    {"ethnic_category", "H", "Indian"},
    {"ethnic_category", "J", "Pakistani"},
    {"ethnic_category", "K", "Bangladeshi"},
    {"ethnic_category", "L", "any other Asian background"},
    {"ethnic_category", "L", "other Asian"},
    {"ethnic_category", "M", "Black Caribbean"},
    {"ethnic_category", "M", "Caribbean"},
    {"ethnic_category", "N", "Black African"},
    {"ethnic_category", "N", "African"},
    {"ethnic_category", "P", "any other Black background"},
    {"ethnic_category", "P", "other Black"},
    {"ethnic_category", "R", "Chinese"},
    {"ethnic_category", "S", "any other ethnic group"},
    {"ethnic_category", "Z", "not stated"},
    {"ethnic_category", "99", "not known"},
    {"ethnic_category", "99", "unknown"},
    /* MHSDS PrimReasonReferralMH, as far as people in a crisis are referred for it */
    {"primary_reason", "01", "first episode psychosis"},
    {"primary_reason", "02", "psychosis"},
    {"primary_reason", "03", "bipolar disorder"},
    {"primary_reason", "03", "bipolar"},
    {"primary_reason", "04", "depression"},
    {"primary_reason", "05", "anxiety"},
    {"primary_reason", "09", "drug and alcohol difficulties"},
    {"primary_reason", "11", "post-traumatic stress disorder"},
    {"primary_reason", "11", "PTSD"},
    {"primary_reason", "14", "personality disorder"},
    {"primary_reason", "15", "self harm"},
    {"primary_reason", "18", "in crisis"},
    {"primary_reason", "18", "crisis"},
    {"status", "section-136", "136"},
    {"status", "section-136", "s136"},
    {"status", "section-136", "s 136 MHA"},
    {"status", "section-135", "135"},
    {"status", "section-135", "s135"},
    {"transport", "police-vehicle", "police car"},
    {"transport", "police-vehicle", "police van"},
    {"transport", "none", "on foot"},
    {"place_of_safety", "health-based", "suite"},
    {"place_of_safety", "health-based", "section 136 suite"},
    {"place_of_safety", "health-based", "health based place of safety"},
    {"place_of_safety", "emergency-department", "A&E"},
    {"place_of_safety", "emergency-department", "ED"},
    {"place_of_safety", "private-home", "home"},
    {"place_of_safety", "police-station", "custody"},
    {"source", "emergency-department", "A&E"},
    {"source", "emergency-department", "ED"},
    {"source", "liaison-and-diversion", "L&D"},
    {"scene_safety", "not-safe", "unsafe"},
    {"scene_safety", "unknown", "not known"},
    {"needs", "older-adult", "older people"},
    {"needs", "face-to-face-visit", "visit"},
    {"needs", "face-to-face-visit", "face to face"},
    {"needs", "place-of-safety", "suite"},
    {"point_of_contact", "custody", "police custody"},
    {"point_of_contact", "magistrates-court", "magistrates"},
};

static bool is_answer(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_ENUM &&
           strcmp(((const ProtobufCEnumDescriptor *)field->descriptor)->short_name, "Answered") == 0;
}

/* Yes and no are short, and one letter is enough of them. */
static const char *answer_synonym(const char *text)
{
    static const struct {
        const char *said, *code;
    } answers[] = {{"y", "yes"}, {"yes", "yes"},  {"true", "yes"}, {"1", "yes"},     {"n", "no"},
                   {"no", "no"}, {"false", "no"}, {"0", "no"},     {"not yet", "no"}};
    struct near_search search;
    long which;
    near_begin(&search, text);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        near_try(&search, answers[i].said, (long)i);
    return near_end(&search, &which) ? answers[which].code : NULL;
}

static bool is_row_of(size_t row, const ProtobufCFieldDescriptor *field)
{
    return strcmp(synonyms[row].field, field->name) == 0;
}

/* The first row of the same code: two words for one code are not two meanings. */
static size_t first_row_of_code(size_t row)
{
    while (row > 0 && strcmp(synonyms[row - 1].field, synonyms[row].field) == 0 &&
           strcmp(synonyms[row - 1].code, synonyms[row].code) == 0)
        row--;
    return row;
}

const char *referral_synonym(const ProtobufCFieldDescriptor *field, const char *text)
{
    const ProtobufCEnumDescriptor *descriptor =
        field->type == PROTOBUF_C_TYPE_ENUM ? field->descriptor : NULL;
    struct near_search search;
    long which;
    int value = 0;
    if (is_answer(field))
        return answer_synonym(text);
    near_begin(&search, text);
    if (descriptor)
        near_try_values(&search, descriptor);
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++) {
        bool is_row =
            is_row_of(i, field) && (!descriptor || words_parse(descriptor, synonyms[i].code, &value));
        if (is_row)
            near_try(&search, synonyms[i].said, descriptor ? value : (long)first_row_of_code(i));
    }
    if (!near_end(&search, &which))
        return NULL;
    return descriptor ? protobuf_c_enum_descriptor_get_value(descriptor, (int)which)->name
                      : synonyms[which].code;
}

const char *referral_synonym_words(const ProtobufCFieldDescriptor *field, const char *code)
{
    for (size_t i = 0; field->type == PROTOBUF_C_TYPE_STRING && i < sizeof synonyms / sizeof *synonyms; i++)
        if (is_row_of(i, field) && strcmp(synonyms[i].code, code) == 0)
            return synonyms[i].said;
    return NULL;
}

bool referral_synonym_next(const ProtobufCFieldDescriptor *field, size_t *row, const char **code,
                           const char **words)
{
    for (; field->type == PROTOBUF_C_TYPE_STRING && *row < sizeof synonyms / sizeof *synonyms; ++*row) {
        if (!is_row_of(*row, field) || first_row_of_code(*row) != *row)
            continue;
        *code = synonyms[*row].code;
        *words = synonyms[(*row)++].said;
        return true;
    }
    return false;
}
