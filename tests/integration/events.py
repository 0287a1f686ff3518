# SPDX-License-Identifier: BSD-3-Clause
"""Checks what tcplab writes for machines against its reference.

    events.py check DOC FILE   every line of FILE (JSON Lines) against DOC (docs/events.md)
    events.py examples DOC     the examples of events in DOC, one of each kind
    events.py commands DOC     the examples of commands in DOC: command, TAB, its output as one JSON text

Each problem is a line "ASPECT: what is wrong"; the aspects are syntax, members, types, values, kinds,
numbers, times, causes, paths, segments, amounts and seen.
"""
import collections
import json
import re
import sys

EXAMPLE = re.compile(r'^    (\{.*\})$', re.M)
COMMAND = re.compile(r'^    \$ (.*)\n((?:    [^$].*\n)*)', re.M)
TYPES = {
    'text': lambda v: isinstance(v, str),
    'integer': lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0,
    'object': lambda v: isinstance(v, dict),
    'null': lambda v: v is None,
    'true': lambda v: v is True,
    'false': lambda v: v is False,
    'connection': lambda v: isinstance(v, str) and re.fullmatch(r'[cl][1-9][0-9]*', v),
    'endpoint': lambda v: isinstance(v, str) and re.fullmatch(
        r'([0-9]+(\.[0-9]+){3}|\[[0-9a-f:]+\]):[1-9][0-9]*', v),
}


HOSTS = {'10.9.0.1': 'kernel', '10.9.0.2': 'lwip', '10.9.0.3': 'raw',
         '[fd09::1]': 'kernel', '[fd09::2]': 'lwip', '[fd09::3]': 'raw'}


# What no experiment shows whose lwIP is in the lab's process: mistakes.t has it.
BOARDS_ALONE = {('verdict', 'symptom')}


class Problems(Exception):
    """The reference cannot be read."""


def cells(line):
    return [cell.strip() for cell in line.strip().strip('|').split('|')]


def literals(cell):
    return re.findall(r'`([^`]*)`', cell)


class Reference:
    """docs/events.md: tables of members, one before the first "## `KIND`" for all kinds."""

    def __init__(self, path):
        self.text = open(path, encoding='utf-8').read()
        self.members = {None: {}}  # kind -> member -> (type, presence)
        self.kinds = {}            # kind -> (who, causes)
        self.types = dict(TYPES)
        kind = table = None
        for line in self.text.splitlines():
            heading = re.fullmatch(r'## `(\w+)`', line)
            if heading:
                kind = heading[1]
                self.members[kind] = {}
            if not line.startswith('|'):
                table = None
            elif table is None:
                table = cells(line)[0].strip('`')
            elif not line.startswith('|---'):
                self.row(table, kind, cells(line))
        if not self.kinds or set(self.kinds) != set(self.members) - {None}:
            raise Problems('the kinds in the table and in the headings differ')

    def row(self, table, kind, row):
        if table == 'member':
            self.members[kind][row[0].strip('`')] = (row[1], row[2])
        elif table == 'ev':
            self.kinds[row[0].strip('`')] = (literals(row[2]), literals(row[3]) + ['null'] * ('null' in row[3]))
        elif table == 'type':
            names = literals(row[1])
            if row[0] == 'flags':
                order = names[:names.index('none')]
                self.types['flags'] = lambda v: v == 'none' or (
                    isinstance(v, str) and v.split(',') == [f for f in order if f in v.split(',')])
            elif row[0] not in self.types:
                self.types[row[0]] = lambda v: v in names
        else:
            raise Problems(f'a table of {table}?')

    def alternatives(self, kind_of_type):
        """Type names and quoted values out of "`hook`, `tracepoint` or null"."""
        for part in re.split(r', | or ', kind_of_type):
            if part.startswith('`'):
                yield part, lambda v, wanted=part.strip('`'): v == wanted
            elif part in self.types:
                yield part, self.types[part]
            else:
                raise Problems(f'a type {part}?')

    def fits(self, value, kind_of_type):
        return any(test(value) for _, test in self.alternatives(kind_of_type))

    def is_enumeration(self, kind_of_type):
        return '`' in kind_of_type or 'state' in kind_of_type

    def of(self, kind):
        return {**self.members[None], **self.members.get(kind, {})}


def flat(event):
    """Members by their path, as "tcp.seq"."""
    for member, value in event.items():
        yield member, value
        if isinstance(value, dict):
            for inner, inner_value in value.items():
                yield f'{member}.{inner}', inner_value


def wanted(presence, members):
    """Whether a member must be there: True, False, or None where the table leaves it open."""
    if presence == 'always':
        return True
    match = re.fullmatch(r'when `([\w.]+)` is `(\w+)`', presence)
    if match:
        return members.get(match[1]) == match[2]
    match = re.fullmatch(r'with `([\w.]+)`', presence)
    if match:
        return members.get(match[1]) is not None
    if presence.startswith('when '):
        return None
    raise Problems(f'present {presence}?')


class Checker:
    def __init__(self, reference):
        self.reference = reference
        self.problems = []
        self.seen = collections.Counter()
        self.sources = set()

    def problem(self, aspect, event, what):
        self.problems.append(f'{aspect}: {event.get("scenario")} #{event.get("n")}: {what}')

    def line(self, event):
        reference, kind = self.reference, event.get('ev')
        members, table = dict(flat(event)), reference.of(kind)
        for member, value in members.items():
            if member not in table:
                self.problem('members', event, f'{kind} has {member}, which is not documented')
            elif not reference.fits(value, table[member][0]):
                aspect = 'values' if reference.is_enumeration(table[member][0]) else 'types'
                self.problem(aspect, event, f'{member} is {value!r}, not {table[member][0]}')
            self.seen[kind if member in reference.members.get(kind, {}) else None, member] += 1
        if kind == 'state':
            self.sources.add(event.get('src'))
        for member, (_, presence) in table.items():
            want = wanted(presence, members)
            if want is not None and want != (member in members):
                self.problem('members', event, f'{kind} {"lacks" if want else "has"} {member}, present {presence}')
        who, causes = reference.kinds.get(kind, ([], []))
        if event.get('who') not in who:
            self.problem('kinds', event, f'{kind} of {event.get("who")}')
        if (event.get('cause') or {'ev': 'null'}).get('ev') not in causes:
            self.problem('kinds', event, f'{kind} caused by {event.get("cause")}')

    def order(self, events):
        """What must hold between the lines of one experiment."""
        before = {'t_ns': 0, 'v_ms': 0}
        state = {}
        self.sent = {'lwip': 0, 'kernel': 0, 'raw': 0}
        for index, event in enumerate(events):
            if event['n'] != index + 1:
                self.problem('numbers', event, f'is the {index + 1}th line')
                return
            for clock in before:
                if event[clock] < before[clock]:
                    self.problem('times', event, f'{clock} goes back from {before[clock]} to {event[clock]}')
                before[clock] = event[clock]
            if event['cause'] is not None:
                self.cause(events, event)
            if event['ev'] == 'state':
                self.step(state, event)
            if event['ev'] == 'fault' and event['frame'] != 0:
                self.fault(events, event)
            if event['ev'] == 'frame' and 'tcp' in event:
                self.segment(event)
        self.amounts(events)

    def cause(self, events, event):
        n = event['cause']['n']
        if not 1 <= n < event['n']:
            self.problem('causes', event, f'its cause is #{n}')
            return
        cause = events[n - 1]
        if cause['ev'] != event['cause']['ev']:
            self.problem('causes', event, f'its cause is a {cause["ev"]}, not a {event["cause"]["ev"]}')
        if event['ev'] in ('state', 'callback', 'frame', 'call', 'guard') and event['who'] != 'lab':
            others = {'lwip', 'kernel', 'raw', 'others'} - {event['who']}
            allowed = {'frame': others, 'call': {event['who'], 'lab'}}.get(cause['ev'], {event['who']})
            if cause['who'] not in allowed:
                self.problem('causes', event, f'happens to {event["who"]}, caused by a {cause["ev"]} of {cause["who"]}')
            # A listener takes those that nobody accepted with it; a new connection ends an old one's TIME_WAIT.
            # And a frame that is no segment (ARP) is nobody's, whatever made it necessary.
            apart = (not (cause['conn'] or 'l').startswith('l') and (event['ev'] != 'frame' or 'tcp' in event) and
                     not event['scenario'].startswith(('time-wait-new-syn/', 'time-wait-reuse', 'time-wait-pressure/')))
            if apart and cause['conn'] != event['conn']:
                self.problem('causes', event, f'happens to {event["conn"]}, caused by a {cause["ev"]} of {cause["conn"]}')

    def fault(self, events, event):
        frame = events[event['frame'] - 1] if event['frame'] < event['n'] else {'ev': 'nothing'}
        if frame['ev'] != 'frame':
            self.problem('causes', event, f'#{event["frame"]} is no frame before it')
        elif event['action'] == 'release' and frame['fate'] not in ('held', 'delayed', 'reordered'):
            self.problem('causes', event, f'releases #{event["frame"]}, which is {frame["fate"]}')

    def segment(self, event):
        tcp, flags = event['tcp'], event['tcp']['flags'].split(',')
        source, other = (HOSTS.get(tcp[side].rsplit(':', 1)[0]) for side in ('src', 'dst'))
        if source != event['who'] or other in (None, source):
            self.problem('segments', event, f'of {event["who"]}, but from {tcp["src"]} to {tcp["dst"]}')
            return
        if 'SYN' in flags and tcp['seq'] != 0:
            self.problem('segments', event, f'a SYN with seq {tcp["seq"]}')
        if ('ACK' in flags) != (tcp['ack'] != 0) and not ('RST' in flags and tcp['ack'] == 0):  # lwIP's of SYN_SENT
            self.problem('segments', event, f'{flags} with ack {tcp["ack"]}')
        end = tcp['seq'] + tcp['len'] + ('SYN' in flags) + ('FIN' in flags)
        self.sent[event['who']] = max(self.sent[event['who']], end)
        # What the third host acknowledges is a scenario's to choose.
        if tcp['ack'] > self.sent[other] and event['who'] != 'raw':
            self.problem('segments', event, f'acknowledges {tcp["ack"]}, where {other} has sent {self.sent[other]}')
        if event['size'] < 14 + 20 + 20 + tcp['len']:
            self.problem('segments', event, f'{tcp["len"]} bytes of data in a frame of {event["size"]}')

    def amounts(self, events):
        """Numbers that are known beforehand: 2MSL are 120 s, and the scenario "data" moves 1 MiB each way."""
        entered = next((e['v_ms'] for e in events if e['who'] == 'lwip' and e.get('to') == 'TIME_WAIT'), None)
        for event in events:
            if event['ev'] == 'state' and event['who'] == 'lwip' and event['from'] == 'TIME_WAIT':
                if event['scenario'] not in ('time-wait-old-fin/lwip', 'time-wait-shorter/lwip') and events[event['cause']['n'] - 1].get('name') == '2MSL' and \
                        not 120000 <= event['v_ms'] - entered <= 121000:
                    self.problem('amounts', event, f'2MSL last from v_ms {entered} to {event["v_ms"]}')
        if not events[0]['scenario'].startswith('data/'):
            return
        for who in ('lwip', 'kernel'):
            sent = max(e['tcp']['seq'] + e['tcp']['len'] - 1 for e in events if e['who'] == who and 'tcp' in e
                       and 'RST' not in e['tcp']['flags'])
            if sent != 1 << 20:
                self.problem('amounts', events[-1], f'{who} sends {sent} bytes')
        for name in ('recv', 'sent'):
            told = sum(e['bytes'] for e in events if e['ev'] == 'callback' and e['name'] == name)
            if told != 1 << 20:
                self.problem('amounts', events[-1], f'lwIP tells of {told} bytes in {name}')
        if events[-1]['t_ns'] < 1000000:  # no machine is that fast
            self.problem('amounts', events[-1], f'2 MiB in {events[-1]["t_ns"]} ns')

    def step(self, state, event):
        if event['conn'] is None:
            self.problem('paths', event, 'a state of no connection')
            return
        key = event['who'], event['conn']
        before = state.get(key)
        if (event['who'] == 'lwip') != (event['src'] == 'hook'):
            self.problem('paths', event, f'a state of {event["who"]} seen by {event["src"]}')
        if event['from'] == event['to']:
            self.problem('paths', event, f'from {event["from"]} to the same')
        if before is None and event['from'] not in ('CLOSED', 'LISTEN'):
            self.problem('paths', event, f'begins in {event["from"]}')
        # Without a SYN there is no new name: a used SYN cookie may open a connection once more.
        if before is not None and before != event['from'] and (before, event['from']) != ('CLOSED', 'LISTEN'):
            self.problem('paths', event, f'from {event["from"]}, but {before} was before')
        state[key] = event['to']

    def unseen(self):
        for kind, table in self.reference.members.items():
            for member in table:
                if self.seen[kind, member] == 0 and (kind, member) not in BOARDS_ALONE:
                    self.problems.append(f'seen: no {kind or "event"} with {member} in any scenario')


def read(path, checker):
    """The events of each experiment, whose lines must stand together."""
    runs = {}
    last = None
    for number, line in enumerate(open(path, encoding='utf-8'), 1):
        try:
            event = json.loads(line, object_pairs_hook=unique)
            if not isinstance(event, dict) or not line.endswith('}\n'):
                raise ValueError('no object with a newline after it')
        except ValueError as error:
            checker.problems.append(f'syntax: line {number}: {error}')
            continue
        scenario = event.get('scenario')
        if scenario != last and scenario in runs:
            checker.problem('numbers', event, 'its lines do not stand together')
        last = scenario
        runs.setdefault(scenario, []).append(event)
    return runs


def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError('a member is there twice')
    return dict(pairs)


def check(doc, path):
    checker = Checker(Reference(doc))
    runs = read(path, checker)
    for events in runs.values():
        broken = len(checker.problems)
        for event in events:
            checker.line(event)
        if len(checker.problems) == broken:  # members that are not there cannot be compared
            checker.order(events)
    checker.unseen()
    print('\n'.join(checker.problems))
    print(f'experiments: {" ".join(runs)}')
    print(f'sources: {" ".join(sorted(checker.sources))}')
    print(f'lines: {sum(map(len, runs.values()))}')


def examples(doc):
    checker = Checker(Reference(doc))
    events = [json.loads(example) for example in EXAMPLE.findall(checker.reference.text)]
    for event in events:
        checker.line(event)
    if sorted(event['ev'] for event in events) != sorted(checker.reference.kinds):
        checker.problems.append(f'seen: the examples are of {[event["ev"] for event in events]}')
    print('\n'.join(checker.problems))


def commands(doc):
    for command, output in COMMAND.findall(open(doc, encoding='utf-8').read()):
        print(command, json.dumps(re.sub(r'^    ', '', output, flags=re.M)), sep='\t')


if __name__ == '__main__':
    try:
        {'check': check, 'examples': examples, 'commands': commands}[sys.argv[1]](*sys.argv[2:])
    except Problems as error:
        print(f'reference: {error}')
