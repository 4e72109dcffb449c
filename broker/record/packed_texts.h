/* packed_texts.h: what an event says of the texts that are sealed beside it. */
#ifndef CONCORDAT_RECORD_PACKED_TEXTS_H
#define CONCORDAT_RECORD_PACKED_TEXTS_H

#include "broker/record/record.h"

/* Fills both arrays, of RECORD_TEXTS_MAX; the messages borrow the digests. Returns how many there are. */
size_t texts_pack(const struct record_sealed *texts, Concordat__V1__SealedText *items,
                  Concordat__V1__SealedText **list);

#endif
