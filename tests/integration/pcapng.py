# SPDX-License-Identifier: BSD-3-Clause
"""Compares packet captures, as tshark and capinfos read them, with the JSON Lines beside them: pcapng.py DIR

One problem a line, "ASPECT: NAME packet N: what"; then "captures: N" and so on, how much there was to compare.
"""
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys

AS_ROOT = 'Running as user "root" and group "root". This could be dangerous.'  # tshark warns, as it should
FIELDS = ('frame.number frame.packet_id frame.time_epoch frame.interface_name frame.p2p_dir frame.len frame.cap_len '
          'frame.comment _ws.malformed tcp.srcport tcp.dstport tcp.len tcp.flags.syn tcp.flags.fin '
          'ip.checksum.status tcp.checksum.status tcp.checksum tcp.checksum_calculated').split()
ANALYSIS = ('retransmission fast_retransmission spurious_retransmission out_of_order keep_alive zero_window_probe '
            'lost_segment ack_lost_segment reused_ports').split()
NOTABLE = 100_000_000  # ns: record/remarks.c mentions no smaller difference between two clocks
BORDER = 2_000_000     # ns: v_ms is rounded, so nearer to it nothing can be said
BAD_CHECKSUMS = ()     # scenarios whose raw end sends segments with bad checksums: none so far


def run(*command):
    """Standard output, and what it complained of."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if line != AS_ROOT]
    if done.returncode != 0:
        complaints.append(f'exit status {done.returncode}')
    return done.stdout, complaints


def tshark(path):
    fields = [word for name in FIELDS + ['tcp.analysis.' + name for name in ANALYSIS] for word in ('-e', name)]
    return run('tshark', '-r', path, '-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE', '-T', 'json', *fields)


def seconds(ms):
    return f'{ms // 1000}.{ms % 1000:03} s'


class Packet:
    """A packet as tshark sees it; event: the frame that it says to be."""

    def __init__(self, fields, events):
        self.fields = fields
        self.number = int(self.one('frame.number'))
        n = int(self.one('frame.packet_id') or 0)
        self.event = events[n - 1] if 0 < n <= len(events) and events[n - 1]['ev'] == 'frame' else None
        self.comment = '\n'.join(fields.get('frame.comment', []))
        self.analysis = {name for name in ANALYSIS if 'tcp.analysis.' + name in fields}

    def one(self, name):
        return self.fields.get(name, [None])[0]


class Capture:
    def __init__(self, path, report):
        self.name = path.stem
        self.report = report
        self.events = [json.loads(line) for line in open(path.with_suffix('.jsonl'), encoding='utf-8')]
        self.frames = [event for event in self.events if event['ev'] == 'frame']
        out, complaints = tshark(path)
        for complaint in complaints:
            self.problem('tshark', None, complaint)
        self.packets = [Packet(entry['_source']['layers'], self.events) for entry in json.loads(out or '[]')]
        out, complaints = run('capinfos', '-c', '-k', '-o', '-t', '-E', '-I', path)
        for complaint in complaints:
            self.problem('capinfos', None, complaint)
        self.infos = [tuple(part.strip() for part in line.split(separator, 1)) for line in out.splitlines()[1:]
                      for separator in [' = ' if ' = ' in line.split(': ')[0] else ': '] if separator in line]

    def problem(self, aspect, packet, what):
        where = f'{self.name} packet {packet.number}' if packet else self.name
        self.report.problems.append(f'{aspect}: {where}: {what}')

    def check(self):
        self.section()
        if [packet.event for packet in self.packets] != self.frames:
            self.problem('packets', None, f'{len(self.packets)} packets, {len(self.frames)} frames, or not the same ones')
            return
        self.report.seen['packets'] += len(self.packets)
        for packet in self.packets:
            self.bytes(packet)
            self.sums(packet)
        self.times()
        self.comments()
        self.retransmissions()

    def section(self):
        infos = collections.defaultdict(list)
        for key, value in self.infos:
            infos[key].append(value)
        sent = collections.Counter(frame['who'] for frame in self.frames)
        hosts = ['lwip', 'kernel'] + ['raw'] * (sent['raw'] > 0)
        wanted = {'File type': ['Wireshark/... - pcapng'], 'File encapsulation': ['Ethernet'],
                  'Strict time order': ['True'], 'Name': hosts,
                  'Number of packets': [str(count) for count in [len(self.frames)] + [sent[host] for host in hosts]]}
        for key, values in wanted.items():
            if infos[key] != values:
                self.problem('capinfos', None, f'{key}: {infos[key]}, not {values}')
        if not infos['Capture comment'] or not infos['Capture comment'][0].startswith(self.events[0]['scenario'] + ': '):
            self.problem('capinfos', None, f'the comment is {infos["Capture comment"]}')

    def bytes(self, packet):
        """They are those of its event, on its sender's interface."""
        event, tcp = packet.event, packet.event.get('tcp')
        got = [packet.one(name) for name in ('frame.interface_name', 'frame.p2p_dir', 'frame.len', 'frame.cap_len')]
        wanted = [event['who'], '0', str(event['size']), str(event['size'])]
        if tcp:
            got += [packet.one(name) for name in ('tcp.srcport', 'tcp.dstport', 'tcp.len')]
            got += [str(int(packet.one(name) in ('1', 'True'))) for name in ('tcp.flags.syn', 'tcp.flags.fin')]  # 4.0, 4.4
            wanted += [tcp['src'].rsplit(':', 1)[1], tcp['dst'].rsplit(':', 1)[1], str(tcp['len'])]
            wanted += [str(int(flag in tcp['flags'].split(','))) for flag in ('SYN', 'FIN')]
        if got != wanted:
            self.problem('bytes', packet, f'{got}, not {wanted}')
        if packet.one('_ws.malformed') is not None:
            self.problem('malformed', packet, packet.one('_ws.malformed'))

    def sums(self, packet):
        tcp = packet.event.get('tcp')
        got = packet.one('ip.checksum.status'), packet.one('tcp.checksum.status')
        # The kernel writes 0 as its other form now and then (RFC 1624, 3); tshark calls that bad.
        if [packet.one('tcp.checksum'), packet.one('tcp.checksum_calculated')] == ['0xffff', '0x0000']:
            got = got[0], '1'
        bad = packet.event['who'] == 'raw' and self.events[0]['scenario'].split('/')[0] in BAD_CHECKSUMS
        if tcp and (got[1] not in '01' if bad else got[1] != '1'):
            self.problem('checksums', packet, f'TCP: {got[1]}')
        if tcp and '[' not in tcp['src'] and got[0] != '1':  # IPv6 has none
            self.problem('checksums', packet, f'IP: {got[0]}')

    def times(self):
        """To the nanosecond: all packets agree when the experiment began, and that is while this test runs."""
        starts = {int(packet.one('frame.time_epoch').replace('.', '')) - packet.event['t_ns'] for packet in self.packets}
        if len(starts) > 1:
            self.problem('times', None, f'the experiment began at {sorted(starts)}')
        self.report.starts |= starts

    # Comments: what record/remarks.h says, from the JSON Lines alone.

    def place(self, state):
        """The frame at which a transition is told."""
        own = [frame for frame in self.frames if state['conn'] and frame['conn'] == state['conn']]
        sent = [frame for frame in (own if state['conn'] else self.frames) if frame['cause'] == state['cause'] and frame['who'] == state['who']]
        origin = state['cause']
        while origin and origin['ev'] == 'guard':
            origin = self.events[origin['n'] - 1]['cause']
        if origin and origin['ev'] == 'frame':
            return origin['n']
        for frames in ([frame for frame in sent if frame['n'] > state['n']][:1],
                       sent[-1:],
                       [frame for frame in own if frame['n'] < state['n']][-1:],
                       [frame for frame in self.frames if frame['n'] < state['n']][-1:],
                       self.frames[:1]):
            if frames:
                return frames[0]['n']
        return 0

    @staticmethod
    def clock(earlier, later, comment):
        """lwIP's clock, where it has jumped."""
        text = f"lwip's clock: {seconds(later['v_ms'])}"
        jump = (later['v_ms'] - earlier['v_ms']) * 1_000_000 - (later['t_ns'] - earlier['t_ns'])
        if abs(jump - NOTABLE) < BORDER:
            return text if text in comment else None
        return text if jump >= NOTABLE else None

    def transition(self, state, frame, comment):
        cause = self.events[state['cause']['n'] - 1]
        own = frame and (frame['conn'] == state['conn'] if state['conn'] else
                         (frame['who'], frame['cause']) == (state['who'], state['cause']))
        parts = [f'{state["who"]}{"" if own else " " + (state["conn"] or "unnamed")}: {state["from"]} → {state["to"]}']
        if cause['ev'] == 'timer':
            parts.append(f'timer: {cause["name"]}')
        elif cause['ev'] == 'call':
            parts.append(f'by the lab: {cause["name"]}' if cause['who'] == 'lab' else f'by {cause["name"]}()')
        elif cause['ev'] == 'guard':
            parts.append('by the guard')
        if frame and frame['n'] < state['n']:
            if state['who'] == 'lwip':
                parts.append(self.clock(frame, state, comment))
            if state['t_ns'] - frame['t_ns'] >= NOTABLE:
                parts.append(seconds((state['t_ns'] - frame['t_ns']) // 1_000_000) + ' later')
        return ', '.join(part for part in parts if part)

    def fault(self, fault, frame):
        if fault['frame'] == 0:
            return f'{fault["who"]}: {fault["text"]}'
        if fault['action'] == 'release':
            after = sum(other['n'] < fault['n'] for other in self.frames)
            return f'released by the wire after packet {after}, {(fault["t_ns"] - frame["t_ns"]) / 1e6:.3f} ms later'
        return f'{fault["action"]} by the wire: {fault["text"]}'

    def told(self, event, frame, comment):
        return f'guard: {event["text"]}' if event['ev'] == 'guard' else self.transition(event, frame, comment)

    def guards(self, frame):
        """Whether the guard has sent it."""
        cause = frame['cause'] and self.events[frame['cause']['n'] - 1]
        return cause and cause['ev'] == 'guard' and cause['name'] == 'answer'

    def comments(self):
        states, faults = collections.defaultdict(list), collections.defaultdict(list)
        for event in self.events:
            if event['ev'] in ('state', 'guard'):
                states[self.place(event)].append(event)
            elif event['ev'] == 'fault':
                before = [frame['n'] for frame in self.frames if frame['n'] < event['n']]
                faults[event['frame'] or (before + [0])[-1]].append(event)
        last = {'v_ms': 0, 't_ns': 0}
        for packet in self.packets:
            frame = packet.event
            lines = ['sent by the guard' if self.guards(frame) else None,
                     f'{frame["fate"]} by the wire' if frame['fate'] else None, self.clock(last, frame, packet.comment)]
            lines += [self.fault(fault, frame) for fault in faults[frame['n']]]
            lines += [self.told(state, frame, packet.comment) for state in states[frame['n']]]
            wanted = '\n'.join(line for line in lines if line)
            if packet.comment != wanted:
                self.problem('comments', packet, f'{packet.comment!r}, not {wanted!r}')
            self.report.seen['transitions'] += sum(event['ev'] == 'state' for event in states[frame['n']])
            self.report.seen['comments'] += wanted != ''
            last = frame
        if not self.packets:
            told = [self.transition(state, None, '') for state in states[0]]
            got = [value for key, value in self.infos if key == 'Capture comment'][1:]
            if got != told:
                self.problem('comments', None, f'{got}, not {told!r}')
            self.report.seen['transitions'] += len(states[0])

    # What tshark makes of the sequence numbers.

    def retransmissions(self):
        sent = collections.defaultdict(set)  # (who, conn) -> sequence numbers
        last = {}                            # (who, conn) -> its last segment; (who, conn, True): that took sequence space
        for packet in self.packets:
            tcp = packet.event.get('tcp')
            if not tcp:
                continue
            flags = tcp['flags'].split(',')
            end = packet.event['who'], packet.event['conn']
            space = set(range(tcp['seq'], tcp['seq'] + tcp['len'] + ('SYN' in flags) + ('FIN' in flags)))
            again = bool(space & sent[end])
            kind = packet.analysis & {'retransmission', 'fast_retransmission', 'spurious_retransmission'}
            for other in packet.analysis - kind - {'reused_ports'}:
                self.report.seen[other] += 1
                if not self.is_reasonable(other, packet, again, sent, last):
                    self.problem('analysis', packet, f'{other}: {tcp}')
            if 'reused_ports' in packet.analysis and ('SYN' not in flags or again):
                self.problem('analysis', packet, f'reused_ports: {tcp}')
            if bool(kind) != again and not packet.analysis & {'keep_alive', 'zero_window_probe', 'out_of_order'}:
                self.problem('retransmissions', packet, f'{"is one" if again else "is none"}, for tshark {kind or "none"}: {tcp}')
            self.report.seen['retransmissions'] += bool(kind)
            if 'zero_window_probe' not in packet.analysis:
                sent[end] |= space
            last[end] = packet.event
            if space:
                last[end + (True,)] = packet.event

    @staticmethod
    def has_hole(numbers):
        return len(numbers) != max(numbers, default=-1) + 1

    def is_reasonable(self, analysis, packet, again, sent, last):
        """Where tshark has another name for a segment, or finds a hole: whether the events say why."""
        tcp, flags = packet.event['tcp'], packet.event['tcp']['flags'].split(',')
        who, conn = end = packet.event['who'], packet.event['conn']
        peer = next((last[other] for other in last if len(other) == 2 and other[1] == conn and other[0] != who), None)
        newest = max(sent[end], default=-1)
        if analysis == 'keep_alive':
            # RFC 1122, 4.2.3.6: SEG.SEQ = SND.NXT - 1, with no byte or one of garbage. So a single byte that is sent
            # again looks the same.
            return tcp['len'] <= 1 and tcp['seq'] == newest and 'SYN' not in flags and 'FIN' not in flags
        if analysis == 'zero_window_probe':
            # One new byte into a window of zero; tshark does not take it for sent, however often it is repeated.
            return tcp['len'] == 1 and tcp['seq'] == newest + 1 and peer is not None and peer['tcp']['window'] == 0
        if analysis == 'out_of_order':
            # Not the newest, and less than 3 ms after that: in lwIP's virtual time a retransmission is so fast.
            return again and packet.event['t_ns'] - last[end + (True,)]['t_ns'] < 3_000_000
        if analysis == 'ack_lost_segment':
            # lwIP gives up in SYN_SENT with an acknowledgement of 0, absolute: of nothing that was ever sent.
            # What the third host acknowledges is a scenario's to choose.
            return who == 'raw' or 'RST' in flags and 'ACK' in flags and (tcp['ack'] == 0 or self.has_hole(sent['raw', conn]))
        # lost_segment: none is missing here, but where a scenario has the third host leave one out.
        return who == 'raw' and self.has_hole(sent[end] | {tcp['seq']})


class Report:
    def __init__(self):
        self.problems = []
        self.seen = collections.Counter()
        self.starts = set()


def main(directory):
    report = Report()
    paths = sorted(pathlib.Path(directory).glob('*.pcapng'))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for capture in pool.map(lambda path: Capture(path, report), paths):
            capture.check()
    print('\n'.join(report.problems))
    print(f'captures: {" ".join(path.stem for path in paths)}')
    print(f'began: {min(report.starts, default=0)} {max(report.starts, default=0)}')
    for what, count in report.seen.items():
        print(f'{what} seen: {count}')


main(sys.argv[1])
