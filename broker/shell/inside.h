/* inside.h: what one broker is made of, for the files of this folder that take one. */
#ifndef CONCORDAT_BROKER_INSIDE_H
#define CONCORDAT_BROKER_INSIDE_H

#include "broker/core/decide.h"
#include "broker/seals/seals.h"
#include "broker/shell/asking.h"
#include "broker/shell/batch.h"
#include "broker/shell/ledger_time.h"
#include "broker/shell/limits.h"
#include "broker/shell/news_list.h"
#include "broker/shell/outgoing.h"
#include "broker/shell/ports.h"
#include "broker/shell/quotas.h"
#include "broker/shell/refusals.h"
#include "broker/shell/room.h"
#include "broker/shell/salts.h"
#include "broker/shell/sealing.h"
#include "broker/shell/sessions.h"
#include "broker/shell/status.h"
#include "proto/referral/merge.h"
#include "proto/server/seldom.h"
#include "proto/wire/check_rules.h"

/* The fault of the wall clock that the operator was told of last. */
enum clock_doubt { CLOCK_BELIEVED, CLOCK_SET_BACK, CLOCK_LEAPT };

/* Which time it is (time.c). */
struct broker_time {
    struct ledger_time ledger;
    int64_t now_ms; /* the ledger's time, as of the latest call from outside */
    bool begun;     /* the first `now` has come */
    bool confirmed; /* an operator vouched for the wall clock, which is not recorded yet */
    enum clock_doubt doubt;
    int64_t turn_mono_ms;
    int64_t leases_checked_ms;
};

/* How a record is asked for. */
struct record_asked {
    uint16_t reader; /* a coordinator who reads beyond their areas; otherwise SLOT_NONE */
    bool who;        /* not the record, but who had to do with the case */
    bool own; /* by the case's source: what it told, and of what was typed the messages from it and to it */
    bool handover; /* not of a case, but of a handover of shifts of this team or desk (handover_sheet.c) */
    uint16_t team, coordinator; /* one of them; the other is SLOT_NONE */
    uint64_t seq;               /* number of the event of either signature; 0: none */
};

/* The records that peers have asked for (records.c): packed at the end of the turn or of a later one, sent
 * once the events that they were read are on disk. */
struct record_requests {
    struct record_request {
        struct server_route route;
        uint8_t command_id[ID_BYTES];
        uint8_t referral[ID_BYTES];
        struct record_asked as;
    } items[RECORDS_WAITING_MAX];
    size_t count;
};

/* Erasings that were done (erased.c): of the turn in flight, whose answers the open turn sends, and then of
 * the open one. */
struct erased_answers {
    struct erased_answer {
        struct server_route route;
        uint8_t command_id[ID_BYTES];
        uint8_t referral[ID_BYTES];
        struct done done;
    } items[2 * TURN_MESSAGES_MAX];
    size_t count, written; /* all; those of a turn that was written */
};

/* Alterations that were found and are not events yet (alterations.c). */
enum { ALTERATIONS_NOTED_MAX = 64 /* in one turn; the rest is found again */ };

struct alterations {
    struct found_alteration {
        struct altered altered;
        uint8_t referral[ID_BYTES]; /* zero: of no case */
    } items[ALTERATIONS_NOTED_MAX];
    size_t count;
};

/* What a command tells, sealed on its way into the batch (sealing.c). */
struct sealing {
    struct seals *seals;     /* borrowed */
    enum seals_status fault; /* why a text could not be sealed last */
    bool has_failed;         /* the disk, or nobody knows what is on it: the broker must stop */
    bool keys_remain;        /* the disk was full when a key was to be overwritten last, as the log says */
    uint8_t row[SEALED_ROW_BYTES_MAX];
};

/* Numbers to ring back that the open turn has sealed (sealing.c), by the number of the event. */
struct fresh_callbacks {
    struct fresh_callback {
        uint64_t seq;
        uint8_t referral[ID_BYTES];
        uint8_t size; /* 0: none */
        uint8_t text[CHECK_TEXT_BYTES];
    } items[TURN_MESSAGES_MAX];
    bool any;
};

/* The sealed texts that were read last (stored.c). */
struct stored_row {
    uint8_t bytes[SEALED_ROW_BYTES_MAX];
    uint8_t digest[SEAL_DIGEST_BYTES];
};

/* Keys of cases that have ended, which are dealt with once the turn that ended them is on disk (sealing.c).
 */
struct key_ends {
    struct key_end {
        uint32_t number;
        uint8_t referral[ID_BYTES];
        bool drill, is_erased;  /* otherwise the case has ended */
    } items[TURN_MESSAGES_MAX]; /* a case is ended or erased by a request alone */
    size_t count;
};

/* The turn that takes and decides now. */
struct open_turn {
    struct batch batch;
    struct news_list news;
    struct record_requests records;
    struct outgoing *outgoing;
};

/* The turn before it (turn.c). */
struct turn_in_flight {
    bool on_its_way;               /* to the disk; not sent yet */
    uint64_t seq;                  /* of its last event, or of the last one before it */
    uint32_t number, drill_number; /* the newest that were given out by then */
    struct outgoing *outgoing;
};

/* Held cases are matched with teams again, because a team may be free for them now (time.c). */
struct rematch {
    bool is_going;          /* `waiting` has been collected, and some of it is left */
    bool once_more;         /* something changed since: all of them again afterwards */
    struct waiting waiting; /* whose turn it is */
};

/* After a policy was loaded: cases whose coordinator it no longer has pass over to another (time.c). */
struct passing_over {
    bool is_going;
    uint32_t row; /* of the state's cases: the next to look at */
};

/* Whether any session waits, so that not every turn has to ask all of them. */
struct waiting_sessions {
    bool for_page; /* of the cases that it is catching up with (catch_up.c) */
};

/* The sessions that wait for events of the ledger (feed.c); one for each key. */
struct followers {
    struct table rows; /* uint32_t: of the sessions; also some that have ended or wait no more */
    uint32_t next;     /* whose turn is next */
    bool hurried;      /* the turn had no room for all: the next one must not wait */
    struct seldom replaced;
};

struct broker {
    struct broker_ports ports;
    struct greeting_server self;
    struct state *state;
    struct directory *directory;
    struct decision decision; /* the one that is being made: adopt.c and time.c */
    struct statuses statuses;
    struct sessions sessions;
    struct quotas quotas;
    struct refusals refusals, refusals_for_too_much;
    struct alterations alterations;
    struct room_watch room;
    struct salts salts;
    struct sealing sealing;
    struct fresh_callbacks fresh_callbacks;
    struct stored_row stored_row;
    char merging_fault[MERGE_FAULT_BYTES]; /* why an update was not laid over what is stored (merging.c) */
    struct key_ends key_ends;
    struct erased_answers erased_answers;
    struct arena request_arena;    /* for the request that is being answered */
    struct record_content content; /* of that request: too long for the stack */
    struct arena stored_arena;     /* for what is read back of the ledger (stored.c, feed.c) */
    struct broker_time time;
    uint64_t refused[REFUSAL_COUNT], breached[CLOCK_COUNT]; /* since the start (figures.c) */
    struct open_turn turn;
    struct turn_in_flight in_flight;
    struct outgoing outgoings[2]; /* of these two turns */
    uint64_t durable_seq;         /* all events up to this one are on disk; the state can be ahead of it */
    struct rematch rematch;
    struct passing_over passing_over;
    struct waiting_sessions waiting;
    struct followers followers;
};

#endif
