"""The stores that Patroni's agents of Debian 12 can keep their leader key in: how each starts, and what an agent is told."""

import os
import signal
import sys
from dataclasses import dataclass
from typing import Callable

DEPLOYED = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "deploy", "database")
sys.path.insert(1, DEPLOYED)
import nodes as deployed  # noqa: E402

CLIENTS = 2379  # port of etcd
ZOOKEEPER, RAFT = 2181, 2222
USER = "postgres"  # all run as the one account that PostgreSQL's package makes


@dataclass(frozen=True)
class Store:
    name: str
    process: str  # a pattern of its command line; empty: the agent is the vote
    start: Callable  # (node, nodes)
    settings: Callable  # (node, nodes): what the agent's configuration says
    is_ready: Callable  # (node)


def addresses(nodes):
    """The nodes as the programs of deploy/database take them."""
    return [(node.name, node.place.address) for node in nodes]


def start_etcd(node, nodes, version2):
    """A vote of the store with the settings that a site has, but for its disk and its certificates."""
    text = deployed.fill("etcd", addresses(nodes), nodes.index(node), {})
    settings = dict(line.split("=", 1) for line in text.replace("https:", "http:").splitlines() if line.startswith("ETCD_"))
    settings = {name: value for name, value in settings.items() if not name.endswith(("_FILE", "_CERT_AUTH"))}
    settings |= {"ETCD_DATA_DIR": f"{node.vote_disk}/etcd", "ETCD_ENABLE_V2": str(version2).lower()}
    node.place.start(f"{node.name}-vote", "etcd", user=USER, env=settings)


def etcd_is_ready(node):
    try:
        node.place.inside("env", "ETCDCTL_API=3", "etcdctl", "endpoint", "health")
    except RuntimeError:
        return False
    return True


def etcd_settings(name):
    return lambda node, nodes: {name: {"hosts": [f"{n.place.address}:{CLIENTS}" for n in nodes]}}


def start_zookeeper(node, nodes):
    folder = f"{node.vote_disk}/zookeeper"
    servers = "".join(f"server.{n.number}={n.place.address}:2888:3888\n" for n in nodes)
    node.write(f"{folder}/myid", f"{node.number}\n")
    node.write(f"{folder}/zoo.cfg", f"tickTime=500\ninitLimit=20\nsyncLimit=6\ndataDir={folder}\nmaxClientCnxns=0\n"
               f"clientPort={ZOOKEEPER}\nadmin.enableServer=false\n4lw.commands.whitelist=ruok,srvr\n{servers}")
    node.place.start(
        f"{node.name}-vote", "java", "-Xmx128m", "-cp", "/etc/zookeeper/conf_example:/usr/share/java/*",
        "-Dzookeeper.log.threshold=WARN", "org.apache.zookeeper.server.quorum.QuorumPeerMain", f"{folder}/zoo.cfg",
        user=USER)


def zookeeper_is_ready(node):
    try:
        asked = f"exec 3<>/dev/tcp/127.0.0.1/{ZOOKEEPER}; echo srvr >&3; cat <&3"
        return "Mode: " in node.place.inside("timeout", "2", "bash", "-c", asked)
    except RuntimeError:
        return False


def zookeeper_settings(_, nodes):
    return {"zookeeper": {"hosts": [f"{n.place.address}:{ZOOKEEPER}" for n in nodes]}}


def raft_settings(node, nodes):
    return {"raft": {"data_dir": f"{node.vote_disk}/raft", "self_addr": f"{node.place.address}:{RAFT}",
                     "partner_addrs": [f"{n.place.address}:{RAFT}" for n in nodes if n is not node]}}


STORES = {store.name: store for store in (
    Store("etcd2", "^etcd$", lambda node, nodes: start_etcd(node, nodes, True), etcd_settings("etcd"), etcd_is_ready),
    Store("etcd3", "^etcd$", lambda node, nodes: start_etcd(node, nodes, False), etcd_settings("etcd3"), etcd_is_ready),
    Store("zookeeper", "QuorumPeerMain", start_zookeeper, zookeeper_settings, zookeeper_is_ready),
    Store("raft", "", lambda node, nodes: None, raft_settings, lambda node: True),
)}


def kill_vote(node, store):
    """Kills a node's vote; where the agent is the vote, the agent. Says how many processes that were."""
    return node.place.signal(signal.SIGKILL, store.process or node.agent)
