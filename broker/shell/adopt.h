/* adopt.h: a decision becomes part of the turn: its events are packed into the batch, applied to the state,
 * and noted for the news. All of it or, if memory is short, nothing. */
#ifndef CONCORDAT_ADOPT_H
#define CONCORDAT_ADOPT_H

#include "broker/core/command.h"
#include "broker/shell/asking.h"
#include "broker/shell/batch.h"

struct broker;

/* Decides and adopts a command of the broker itself. On any refusal nothing has changed; REFUSAL_UNAVAILABLE:
 * memory is short. */
enum refusal adopt_own(struct broker *broker, const struct command *command, int64_t wall_ms);

/* The same for a request, whose text (content->text; NULL: none) is sealed beside its first event. Fills in
 * *done if it is not refused. Its sender is not told again, as news, what its answer says. */
enum refusal adopt_request(struct broker *broker, const struct asking *asking, const struct command *command,
                           const struct record_content *content, struct done *done);

/* Adopts broker->decision, which time has brought. False if memory is short. */
bool adopt_decision(struct broker *broker);

/* Records, within the bounds of refusals.h, that a key was refused a request; NULL: one that cannot be read.
 */
void adopt_refusal(struct broker *broker, const char *key_name, const Concordat__V1__Request *request,
                   enum refusal refusal, struct now now);

/* Records for each key how many refusals the last minute left out, if any. */
void adopt_refusals_left_out(struct broker *broker, struct now now);

/* Has all held cases matched with teams again. */
void adopt_rematch(struct broker *broker);

#endif
