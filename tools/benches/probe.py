"""Says when datagrams between two network namespaces begin to come through and when they stop.

    probe.py send ADDRESS PORT PAUSE   one each PAUSE seconds
    probe.py sink PORT                 writes `passes TIME` or `stops TIME` whenever that changes
"""

import socket
import sys
import time

SILENCE = 0.1  # seconds without a datagram after which they have stopped


def send(address, port, pause):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        try:
            out.sendto(b"x", (address, int(port)))
        except OSError:
            pass  # nobody listens, or nobody lets it through
        time.sleep(float(pause))


def sink(port):
    into = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    into.bind(("0.0.0.0", int(port)))
    into.settimeout(SILENCE)
    passes, last = False, 0.0
    while True:
        try:
            into.recv(16)
            last = time.time()
            if not passes:
                passes = True
                print("passes", last, flush=True)
        except TimeoutError:
            if passes:
                passes = False
                print("stops", last, flush=True)


{"send": send, "sink": sink}[sys.argv[1]](*sys.argv[2:])
