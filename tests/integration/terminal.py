# SPDX-License-Identifier: BSD-3-Clause
"""'tcplab up' on a pseudo-terminal, as a person sees it, for tests: a terminal of the type xterm, and what it shows."""
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
import time

TCPLAB = sys.argv[1]
TOKEN = re.compile(rb"\x1b\[([?>]?)([0-9;]*)([@-~])|\x1b[()][0-9A-B]|\x1b[=>78M]|[\x00-\x1a\x1c-\x7f]|[\x80-\xff]+")


class Screen:
    """What ncurses uses of a terminal."""

    def __init__(self, rows, columns):
        self.rest = b""
        self.other = False  # the alternate screen
        self.after = b""  # text on the usual one; with the alternate one, after it
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.cell = [[" "] * columns for _ in range(rows)]
        self.y = self.x = self.top = 0
        self.bottom = rows

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cell)

    def put(self, character):
        if self.x >= self.columns:
            self.x = 0
            self.down()
        self.cell[self.y][self.x] = self.last = character
        self.x += 1

    def wipe(self, y, start, end):
        for x in range(start, min(end, self.columns)):
            self.cell[y][x] = " "

    def move_lines(self, y, n):
        """Moves those from y on down (n < 0: up), in the scrolling region."""
        part = self.cell[y:self.bottom]
        blank = [[" "] * self.columns for _ in range(min(abs(n), len(part)))]
        part = blank + part[:len(part) - len(blank)] if n > 0 else part[len(blank):] + blank
        self.cell[y:self.bottom] = part

    def down(self):
        if self.y == self.bottom - 1:
            self.move_lines(self.top, -1)
        else:
            self.y = min(self.y + 1, self.rows - 1)

    def up(self):
        if self.y == self.top:
            self.move_lines(self.top, 1)
        else:
            self.y -= 1

    def control(self, private, numbers, kind):
        given = [int(n) if n else 0 for n in numbers.split(";")]
        n = max(given[0], 1)
        if private:
            if 1049 in given:
                self.other = kind == "h"
                self.resize(self.rows, self.columns)
        elif kind == "H":
            self.y = min(n, self.rows) - 1
            self.x = min(max(given[1] if len(given) > 1 else 1, 1), self.columns) - 1
        elif kind in "AB":
            self.y = max(0, min(self.rows - 1, self.y + (n if kind == "B" else -n)))
        elif kind in "CD":
            self.x = max(0, min(self.columns - 1, self.x + (n if kind == "C" else -n)))
        elif kind == "G":
            self.x = n - 1
        elif kind == "d":
            self.y = n - 1
        elif kind == "J":
            whole = given[0] == 2
            self.wipe(self.y, 0 if whole else self.x, self.columns)
            for y in range(0 if whole else self.y + 1, self.rows):
                self.wipe(y, 0, self.columns)
        elif kind == "K":
            self.wipe(self.y, *((0, self.x + 1) if given[0] == 1 else (self.x, self.columns)))
        elif kind == "X":
            self.wipe(self.y, self.x, self.x + n)
        elif kind == "P":
            row = self.cell[self.y]
            del row[self.x:self.x + n]
            row += [" "] * (self.columns - len(row))
        elif kind == "@":
            row = self.cell[self.y]
            row[self.x:self.x] = [" "] * n
            del row[self.columns:]
        elif kind in "LM":
            self.move_lines(self.y, n if kind == "L" else -n)
        elif kind in "ST":
            self.move_lines(self.top, n if kind == "T" else -n)
        elif kind == "r":
            self.top, self.bottom = (given[0] or 1) - 1, (given[1] if len(given) > 1 else 0) or self.rows
            self.y = self.x = 0
        elif kind == "b":
            for _ in range(n):
                self.put(self.last)
        elif kind not in "mlht":
            raise ValueError("a control sequence that the test does not know: %s%s" % (numbers, kind))

    def feed(self, data):
        data, at = self.rest + data, 0
        while (match := TOKEN.match(data, at)) is not None:
            at = match.end()
            token = match.group()
            if match.group(3):
                self.control(*(match.group(i).decode() for i in (1, 2, 3)))
            elif token == b"\r":
                self.x = 0
            elif token == b"\n":
                self.down()
            elif token == b"\x1bM":
                self.up()
            elif token == b"\b":
                self.x = max(self.x - 1, 0)
            elif token == b"\t":
                self.x = min(self.x // 8 * 8 + 8, self.columns - 1)
            elif token >= b" " and not token.startswith(b"\x1b"):
                self.put(token.decode("latin-1"))
            if not self.other:
                self.after += token
        self.rest = data[at:]


class Host:
    def __init__(self, *arguments, rows=24, columns=80, **environment):
        self.screen = Screen(rows, columns)
        self.fd, self.ask = pty.openpty()
        self.size(rows, columns)
        self.before = termios.tcgetattr(self.ask)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.ask, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.ask, fd)
            os.execve(TCPLAB, [TCPLAB, "up", *arguments], dict(os.environ, **{"TERM": "xterm", **environment}))

    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def read(self):
        os.set_blocking(self.fd, False)
        try:
            while data := os.read(self.fd, 65536):
                self.screen.feed(data)
        except OSError:
            pass

    def see(self, pattern, seconds=15):
        """Waits until it is on the screen; returns "yes" or the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()
            if re.search(pattern, self.screen.text(), re.M):
                return "yes"
            time.sleep(0.02)
        return "no %r on: %s" % (pattern, self.screen.text().replace("\n", " | "))

    def type(self, keys):
        os.write(self.fd, keys)

    def end(self):
        """Waits for its end; returns its exit status."""
        stop = time.monotonic() + 20
        while time.monotonic() < stop:
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.read()
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return "it does not end"

    def restored(self):
        if termios.tcgetattr(self.ask) != self.before:
            return "the terminal's settings are others"
        return "the alternate screen is there" if self.screen.other else "yes"


def tell(name, got):
    print(name, got, sep=": ", flush=True)


def said(host, pattern):
    after = host.screen.after.decode("latin-1")
    return "yes" if re.search(pattern, after) else "no %r in: %r" % (pattern, after[-600:])
