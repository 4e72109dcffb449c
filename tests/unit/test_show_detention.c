/* A detention in plain words: what will end is told before it has, and not after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/desk/show_detention.h"

/* 14:04 on a summer's day in London, which is 13:04 in UTC. */
static const int64_t now_ms = 1783342800000 + 4 * 60000;
enum { HOUR = 60 * 60000 };

static const char *row(const struct sheet *sheet, const char *label)
{
    for (size_t i = 0; i < sheet->count; i++)
        if (strcmp(sheet->lines[i].label, label) == 0)
            return sheet->lines[i].text;
    fail_msg("there is no row %s", label);
    return NULL;
}

static void the_hours_end_soon_until_they_have_ended(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    Concordat__V1__Detention detention = CONCORDAT__V1__DETENTION__INIT;
    struct sheet sheet = {0};
    status.detention = &detention;
    status.coordinator_ring = (char *)"01632 960001";
    detention.state = CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_HELD;
    detention.warned = true;
    detention.started_ms = now_ms - 23 * HOUR;
    detention.until_ms = now_ms + HOUR;
    show_detention(&sheet, &status, now_ms);
    assert_non_null(strstr(row(&sheet, "Hours"), "; THEY END SOON"));
    sheet_close(&sheet);
    detention.started_ms -= 2 * HOUR;
    detention.until_ms -= 2 * HOUR;
    show_detention(&sheet, &status, now_ms);
    assert_null(strstr(row(&sheet, "Hours"), "SOON"));
    assert_string_equal(
        row(&sheet, "Authority"),
        "NONE: the hours of section 136 ended at 13:04 (1 h 0 min ago). Ring 01632 960001 now");
    sheet_close(&sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hours_end_soon_until_they_have_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
