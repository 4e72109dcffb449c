"""The units of deploy/units as systemd reads them: the command line of a unit, its environment and its credentials, for a site
that stands under a root and is started without systemd.

Only what our units use is read. Paths below /etc, /run and /var get the root before them.
"""

import os
import re
import shlex
import shutil
import subprocess


def settings(path):
    """The variables of a file of settings."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#") and "=" in line:
                name, value = line.rstrip("\n").split("=", 1)
                found[name] = "".join(shlex.split(value))
    return found


class Unit:
    def __init__(self, folder, name, root):
        base, _, kind = name.rpartition(".")
        template, at, self.instance = base.partition("@")
        self.name, self.root = name, root
        with open(os.path.join(folder, f"{template}{at}.{kind}"), encoding="utf-8") as file:
            text = file.read().replace("\\\n", " ").replace("%i", self.instance)
        self.lines = [line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#")]
        self.credentials = os.path.join(root, "run", "credentials", name)

    def values(self, key):
        return [value for name, value in self.lines if name == key]

    def rooted(self, text):
        return re.sub(r"(?<![\w./-])/(?=(?:etc|run|var)/)", f"{self.root}/", text)

    def environment(self):
        found = dict(value.split("=", 1) for value in self.values("Environment"))
        for value in self.values("EnvironmentFile"):
            path = self.rooted(value.removeprefix("-"))
            if os.path.exists(path) or not value.startswith("-"):
                found.update(settings(path))
        return found

    def prepare(self):
        """Copies what LoadCredential names: a file by its name, and each file of a folder with the folder's before it. Makes the
        folder for its figures."""
        for folder in self.values("RuntimeDirectory"):
            os.makedirs(os.path.join(self.root, "run", folder), exist_ok=True)
        shutil.rmtree(self.credentials, ignore_errors=True)
        os.makedirs(self.credentials, mode=0o700)
        for value in self.values("LoadCredential"):
            name, path = value.split(":", 1)
            path = self.rooted(path)
            files = [(f"{name}_{inside}", os.path.join(path, inside)) for inside in os.listdir(path)] if os.path.isdir(path) \
                else [(name, path)]
            for to, file in files:
                shutil.copy(file, os.path.join(self.credentials, to))

    def command(self):
        """The program's name, and what it takes."""
        variables, words = self.environment(), []
        for word in shlex.split(self.values("ExecStart")[0]):
            if re.fullmatch(r"\$\w+", word):  # a word of its own is taken apart
                words += shlex.split(variables.get(word[1:], ""))
            else:
                words.append(re.sub(r"\$\{(\w+)\}", lambda name: variables[name[1]], word.replace("%d", self.credentials)))
        program, *options = words
        return os.path.basename(program), [option if self.credentials in option else self.rooted(option) for option in options]

    def start(self, scene, ready, env=None):
        """Starts it on a stage, with its credentials."""
        self.prepare()
        program, options = self.command()
        return scene.start(self.name, program, *options, ready=ready, env={"CREDENTIALS_DIRECTORY": self.credentials, **(env or {})})


def start_with_socket(scene, unit, listening, program, ready):
    """Starts a unit with the socket that systemd listens on for it."""
    unit.prepare()
    options = unit.command()[1]
    log = open(scene.path(f"{unit.name}.log"), "ab+")
    line = ["sh", "-c", 'exec 3<&"$0"; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"', str(listening.fileno()), program, *options]
    scene.processes[unit.name] = subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=(listening.fileno(),),
        env={**os.environ, "CREDENTIALS_DIRECTORY": unit.credentials})
    log.close()
    scene.await_said(unit.name, ready)
