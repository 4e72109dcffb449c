/* packed_beside.c: a request beside the case, packed and read: see packed_beside.h. */
#include "broker/record/packed_beside.h"

#include <string.h>

#include "broker/record/record.h"
#include "proto/wire/borrowed.h"

void beside_pack(const struct beside_noted *noted, struct packed_beside *packed)
{
    Concordat__V1__BesideNoted *m = &packed->message;
    m->request = noted->request;
    m->what = (Concordat__V1__Beside)noted->what;
    m->state = (Concordat__V1__BesideState)noted->state;
    m->asked_of = borrowed_text(noted->asked_of);
    m->log_number = borrowed_text(noted->log_number);
    m->times = noted->times;
    m->chase_ms = noted->chase_ms;
    m->from_referral = noted->from_referral;
    m->n_found = record_flags(noted->found, packed->found);
    m->found = packed->found;
}

void beside_pack_chased(const struct beside_noted *chased, Concordat__V1__BesideChased *m)
{
    m->request = chased->request;
    m->what = (Concordat__V1__Beside)chased->what;
    m->state = (Concordat__V1__BesideState)chased->state;
    m->times = chased->times;
    m->chase_ms = chased->chase_ms;
}

bool beside_read(const Concordat__V1__BesideNoted *m, struct beside_noted *noted)
{
    *noted = (struct beside_noted){.what = (enum beside_what)m->what,
                                   .state = (enum beside_state)m->state,
                                   .request = m->request,
                                   .asked_of = m->asked_of,
                                   .log_number = m->log_number,
                                   .times = m->times,
                                   .chase_ms = m->chase_ms,
                                   .from_referral = m->from_referral};
    for (size_t i = 0; i < m->n_found; i++)
        noted->found |= flag_bit(m->found[i]);
    return m->what > 0 && (int)m->what < BESIDE_COUNT && m->state > 0 && (int)m->state < BESIDE_STATE_COUNT &&
           strlen(m->asked_of) <= BESIDE_ID_CHARS_MAX && strlen(m->log_number) <= BESIDE_ID_CHARS_MAX;
}

void beside_read_chased(const Concordat__V1__BesideChased *m, struct beside_noted *chased)
{
    *chased = (struct beside_noted){.what = (enum beside_what)m->what,
                                    .state = (enum beside_state)m->state,
                                    .request = m->request,
                                    .asked_of = "",
                                    .log_number = "",
                                    .times = m->times,
                                    .chase_ms = m->chase_ms};
}
