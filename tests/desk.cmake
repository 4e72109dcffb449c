# The desk, and the two programs at it: the command `concordat` and the crisis team's concordat-team.
foreach(name people referral_form resolve show_who told)
  concordat_unit_test(test_${name} concordat-desk)
endforeach()
concordat_unit_test(test_action concordat-desk concordat-shell)
concordat_unit_test(test_action_now concordat-desk)
concordat_unit_test(test_board concordat-terminal)
concordat_unit_test(test_show concordat-terminal)
concordat_unit_test(test_show_detention concordat-desk)
concordat_unit_test(test_typed_action concordat-terminal)
concordat_unit_test(test_referral_input concordat-cli-parts)
concordat_unit_test(test_team concordat-team-parts PkgConfig::JANSSON)

file(GLOB desk_files ${PROJECT_SOURCE_DIR}/services/desk/*.[ch])
add_test(NAME desk_is_apart COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/unit/desk_is_apart.sh
  ${CMAKE_NM} $<TARGET_FILE:concordat-desk> ${desk_files})

# The two programs against a server of the protocol written in another language (Debian's python3-zmq and
# python3-protobuf).
find_program(DEBIAN_PYTHON3 python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
find_program(PROTOC protoc REQUIRED)
add_test(NAME test_desk COMMAND ${DEBIAN_PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_desk.py)
set_tests_properties(test_desk PROPERTIES TIMEOUT 300 ENVIRONMENT
  "CONCORDAT=$<TARGET_FILE:concordat>;CONCORDAT_TEAM=$<TARGET_FILE:concordat-team>;PROTOC=${PROTOC};PYTHONDONTWRITEBYTECODE=1")
