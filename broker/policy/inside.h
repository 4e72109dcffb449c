/* inside.h: what the files of this folder share. Only they include it; everybody else uses policy_file.h.
 *
 * A policy file is read by tables: each row names a field and the function (read_fn) that reads its value.
 * Such a function fills what it is given, or adds a problem and returns; reading continues after a problem,
 * so that a person sees all of them at once.
 */
#ifndef CONCORDAT_POLICY_INSIDE_H
#define CONCORDAT_POLICY_INSIDE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/policy/policy_file.h"
#include "broker/policy/yaml_tree.h"

struct ladders;

struct reader {
    struct policy_problems *problems;
    struct policy *policy; /* what has been read so far */
    struct ladders *ladders;
};

/* A value, and the way to it from the top of the file. */
struct spot {
    const struct spot *outer; /* NULL for the whole file */
    const char *name;         /* of the field; NULL for an item of a list */
    size_t item;              /* its number in the list, from 1 */
    const struct node *node;
    const char *remedy; /* what to write here */
};

typedef void read_fn(struct reader *reader, const struct spot *spot, void *into);

enum presence { OPTIONAL, REQUIRED };

struct policy_field {
    const char *name; /* NULL ends a table */
    enum presence presence;
    read_fn *read;
    size_t offset; /* of the member that the field fills, in the struct that the mapping fills */
    const char *remedy;
};

/* --- problems.c: collecting what is wrong ------------------------------------------------------------ */

/* Adds a problem, unless POLICY_PROBLEMS_MAX have been added. */
void problems_add(struct policy_problems *problems, int line, const char *field, const char *remedy,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
void problems_add_list(struct policy_problems *problems, int line, const char *field, const char *remedy,
                       const char *format, va_list arguments) __attribute__((format(printf, 5, 0)));

/* Adds that the machine had no memory, which says nothing about the file. */
void problems_add_no_memory(struct policy_problems *problems);
/* Empties the list. */
void problems_begin(struct policy_problems *problems);
/* Sorts the problems by line. */
void problems_sort(struct policy_problems *problems);

/* --- reader.c: fields and lists ---------------------------------------------------------------------- */

/* Adds a problem at a spot, with the spot's own remedy or with another. */
void problem_at(struct reader *reader, const struct spot *spot, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problem_with_remedy(struct reader *reader, const struct spot *spot, const char *remedy,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
void problem_no_memory(struct reader *reader);

/* Whether a text is an id of the directory: 1 to ID_CHARS_MAX of a-z, 0-9 and -. */
bool id_is_valid(const char *text);

/* An item of the list at a spot. */
struct spot spot_item(const struct spot *outer, const struct node *node, size_t item);

/* The text at a spot. If there is none, adds a problem and returns NULL. */
const char *spot_text(struct reader *reader, const struct spot *spot);
/* Whether a list of at most max items stands at a spot. If not, adds a problem. */
bool spot_is_list(struct reader *reader, const struct spot *spot, size_t max);

/* Reads a mapping by its table, in the order of the table. */
void read_fields(struct reader *reader, const struct spot *spot, const struct policy_field *fields,
                 void *into);

/* Reads a list of mappings into a new array, which the caller frees. If there is no such list, or it is
 * empty, adds a problem and returns NULL. */
void *read_list(struct reader *reader, const struct spot *spot, size_t max, size_t item_size,
                const struct policy_field *fields, size_t *count);

/* Sorts an array by the text that each item begins with. nodes[i] is the node that the text of item i was
 * read from. If a text occurs twice, adds a problem at the later one. */
void sort_by_key(struct reader *reader, const struct spot *spot, void *items, size_t count, size_t item_size,
                 const struct node *const *nodes);

/* The same for an array from read_list, if the text comes from the field key_field. */
void sort_list(struct reader *reader, const struct spot *spot, void *items, size_t count, size_t item_size,
               const char *key_field);

/* --- words.c: the coded values, as the policy file spells them --------------------------------------- */

struct word {
    const char *word; /* NULL ends a table */
    int value;
};

extern const struct word SOURCE_WORDS[];
extern const struct word URGENCY_WORDS[];
extern const struct word NEED_WORDS[];
extern const struct word CLOCK_WORDS[];
extern const struct word DETAINED_WORDS[];
extern const struct word OFFERS_WORDS[];
extern const struct word DAY_WORDS[]; /* the ROTA_ bits */

/* "very-urgent", "very_urgent" and "very urgent" are the same word. */
bool word_find(const struct word *table, const char *text, int *value);
const char *word_for(const struct word *table, int value);

/* Whether a team of this type can be asked in a crisis: an MHSDS ServTeamTypeRefToMH in force. */
bool team_type_known(const char *code);

/* --- values.c: single values; each reader fills the type beside it ------------------------------------ */

read_fn policy_read_name;             /* char[NAME_CHARS_MAX + 1] */
read_fn policy_read_id;               /* char[ID_CHARS_MAX + 1] */
read_fn policy_read_telephone;        /* char[TELEPHONE_CHARS_MAX + 1] */
read_fn policy_read_code;             /* char[11], an ODS code in capitals */
read_fn policy_read_team_type;        /* char[4] */
read_fn policy_read_flag;             /* bool */
read_fn policy_read_count;            /* uint16_t, 1 to 999 */
read_fn policy_read_big_count;        /* uint32_t, 1 to 999 999 */
read_fn policy_read_duration;         /* int64_t in ms, up to a week */
read_fn policy_read_duration_or_none; /* the same; 0 is none */
read_fn policy_read_sources;          /* uint8_t of bits */
read_fn policy_read_urgencies;        /* uint8_t of bits */
read_fn policy_read_needs;            /* uint16_t of bits */
read_fn policy_read_urgency;          /* enum urgency */
read_fn policy_read_clock;            /* enum clock_kind */
read_fn policy_read_detained;         /* enum policy_detained */
read_fn policy_read_offers;           /* enum team_offers */
read_fn policy_read_ages;             /* uint8_t[2], first and last */
read_fn policy_read_bank_holidays;    /* struct bank_holidays */

/* Adds a problem unless the spot holds a postcode district in capitals. */
void check_district(struct reader *reader, const struct spot *spot);

/* Reads "09:30" as minutes after midnight; "24:00" is the latest. */
bool parse_time_of_day(const char *text, int16_t *minute);

/* --- hours.c, ladders.c ------------------------------------------------------------------------------ */

/* Fills a struct rota. The bank holidays must have been read before. */
read_fn policy_read_hours;

/* Makes reader->ladders, which ladders_destroy frees. The teams must have been read before. */
read_fn policy_read_ladders;
void ladders_destroy(struct ladders **ladders);

/* Reads the id of a ladder and copies that ladder's steps into a struct policy_area. */
read_fn policy_read_area_ladder;

/* --- quotas.c ---------------------------------------------------------------------------------------- */

/* Fills the quotas of a struct policy, which must hold the defaults before. */
read_fn policy_read_quotas;
void quotas_set_defaults(struct policy *policy);

/* --- sections.c, rules.c ----------------------------------------------------------------------------- */

/* Every section of the file; fills a struct policy. The table's order is the order of reading: a section
 * comes after those that it refers to. The file may have them in any order. */
extern const struct policy_field POLICY_FIELDS[];

/* Checks the rules that connect sections: every urgent person is covered by a standard, and no team may
 * answer later than a standard allows. Call it only if reading found no problem. */
void rules_check(struct reader *reader, const struct spot *file);

#endif
