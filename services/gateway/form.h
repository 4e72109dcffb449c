/* form.h: reads a form that a browser posted (application/x-www-form-urlencoded, as the URL standard of
 * WHATWG has it), and takes only what the page's own form can have sent. Pure; any thread. */
#ifndef CONCORDAT_GATEWAY_FORM_H
#define CONCORDAT_GATEWAY_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "services/gateway/limits.h"

/* A field that a form may have. A form has a table of them. */
struct form_rule {
    const char *name;
    size_t bytes_max; /* of its value, as UTF-8 */
    bool lines;       /* line ends and tabs may stand in it */
    bool repeats;     /* it may come more than once, as boxes to tick do */
    bool mended;      /* what is no text in it is made one, so that nothing that was pasted loses the form */
};

struct form {
    char *text; /* owned: names and values, each ended by NUL */
    size_t size;
    struct form_field {
        const struct form_rule *rule; /* borrowed */
        const char *value;
    } fields[FORM_FIELDS_MAX];
    size_t count;
};

enum form_status { FORM_GOOD, FORM_WRONG, FORM_NO_MEMORY };

/* Reads `size` bytes. A form is wrong if it has a field without a rule, one twice that does not repeat, more
 * than FORM_FIELDS_MAX, a value that is too long, or, unless that is mended, bytes that are no text
 * (utf8_is_text). Line ends are made \n. The form is to be ended by form_close, whatever the status is. */
enum form_status form_read(struct form *form, const char *bytes, size_t size, const struct form_rule *rules,
                           size_t rule_count);
void form_close(struct form *form);

/* The value number `at` of a field, counted from 0; NULL if it was not sent so often. It is valid until
 * form_close. */
const char *form_value(const struct form *form, const char *name, size_t at);
/* True if a field was sent with that value. */
bool form_has(const struct form *form, const char *name, const char *value);

#endif
