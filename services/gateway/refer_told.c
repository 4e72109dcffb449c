/* refer_told.c: see refer_told.h. */
#include "services/gateway/refer_told.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "services/desk/referral_choices.h"

static void told_add_words(struct refer_told *told, const char *text)
{
    size_t room = sizeof told->words - told->words_used;
    size_t wanted = (size_t)snprintf(told->words + told->words_used, room, "%s", text);
    told->words_used += wanted < room ? wanted : room - 1;
}

/* The words of what was chosen, with commas between. */
static const char *told_choices(struct refer_told *told, const struct referral_question *question,
                                const struct form *form)
{
    struct referral_choice choices[REFERRAL_CHOICES_MAX];
    size_t count = referral_choices(referral_question_field(question), choices);
    const char *words = told->words + told->words_used;
    for (size_t i = 0; i < count; i++) {
        if (!form_has(form, question->name, choices[i].typed))
            continue;
        told_add_words(told, told->words + told->words_used > words ? ", " : "");
        told_add_words(told, choices[i].words);
    }
    told->words_used += told->words_used < sizeof told->words - 1;
    return words;
}

static void add_question_told(struct refer_told *told, const struct referral_question *question,
                              const struct referral_part *part, const struct form *form)
{
    const char *value = form_value(form, question->name, 0);
    const enum referral_ask ask = question->ask;
    struct page_told row = {
        .name = question->name, .label = question->label, .page = told->pages[part->page]};
    assert(told->told_count < TOLD_QUESTIONS_MAX && told->left_out_count < TOLD_QUESTIONS_MAX);
    if (!value || !*value) {
        if (!part->folded && ask != REFERRAL_ASK_YES &&
            referral_question_goes_with(question, form_value(form, "legal", 0)))
            told->left_out[told->left_out_count++] = row;
        return;
    }
    row.words = value;
    if (ask == REFERRAL_ASK_YES)
        row.words = "Yes";
    else if (ask == REFERRAL_ASK_ONE || ask == REFERRAL_ASK_LIST || ask == REFERRAL_ASK_SOME)
        row.words = told_choices(told, question, form);
    told->told[told->told_count++] = row;
}

void refer_told_read(struct refer_told *told, Concordat__V1__Source source, const struct form *form)
{
    const struct referral_question *question;
    for (size_t i = 0; i < referral_parts_count; i++) {
        const struct referral_part *part = &referral_parts[i];
        const char *at = part->names;
        if (part->source != source)
            continue;
        assert(part->page < TOLD_PAGES_MAX);
        snprintf(told->pages[part->page], TOLD_PAGE_BYTES, "%u", part->page);
        while ((question = referral_part_next(&at)))
            add_question_told(told, question, part, form);
    }
}
