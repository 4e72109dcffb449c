"""Programs of tests note here that they keep a ledger on servers, for on_servers.py to tell; if it has not started them, they
note nothing.
"""

import os
import pathlib
import sys

FOLDER = "CONCORDAT_TEST_SERVERS"  # in the environment


def program(of_parent=False):
    """The name of the test that runs, or that has started this program."""
    return os.path.basename(os.readlink(f"/proc/{os.getppid()}/exe")) if of_parent else pathlib.Path(sys.argv[0]).stem


def note(name):
    folder = os.environ.get(FOLDER)
    if folder:
        with open(os.path.join(folder, "noted"), "a", encoding="utf-8") as file:
            file.write(f"{name}\n")


def read(folder):
    path = pathlib.Path(folder, "noted")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
