/* P4: a disk that fills takes referrals while there is room for them, and what people answer to the last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/simulation/scenarios/stage.h"

#define REFUSED(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

static const char always[] = "always";

static void set_disk(struct stage *s, uint64_t free_bytes)
{
    s->disk_free_bytes = free_bytes;
    stage_wait(s, SECONDS(2), -1);
}

/* The disk fills, and referrals take the room that answers need. */
static void the_disk_fills_and_nobody_can_accept(void **unused)
{
    (void)unused;
    static char story[3001];
    uint8_t first[16], id[16];
    memset(story, 'x', sizeof story - 1);
    struct stage *s = stage_open(always, always);
    uint32_t ids = s->ids;
    assert_true(stage_submit(s, first)->done);
    set_disk(s, STAGE_DISK_FLOOR - 1);
    assert_true(stage_submit(s, id)->done);
    s->narrative = story;
    const Concordat__V1__Answer *refused = stage_submit(s, id);
    assert_int_equal(refused->refusal, REFUSED(NO_ROOM));
    assert_string_equal(refused->status->ring, "01632 960100");
    s->narrative = NULL;
    set_disk(s, STAGE_DISK_FLOOR / 4 - 1);
    assert_int_equal(stage_submit(s, id)->refusal, REFUSED(NO_ROOM));
    assert_null(stage_case(s, id));
    set_disk(s, 0);
    assert_true(stage_accept(s, TEAM_1, first, 1)->done);
    s->ids = ids; /* the same referral again: it is there, and needs no room */
    assert_true(stage_submit(s, first)->repeated);
    /* A little more is needed, or a file that comes and goes would change the room each second. */
    set_disk(s, STAGE_DISK_FLOOR);
    s->narrative = story;
    s->ids += 10;
    assert_int_equal(stage_submit(s, id)->refusal, REFUSED(NO_ROOM));
    set_disk(s, 2 * STAGE_DISK_FLOOR);
    assert_true(stage_submit(s, id)->done);
    assert_int_equal(stage_events(s, CONCORDAT__V1__EVENT__WHAT_COMMAND_REFUSED), 0);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_disk_fills_and_nobody_can_accept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
