# `concordat setup`: the spreadsheet of teams, and a whole site.
concordat_unit_test(test_setup_teams concordat-cli-parts)

# A site under a root, started as its units say.
add_test(NAME test_setup COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_setup.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_setup PROPERTIES TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

# The units, as systemd-analyze judges them.
add_test(NAME test_units COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_units.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_units PROPERTIES ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
