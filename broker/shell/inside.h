/* inside.h: what one broker is made of; shared by broker.c, answers.c, questions.c and news.c, and by nobody
 * else. */
#ifndef CONCORDAT_BROKER_INSIDE_H
#define CONCORDAT_BROKER_INSIDE_H

#include "broker/core/decide.h"
#include "broker/shell/batch.h"
#include "broker/shell/broker.h"
#include "broker/shell/ledger_time.h"
#include "broker/shell/outgoing.h"
#include "broker/shell/refusals.h"
#include "broker/shell/sessions.h"
#include "broker/shell/status.h"

/* A record that was asked for: packed with the turn, sent once the event that it was read is on disk. */
struct record_asked {
    struct server_route route;
    uint8_t command[ID_BYTES];
    uint8_t referral[ID_BYTES];
};

struct broker {
    struct broker_ports ports;
    const char *version;
    uint8_t session_id[ID_BYTES]; /* of this run */
    struct state *state;
    struct ledger_time time;
    bool has_time; /* the first `now` has come */
    bool set_back; /* the wall clock stands well before it, and this has been said */
    struct directory *directory;
    struct statuses statuses;
    struct sessions sessions;
    struct refusals refusals;
    struct arena arena;       /* of the request in hand */
    struct arena event_arena; /* of the stored event in hand */
    struct batch batch;
    struct outgoing *outgoing; /* of this turn; with its events on disk it is sent */
    /* The turn before this one, on its way to the disk. */
    bool sealed, sealed_events;
    uint64_t sealed_seq;
    struct outgoing *sealed_outgoing;
    uint64_t durable_seq; /* all events up to this one are on disk; the state can be ahead */
    struct outgoing outgoings[2];
    struct table met; /* ids of cases already met; scratch of news.c */
    struct index met_by_id;
    struct record_asked records[TURN_MESSAGES_MAX];
    size_t record_count;
    bool look_again;     /* held cases are to be looked at again, from look_from on */
    bool look_once_more; /* and once more, because something changed meanwhile */
    uint32_t look_from;
    int64_t leases_checked_ms;
    int64_t now_mono_ms;    /* of this turn */
    bool someone_ready;     /* a session is to be told all that it ought to know */
    bool someone_following; /* a follower waits for events */
    struct decision decision;
    struct broker_counts counts;
};

/* One request in hand: who, from where, what. */
struct asking {
    const struct server_route *route;
    const struct key *key;
    const Concordat__V1__Request *request;
    const uint8_t *packed; /* as record_read_command takes it */
    size_t packed_size;
    enum party party;
    uint16_t slot;
    struct now now;
};

/* broker.c: makes a decision part of the turn. False where memory is short: nothing is changed then. */
bool broker_adopt(struct broker *broker, const uint8_t *salt, const uint8_t *confidential,
                  size_t confidential_size);

/* Whether the session's key still counts. Where it has been withdrawn the session ends: asked before anything
 * is sent to it that it has not just asked for. */
bool broker_admits(struct broker *broker, struct session *session);

/* answers.c */
void answers_refuse(struct broker *broker, const struct server_route *route, const uint8_t *command_id,
                    enum refusal refusal, const char *text, const uint8_t *referral);
void answers_done(struct broker *broker, const struct asking *asking, const uint8_t *referral);
void answers_hello(struct broker *broker, const struct asking *asking);
void answers_ping(struct broker *broker, const struct asking *asking);

/* questions.c */
void questions_status(struct broker *broker, const struct asking *asking);
void questions_board(struct broker *broker, const struct asking *asking);
void questions_follow(struct broker *broker, const struct asking *asking);
/* What followers wait for, of what is on disk. */
void questions_pack_feeds(struct broker *broker, struct outgoing *outgoing);
void questions_pack_records(struct broker *broker);
/* A referral, and the number to ring its referrer back, as they stand in the ledger, until the next call of
 * questions_referral. They are not unpacked: each is given as field `number` of the message that is to be
 * packed with it. False where there is none. */
bool questions_referral(struct broker *broker, uint64_t seq, uint32_t number,
                        ProtobufCMessageUnknownField *referral);
bool questions_callback(struct broker *broker, uint64_t seq, uint32_t number,
                        ProtobufCMessageUnknownField *callback);

/* news.c: what everyone concerned is told, once it is on disk. */
/* Between the pieces of what one session is told upon its hello; twice as long after each setback, until
 * it has done without a piece for a while. */
enum { NEWS_PIECE_MS = 20, NEWS_SETBACKS_MAX = 8, NEWS_CALM_MS = 60 * 1000 };
void news_pack(struct broker *broker);
/* Whether a session's party may see a case. */
bool questions_concerns(const struct broker *broker, const struct session *session,
                        const struct referral *referral);
/* The same of a case by its id, whether it is open or has ended. */
bool questions_may_see(const struct broker *broker, const struct session *session, const uint8_t *referral);

#endif
