# What judges the trials of several machines (tests/run ha-trials) finds what is planted. The trials themselves need root.
add_test(NAME test_ha_judge COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/ha/test_judge.py)
set_tests_properties(test_ha_judge PROPERTIES TIMEOUT 60 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
