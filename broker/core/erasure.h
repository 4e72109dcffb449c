/* erasure.h: from when on the texts of an ended case may be erased. */
#ifndef CONCORDAT_CORE_ERASURE_H
#define CONCORDAT_CORE_ERASURE_H

#include "broker/core/policy.h"
#include "broker/core/state.h"

/* The ledger's time from which on a case may be erased for this reason; 0 if the reason does not wait. A hold
 * stands against every reason, and is not looked at here. */
int64_t erasure_from_ms(const struct policy *policy, const struct ended_case *ended,
                        enum erase_reason reason);

#endif
