"""The place of the ledger of a router that a test starts: its state folder, or with CONCORDAT_TEST_LEDGER=postgresql a database
that is made for that folder, on the servers that on_servers.py has started. The same folder has the same database again.

What tests ask of a ledger, and do to it, is the same SQL for both: `?` is a value, and bytes are bytes.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "worlds"))
import noted  # noqa: E402
import postgres  # noqa: E402

SERVED = os.environ.get("CONCORDAT_TEST_LEDGER") == "postgresql"
SERVERS = os.environ.get(noted.FOLDER)  # their folder
EMPTY = "ledger"  # the database that is copied for each
LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "in_a_file.txt")
SLOT_BYTES = 256
_made = {}  # the database of each state folder


def left_out():
    """The tests, and cases of tests, that are about a ledger in a file and no other: their names, and why."""
    with open(LIST, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(": ", 1) for line in file if not line.startswith("#"))


def in_a_file(case):
    """Marks a test case of in_a_file.txt."""
    program = os.path.basename(case.__code__.co_filename).removesuffix(".py")
    return unittest.skipIf(SERVED, left_out()[f"{program}.{case.__name__}"])(case)


# ---- Where it is ----

def database(state):
    """Makes the database if it is not there yet."""
    state = os.path.realpath(state)
    if state not in _made:
        if not SERVERS:
            raise RuntimeError(f"no servers run for these tests ({noted.FOLDER} is not set): use tests/run --ledger postgresql")
        name = _name(state)
        if not _sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            _sql(f"CREATE DATABASE {name} TEMPLATE {EMPTY}")
            noted.note(noted.program())
        _made[state] = name
    return _made[state]


def place(state):
    """What the tools take as the place of the ledger: a file, or an address."""
    if not SERVED:
        return os.path.join(state, "ledger.db")
    return postgres.address([f"{SERVERS}/{name}" for name in "ab"], database(state))


def options(state):
    """What a router is started with beside --state."""
    return ("--ledger", place(state)) if SERVED else ()


def with_ledger(program, given):
    """The options of any program; a router's with its ledger, if they do not say already where it is."""
    state = re.search(r"(?m)^--state[=\n](.*)$", "\n".join(given))
    if os.path.basename(program) != "concordat-broker" or "--ledger" in given or not state:
        return given
    return (*given, *options(state[1]))


# ---- Its folder ----

def copy(state, to):
    """Copies all that a router has, which must not run if it is served, in the place of what is there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(state, to)
    if SERVED:
        _drop(to)
        _sql(f"CREATE DATABASE {_name(to)} TEMPLATE {database(state)}")
        _made[os.path.realpath(to)] = _name(to)


def files(state):
    """The files that all this is in, each as in the state folder and where it is: also those of the servers."""
    for folder, _, names in os.walk(state):
        yield from ((os.path.relpath(os.path.join(folder, name), state), os.path.join(folder, name)) for name in names)
    if SERVED:
        _sql("CHECKPOINT")
        number = _sql(f"SELECT oid FROM pg_database WHERE datname = '{database(state)}'").strip()
        for name in "ab":
            base = os.path.join(SERVERS, name, "data", "base", number)
            yield from ((f"{name}/{file}", os.path.join(base, file)) for file in os.listdir(base))


def forget(folder):
    """Removes the databases of the state folders below this one."""
    for state in [state for state in _made if state.startswith(os.path.realpath(folder) + os.sep)]:
        _drop(state)


# ---- What is in it ----

def ask(state, sql, *values):
    """The rows that a question has for an answer, each a tuple."""
    if not SERVED:
        with contextlib.closing(sqlite3.connect(f"file:{state}/ledger.db?mode=ro", uri=True)) as reader:
            return reader.execute(sql, values).fetchall()
    rows = _sql(f"SELECT row_to_json(found) FROM ({_with_values(sql, values)}) AS found", database(state)).splitlines()
    return [tuple(map(_value, json.loads(row).values())) for row in rows]


def meddle(state, *statements):
    """Runs statements, each a tuple of SQL and its values, as somebody would who may do anything to the ledger."""
    if SERVED:
        every = (_with_values(sql, values) for sql, *values in statements)
        _sql(";\n".join(("BEGIN", "SET session_replication_role = replica", *every, "COMMIT")), database(state))
        return
    with contextlib.closing(sqlite3.connect(os.path.join(state, "ledger.db"))) as ledger, ledger:
        triggers = ledger.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            ledger.execute(f"DROP TRIGGER {name}")
        for sql, *values in statements:
            ledger.execute(sql, values)
        for _, sql in triggers:
            ledger.execute(sql)


def keys(state):
    """The keys of its referrals, as they are in a file."""
    if not SERVED:
        with open(os.path.join(state, "seals"), "rb") as file:
            return file.read()
    slots = dict(ask(state, "SELECT place, bytes FROM referral_key"))
    return b"".join(slots.get(at, bytes(SLOT_BYTES)) for at in range(max(slots) + 1))


def put_keys(state, whole):
    """None: takes them away."""
    if SERVED:
        slots = {at // SLOT_BYTES: whole[at:at + SLOT_BYTES] for at in range(0, len(whole or b""), SLOT_BYTES)}
        rows = [("INSERT INTO referral_key VALUES (?, ?)", at, slot) for at, slot in slots.items() if any(slot)]
        meddle(state, ("DELETE FROM referral_key",), *rows)
    elif whole is None:
        os.remove(os.path.join(state, "seals"))
    else:
        with open(os.open(os.path.join(state, "seals"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(whole)


def _name(state):
    return "of_" + hashlib.sha256(os.path.realpath(state).encode()).hexdigest()[:16]


def _drop(state):
    _sql(f"DROP DATABASE IF EXISTS {_name(state)} WITH (FORCE)")
    _made.pop(os.path.realpath(state), None)


def _sql(text, of="postgres"):
    return postgres.sql(os.path.join(SERVERS, "a"), text, of)


def _literal(value):
    if isinstance(value, bytes):
        return rf"'\x{value.hex()}'::bytea"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else str(value)


def _with_values(sql, values):
    head, *rest = sql.split("?")
    return head + "".join(_literal(value) + text for value, text in zip(values, rest, strict=True))


def _value(told):
    return bytes.fromhex(told[2:]) if isinstance(told, str) and told.startswith("\\x") else told
