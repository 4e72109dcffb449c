/* referral_choices.c: see referral_choices.h. */
#include "services/desk/referral_choices.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/json.h"
#include "services/desk/action.h"
#include "services/desk/referral_synonyms.h"

/* The protocol's field at a path such as "referral.legal.status". */
static const ProtobufCFieldDescriptor *choices_field(const char *path)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__submit__descriptor;
    for (;;) {
        char name[40];
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        const ProtobufCFieldDescriptor *field = json_find_field(type, name);
        assert(field);
        if (!path[size])
            return field;
        type = field->descriptor;
        path += size + 1;
    }
}

/* A subsection is written "135(1)", which a code's name cannot say. */
static void choice_words(const char *from, char out[WORDS_MAX])
{
    size_t size = strlen(from);
    bool has_subsection = size > 3 && isdigit((unsigned char)from[size - 1]) && from[size - 2] == ' ' &&
                          isdigit((unsigned char)from[size - 3]);
    if (has_subsection)
        snprintf(out, WORDS_MAX, "%.*s(%s)", (int)size - 2, from, from + size - 1);
    else
        snprintf(out, WORDS_MAX, "%s", from);
    out[0] = (char)toupper((unsigned char)out[0]);
}

static size_t choices_of_enum(const ProtobufCEnumDescriptor *codes,
                              struct referral_choice choices[REFERRAL_CHOICES_MAX])
{
    size_t count = 0;
    assert(codes->n_values <= REFERRAL_CHOICES_MAX);
    for (unsigned i = 0; i < codes->n_values; i++) {
        char words[WORDS_MAX];
        int value = codes->values[i].value;
        if (value == 0)
            continue;
        action_typed_word(codes, value, choices[count].typed);
        choice_words(words_for(codes, value, words), choices[count++].words);
    }
    return count;
}

static size_t choices_of_synonyms(const ProtobufCFieldDescriptor *field,
                                  struct referral_choice choices[REFERRAL_CHOICES_MAX])
{
    const char *code, *words;
    size_t row = 0, count = 0;
    while (referral_synonym_next(field, &row, &code, &words)) {
        assert(count < REFERRAL_CHOICES_MAX);
        snprintf(choices[count].typed, WORDS_MAX, "%s", code);
        choice_words(words, choices[count++].words);
    }
    return count;
}

size_t referral_choices(const struct referral_field *field,
                        struct referral_choice choices[REFERRAL_CHOICES_MAX])
{
    const ProtobufCFieldDescriptor *found = choices_field(field->path);
    if (found->type == PROTOBUF_C_TYPE_ENUM)
        return choices_of_enum(found->descriptor, choices);
    return choices_of_synonyms(found, choices);
}
