/* postcode.h: the district, or outward half, of a postcode: as near to an address as the ledger comes. */
#ifndef CONCORDAT_INTAKE_POSTCODE_H
#define CONCORDAT_INTAKE_POSTCODE_H

#include <stdbool.h>

enum { POSTCODE_DISTRICT_BYTES = 5 };

/* Takes a whole postcode or a district, in any case and spacing. False, with an empty district, where the
 * text is neither, and for the pseudo postcodes (ZZ99: no fixed abode, not known), which name no place. */
bool postcode_district(const char *text, char district[POSTCODE_DISTRICT_BYTES]);

#endif
