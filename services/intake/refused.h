/* refused.h: what each device was refused, for the intake's log.
 *
 * A device that asks for cases that are not there, or sends what nobody may, leaves a trace, and cannot fill
 * the log: the first refusal is a line, and what follows within a minute is counted in one more. Lines name
 * keys and commands, never a case or a person. Beyond REFUSED_DEVICES_MAX names no more are noted until the
 * intake starts again. Times are of the monotonic clock, in milliseconds. One thread owns it.
 */
#ifndef CONCORDAT_INTAKE_REFUSED_H
#define CONCORDAT_INTAKE_REFUSED_H

#include <stdint.h>

#include "proto/wire/wire.h"

struct refused_devices;

/* NULL if memory is short. */
struct refused_devices *refused_open(void);
void refused_close(struct refused_devices **refused);

/* Notes that a device was refused a request; NULL: one that cannot be read. */
void refused_note(struct refused_devices *refused, const char *key_name,
                  const Concordat__V1__Request *request, Concordat__V1__Refusal refusal, int64_t now_ms);
/* Logs the counts of those whose minute is over. To be called once a turn. */
void refused_turn(struct refused_devices *refused, int64_t now_ms);

#endif
