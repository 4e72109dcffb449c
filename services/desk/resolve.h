/* resolve.h: from a case as a person names it, such as "R-0412", to its id and its live offer's attempt.
 *
 * The caller asks the server and waits as it likes:
 *
 *     question = resolve_question(&resolve, &action);
 *     if (question) { send it; refusal = resolve_refusal(&resolve, &action, answer); }
 *
 * Both structs are the caller's, of one thread, and must stay in place until the action's request was sent.
 */
#ifndef CONCORDAT_DESK_RESOLVE_H
#define CONCORDAT_DESK_RESOLVE_H

#include "services/desk/action.h"

struct resolve {
    Concordat__V1__Request request;
    Concordat__V1__GetStatus question;
    Concordat__V1__Message message;
    Concordat__V1__Answer answer;
};

/* The question to ask the server first. NULL if there is none: the action is complete then. */
Concordat__V1__Request *resolve_question(struct resolve *resolve, struct action *action);

/* Takes the answer to that question. NULL: the action is complete. Otherwise a message to show instead of
 * sending the action; it is `answer`, or is valid as long as that and `resolve`. */
const Concordat__V1__Message *resolve_refusal(struct resolve *resolve, struct action *action,
                                              const Concordat__V1__Message *answer);

#endif
