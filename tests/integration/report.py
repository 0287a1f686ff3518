# SPDX-License-Identifier: BSD-3-Clause
"""Looks at what a browser made of the report, and at the pictures.

    report.py page FILE        of a page as Chromium writes it down again: figures, a line each
    report.py svg FILE...      each is well-formed XML, and an SVG; the problems, a line each
    report.py with FILE SCRIPT the page with one more script
    report.py said FILE        what that script has written to the page's end
    report.py colours FILE     of a PNG: the number of distinct colours
"""
import collections
import html
import html.parser
import re
import struct
import sys
import xml.etree.ElementTree
import zlib


class Page(html.parser.HTMLParser):
    """What a page has, and what it would load."""

    def __init__(self):
        super().__init__()
        self.count = collections.Counter()
        self.loads = []
        self.open = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        names = (attrs.get('class') or '').split()
        self.count['ladders'] += tag == 'svg' and 'ladder' in names
        self.count['scenarios'] += tag == 'details' and 'sc' in names
        if tag == 'details' and 'open' in attrs and 'id' in attrs:
            self.open.append(attrs['id'])
        for name in 'src', 'srcset', 'poster', 'data', 'xlink:href':
            if name in attrs:
                self.loads.append(f'{tag} {name}={attrs[name]}')
        if tag == 'link' and not attrs.get('href', '').startswith('data:'):
            self.loads.append(f'link {attrs.get("href")}')
        if tag == 'a' and not attrs.get('href', '').startswith(('#', 'https://www.rfc-editor.org/')):
            self.loads.append(f'a {attrs.get("href")}')


def page(path):
    text = open(path, encoding='utf-8').read()
    seen = Page()
    seen.feed(text)
    style = ' '.join(re.findall(r'<style>(.*?)</style>', text, re.S))
    seen.loads += re.findall(r'@import[^;]*|url\((?!#)[^)]*\)', style)
    for name in 'ladders', 'scenarios':
        print(name, seen.count[name])
    print('loads', ' '.join(seen.loads))
    print('open', ' '.join(seen.open))


def with_script(path, script):
    text = open(path, encoding='utf-8').read()
    sys.stdout.write(text.replace('</body>', f'<script>{open(script, encoding="utf-8").read()}</script></body>'))


def said(path):
    match = re.search(r'<pre id="said">(.*?)</pre>', open(path, encoding='utf-8').read(), re.S)
    print(html.unescape(match[1]) if match else 'nothing')


def svg(paths):
    for path in paths:
        try:
            root = xml.etree.ElementTree.parse(path).getroot()
        except xml.etree.ElementTree.ParseError as error:
            print(f'{path}: {error}')
            continue
        if root.tag != '{http://www.w3.org/2000/svg}svg':
            print(f'{path}: is a {root.tag}')


def rows(data):
    """The rows of a PNG of 8 bits per sample, undone of their filters (W3C PNG, 9)."""
    at, packed = 8, b''
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        if kind == b'IHDR':
            width, _, depth, colour = struct.unpack('>IIBB', data[at + 8:at + 18])
        elif kind == b'IDAT':
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    samples = {2: 3, 6: 4}[colour]
    assert depth == 8
    raw, stride, before = zlib.decompress(packed), width * samples, bytes(width * samples)
    for start in range(0, len(raw), stride + 1):
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        for i, value in enumerate(row):
            left, up = row[i - samples] if i >= samples else 0, before[i]
            corner = before[i - samples] if i >= samples else 0
            paeth = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            row[i] = (value + [0, left, up, (left + up) // 2, paeth][kind]) & 255
        before = bytes(row)
        yield [before[i:i + 3] for i in range(0, stride, samples)]


def colours(path):
    print(len({pixel for row in rows(open(path, 'rb').read()) for pixel in row}))


if __name__ == '__main__':
    if sys.argv[1] == 'svg':
        svg(sys.argv[2:])
    else:
        {'page': page, 'with': with_script, 'said': said, 'colours': colours}[sys.argv[1]](*sys.argv[2:])
