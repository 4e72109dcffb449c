/* record.h: between the core's structs and the messages that are stored and sent.
 *
 * Only here do the generated messages meet the core's structs. Slots become ids here, and ids slots.
 */
#ifndef CONCORDAT_RECORD_H
#define CONCORDAT_RECORD_H

#include <stddef.h>

#include "broker/core/command.h"
#include "broker/core/directory.h"
#include "broker/core/state.h"
#include "broker/policy/policy_file.h"
#include "proto/seal/seal.h"
#include "proto/wire/scan.h"
#include "proto/wire/wire.h"

enum { EVENT_SALT_BYTES = 16 };

/* The parts of a command as they are packed: for the event, and to be sealed beside it. As event.opaque and
 * command.opaque of a submission or an update it carries what the core does not look at. */
struct record_content {
    ProtobufCMessageUnknownField referral; /* as the first field of Received and of Updated */
    struct record_changes {
        Concordat__V1__Change **list;
        size_t count;
    } changes, unseen;   /* of an update: by it, and by those before it; set by its caller */
    const uint8_t *text; /* a packed Confidential, or what a person typed; NULL: none */
    size_t text_size;
    enum seal_part part;                       /* as which the text is sealed */
    uint8_t repacked[WIRE_REPACKED_BYTES_MAX]; /* the whole request, if it came packed otherwise */
};

/* The texts that are sealed beside an event, and the digests by which it commits to them. */
enum { RECORD_TEXTS_MAX = 2 };
struct record_sealed {
    size_t count;
    struct record_sealed_text {
        enum seal_part part;
        uint8_t digest[SEAL_DIGEST_BYTES];
    } items[RECORD_TEXTS_MAX];
};

/* event.opaque of a loaded policy is the const struct policy_file *. */

/* No event but a loaded policy is longer: the referral in it came in one request, and each team of a ladder
 * adds less than a hundred bytes. */
enum { RECORD_EVENT_BYTES_MAX = WIRE_REPACKED_BYTES_MAX + WIRE_REQUEST_BYTES_MAX };

/* Packs an event for the ledger. The salt is random, the caller's, and used once; sealed NULL: no text is
 * sealed beside it. Returns the event's size, or 0 if it does not fit into capacity. */
size_t record_pack_event(const struct event *event, const struct state *state,
                         const struct directory *directory, const uint8_t salt[EVENT_SALT_BYTES],
                         const struct record_sealed *sealed, uint8_t *out, size_t capacity);

/* What a team is not there for (match.h), as codes, the heaviest first. Returns how many. */
enum { RECORD_DIFFERENCES_MAX = 6 };
size_t record_differences(uint8_t differs, Concordat__V1__Consideration list[RECORD_DIFFERENCES_MAX]);
/* And back again; a code that is no difference counts for nothing. */
uint8_t record_differences_of(size_t count, const Concordat__V1__Consideration *list);
/* One team that a decision looked at. Its strings point into the state. */
void record_considered(const struct considered *from, const struct state *state,
                       Concordat__V1__Considered *to);

/* Reads an event back; its strings and lists point into the message and the arena. False if it names a team,
 * area or coordinator that the state does not know, or lacks something that its kind needs. */
bool record_read_event(const Concordat__V1__Event *message, const struct state *state, struct arena *arena,
                       struct event *event);

/* Fills in what a submission says, or what results of an update. */
void record_fill_referral(const Concordat__V1__Referral *referral,
                          const Concordat__V1__Confidential *confidential, int64_t now_ms,
                          struct command *command);

/* Routing facts of a referral: everything but the area and the urgency that it is routed as. */
struct facts record_facts(const Concordat__V1__Referral *referral);

/* A set of flags as the list that messages have. Returns how many there are. */
size_t record_flags(uint64_t flags, Concordat__V1__Flag list[FLAG_BITS]);

/* A packed field with bytes, as field `number` of another message: to be added to the unknown fields of that
 * message, which are packed as they stand. Borrows. */
ProtobufCMessageUnknownField record_as_field(const struct scan_field *field, uint32_t number);

/* Finds the referral of a packed event that has one (received, updated) without unpacking the event: as field
 * `number` of another message. Borrows from the body. False if there is none. */
bool record_find_referral(const uint8_t *body, size_t size, uint32_t number,
                          ProtobufCMessageUnknownField *referral);
/* Whether a packed event is of this referral. */
bool record_is_of(const uint8_t *body, size_t size, const uint8_t *referral);
/* Finds the digest by which a packed event of this referral commits to a text that is sealed beside it:
 * SEAL_DIGEST_BYTES, borrowed from the body. NULL if it has none, or is of another referral. */
const uint8_t *record_find_digest(const uint8_t *body, size_t size, const uint8_t *referral,
                                  enum seal_part part);
/* What leads from one event of a case to the one before it, when it was, and which texts somebody typed with
 * it. */
struct record_link {
    uint64_t previous; /* 0: it is the first */
    int64_t at_ms;
    bool has_note, has_reason;
};
/* Finds that in a packed event. False if the event is not of this referral. */
bool record_find_link(const uint8_t *body, size_t size, const uint8_t *referral, struct record_link *link);
/* Whether the copies beside a packed event are what stands in it. referral: ID_BYTES, or NULL if there is
 * none. */
bool record_copies_match(const uint8_t *body, size_t size, int64_t at_ms, uint32_t kind,
                         const uint8_t *referral);
/* Copies out the digest of the state that a packed event says was kept as of event `of`. False if it is no
 * such event, or its router had states of another layout, whose digests mean nothing here. */
bool record_find_kept(const uint8_t *body, size_t size, uint64_t of, uint8_t digest[STATE_DIGEST_BYTES]);
/* Finds the callback number of a packed Confidential. Borrows. False if it has none. */
bool record_find_callback(const uint8_t *confidential, size_t size, struct scan_field *callback);

/* Fills in what the command carries; the sender's part (party, slot, actor) is the caller's. The digest, by
 * which a repeated command is known, is over the content (proto/referral/content.h), however it was packed.
 * `packed` are the request's own bytes if packing it anew would give the same (wire_fault.as_packed): then
 * they are the content as they stand; otherwise NULL. What is noted about a referral
 * (proto/referral/referral_rules.h) is judged at now_ms, UTC, by the same rules as at an intake, so that a
 * sender who skips those has the same flags; what an intake noted when it saved the referral stays in the
 * referral beside them. False if the core decides on no such request. `content` and `packed` must live as
 * long as the command. */
bool record_read_command(const Concordat__V1__Request *request, const uint8_t *packed, size_t packed_size,
                         int64_t now_ms, struct record_content *content, struct command *command);

#endif
