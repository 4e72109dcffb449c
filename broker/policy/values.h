/* values.h: how single values are written in the policy file. */
#ifndef CONCORDAT_POLICY_VALUES_H
#define CONCORDAT_POLICY_VALUES_H

#include "broker/policy/reader.h"

read_fn read_name;          /* char[NAME_CHARS_MAX + 1] */
read_fn read_id;            /* char[ID_CHARS_MAX + 1] */
read_fn read_telephone;     /* char[TELEPHONE_CHARS_MAX + 1] */
read_fn read_code;          /* char[11], an ODS code in capitals */
read_fn read_team_type;     /* char[4] */
read_fn read_flag;          /* bool */
read_fn read_count;         /* uint16_t, 1 to 999 */
read_fn read_duration;      /* int64_t in ms, up to a week */
read_fn read_sources;       /* uint8_t of bits */
read_fn read_urgencies;     /* uint8_t of bits */
read_fn read_needs;         /* uint16_t of bits */
read_fn read_urgency;       /* enum urgency */
read_fn read_clock;         /* enum clock_kind */
read_fn read_ages;          /* uint8_t[2], first and last */
read_fn read_bank_holidays; /* struct bank_holidays */

/* Adds a problem where no postcode district stands, in capitals. */
void check_district(struct reader *reader, const struct spot *spot);

/* "09:30" as minutes after midnight, up to "24:00". */
bool parse_time_of_day(const char *text, int16_t *minute);

#endif
