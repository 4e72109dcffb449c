/* command.h: the subcommands of `concordat`. One table in main.c has a row for each. One thread. */
#ifndef CONCORDAT_CLI_COMMAND_H
#define CONCORDAT_CLI_COMMAND_H

#include "proto/words/exit_code.h"

struct subcommand {
    const char *name;
    const char *summary; /* NULL for an action of the desk, whose table has its words */
    /* argv[0] is "concordat NAME", for messages. */
    enum exit_code (*run)(const struct subcommand *command, int argc, char **argv);
};

/* The codes that only a report has, for those who read --help. */
#define REPORT_EXIT_CODES                                                                                    \
    "    3  report: the trail has nothing of that period; nothing was printed\n"                             \
    "    4  report: printed, of a period that has not ended by the newest event\n"                           \
    "    5  report: a later router than this program wrote the trail; nothing was printed\n"                 \
    "    6  report: printed, of a trail that was altered, or did not hold when it was verified\n"            \
    "    7  report: small numbers, or that period, are for inspectors; nothing was printed\n"

enum exit_code command_setup(const struct subcommand *command, int argc, char **argv);
enum exit_code command_doctor(const struct subcommand *command, int argc, char **argv);
enum exit_code command_people(const struct subcommand *command, int argc, char **argv);
enum exit_code command_keys(const struct subcommand *command, int argc, char **argv);
enum exit_code command_refer(const struct subcommand *command, int argc, char **argv);
enum exit_code command_update(const struct subcommand *command, int argc, char **argv);
enum exit_code command_act(const struct subcommand *command, int argc, char **argv);
enum exit_code command_status(const struct subcommand *command, int argc, char **argv);
enum exit_code command_board(const struct subcommand *command, int argc, char **argv);
enum exit_code command_offers(const struct subcommand *command, int argc, char **argv);
enum exit_code command_report(const struct subcommand *command, int argc, char **argv);
enum exit_code command_story(const struct subcommand *command, int argc, char **argv);
enum exit_code command_verify(const struct subcommand *command, int argc, char **argv);

#endif
