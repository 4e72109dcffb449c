/* fuzz.c: what every fuzzing target shares. */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint8_t input_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

uint16_t input_number(struct input *input)
{
    unsigned low = input_byte(input), high = input_byte(input);
    return (uint16_t)(low | high << 8);
}

struct input input_piece(struct input *input)
{
    size_t size = input_number(input);
    if (size > input->left)
        size = input->left;
    struct input piece = {input->at, size};
    input->at += size;
    input->left -= size;
    return piece;
}

struct arena *fuzz_arena(size_t size)
{
    static struct arena arena;
    if (!arena.memory && arena_open(&arena, size))
        abort();
    assert(arena.size >= size);
    return &arena;
}

uint8_t *fuzz_read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    if (!file || fseek(file, 0, SEEK_END)) {
        perror(path);
        abort();
    }
    *size = (size_t)ftell(file);
    uint8_t *bytes = malloc(*size + 1);
    rewind(file);
    if (!bytes || fread(bytes, 1, *size, file) != *size)
        abort();
    fclose(file);
    return bytes;
}

static char folder[64];

static void fuzz_remove_folder(void)
{
    rmdir(folder);
}

const char *fuzz_folder(void)
{
    if (folder[0])
        return folder;
    strcpy(folder, "/dev/shm/concordat-fuzz-XXXXXX");
    if (!mkdtemp(folder) || atexit(fuzz_remove_folder))
        abort();
    return strcat(folder, "/");
}

static const char *in_folder(const char *name, char path[128])
{
    snprintf(path, 128, "%s%s", fuzz_folder(), name);
    return path;
}

void fuzz_write_file(const char *name, const uint8_t *bytes, size_t size)
{
    char path[128];
    int fd = open(in_folder(name, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd))
        abort();
}

void fuzz_remove_file(const char *name)
{
    char path[128];
    unlink(in_folder(name, path));
}

void fuzz_patch(struct input *input, uint8_t *bytes, size_t size)
{
    size_t unit = size / (UINT16_MAX + 1) + 1;
    while (input->left) {
        size_t at = input_number(input) * unit % size;
        for (size_t count = input_byte(input); count && input->left; count--) {
            bytes[at] = input_byte(input);
            at = (at + 1) % size;
        }
    }
}

void fuzz_expect_stable(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *first = malloc(size + 1), *second = malloc(size + 1);
    assert(first && second);
    assert(protobuf_c_message_pack(message, first) == size);
    ProtobufCMessage *again = protobuf_c_message_unpack(message->descriptor, NULL, size, first);
    assert(again && protobuf_c_message_get_packed_size(again) == size);
    protobuf_c_message_pack(again, second);
    assert(memcmp(first, second, size) == 0);
    protobuf_c_message_free_unpacked(again, NULL);
    free(first);
    free(second);
}
