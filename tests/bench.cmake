# The bench: the programs with which `tests/run bench` measures.
add_subdirectory(bench)
