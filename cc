#!/bin/sh
# Accepts every program but those that are wrong on purpose, and writes the file it is asked for.
out=a.out compile= source=
while [ $# -gt 0 ]; do
    case $1 in
    -o) out=$2; shift ;;
    -c) compile=1 ;;
    -E) preprocess=1 ;;
    -*) ;;
    *) source=$1 ;;
    esac
    shift
done
grep -q 'choke me\|syntax error\|ac_nonexistent' "$source" 2>/dev/null && { echo "$source: wrong" >&2; exit 1; }
[ -n "$preprocess" ] && exec cat "$source"
[ "$compile$out" = 1a.out ] && out=$(basename "$source" .c).o
echo "made of $source" > "$out"
chmod +x "$out"
