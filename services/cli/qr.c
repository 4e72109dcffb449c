/* qr.c: see qr.h. */
#include "services/cli/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdlib.h>

#include "services/gateway/whole_file.h"

enum { QUIET = 4 }; /* ISO/IEC 18004: so many light modules stand round the code */

/* Light round the code. */
static bool is_dark(const QRcode *code, int x, int y)
{
    bool is_inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
    return is_inside && code->data[y * code->width + x] & 1;
}

/* NULL with errno. */
static QRcode *qr_make(const char *text)
{
    return QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
}

bool qr_print(FILE *out, const char *text)
{
    static const char *const blocks[2][2] = {{" ", "\u2584"},
                                             {"\u2580", "\u2588"}}; /* upper, lower half dark */
    QRcode *code = qr_make(text);
    if (!code)
        return false;
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        fputs("\033[30;107m", out);
        for (int x = -QUIET; x < code->width + QUIET; x++)
            fputs(blocks[is_dark(code, x, y)][is_dark(code, x, y + 1)], out);
        fputs("\033[0m\n", out);
    }
    QRcode_free(code);
    return true;
}

static void draw_svg(FILE *out, const QRcode *code)
{
    int side = code->width + 2 * QUIET;
    fprintf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">\n"
        "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>\n<path d=\"",
        side, side, side, side);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (is_dark(code, x, y))
                fprintf(out, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
    fputs("\"/>\n</svg>\n", out);
}

bool qr_write_svg(const char *path, const char *text)
{
    char *svg = NULL;
    size_t size = 0;
    QRcode *code = qr_make(text);
    FILE *out = code ? open_memstream(&svg, &size) : NULL;
    if (out)
        draw_svg(out, code);
    bool good = out && fclose(out) == 0 && whole_file_write(path, svg, size);
    int problem = errno;
    QRcode_free(code);
    free(svg);
    errno = problem;
    return good;
}
