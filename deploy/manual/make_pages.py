#!/usr/bin/python3
"""Makes a manual page of what each program says with --help, and one of each of its commands.

help2man was tried: it knows no section for options or exit status, and puts a group's heading under the option before.
"""

import argparse
import os
import re
import subprocess
import textwrap
import time

ENVIRONMENT = {**os.environ, "ARGP_HELP_FMT": "rmargin=5000", "ASAN_OPTIONS": "detect_leaks=0"}  # wraps nothing
OPTION = re.compile(r" {2,6}(-\S.*?)(?: {2,}(.*))?$")
ROW = re.compile(r" +(\S+) {2,}(.*)$")
EVERYWHERE = ("--help", "--usage", "--version")  # argp puts them last
TITLES = {"Exit codes": "EXIT STATUS"}


def escape(text):
    """Text for roff: nothing in it is a request, and what may be typed stays as it is."""
    for mark, name in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("^", "\\(ha"), ("~", "\\(ti")):
        text = text.replace(mark, name)
    return re.sub("`([^`]*)`", r"\\fB\1\\fR", text).replace("`", "\\(ga")


def filled(text):
    return [re.sub(r"^\.", r"\\&.", line) for line in textwrap.wrap(escape(text), 78, break_long_words=False,
                                                                    break_on_hyphens=False)]


def tagged(tag, text):
    return [".TP", tag, *filled(text)]


def literal(lines):
    """As typed; a long command goes on in the next line, broken only before an option."""
    broken = [re.sub(r"(.{40,64}?) (?=--)", r"\1 \\\n  ", line) if len(line) > 76 else line for line in lines]
    return [".EX", *[re.sub(r"^\.", r"\\&.", escape(line)) for line in "\n".join(broken).split("\n")], ".EE"]


def option_rows(lines):
    rows, last = [], []
    for line in lines:
        option = OPTION.match(line)
        if option:
            names = re.sub(r"(?<![\w-])(--?[\w?-]+)", lambda name: f"\\fB{escape(name[1])}\\fR", option[1])
            names = re.sub(r"=(\S+)", lambda value: f"=\\fI{value[1]}\\fR", names)
            (last if any(name in line for name in EVERYWHERE) else rows).append(tagged(names, option[2] or ""))
        elif line.strip():
            rows.append([".SS " + line.strip().rstrip(":")])
    if any(row[0].startswith(".SS") for row in rows):
        last.insert(0, [".SS Help"])
    return [line for row in rows + last for line in row]


class Help:
    """What one program or command says: synopsis, options, and sections by their titles."""

    def __init__(self, command):
        said = subprocess.run([*command, "--help"], env=ENVIRONMENT, check=True, text=True, stdout=subprocess.PIPE).stdout
        lines = said.splitlines()
        first = next(i for i, line in enumerate(lines) if OPTION.match(line))
        while lines[first - 1].startswith(" "):
            first -= 1  # the heading of a group
        end = next(i for i, line in enumerate(lines) if "--version" in line and OPTION.match(line)) + 1
        self.usage = re.sub(r"^(Usage|  or): +", "", lines[0])
        self.options = option_rows(lines[first:end])
        self.sections, self.commands = {}, {}
        self.intro = " ".join(lines[1:first]).strip()
        blocks = re.sub(r"Mandatory or optional arguments.*\n", "", "\n".join(lines[end:]))
        for block in re.split(r"\n\s*\n", blocks.strip("\n")):
            self.take(block.split("\n"))

    def take(self, lines):
        titled = re.match(r"(?:([A-Z][\w ]+):$|(Environment): (.*))", lines[0])
        before = self.sections.get("DESCRIPTION", [self.intro])[-1]
        if titled and len(lines) > 1:
            self.take_section(titled[1], lines[1:])
        elif titled and titled[2]:
            self.add("ENVIRONMENT", filled(titled[3]))
        elif lines[0].startswith("Exit code"):
            self.add("EXIT STATUS", filled(" ".join(lines)))
        elif not lines[0].startswith(" "):
            self.add("DESCRIPTION", [".PP", *filled(" ".join(lines))])
        elif lines[0]:
            typed = literal([line[2:] for line in lines])
            if before.endswith(":"):
                self.add("DESCRIPTION", [".PP", ".RS 4", *typed, ".RE"])
            else:
                self.add("EXAMPLES", typed)

    def take_section(self, title, lines):
        rows = [ROW.match(line) for line in lines]
        if title == "Commands":
            self.commands = {row[1]: row[2] for row in rows}
        self.add(TITLES.get(title, title.upper()),
                 [line for row in rows for line in tagged(f"\\fB{escape(row[1])}\\fR", row[2])] if all(rows)
                 else literal([line[2:] for line in lines]))

    def add(self, title, lines):
        self.sections.setdefault(title, []).extend(lines)


def sentence(text):
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ":")) else ".")


def brief(text):
    """The line that whatis shows: the first sentence, and of a long one what stands before its colon."""
    first = re.split(r"\.(?: |$)", text)[0]
    first = first.split(":")[0] if len(first) > 80 else first
    return first[:1].lower() + first[1:]


def synopsis(usage, name):
    rest = re.sub(r"\b([A-Z]{2,}(?:\.\w+)?)\b", r"\\fI\1\\fR", escape(usage[len(name):].strip()))
    return [f"\\fB{escape(name)}\\fR {rest}"]


def page(about, name, section, summary, version, see_also):
    title = name.replace(" ", "-")
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    lines = [f'.TH {escape(title.upper())} {section} {time.strftime("%Y-%m-%d", time.gmtime(epoch))} '
             f'"concordat {version}" "Concordat"', ".SH NAME", f"{escape(title)} \\- {escape(summary)}",
             ".SH SYNOPSIS", *synopsis(about.usage, name), ".SH DESCRIPTION", *filled(sentence(about.intro)),
             *about.sections.pop("DESCRIPTION", []), ".SH OPTIONS", *about.options]
    last = ("ENVIRONMENT", "EXIT STATUS", "EXAMPLES")
    for section_title in [*[one for one in about.sections if one not in last], *last]:
        if section_title in about.sections:
            lines += [f".SH {section_title}", *about.sections[section_title]]
    lines += [".SH SEE ALSO", ",\n".join(f"\\fB{escape(one)}\\fR({number})" for one, number in see_also)]
    return title, re.sub(r"(\.S[HS].*)\n\.PP", r"\1", "\n".join(lines)) + "\n"


def write(out, section, title, text):
    folder = os.path.join(out, f"man{section}")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{title}.{section}"), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="the folder of man1, man8 and so on")
    parser.add_argument("--version", required=True)
    parser.add_argument("programs", nargs="+", metavar="SECTION:PROGRAM")
    options = parser.parse_args()
    programs = [one.split(":", 1) for one in options.programs]
    pages = [(os.path.basename(path), section) for section, path in programs]
    for section, path in programs:
        name, about = os.path.basename(path), Help([path])
        for command, summary in about.commands.items():
            own = Help([path, command])
            own.add("EXIT STATUS", about.sections["EXIT STATUS"])
            write(options.out, section,
                  *page(own, f"{name} {command}", section, summary, options.version, [(name, section)]))
        others = [(f"{name}-{command}", section) for command in about.commands]
        others += [one for one in pages if one[0] != name]
        write(options.out, section, *page(about, name, section, brief(about.intro), options.version, others))


if __name__ == "__main__":
    main()
