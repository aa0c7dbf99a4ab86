f() { mkdir -p src sub/deep .hid build .git; printf 'fn main() {\n    println!("hello");\n}\n// TODO fix\n' > src/main.rs; printf 'import os\n# TODO this\nhello world\nHello\n' > src/a.py; printf '*.log\n/build/\n' > .gitignore; echo "hello log" > x.log; echo hello > build/o; echo "hello hidden" > .hid/f; echo "hello deep" > sub/deep/d.txt; printf 'he\0llo hello\n' > bin.dat; printf 'sub\n' > .rgignore; seq 30 > nums; }
### trees and what is ignored
f; rg --sort path hello; rg --no-ignore --sort path hello; rg --hidden --sort path hello; rg -uuu --sort path hello; rg --files --sort path; rg -g 'src/**' --files --sort path
### output
f; rg hello src/main.rs; rg -c --sort path hello; rg -n -C1 --sort path TODO; rg -o --column 'h.l' src/a.py; rg -l hello --sort path; rg --heading -n hello --sort path; rg --vimgrep --sort path hello src; rg -A1 -n hello src --sort path
### patterns
f; rg -e hello -e TODO -c src --sort path; rg -i hello src/a.py; rg -S Hello src/a.py; rg -w hell src/a.py; rg -v o src/a.py; rg -F 'println!("' src; rg -U 'hello.*\n.*Hello' src/a.py; rg -r X hello src/a.py; rg '\bfn\b' -t rust; rg -x hello
### types and globs
f; rg -tpy hello; rg -Tpy --sort path hello; rg -g '*.rs' hello; rg -g '!*.rs' --sort path hello; rg --max-depth 1 -c 1 --sort path
### binary files, standard input
f; rg hello bin.dat; rg -a hello bin.dat | od -c; echo hello | rg hello; printf 'a\nb\n' | rg -n b -
### counts and names
f; rg -m1 1 nums; rg --files-without-match hello --sort path; rg --count-matches l src --sort path; rg -H hello src/a.py; rg -I hello src --sort path; rg -0l hello src --sort path | od -c; rg --trim println src; rg --passthru hello src/a.py; rg -b hello src/a.py; rg --include-zero -c x nums
### statuses
f; rg -q hello; echo $?; rg nosuch; echo $?; rg hello nofile; echo $?; rg "a(" 2> /dev/null; echo $?
