/* picture_text.h: the numbers and words of a picture. */
#ifndef CONCORDAT_GATEWAY_PICTURE_TEXT_H
#define CONCORDAT_GATEWAY_PICTURE_TEXT_H

#include "proto/wire/arena.h"

/* As printf, in the arena; NULL if the arena is full, which the arena remembers. What is longer than 95 bytes
 * is cut. */
const char *picture_text(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
