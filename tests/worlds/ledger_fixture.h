/* ledger_fixture.h: a ledger of its own for each test, filled with events that follow from their numbers,
 * where ledger_home.h says. */
#ifndef CONCORDAT_LEDGER_FIXTURE_H
#define CONCORDAT_LEDGER_FIXTURE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <setjmp.h>

#include <cmocka.h>
#include <sys/types.h>

#include "broker/ledger/ledger.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/ledger_home.h"

enum { BATCH_MAX = 200 /* stored in several stretches */ };

/* path is the file's; address is what the ledger is opened by. */
extern char folder[FOLDER_PATH_BYTES], path[256], address[512], message[512];

int fixture_make_folder(void **state);
int fixture_remove_folder(void **state);
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_make_folder, fixture_remove_folder)

struct ledger *fixture_open(void);
void fixture_expect_refused(enum ledger_status expected, const char *says);
uint64_t fixture_head(const struct ledger *ledger);

/* The body of event seq, which follows from its number. Returns its size. */
size_t fixture_body(uint64_t seq, uint8_t body[64]);
/* Appends `count` events. Every third has sealed texts, the same bytes as its body. */
enum ledger_status fixture_append(struct ledger *ledger, uint64_t first, size_t count);

struct fixture_reading {
    uint64_t next, stop_at;
    uint8_t chain[CHAIN_BYTES];
};
/* For ledger_read, with a struct fixture_reading: the event must be what fixture_append wrote. */
bool fixture_expect_event(void *context, const struct ledger_event *event, const uint8_t *chain);
/* For ledger_read, with a uint64_t that counts the events. */
bool fixture_count_event(void *context, const struct ledger_event *event, const uint8_t *chain);
/* All events, read in pages, must be what fixture_append wrote, up to event `last`. */
void fixture_expect_events(struct ledger *ledger, uint64_t last);

/* Runs SQL as somebody would who has the file and SQLite, but none of our settings. */
int fixture_meddle(const char *sql);
/* The size of the ledger's file, or of the file beside it with that suffix; 0 if there is none. */
off_t fixture_size(const char *suffix);

#endif
