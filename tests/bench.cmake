# The bench: what `tests/run bench` measures with.
add_subdirectory(bench)
