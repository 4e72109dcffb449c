/* setup_answers.h: what `concordat setup` has to know of a site: by options, or asked at a terminal. One
 * thread. */
#ifndef CONCORDAT_CLI_SETUP_ANSWERS_H
#define CONCORDAT_CLI_SETUP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

enum { SETUP_SOURCES_MAX = 3, SETUP_ORGANISATION_BYTES = 11, SETUP_TYPED_MAX = 16 };

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
    unsigned port; /* of the broker; each intake has one of the next */
    bool no_drill, dry_run;
    struct setup_source sources[SETUP_SOURCES_MAX];
    size_t source_count;
    char *typed[SETUP_TYPED_MAX]; /* owned: what was typed or follows from it */
    size_t typed_count;
};

/* Asks for what no option gave, if standard input is a terminal, and checks the form of everything.
 * `has_region`: there is a policy already, so nothing is asked for one. False if something is missing or
 * wrong, which was told. Ended by setup_answers_close either way. */
bool setup_answers_complete(struct setup_answers *answers, bool has_region);
void setup_answers_close(struct setup_answers *answers);

#endif
