# SPDX-License-Identifier: BSD-3-Clause
#
# agent.py BOARD: what docs/board.md promises, of a board that is a program; TAP
import random
import sys
import time

from board import *

program = sys.argv[1]
points = Points()
IDLE = ['0', '16', '0', '8', '0', '512', '0', '512', '0', '512']


def finish(board, what):
    """Whatever a board has done, in the end nothing is left, and no sanitizer has complained."""
    points.equal(f'{what}: nothing is left in the pools', board.obey('pools').values, IDLE)
    points.equal(f'{what}: it ends with its line', board.end(), (0, ''))


def started(families=(4, 6)):
    board = Board(program)
    board.up(families)
    return board


def first_port(seed):
    """lwIP's udp_init() draws the first number of the sequence (SplitMix64), tcp_init() the second; then it counts."""
    for _ in range(2):
        seed = (seed + 0x9e3779b97f4a7c15) & (1 << 64) - 1
    z = seed
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & (1 << 64) - 1
    z = (z ^ z >> 27) * 0x94d049bb133111eb & (1 << 64) - 1
    return 0xc000 + ((z ^ z >> 31) >> 32 & 0x3fff) + 1


def ends(board, family, port, peer_port=80):
    board_ip, host_ip = BOARD_IP[family].upper(), HOST_IP[family].upper()
    return f'{board_ip} {port} {host_ip} {peer_port}'


def connected(board, family=4, arg=7, options=()):
    """An active open that has got its answer. Returns the pcb's name and its peer."""
    board.forget()
    name = board.name(board.must(f'new {family}').values[0])  # P1
    board.must(f'arg {{{name}}} {arg}', *(f'set {{{name}}} {option}' for option in options))
    board.must(f'connect {{{name}}} {HOST_IP[family]} 80')
    peer = Peer(family, Segment(board.frames[0]).source)
    peer.hears(board)
    board.take(peer.says(SYN | ACK))
    peer.hears(board)
    return name, peer


# -- The start, and what is below TCP

board = Board(program)
points.like('it says that it is ready', board.ready, r'ready 1 template \d+\.\d+\.\d+')
board.must('seed 1', f'mac {BOARD_MAC.hex()}', 'address 10.9.0.2/24 10.9.0.1')
points.equal('an IPv4 neighbour, before the netif is up: no route', board.obey(f'neighbour 10.9.0.1 {HOST_MAC.hex()}').err, -4)
board.must('up')
points.equal('up: says so by ARP', [f[6:14] + f[20:22] for f in board.frames], [BOARD_MAC + b'\x08\x06\x00\x01'])
board.forget()
board.take(arp_request())
points.equal('ARP: it answers with the address that it was given', board.frames,
             [HOST_MAC + BOARD_MAC + b'\x08\x06' + bytes.fromhex('0001080006040002') + BOARD_MAC +
              socket.inet_aton('10.9.0.2') + HOST_MAC + socket.inet_aton('10.9.0.1')])
board.forget()
board.take(ping(b'are you there'))
points.equal('ICMP: it answers the ping', [f[:6] + f[34:35] + f[42:] for f in board.frames], [HOST_MAC + b'\0are you there'])
points.equal('a frame is reported as it goes', board.told(), [f'! frame {len(board.frames[0])}'])
start = time.monotonic()
points.equal('frames: none has come', (board.obey('frames 3').err, 0.9 < time.monotonic() - start < 10), (-3, True))
board.cable.send(bytes(1519))
points.equal('frames: one that is too long is lost, and counts', board.obey('frames 3').err, 0)
board.cable.send(ping(b'1'))
board.cable.send(ping(b'2'))
board.must('frames 5')
points.equal('frames: two at a time', [f[42:] for f in board.frames[1:]], [b'1', b'2'])
points.equal('frames: those that it has had already', (board.obey('frames 1').err, board.obey('frames 4294967295').err), (0, 0))
points.equal('seed: nothing is drawn before it is needed', board.obey('time_wait').values, ['121000'])
points.equal('the stack of a program is not known', board.obey('stack').values, ['0', '0'])
board.told()
points.equal('pass: where nothing happens, all of it passes', (board.obey('pass 3600000').values, board.told()), (['3600000'], []))
finish(board, 'below TCP')

# -- Whole lives, in both families

board = started()
port = first_port(1)
for family, header in ((4, 54), (6, 74)):
    what = f'IPv{family}, active open, active close'
    name, peer = connected(board, family)
    board.must(f'write {{{name}}} 68656C6c6f', f'output {{{name}}}')
    points.equal(f'{what}: data go out', peer.hears(board).data, b'hello')
    board.take(peer.says(PSH | ACK, b'world'))
    board.must(f'recved {{{name}}} 5', f'close {{{name}}}')
    points.equal(f'{what}: a FIN goes out', peer.hears(board).flags, FIN | ACK)
    board.take(peer.says(ACK), peer.says(FIN | ACK))
    board.pass_all(121000)
    at = ends(board, family, port)
    points.lines(f'{what}: each state, frame and callback in its place', board.told(), [
        f'! state {name} CLOSED SYN_SENT tcp_connect N {at} -',
        f'! frame {header + 24}',
        f'! state {name} SYN_SENT ESTABLISHED tcp_process N {at} -',
        '? connected 7 0',
        f'! frame {header}',
        f'! frame {header + 5}',
        '? sent 7 5',
        '? recv 7 0 776f726c64',
        f'! state {name} ESTABLISHED FIN_WAIT_1 tcp_close_shutdown_fin N {at} -',
        f'! frame {header}',
        f'! state {name} FIN_WAIT_1 FIN_WAIT_2 tcp_process N {at} -',
        f'! state {name} FIN_WAIT_2 TIME_WAIT tcp_process N {at} -',
        '? recv 7 0 -',
        f'! frame {header}',
        f'! now {120250 if family == 4 else 241500}',
        '! timer 0 slow',
        f'! state {name} TIME_WAIT CLOSED tcp_free N {at} 2MSL',
    ])
    port += 1

for family, header in ((4, 54), (6, 74)):
    what = f'IPv{family}, passive open, passive close'
    board.forget()
    board.must(f'new {family}', 'arg {P1} 1', 'reuse {P1}', f'bind {{P1}} {BOARD_IP[family]} 9', 'listen {P1} 5')
    peer = Peer(family, 9)
    board.on_callback = lambda text: board.must('arg {P3} 2', 'delayed {P3}') and 0 if text.startswith('? accept') else 0
    board.take(peer.says(SYN))
    peer.hears(board)
    board.take(peer.says(ACK))
    board.must('accepted {P3}')
    board.take(peer.says(FIN | ACK))
    board.must('close {P3}')
    peer.hears(board)
    board.take(peer.says(ACK))
    board.must('close {P2}')
    ip, host = BOARD_IP[family].upper(), HOST_IP[family].upper()
    points.lines(f'{what}: each state, frame and callback in its place', board.told(), [
        '! state P2 CLOSED LISTEN tcp_listen_with_backlog_and_err N - 0 - 0 -',
        f'! state P3 CLOSED SYN_RCVD tcp_listen_input N {ip} 9 {host} 80 -',
        f'! frame {header + 4}',
        f'! state P3 SYN_RCVD ESTABLISHED tcp_process N {ip} 9 {host} 80 -',
        '? accept 1 P3 0',
        f'! state P3 ESTABLISHED CLOSE_WAIT tcp_process N {ip} 9 {host} 80 -',
        '? recv 2 0 -',
        f'! frame {header}',
        f'! state P3 CLOSE_WAIT LAST_ACK tcp_close_shutdown_fin N {ip} 9 {host} 80 -',
        f'! frame {header}',
        f'! state P3 LAST_ACK CLOSED tcp_pcb_remove N {ip} 9 {host} 80 -',
        f'! state P2 LISTEN CLOSED tcp_pcb_remove N {ip} 9 - 0 -',
    ])
    board.on_callback = lambda text: 0
finish(board, 'whole lives')

# -- Why a timer releases a pcb


def last_words(board, what, ms, wanted):
    board.pass_all(ms)
    states = [line.split() for line in board.told() if line.startswith('! state')]
    points.equal(f'reason: {what}', [(s[3], s[4], s[-1]) for s in states[-1:]], [wanted])


board = started((4,))
board.must('new 4', 'arg {P1} 1', 'connect {P1} 10.9.0.1 80')
last_words(board, 'nobody answers a SYN', 30000, ('SYN_SENT', 'CLOSED', 'retransmission~gave~up'))
name, peer = connected(board)
board.must(f'write {{{name}}} 00', f'output {{{name}}}')
last_words(board, 'nor data', 7200000, ('ESTABLISHED', 'CLOSED', 'retransmission~gave~up'))
name, peer = connected(board)
board.must(f'close {{{name}}}')
peer.hears(board)
board.take(peer.says(ACK))
last_words(board, 'no FIN comes', 30000, ('FIN_WAIT_2', 'CLOSED', 'FIN_WAIT_2~time-out'))
name, peer = connected(board, options=('keepalive 1', 'keep_idle 1000', 'keep_intvl 1000', 'keep_cnt 2'))
board.told()
board.pass_all(1750)
points.ok('a keepalive probe has its timer before it', [f'! timer {name} keepalive', '! frame 54'] in
          [board.said[i:i + 2] for i in range(len(board.said))], *board.said)
last_words(board, 'nobody answers a keepalive', 10000, ('ESTABLISHED', 'CLOSED', 'keepalive~gave~up'))
board.forget()
board.must('new 4', 'bind {P1} 0.0.0.0 9', 'listen {P1} 5')
peer = Peer(4, 9)
board.take(peer.says(SYN))
board.told()
board.pass_all(3000)
points.ok('a retransmission has its timer before it', any(
    line.startswith('! timer P') and line.endswith(' retransmission') for line in board.said), *board.said)
last_words(board, 'no third segment comes', 30000, ('SYN_RCVD', 'CLOSED', 'SYN_RCVD~time-out'))
board.must('close {P2}')
name, peer = connected(board)
board.take(peer.says(ACK, b'', 0), peer.says(FIN | ACK))
board.must(f'close {{{name}}}')
peer.hears(board)
last_words(board, 'nobody acknowledges the last FIN', 1300000, ('LAST_ACK', 'CLOSED', 'LAST_ACK~time-out'))
name, peer = connected(board)
board.take(peer.says(ACK, b'x', 0))
board.must(f'write {{{name}}} 00', f'output {{{name}}}')
board.told()
board.pass_all(3000)
points.ok('a probe of a closed window has its timer before it', [f'! timer {name} persist', '! frame 55'] in
          [board.said[i:i + 2] for i in range(len(board.said))], *board.said)
last_words(board, 'the window stays closed', 3600000, ('ESTABLISHED', 'CLOSED', 'persist~gave~up'))
finish(board, 'reasons')

# -- Callbacks in which something is done

board = started((4,))
name, peer = connected(board)
board.on_callback = lambda text: board.must(f'abort {{{name}}}') and 0 if text.startswith('? recv') else 0
board.told()
board.take(peer.says(PSH | ACK, b'unwelcome'))
at = ends(board, 4, first_port(1))
points.lines('an abort in a callback: the callbacks nest', board.told(), [
    '? recv 7 0 756e77656c636f6d65',
    f'! state {name} ESTABLISHED CLOSED tcp_pcb_remove N {at} -',
    '! frame 54',
    '? err 7 -13',
])
points.equal('and the peer is told', peer.hears(board).flags, RST | ACK)
points.equal('and the pcb is no more', board.obey(f'abort {{{name}}}').err, -6)

name, peer = connected(board)
refusals = []
board.on_callback = lambda text: refusals.append(text) or (-1 if len(refusals) == 1 else 0)
board.take(peer.says(PSH | ACK, b'later'))
board.pass_all(500)
points.equal('refused data are offered again', refusals, ['? recv 7 0 6c61746572'] * 2)
board.on_callback = lambda text: 0
board.must(f'abort {{{name}}}')

name, peer = connected(board)
answers = {}


def everything(text):
    if text.startswith('? recv'):
        for command in ('run', 'pass 5', 'frames 1', 'address 10.9.0.7/24 -', 'return -13', 'return -17', 'return 1',
                        'return x', 'return', 'room {%s}' % name, 'pools', 'exit x', 'gibberish'):
            answers[command.split('{')[0]] = board.obey(command).err
    return 0


board.on_callback = everything
board.take(peer.says(PSH | ACK, b'x'))
points.equal('inside a callback: what is obeyed and what is not', answers, {
    'run': -5, 'pass 5': -5, 'frames 1': -5, 'address 10.9.0.7/24 -': -5, 'return -13': -16, 'return -17': -16,
    'return 1': -16, 'return x': -16, 'return': -16, 'room ': 0, 'pools': 0, 'exit x': -16, 'gibberish': -16})
board.on_callback = lambda text: 0
board.must(f'abort {{{name}}}')

depths = []


def deeper(text):
    if text.startswith('? err'):
        answer = board.obey('new 4')
        depths.append(answer.err)
        if answer.err == 0:
            handle = answer.values[0]
            board.must(f'arg {handle} 1', f'abort {handle}')
    return 0


board.on_callback = deeper
handle = board.must('new 4').values[0]
board.must(f'arg {handle} 1', f'abort {handle}')
points.equal('callbacks nest 8 deep, and no deeper', depths, [0] * 7 + [-5])
board.on_callback = lambda text: 0
finish(board, 'callbacks')

# -- Commands, one by one: what they do, and what they do not take

board = started()
board.must('new 4', 'new 6', 'new 4', 'bind {P3} 10.9.0.2 9', 'reuse {P3}', 'listen {P3} 1')
for command, error in [
        ('', -16), ('nosuch', -16), ('new', -16), ('new 5', -16), ('new 4 4', -16), ('new  4', -16), ('NEW 4', -16), ('return 0', -16),
        ('seed', -16), ('seed -1', -16), ('seed 18446744073709551616', -16), ('seed x', -16),
        ('mac 02000009000', -16), ('mac 0200000900021', -16), ('mac 02000009000g', -16),
        ('address 10.9.0.2 -', -16), ('address 10.9.0.2/33 -', -16), ('address 10.9.0/24 -', -16), ('address 10.9.0.2/24', -16),
        ('address 10.9.0.2/24 fd09::1', -16), ('address fd09::2/48 -', -16), ('address fd09::2/64 fd09::1', -16), ('address x/24 -', -16),
        ('address fd09::7/64 -', 0), ('address fd09::8/64 -', -6),
        ('gateway', -16), ('gateway x', -16), ('gateway fd09::1', -16), ('mtu 67', -16), ('mtu 65536', -16),
        ('neighbour 10.9.0.1 -', -16), ('neighbour 10.9.0.1', -16), ('up 1', -16),
        ('neighbour fd09::3 020000000001', 0), ('neighbour fd09::4 020000000001', 0), ('neighbour fd09::5 020000000001', 0),
        ('neighbour fd09::6 020000000001', -1),
        ('run 1', -16), ('pass', -16), ('pass 4294967296', -16), ('pass 0', 0), ('frames x', -16), ('frames 4294967296', -16),
        ('reuse 0', -6), ('reuse 1234', -6), ('reuse xyz', -16), ('reuse 11112222333344445', -16), ('reuse', -16),
        ('bind {P1} 10.9.0.2 80', 0), ('bind {P1} 10.9.0.2 81', -6), ('bind {P2} 10.9.0.2 80', -16), ('bind {P2} fd09::2 65536', -16),
        ('bind {P4} 10.9.0.2 80', -6), ('bind {P3} 10.9.0.2 80', -6), ('listen {P1} 256', -16), ('listen {P4} 1', -15),
        ('arg {P1} x', -16), ('arg {P1} 4294967295', 0), ('arg {P4} 3', 0), ('arg 0 1', -6),
        ('connect {P1} fd09::1 80', -16), ('connect {P4} 10.9.0.1 80', -10), ('connect {P2} fd09::1 x', -16),
        ('room {P4}', -6), ('write {P4} 00', -6), ('output {P4}', -6), ('recved {P4} 1', -6), ('abort {P4}', -6),
        ('delayed {P4}', -6), ('accepted {P4}', -6), ('set {P4} ttl 1', -6), ('shutdown {P4}', -11), ('shutdown {P1}', -11),
        ('write {P1} 00', -11), ('write {P1} 0', -16), ('write {P1} 0g', -16), ('write {P1}', -16), ('write {P1} --', -16), ('recved {P1} 65536', -16),
        ('set {P1} nosuch 1', -16), ('set {P1} ttl 0', -16), ('set {P1} ttl 256', -16), ('set {P1} nodelay 2', -16), ('set {P1} prio 128', -16),
        ('set {P1} ttl', -16), ('set {P1} ttl -1', -16), ('time_wait 1', -16), ('pools 1', -16), ('stack 1', -16),
        ('guard', -16), ('guard 65536', -16), ('guard on', -16), ('exit 256', -16), ('exit', -16), ('address 10.9.0.7/24 -', -10)]:
    points.equal(f"'{command}'", board.obey(command).err, error)
points.equal('nothing came of it', board.told(), [
    '! state P4 CLOSED LISTEN tcp_listen_with_backlog_and_err N - 0 - 0 -'])
points.equal('what there is in the pools', board.obey('pools').values[:4], ['2', '16', '1', '8'])
points.equal('an error has no values, whatever its line', [board.obey('x', ms).err for ms in ('x', '-1', '4294967296', '')], [-16] * 4)

board.must('close {P2}', 'close {P4}', 'abort {P1}')
board.on_callback = lambda text: 0
board.forget()
board.must('new 4', 'bind {P1} 10.9.0.2 1234', 'arg {P1} 1', 'set {P1} ttl 9', 'set {P1} tos 16', 'mtu 576', 'connect {P1} 10.9.0.1 80')
segment = Segment(board.frames[0])
points.equal('bind, set, mtu: the SYN shows all of them', (segment.source, segment.ttl, segment.tos, segment.options[:4]),
             (1234, 9, 16, b'\x02\x04\x02\x18'))
points.equal('connect, once more: ERR_ISCONN', board.obey('connect {P1} 10.9.0.1 80').err, -10)
points.equal('room: of the send buffer', board.obey('room {P1}').values, ['65535'])
board.must('abort {P1}', 'mtu 1500')

# Lines
board.say('time_wait')
points.equal('a command without a time', board.line().split()[2:], ['0', '121000'])
name, peer = connected(board)
data = bytes(range(256)) * 7 + bytes(100)
board.must(f'write {{{name}}} {data.hex()}', f'output {{{name}}}')
got = b''
while len(got) < len(data) and board.frames:
    got += b''.join(Segment(f).data for f in board.frames)
    peer.hears(board)
    board.take(peer.says(ACK))
points.equal('a long write: all of it arrives', got, data)
# Data that come by the cable
data = random.Random(1).randbytes(4000)


def data_frames(bytes_, ethertype=0x88b5):
    return [HOST_MAC + BOARD_MAC + ethertype.to_bytes(2, 'big') + bytes_[at:at + 1500] for at in range(0, len(bytes_), 1500)]


board.take(*data_frames(data))
points.equal('data frames: fewer bytes have come than are to be written', board.obey(f'write {{{name}}} @4001').err, -2)
points.equal('... and none is left then', board.obey(f'write {{{name}}} @4000').err, -2)
board.take(*data_frames(data, 0x88b6))
points.equal('frames of another type are none', board.obey(f'write {{{name}}} @4000').err, -2)
board.take(*data_frames(data))
board.must(f'write {{{name}}} @4000', f'output {{{name}}}')
got = b''
while len(got) < len(data) and board.frames:
    got += b''.join(Segment(f).data for f in board.frames)
    peer.hears(board)
    board.take(peer.says(ACK))
points.equal('data frames: all of it arrives', got, data)
points.equal('@ alone is no number of bytes', board.obey(f'write {{{name}}} @').err, -16)
points.equal('nor is what no data frames can hold', board.obey(f'write {{{name}}} @65536').err, -16)

handle = board.obey(f'write {{{name}}} -').err
points.ok('a write of nothing: an answer of lwIP\'s', handle in (0, -16), handle)
board.must(f'abort {{{name}}}')
longest = '0 write 0 ' + '0' * (4096 - 10)
board.say(longest)
points.equal('4096 characters are a line', board.line().split()[2], '-6')
board.say(longest + '0')
points.equal('4097 are no command', board.line().split()[2], '-16')
board.say('0 pools' + ' ' * 100000)
points.equal('nor are 100,000', board.line().split()[2], '-16')
board.say('0 time_wait\r')
points.equal('a CR before the LF', board.line().split()[2:], ['0', '121000'])
board.say('0 time_wait\0')
points.equal('a NUL', board.line().split()[2:], ['-16'])
board.say('')
points.equal('an empty line', board.line().split()[2:], ['-16'])

# The clock
points.equal('the clock follows the lab, and tells of the next timer', board.obey('run', board.ms + 100).err, 0)
board.ms += 100
before = board.obey('run').next
points.equal('an MS that lies behind changes nothing', board.obey('pools', board.ms - 50).next, before)
points.equal('the clock goes beyond 2^32', (board.obey('run', 2 << 30).err, board.obey('run', (4 << 30) - 1).err, board.obey('run', 20).err), (0, 0, 0))
finish(board, 'commands')

# Routes
board = started()
board.must('new 4', 'arg {P1} 1', 'gateway -')
points.equal('no gateway: no route to another network', board.obey('connect {P1} 203.0.113.1 80').err, -4)
board.must('up', 'neighbour 10.9.0.3 020000090003', 'gateway 10.9.0.3', 'connect {P1} 203.0.113.1 80')
points.equal('another gateway: it has the SYN', board.frames[-1][:6].hex(), '020000090003')
board.must('abort {P1}')
board.forget()
board.must('neighbour fd09::9 020000090009', 'new 6', 'connect {P1} fd09::9 80')
points.equal('an IPv6 neighbour: it has the SYN, without being asked', board.frames[-1][:6].hex(), '020000090009')
board.must('close {P1}')

# A backlog of one
board.forget()
board.must('new 4', 'arg {P1} 1', 'bind {P1} 10.9.0.2 9', 'listen {P1} 1')
first, second = Peer(4, 9, 1111), Peer(4, 9, 2222)
board.on_callback = lambda text: board.must('arg {P3} 2', 'delayed {P3}') and 0 if text.startswith('? accept') else 0
board.take(first.says(SYN))
first.hears(board)
board.take(first.says(ACK))
board.told()
board.take(second.says(SYN))
points.equal('delayed: the backlog is full', board.told(), [])
board.must('accepted {P3}')
second.seq -= 1
board.take(second.says(SYN))
points.equal('accepted: it has room again', second.hears(board).flags, SYN | ACK)
board.on_callback = lambda text: 0
board.take(second.says(RST | ACK))
board.must('shutdown {P3}')
points.equal('shutdown: a FIN, and the connection stays', (first.hears(board).flags, board.obey('room {P3}').err), (FIN | ACK, 0))
points.equal('a TIME_WAIT or FIN_WAIT takes no data', board.obey('write {P3} 00').err, -11)
board.must('abort {P3}')

# The guard
board.must('guard 0')
board.told()
board.frames = []
peer = Peer(4, 9, 3333)
board.on_callback = lambda text: 0
board.take(peer.says(SYN))
peer.hears(board)
board.take(peer.says(ACK))
points.like('guard: what it does, and what lwIP does then', ' / '.join(board.told()),
            r'! guard answers / ! frame \d+ / ! guard opens / ! state P\d CLOSED SYN_RCVD .* / ! guard opened / '
            r'! state P\d SYN_RCVD ESTABLISHED .* / \? accept 1 P\d 0')
accepted = f'P{board.named}'
forger = Peer(4, 9, 4444)
board.take(forger.says(ACK))
points.equal('guard: a forged ACK', board.told(), ['! guard forged', '! frame 54'])
board.must('guard off')
forger = Peer(4, 9, 5555)
board.take(forger.says(ACK))
points.equal('guard off: lwIP alone', board.told(), ['! frame 54'])
board.must(f'abort {{{accepted}}}', 'close {P2}')
finish(board, 'routes, backlog, guard')

# -- The end

board = Board(program)
board.say('0 exit 42')
points.equal('exit: no answer, and its status', (board.process.stdout.read(), board.end()), (b'', (42, '')))
board = started((4,))
board.on_callback = lambda text: board.process.stdin.close() or 0
board.must('new 4', 'arg {P1} 1')
try:
    board.obey('abort {P1}')
except (ValueError, EOFError):
    pass
points.equal('the line is closed inside a callback: it ends', board.process.wait(PATIENCE), 0)
board.cable.close()
alone = subprocess.run(['sh', '-c', 'exec "$0" 3<&-', program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
points.like('without its Ethernet line: says what to do', f'{alone.returncode} {alone.stderr}', '1 board: descriptor 3 is no datagram socket; .*\n')

# -- The same seed, the same frames


def frames_of(seed):
    board = started((4,))
    board.must(f'seed {seed}')
    name, peer = connected(board)
    board.must(f'abort {{{name}}}', 'guard 0', 'new 4', 'bind {P2} 10.9.0.2 9', 'listen {P2} 1')
    board.take(Peer(4, 9).says(SYN))
    sent = [f.hex() for f in board.frames]
    board.end()
    return peer.board_port, sent


points.ok('the same seed, the same frames', frames_of(5) == frames_of(5))
points.ok('another seed, other ones', frames_of(5)[1] != frames_of(6)[1])
points.equal('the largest seed', frames_of((1 << 64) - 1)[0], first_port((1 << 64) - 1))

# -- Garbage


SHAPES = '''new F, new F, new F, arg P N, arg P N, arg P N, bind P A N, bind P A N, listen P N, listen P N, connect P A N, connect P A N,
write P D, write P D, room P, output P, recved P N, shutdown P, close P, abort P, abort P, delayed P, accepted P, set P W N, reuse P,
run, pass N, pools, stack, time_wait, guard N, guard off, seed N, mtu N, mac H, gateway A, neighbour A H, address A/N A, up,
return E, return E'''.replace('\n', ' ').split(', ')


def garbage(chance, handles):
    """A line: of a command's form more often than not."""
    if chance.random() < 0.2:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(80))).replace(b'\n', b' ')
    fill = {
        'F': lambda: chance.choice('46'),
        'P': lambda: chance.choice(handles) if handles and chance.random() < 0.9 else f'{chance.getrandbits(48):x}',
        'N': lambda: str(chance.choice([0, 1, 4, 6, 9, 9, 9, 80, 255, 500, 1500, 65535, 1 << 32, chance.getrandbits(16)])),
        'A': lambda: chance.choice(['10.9.0.1', '10.9.0.2', 'fd09::1', 'fd09::2', '-', '::', '0.0.0.0', '255.255.255.255', '224.0.0.1', 'x']),
        'D': lambda: chance.choice(['-', '00', '0', 'zz', '61' * chance.randrange(200)]),
        'H': lambda: chance.choice(['020000090001', '020000090002', '-', 'ffffffffffff']),
        'W': lambda: chance.choice(['ttl', 'tos', 'nodelay', 'keepalive', 'keep_idle', 'keep_cnt', 'prio', 'x']),
        'E': lambda: str(chance.choice([0, 0, 0, -1, -13, -16, 5])),
    }
    line = ' '.join('/'.join(fill[part]() if part in fill else part for part in word.split('/'))
                    for word in chance.choice(SHAPES).split(' '))
    return f'{chance.choice([0, 0, 0, 0, 0, 1, 1000, 1 << 31])} {line}'.encode()


def reply_to(chance, frame):
    """What a host might say to this frame; None: it is no segment."""
    if frame[12:14] not in (b'\x08\0', b'\x86\xdd') or frame[23 if frame[12] == 8 else 20] != 6:
        return None
    segment = Segment(frame)
    peer = Peer(segment.family, segment.source, segment.to, segment.ack)
    peer.ack = (segment.seq + len(segment.data) + bool(segment.flags & (SYN | FIN))) & 0xffffffff
    flags = SYN | ACK if segment.flags & SYN and not segment.flags & ACK else chance.choice([ACK, ACK, ACK, FIN | ACK, RST, SYN])
    return peer.says(flags, bytes(chance.choice([0, 0, 40])) if flags == ACK else b'', chance.choice([0, 60000, 60000]))


def stranger(chance):
    frame = bytearray(Peer(chance.choice([4, 6]), 9, chance.choice([1, 80]), chance.getrandbits(8)).says(chance.choice([SYN, SYN, ACK, RST])))
    if chance.random() < 0.2:
        frame[chance.randrange(len(frame))] ^= 1 << chance.randrange(8)
    return bytes(frame)


def survive(seed, size):
    """So many bytes of garbage, and frames among them. Each line is followed by an answer, or by a callback."""
    chance = random.Random(seed)
    board = started()
    board.cable.settimeout(None)  # MSG_DONTWAIT is what it says then
    heard = {'=': 0, '?': 0, '!': 0}
    handles, replies = [], []

    def exchange(text):
        board.process.stdin.write(text + b'\n')
        board.process.stdin.flush()
        while True:
            line = board.line()
            heard[line[0]] += 1
            field = line.split()
            if field[0] == '=' and len(field) == 4 and len(field[3]) > 6 or field[:2] == ['?', 'accept']:
                handles.append(field[3])
                del handles[:-8]
            if field[:2] == ['!', 'frame']:
                reply = reply_to(chance, board.cable.recv(65536))
                if reply is not None and chance.random() < 0.8:
                    replies.append(reply)
            if field[0] in '=?':
                return field

    written = 0
    while written < size:
        text = garbage(chance, handles)
        written += len(text)
        exchange(text)
        if replies or chance.random() < 0.2:
            try:
                board.cable.send(replies[0] if replies else stranger(chance), socket.MSG_DONTWAIT)
                board.sent += 1
                del replies[:1]
            except BlockingIOError:
                pass  # inside a callback the board takes none
            exchange(f'0 frames {board.sent}'.encode())
    # Out of all callbacks; then the last word.
    while exchange(b'0 return 0')[2:] != ['-16']:
        pass
    return board, exchange(b'0 pools'), heard


for seed in (1, 2, 3):
    board, answer, heard = survive(seed, 300000)
    points.ok(f'garbage {seed}: pools is still answered', len(answer) == 13, answer)
    points.ok(f'garbage {seed}: much has happened', all(n > 100 for n in heard.values()), heard)
    points.equal(f'garbage {seed}: no sanitizer has complained', board.end(), (0, ''))

points.plan()
sys.exit(points.failed)
