#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""
cortex_m3.py FIRMWARE SUBJECT...: what a firmware for the board does, in QEMU on a TAP device.

To be run in a network namespace of its own, with the right to make a device there. Each subject is a
function below of that name; prints TAP lines without numbers, for cortex-m3.t. `load` prints figures instead.
"""
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

TAP, KERNEL, BOARD = "tap0", "10.9.0.1", "10.9.0.2"
FRAME = 1472  # bytes of data in a ping that fills an Ethernet frame


def until(condition, seconds=10):
    """Polls for a condition; its value, or None when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    return None


def ok(what, holds, why=""):
    print(("ok - " if holds else "not ok - ") + what, flush=True)
    if not holds and why:
        print("\n".join("# " + line for line in str(why).splitlines()), flush=True)


def make_cable():
    for command in (f"link set lo up", f"tuntap add {TAP} mode tap",
                    f"addr add {KERNEL}/24 dev {TAP}", f"link set {TAP} up"):
        subprocess.run(["ip", *command.split()], check=True)


class Board:
    """QEMU with a firmware: its UART, its monitor, its end."""

    def __init__(self, firmware):
        self.room = tempfile.TemporaryDirectory()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["qemu-system-arm", "-M", "mps2-an385", "-display", "none", "-kernel", firmware,
             "-semihosting-config", "enable=on", "-serial", "stdio",
             "-monitor", f"unix:{self.room.name}/monitor,server,nowait",
             "-nic", f"tap,id=cable,ifname={TAP},script=no,downscript=no"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace").rstrip())

    def says(self, text, after=0, seconds=10):
        """The first line with a text, waited for."""
        return until(lambda: next((l for l in self.lines[after:] if text in l), None), seconds)

    def ask(self, letter, text):
        mark = len(self.lines)
        self.type(letter)
        return self.says(text, mark)

    def type(self, letter):
        self.process.stdin.write(letter.encode())
        self.process.stdin.flush()

    def monitor(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(f"{self.room.name}/monitor")
            s.settimeout(5)
            heard = b""
            for send in (b"", command.encode() + b"\n"):
                s.sendall(send)
                heard = b""
                while not heard.endswith(b"(qemu) "):
                    heard += s.recv(4096)

    def exit_status(self, letter):
        self.type(letter)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            return "none: it runs on"

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.room.cleanup()


class Pings:
    """ICMP echo requests of any size, and their answers compared, in one raw socket."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

    @staticmethod
    def _data(sequence, size):
        return bytes((sequence * 7 + i) & 0xff for i in range(size))

    def send(self, sequence, size):
        body = struct.pack("!HH", 0x7463, sequence) + self._data(sequence, size)
        head = struct.pack("!BBH", 8, 0, 0)
        packet = head + body + b"\0" * (len(body) % 2)
        total = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
        total = (total & 0xffff) + (total >> 16)
        total = ~((total & 0xffff) + (total >> 16)) & 0xffff
        self.socket.sendto(struct.pack("!BBH", 8, 0, total) + body, (BOARD, 0))

    def answers(self, count, size, seconds=2.0):
        """The sequence numbers answered, all bytes right, until there are count or time is over."""
        got, end = set(), time.monotonic() + seconds
        while len(got) < count and time.monotonic() < end:
            if not select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                continue
            packet = self.socket.recv(65535)
            icmp = packet[(packet[0] & 15) * 4:]
            kind, _, _, ident, sequence = struct.unpack("!BBHHH", icmp[:8])
            if kind == 0 and ident == 0x7463 and icmp[8:] == self._data(sequence, size):
                got.add(sequence)
        return got


def alive():
    """Whether the board answers now; a burst's late answers and lost requests do not matter."""
    pings = Pings()

    def answered():
        alive.sequence = (alive.sequence + 1) & 0xffff
        pings.send(alive.sequence, 32)
        return alive.sequence in pings.answers(1, 32, 0.5)
    return bool(until(answered, 5))


alive.sequence = 0x8000


def connect(port):
    s = socket.create_connection((BOARD, port), 5)
    s.settimeout(10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def receive(s, size):
    data = b""
    while len(data) < size:
        piece = s.recv(65536)
        if not piece:
            break
        data += piece
    return data


# -- The subjects

def ping(_board):
    pings, wrong = Pings(), []
    for size in range(FRAME + 1):
        pings.send(size, size)
        if size not in pings.answers(1, size):
            wrong.append(size)
        if len(wrong) == 5:
            break
    ok("answers pings of every size up to a full frame, each byte as sent", not wrong, f"not {wrong}")


def interrupts(board):
    """One that comes while the board is still at work on the last is taken along: not each has its own."""
    def count():
        return int((board.ask("i", "interrupts") or "interrupts 0").split()[1])
    alive()
    pings, before = Pings(), count()
    for sequence in range(20):
        pings.send(sequence, 32)
        pings.answers(1, 32)
    grown = count() - before
    ok("is woken by frames, and does not wait for its timer", grown >= 10, f"{grown} interrupts, 20 frames")


def echo(_board):
    wrong = None
    with connect(7) as s:
        for size in range(1, 1501):
            data = os.urandom(size)
            s.sendall(data)
            if receive(s, size) != data:
                wrong = size
                break
    ok("echoes each size from 1 byte to the MTU", wrong is None, f"not {wrong} bytes")
    data = os.urandom(100_000)
    with connect(7) as s:
        sender = threading.Thread(target=s.sendall, args=(data,))
        sender.start()
        got = receive(s, len(data))
        sender.join()
        s.shutdown(socket.SHUT_WR)
        end = s.recv(1)
    ok("echoes 100,000 bytes, unchanged, and closes after", got == data and end == b"",
       f"{len(got)} bytes came back")


def discard(_board):
    with connect(9) as s:
        s.sendall(os.urandom(200_000))
        s.shutdown(socket.SHUT_WR)
        end = s.recv(1)
    ok("discards 200,000 bytes, and closes after", end == b"")


def burst(board):
    """QEMU stands still meanwhile, so all 60 wait for it, and it has room for six of them at once."""
    pings = Pings()
    os.kill(board.process.pid, signal.SIGSTOP)
    for sequence in range(60):
        pings.send(sequence, FRAME)
    os.kill(board.process.pid, signal.SIGCONT)
    got = pings.answers(60, FRAME, 1)
    ok("of 60 full frames back to back, more than its FIFO holds, answers some", 0 < len(got), got)
    ok("... and not all: they did overflow it", len(got) < 60, f"{len(got)} answers")
    ok("... and goes on after that", alive())


def pool(board):
    pings = Pings()
    board.type("p")
    board.ask("s", "stack")
    for sequence in range(3):
        pings.send(sequence, 100)
    early = pings.answers(1, 100, 0.3)
    board.type("r")
    got = pings.answers(3, 100)
    ok("without a free pbuf, takes no frame", not early, early)
    ok("... and has lost none when there are some again", got == {0, 1, 2}, got)


def link(board):
    mark = len(board.lines)
    board.monitor("set_link cable off")
    down = board.says("link down", mark)
    mark = len(board.lines)
    board.monitor("set_link cable on")
    ok("notices that its cable is pulled, and plugged in", down and board.says("ready", mark),
       board.lines)
    ok("... and goes on after that", alive())


def call(board):
    with socket.create_server((KERNEL, 7777)) as server:
        server.settimeout(5)
        board.type("c")
        s, _ = server.accept()
        with s:
            s.settimeout(5)
            heard = receive(s, 7)
            # So that the kernel acknowledges the FIN apart from its own: FIN_WAIT_2.
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    ok("opens a connection itself, and closes it", heard == b"hello\n", heard)


def trace(board):
    mark = len(board.lines)
    call(board)
    board.says("FIN_WAIT_2 TIME_WAIT", mark)
    board.type("w")
    board.says("TIME_WAIT CLOSED", mark)
    path = [line.split()[4:6] for line in board.lines[mark:]
            if line.startswith("trace") and line.split()[3] == f"{KERNEL}:7777"]
    states = "CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT CLOSED".split()
    ok("traces its whole life, TIME_WAIT ended by a clock moved ahead",
       path == [list(pair) for pair in zip(states, states[1:])], path)


def ipv6(_board):
    done = subprocess.run(["ping", "-6", "-c", "3", "-i", "0.2", "-w", "10", f"fe80::ff:fe00:2%{TAP}"],
                          capture_output=True, text=True, check=False)
    ok("answers pings of IPv6, whose neighbour solicitations are multicast", done.returncode == 0,
       done.stdout + done.stderr)


def stack(board):
    line = board.ask("s", "stack ") or "stack 0 of 0"
    used, size = int(line.split()[1]), int(line.split()[3])
    ok("has used some of its stack after all that, and half of it at most", 0 < used <= size / 2, line)


def quits(board):
    status = board.exit_status("q")
    ok("ends with 0 when told so", status == 0, status)


def asserts(board):
    status = board.exit_status("a")
    ok("reports a failed assertion, and ends with 70",
       status == 70 and board.says("lwIP assertion failed: on purpose ("), (status, board.lines))


def faults(board):
    status = board.exit_status("f")
    ok("reports a fault, with its address, and ends with 71",
       status == 71 and board.says("address 0x60000000, pc 0x0"), (status, board.lines))


def overflows(board):
    """It is the guard that finds it: CFSR's DACCVIOL or MSTKERR."""
    status = board.exit_status("o")
    line = board.says(", stack overflow") or "CFSR 0x0,"
    found = int(line.split("CFSR ")[1].split(",")[0], 16) & 0x12
    ok("reports a stack overflow, and ends with 71", status == 71 and found, (status, board.lines))


def load(board):
    """Not a test: how deep the stack was after traffic of all kinds, and how long the start took."""
    threads = [threading.Thread(target=subject, args=(board,)) for subject in (echo, discard)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for subject in (call, burst, ping):
        subject(board)
    board.type("w")
    print("figures", (board.ask("s", "stack ") or "stack ? of ?").split()[1],
          round((board.ready - board.started) * 1000))


def main():
    make_cable()
    board = Board(sys.argv[1])
    try:
        started = board.says("ready")
        board.ready = time.monotonic()
        ok("boots, and is ready", started, board.lines)
        for subject in sys.argv[2:] if started else []:
            globals()[subject](board)
    finally:
        board.end()


main()
