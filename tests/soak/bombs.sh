#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# All bombs.
DOC_BOMBS=all exec "$(dirname "$0")/../bombs.t"
