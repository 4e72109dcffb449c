/* ledger_format.h: how the file of a ledger says that it is one, and of which format: for the router, and for
 * programs that look at a file without it. */
#ifndef CONCORDAT_LEDGER_FORMAT_H
#define CONCORDAT_LEDGER_FORMAT_H

/* SQLite's application_id and user_version. A router opens no other version. */
enum { LEDGER_APPLICATION_ID = 0x434e4344, LEDGER_VERSION = 1 };

#endif
