/* told.h: telling the server that the referrer has been shown how it stands. */
#ifndef CONCORDAT_CLI_TOLD_H
#define CONCORDAT_CLI_TOLD_H

#include "services/cli/connection.h"

/* Says which state this referrer has been shown, where the key is a referrer's; the time to it is one of
 * the clocks. The message may be one that the client owns: it is not valid afterwards. Without an answer
 * nothing is told: what was shown stays true. */
void told_message(const struct connection_options *options, struct concordat_client *client,
                  const Concordat__V1__Message *message);

#endif
