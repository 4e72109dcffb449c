# Faults around the programs: kills, stops, disks, networks, clocks, peers that mean harm.
# Libraries that are loaded before a program's own.
foreach(shim fault_shim call_shim)
  add_library(${shim} MODULE integration/${shim}.c)
  target_compile_options(${shim} PRIVATE -fno-sanitize=all)
  target_link_options(${shim} PRIVATE -fno-sanitize=all)
  target_link_libraries(${shim} PRIVATE concordat-flags ${CMAKE_DL_LIBS})
endforeach()

concordat_process_test(test_hostile integration/test_hostile.py)
foreach(name kill stop disk net clock)
  concordat_process_test(test_faults_${name} integration/test_faults_${name}.py)
endforeach()

# Memory that runs out: the linker puts the allocations of test_memory.c in the place of ours.
concordat_unit_test(test_memory concordat-shell sealed-world)
target_link_options(test_memory PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)

# Calls that fail, each once: the quick part of tests/run call-faults, under the sanitizers. A third of its time is waiting,
# so it has more jobs than cores.
add_test(NAME test_call_faults
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/call_faults.py
          ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} --quick --jobs 4)
set_tests_properties(test_call_faults PROPERTIES TIMEOUT 300 PROCESSORS 4)
