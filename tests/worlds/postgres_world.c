/* postgres_world.c: see postgres_world.h. */
#include "tests/worlds/postgres_world.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/ledger/ledger.h"

enum { NOT_INSTALLED = 77 };

static void world_ends(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void world_start(struct postgres_world *world, int input[2], int output[2])
{
    world->process = fork();
    if (world->process != 0)
        return;
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    close(input[1]);
    close(output[0]);
    execl("/usr/bin/python3", "python3", "-B", SOURCE_FOLDER "/tests/worlds/postgres.py", world->folder,
          world->standby ? "--standby" : NULL, NULL);
    _exit(1);
}

void postgres_world_begin(struct postgres_world *world, bool standby)
{
    int input[2], output[2];
    char said[8] = "";
    *world = (struct postgres_world){.standby = standby};
    if (folder_make(world->folder, "servers") != 0 || chmod(world->folder, 0755) != 0 || pipe(input) != 0 ||
        pipe(output) != 0)
        world_ends("servers", "no folder");
    world_start(world, input, output);
    close(input[0]);
    close(output[1]);
    world->until = input[1];
    FILE *words = fdopen(output[0], "r");
    bool ready = words && fgets(said, sizeof said, words) && strcmp(said, "ready\n") == 0;
    fclose(words);
    if (ready)
        return;
    int how = 0;
    waitpid(world->process, &how, 0);
    folder_remove(world->folder);
    printf("the servers did not start\n");
    exit(WIFEXITED(how) && WEXITSTATUS(how) == NOT_INSTALLED ? NOT_INSTALLED : 1);
}

void postgres_world_end(struct postgres_world *world)
{
    close(world->until);
    waitpid(world->process, NULL, 0);
    if (folder_remove(world->folder) != 0)
        world_ends(world->folder, "cannot be removed");
}

static void world_run_in(const struct postgres_world *world, const char *database, const char *sql)
{
    char address[256];
    snprintf(address, sizeof address, "postgresql://owner@/%s?host=%s/a", database, world->folder);
    PGconn *connection = PQconnectdb(address);
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        world_ends(sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

void postgres_world_run(const struct postgres_world *world, const char *sql)
{
    world_run_in(world, world->made ? world->database : "postgres", sql);
}

void postgres_world_make_ledger(struct postgres_world *world, char *address, size_t address_size)
{
    char sql[64];
    snprintf(world->database, sizeof world->database, "ledger%u", ++world->made);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", world->database);
    world_run_in(world, "postgres", sql);
    world_run_in(world, world->database, ledger_schema);
    snprintf(address, address_size, "postgresql://concordat_broker@/%s?host=%s/a", world->database,
             world->folder);
    if (world->standby)
        snprintf(address + strlen(address), address_size - strlen(address), ",%s/b", world->folder);
}
