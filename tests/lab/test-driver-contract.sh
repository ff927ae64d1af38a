#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The libvirt driver over real hosts keeps the contract that the simulated one keeps. The program says TAP itself.
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"

[ -x "$builddir/tests/lab/contract_lab" ] || skip_all 'built without cmocka'
lab_start --hosts 2
mapfile -t hosts < <(lab uris | sed 's/ /=/')
"$builddir/tests/lab/contract_lab" "$lab_tool" "$lab_name" "${hosts[@]}" 2>"$scratch/stderr"
code=$?
diag "$(cat "$scratch/stderr")"
exit $code
