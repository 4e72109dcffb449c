# The simulated world: the broker's real turn, core, record, recovery and ledger, driven by seeds.
find_package(Git QUIET)
set(built_commit unknown)
if(Git_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${PROJECT_SOURCE_DIR} rev-parse --short HEAD
    OUTPUT_VARIABLE built_commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()

add_executable(concordat-simulate
  simulation/auditor.c simulation/check_events.c simulation/check_messages.c simulation/check_turns.c
  simulation/coordinator.c simulation/disk.c simulation/disk_vfs.c simulation/faults.c simulation/healing.c simulation/host.c
  simulation/intake.c simulation/journal.c simulation/network.c simulation/options.c simulation/peer.c
  simulation/random.c simulation/region.c simulation/shrink.c simulation/simulate.c simulation/store.c
  simulation/stranger.c simulation/team.c simulation/timeline.c simulation/witness.c simulation/world.c)
target_link_libraries(concordat-simulate PRIVATE concordat-flags concordat-shell)
target_compile_definitions(concordat-simulate PRIVATE
  SOURCE_FOLDER="${PROJECT_SOURCE_DIR}" BUILT_COMMIT="${built_commit}")
