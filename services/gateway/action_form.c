/* action_form.c: see action_form.h. */
#include "services/gateway/action_form.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/desk/action_labels.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/session.h"

enum { RADIOS_MAX = 7, CHOICES_MAX = 32, STEPS_MAX = 32 };

/* The page of a form, with room for what it points to. */
struct action_sheet {
    struct page_action page;
    struct page_field fields[ACTION_FIELDS_MAX];
    struct page_option choices[ACTION_FIELDS_MAX][CHOICES_MAX];
    char words[ACTION_FIELDS_MAX][CHOICES_MAX][3][WORDS_MAX];
    char attempt[16], command[SAID_ID_BYTES];
    char problem[WORDS_MAX + ACTION_FAULT_BYTES];
    struct page_option *named; /* owned: teams or areas to choose from */
    struct page_option steps[STEPS_MAX];
    char step_words[STEPS_MAX][2][WORDS_MAX]; /* what is typed, and the id of its element */
};

size_t action_form_rules(const struct action_kind *kind, struct form_rule rules[ACTION_RULES_MAX])
{
    /* What the page itself sends with the fields: longer than any of the three is. */
    static const char *const hidden_typed[] = {"token", "command", "then"};
    size_t count = 0;
    for (; count < sizeof hidden_typed / sizeof *hidden_typed; count++)
        rules[count] = (struct form_rule){.name = hidden_typed[count], .bytes_max = SESSION_TOKEN_BYTES};
    for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++)
        if (field->value != ACTION_CASE)
            rules[count++] = (struct form_rule){.name = field->name, .bytes_max = 2 * ACTION_TEXT_BYTES};
    return count;
}

static const char *typed_value(const struct form *form, const char *name)
{
    const char *value = form ? form_value(form, name, 0) : NULL;
    return value ? value : "";
}

static bool missing_field(struct action *action, const struct action_field *field)
{
    action->faulty = field;
    snprintf(action->fault, sizeof action->fault, "is needed");
    return false;
}

bool action_form_read(struct action *action, const struct form *form, int64_t now_ms)
{
    action->now_ms = now_ms;
    for (const struct action_field *field = action->kind->fields; field->value != ACTION_NOTHING; field++) {
        const char *value = typed_value(form, field->name);
        if (field->value == ACTION_CASE)
            continue;
        if (!value[0] && action_needs(field, action_step(action)))
            return missing_field(action, field);
        if (value[0] && !action_set(action, field->name, value))
            return false;
    }
    return action_form_asks_again(action, form) || action_check(action);
}

bool action_form_asks_again(const struct action *action, const struct form *form)
{
    bool died = action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_CLOSE &&
                action->body.close.outcome == CONCORDAT__V1__OUTCOME__OUTCOME_DIED;
    return (action->kind->is_final || died) && !typed_value(form, "yes")[0];
}

/* --- how a field is asked -------------------------------------------------------------------------------
 */

static void fill_choices(struct action_sheet *sheet, size_t at, const struct action_field *field,
                         const char *value)
{
    struct page_field *asked = &sheet->fields[at];
    size_t count = 0;
    for (unsigned i = 0; i < field->codes->n_values && count < CHOICES_MAX; i++) {
        int code = field->codes->values[i].value;
        char *typed = sheet->words[at][count][0], *words = sheet->words[at][count][1];
        if (!action_code_is_typed(field, code))
            continue;
        action_typed_word(field->codes, code, typed);
        words_for(field->codes, code, words);
        words[0] = (char)toupper((unsigned char)words[0]);
        char *id = sheet->words[at][count][2];
        snprintf(id, WORDS_MAX, "%s-%zu", field->name, count);
        sheet->choices[at][count++] = (struct page_option){.value = typed,
                                                           .label = words,
                                                           .is_chosen = strcmp(typed, value) == 0,
                                                           .field = field->name,
                                                           .id = id};
    }
    if (count <= RADIOS_MAX) {
        asked->radios = sheet->choices[at];
        asked->radios_count = count;
    } else {
        asked->options = sheet->choices[at];
        asked->options_count = count;
    }
}

/* What can be chosen by its name: the teams without the reader's own, or the areas that are not theirs. False
 * if the directory is not known, so that an id is typed. */
static bool fill_named(struct action_sheet *sheet, struct page_field *asked, const struct action_form *form,
                       bool of_teams, const char *value)
{
    const Concordat__V1__Board *board = form->board;
    const Concordat__V1__Directory *directory = board ? board->directory : NULL;
    size_t count = !directory ? 0 : of_teams ? directory->n_teams : directory->n_areas;
    sheet->named = count > 0 ? calloc(count, sizeof *sheet->named) : NULL;
    for (size_t i = 0; sheet->named && i < count; i++) {
        const Concordat__V1__Named *one = of_teams ? directory->teams[i] : directory->areas[i];
        bool is_own = strcmp(one->id, form->of) == 0;
        for (size_t area = 0; !of_teams && area < board->n_areas; area++)
            is_own = is_own || strcmp(one->id, board->areas[area]) == 0;
        if (!is_own)
            sheet->named[asked->options_count++] = (struct page_option){
                .value = one->id, .label = one->name, .is_chosen = strcmp(one->id, value) == 0};
    }
    asked->options = sheet->named;
    return sheet->named;
}

static void fill_field(struct action_sheet *sheet, size_t at, const struct action_field *field,
                       const struct action_form *form, int step)
{
    struct page_field *asked = &sheet->fields[at];
    const char *given = !form->typed && form->given ? form->given(form->context, field->name) : NULL;
    const char *value = given ? given : typed_value(form->typed, field->name);
    bool is_faulty = form->read && form->read->faulty == field;
    const struct action_label *label = action_label(form->kind, field);
    *asked = (struct page_field){.name = field->name,
                                 .label = label->label,
                                 .hint = label->hint,
                                 .fault = is_faulty ? form->read->fault : NULL,
                                 .value = value,
                                 .may_be_empty = !action_needs(field, step),
                                 .is_area = field->value == ACTION_TEXT,
                                 .is_flag = field->value == ACTION_FLAG,
                                 .is_ticked = field->value == ACTION_FLAG && value[0]};
    bool of_teams = field->value == ACTION_TEAM, is_named = of_teams || field->value == ACTION_AREA;
    if (field->value == ACTION_CODE)
        fill_choices(sheet, at, field, value);
    if (is_named && !fill_named(sheet, asked, form, of_teams, value))
        asked->hint = of_teams ? "The id of the team, such as northmoor-crisis."
                               : "The id of the area, such as southfell.";
    asked->is_line = !asked->is_area && !asked->is_flag && !asked->options && field->value != ACTION_CODE;
}

/* --- an action of steps, each with fields of its own -----------------------------------------------------
 */

/* The step that was sent, or with which the form begins; 0: it is still to be chosen. */
static int chosen_step(const struct action_form *form, const struct action_field *field)
{
    int step;
    const char *given = !form->typed && form->given ? form->given(form->context, field->name) : NULL;
    const char *value = given ? given : typed_value(form->typed, field->name);
    return value[0] && words_parse(field->codes, value, &step) && step != field->never_typed ? step : 0;
}

static void fill_step(struct action_sheet *sheet, const struct action_form *form,
                      const struct action_field *field, int chosen)
{
    const struct action_step_label *label;
    size_t count = 0;
    for (; count < STEPS_MAX && (label = action_step_label(form->kind, count)); count++) {
        char *typed = sheet->step_words[count][0], *id = sheet->step_words[count][1];
        bool is_chosen = label->step == chosen, is_next = !chosen && label->step == form->next_step;
        action_typed_word(field->codes, label->step, typed);
        snprintf(id, WORDS_MAX, "step-%s", typed);
        sheet->steps[count] = (struct page_option){.value = typed,
                                                   .label = label->label,
                                                   .hint = label->hint,
                                                   .is_chosen = is_next,
                                                   .field = field->name,
                                                   .id = id};
        if (is_chosen) {
            sheet->page.step = typed;
            sheet->page.step_label = label->label;
        }
    }
    sheet->page.step_field = field->name;
    sheet->page.steps = chosen ? NULL : sheet->steps;
    sheet->page.steps_count = chosen ? 0 : count;
}

/* Which of its fields the page asks for now. */
static bool is_asked_for(const struct action_form *form, const struct action_field *field, int step)
{
    const struct action_field *steps = action_steps(form->kind);
    if (!action_asks_for(field) || (steps && (field == steps || !step)))
        return false;
    return action_takes(field, step);
}

/* --- the page -------------------------------------------------------------------------------------------
 */

static void fill_problem(struct action_sheet *sheet, const struct action_form *form)
{
    const struct action *read = form->read;
    const struct action_label *label = read && read->faulty ? action_label(form->kind, read->faulty) : NULL;
    if (label) {
        snprintf(sheet->problem, sizeof sheet->problem, "%s: this %s", label->label, read->fault);
        sheet->page.faulty = read->faulty->name;
    } else {
        snprintf(sheet->problem, sizeof sheet->problem, "%s", read ? read->fault : form->problem);
    }
    sheet->page.problem = sheet->problem;
}

static void fill_sheet(struct action_sheet *sheet, const struct action_form *form)
{
    struct page_action *page = &sheet->page;
    const struct action_kind *kind = form->kind;
    uint8_t fresh[WIRE_ID_BYTES];
    words_new_uuid(fresh);
    words_uuid(form->command_id ? form->command_id : fresh, sheet->command);
    snprintf(sheet->attempt, sizeof sheet->attempt, "%u", form->attempt);
    *page = (struct page_action){.frame = *form->frame,
                                 .number = form->number,
                                 .at_desk = !form->number,
                                 .act = kind->name,
                                 .title = action_button(kind),
                                 .follows = action_follows(kind),
                                 .command = sheet->command,
                                 .attempt = form->attempt ? sheet->attempt : NULL,
                                 .then = typed_value(form->typed, "then"),
                                 .asks_again = form->asks_again,
                                 .asks_first = !form->asks_again,
                                 .fields = sheet->fields};
    const struct action_field *steps = action_steps(kind);
    int step = steps ? chosen_step(form, steps) : 0;
    if (steps)
        fill_step(sheet, form, steps, step);
    page->asks_step = steps && !step;
    page->asks_first = page->asks_first && !page->asks_step;
    page->asks_now = !page->asks_step;
    for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++)
        if (is_asked_for(form, field, step))
            fill_field(sheet, page->fields_count++, field, form, step);
    if (form->read || form->problem)
        fill_problem(sheet, form);
    page->is_unknown = page->problem && form->is_unknown;
    page->is_wrong = page->problem && !form->is_unknown;
    page->trouble = page->is_unknown ? "Not known" : page->is_wrong ? "Wrong" : NULL;
}

void action_form_write(struct html *html, const struct action_form *form)
{
    struct action_sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet) {
        html->broken = true;
        return;
    }
    fill_sheet(sheet, form);
    page_action(html, &sheet->page);
    free(sheet->named);
    free(sheet);
}
