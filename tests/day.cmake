# The demo, shorter than a whole day: once as it is, with each kind of case before it and every clock recomputed after it,
# and once with every kind of program killed at random moments.
# Each prints its seed; --seed plays that day again.
set(demo /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/day/day.py --build ${PROJECT_BINARY_DIR} --once)
add_test(NAME test_demo COMMAND ${demo} --referrals 20)
add_test(NAME P1_demo_with_kills COMMAND ${demo} --referrals 30 --kills 12)
# An hour of theirs is some seconds: beside busy tests a deadline would pass that in a day is kept.
set_tests_properties(test_demo P1_demo_with_kills PROPERTIES TIMEOUT 300 PROCESSORS 4)
