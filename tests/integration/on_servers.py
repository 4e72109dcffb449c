#!/usr/bin/python3
"""Runs the tests with the ledgers of their routers on servers: on_servers.py BUILD CTEST [OPTION...]. Starts a server and the
standby that confirms its commits, has ledger_home.py make a database on them for each router's state folder, and says at the
end which programs of tests kept a ledger there, and what was left out and why (tests/in_a_file.txt).
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import ledger_home
from ledger_home import noted, postgres


def read_options():
    """Takes out of ctest's options what it is to leave out, for ctest heeds the last of several."""
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("build")
    parser.add_argument("-E", "--exclude-regex", action="append", default=[])
    options, ctest = parser.parse_known_args()
    whole = [name for name in ledger_home.left_out() if "." not in name]
    return options.build, [*ctest, "--exclude-regex", "|".join([f"^({'|'.join(map(re.escape, whole))})$", *options.exclude_regex])]


def tell(names):
    left_out = ledger_home.left_out()
    whole = [name for name in left_out if "." not in name]
    cases = [name for name in left_out if name.split(".")[0] in names and "." in name]
    print(f"{len(names)} programs of tests kept a ledger on servers: {' '.join(names)}")
    print(f"Left out, for they are about a ledger in a file: {len(whole)} tests, and {len(cases)} cases of tests that ran:")
    for name in whole + cases:
        print(f"  {name}: {left_out[name]}")


def main():
    build, ctest = read_options()
    schema = subprocess.run([os.path.join(build, "broker", "tools", "concordat-ledger"), "schema"], stdout=subprocess.PIPE,
                            text=True, check=True).stdout
    if not postgres.is_installed():
        sys.exit("PostgreSQL 15 is not installed: install postgresql-15")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="concordat-servers-")
    os.chmod(folder, 0o711)  # the servers run as a user of their own
    servers = None
    try:
        servers = postgres.Servers(folder, standby=True)
        servers.a.sql(f"CREATE DATABASE {ledger_home.EMPTY}")
        servers.a.sql(schema, ledger_home.EMPTY)
        env = {**os.environ, "CONCORDAT_TEST_LEDGER": "postgresql", noted.FOLDER: folder}
        code = subprocess.run(ctest, env=env, check=False).returncode
        tell(sorted(set(noted.read(folder))))
    finally:
        if servers:
            servers.close()
        shutil.rmtree(folder)
    sys.exit(code)


if __name__ == "__main__":
    main()
