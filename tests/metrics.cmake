# Figures for Prometheus: the file, what real programs write into it, the alert rules and the console.
concordat_unit_test(test_metrics concordat-metrics test-folder)
add_test(NAME test_figures COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_figures.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_figures PROPERTIES TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
