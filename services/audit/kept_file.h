/* kept_file.h: JSON that is kept in a file beside a trail, such as trail.db.verified, and can be made again.
 * Any thread. */
#ifndef CONCORDAT_KEPT_FILE_H
#define CONCORDAT_KEPT_FILE_H

#include <jansson.h>
#include <stdbool.h>

/* Takes the place of the file before it, so that no reader finds half of one, with the trail's rights and, if
 * root writes it, its owner. False, with errno, if it cannot
 * be written. It is not synced: what a power cut takes away is made again. */
bool kept_file_write(const char *trail_path, const char *ending, const json_t *kept);

/* For the caller to json_decref; NULL if there is none, or it cannot be read. */
json_t *kept_file_read(const char *trail_path, const char *ending);

#endif
