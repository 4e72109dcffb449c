/* catch_up.h: a session that wants news is first sent how all its open cases stand, page by page.
 *
 * It begins at the hello, when a coordinator begins to cover an area, and after a send to the session has
 * failed. A page is packed only after the session was heard of since the page before, and pages keep a
 * distance that doubles with each such setback: a peer that sends much and reads slowly would otherwise be
 * sent the beginning for ever.
 */
#ifndef CONCORDAT_CATCH_UP_H
#define CONCORDAT_CATCH_UP_H

#include <stdbool.h>

#include "broker/shell/sessions.h"

struct broker;

enum { CATCH_UP_PAGE_MS = 20 }; /* between two pages, without setbacks */

/* At a session's hello, the first or a later one. */
void catch_up_begin(struct broker *broker, struct session *session, bool wants_news);
/* When a coordinator sees more cases than before: at all of their sessions that want news. */
void catch_up_begin_all(struct broker *broker, uint16_t coordinator);
/* When a session was heard of. */
void catch_up_heard(struct broker *broker, struct session *session);
/* When something could not be sent to a session. */
void catch_up_restart(struct session *session);
/* Packs a page for each session that can continue. */
void catch_up_pack(struct broker *broker);

#endif
