# The bench: what deploy/bench measures with.
add_subdirectory(bench)
