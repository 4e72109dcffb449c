# The broker as a process, with a client in another language; and the promises that only a process can show.
# concordat_process_test(NAME FILE): a Python program, which gets the source and the build folder.
function(concordat_process_test name file)
  add_test(NAME ${name}
    COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()

concordat_process_test(test_from_the_page integration/test_from_the_page.py)
concordat_process_test(test_broker_process integration/test_broker_process.py)
concordat_process_test(test_key_life integration/test_key_life.py)
# The same with the least number of descriptors with which a server starts.
add_test(NAME test_key_life_with_1024_descriptors
  COMMAND prlimit --nofile=1024:1024 /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_key_life.py
          ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_key_life_with_1024_descriptors PROPERTIES TIMEOUT 300)
concordat_process_test(test_replay_watch integration/test_replay_watch.py)
concordat_process_test(test_crowds integration/test_crowds.py)
concordat_process_test(P1_durable promises/P1_durable.py)
concordat_process_test(P4_share_of_places promises/P4_share_of_places.py)
concordat_process_test(P9_areas promises/P9_areas.py)
concordat_process_test(P9_break_glass promises/P9_break_glass.py)
concordat_process_test(P9_erasing promises/P9_erasing.py)
concordat_process_test(P9_exchanged promises/P9_exchanged.py)
concordat_process_test(P9_no_trace promises/P9_no_trace.py)
concordat_process_test(P9_outbox promises/P9_outbox.py)
concordat_process_test(P10_locked promises/P10_locked.py)
concordat_process_test(P10_who promises/P10_who.py)
concordat_process_test(P10_descriptors promises/P10_descriptors.py)
concordat_process_test(P11_kind promises/P11_kind.py)
concordat_unit_test(test_batch concordat-shell)
concordat_unit_test(test_find_digest concordat-record)
concordat_unit_test(test_ledger_time concordat-shell)
concordat_unit_test(test_news_list concordat-shell)
concordat_unit_test(test_outgoing concordat-shell)
concordat_unit_test(test_quotas concordat-shell)
concordat_unit_test(test_recovery concordat-shell packed-world test-folder)
set_tests_properties(test_recovery PROPERTIES TIMEOUT 300)
concordat_unit_test(test_sessions concordat-shell core-world)
