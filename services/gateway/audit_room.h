/* audit_room.h: the auditors' pages: whether the trail proves itself, its reports, and the story of one case.
 *
 * Auditors and inspectors come in, and nobody else. If the trail is an inspector's, an auditor sees nothing
 * of it. All work on the trail is done on two threads, of inquiries.h and verdict.h; the requests wait
 * meanwhile. One thread calls these functions.
 */
#ifndef CONCORDAT_GATEWAY_AUDIT_ROOM_H
#define CONCORDAT_GATEWAY_AUDIT_ROOM_H

#include <stdbool.h>
#include <stddef.h>

#include "services/gateway/accounts.h"
#include "services/gateway/http.h"
#include "services/gateway/session.h"

#define AUDIT_PATH "/audit"

enum { AUDIT_ROOM_FDS = 2 };

struct audit_room;

/* The path is borrowed until the end; NULL: there is no trail, and each page says so. NULL if there is no
 * thread or no memory. */
struct audit_room *audit_room_open(const char *trail_path);
/* Requests that wait are answered first, so their server is closed after this. */
void audit_room_close(struct audit_room **room);

/* Whether these are the pages that a person with this account works on. */
bool audit_room_is_for(const struct account *account);

/* Answer a request whose path is AUDIT_PATH or begins with it and a slash, of somebody who is signed in. */
void audit_room_show(struct audit_room *room, struct http_request *request, const struct account *account,
                     const struct web_session *session);
void audit_room_take(struct audit_room *room, struct http_request *request, const struct account *account,
                     const struct web_session *session);

/* How many questions to the trail are being answered or wait. */
size_t audit_room_asked(const struct audit_room *room);

/* For the caller's poll: AUDIT_ROOM_FDS descriptors, -1 for none, and for how long; -1: any time. */
int audit_room_fd(const struct audit_room *room, unsigned at);
int audit_room_patience_ms(const struct audit_room *room);
/* Answers what the trail has told. */
void audit_room_turn(struct audit_room *room);

#endif
