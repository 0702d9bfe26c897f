#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Makes an archive of one object, whose hidden symbols (-fvisibility=hidden) are local, out of an archive of many.
# hide-names.sh OUTPUT INPUT DIRECTORY OBJCOPY AR COMPILER [OPTION]...
set -e
output=$1 input=$2 dir=$3 objcopy=$4 ar=$5
shift 5
mkdir -p "$dir"
"$@" -r -nostdlib -o "$dir/shakedown.o" -Wl,--whole-archive "$input" -Wl,--no-whole-archive
# What the optimiser of whole programs reads still has the names.
"$objcopy" --wildcard --remove-section='.gnu.lto_*' --remove-section='.gnu.debuglto_*' --localize-hidden "$dir/shakedown.o"
rm -f "$output"
"$ar" rcs "$output" "$dir/shakedown.o"
