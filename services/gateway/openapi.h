/* openapi.h: the document that describes the protocol for programs (api.h), as OpenAPI 3.1.
 *
 * It is made from the descriptors by which the commands are read, so it cannot name what is not taken. */
#ifndef CONCORDAT_GATEWAY_OPENAPI_H
#define CONCORDAT_GATEWAY_OPENAPI_H

/* The document as JSON, which the caller frees; NULL if there is no memory. Any thread. */
char *openapi_make(void);

#endif
