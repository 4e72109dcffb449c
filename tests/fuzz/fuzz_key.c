/* fuzz_key.c: a key file from anybody. The first byte says whether others may read it. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/keys/keys.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    bool private = input_byte(&input) % 2 == 0;
    char path[64], message[256] = "";
    struct key key;
    int fd = memfd_create("key", MFD_CLOEXEC);
    int rc = fd < 0 || fchmod(fd, private ? 0600 : 0644) != 0 ||
             write(fd, input.at, input.left) != (ssize_t)input.left;
    assert(rc == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (keys_read(path, &key, message, sizeof message) == 0) {
        assert(key.name[0] && strlen(key.public_text) == KEY_TEXT_CHARS);
        assert(key.is_server != (key.role != CONCORDAT__V1__ROLE__ROLE_UNSPECIFIED));
        assert(!key.has_secret || private);
    } else {
        assert(message[0] && !key.has_secret && !key.secret_text[0]);
    }
    keys_wipe(&key);
    close(fd);
    return 0;
}
