/* refer_page.c: see refer_page.h. */
#include "services/gateway/refer_page.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/desk/referral_choices.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/refer_told.h"

/* All questions of the longest form, and their choices. */
enum { PAGE_QUESTIONS_MAX = 64, PAGE_CHOICES_MAX = 320, PAGE_PARTS_MAX = 16 };
enum { PAGE_NUMBER_BYTES = 12 };

/* What a page is made from while it is written. */
struct refer_made {
    const struct refer_view *view;
    struct page_part parts[PAGE_PARTS_MAX];
    struct page_question questions[PAGE_QUESTIONS_MAX];
    struct page_choice choices[PAGE_CHOICES_MAX];
    struct referral_choice words[PAGE_CHOICES_MAX];
    struct page_hidden hidden[FORM_FIELDS_MAX + 4]; /* two ids, the source and the page's number too */
    struct refer_told told;
    char page[PAGE_NUMBER_BYTES], pages[PAGE_NUMBER_BYTES];
    size_t part_count, question_count, choice_count, hidden_count;
};

static bool is_on_page(const struct refer_view *view, const struct referral_part *part)
{
    return view->page == REFER_PAGE_ALL || view->page == part->page;
}

static void carry(struct refer_made *made, const char *name, const char *value)
{
    assert(made->hidden_count < sizeof made->hidden / sizeof *made->hidden);
    made->hidden[made->hidden_count++] = (struct page_hidden){name, value};
}

static void carry_question(struct refer_made *made, const struct referral_question *question)
{
    const char *value;
    for (size_t i = 0; (value = form_value(made->view->form, question->name, i)); i++)
        carry(made, question->name, value);
}

/* --- questions -------------------------------------------------------------------------------------------
 */

static void add_choices(struct refer_made *made, const struct referral_question *asked,
                        struct page_question *question)
{
    struct referral_choice *words = &made->words[made->choice_count];
    struct page_choice *choices = &made->choices[made->choice_count];
    assert(made->choice_count + REFERRAL_CHOICES_MAX <= PAGE_CHOICES_MAX);
    question->choices = choices;
    question->choices_count = referral_choices(referral_question_field(asked), words);
    made->choice_count += question->choices_count;
    for (size_t i = 0; i < question->choices_count; i++)
        choices[i] = (struct page_choice){.name = asked->name,
                                          .typed = words[i].typed,
                                          .words = words[i].words,
                                          .chosen = form_has(made->view->form, asked->name, words[i].typed)};
}

static void add_question(struct refer_made *made, const struct referral_question *asked, const char *fault)
{
    assert(made->question_count < PAGE_QUESTIONS_MAX);
    struct page_question *question = &made->questions[made->question_count++];
    const enum referral_ask ask = asked->ask;
    *question = (struct page_question){.name = asked->name,
                                       .label = asked->label,
                                       .hint = asked->hint,
                                       .value = form_value(made->view->form, asked->name, 0),
                                       .line = ask == REFERRAL_ASK_LINE,
                                       .callback = ask == REFERRAL_ASK_CALLBACK,
                                       .lines = ask == REFERRAL_ASK_LINES,
                                       .one = ask == REFERRAL_ASK_ONE,
                                       .list = ask == REFERRAL_ASK_LIST,
                                       .some = ask == REFERRAL_ASK_SOME,
                                       .yes = ask == REFERRAL_ASK_YES};
    question->chosen = question->yes && question->value;
    question->fault = question->callback ? fault : NULL;
    if (question->one || question->list || question->some)
        add_choices(made, asked, question);
}

static bool is_asked(const struct refer_view *view, const struct referral_question *question)
{
    return !view->only || strcmp(view->only, question->name) == 0;
}

static void add_part(struct refer_made *made, const struct referral_part *part, const char *fault)
{
    const struct referral_question *asked;
    const char *at = part->names;
    assert(made->part_count < PAGE_PARTS_MAX);
    struct page_part *added = &made->parts[made->part_count++];
    *added = (struct page_part){.title = part->title,
                                .plain = !part->folded,
                                .folded = part->folded,
                                .questions = &made->questions[made->question_count]};
    while ((asked = referral_part_next(&at))) {
        if (!is_asked(made->view, asked))
            continue;
        add_question(made, asked, fault);
        added->questions_count++;
        if (refer_form_has(made->view->form, asked, &made->view->person))
            added->open = true;
    }
    if (made->view->only && added->questions_count == 0)
        made->part_count--;
    else if (made->view->only)
        added->open = true;
}

/* Typing begins at the first text of the page. */
static void mark_first(struct refer_made *made)
{
    for (size_t i = 0; i < made->question_count; i++) {
        struct page_question *question = &made->questions[i];
        question->first = question->line || question->callback || question->lines;
        if (question->first)
            return;
    }
}

/* --- the page --------------------------------------------------------------------------------------------
 */

static void add_parts(struct refer_made *made, const char *fault)
{
    const struct referral_question *asked;
    for (size_t i = 0; i < referral_parts_count; i++) {
        const struct referral_part *part = &referral_parts[i];
        const char *at = part->names;
        if (part->source != made->view->source)
            continue;
        if (is_on_page(made->view, part))
            add_part(made, part, fault);
        else
            while ((asked = referral_part_next(&at)))
                carry_question(made, asked);
    }
    mark_first(made);
}

static void set_buttons(struct page_refer *page, unsigned at, unsigned pages)
{
    page->goes_on = at > 0 && at <= pages;
    page->goes_back = at > 1;
    page->can_show_all = page->goes_on;
    page->sends = !page->goes_on;
}

static void set_numbers(struct refer_made *made, struct page_refer *page, unsigned at, unsigned pages)
{
    if (at == REFER_PAGE_ALL)
        return;
    snprintf(made->page, sizeof made->page, "%u", at);
    snprintf(made->pages, sizeof made->pages, "%u", pages + 1);
    page->page = made->page;
    page->pages = made->pages;
    carry(made, REFER_PAGE, made->page);
}

/* The ids of the form go with it. */
static void carry_ids(struct refer_made *made)
{
    static const char *const ids[] = {REFER_ID, REFER_COMMAND, REFER_SOURCE};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (form_value(made->view->form, ids[i], 0))
            carry(made, ids[i], form_value(made->view->form, ids[i], 0));
}

void refer_page_write(struct html *html, const struct refer_view *view, struct page_refer *page)
{
    struct refer_made *made = calloc(1, sizeof *made);
    unsigned pages = referral_form_pages(view->source);
    if (!made) {
        html->broken = true;
        return;
    }
    made->view = view;
    carry_ids(made);
    set_numbers(made, page, view->page, pages);
    add_parts(made, page->fault);
    set_buttons(page, view->page, pages);
    page->has_told = view->page > pages;
    if (page->has_told)
        refer_told_read(&made->told, view->source, view->form);
    page->is_new = !page->is_change;
    page->title = page->is_change  ? "Change what you told"
                  : page->has_told ? "Check what you say, then send it"
                                   : "Refer a person";
    page->hidden = made->hidden;
    page->hidden_count = made->hidden_count;
    page->parts = made->parts;
    page->parts_count = made->part_count;
    page->told = made->told.told;
    page->told_count = made->told.told_count;
    page_refer(html, page);
    free(made);
}
