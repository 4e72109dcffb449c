/* packed_check_in.c: a check-in as a message: see packed_check_in.h. */
#include "broker/record/packed_check_in.h"

void check_in_pack(const struct event *e, char *team, Concordat__V1__Instant *occurred,
                   Concordat__V1__CheckedIn *m)
{
    concordat__v1__instant__init(occurred);
    occurred->unix_ms = e->is.checked_in.occurred_ms;
    occurred->basis = (Concordat__V1__Basis)e->is.checked_in.basis;
    m->team = team;
    m->step = (Concordat__V1__Step)e->is.checked_in.step;
    m->occurred = occurred;
    m->mechanism = (Concordat__V1__ContactMechanism)e->is.checked_in.mechanism;
    m->attend_status = (Concordat__V1__AttendStatus)e->is.checked_in.attended;
    m->expected_arrival_ms = e->is.checked_in.expected_arrival_ms;
    m->lease_ms = e->is.checked_in.lease_ms;
    m->counts_as_seen = e->is.checked_in.counts_as_seen;
    m->before_receipt = e->is.checked_in.before_receipt;
    m->psychosocially_assessed = (Concordat__V1__Answered)e->is.checked_in.psychosocially_assessed;
    m->seeking = (Concordat__V1__Seeking)e->is.checked_in.seeking;
}
