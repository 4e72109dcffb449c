/* feed.h: what happened, for every board that is open: one list for all of them, whose latest entries are
 * kept.
 *
 * An entry belongs to a desk. It is an element of that desk's pages as it is now, or says that an element is
 * gone. The place up to which a board knows the list is its position, LIFE-NUMBER. A board that comes back
 * with its position gets each later entry once. If they are not kept any more, or are of another process's
 * life, it is told to fetch its page anew.
 *
 * Each element has two forms. What is told of a person is in one of them alone, which only a board gets whose
 * session may see it at that moment.
 *
 * What a stream sends, each as an event of its own:
 *
 * - put: an element, as HTML, with its id; the event's id is the position;
 * - gone: the id of an element; the event's id is the position;
 * - changed: "ID SEQ" of a case of a source, or "ID" if it has ended; or "shifts" of a board. The event's id
 *   is the position. What it is of differs from person to person, so each page that shows it asks for itself;
 * - state: "works MS", "behind MS" or "away MS": how the desk's server is, since when;
 * - beat: the time now; every FEED_BEAT_MS, so that a connection that is dead is noticed;
 * - reload: fetch the page anew; nothing follows;
 * - signed-out: the session has ended; nothing follows;
 * - busy: there are too many boards: come again later; nothing follows;
 * - restart: the gateway stops: come again; nothing follows.
 *
 * Times are UTC in milliseconds, unless it says otherwise. One thread.
 */
#ifndef CONCORDAT_GATEWAY_FEED_H
#define CONCORDAT_GATEWAY_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/gateway/http.h"

struct desk;
struct feed;

enum { FEED_POSITION_BYTES = 16 + 1 + 20 + 1 };

/* What the board of a session may see now. A wall is a screen that everybody in the room can read. */
enum feed_sight {
    FEED_SEES_NOTHING, /* the session has ended */
    FEED_SEES_WITHOUT, /* what is personal */
    FEED_SEES_ALL
};
typedef enum feed_sight feed_sees(void *context, uint64_t session, bool is_wall);

/* NULL if there is no memory. The context is given to `sees`. */
struct feed *feed_open(feed_sees *sees, void *context);
/* Tells each board that the gateway stops, and ends its stream. */
void feed_close(struct feed **feed);

/* A page that is made now knows all entries up to here. */
void feed_position(const struct feed *feed, char out[FEED_POSITION_BYTES]);

/* The element is the whole of the HTML, and has an id. Where it belongs, and in what order, stands in it
 * (scripts/elements.js). Copies the HTML, once for all boards. */
struct feed_form {
    const char *html;
    size_t size;
};
void feed_put(struct feed *feed, const struct desk *desk, struct feed_form all, struct feed_form without);
void feed_gone(struct feed *feed, const struct desk *desk, const char *id);
void feed_changed(struct feed *feed, const struct desk *desk, const char *what);

enum feed_state {
    FEED_WORKS,
    FEED_BEHIND, /* the server answers, and the desk does not know yet all that happened meanwhile */
    FEED_AWAY
};

/* Says how the desk's server is, if that has changed. */
void feed_say_state(struct feed *feed, const struct desk *desk, enum feed_state state, int64_t now_ms);

/* Answers the request with a stream. `after` is a position, and anything else or NULL means that the page
 * must be fetched anew. The stream ends with the session (session.h), and no session has more than
 * FEED_BOARDS_OF_SESSION_MAX. */
struct feed_reader {
    const struct desk *desk;
    uint64_t session;
    bool is_wall;
};
void feed_follow(struct feed *feed, struct feed_reader reader, const char *after,
                 struct http_request *request);
/* Whether a board of this desk is open. */
bool feed_has_board(const struct feed *feed, const struct desk *desk);
/* Answers a request of nobody who is signed in. */
void feed_answer_nobody(struct http_request *request);

/* Ends the streams of sessions that have ended, and sends beats. `turn_ms`: of the monotonic clock.
 */
void feed_turn(struct feed *feed, int64_t turn_ms, int64_t now_ms);

#endif
