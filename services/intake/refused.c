/* refused.c: what each device was refused, for the intake's log. */
#include "services/intake/refused.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/keys/keys.h"
#include "proto/words/words.h"
#include "services/intake/limits.h"

struct refused_device {
    char name[KEY_NAME_CHARS_MAX + 1];
    int64_t line_ms;     /* when the latest line about it was logged */
    uint32_t more;       /* refusals since */
    const char *command; /* of the latest, as the schema calls it */
    Concordat__V1__Refusal refusal;
};

struct refused_devices {
    struct refused_device all[REFUSED_DEVICES_MAX];
    size_t count;
};

struct refused_devices *refused_open(void)
{
    return calloc(1, sizeof(struct refused_devices));
}

void refused_close(struct refused_devices **refused)
{
    free(*refused);
    *refused = NULL;
}

static struct refused_device *refused_find(struct refused_devices *refused, const char *name)
{
    for (size_t i = 0; i < refused->count; i++)
        if (strcmp(refused->all[i].name, name) == 0)
            return &refused->all[i];
    if (refused->count == REFUSED_DEVICES_MAX)
        return NULL;
    struct refused_device *device = &refused->all[refused->count++];
    snprintf(device->name, sizeof device->name, "%s", name);
    device->line_ms = -REFUSED_LINE_MS;
    return device;
}

static void refused_line(struct refused_device *device, int64_t now_ms)
{
    char words[WORDS_MAX];
    words_for(&concordat__v1__refusal__descriptor, (int)device->refusal, words);
    if (device->more > 1)
        fprintf(stderr, "refused %u more of %s, the latest: %s: %s\n", device->more, device->name,
                device->command, words);
    else
        fprintf(stderr, "refused %s of %s: %s\n", device->command, device->name, words);
    device->line_ms = now_ms;
    device->more = 0;
}

void refused_note(struct refused_devices *refused, const char *key_name,
                  const Concordat__V1__Request *request, Concordat__V1__Refusal refusal, int64_t now_ms)
{
    struct refused_device *device = refused_find(refused, key_name);
    if (!device)
        return;
    device->more++;
    device->command = wire_command_name(request);
    device->refusal = refusal;
    if (now_ms - device->line_ms >= REFUSED_LINE_MS)
        refused_line(device, now_ms);
}

void refused_turn(struct refused_devices *refused, int64_t now_ms)
{
    for (size_t i = 0; i < refused->count; i++)
        if (refused->all[i].more && now_ms - refused->all[i].line_ms >= REFUSED_LINE_MS)
            refused_line(&refused->all[i], now_ms);
}
