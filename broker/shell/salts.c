/* salts.c: see salts.h. */
#include "broker/shell/salts.h"

const uint8_t *salts_next(struct salts *salts, const struct broker_ports *ports)
{
    if (salts->left == 0) {
        ports->random(ports->context, salts->bytes, sizeof salts->bytes);
        salts->left = SALTS_DRAWN;
    }
    return salts->bytes[--salts->left];
}
