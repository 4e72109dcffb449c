/* fake_broker.c: answers an intake as a broker would. */
#include "tests/integration/fake_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void fake_broker_start(struct fake_broker *broker, const char *endpoint, const char *key_path,
                       const char *keys_folder)
{
    char message[512] = "";
    const struct server_config config = {.endpoint = endpoint,
                                         .key_path = key_path,
                                         .keys_folder = keys_folder,
                                         .message_bytes_max = WIRE_REQUEST_BYTES_MAX};
    broker->server = server_open(&config, message, sizeof message);
    if (!broker->server)
        fail_msg("%s", message);
    broker->session++;
    broker->has_intake = false;
    assert_int_equal(arena_open(&broker->arena, ARENA_MESSAGE_BYTES), 0);
}

void fake_broker_stop(struct fake_broker *broker)
{
    if (broker->server) {
        server_close(&broker->server);
        arena_close(&broker->arena);
    }
}

static void send_message(struct fake_broker *broker, const Concordat__V1__Message *message)
{
    uint8_t bytes[4096];
    size_t size = concordat__v1__message__get_packed_size(message);
    assert_true(size <= sizeof bytes);
    concordat__v1__message__pack(message, bytes);
    (void)server_send(broker->server, &broker->intake, &(struct frame_part){bytes, size}, 1);
}

static Concordat__V1__CaseStatus status_of(struct fake_broker *broker, uint8_t *referral,
                                           Concordat__V1__State state)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, referral};
    status.number = "R-0412";
    status.state = state;
    status.seq = ++broker->seq;
    status.coordinator_name = "Northmoor duty coordinator";
    status.coordinator_ring = "01632 960199";
    return status;
}

void fake_broker_tell(struct fake_broker *broker, uint8_t *referral, Concordat__V1__State state)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__CaseStatus status = status_of(broker, referral, state);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
    message.status = &status;
    assert_true(broker->has_intake);
    send_message(broker, &message);
}

size_t fake_broker_count(const struct fake_broker *broker, const uint8_t *referral)
{
    size_t count = 0;
    for (size_t i = 0; i < broker->count; i++)
        count += memcmp(broker->commands[i].referral, referral, WIRE_ID_BYTES) == 0 ? 1 : 0;
    return count;
}

static void send_answer(struct fake_broker *broker, const Concordat__V1__Request *request,
                        Concordat__V1__Refusal refusal, uint8_t *referral)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    answer.done = refusal == CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED;
    answer.refusal = refusal;
    if (answer.done) {
        bool withdrawn = request->command_case == CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
        status = status_of(broker, referral,
                           withdrawn ? CONCORDAT__V1__STATE__STATE_WITHDRAWN
                                     : CONCORDAT__V1__STATE__STATE_OFFERED);
        answer.receipt = CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED;
        answer.status = &status;
    } else {
        answer.text = "refused in this test";
    }
    message.command_id = request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message.answer = &answer;
    send_message(broker, &message);
}

/* Notes that the command took effect, unless that is noted already. */
static void take_effect(struct fake_broker *broker, const Concordat__V1__Request *request,
                        const uint8_t *referral)
{
    for (size_t i = 0; i < broker->count; i++)
        if (memcmp(broker->commands[i].id, request->command_id.data, WIRE_ID_BYTES) == 0)
            return;
    assert_true(broker->count < FAKE_COMMANDS_MAX);
    struct fake_command *command = &broker->commands[broker->count++];
    memcpy(command->id, request->command_id.data, WIRE_ID_BYTES);
    memcpy(command->referral, referral, WIRE_ID_BYTES);
    command->kind = request->command_case;
}

static void take_command(struct fake_broker *broker, const Concordat__V1__Request *request, uint8_t *referral)
{
    static const Concordat__V1__Refusal busy[] = {CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY,
                                                  CONCORDAT__V1__REFUSAL__REFUSAL_NOT_ALLOWED};
    const char *site = request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT
                           ? request->submit->referral->site
                           : "";
    if (strcmp(site, "silent") == 0 && broker->keeps_silent)
        return;
    if (strcmp(site, "poison") == 0) {
        send_answer(broker, request, CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE, referral);
        return;
    }
    if (strcmp(site, "busy") == 0 && broker->busy < sizeof busy / sizeof busy[0]) {
        send_answer(broker, request, busy[broker->busy++], referral);
        return;
    }
    take_effect(broker, request, referral);
    send_answer(broker, request, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED, referral);
}

static void take_request(struct fake_broker *broker, const Concordat__V1__Request *request)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Welcome welcome = CONCORDAT__V1__WELCOME__INIT;
    Concordat__V1__Pong pong = CONCORDAT__V1__PONG__INIT;
    uint8_t session[WIRE_ID_BYTES] = {broker->session};
    message.command_id = request->command_id;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_HELLO) {
        welcome.protocol = WIRE_PROTOCOL;
        welcome.ping_seconds = 1;
        welcome.session = (ProtobufCBinaryData){WIRE_ID_BYTES, session};
        message.body_case = CONCORDAT__V1__MESSAGE__BODY_WELCOME;
        message.welcome = &welcome;
        send_message(broker, &message);
    } else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_PING) {
        pong.session = (ProtobufCBinaryData){WIRE_ID_BYTES, session};
        message.body_case = CONCORDAT__V1__MESSAGE__BODY_PONG;
        message.pong = &pong;
        send_message(broker, &message);
    } else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS) {
        broker->questions++;
        send_answer(broker, request, CONCORDAT__V1__REFUSAL__REFUSAL_NOT_YOURS, NULL);
    } else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT) {
        take_command(broker, request, request->submit->referral->id.data);
    } else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE) {
        take_command(broker, request, request->update->referral->id.data);
    } else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW) {
        take_command(broker, request, request->withdraw->referral.data);
    } else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_TOLD) {
        take_command(broker, request, request->told->referral.data);
    } else {
        fail_msg("an intake sends no command %d", (int)request->command_case);
    }
}

void fake_broker_turn(struct fake_broker *broker)
{
    struct server_message received;
    while (broker->server && server_receive(broker->server, &received)) {
        struct wire_fault fault;
        Concordat__V1__Request *request =
            wire_unpack_request(received.bytes, received.size, &broker->arena, &fault);
        assert_non_null(request);
        broker->intake = received.route;
        broker->has_intake = true;
        take_request(broker, request);
    }
}
