/* desks.c: see desks.h. */
#include "services/gateway/desks.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "proto/client/client.h"
#include "proto/words/words.h"
#include "services/gateway/desks_file.h"

struct desks {
    void *context; /* of ZeroMQ, for all of them */
    struct desk *desks[DESKS_MAX];
    size_t count;
    struct missing_desk {
        Concordat__V1__Role role;
        char of[KEY_OF_CHARS_MAX + 1];
    } missing[DESKS_MAX]; /* those of which the log has said that they are missing */
    size_t missing_count;
};

/* A socket that is replaced closes in the background, so there can be twice as many for a moment. */
static void *open_shared_context(void)
{
    void *context = zmq_ctx_new();
    if (context)
        zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 2 * CLIENT_SOCKETS * DESKS_MAX);
    return context;
}

static int open_each_desk(struct desks *desks, const struct desks_file *file, const char *broker,
                          const char *broker_key_path, char *message, size_t message_size)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct desks_file_row *row = &file->rows[i];
        const struct desk_config config = {.context = desks->context,
                                           .endpoint = row->endpoint ? row->endpoint : broker,
                                           .server_key_path =
                                               row->endpoint ? row->server_key_path : broker_key_path,
                                           .key_path = row->key_path,
                                           .is_brokers = !row->endpoint};
        desks->desks[i] = desk_open(&config, message, message_size);
        if (!desks->desks[i])
            return -1;
        desks->count++;
    }
    return 0;
}

struct desks *desks_open(const char *path, const char *broker, const char *broker_key_path, char *message,
                         size_t message_size)
{
    struct desks *desks = calloc(1, sizeof *desks);
    struct desks_file *file = calloc(1, sizeof *file);
    snprintf(message, message_size, "no memory for desks");
    if (desks)
        desks->context = open_shared_context();
    bool good = desks && desks->context && file && desks_file_read(file, path, message, message_size) == 0 &&
                open_each_desk(desks, file, broker, broker_key_path, message, message_size) == 0;
    if (file)
        desks_file_close(file);
    free(file);
    if (!good)
        desks_close(&desks);
    return desks;
}

void desks_close(struct desks **desks)
{
    struct desks *d = *desks;
    if (!d)
        return;
    for (size_t i = 0; i < d->count; i++)
        desk_close(&d->desks[i]);
    if (d->context)
        while (zmq_ctx_term(d->context) != 0 && errno == EINTR)
            continue;
    free(d);
    *desks = NULL;
}

size_t desks_count(const struct desks *desks)
{
    return desks->count;
}

struct desk *desks_at(const struct desks *desks, size_t at)
{
    return desks->desks[at];
}

struct desk *desks_find(const struct desks *desks, Concordat__V1__Role role, const char *of)
{
    struct desk *found = NULL;
    for (size_t i = 0; i < desks->count; i++) {
        struct desk *desk = desks->desks[i];
        if (desk_role(desk) != role || strcmp(desk_of(desk), of) != 0)
            continue;
        if (desk_answers(desk))
            return desk;
        found = found ? found : desk;
    }
    return found;
}

void desks_say_missing(struct desks *desks, Concordat__V1__Role role, const char *of)
{
    char words[WORDS_MAX];
    for (size_t i = 0; i < desks->missing_count; i++)
        if (desks->missing[i].role == role && strcmp(desks->missing[i].of, of) == 0)
            return;
    if (desks->missing_count == DESKS_MAX)
        return;
    struct missing_desk *missing = &desks->missing[desks->missing_count++];
    missing->role = role;
    snprintf(missing->of, sizeof missing->of, "%s", of);
    fprintf(
        stderr,
        "concordat-gateway: a person of %s %s has come, and no desk here is connected for it: no line of "
        "--desks, or its server has not answered since the start. Nobody can be offered to it, and it can "
        "send nothing, through these pages\n",
        words_for(&concordat__v1__role__descriptor, (int)role, words), missing->of);
}

bool desks_answer(const struct desks *desks)
{
    bool some = false, every = true, brokers = true;
    for (size_t i = 0; i < desks->count; i++) {
        bool answers = desk_answers(desks->desks[i]), is_brokers = desk_is_brokers(desks->desks[i]);
        some = some || is_brokers;
        every = every && answers;
        brokers = brokers && (answers || !is_brokers);
    }
    return some ? brokers : every;
}

bool desks_are_live_for(const struct desks *desks, const struct desk *desk)
{
    bool some = false, router = false;
    for (size_t i = 0; i < desks->count && !desk_is_brokers(desk); i++) {
        some = some || desk_is_brokers(desks->desks[i]);
        router = router || (desk_is_brokers(desks->desks[i]) && desk_answers(desks->desks[i]));
    }
    return desk_answers(desk) && (router || !some);
}

int desks_patience_ms(const struct desks *desks, int64_t now_ms)
{
    int least_ms = INT_MAX;
    for (size_t i = 0; i < desks->count; i++) {
        int patience_ms = desk_patience_ms(desks->desks[i], now_ms);
        least_ms = patience_ms < least_ms ? patience_ms : least_ms;
    }
    return least_ms;
}

void desks_turn(struct desks *desks, int64_t now_ms)
{
    for (size_t i = 0; i < desks->count; i++)
        desk_turn(desks->desks[i], now_ms);
}
