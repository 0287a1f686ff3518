# SPDX-License-Identifier: BSD-3-Clause
#
# services.py ADDRESS: the live host's services, from inside its namespace; "ok: ..." for each point that holds
import os
import re
import socket
import struct
import sys
import threading
import time

host = sys.argv[1]
family = socket.AF_INET6 if ':' in host else socket.AF_INET


def connect(port, buffer=0):
    s = socket.socket(family)
    if buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    s.settimeout(30)
    s.connect((host, port))
    return s


def read_all(s):
    parts = []
    while data := s.recv(1 << 16):
        parts.append(data)
    return b''.join(parts)


def echoed(data, write):
    s = connect(7)
    writer = threading.Thread(target=lambda: (write(s, data), s.shutdown(socket.SHUT_WR)))
    writer.start()
    got = read_all(s)
    writer.join()
    return got == data


def single_bytes(s, data):
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in range(len(data)):
        s.send(data[i:i + 1])


def half_closed():
    s = connect(7)
    s.sendall(b'last words')
    s.shutdown(socket.SHUT_WR)
    return read_all(s) == b'last words'


def held_up():
    """Twenty clients that send and do not read: until nothing more is taken; then they read all of it."""
    clients = []
    for _ in range(20):
        s = connect(7, 4096)
        s.settimeout(0.3)
        sent = 0
        try:
            while sent < 50_000_000:
                sent += s.send(b'x' * 65536)
        except TimeoutError:
            pass
        s.settimeout(30)
        clients.append((s, sent))
    other = echoed(b'served meanwhile', lambda s, data: s.sendall(data))
    read = []
    for s, sent in clients:
        s.shutdown(socket.SHUT_WR)
        read.append(len(read_all(s)) == sent < 50_000_000)
    return other and all(read)


def daytime():
    s = connect(13)
    pattern = rb'[A-Z][a-z]+day, [A-Z][a-z]+ \d\d, \d{4} \d\d:\d\d:\d\d-UTC\r\n'
    return re.fullmatch(pattern, read_all(s)) is not None


def chargen():
    printable = bytes(range(32, 127)) * 2
    wanted = b''.join(printable[i:i + 72] + b'\r\n' for i in range(95))
    s = connect(19)
    got = b''
    while len(got) < 20 * len(wanted):
        got += s.recv(1 << 16)
    s.shutdown(socket.SHUT_WR)
    got += read_all(s)
    times = len(got) // len(wanted) + 1
    return got == (wanted * times)[:len(got)]


def discard():
    s = connect(9)
    s.sendall(b'x' * 5_000_000)
    s.shutdown(socket.SHUT_WR)
    return read_all(s) == b''


def resets():
    for port in (7, 9, 13, 19, 80, 5001):
        for data in (b'', b'GET / HTTP/1.0\r\n\r\n', b'x' * 30_000):
            s = connect(port)
            try:
                s.send(data)
            except ConnectionError:
                pass
            time.sleep(0.01)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            s.close()
    return echoed(b'served still', lambda s, data: s.sendall(data))


def datagram(port, data, source=0):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.bind(('', source))
    s.settimeout(0.5 if source else 5)
    s.sendto(data, (host, port))
    try:
        return s.recv(2048)
    except TimeoutError:
        return None


def datagrams():
    answered = datagram(7, b'hello') == b'hello' and datagram(13, b'') is not None
    try:
        return answered and datagram(7, b'hello', 777) is None and datagram(13, b'', 777) is None
    except PermissionError:
        return answered  # not root: no such port to send from


big = os.urandom(20_000_000)
few = bytes(i % 251 for i in range(5000))
points = (
    ('echo gives back 20 MB as they were', lambda: echoed(big, lambda s, data: s.sendall(data))),
    ('echo gives back 5000 single bytes', lambda: echoed(few, single_bytes)),
    ("echo answers after the client's FIN, and closes", half_closed),
    ('a client that does not read is held up, and loses nothing', held_up),
    ('daytime says it as RFC 867 does', daytime),
    ('chargen sends the pattern of RFC 864', chargen),
    ('discard takes 5 MB and closes', discard),
    ('resets in the middle of each service', resets),
    ("UDP: echo and daytime answer, but no service's port", datagrams),
)
failed = 0
for name, holds in points:
    held = holds()
    failed += not held
    print('ok:' if held else 'FAILED:', name, flush=True)
sys.exit(failed > 0)
