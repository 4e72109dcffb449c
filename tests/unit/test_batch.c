/* test_batch.c: the events of one turn, as the ledger takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "broker/shell/batch.h"

static const struct sealed_texts texts = {
    (const uint8_t *)"sealed texts", 12, {.count = 1, .items = {{SEAL_NOTE, {7}}}}};

static struct event broker_started_event(uint64_t seq)
{
    static const uint8_t digest[STATE_DIGEST_BYTES];
    struct event event = {.kind = EVENT_BROKER_STARTED, .seq = seq, .at_ms = (int64_t)seq * 10, .actor = ""};
    event.is.started = (struct started){"test", seq, digest, state_layout};
    return event;
}

static void add_event(struct batch *batch, const struct state *state, uint64_t seq,
                      const struct sealed_texts *beside)
{
    struct event event = broker_started_event(seq);
    static const uint8_t salt[EVENT_SALT_BYTES] = {1};
    assert_true(batch_add(batch, &event, state, NULL, salt, beside));
}

static void expect_stored(const struct ledger_event *stored, uint64_t seq)
{
    struct arena arena;
    struct wire_fault fault;
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    const Concordat__V1__Event *event = wire_unpack_event(stored->body, stored->body_size, &arena, &fault);
    assert_non_null(event);
    assert_int_equal(event->seq, seq);
    assert_int_equal(stored->seq, seq);
    assert_int_equal(stored->at_ms, seq * 10);
    assert_int_equal(stored->kind, EVENT_BROKER_STARTED);
    assert_null(stored->referral);
    arena_close(&arena);
}

static void a_batch_is_what_was_added_and_not_cut(void **unused)
{
    (void)unused;
    struct state *state = state_new(1);
    struct batch batch = {0};
    for (int turn = 0; turn < 2; turn++) {
        for (uint64_t seq = 5; seq < 10; seq++)
            add_event(&batch, state, seq, seq == 6 || seq == 9 ? &texts : NULL);
        batch_cut(&batch, 4);
        assert_null(batch_find(&batch, 9));
        add_event(&batch, state, 9, NULL);
        assert_null(batch_find(&batch, 4));
        assert_null(batch_find(&batch, 10));
        assert_int_equal(batch_find(&batch, 6)->sealed_size, texts.size);
        const struct ledger_event *events = batch_events(&batch);
        assert_int_equal(batch.count, 5);
        for (uint64_t seq = 5; seq < 10; seq++)
            expect_stored(&events[seq - 5], seq);
        assert_int_equal(events[1].sealed_size, texts.size);
        assert_memory_equal(events[1].sealed, texts.row, texts.size);
        assert_null(events[4].sealed);
        batch_clear(&batch);
        assert_null(batch_find(&batch, 5));
    }
    batch_close(&batch);
    state_destroy(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_what_was_added_and_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
