# The auditors' trail, its reports and its proofs. story.c tells them what happened.
add_library(story STATIC unit/story.c)
target_link_libraries(story PRIVATE concordat-flags PUBLIC concordat-trail PkgConfig::CMOCKA)
concordat_unit_test(test_trail story)
concordat_unit_test(test_report story)
concordat_unit_test(test_verify story)
