#!/usr/bin/env bash
# Real jobs for the commands, each in a sandbox and beside the native commands, with the time each took.
#
# usage: tests/real-jobs.sh [AGENTFENSE]
#
# One job plans the build of a project that npm fetches; without a network it is
# left out. No part of `cargo xtask test`: it writes 100 MB and takes a minute.
set -uo pipefail

repository=$(realpath "$(dirname "$0")/..")
agentfense=$(realpath "${1:-${CARGO_TARGET_DIR:-$repository/target}/release/agentfense}")
export AGENTFENSE_USERLAND=${AGENTFENSE_USERLAND:-$(dirname "$agentfense")/agentfense-userland}
work=$(mktemp -d)
trap 'rm -rf "$work" "$work.native"' EXIT
cd "$work" || exit
failed=0

# job NAME SCRIPT: the answer in the sandbox is the native one.
job() {
    local start ours native time_ours time_native
    start=$EPOCHREALTIME
    ours=$(timeout 300 "$agentfense" exec --mount overlay --workspace . --shell /bin/bash --env LC_ALL=C.UTF-8 "$2" 2>&1)
    time_ours=$(bc <<< "$EPOCHREALTIME - $start")
    # In a copy of its own: what a job makes in the sandbox stays there, too.
    cp -r . "$work.native"
    start=$EPOCHREALTIME
    native=$(cd "$work.native" && LC_ALL=C.UTF-8 timeout 300 bash -c "$2" 2>&1)
    time_native=$(bc <<< "$EPOCHREALTIME - $start")
    rm -rf "$work.native"
    printf '%-40s %8.2f s %8.2f s  ' "$1" "$time_ours" "$time_native"
    if [ "$ours" = "$native" ]; then
        echo ok
    else
        echo 'not ok'
        diff <(echo "$native") <(echo "$ours") | head -20
        failed=1
    fi
}

mkdir repository
git -C "$repository" archive HEAD | tar xf - -C repository
awk 'BEGIN {
    srand(1)
    split("GET POST PUT HEAD", method); split("/ /index.html /api/v1/users /login /static/app.js", path)
    split("200 200 200 304 404 500", status)
    for (size = 0; size < 100000000; size += length(line) + 1) {
        line = sprintf("10.0.%d.%d - - [%02d/Nov/2026:%02d:%02d:%02d +0000] \"%s %s HTTP/1.1\" %s %d", rand() * 256, \
            rand() * 256, 1 + rand() * 30, rand() * 24, rand() * 60, rand() * 60, method[1 + int(rand() * 4)], \
            path[1 + int(rand() * 5)], status[1 + int(rand() * 6)], rand() * 100000)
        print line
    }
}' > access.log
for ((i = 1; i <= 20000; i++)); do echo "$i,customer $((i % 500)),$((i * 7919 % 10000)).$((i % 100))"; done > orders.csv
for ((i = 0; i < 500; i++)); do echo "customer $i,$((i % 7))"; done > customers.csv

printf '%-40s %10s %10s\n' '' agentfense native
job 'tar czf, unpacked, diff -r' '
    tar czf repository.tgz repository && mkdir out && tar xzf repository.tgz -C out && diff -r repository out/repository &&
    tar tzf repository.tgz | sort | cksum'
job 'awk report over 100 MB' '
    awk "{ bytes[\$7] += \$10; codes[\$9]++; split(\$4, t, \":\"); hours[t[2]]++ }
         END { for (p in bytes) print \"path\", p, bytes[p]; for (c in codes) print \"code\", c, codes[c];
               for (h in hours) print \"hour\", h, hours[h] }" access.log | sort'
job 'grep | cut | sort | uniq -c of 100 MB' "grep ' 500 ' access.log | cut -d' ' -f1 | sort | uniq -c | sort -rn | head -5"
job 'sed over 100 MB' "sed -E 's/^([0-9.]+) .*\"([A-Z]+) ([^ ]+).*/\\1 \\2 \\3/' access.log | cksum"
job 'find | xargs -P2 sha256sum | sort | diff' '
    find repository -type f -print0 | xargs -0 -P2 -n50 sha256sum | sort > sums &&
    (cd repository && sha256sum --quiet -c <(sed "s,  repository/,  ," ../sums)) && sort -c sums && wc -l < sums'
job 'sqlite3: import two tables, join' '
    sqlite3 shop.db "create table orders(id integer primary key, customer text, amount real)" \
        "create table customers(name text primary key, region integer)" \
        ".mode csv" ".import orders.csv orders" ".import customers.csv customers" ".mode list" \
        "select region, count(*), printf(\"%.2f\", sum(amount)) from orders join customers on customer = name
         group by region order by region"'
if npm pack --silent less@1.3.3 > /dev/null 2>&1 && tar xzf less-1.3.3.tgz; then
    job 'make -n of a real project' '
        cd package && for goal in test benchmark less rhino min browser-prepare clean dist; do
            make -n $goal; echo "$goal: $?"
        done'
fi
exit $failed
