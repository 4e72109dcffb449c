/* setup_answers.h: what `concordat setup` has to know of a site: by options, or asked at a terminal. One
 * thread. */
#ifndef CONCORDAT_CLI_SETUP_ANSWERS_H
#define CONCORDAT_CLI_SETUP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "services/cli/setup_there.h"

enum {
    SETUP_SOURCES_MAX = 3,
    SETUP_ORGANISATION_BYTES = 11,
    SETUP_TYPED_MAX = 64, /* answers that were wrong stay too */
    SETUP_FAULT_BYTES = 2 * PATH_MAX
};

/* The protocol's words for the sources; the intake of each has the port after that of the one before. */
extern const char *const setup_source_names[SETUP_SOURCES_MAX];

/* A source, and the organisation whose people refer there. */
struct setup_source {
    const char *name;
    char organisation[SETUP_ORGANISATION_BYTES];
    unsigned port; /* of its intake */
};

struct setup_answers {
    const char *root; /* "": this machine */
    const char *teams, *region;
    const char *name, *postcodes, *duty, *duty_telephone;
    const char *organisation, *sources_text;
    const char *host, *certificate, *certificate_key;
    const char *person, *person_name;
    unsigned port; /* of the broker; each intake has one of the next; 0: as it is there, or the usual one */
    bool no_drill, dry_run;
    struct setup_source sources[SETUP_SOURCES_MAX];
    size_t source_count;
    char *typed[SETUP_TYPED_MAX]; /* owned: what was typed or follows from it */
    size_t typed_count;
    struct setup_there there;
    bool asked; /* something was, at a terminal */
    bool ended; /* the input has, or Ctrl-C was pressed, before all was answered */
    char fault[SETUP_FAULT_BYTES];
};

/* Asks for what no option gave, if standard input is a terminal, and checks the form of everything.
 * Usual answers are what a site that is there already says of itself. False if something is missing or wrong,
 * which was told. Ended by setup_answers_close either way. */
bool setup_answers_complete(struct setup_answers *answers);
/* Prints each answer beside its question. */
void setup_answers_show(const struct setup_answers *answers);
void setup_answers_close(struct setup_answers *answers);

#endif
