/* sight.h: who may see a case, and whether a session's key still counts. */
#ifndef CONCORDAT_SIGHT_H
#define CONCORDAT_SIGHT_H

#include "broker/core/state.h"
#include "broker/shell/sessions.h"

struct broker;

/* Whether a session's peer may see a case, open or ended, at the time of this turn. False if there is no such
 * case. */
bool sight_may_see(const struct broker *broker, const struct session *session, struct any_case of);

/* Whether a session's key still counts, for the same role and team as at the hello; if not, this ends the
 * session. To be asked before a session is sent anything that it has not just asked for. The second is for
 * those who have the key at hand; NULL: it has been withdrawn. */
bool sight_admits(struct broker *broker, struct session *session);
bool sight_admits_as(struct broker *broker, struct session *session, const struct key *key);
/* The same for an answer that has waited for a later turn. False also if the connection has gone. */
bool sight_admits_still(struct broker *broker, const struct server_route *route);

#endif
