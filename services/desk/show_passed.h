/* show_passed.h: that another provider has a case, and the two waits that follow, in plain words: see show.h.
 */
#ifndef CONCORDAT_DESK_SHOW_PASSED_H
#define CONCORDAT_DESK_SHOW_PASSED_H

#include "proto/wire/wire.h"
#include "services/desk/sheet.h"

/* The provider, the person's wait from our receipt, and the national one from that provider's; nothing if the
 * case was not passed on. */
void show_passed(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);

#endif
