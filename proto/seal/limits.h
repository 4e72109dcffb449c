/* limits.h: every bound of sealing, with its reason. */
#ifndef CONCORDAT_SEAL_LIMITS_H
#define CONCORDAT_SEAL_LIMITS_H

enum {
    /* A text came in one request, and a request has at most so many bytes (proto/wire/wire.h). */
    SEAL_TEXT_BYTES_MAX = 64 * 1024,
    /* A generation is one byte beside each key that it wraps. One a year lasts longer than any record. */
    MASTER_KEY_GENERATIONS_MAX = 255,
    /* All generations at 68 bytes, and as much again for what people write beside them. It is locked in
     * memory while it is read, and a service may lock 64 KiB on old systems. */
    MASTER_KEY_FILE_BYTES_MAX = 32 * 1024
};

#endif
