/* ledger_fixture.h: a ledger in a folder of its own, filled with events that follow from their numbers. */
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

enum { BATCH_MAX = 200 /* stored in several stretches */ };

extern char folder[FOLDER_PATH_BYTES], path[256], message[512];

int make_folder(void **state);
int remove_folder(void **state);
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

struct ledger *open_ledger(void);
void expect_refused(enum ledger_status expected, const char *says);
uint64_t head(const struct ledger *ledger);

/* The body of event seq, and so its size, follow from its number. */
size_t body_of(uint64_t seq, uint8_t body[64]);
/* Every third has something confidential, the same bytes as its body. */
enum ledger_status append(struct ledger *ledger, uint64_t first, size_t count);

struct reading {
    uint64_t next, stop_at;
    uint8_t chain[LEDGER_HASH_BYTES];
};
/* For ledger_read, with a struct reading: the event is what append wrote. */
bool expect_event(void *context, uint64_t seq, const uint8_t *body, size_t size, const uint8_t *chain);
/* For ledger_read, with a uint64_t that counts. */
bool take_any(void *context, uint64_t seq, const uint8_t *body, size_t size, const uint8_t *chain);
/* Everything there is, read in pages, is what append wrote, up to event `last`. */
void expect_events(struct ledger *ledger, uint64_t last);

/* Runs SQL as somebody does who has the file and SQLite, but none of our settings. */
int meddle(const char *sql);
/* The size of the ledger's file, or of the one beside it with that suffix; 0 where there is none. */
off_t size_of(const char *suffix);

#endif
