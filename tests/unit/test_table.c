/* test_table.c: rows that grow, the index over them, and the agenda, each compared with a naive one on random
 * paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/agenda.h"
#include "broker/core/index.h"
#include "tests/worlds/random_walk.h"

enum { KEYS = 400, STEPS = 20000, KEY_BYTES = 16, GROWN_ROWS = 200000 };

struct row {
    uint32_t before;
    uint8_t key[KEY_BYTES];
    uint32_t value;
};

static uint32_t next_random(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*random >> 33);
}

/* Keys that differ in few bytes, so that a weak hash would show. */
static void make_near_key(uint8_t key[KEY_BYTES], uint32_t number)
{
    memset(key, 0, KEY_BYTES);
    key[3] = (uint8_t)number;
    key[14] = (uint8_t)(number >> 8);
}

static void check_index(const struct index *index, const struct table *table, const uint32_t *rows)
{
    uint32_t used = 0;
    for (uint32_t number = 0; number < KEYS; number++) {
        uint8_t key[KEY_BYTES];
        make_near_key(key, number);
        assert_int_equal(index_find(index, table, key), rows[number]);
        used += rows[number] != ROW_NONE;
    }
    assert_int_equal(index->used, used);
}

static void the_index_finds_what_a_plain_list_finds(void **unused)
{
    (void)unused;
    uint64_t random = walk_first_seed();
    for (int run = 0; run < 4; run++) {
        struct table table;
        struct index index;
        uint32_t rows[KEYS], free_rows[KEYS], free_count = 0;
        memset(rows, 0xff, sizeof rows);
        table_open(&table, sizeof(struct row));
        index_open(&index, offsetof(struct row, key), KEY_BYTES, random);
        uint32_t most = 50u << run; /* from a nearly empty index to a full one */
        for (int step = 0; step < STEPS; step++) {
            uint32_t number = next_random(&random) % (most < KEYS ? most : KEYS);
            if (rows[number] != ROW_NONE) {
                index_remove(&index, &table, rows[number]);
                free_rows[free_count++] = rows[number];
                rows[number] = ROW_NONE;
            } else {
                assert_true(table_reserve(&table, 1) && index_reserve(&index, 1));
                if (free_count == 0) {
                    table_add(&table);
                    free_rows[free_count++] = table.count - 1;
                }
                rows[number] = free_rows[--free_count];
                struct row *row = table_row(&table, rows[number]);
                make_near_key(row->key, number);
                row->value = number;
                index_add(&index, &table, rows[number]);
            }
            if (step % 97 == 0)
                check_index(&index, &table, rows);
        }
        check_index(&index, &table, rows);
        index_close(&index);
        table_close(&table);
    }
}

/* Row `row` has key `row`, until it is removed. */
static uint32_t found_wrongly(const struct index *index, const struct table *table, const bool *removed)
{
    uint32_t wrong = 0;
    for (uint32_t row = 0; row < table->count; row++)
        wrong += index_find(index, table, &row) != (removed[row] ? ROW_NONE : row);
    return wrong;
}

/* After one in `one_in` rows a random row is removed, and one in as many rows reserves several times all of
 * them. */
static void grow(uint32_t rows, uint32_t one_in, uint64_t *random)
{
    static bool removed[GROWN_ROWS];
    struct table table;
    struct index index;
    table_open(&table, sizeof(uint32_t));
    index_open(&index, 0, sizeof(uint32_t), *random);
    memset(removed, 0, sizeof removed);
    assert_true(table_reserve(&table, rows));
    for (uint32_t row = 0; row < rows; row++) {
        uint32_t wide = index.now.count;
        assert_true(index_reserve(
            &index, next_random(random) % one_in ? 1 : 1 + next_random(random) % (8 * row + 1)));
        bool grew = index.now.count > wide;
        *(uint32_t *)table_add(&table) = row;
        index_add(&index, &table, row);
        if (grew || next_random(random) % one_in == 0) {
            uint32_t gone = next_random(random) % (row + 1);
            if (!removed[gone])
                index_remove(&index, &table, gone);
            removed[gone] = true;
        }
        if (grew)
            assert_int_equal(found_wrongly(&index, &table, removed), 0);
    }
    assert_int_equal(found_wrongly(&index, &table, removed), 0);
    index_close(&index);
    table_close(&table);
}

/* Checked when the new array has few of the rows, and when it has all. */
static void an_index_that_grows_finds_all_that_it_held(void **unused)
{
    (void)unused;
    uint64_t random = walk_first_seed();
    for (int run = 0; run < 500; run++)
        grow(500, 4, &random);
    grow(GROWN_ROWS, 1000, &random);
}

static void an_empty_index_finds_nothing(void **unused)
{
    (void)unused;
    struct table table;
    struct index index;
    uint8_t key[KEY_BYTES] = {0};
    table_open(&table, sizeof(struct row));
    index_open(&index, offsetof(struct row, key), KEY_BYTES, 1);
    assert_int_equal(index_find(&index, &table, key), ROW_NONE);
    assert_true(index_reserve(&index, 1));
    assert_int_equal(index_find(&index, &table, key), ROW_NONE);
    index_close(&index);
    table_close(&table);
}

static void what_was_reserved_can_be_added_without_asking_and_rows_start_as_zeros(void **unused)
{
    (void)unused;
    struct table table;
    table_open(&table, sizeof(struct row));
    for (uint32_t more = 1; more < 3000; more *= 3) {
        assert_true(table_reserve(&table, more));
        uint32_t capacity = table.capacity;
        for (uint32_t i = 0; i < more; i++) {
            static const struct row zeros;
            struct row *row = table_add(&table);
            assert_memory_equal(row, &zeros, sizeof zeros);
            row->value = table.count;
        }
        assert_int_equal(table.capacity, capacity);
    }
    for (uint32_t i = 0; i < table.count; i++)
        assert_int_equal(((struct row *)table_row(&table, i))->value, i + 1);
    table_close(&table);
}

static void a_reserve_that_cannot_be_met_leaves_the_table_as_it_was(void **unused)
{
    (void)unused;
    struct table table;
    table_open(&table, sizeof(struct row));
    assert_true(table_reserve(&table, 1));
    table_add(&table);
    struct table before = table;
    assert_false(table_reserve(&table, ROW_NONE));
    assert_memory_equal(&before, &table, sizeof table);
    table_close(&table);
}

/* --- the agenda ------------------------------------------------------------------------------------------
 */

enum { CASES = 60 };

/* The row that is due first; of several the lowest. */
static int soonest(const bool *there, const int64_t *due)
{
    int best = -1;
    for (int row = 0; row < CASES; row++)
        if (there[row] && (best < 0 || due[row] < due[best]))
            best = row;
    return best;
}

static void the_agenda_names_the_case_that_is_due_first_whatever_came_and_went(void **unused)
{
    (void)unused;
    uint64_t random = walk_first_seed() + 1;
    struct agenda agenda;
    bool there[CASES] = {false};
    int64_t due[CASES] = {0};
    agenda_open(&agenda);
    assert_true(agenda_reserve(&agenda, CASES));
    for (int step = 0; step < STEPS; step++) {
        uint32_t row = next_random(&random) % CASES;
        int64_t due_ms = next_random(&random) % 50; /* few instants, so that many are due together */
        if (!there[row]) {
            agenda_add(&agenda, row, due_ms);
            there[row] = true;
            due[row] = due_ms;
        } else if (next_random(&random) % 3 == 0) {
            agenda_remove(&agenda, row);
            there[row] = false;
        } else {
            agenda_change(&agenda, row, due_ms);
            due[row] = due_ms;
        }
        int best = soonest(there, due);
        const struct agenda_entry *first = agenda_first(&agenda);
        assert_int_equal(first != NULL, best >= 0);
        if (first) {
            assert_int_equal(first->row, best);
            assert_int_equal(first->due_ms, due[best]);
        }
    }
    agenda_close(&agenda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_finds_what_a_plain_list_finds),
        cmocka_unit_test(an_index_that_grows_finds_all_that_it_held),
        cmocka_unit_test(an_empty_index_finds_nothing),
        cmocka_unit_test(what_was_reserved_can_be_added_without_asking_and_rows_start_as_zeros),
        cmocka_unit_test(a_reserve_that_cannot_be_met_leaves_the_table_as_it_was),
        cmocka_unit_test(the_agenda_names_the_case_that_is_due_first_whatever_came_and_went),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
