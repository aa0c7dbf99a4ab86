# Stages of every kind, their order, their statuses.
echo one two | cat
printf '%s\n' c a b | sort | head -2
for i in 1 2 3; do echo "$i"; done | while read -r n; do echo "n=$n"; done
{ echo group; echo again; } | { read -r first; echo "[$first]"; }
upper() { tr a-z A-Z; }
echo shout | upper | cat -n
x=outer; echo inner | { read -r x; echo "$x"; }; echo "$x"
(exit 3) | (exit 4) | true; echo "${PIPESTATUS[@]}"
! false | true; echo "$?"
yes | head -1; echo "${PIPESTATUS[0]}"
set -o pipefail; false | true; echo "$?"; set +o pipefail
shopt -s lastpipe; echo kept | read -r y; echo "$y"
echo err >&2 |& cat
big=$(printf 'x%.0s' {1..100000}); echo "${#big}"; echo "$big" | wc -c
