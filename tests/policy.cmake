# The policy file. Its cases are a base and a table of edits, of which policy/cases.py makes files.
set(policy_cases ${CMAKE_CURRENT_BINARY_DIR}/policy)
file(GLOB policies ${CMAKE_CURRENT_SOURCE_DIR}/policy/*)
add_custom_command(OUTPUT ${policy_cases}/base.yaml DEPENDS ${policies}
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/policy/cases.py ${policy_cases})
add_custom_target(policy_cases DEPENDS ${policy_cases}/base.yaml)

concordat_unit_test(test_rota concordat-core)
concordat_unit_test(test_policy_file concordat-policy)
target_compile_definitions(test_policy_file PRIVATE POLICY_CASES="${policy_cases}")
add_dependencies(test_policy_file policy_cases)
