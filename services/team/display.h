/* display.h: what has happened, as blocks on a terminal, as one line each, or as one JSON object a line. One
 * thread. */
#ifndef CONCORDAT_TEAM_DISPLAY_H
#define CONCORDAT_TEAM_DISPLAY_H

#include "services/desk/show.h"
#include "services/terminal/terminal.h"

enum display_kind { DISPLAY_BLOCKS, DISPLAY_LINES, DISPLAY_JSON };

struct display {
    enum display_kind kind;
    struct terminal terminal;
    struct showing showing;
    int64_t skew_ms; /* the server's clock less ours: time left is counted by the server's */
};

/* `out` is borrowed, and so are `ring`, whom to ring if the server does not say, and `people`: they may be
 * NULL. */
void display_open(struct display *display, FILE *out, bool json, const char *ring,
                  const struct people *people);

void display_offer(struct display *display, const Concordat__V1__Offer *offer);
/* `here`: this device has answered the offer, and the answer to that says how it ended; `team`: ours. */
void display_offer_over(struct display *display, const Concordat__V1__OfferOver *over, bool here,
                        const char *team);
/* Changes of a case that the team is asked about or has; answer_by_ms 0: it is not asked. */
void display_changes(struct display *display, const Concordat__V1__CaseStatus *status, int64_t answer_by_ms);
void display_status(struct display *display, const Concordat__V1__CaseStatus *status);
/* `command`: the line that was typed. */
void display_answer(struct display *display, const char *command, const Concordat__V1__Answer *answer,
                    const char *team);
/* A board or a record. */
void display_message(struct display *display, const Concordat__V1__Message *message);
/* Anything else: "connected", "hook", "fault" and so on, with a text. */
void display_note(struct display *display, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
