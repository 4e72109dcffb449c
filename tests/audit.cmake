# The auditors' trail, its reports and its proofs. story.c tells them what happened.
add_library(story STATIC worlds/story.c worlds/story_beside.c worlds/story_referral.c worlds/story_of_a_day.c worlds/report_reader.c)
target_link_libraries(story PRIVATE concordat-flags PUBLIC concordat-trail test-chained PkgConfig::CMOCKA)
concordat_unit_test(test_trail story)
concordat_unit_test(test_report story)
concordat_unit_test(test_report_breaches story)
concordat_unit_test(test_report_case story)
concordat_unit_test(test_case_story story)
concordat_unit_test(test_report_forms story)
concordat_unit_test(test_report_counted story)
concordat_unit_test(test_report_custody story)
concordat_unit_test(test_report_detained story)
concordat_unit_test(test_report_beside story)
concordat_unit_test(test_report_face story PkgConfig::SODIUM)
concordat_unit_test(test_report_as_at story)
concordat_unit_test(test_report_measures story)
concordat_unit_test(test_report_equality story)
concordat_unit_test(test_report_period concordat-trail)
concordat_unit_test(test_disclosure story)
concordat_unit_test(test_edition story)
concordat_unit_test(test_xmr concordat-trail m)
concordat_unit_test(test_rates concordat-trail m)
concordat_unit_test(test_report_change story)
concordat_unit_test(test_verify story)
# It puts one question to verify for every stored value there is.
set_tests_properties(test_verify PROPERTIES TIMEOUT 400)
set_tests_properties(test_report_equality PROPERTIES TIMEOUT 400)
concordat_unit_test(test_follow story concordat-server test-folder)
target_compile_definitions(test_follow PRIVATE AUDIT_PROGRAM="$<TARGET_FILE:concordat-audit>")
add_dependencies(test_follow concordat-audit)
add_test(NAME test_make_reports COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/unit/test_make_reports.py)
set_tests_properties(test_make_reports PROPERTIES TIMEOUT 60)
# Reports as other programs read them: pandas, R if it is installed, and the schema of the JSON.
add_test(NAME test_report_files COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_report_files.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
# Two years, for pictures of pages.
add_executable(story-of-a-year worlds/story_of_a_year.c)
target_link_libraries(story-of-a-year PRIVATE concordat-flags story)
# Somebody who has nothing but what was published, and a linear programme of his own.
# Half a year with people of all groups.
add_executable(story-of-a-half worlds/story_of_a_half.c)
target_link_libraries(story-of-a-half PRIVATE concordat-flags story)
add_executable(story-of-a-month worlds/story_of_a_month.c)
target_link_libraries(story-of-a-month PRIVATE concordat-flags story)
add_test(NAME test_disclosure_attack COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_disclosure.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
  "$<TARGET_FILE:story-of-a-month>,$<TARGET_FILE:story-of-a-half>")
# The official rows of report national, counted a second time by the publication's own steps.
add_test(NAME test_published_rule COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_published_rule.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_published_rule PROPERTIES TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
set_tests_properties(test_disclosure_attack PROPERTIES TIMEOUT 600 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
set_tests_properties(test_report_files PROPERTIES TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
