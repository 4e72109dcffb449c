"""P9: a mark stands in all that is confidential of the day's people, and is looked for wherever it must not be: in every
file of the day's folder but the ledger and the outboxes, and in the arguments and environment of every process."""

import asyncio
import fnmatch
import glob
import os

MARK = "ZZPLANTEDMARK"
# The broker keeps the confidential part beside the ledger, and an intake keeps what it delivers until its time is over.
MAY_HOLD_IT = ("broker/ledger.db*", "intake-*/outbox.db*")


def marked(confidential):
    """The confidential part with a mark in every text that may hold one."""
    words = {field: f"{MARK} {field}" for field in ("referrerName", "personName", "address", "otherContact", "narrative",
                                                       "siteInWords", "roleInWords", "otherFacts")}
    return {**confidential, **words, "ownReference": f"{MARK}-{confidential['ownReference']}"}


def _holds_mark(path):
    """Whether a file holds the mark; False for a process or a file that has gone meanwhile."""
    try:
        with open(path, "rb") as file:
            return MARK.encode() in file.read()
    except OSError:
        return False


def _of_folder(folder):
    for above, _, names in os.walk(folder):
        yield from (os.path.join(above, name) for name in names)


class Marks:
    def __init__(self):
        self.processes = set()  # programs that had the mark in their arguments or environment
        self.looks = 0

    async def watch(self):
        """Looks at every process, again and again, until it is cancelled."""
        while True:
            for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
                if _holds_mark(path):
                    with open(os.path.join(os.path.dirname(path), "comm"), encoding="utf-8") as name:
                        self.processes.add(name.read().strip())
            self.looks += 1
            await asyncio.sleep(0.1)

    def found(self, folder):
        """The files of the folder that hold the mark: those that may, and those that must not."""
        may, must_not = [], []
        for path in filter(_holds_mark, _of_folder(folder)):
            name = os.path.relpath(path, folder)
            allowed = any(fnmatch.fnmatch(name, pattern) for pattern in MAY_HOLD_IT)
            (may if allowed else must_not).append(name)
        return may, must_not
