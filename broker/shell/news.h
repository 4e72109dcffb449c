/* news.h: who is told what happened to a case, once it is on disk: the team that is asked gets the offer, and
 * its end; the source, the team that has or had the case, and the coordinators whose case it is or was get
 * the status. Auditors follow the feed. */
#ifndef CONCORDAT_NEWS_H
#define CONCORDAT_NEWS_H

#include "broker/core/referral.h"
#include "broker/shell/sessions.h"

struct broker;

/* Packs the news of this turn, from the state as the turn leaves it, and forgets them. */
void news_pack(struct broker *broker);

/* Packs for one session how an open case stands: the offer if the session's team is asked, else the status.
 * May end the session: its key can have been withdrawn. */
void news_tell_case(struct broker *broker, struct session *session, const struct referral *referral);

#endif
