# The server's end of the protocol.
foreach(name arrivals connections greeting keyring misuse token_bucket zap server server_keys)
  concordat_unit_test(test_${name} concordat-server test-folder)
endforeach()
