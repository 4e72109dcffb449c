/* postgres_engine.h: PostgreSQL as the engine of a ledger. */
#ifndef CONCORDAT_POSTGRES_ENGINE_H
#define CONCORDAT_POSTGRES_ENGINE_H

#include "broker/ledger/served/engine.h"

/* Reads the address (servers.h) and connects to nothing yet. NULL with a message. */
struct engine *postgres_engine_open(const char *address, char *message, size_t message_size);

#endif
