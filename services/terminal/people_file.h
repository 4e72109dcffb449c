/* people_file.h: reads the site's people file (services/desk/people.h) from the disk. One thread. */
#ifndef CONCORDAT_TERMINAL_PEOPLE_FILE_H
#define CONCORDAT_TERMINAL_PEOPLE_FILE_H

#include "services/desk/people.h"

/* As people_read; `fault` can also say why the file cannot be read at all. To be ended by people_close. */
void people_file_read(struct people *people, const char *path, char fault[PEOPLE_FAULT_BYTES]);

#endif
