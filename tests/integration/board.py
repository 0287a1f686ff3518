# SPDX-License-Identifier: BSD-3-Clause
#
# A board (docs/board.md) and the host at the other end of its cable: for tests that import it.
import atexit
import ipaddress
import os
import re
import signal
import socket
import struct
import subprocess
import tempfile

BOARD_MAC, HOST_MAC = bytes.fromhex('020000090002'), bytes.fromhex('020000090001')
BOARD_IP = {4: '10.9.0.2', 6: 'fd09::2'}
HOST_IP = {4: '10.9.0.1', 6: 'fd09::1'}
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
PATIENCE = 20  # seconds, for one line


def give_up(*_):
    raise TimeoutError(f'the board has said nothing for {PATIENCE} s')


signal.signal(signal.SIGALRM, give_up)
signal.signal(signal.SIGTERM, give_up)


class Answer:
    def __init__(self, text):
        number = text.split()
        self.next, self.err, self.values = int(number[1]), int(number[2]), number[3:]


class Board:
    """A board that has been started. What it says is in .said, but for answers; frames that it sent are in .frames."""

    def __init__(self, program):
        self.cable, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.cable.settimeout(PATIENCE)
        self.complaints = tempfile.TemporaryFile()
        # The shell puts the cable where the board looks for it.
        self.process = subprocess.Popen(
            ['sh', '-c', f'exec "$0" 3<&{far.fileno()} {far.fileno()}<&-' if far.fileno() != 3 else 'exec "$0"', program],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints, pass_fds=[far.fileno()])
        far.close()
        atexit.register(self.process.kill)  # which does nothing to one that has ended
        self.ms = 0
        self.sent = 0
        self.frames = []
        self.said = []
        self.names = {}
        self.named = 0
        self.on_callback = lambda text: 0  # commands of its own, then what to return
        self.ready = self.line()

    def line(self):
        signal.alarm(PATIENCE)
        line = self.process.stdout.readline().decode()
        signal.alarm(0)
        if not line.endswith('\n'):
            raise EOFError(f'the board has ended: {self.end()}')
        return line[:-1]

    def say(self, text):
        self.process.stdin.write(text.encode() + b'\n')
        self.process.stdin.flush()

    def christen(self, handle):
        """A pcb that is new, be it in an old one's place. P1, P2 … since the last forget()."""
        self.named += 1
        self.names[handle] = f'P{self.named}'

    def name(self, handle):
        return self.names.get(handle, handle)

    def note(self, line):
        """Handles by their names, lwIP's line numbers as N: they are the version's."""
        field = line.split()
        if field[1] == 'state' and field[3] == 'CLOSED' and field[4] in ('LISTEN', 'SYN_RCVD'):
            self.christen(field[2])
        if field[1] in ('state', 'timer'):
            field[2] = self.name(field[2])
        if field[1] == 'state':
            field[6] = 'N'
        if field[1] == 'accept':
            field[3] = self.name(field[3])
        self.said.append(' '.join(field))

    def obey(self, command, ms=None):
        """Says a command, and returns its answer; {P1} in it is the pcb of that name."""
        handles = {name: handle for handle, name in self.names.items()}
        self.say(f'{self.ms if ms is None else ms} ' + command.format(**handles))
        while True:
            line = self.line()
            if line.startswith('= '):
                answer = Answer(line)
                if command.startswith('new ') and answer.values:
                    self.christen(answer.values[0])
                return answer
            self.note(line)
            if line.startswith('! frame '):
                self.frames.append(self.cable.recv(65536))
                assert len(self.frames[-1]) == int(line.split()[2]), line
            elif line.startswith('? '):
                self.say(f'{self.ms} return {self.on_callback(self.said[-1])}')

    def must(self, *commands):
        for command in commands:
            answer = self.obey(command)
            assert answer.err == 0, f'{command}: {answer.err}'
        return answer

    def up(self, families=(4, 6)):
        self.must('seed 1', f'mac {BOARD_MAC.hex()}')
        if 4 in families:
            self.must('address 10.9.0.2/24 10.9.0.1')
        if 6 in families:
            self.must('address fd09::2/64 -')
        self.must('up', *(f'neighbour {HOST_IP[f]} {HOST_MAC.hex()}' for f in families))
        self.forget()

    def take(self, *frames):
        """Frames come to the board, one after the other."""
        for frame in frames:
            self.cable.send(frame)
            self.sent += 1
            answer = self.obey(f'frames {self.sent}')
        return answer

    def pass_all(self, ms):
        """So many ms pass, whatever is reported meanwhile."""
        until = self.ms + ms
        while self.ms < until:
            answer = self.obey(f'pass {until - self.ms}')
            assert answer.err == 0
            self.ms += int(answer.values[0])

    def forget(self):
        self.said, self.frames, self.names, self.named = [], [], {}, 0

    def told(self):
        """What it has said since the last time."""
        said, self.said = self.said, []
        return said

    def end(self):
        """Closes the line. Returns the exit status and what the board complained of."""
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.cable.close()
        self.complaints.seek(0)
        return status, self.complaints.read().decode(errors='replace')


# -- The host at the other end


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def arp_request():
    return (b'\xff' * 6 + HOST_MAC + b'\x08\x06' + bytes.fromhex('0001080006040001') + HOST_MAC +
            socket.inet_aton(HOST_IP[4]) + bytes(6) + socket.inet_aton(BOARD_IP[4]))


def packet(family, protocol, payload):
    source, to = ipaddress.ip_address(HOST_IP[family]).packed, ipaddress.ip_address(BOARD_IP[family]).packed
    if family == 6:
        return BOARD_MAC + HOST_MAC + b'\x86\xdd' + struct.pack('!IHBB', 6 << 28, len(payload), protocol, 64) + source + to + payload
    header = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + source + to
    return BOARD_MAC + HOST_MAC + b'\x08\0' + header[:10] + struct.pack('!H', checksum(header)) + header[12:] + payload


def ping(data):
    echo = struct.pack('!BBHHH', 8, 0, 0, 7, 1) + data
    return packet(4, 1, echo[:2] + struct.pack('!H', checksum(echo)) + echo[4:])


class Segment:
    """A TCP segment in a frame that the board has sent."""

    def __init__(self, frame):
        self.family = 4 if frame[12:14] == b'\x08\0' else 6
        ip = frame[14:14 + struct.unpack('!H', frame[16:18])[0]] if self.family == 4 else frame[14:]
        self.mac, self.ttl, self.tos = frame[:6], ip[8 if self.family == 4 else 7], ip[1]
        tcp = ip[20:] if self.family == 4 else ip[40:]
        self.source, self.to, self.seq, self.ack, offset, self.flags, self.window = struct.unpack('!HHIIBBH', tcp[:16])
        self.options, self.data = tcp[20:(offset >> 4) * 4], tcp[(offset >> 4) * 4:]


class Peer:
    """The host's side of a connection: what it says next follows from what it has been told."""

    def __init__(self, family, board_port, port=80, isn=1000):
        self.family, self.board_port, self.port = family, board_port, port
        self.seq, self.ack = isn, 0

    def hears(self, board):
        """Takes all segments that the board has sent. Returns the last one."""
        segments = [s for s in map(Segment, [f for f in board.frames if len(f) > 50]) if s.to == self.port]
        board.frames = []
        for segment in segments:
            end = segment.seq + len(segment.data) + bool(segment.flags & SYN) + bool(segment.flags & FIN)
            self.ack = end & 0xffffffff
        return segments[-1] if segments else None

    def says(self, flags, data=b'', window=60000):
        ack = self.ack if flags & ACK else 0
        addresses = (ipaddress.ip_address(HOST_IP[self.family]).packed + ipaddress.ip_address(BOARD_IP[self.family]).packed)
        tcp = struct.pack('!HHIIBBHHH', self.port, self.board_port, self.seq, ack, 0x50, flags, window, 0, 0) + data
        pseudo = addresses + struct.pack('!II', len(tcp), 6)
        tcp = tcp[:16] + struct.pack('!H', checksum(pseudo + tcp)) + tcp[18:]
        self.seq = (self.seq + len(data) + bool(flags & SYN) + bool(flags & FIN)) & 0xffffffff
        return packet(self.family, 6, tcp)


# -- Points


class Points:
    """TAP on the standard output."""

    def __init__(self):
        self.count = 0
        self.failed = False

    def ok(self, what, holds, *why):
        self.count += 1
        print(f'{"ok" if holds else "not ok"} {self.count} - {what}', flush=True)
        if not holds:
            self.failed = True
            for line in '\n'.join(map(str, why)).splitlines():
                print(f'# {line}', flush=True)

    def equal(self, what, got, wanted):
        self.ok(what, got == wanted, f'got:    {got}'[:500], f'wanted: {wanted}'[:500])

    def like(self, what, got, pattern):
        self.ok(what, re.fullmatch(pattern, got, re.S), f'got:    {got!r}', f'wanted: {pattern}')

    def lines(self, what, got, wanted):
        self.ok(what, got == wanted, 'got:', *got, 'wanted:', *wanted)

    def plan(self):
        print(f'1..{self.count}')
