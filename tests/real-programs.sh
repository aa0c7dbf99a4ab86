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

# What autoconf, automake and libtool make of a small project: configured, built, installed and packed, with a
# stand-in for the compiler, since there is none in a sandbox. Each file and each word must be native bash's.
if command -v autoreconf libtoolize >/dev/null; then
    mkdir -p project/src tools && cd project || exit
    cat > configure.ac <<'E'
AC_INIT([demo],[1.0])
AC_CONFIG_AUX_DIR([build-aux])
AM_INIT_AUTOMAKE([foreign subdir-objects])
AC_PROG_CC
AM_PROG_AR
LT_INIT
AC_PROG_AWK
AC_PROG_SED
AC_PROG_EGREP
AC_PROG_LN_S
AC_PROG_MKDIR_P
AC_CHECK_HEADERS([sys/time.h poll.h sys/epoll.h netdb.h wchar.h])
AC_CHECK_FUNCS([fork mmap getaddrinfo strlcpy])
AC_C_BIGENDIAN
AC_TYPE_PID_T
AC_CHECK_LIB([m],[sin])
AC_SYS_LARGEFILE
AC_ARG_ENABLE([foo],[AS_HELP_STRING([--enable-foo],[enable foo])],[foo=$enableval],[foo=no])
AC_SUBST([foo])
AC_CONFIG_HEADERS([config.h])
AC_CONFIG_FILES([Makefile src/Makefile demo.pc])
AC_OUTPUT
E
    echo 'SUBDIRS = src' > Makefile.am
    printf '%s\n' 'bin_PROGRAMS = demo' 'demo_SOURCES = a.c b.c' 'dist_doc_DATA = readme' > src/Makefile.am
    touch src/{a.c,b.c,readme}
    echo 'prefix=@prefix@ foo=@foo@' > demo.pc.in
    autoreconf -fi >../fetch.log 2>&1 || { report 'not ok' autoreconf; tail -3 ../fetch.log; }
    cd ..
    cat > tools/cc <<'E'
#!/bin/sh
# Accepts every program but those that are wrong on purpose, and writes the file it is asked for.
out=a.out compile= preprocess= source=
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
E
    for tool in ar ranlib nm strip objdump ld; do
        printf '#!/bin/sh\n[ "$1" = --version ] && echo "GNU %s 2.40"\nexit 0\n' "$tool" > "tools/$tool"
    done
    chmod +x tools/*
    cat > build.sh <<'E'
PATH=$PWD/tools:/usr/bin:/bin
cp -a project built && cd built || exit
export SHELL=/bin/bash CONFIG_SHELL=/bin/bash
bash ./configure --host=x86_64-unknown-linux-gnu --build=i686-pc-linux-gnu --enable-foo CC=cc CPP='cc -E' AR=ar RANLIB=ranlib NM=nm \
    STRIP=strip OBJDUMP=objdump LD=ld MANIFEST_TOOL=: DLLTOOL=:
make && make install DESTDIR="$PWD/installed" && make dist && tar tzf demo-1.0.tar.gz | sort
cat config.h Makefile src/Makefile demo.pc
find . -type f | sort
cd .. && rm -rf built
E
    # Where it is built is another directory.
    same 'configure, make, make install, make dist' 'bash build.sh 2>&1 | sed "s#$PWD#HERE#g"'
else
    echo 'skipped - configure: autoconf, automake and libtool are not installed'
fi
exit "$failed"
