/* fuzz_form.c: a form from anybody. What is read is text within its bounds, and is read alike when it is
 * written again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/utf8.h"
#include "services/gateway/form.h"
#include "tests/fuzz/fuzz.h"

static const struct form_rule rules[] = {
    {.name = "id", .bytes_max = 12},
    {.name = "note", .bytes_max = 200, .lines = true},
    {.name = "need", .bytes_max = 8, .repeats = true},
    {.name = "token", .bytes_max = 44},
};
enum { RULES = sizeof rules / sizeof *rules };

static char *write_value(char *at, const char *value)
{
    static const char digits[] = "0123456789abcdef";
    for (; *value; value++) {
        *at++ = '%';
        *at++ = digits[(uint8_t)*value >> 4];
        *at++ = digits[(uint8_t)*value & 15];
    }
    return at;
}

static char *write_form(const struct form *form, size_t room, size_t *size)
{
    char *text = malloc(room), *at = text;
    assert(text);
    for (size_t i = 0; i < form->count; i++) {
        at = stpcpy(at, i ? "&" : "");
        at = stpcpy(stpcpy(at, form->fields[i].rule->name), "=");
        at = write_value(at, form->fields[i].value);
    }
    *size = (size_t)(at - text);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct form form, again;
    if (form_read(&form, (const char *)bytes, size, rules, RULES) == FORM_GOOD) {
        size_t written;
        for (size_t i = 0; i < form.count; i++) {
            const struct form_rule *rule = form.fields[i].rule;
            assert(strlen(form.fields[i].value) <= rule->bytes_max);
            assert(utf8_is_text(form.fields[i].value, strlen(form.fields[i].value), rule->lines));
            assert(rule->repeats || !form_value(&form, rule->name, 1));
        }
        char *text = write_form(&form, 3 * size + 16 * FORM_FIELDS_MAX, &written);
        enum form_status status = form_read(&again, text, written, rules, RULES);
        assert(status == FORM_GOOD && again.count == form.count);
        for (size_t i = 0; i < form.count; i++)
            assert(strcmp(again.fields[i].value, form.fields[i].value) == 0);
        form_close(&again);
        free(text);
    }
    form_close(&form);
    return 0;
}
