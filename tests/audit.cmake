# The auditors' trail, its reports and its proofs. story.c tells them what happened.
add_library(story STATIC worlds/story.c)
target_link_libraries(story PRIVATE concordat-flags PUBLIC concordat-trail test-chained PkgConfig::CMOCKA)
concordat_unit_test(test_trail story)
concordat_unit_test(test_report story)
concordat_unit_test(test_report_case story)
concordat_unit_test(test_verify story)
# It puts one question to verify for every stored value there is.
set_tests_properties(test_verify PROPERTIES TIMEOUT 400)
concordat_unit_test(test_follow story concordat-server test-folder)
target_compile_definitions(test_follow PRIVATE AUDIT_PROGRAM="$<TARGET_FILE:concordat-audit>")
add_dependencies(test_follow concordat-audit)
