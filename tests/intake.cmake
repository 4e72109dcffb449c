# The intake: its rules, its outbox, and the process between devices and the broker.
foreach(name intake_rules outbox)
  concordat_unit_test(test_${name} concordat-intake-parts)
endforeach()
