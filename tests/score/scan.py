#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docscan's verdicts: libclamav against a running clamd, and against clamscan.

Over all documents of the corpus and their members, with ../shared/sigs.  The
two engines must say the same verdict, for the same reasons, with the same
matches; where they cannot, because clamd tells one thing of a document and
libclamav all, it is counted by what is different.
"""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from common import BIN, CORPUS, VERBOSE, rows, table

SIGS = os.environ.get('SIGS', os.path.join(os.path.dirname(CORPUS), 'sigs'))

# docscan's own settings of libclamav (lib/engine/clamav_load.c).
CONFIG = """LocalSocket %(dir)s/ctl
DatabaseDirectory %(sigs)s
TemporaryDirectory %(dir)s/tmp
Foreground yes
AlertExceedsMax yes
AlertEncrypted yes
MaxScanSize 4000M
MaxFileSize 2000M
MaxRecursion 17
MaxFiles 10000
MaxScanTime 0
StreamMaxLength 2000M
"""


def start_clamd(folder):
    os.makedirs(os.path.join(folder, 'tmp'))
    conf = os.path.join(folder, 'conf')
    with open(conf, 'w', encoding='utf-8') as f:
        f.write(CONFIG % {'dir': folder, 'sigs': SIGS})
    with open(os.path.join(folder, 'log'), 'wb') as log:
        clamd = subprocess.Popen(['clamd', '-c', conf], stdout=log,
                                 stderr=log)
    for _ in range(600):
        if os.path.exists(os.path.join(folder, 'ctl')):
            return clamd
        if clamd.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit('score: clamd does not start: see ' + folder)


def scan(listed, folder, *options):
    """{id: (record, scan)} of one engine, none of it out of a cache."""
    with open(listed, 'rb') as records:
        out = subprocess.run([os.path.join(BIN, 'docscan'), '-q',
            '--cache=none', '--spool', os.path.join(folder, 'spool'),
            *options], stdin=records, stdout=subprocess.PIPE,
            check=False).stdout
    found = {}
    for line in out.splitlines():
        record = json.loads(line)
        if record.get('type') == 'doc':
            found[record['id']] = record
    return found


def said(record):
    """What both engines can say."""
    s = record['scan']
    return {'verdict': s.get('verdict'), 'reasons': s.get('reasons', []),
            'matches': s.get('matches', []),
            'error': s.get('error', {}).get('code')}


def infected_below(lib):
    """{id of a container: what its members at any depth are infected with}."""
    found = collections.defaultdict(set)
    for record in lib.values():
        up = record.get('parent')
        while up and record['scan'].get('verdict') == 'infected':
            found[up].update(record['scan']['matches'])
            up = lib[up].get('parent')
    return found


def less(a, b, below):
    """Why clamd's answer `b` may differ from `a`, or '' where it may not."""
    if a['reasons'] == ['container'] and b['verdict'] == 'infected':
        if set(b['matches']) <= below:
            return 'unpacks the container of an infected member'
    if a['verdict'] == b['verdict'] == 'infected':
        if set(b['matches']) <= set(a['matches']):
            return 'stops at the first match'
    if a['verdict'] == b['verdict'] and set(b['reasons']) < set(a['reasons']):
        return 'tells one reason'
    return ''


def compare(lib, clamd):
    """Prints the table; how many differences nobody explains."""
    count, bad, below = collections.Counter(), 0, infected_below(lib)
    for name, record in lib.items():
        a, b = said(record), said(clamd[name])
        if a == b:
            count['same: ' + a['verdict']] += 1
            continue
        why = less(a, b, below[name])
        count['explained: ' + why if why else 'DIFFERENT'] += 1
        bad += not why
        if VERBOSE or not why:
            print('%s %s\n  lib   %s\n  clamd %s' % (
                record['path'], record.get('member', ''), a, b))
    table(['documents', 'n'], sorted(count.items()))
    return bad


def against_clamscan(lib):
    """Files that clamscan finds infected and we do not, or the reverse."""
    infected = {r['path'][len(CORPUS) + 1:] for r in lib.values()
                if r['scan'].get('verdict') == 'infected'}
    truth = {r['path'] for r in rows('clamscan.tsv') if '/' in r['path']}
    table(['infected files', 'n'], [
        ('by both', len(infected & truth)),
        ('by clamscan only', len(truth - infected)),
        ('by docscan only', len(infected - truth))])
    for name in sorted(infected ^ truth):
        print(name)
    return len(infected ^ truth)


def main():
    if shutil.which('clamd') is None or not os.path.isdir(SIGS):
        print('skipped: no clamd, or no signatures in', SIGS)
        return 0
    folder = tempfile.mkdtemp(prefix='docpipe-score.')
    clamd = start_clamd(folder)
    bad = 0
    try:
        listed = os.path.join(folder, 'listed')
        with open(listed, 'wb') as f:
            subprocess.run([os.path.join(BIN, 'doclist'), '-q', '--spool',
                os.path.join(folder, 'spool'), CORPUS], stdout=f, check=False)
        for how, options in (('containers apart', []),
                             ('containers whole', ['--whole'])):
            print('##', how)
            lib = scan(listed, folder, '--db', SIGS, *options)
            bad += compare(lib, scan(listed, folder, '--engine=clamd',
                '--clamd', os.path.join(folder, 'ctl'), *options))
            bad += against_clamscan(lib)
    finally:
        clamd.terminate()
        clamd.wait()
        left = os.listdir(os.path.join(folder, 'tmp'))
        shutil.rmtree(folder, ignore_errors=True)
    if left:
        print('clamd left', left)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
