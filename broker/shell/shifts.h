/* shifts.h: who is on shift, as a board and those who ask who had to do with a case are told it. */
#ifndef CONCORDAT_SHIFTS_H
#define CONCORDAT_SHIFTS_H

#include "broker/core/command.h"
#include "broker/core/state.h"
#include "broker/shell/asking.h"
#include "proto/wire/wire.h"

struct broker;

enum { SHIFTS_LISTED_MAX = 512 /* a region has some tens on shift at a time */ };

/* Room for a list of them; too much for the stack. */
struct shift_list {
    Concordat__V1__ShiftPerson items[SHIFTS_LISTED_MAX], *list[SHIFTS_LISTED_MAX];
    size_t count;
};

/* Adds those on shift at a team or desk: one of the two slots is SLOT_NONE. */
void shifts_add(const struct broker *broker, uint16_t team, uint16_t coordinator, struct shift_list *list);
/* Adds all whom a session may see: of a team its own, of a source none, of all others everybody. */
void shifts_list(const struct broker *broker, enum party party, uint16_t slot, struct shift_list *list);
enum { SHIFTS_WORDS_BYTES = 300 };
/* Why coming, going or handing over is refused, in words; NULL: the refusal says it. */
const char *shifts_fault(const struct broker *broker, const struct asking *asking, enum refusal refusal,
                         char text[SHIFTS_WORDS_BYTES]);
/* Once it is done: who has the duty now, and what is in hand; NULL: there is nothing to say. */
const char *shifts_note(const struct broker *broker, const struct command *command,
                        char text[SHIFTS_WORDS_BYTES]);

#endif
