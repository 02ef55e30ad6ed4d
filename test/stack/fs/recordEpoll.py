"""Runs random calls of epoll, eventfd, poll and dup on the Linux that this runs on, and writes what each call returned.

    python3 test/stack/fs/recordEpoll.py > test/stack/fs/epollOnLinux.txt

Descriptors are named by numbers from 0 in each run. Nothing in it depends on time.
"""
import ctypes
import errno
import os
import random
import select
import struct

RUNS = 24
CALLS = 60
EPOLLS = 4
EVENTFDS = 3

EPOLLIN, EPOLLPRI, EPOLLOUT, EPOLLRDHUP = 0x1, 0x2, 0x4, 0x2000
EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLET = 1 << 28, 1 << 30, 1 << 31
EVENTS = [0, EPOLLIN, EPOLLOUT, EPOLLIN | EPOLLOUT, EPOLLIN | EPOLLRDHUP, EPOLLIN | EPOLLPRI]
FLAGS = [0, EPOLLET, EPOLLONESHOT, EPOLLET | EPOLLONESHOT, EPOLLEXCLUSIVE, EPOLLEXCLUSIVE | EPOLLET]
OPERATIONS = {"add": 1, "del": 2, "mod": 3}
CALLS_BY_WEIGHT = (
    ["add"] * 5 + ["mod"] * 3 + ["del"] * 2 + ["write"] * 4 + ["read"] * 4 + ["wait"] * 6 + ["poll"] * 2 + ["dup", "close"]
)

libc = ctypes.CDLL(None, use_errno=True)


class EpollEvent(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("events", ctypes.c_uint32), ("data", ctypes.c_uint64)]


def failed() -> str:
    return errno.errorcode[ctypes.get_errno()]


class Run:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fds: dict[int, int] = {}
        self.epolls: set[int] = set()
        self.next = 0
        print(f"run {seed}")
        for _ in range(EPOLLS):
            self.epolls.add(self.name("epoll", libc.epoll_create1(0)))
        for _ in range(EVENTFDS):
            count = self.random.choice([0, 0, 1])
            self.name(f"eventfd {count}", os.eventfd(count, os.EFD_NONBLOCK))
        for _ in range(CALLS):
            self.call(self.random.choice(CALLS_BY_WEIGHT))
        for fd in self.fds.values():
            os.close(fd)

    def name(self, call: str, fd: int) -> int:
        name = self.next
        self.next += 1
        self.fds[name] = fd
        print(f"{call} = {name}")
        return name

    def call(self, call: str) -> None:
        choice = self.random.choice
        live = sorted(self.fds)
        epolls = [name for name in live if name in self.epolls]
        eventfds = [name for name in live if name not in self.epolls]
        if call in OPERATIONS and epolls:
            epoll, target, events, data = choice(epolls), choice(live), choice(EVENTS) | choice(FLAGS), choice(range(1000))
            event = EpollEvent(events, data)
            result = libc.epoll_ctl(self.fds[epoll], OPERATIONS[call], self.fds[target], ctypes.byref(event))
            print(f"{call} {epoll} {target} {events:#x} {data} = {failed() if result < 0 else 0}")
        elif call == "wait" and epolls:
            epoll, most = choice(epolls), choice([1, 1, 2, 3, 16])
            events = (EpollEvent * most)()
            count = libc.epoll_wait(self.fds[epoll], events, most, 0)
            told = " ".join(f"{event.events:#x}:{event.data}" for event in events[: max(count, 0)])
            print(f"wait {epoll} {most} = {failed() if count < 0 else told or 'none'}")
        elif call == "write" and eventfds:
            target, count = choice(eventfds), choice([0, 1, 2, 2**64 - 3, 2**64 - 2])
            print(f"write {target} {count} = {self.attempt(lambda: os.write(self.fds[target], struct.pack('=Q', count)))}")
        elif call == "read" and eventfds:
            target = choice(eventfds)
            print(f"read {target} = {self.attempt(lambda: struct.unpack('=Q', os.read(self.fds[target], 8))[0])}")
        elif call == "poll":
            target = choice(live)
            poll = select.poll()
            poll.register(self.fds[target], select.POLLIN | select.POLLOUT)
            print(f"poll {target} = {next((f'{events:#x}' for _, events in poll.poll(0)), '0x0')}")
        elif call == "dup":
            target = choice(live)
            name = self.name(f"dup {target}", os.dup(self.fds[target]))
            if target in self.epolls:
                self.epolls.add(name)
        elif call == "close" and len(live) > 4:
            target = choice(live)
            os.close(self.fds.pop(target))
            print(f"close {target} = 0")

    @staticmethod
    def attempt(act) -> object:
        try:
            return act()
        except OSError as error:
            return errno.errorcode[error.errno]


print(f"recorded on Linux {os.uname().release.split('-')[0]} by recordEpoll.py")
for seed in range(1, RUNS + 1):
    Run(seed)
