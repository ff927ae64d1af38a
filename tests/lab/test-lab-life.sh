#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab comes up, goes, and leaves nothing behind, however it ends.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
. "$srcdir/tests/lab/lib.sh"
lab_needed
folder=/run/virt-drain-lab/$lab_name

# Notes what the lab consists of, while it is up: its namespaces, its link.
remember() {
	local init host
	read -r keeper _ init <"$folder/keeper"
	link=vdlab$(<"$folder/link")
	spaces=$(for kind in pid net mnt; do readlink "/proc/$init/ns/$kind"; done)
	for host in 1 2 3; do
		spaces+=$'\n'$(lab exec host$host sh -c 'readlink /proc/1/ns/pid; readlink /proc/1/ns/net; readlink /proc/1/ns/mnt' 2>/dev/null)
	done
	spaces=$(grep . <<<"$spaces")
}

no_process_is_in_it() {
	! find /proc/[0-9]*/ns/pid /proc/[0-9]*/ns/net /proc/[0-9]*/ns/mnt -printf '%p %l\n' 2>/dev/null | grep -F "$spaces"
}
link_is_gone() { ! ip link show "$link" >/dev/null 2>&1; }
folder_is_gone() { [ ! -e "$folder" ]; }
no_mount_is_left() { ! grep -F "$folder" /proc/self/mounts; }
no_file_of_libvirt_is_new() { same "$(machine_files)" "$files_before"; }
machine_files() { ls -d /run/* /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt/* 2>/dev/null | grep -v '^/run/virt-drain-lab'; }
nothing_is_left() { await 10 no_process_is_in_it; no_process_is_in_it && await 10 link_is_gone && folder_is_gone && no_mount_is_left; }

no_host_knows() { # GUEST
	local host
	for host in host1 host2 host3; do
		! virsh_on $host list --all --name | grep -qx "$1" || { echo "$host knows $1"; return 1; }
	done
}

files_before=$(machine_files)

check 'three hosts come up' lab up --hosts 3
remember
check 'each host answers over the network' eval 'for h in host1 host2 host3; do same "$(virsh_to $h hostname)" $h || exit 1; done'
check 'the hosts have host UUIDs of their own' eval 'same "$(for h in host1 host2 host3; do virsh_on $h capabilities | grep -m 1 "<uuid>"; done | sort -u | wc -l)" 3'
check 'a second lab of that name is refused' eval '! lab up --hosts 1'
check 'and the first one is none the worse' virsh_to host1 hostname
lab guest one --on host1 --memory 64 --working-set 8 --dirty-rate 1 --pattern hot
lab guest two --on host2 --memory 64 --working-set 8 --dirty-rate 1 --pattern hot
lab guest gone --on host1 --memory 64 --working-set 8 --dirty-rate 1 --pattern hot --disk 8
lab migrate gone host2 --copy-storage --keep-source --wait
check 'a guest is removed with the definition that it left behind' eval 'lab remove gone && ! lab status | grep "^gone " && no_host_knows gone'
lab guest gone --on host1 --memory 64 --working-set 8 --dirty-rate 1 --pattern hot
lab migrate gone host2 --bandwidth 1
check 'and in the middle of a migration' eval 'lab remove gone && no_host_knows gone'
check 'and then it is a guest no more' refused_with 2 lab remove gone
lab migrate two host3 --bandwidth 1
check 'it goes down in the middle of a migration' lab down
check 'nothing is left of it' nothing_is_left
check 'the libvirt files of the machine are as they were' no_file_of_libvirt_is_new
check 'down says that there is no lab' eval '! lab down'

# up that fails
mkdir "$scratch/bin"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/libvirtd"
chmod +x "$scratch/bin/libvirtd"
said=$(PATH=$scratch/bin:$PATH lab up --hosts 2 2>&1)
check 'up fails where libvirtd does not start, with code 1' same $? 1
check 'and says so' contains "$said" 'libvirtd did not start on host'
check 'and leaves nothing' folder_is_gone

# up that is killed
setsid "$lab_tool" --name "$lab_name" up --hosts 3 >/dev/null 2>&1 &
up=$!
await 10 test -s "$folder/keeper" -a -s "$folder/link"
kill -STOP $up # so that it does not get ready meanwhile
remember
{ kill -KILL $up; wait $up; } 2>/dev/null
check 'up that is killed leaves nothing' eval 'await 20 folder_is_gone && nothing_is_left'

# the parent
sleep 1000 &
parent=$!
check 'a lab can be tied to a process' lab up --hosts 2 --with-parent $parent
remember
lab guest one --on host1 --memory 64 --working-set 8 --dirty-rate 1
{ kill -KILL $parent; wait $parent; } 2>/dev/null
check 'when that process is killed, nothing is left' eval 'await 20 folder_is_gone && nothing_is_left'

"$lab_tool" --name "$lab_name" up --hosts 1 --foreground >"$scratch/foreground" 2>&1 &
up=$!
check 'in the foreground it says where its hosts are' await 20 grep -q '^host1 qemu+tcp://' "$scratch/foreground"
remember
{ kill -TERM $up; wait $up; } 2>/dev/null
check 'and ends with its command, leaving nothing' eval 'await 20 folder_is_gone && nothing_is_left'

# the keeper
check 'it comes up' lab up --hosts 1
remember
kill -KILL "$keeper"
check 'a killed keeper leaves no process and no link' eval 'await 10 no_process_is_in_it && await 10 link_is_gone'
check 'and its name can be used again' eval 'lab up --hosts 1 && lab down && nothing_is_left'

# words
check 'an unknown command is refused with code 2' refused_with 2 lab fly
check 'an unknown option is refused with code 2' refused_with 2 lab up --fast
check 'a number of hosts that is none is refused with code 2' refused_with 2 lab up --hosts many
check 'a command without its lab is refused with code 1' refused_with 1 lab status
# The tool is copied, for the other user may not be able to read this tree.
cp -r "$srcdir/lab" "$scratch/lab"
chmod -R a+rX "$scratch"
said=$(setpriv --reuid 65534 --clear-groups "$scratch/lab/lab" check 2>&1)
check 'check says with code 1 that it needs root' eval "same $? 1 && contains '$said' 'needs root'"
finish
