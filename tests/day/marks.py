"""P9: a mark stands in all that is confidential of the day's people, and is looked for wherever it must not be: in every
file of the day's folder, and in the arguments and environment of every process."""

import asyncio
import base64
import glob
import os

MARK = "ZZPLANTEDMARK"


def forms(mark):
    """The mark as it can stand in a file: as UTF-8, as UTF-16, and inside a longer text that is written as base64."""
    text = mark.encode()
    # The characters of base64 that depend on the mark alone, for each way in which its bytes can fall into groups of three.
    in_base64 = (base64.b64encode(bytes(before) + text)[-(-before * 8 // 6):(before + len(text)) * 8 // 6] for before in range(3))
    return [text, mark.encode("utf-16-le"), mark.encode("utf-16-be"), *in_base64]


_FORMS = forms(MARK)
LONGEST_BYTES = 256  # a mark that begins with MARK and tells one text from another, in its longest form


def marked(confidential):
    """The confidential part with a mark in every text that may hold one."""
    words = {field: f"{MARK} {field}" for field in ("referrerName", "personName", "address", "otherContact", "narrative",
                                                       "siteInWords", "roleInWords", "otherFacts")}
    return {**confidential, **words, "ownReference": f"{MARK}-{confidential['ownReference']}"}


def told_in(document):
    """Every marked text of a submission."""
    if isinstance(document, str):
        return [document] if MARK in document else []
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return [text for value in inner for text in told_in(value)]


def in_bytes(content):
    return any(form in content for form in _FORMS)


def pieces_with_mark(content):
    """What stands round each mark."""
    for form in _FORMS:
        at = content.find(form)
        while at >= 0:
            yield content[max(0, at - 4):at + LONGEST_BYTES]
            at = content.find(form, at + len(form))


def in_file(path):
    """Whether a file holds the mark; False for a process or a file that has gone meanwhile."""
    try:
        with open(path, "rb") as file:
            return in_bytes(file.read())
    except OSError:
        return False


def files_of(folder):
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
                if in_file(path):
                    with open(os.path.join(os.path.dirname(path), "comm"), encoding="utf-8") as name:
                        self.processes.add(name.read().strip())
            self.looks += 1
            await asyncio.sleep(0.1)

    @staticmethod
    def found(folder):
        """The files of the folder that hold the mark."""
        return [os.path.relpath(path, folder) for path in files_of(folder) if in_file(path)]
