/* handover_sheet.h: a handover of shifts, shown again as the ledger has it, and how a coordinator's teams
 * stand now. */
#ifndef CONCORDAT_HANDOVER_SHEET_H
#define CONCORDAT_HANDOVER_SHEET_H

#include <stddef.h>

struct broker;
struct record_request;

/* Packs the sheet with the records (records.h), because events are read for it. Returns how many events were
 * read. */
size_t handover_sheet_pack(struct broker *broker, const struct record_request *asked);

#endif
