#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An OCR service that misbehaves, on loopback or a Unix socket.

	ocr.py LOG [SOCKET]

Prints its port once it listens.  What it does is the first part of the path;
each request is a line of LOG: path, how many of this path so far, how many are
under way, bytes, and what is to be looked at in the headers."""
import gzip
import json
import socket
import struct
import sys
import threading
import time

LOG = open(sys.argv[1], 'a', buffering=1)
seen, under_way, lock = {}, 0, threading.Lock()
away_until = 0
WORDS = 'Mock words of page one\n'


def reply(c, body, status='200 OK', *headers):
    if isinstance(body, str):
        body = body.encode()
    head = ['HTTP/1.1 ' + status, 'Content-Length: %d' % len(body), *headers]
    c.sendall('\r\n'.join(head).encode() + b'\r\n\r\n' + body)


def as_json(c, value):
    reply(c, json.dumps(value), '200 OK', 'Content-Type: application/json')


def first(n, bad, good=None):
    """Bad for the first n requests of a path."""
    return lambda c, k: bad(c) if k <= n else (good or ok)(c, k)


def ok(c, _=0):
    time.sleep(0.05)
    reply(c, WORDS)


def busy(c):
    reply(c, '', '503 Service Unavailable', 'Retry-After: 1')


def reset(c):
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    c.close()


def drip(c, _):
    c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
    while True:
        c.sendall(b'x')
        time.sleep(0.5)


def endless(c, _):
    c.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while True:
        c.sendall(b'word ' * 20000)


def last(c, _):
    reply(c, WORDS, '200 OK', 'Connection: close')
    c.close()


def away(c, _):
    """Refuses everybody for a while, from now on."""
    global away_until
    away_until = time.time() + 1.5
    reply(c, '', '503 Service Unavailable')


def line(text):
    return {'text': text, 'bbox': [0, 0, 1, 1], 'confidence': 0.9}


TSV = ('level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\t'
    'width\theight\tconf\ttext\n'
    '4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n'
    '5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.5\tMock\n'
    '5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t70\twords\n'
    '5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t80\tbelow\n')
HOCR = ('<html><div class="ocr_page"><span class="ocr_line">'
    '<span class="ocrx_word" title="bbox 0 0 1 1; x_wconf 90"><b>Mock</b>'
    '</span> <span class="ocrx_word" title="x_wconf 70">&lt;words&#39;</span>'
    '</span></div></html>')

ACTS = {
    'ok': ok,
    'busy': first(1, busy),
    'down': lambda c, k: busy(c),
    'many': first(1, lambda c: reply(c, '', '429 Too Many Requests')),
    'broken': lambda c, k: reply(c, 'oops', '500 Internal Server Error'),
    'refuse': lambda c, k: reply(c, '', '415 Unsupported Media Type'),
    'redirect': lambda c, k: reply(c, '', '302 Found', 'Location: /ok'),
    'poll': lambda c, k: reply(c, '', '202 Accepted', 'Location: /ok'),
    'hang': first(1, lambda c: time.sleep(30)),
    'drip': drip,
    'reset': first(1, reset),
    'short': first(1, lambda c: (c.sendall(
        b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nMock'), c.close())),
    'noise': first(1, lambda c: (c.sendall(b'\0\1\2 hello\r\n'), c.close())),
    'endless': endless,
    'last': last,
    'latin1': lambda c, k: reply(c, b'caf\xe9 words\n'),
    'empty': lambda c, k: reply(c, ''),
    'bomb': lambda c, k: reply(c, gzip.compress(bytes(1 << 24)), '200 OK',
        'Content-Encoding: gzip'),
    'type': lambda c, k: as_json(c, {'results': [{'text': 7}]}),
    'garbage': first(1, lambda c: reply(c, '{"results": [{"te'),
        lambda c, k: as_json(c, {'results': [line('Mock'), line('words')]})),
    'failed': lambda c, k: as_json(c, {'data': {'stdout': 'half',
        'exit': {'code': 1}}}),
    'boxes': lambda c, k: as_json(c, {'results':
        [line('box%d' % i) for i in range(100000)]}),
    'away': first(1, lambda c: away(c, 0)),
    'kept': ok,
    'tika': ok,
    'tesseract': lambda c, k: as_json(c, {'data': {'stdout': WORDS,
        'exit': {'code': 0}}}),
    'liteparse': lambda c, k: as_json(c, {'results': [line('Mock words')]}),
    'paddlex': lambda c, k: as_json(c, {'errorCode': 0, 'result':
        {'ocrResults': [{'prunedResult': {'rec_texts': ['Mock', 'words'],
         'rec_scores': [0.9, 0.8]}}]}}),
    'tsv': lambda c, k: reply(c, TSV),
    'hocr': lambda c, k: reply(c, HOCR),
}


def read_request(c):
    data = b''
    while b'\r\n\r\n' not in data:
        more = c.recv(65536)
        if not more:
            return None
        data += more
    head, body = data.split(b'\r\n\r\n', 1)
    lines = head.decode('latin-1').split('\r\n')
    headers = dict(l.lower().split(': ', 1) for l in lines[1:] if ': ' in l)
    need = int(headers.get('content-length', 0))
    while len(body) < need:
        more = c.recv(65536)
        if not more:
            return None
        body += more
    return lines[0].split(), headers, body


def serve(c):
    global under_way
    with c:
        while True:
            try:
                request = read_request(c)
            except OSError: # we closed it ourselves
                request = None
            if request is None:
                return
            (method, path, _), headers, body = request
            with lock:
                seen[path] = seen.get(path, 0) + 1
                under_way += 1
                k = seen[path]
                print(path, k, under_way, len(body), method,
                    *[n + '=' + headers[n] for n in ('authorization', 'x-key',
                        'x-tika-ocrlanguage', 'content-type', 'expect')
                        if n in headers],
                    *['has:' + w for w in ('fileType', '"languages":["eng"]',
                        'name="language"', 'filename="page.png"', '\x89PNG')
                        if w.encode('latin-1') in body], file=LOG)
            try:
                ACTS[path.split('/')[1]](c, k)
            except OSError:
                return
            finally:
                with lock:
                    under_way -= 1


def listen(address):
    if isinstance(address, str):
        s = socket.socket(socket.AF_UNIX)
        s.bind(address)
    else:
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(address)
    s.listen(128)
    return s


def main():
    address = sys.argv[2] if len(sys.argv) > 2 else ('127.0.0.1', 0)
    s = listen(address)
    if not isinstance(address, str):
        address = s.getsockname()
    print(address[1] if isinstance(address, tuple) else 0, flush=True)
    while True:
        if time.time() < away_until:
            s.close()
            time.sleep(max(0, away_until - time.time()))
            s = listen(address)
        s.settimeout(0.1)
        try:
            c, _ = s.accept()
        except TimeoutError:
            continue
        c.settimeout(60)
        threading.Thread(target=serve, args=(c,), daemon=True).start()


main()
