/* qr.h: a text as a QR code, for a telephone's camera: on a terminal, or as a picture. One thread. */
#ifndef CONCORDAT_CLI_QR_H
#define CONCORDAT_CLI_QR_H

#include <stdbool.h>
#include <stdio.h>

/* Draws it in half blocks of UTF-8, black on white whatever colours the terminal has: a camera needs both, so
 * NO_COLOR changes nothing. False if there is no memory, or the text is too long for a code. */
bool qr_print(FILE *out, const char *text);

/* Writes an SVG, whole or not at all, for its own user alone. False with errno. */
bool qr_write_svg(const char *path, const char *text);

#endif
