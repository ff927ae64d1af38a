#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stands in for the programs of this folder where configure has not found libvterm.
. "$srcdir/tests/support/tap.sh"
skip_all 'libvterm was not found by configure, so nobody looks at the bytes that reach a terminal'
