"""What goes wrong in a trial: a row for each kind of fault. begin does it and returns how it ends, or None if it ends by
itself."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from typing import Callable

import room as rooms
from forwarder import Delay
from stores import kill_vote


@dataclass(frozen=True)
class Fault:
    name: str
    hits: Callable  # (world): the node or place that it hits; None: there is none just now
    begin: Callable  # (world, hit): returns a function that ends it, or None
    seconds: tuple  # it lasts at least and at most
    only_by_name: bool = False


# ---- Whom ----

def the_primary(world):
    return world.cluster.primary()


def the_standby(world):
    standby = world.cluster.synchronous()
    return standby if standby and standby.place.is_on() else None


def any_node(world):
    return world.chance.choice([node for node in world.cluster.nodes if node.place.is_on()])


def mostly_the_primary(world):
    return (the_primary if world.chance.random() < 0.6 else any_node)(world)


def the_leading_broker(world):
    return world.load.leader()


# ---- Kills ----

def kill_postmaster(_, node):
    node.place.signal(signal.SIGKILL, node.postmaster)  # its agent starts it again


def kill_agent(world, node):
    node.place.signal(signal.SIGKILL, node.agent)
    return lambda: start_again(world, node)


def kill_a_vote(world, node):
    kill_vote(node, world.cluster.store)
    return lambda: start_again(world, node)


def start_again(world, node):
    """Starts what is missing on a node, as its manager of services does."""
    if not node.place.is_on():
        return
    store = world.cluster.store
    if store.process and not node.place.pids(store.process):
        world.cluster.start_vote(node)
    if not node.place.pids(node.agent):
        world.cluster.start_agent(node)
    if not node.place.pids("named_standby"):
        world.cluster.start_named_standby(node)


def kill_node(world, node):
    node.place.power_off()

    def end():
        if not node.place.is_on():
            node.place.power_on()
        start_again(world, node)
    return end


def kill_broker(world, place):
    world.load.kill(place)
    return lambda: world.load.start_at(place)


# ---- Stops ----

def stop_agent(_, node):
    node.place.stop(node.agent)
    return lambda: node.place.go_on(node.agent)


def stop_node(_, node):
    """As a virtual machine that its host has forgotten, whose kernel still answers."""
    node.place.stop()
    return node.place.go_on


def stun_node(_, node):
    """As a virtual machine that moves: its network is gone too."""
    set_link(node.place, "down")
    node.place.stop()

    def end():
        node.place.go_on()
        set_link(node.place, "up")
    return end


def set_link(place, state):
    if place.is_on():
        rooms.do("ip", "link", "set", place.link, state)


def stop_broker(world, place):
    place.stop(world.load.pattern())
    return lambda: place.go_on(world.load.pattern())


# ---- Networks ----

def addresses(places):
    return "{ " + ", ".join(place.address for place in places) + " }"


def cut(places, others, hear=True, say=True):
    """Lets these places hear nothing of the others, say nothing to them, or neither."""
    rules = f"saddr {addresses(others)}", f"daddr {addresses(others)}"
    for place in places:
        if place.is_on():
            place.filter([f"ip {rules[0]} drop"] if hear else [], [f"ip {rules[1]} drop"] if say else [])
    return lambda: [place.filter_nothing() for place in places]


def others_than(world, places):
    return [place for place in world.room.places.values() if place not in places]


def kill_before_standby(world, node):
    """The third node has a commit that the synchronous standby has not: nobody was told of it, and it must be undone."""
    standby = the_standby(world)
    heal = cut([standby.place], [node.place]) if standby else None
    time.sleep(0.5)  # the next commit goes to the third node meanwhile
    end = kill_node(world, node)
    if heal:
        heal()
    return end


def cut_off(world, node):
    return cut([node.place], others_than(world, [node.place]))


def cut_off_from_nodes(world, node):
    return cut([node.place], [other.place for other in world.cluster.nodes if other is not node])


def return_as_next_dies(world, node):
    """The primary is cut off, the next one is answered, and its lease runs out just when the first comes back: that one's
    vote may still name it the leader."""
    heal = cut_off_from_nodes(world, node)
    after = rooms.await_true("the next primary", lambda: [n for n in world.cluster.primaries() if n is not node], 60)[0]
    time.sleep(4)  # its time to acknowledge
    after.place.signal(signal.SIGKILL, after.agent)
    time.sleep(world.cluster.ttl - world.cluster.loop_wait * world.chance.uniform(0, 1.5))
    heal()
    return lambda: start_again(world, after)


def nodes_of(world):
    return [node.place for node in world.cluster.nodes]


def cut_broker_off(world, place):
    """It reaches no node, and people reach it."""
    return cut([place], nodes_of(world))


def cut_broker_one_way(world, place):
    hears = world.chance.random() < 0.5
    return cut([place], nodes_of(world), hear=not hears, say=hears)


def cut_in_halves(world, node):
    half = [node.place, world.chance.choice(world.load.places)]
    return cut(half, others_than(world, half))


def cut_one_way(world, node):
    hears = world.chance.random() < 0.5
    return cut([node.place], others_than(world, [node.place]), hear=not hears, say=hears)


def lose_packets(world, node):
    rule = [f"ip saddr != {rooms.OBSERVER} numgen random mod 100 < {world.chance.randint(5, 40)} drop"]
    node.place.filter(rule)
    return node.place.filter_nothing


def delay_packets(world, node):
    return Delay(node.place, world.chance.choice((20, 80, 300))).end


# ---- Disks and clocks ----

def fill_disk(_, node):
    ballast = os.path.join(node.disk, "ballast")
    free = os.statvfs(node.disk)
    with open(ballast, "wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
        except OSError:
            pass  # somebody took the last block first

    def end():
        with contextlib.suppress(FileNotFoundError):  # another fault of this disk may have ended first
            os.unlink(ballast)
    return end


def move_clock(world, node):
    minutes = world.chance.choice((-30, -5, -1, 1, 5, 30))
    world.cluster.set_clock(node, 60 * minutes)
    return lambda: world.cluster.set_clock(node, 0)


# ---- People, and the store ----

def switch_over(world, _):
    try:
        world.cluster.switch_over()
    except RuntimeError as error:  # it may be refused while another fault lasts
        world.say(f"the switchover was refused: {str(error).splitlines()[-1]}")


def cancel(world, primary):
    """An administrator cancels what waits, while the synchronous standby says nothing."""
    standby = world.cluster.synchronous()
    if standby:
        standby.place.stop()
    try:
        for _ in range(10):
            primary.ask(f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = '{world.load.role}'")
            time.sleep(0.1)  # as often as a person who loses patience
    finally:
        if standby:
            standby.place.go_on()


def take_majority(world, node):
    nodes = [node, world.chance.choice([other for other in world.cluster.nodes if other is not node])]
    for each in nodes:
        kill_vote(each, world.cluster.store)
    return lambda: [start_again(world, each) for each in nodes]


FAULTS = (
    Fault("kill postmaster", mostly_the_primary, kill_postmaster, (0, 0)),
    Fault("kill agent", mostly_the_primary, kill_agent, (1, 20)),
    Fault("kill vote", any_node, kill_a_vote, (1, 20)),
    Fault("kill primary node", the_primary, kill_node, (1, 20)),
    Fault("kill primary before standby", the_primary, kill_before_standby, (1, 20)),
    Fault("kill standby node", the_standby, kill_node, (1, 20)),
    Fault("kill broker", the_leading_broker, kill_broker, (0, 5)),
    Fault("stop broker", the_leading_broker, stop_broker, (1, 40)),
    Fault("cut broker off nodes", the_leading_broker, cut_broker_off, (2, 20)),
    Fault("cut broker one way", the_leading_broker, cut_broker_one_way, (2, 20)),
    Fault("stop agent", the_primary, stop_agent, (1, 40)),
    Fault("stop node", the_primary, stop_node, (1, 40)),
    Fault("stun node", mostly_the_primary, stun_node, (1, 40)),
    Fault("cut off node", mostly_the_primary, cut_off, (2, 20)),
    Fault("cut off from nodes", the_primary, cut_off_from_nodes, (2, 20)),
    Fault("cut in halves", the_primary, cut_in_halves, (2, 20)),
    Fault("cut one way", mostly_the_primary, cut_one_way, (2, 20)),
    Fault("lose packets", mostly_the_primary, lose_packets, (2, 20)),
    Fault("delay packets", mostly_the_primary, delay_packets, (2, 20)),
    Fault("fill primary's disk", the_primary, fill_disk, (2, 20)),
    Fault("fill standby's disk", the_standby, fill_disk, (2, 20)),
    Fault("move clock", any_node, move_clock, (2, 20)),
    Fault("switch over", the_primary, switch_over, (0, 0)),
    Fault("cancel", the_primary, cancel, (0, 0)),
    Fault("store without majority", any_node, take_majority, (2, 20)),
    # Not drawn: it takes two faults in the same second. may_lead.py is for it.
    Fault("return as the next dies", the_primary, return_as_next_dies, (10, 15), only_by_name=True),
)


def deal(faults, trials, chance, each):
    """Draws so many faults for each trial: none comes up again before each has come up."""
    deck, dealt = [], []
    for _ in range(trials):
        hand = []
        while len(hand) < each:
            if not deck:
                deck = list(faults)
                chance.shuffle(deck)
            hand.append(deck.pop(max(at for at, fault in enumerate(deck) if fault not in hand)))
        dealt.append(hand)
    return dealt
