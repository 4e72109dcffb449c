# The simulated world: the broker's real turn, core, record, recovery and ledger, driven by seeds.
set(commit_header ${CMAKE_CURRENT_BINARY_DIR}/simulation/commit.h)
add_custom_target(simulation_commit BYPRODUCTS ${commit_header} COMMAND ${CMAKE_COMMAND}
  -D SOURCE=${PROJECT_SOURCE_DIR} -D HEADER=${commit_header} -P ${CMAKE_CURRENT_SOURCE_DIR}/simulation/commit.cmake)

add_executable(concordat-simulate
  simulation/auditor.c simulation/check_calls.c simulation/check_children.c simulation/check_closing.c simulation/check_detained.c simulation/check_erasure.c
  simulation/check_events.c simulation/check_glass.c simulation/check_history.c simulation/check_keys.c
  simulation/check_messages.c simulation/check_missing.c simulation/check_reminders.c simulation/check_shares.c simulation/check_shifts.c simulation/check_told.c
  simulation/check_turns.c simulation/check_undone.c simulation/check_written.c simulation/coordinator.c simulation/disk.c simulation/disk_vfs.c simulation/facts.c simulation/faults.c simulation/healing.c simulation/host.c
  simulation/inspector.c simulation/intake.c simulation/journal.c simulation/network.c simulation/notes.c simulation/operator.c
  simulation/options.c simulation/paper.c simulation/peer.c simulation/random.c simulation/region.c simulation/shifts.c simulation/shrink.c simulation/simulate.c simulation/snapshots.c simulation/store.c
  simulation/stranger.c simulation/team.c simulation/telephone.c simulation/timeline.c simulation/told.c simulation/witness.c simulation/world.c)
target_link_libraries(concordat-simulate PRIVATE concordat-flags concordat-shell sealed-world)
add_dependencies(concordat-simulate simulation_commit)
target_include_directories(concordat-simulate PRIVATE ${PROJECT_BINARY_DIR})
target_compile_definitions(concordat-simulate PRIVATE SOURCE_FOLDER="${PROJECT_SOURCE_DIR}")

# Sanitizers make it some ten times slower, so the many seeds are run by the build of the bench, without them, and some
# others by this one.
add_test(NAME simulation COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/run simulate --seeds 120 --fresh)
add_test(NAME simulation_checked COMMAND concordat-simulate --jobs 2 --from 1000000 --seeds 60)
add_test(NAME simulation_same_twice COMMAND concordat-simulate --twice --from 100000 --seeds 6)
add_test(NAME simulation_kept COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/run simulate --keep ${CMAKE_CURRENT_SOURCE_DIR}/simulation/seeds.txt)
if(EXISTS ${PROJECT_SOURCE_DIR}/.git)
  add_test(NAME simulation_names_its_commit COMMAND concordat-simulate --seeds 1)
  set_tests_properties(simulation_names_its_commit PROPERTIES PASS_REGULAR_EXPRESSION "^SEED=1 COMMIT=[0-9a-f]+")
endif()
set_tests_properties(simulation simulation_checked simulation_same_twice simulation_kept PROPERTIES TIMEOUT 900)
set_tests_properties(simulation simulation_checked simulation_kept PROPERTIES PROCESSORS 4)
set_tests_properties(simulation simulation_kept PROPERTIES RESOURCE_LOCK build-bench)

foreach(name scenarios keys_and_hellos full_disk)
  add_executable(test_${name}
    simulation/scenarios/test_${name}.c simulation/scenarios/stage.c simulation/store.c)
  target_link_libraries(test_${name} PRIVATE concordat-flags concordat-shell sealed-world PkgConfig::CMOCKA)
  add_test(NAME test_${name} COMMAND test_${name})
  set_tests_properties(test_${name} PROPERTIES TIMEOUT 120)
endforeach()

# Two routers on simulated database servers.
add_executable(concordat-simulate-servers
  simulation/servers/agent.c simulation/servers/engine.c simulation/servers/fiber.c simulation/servers/later.c simulation/servers/main.c
  simulation/servers/quorum.c simulation/servers/router.c simulation/servers/sender.c simulation/servers/watch.c
  simulation/random.c ${PROJECT_SOURCE_DIR}/broker/standby.c)
target_link_libraries(concordat-simulate-servers PRIVATE concordat-flags concordat-shell PkgConfig::SODIUM)
add_dependencies(concordat-simulate-servers simulation_commit)
target_include_directories(concordat-simulate-servers PRIVATE ${PROJECT_BINARY_DIR})

# As above: the optimised build runs many worlds, and the one with sanitizers a few.
add_test(NAME simulation_servers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/run simulate-servers --seeds 150 --fresh)
add_test(NAME simulation_servers_checked COMMAND concordat-simulate-servers --seeds 20)
set_tests_properties(simulation_servers PROPERTIES TIMEOUT 600 RESOURCE_LOCK build-bench)
