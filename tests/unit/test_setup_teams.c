/* test_setup_teams.c: a spreadsheet of teams: what is read, what stands for what is left out, and what is
 * said of slips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/cli/setup_teams.h"

static char said[4096];

/* Reads a sheet of this text. What is wrong stands in `said`, without the path. */
static bool read_text(struct teams_sheet *sheet, const char *text)
{
    char path[] = "/tmp/concordat-teams-XXXXXX", *problems = NULL;
    size_t size;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    FILE *out = open_memstream(&problems, &size);
    bool good = teams_sheet_read(sheet, path, "ZZM01", out);
    fclose(out);
    unlink(path);
    said[0] = '\0';
    for (char *line = strtok(problems, "\n"); line; line = strtok(NULL, "\n"))
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n",
                 strncmp(line, path, strlen(path)) == 0 ? line + strlen(path) + 1 : line);
    free(problems);
    return good;
}

static void each_cell_stands_in_its_column(void **state)
{
    struct teams_sheet sheet;
    (void)state;
    assert_true(read_text(&sheet,
                          "\xEF\xBB\xBFTelephone,id,type,name,hours,places\r\n"
                          "01632 960110,north,A02,\"North, \"\"crisis\"\"\",mon-fri 09:00-17:00, 8 \r\n"
                          ",,,,,\r\n"
                          "01632 960120,line,A19,Line,,\r\n"));
    assert_int_equal(sheet.count, 2);
    assert_string_equal(sheet.rows[0].cells[TEAM_COLUMN_NAME], "North, \"crisis\"");
    assert_string_equal(sheet.rows[0].cells[TEAM_COLUMN_TELEPHONE], "01632 960110");
    assert_string_equal(sheet.rows[0].cells[TEAM_COLUMN_PLACES], "8");
    assert_int_equal(sheet.rows[0].line, 2);
    assert_int_equal(sheet.rows[1].line, 4);
    teams_sheet_close(&sheet);
}

static void what_is_left_out_is_what_most_teams_of_the_type_have(void **state)
{
    static const struct {
        const char *type, *offers, *detained;
    } types[] = {{"A02", "comes", "never"},    {"A19", "rings", "never"},    {"A20", "receives", "only"},
                 {"A21", "receives", "never"}, {"A22", "receives", "never"}, {"A23", "receives", "never"},
                 {"A24", "receives", "never"}, {"A25", "receives", "never"}, {"A11", "comes", "also"}};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char text[200];
        struct teams_sheet sheet;
        snprintf(text, sizeof text, "id,name,type,telephone\na,A,%s,01632 960110\n", types[i].type);
        assert_true(read_text(&sheet, text));
        const char *const *cells = sheet.rows[0].cells;
        assert_string_equal(cells[TEAM_COLUMN_OFFERS], types[i].offers);
        assert_string_equal(cells[TEAM_COLUMN_DETAINED], types[i].detained);
        assert_string_equal(cells[TEAM_COLUMN_ORGANISATION], "ZZM01");
        assert_string_equal(cells[TEAM_COLUMN_SOURCES], "all");
        assert_string_equal(cells[TEAM_COLUMN_AGES], "all");
        assert_string_equal(cells[TEAM_COLUMN_HOURS], "always");
        assert_string_equal(cells[TEAM_COLUMN_PLACES], "");
        teams_sheet_close(&sheet);
    }
}

static void a_slip_is_named_by_line_and_column_with_what_to_do(void **state)
{
    static const struct {
        const char *text, *says;
    } slips[] = {
        {"", "1: file: the sheet is empty. Write a heading"},
        {"id,name,type,telephone\n", "2: file: the sheet has no team. Write a row"},
        {"id,name,type,telefone\na,A,A02,1\n", "1: heading: \"telefone\" is no column. Columns are id,"},
        {"id,name,type,telefone\na,A,A02,1\n", "1: heading: \"telephone\" is not there. Add the column"},
        {"id;name;type;telephone\n",
         "1: file: the columns are separated by semicolons. Save the sheet as CSV with commas.\n"},
        {"id,id,name,type,telephone\n", "1: heading: \"id\" stands there twice."},
        {"id,name,type,telephone\na,A,A02,1\nb,B,A02\n",
         "3: file: the row has not as many cells as the heading. Put"},
        {"id,name,type,telephone\na,A,A02,\n", "2: telephone: the cell is empty. Write the number"},
        {"id,name,type,telephone\na,A,A02,123\na,B,A02,123\n",
         "3: id: \"a\" is the id of the team in line 2 too. Give"},
        {"id,name,type,telephone\na,\"A,A02,123\n",
         "2: file: a quotation mark is opened here and never closed. Save"},
        {"id,name,type,telephone\na,\"A\nB\",A02,123\n",
         "2: file: a cell is no text of one line in UTF-8. Save"},
        {"id,name,type,telephone\na,\xE9,A02,123\n", "2: file: a cell is no text of one line in UTF-8. Save"},
        {"id,name,type,telephone,hours\na,A,A02,123,nine to five\n",
         "2: hours: \"nine to five\" are not hours. Write"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct teams_sheet sheet;
        assert_false(read_text(&sheet, slips[i].text));
        if (!strstr(said, slips[i].says))
            fail_msg("slip %zu: wanted \"%s\" in \"%s\"", i, slips[i].says, said);
        teams_sheet_close(&sheet);
    }
    struct teams_sheet sheet;
    FILE *nowhere = fopen("/dev/null", "w");
    assert_false(teams_sheet_read(&sheet, "/nonexistent/teams.csv", "ZZM01", nowhere));
    fclose(nowhere);
}

static void all_slips_are_told_and_the_other_rows_are_there(void **state)
{
    struct teams_sheet sheet;
    (void)state;
    assert_false(read_text(&sheet,
                           "id,name,type,telephone,hours,detained\n"
                           "a,A,A02,,nine to five,Never\nb,B,A02\na,C,A21,123,Mon-Fri 09:00-17:00,\n"));
    assert_string_equal(
        said, "2: telephone: the cell is empty. Write the number that people ring.\n"
              "2: hours: \"nine to five\" are not hours. Write always, or such as mon-fri "
              "09:00-17:00; sat, sun 10:00-14:00.\n"
              "3: file: the row has not as many cells as the heading. Put quotation marks around "
              "a cell that has a comma in it.\n"
              "4: id: \"a\" is the id of the team in line 2 too. Give each team an id of its own.\n");
    assert_int_equal(sheet.count, 2);
    assert_true(sheet.rows[0].told[TEAM_COLUMN_HOURS]);
    assert_false(sheet.rows[0].told[TEAM_COLUMN_TYPE]);
    assert_string_equal(sheet.rows[0].cells[TEAM_COLUMN_DETAINED], "never");
    assert_string_equal(sheet.rows[1].cells[TEAM_COLUMN_HOURS], "mon-fri 09:00-17:00");
    teams_sheet_close(&sheet);
}

static void hours_are_days_and_two_times(void **state)
{
    const char *text = " mon-fri 09:00-17:00; sat, sun 10:00 - 14:00;";
    struct team_hours hours;
    (void)state;
    assert_int_equal(team_hours_take(&text, &hours), 1);
    assert_string_equal(hours.days, "mon-fri");
    assert_string_equal(hours.from, "09:00");
    assert_string_equal(hours.to, "17:00");
    assert_int_equal(team_hours_take(&text, &hours), 1);
    assert_string_equal(hours.days, "sat, sun");
    assert_string_equal(hours.from, "10:00");
    assert_string_equal(hours.to, "14:00");
    assert_int_equal(team_hours_take(&text, &hours), 0);
    for (const char *bad[] = {"mon", "09:00-17:00", "mon 09:00", "mon 9 to 17", "mo\"n 09:00-17:00",
                              "mon 09:00-", NULL},
                    **at = bad;
         *at; at++) {
        text = *at;
        assert_int_equal(team_hours_take(&text, &hours), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_stands_in_its_column),
        cmocka_unit_test(what_is_left_out_is_what_most_teams_of_the_type_have),
        cmocka_unit_test(a_slip_is_named_by_line_and_column_with_what_to_do),
        cmocka_unit_test(all_slips_are_told_and_the_other_rows_are_there),
        cmocka_unit_test(hours_are_days_and_two_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
