#!/usr/bin/python3
"""Makes what the three database nodes of a site are set up with, and looks at how they stand: concordat-database."""

import argparse
import ipaddress
import json
import os
import re
import secrets
import ssl
import string
import subprocess
import sys
import urllib.error
import urllib.request

import yaml

WELL, NOT_WELL, BAD_WORDS, CANNOT = 0, 1, 100, 111
HERE = os.path.dirname(os.path.realpath(__file__))
CONFIGURATION = "/etc/patroni/config.yml"
AGENT, ANSWER_S = 8008, 5
DAYS = "3650"
LOOKS_BEFORE_IT_WRITES = (3, 1)  # Patroni, with etcd3: those before may bring an old history back
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}$")


class Refused(Exception):
    """A person's request cannot be done, and they are told why."""
    code = CANNOT


class BadWords(Refused):
    """A person's words mean nothing here."""
    code = BAD_WORDS


def template(file):
    with open(os.path.join(HERE, file), encoding="utf-8") as text:
        return text.read()


def fill(file, nodes, number, passwords):
    """The text of a file of this folder as one node has it. nodes: (name, address) of the three; passwords: by user."""
    name, address = nodes[number]
    servers = sorted((f"{other}:5432" for _, other in nodes), key=lambda server: server != f"{address}:5432")
    words = {"name": name, "address": address, "own_first": " ".join(servers)}
    for position, (other_name, other_address) in enumerate(nodes, 1):
        words |= {f"name{position}": other_name, f"address{position}": other_address}
    words |= {f"{user}_password": password for user, password in passwords.items()}
    return string.Template(template(file)).substitute(words)


# ---- make ----

def read_nodes(texts):
    """NAME=ADDRESS three times. Raises BadWords."""
    nodes = []
    for text in texts:
        name, _, address = text.partition("=")
        if not NAME.match(name):
            raise BadWords(f"{text}: a node is NAME=ADDRESS, and its name has small letters, digits and dashes")
        try:
            known = ipaddress.IPv4Address(address)
        except ValueError:
            raise BadWords(f"{text}: '{address}' is no IPv4 address. Say the one by which the other machines reach {name}") from None
        if known.is_loopback or known.is_unspecified or known.is_multicast:
            raise BadWords(f"{text}: other machines cannot reach {name} by {address}")
        nodes.append((name, address))
    if len({name for name, _ in nodes}) < len(nodes) or len({address for _, address in nodes}) < len(nodes):
        raise BadWords("a name or an address is there twice: each node is a machine of its own")
    return nodes


def write(path, text):
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)


def openssl(*words, typed=None):
    ran = subprocess.run(["openssl", *words], input=typed, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Refused(f"openssl {words[0]} failed: {ran.stderr.strip()}")
    return ran.stdout


def make_authority(folder):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", DAYS,
            "-subj", "/CN=Concordat database", "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")


def make_certificate(folder, name, address):
    """Returns the certificate of a node and its key: the node shows it as a server, and to the others."""
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    request = openssl("req", "-new", "-key", "/dev/stdin", "-subj", f"/CN={name}",
                      "-addext", f"subjectAltName=DNS:{name},IP:{address},IP:127.0.0.1",
                      "-addext", "basicConstraints=critical,CA:FALSE",
                      "-addext", "extendedKeyUsage=serverAuth,clientAuth", typed=key)
    certificate = openssl("x509", "-req", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key", "-days", DAYS,
                          "-set_serial", str(secrets.randbits(127)), "-copy_extensions", "copy", typed=request)
    return certificate, key


def make(options):
    nodes = read_nodes(options.nodes)
    os.umask(0o077)
    try:
        os.mkdir(options.folder)
    except OSError as error:
        raise Refused(f"{options.folder}: {error.strerror}. Name a new folder: what is made holds keys and passwords") from None
    make_authority(options.folder)
    with open(f"{options.folder}/ca.pem", encoding="ascii") as file:
        authority = file.read()
    passwords = {user: secrets.token_hex(16) for user in ("replicator", "rewind")}
    for number, (name, address) in enumerate(nodes):
        certificate, key = make_certificate(options.folder, name, address)
        for part, file, settings in (("patroni", "config.yml", "patroni.yml"), ("etcd", "settings", "etcd")):
            to = f"{options.folder}/{name}/{part}"
            os.makedirs(to)
            write(f"{to}/{file}", fill(settings, nodes, number, passwords))
            write(f"{to}/ca.pem", authority)
            write(f"{to}/node.pem", certificate)
            write(f"{to}/node.key", key)
        write(f"{options.folder}/{name}/patroni/replicator.pgpass", f"*:*:*:replicator:{passwords['replicator']}\n")
    print(f"made {', '.join(f'{options.folder}/{name}' for name, _ in nodes)}: one folder for each machine.\n"
          f"Next: take each to its machine, and put it in place there (MACHINES.md, \"The database\").\n"
          f"The routers need {options.folder}/ca.pem. Keep {options.folder}/ca.key where no server is: it makes more certificates.")
    return WELL


# ---- check ----

def read_configuration(path):
    """What the agent of this machine is told. Raises Refused."""
    try:
        with open(path, encoding="utf-8") as file:
            configuration = yaml.safe_load(file)
        store = next(store for store in ("etcd", "etcd3") if store in configuration)
        return configuration, store, [host.rsplit(":", 1)[0] for host in configuration[store]["hosts"]]
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}. Run this as root on a database node") from None
    except (yaml.YAMLError, StopIteration, KeyError, TypeError, AttributeError):
        raise Refused(f"{path}: no configuration of an agent with its store at etcd: or etcd3:") from None


class Agents:
    """The agents of all nodes, asked by their HTTP."""

    def __init__(self, configuration):
        ctl = configuration.get("ctl") or {}
        self.scheme = "https" if "certfile" in configuration["restapi"] else "http"
        self.context = ssl.create_default_context(cafile=ctl.get("cacert")) if self.scheme == "https" else None
        if self.context and "certfile" in ctl:
            self.context.load_cert_chain(ctl["certfile"], ctl.get("keyfile"))

    def ask(self, address, what):
        """Returns what an agent says. Raises OSError or ValueError."""
        try:
            with urllib.request.urlopen(f"{self.scheme}://{address}:{AGENT}/{what}", timeout=ANSWER_S,
                                        context=self.context) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)  # it says how it stands with a code that is for proxies

    def change(self, address, settings):
        """Changes settings that are in the store. Raises OSError."""
        request = urllib.request.Request(f"{self.scheme}://{address}:{AGENT}/config", json.dumps(settings).encode(), method="PATCH")
        urllib.request.urlopen(request, timeout=ANSWER_S, context=self.context).close()


def version_of(said):
    return tuple(int(number) for number in re.findall(r"\d+", said["patroni"]["version"])[:2])


def wrong_of_node(said, store):
    """Faults of one node, by what its agent said."""
    if said.get("state") != "running":
        yield f"its server is not running ({said.get('state')}): its log says why"
    if said.get("watchdog_failed"):
        yield "its watchdog does not work, so it never leads: look for /dev/watchdog and the module softdog"
    if said.get("pending_restart"):
        yield "settings wait for a restart of its server: patronictl restart"
    if store == "etcd3" and version_of(said) < LOOKS_BEFORE_IT_WRITES:
        yield f"Patroni {said['patroni']['version']} with etcd3 can bring an old history back: take Patroni 3.1 or later, or etcd:"


def wrong_of_all(said, settings):
    """Faults of the nodes together. said: what each agent said that answered; settings: what the store holds."""
    promised = yaml.safe_load(string.Template(template("patroni.yml")).safe_substitute())["bootstrap"]["dcs"]
    for name in ("synchronous_mode", "synchronous_mode_strict", "synchronous_node_count", "failsafe_mode"):
        if settings.get(name) != promised[name]:
            yield f"{name} is {settings.get(name)}, and must be {json.dumps(promised[name])}: patronictl edit-config"
    if sum(one.get("role") in ("master", "primary") for one in said) != 1:
        yield "not exactly one server leads"
    if not any(one.get("sync_standby") for one in said):
        yield "no standby confirms what the leading server stores, so nothing is acknowledged"


def wrong_of_configuration(configuration):
    """Faults of what the agent of this machine is told."""
    if "may-lead" not in configuration["postgresql"].get("pre_promote", ""):
        yield "pre_promote does not ask the guard, /usr/lib/concordat/may-lead"
    if configuration.get("watchdog", {}).get("mode") != "required":
        yield "watchdog: mode is not required, so a machine that hangs is not ended"
    if configuration["postgresql"].get("remove_data_directory_on_diverged_timelines"):
        yield "remove_data_directory_on_diverged_timelines must be false: a history that was acknowledged could be removed"


def role_of(said):
    if said.get("role") in ("master", "primary"):
        return "leads"
    return "follows and confirms" if said.get("sync_standby") else "follows"


def check(options):
    configuration, store, addresses = read_configuration(options.configuration)
    agents, answered, wrong, settings = Agents(configuration), [], [], None
    for address in addresses:
        try:
            said = agents.ask(address, "patroni")
            settings = settings or agents.ask(address, "config")
            print(f"{address}: {role_of(said)}; Patroni {said['patroni']['version']}, store {store}")
            answered.append(said)
            wrong += [f"{address}: {what}" for what in wrong_of_node(said, store)]
        except (OSError, ValueError, KeyError, TypeError) as error:
            wrong.append(f"{address}: its agent does not answer at port {AGENT}: {error}")
    wrong += [f"this node: {what}" for what in wrong_of_configuration(configuration)]
    if settings is not None:
        wrong += wrong_of_all(answered, settings)
    print("\n".join([f"WRONG: {what}" for what in wrong] or ["all is well"]))
    return NOT_WELL if wrong else WELL


def read_options():
    parser = argparse.ArgumentParser(prog="concordat-database", description="""Sets up the three nodes that keep Concordat's
        ledger on servers: PostgreSQL, Patroni's agent, and a vote of the agents' store. It starts, stops and deletes
        nothing.""", epilog="MACHINES.md says the steps. Exit codes: 0 done or well, 1 something is wrong, 100 words that mean "
        "nothing, 111 it cannot be done here.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    makes = commands.add_parser("make", help="make a new folder with what each of the three machines needs: configuration, "
                                "certificates, passwords", epilog="A node's certificate has its name and its address, and is "
                                "valid for ten years.")
    makes.add_argument("folder", metavar="FOLDER")
    makes.add_argument("nodes", metavar="NAME=ADDRESS", nargs=3, help="a machine, as routers call it, and its IPv4 address")
    makes.set_defaults(do=make)
    checks = commands.add_parser("check", help="ask the agents of all nodes how they stand and how they are set; as root, on a node")
    checks.add_argument("configuration", nargs="?", metavar="FILE", default=CONFIGURATION, help=f"instead of {CONFIGURATION}")
    checks.set_defaults(do=check)
    parser.exit = lambda status=0, message=None: leave(BAD_WORDS if status else WELL, message)
    makes.exit = checks.exit = parser.exit
    return parser.parse_args()


def leave(code, message):
    if message:
        print(message, end="", file=sys.stderr)
    sys.exit(code)


def main():
    options = read_options()
    try:
        return options.do(options)
    except Refused as why:
        print(f"concordat-database: {why}", file=sys.stderr)
        return why.code


if __name__ == "__main__":
    sys.exit(main())
