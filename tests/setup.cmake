# `concordat setup`: the spreadsheet of teams, and a whole site.
concordat_unit_test(test_setup_teams concordat-cli-parts)
