#!/usr/bin/env bash
# Well-known shell programs, each doing its main job in a sandbox.
#
# usage: tests/real-programs.sh [AGENTFENSE]
#
# Fetches the programs with apt-get and npm (so it needs a network, and is no
# part of `cargo xtask test`), runs each in `agentfense exec`, and compares with
# what native bash makes of it, or looks for what must be in its answer.
set -uo pipefail

agentfense=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/agentfense}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
failed=0

fetch() {
    apt-get download -qq "$1" >fetch.log 2>&1 && dpkg-deb -x "$1"_*.deb . || { cat fetch.log; return 1; }
}

# Runs the script in a sandbox over the work directory.
sandboxed() {
    timeout 120 "$agentfense" exec --mount overlay --workspace . --shell /bin/bash "$1" 2>&1
}

report() {
    echo "$1 - $2"
    [ "$1" = ok ] || failed=1
}

# same NAME SCRIPT: the sandbox answers what native bash answers.
same() {
    local ours native
    ours=$(sandboxed "$2")
    native=$(timeout 120 bash -c "$2" 2>&1)
    if [ "$ours" = "$native" ]; then report ok "$1"; else report 'not ok' "$1"; diff <(echo "$native") <(echo "$ours") | head -20; fi
}

# finds NAME SCRIPT TEXT: the answer in the sandbox contains the text.
finds() {
    local ours
    ours=$(sandboxed "$2")
    case $ours in *"$3"*) report ok "$1" ;; *) report 'not ok' "$1"; echo "$ours" | head -20 ;; esac
}

for package in shunit2 bash-completion git neofetch dehydrated screenfetch pass autojump; do
    fetch "$package" || report 'not ok' "fetch $package"
done
npm pack --silent bats >/dev/null && tar xzf bats-*.tgz || report 'not ok' 'fetch bats'

cat > arithmetic-test.sh <<'E'
testEquality() { assertEquals 'a sum' 4 $((2 + 2)); }
testFailure() { assertTrue 'one is two' '[ 1 -eq 2 ]'; }
testOthers() { assertNull ''; assertNotNull x; assertContains abc b; }
. usr/bin/shunit2
E
same shunit2 'bash arithmetic-test.sh'
same 'shunit2 in sh' 'sh --version >/dev/null 2>&1; bash --posix arithmetic-test.sh'

cat > arithmetic.bats <<'E'
setup() { FOO=1; }
@test "addition" { [ "$((2 + 2))" -eq 4 ]; }
@test "run and output" { run echo hello; [ "$status" -eq 0 ]; [ "${lines[0]}" = hello ]; }
@test "fails" { run false; [ "$status" -eq 0 ]; }
@test "skipped" { skip later; }
E
same bats 'package/bin/bats --tap arithmetic.bats'

cat > complete.sh <<'E'
. usr/share/bash-completion/bash_completion
. usr/share/bash-completion/completions/git
complete_line() {
    COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
    read -ra COMP_WORDS <<< "$1"
    [[ $1 == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    __git_wrap__git_main
    printf '%s\n' "${COMPREPLY[@]}" | sort | head -5
}
complete_line 'git remote '
complete_line 'git log --pretty='
E
same git-completion 'bash complete.sh'
# Which of them define anything depends on the programs that are installed.
finds 'all of bash-completion' 'shopt -s extglob; . usr/share/bash-completion/bash_completion
for f in usr/share/bash-completion/completions/*; do . "$f" >/dev/null; done
(($(declare -F | wc -l) > 700)) && complete -p tar' 'complete -F _tar tar'
finds neofetch 'bash usr/bin/neofetch --stdout' 'Shell: bash'
finds screenfetch 'bash usr/bin/screenfetch -N' 'OS:'
same dehydrated 'bash usr/bin/dehydrated --help'
finds pass 'bash usr/bin/pass version' 'the standard unix password manager'
same autojump '. usr/share/autojump/autojump.bash; declare -F | grep autojump; type j | head -3'

# An autoconf-made configure script: its Makefile must be the one native bash makes.
mkdir -p sources/lists/partial && cat > sources/src.list <<'E'
deb-src http://deb.debian.org/debian bookworm main
E
options=(-o Dir::Etc::SourceList="$PWD/sources/src.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$PWD/sources/lists")
if apt-get "${options[@]}" update -qq >fetch.log 2>&1 && apt-get "${options[@]}" source -qq --download-only hello >>fetch.log 2>&1; then
    tar xzf hello_*.orig.tar.gz
    finds 'configure of hello' 'cd hello-*/ && ./configure' 'checking for gcc'
else
    report 'not ok' 'fetch hello'
    tail -3 fetch.log
fi
exit "$failed"
