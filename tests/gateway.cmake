# The gateway: HTTP.
concordat_unit_test(test_http concordat-gateway-parts test-folder)
