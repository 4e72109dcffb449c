"""Makes the files of cases.txt: NAME.yaml, a policy, and NAME.expected, what must be said of it. cases.py FOLDER

The policies of this folder are made too; they are good, so nothing is said of them.
"""

import glob
import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def edited(name, base, edit):
    """A base with one edit, which begins with the lines by which it is found."""
    kept = [line[1:] for line in edit if line[0] == " "]
    taken_out = [line[1:] for line in edit if line[0] == "-"]
    put_in = [line[1:] for line in edit if line[0] == "+"]
    if taken_out == ["..."]:
        return "".join(line + "\n" for line in put_in)
    found = "".join(line + "\n" for line in kept + taken_out)
    if ("\n" + base).count("\n" + found) != 1:
        sys.exit(f"cases.txt: {name}: these lines are not found once in the base:\n{found}")
    changed = "".join(line + "\n" for line in kept + put_in)
    return ("\n" + base).replace("\n" + found, "\n" + changed)[1:]


def cases():
    """(name, policy, what must be said) of each case."""
    for path in sorted(glob.glob(os.path.join(HERE, "*.yaml"))):
        name = os.path.basename(path)
        yield name.removesuffix(".yaml"), read(name), ""
    text = re.sub(r"(?m)\A(?:#.*\n)+\n", "", read("cases.txt"))
    for block in text.strip("\n").split("\n\n"):
        name, *lines = block.split("\n")
        name, _, base = name.partition(" of ")
        policy = read(base or "base.yaml")
        edit, said = [], []
        for line in [*lines, "@@"]:
            if line == "@@":
                policy, edit = edited(name, policy, edit) if edit else policy, []
            elif line[0] in " -+":
                edit.append(line)
            else:
                said.append(f"{name}.yaml:{line}\n")
        if not said:
            sys.exit(f"cases.txt: {name}: it does not say what must be said")
        yield name, policy, "".join(said)


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, policy, said in cases():
        for ending, text in (("yaml", policy), ("expected", said)):
            with open(os.path.join(folder, f"{name}.{ending}"), "x", encoding="utf-8") as file:
                file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
