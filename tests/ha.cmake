# Trials of several machines (tests/run ha-trials): what judges them finds what is planted; and three short ones, if root may
# make networks here and the packages are installed. A server that leads is lost, a router hangs, another is cut off.
add_test(NAME test_ha_judge COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/ha/test_judge.py)
set_tests_properties(test_ha_judge PROPERTIES TIMEOUT 60 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)

add_test(NAME test_ha_trials COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/ha/enter.py trials.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} 3 --one-room --seed 1 --seconds 5-6
  --only "kill primary node" --only "stop broker" --only "cut broker off nodes")
set_tests_properties(test_ha_trials PROPERTIES TIMEOUT 600 PROCESSORS 4 SKIP_RETURN_CODE 77 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)

# Three nodes as the package concordat-database sets them up.
add_test(NAME test_database COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/ha/enter.py test_database.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_database PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
