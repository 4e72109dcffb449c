/* routed_day.c: see routed_day.h. */
#include "tests/worlds/routed_day.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/worlds/chained.h"

static ProtobufCBinaryData routed_id(uint8_t *id)
{
    return (ProtobufCBinaryData){WIRE_ID_BYTES, id};
}

void routed_check_in(struct stage *stage, int peer, uint8_t *id, Concordat__V1__Step step)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__CheckIn check_in = CONCORDAT__V1__CHECK_IN__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_CHECK_IN;
    request.check_in = &check_in;
    check_in.referral = routed_id(id);
    check_in.step = step;
    check_in.mechanism = CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_FACE_TO_FACE;
    check_in.attend_status = CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_ON_TIME;
    stage_say(stage, peer, &request);
}

void routed_end_detention(struct stage *stage, int peer, uint8_t *id)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__RecordDetention end = CONCORDAT__V1__RECORD_DETENTION__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_RECORD_DETENTION;
    request.record_detention = &end;
    end.referral = routed_id(id);
    end.step = CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED;
    end.end = CONCORDAT__V1__DETENTION_END__DETENTION_END_ARRANGEMENTS_MADE;
    end.without_amhp = CONCORDAT__V1__WITHOUT_AMHP__WITHOUT_AMHP_NONE_CAME;
    stage_say(stage, peer, &request);
}

void routed_close(struct stage *stage, int peer, uint8_t *id)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Close close = CONCORDAT__V1__CLOSE__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_CLOSE;
    request.close = &close;
    close.referral = routed_id(id);
    close.outcome = CONCORDAT__V1__OUTCOME__OUTCOME_DIED; /* whether the person was met or not */
    stage_say(stage, peer, &request);
}

static void routed_withdraw(struct stage *stage, uint8_t *id)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Withdraw withdraw = CONCORDAT__V1__WITHDRAW__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
    request.withdraw = &withdraw;
    withdraw.referral = routed_id(id);
    stage_say(stage, INTAKE, &request);
}

struct stage *routed_day(void)
{
    uint8_t first[WIRE_ID_BYTES], second[WIRE_ID_BYTES], third[WIRE_ID_BYTES];
    struct stage *stage = stage_open("always", "always");
    stage_submit(stage, first);
    stage_accept(stage, TEAM_1, first, 1);
    stage_wait(stage, MINUTES(76), -1); /* nothing is heard: it goes to the other team */
    stage_accept(stage, TEAM_2, first, 2);
    stage_submit(stage, second);
    stage_wait(stage, MINUTES(11), -1); /* neither team answers */
    stage_snapshot(stage);
    stage_restart(stage);
    stage_take(stage, second);
    stage_submit(stage, third);
    routed_withdraw(stage, third);
    routed_check_in(stage, TEAM_2, first, CONCORDAT__V1__STEP__STEP_ARRIVED);
    routed_check_in(stage, TEAM_2, first, CONCORDAT__V1__STEP__STEP_CONTACT);
    routed_close(stage, TEAM_2, first);
    assert(broker_state(stage->broker)->counters.open_count == 1);
    assert(broker_state(stage->broker)->ended.count == 2);
    return stage;
}

uint64_t routed_find(struct stage *stage, int what_case, int n)
{
    for (uint64_t seq = 1; seq <= stage->store.count; seq++)
        if ((int)stage_event(stage, seq)->what_case == what_case && --n == 0)
            return seq;
    assert(!"the day has no such event");
    return 0;
}

static void chain_again(struct store *store, size_t from)
{
    for (size_t i = from; i < store->count; i++) {
        struct stored *stored = &store->events[i];
        chained_full(i == 0 ? NULL : stored[-1].chain, stored->body, stored->size, stored->reduced,
                     stored->chain);
    }
}

void routed_alter(struct stage *stage, uint64_t seq, routed_change *change)
{
    struct stored *stored = &stage->store.events[seq - 1];
    Concordat__V1__Event *event = concordat__v1__event__unpack(NULL, stored->size, stored->body);
    assert(event);
    change(event);
    size_t size = concordat__v1__event__get_packed_size(event);
    uint8_t *body = malloc(size + stored->sealed_size + 1);
    assert(body);
    concordat__v1__event__pack(event, body);
    memcpy(body + size, stored->body + stored->size, stored->sealed_size);
    concordat__v1__event__free_unpacked(event, NULL);
    free(stored->body);
    stored->body = body;
    stored->size = size;
    chain_again(&stage->store, seq - 1);
}

void routed_drop(struct stage *stage, uint64_t seq)
{
    struct store *store = &stage->store;
    free(store->events[seq - 1].body);
    memmove(&store->events[seq - 1], &store->events[seq], (store->count - seq) * sizeof *store->events);
    store->count--;
    chain_again(store, seq - 1);
}
