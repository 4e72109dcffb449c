/* story_folder.h: a story as a folder of files, and whether such a folder is what a trail gives.
 *
 * A folder has story.txt, events.json, about.json and check.txt, and appears with all four or not at all. One
 * thread. */
#ifndef CONCORDAT_CLI_STORY_FOLDER_H
#define CONCORDAT_CLI_STORY_FOLDER_H

#include "services/audit/case_story.h"

/* Prints a story as it is read, 80 columns wide. */
void story_print(const struct case_story *story, FILE *out);

/* Makes the folder, or fills it if it is empty. REPORT_DONE; otherwise with a message for a person, and
 * nothing was written: REPORT_UNKNOWN if there is something of that name already, REPORT_FAILED. */
int story_folder_write(const struct case_story *story, const char *folder, char *message,
                       size_t message_size);

/* Compares, and says on `out` what differs, or that nothing does. REPORT_DONE: nothing; STORY_DIFFERS;
 * REPORT_ALTERED: nothing differs, and the trail is not what it was; or as case_story_tell with a message. */
enum { STORY_DIFFERS = 8 };
int story_folder_check(const char *trail_path, const char *folder, FILE *out, char *message,
                       size_t message_size);

#endif
