# Files get times that are well apart.
old() { touch -d '2020-01-01 00:00:00' "$@"; }
new() { touch -d '2021-01-01 00:00:00' "$@"; }

### a rule makes what is older than what it needs (stderr)
printf 'out: in\n\tcp $< $@\n' > Makefile
echo 1 > in
make
make
old in; new out; make
new in; old out; make

### nothing to be done, and up to date (stderr)
printf 'all:\nfile: ; @touch file\n.PHONY: p\np:\n' > Makefile
make all; make file; make file; make p

### no rule (stderr)
printf 'a: b\nb: c\n\techo b\n' > Makefile
make; make -k; make x y; make -k x a

### no makefile (stderr)
make; make x; make -f none

### a recipe fails (stderr)
cat > Makefile <<'E'
all: one two
one:
	@echo one
	false
	@echo not here
two:
	@echo two; exit 3
E
make; make -k; make -i; make -s two

### dash, at and plus (stderr)
cat > Makefile <<'E'
all:
	-false
	@-false
	-@exit 2
	@echo quiet
	+@echo plus
	 	@  - false
	echo done
E
make; make -n; make -s

### a missing program (stderr)
printf 'all:\n\t-nonesuch-program a b\n\tnonesuch-program "a"\n' > Makefile
make 2>&1 | sed 's/^[^ ]*sh: .*nonesuch-program:.*/sh: not found/'

### continued lines
cat > Makefile <<'E'
A = one \
    two\
	three
B = a\
b
$(info [$(A)] [$(B)])
all:
	@echo a \
	b \
	  c
	@echo 'x \
	y'
	@echo "$(A) \
	z" $(subst a,b,a \
	   c)
	echo shown \
	  twice
E
make

### comments
cat > Makefile <<'E'
A = x # not here
B = a\#b
C = $(subst x,#,x) # cut
$(info [$(A)] [$(B)] [$(C)])
all: # nothing here
	@echo run # shell's
	# the shell's
  # make's
	@echo '#'
E
make

### static pattern rules (stderr)
cat > Makefile <<'E'
objects = a.o b.o dir/c.o
all: $(objects) odd
$(objects): %.o: %.c common.h
	@echo $@ from $< with $^ stem $*
odd: %.o: %.c
a.c b.c dir/c.c common.h: ; @:
E
make

### pattern rules and their choice
cat > Makefile <<'E'
all: a.x lib/b.x libc.x deep.y
%.x: %.1
	@echo $@ by 1: $< $*
%.x: %.2
	@echo $@ by 2: $< $*
lib%.x: %.2
	@echo $@ by lib: $< $*
%.y: %.z
	@echo $@ from $<
%.z: %.w
	@echo $@ from $<; touch $@
E
mkdir lib; touch a.2 lib/b.1 c.2 libc.2 deep.w
make

### chains leave no files
cat > Makefile <<'E'
all: x.out y.out
%.out: %.mid
	cp $< $@
%.mid: %.src
	cp $< $@
.SECONDARY: y.mid
E
touch x.src y.src
make; ls; make; old x.out; make

### intermediate and precious
cat > Makefile <<'E'
all: a.3 b.3
%.3: %.2
	cp $< $@
%.2: %.1
	cp $< $@
.PRECIOUS: b.2 %.9
.INTERMEDIATE: a.2
E
touch a.1 b.1
make; ls

### double-colon rules (stderr)
cat > Makefile <<'E'
all: t
t:: a
	@echo from a
t:: b
	@echo from b
t::
	@echo always
a b: ; @echo $@
x: ; @echo one
x:: ; @echo two
E
make; sed -i '/^x/d' Makefile; make; touch t a; make

### order-only prerequisites
cat > Makefile <<'E'
out: in | dir
	@echo '$^' '|' '$|' ; touch out
dir: ; mkdir dir
in: ; touch in
E
make; old out in; new dir; make; new in; make

### phony targets
cat > Makefile <<'E'
.PHONY: clean all
all: clean
	@echo all
clean:
	@echo clean
E
touch clean all; make; make clean

### suffix rules
cat > Makefile <<'E'
.SUFFIXES:
.SUFFIXES: .in .out .x
.in.out:
	@echo $@ from $< stem $*
.in:
	@echo $@ from $<
all: a.out b
.x.out:
	@echo no
E
touch a.in b.in; make; make c.out

### builtin rules (stderr)
touch a.c b.cc c.S d.y e.l f.f prog.sh
make -n a.o b.o c.o d.c f.o a prog CFLAGS=-O2 LDLIBS=-lm
make -n e.o; make -rn a.o; make -Rn a.o

### the default rule
printf '.DEFAULT:\n\t@echo making $@ $<\nall: x y\n' > Makefile
make; make z

### silent, ignore, delete (stderr)
cat > Makefile <<'E'
.SILENT: quiet
.IGNORE: bad
.DELETE_ON_ERROR:
all: quiet bad
quiet: ; echo quiet
bad: ; exit 1
broken:
	echo half > $@
	false
E
make; make broken; ls

### oneshell
cat > Makefile <<'E'
.ONESHELL:
all:
	@a=1
	echo $$a
	@echo "[$$a]"
	-exit 3
E
make

### second expansion
cat > Makefile <<'E'
.SECONDEXPANSION:
a_deps = one two
all: a b.x sub/c.x
a: $$($$@_deps)
	@echo $@: $^
b.x sub/c.x: %.x: $$*.y $$(@D)/z
	@echo $@: $^
one two b.y sub/c.y ./z z sub/z: ; @echo make $@
E
make

### second expansion in pattern rules
cat > Makefile <<'E'
.SECONDEXPANSION:
all: p.o d/q.o
%.o: $$(addsuffix .c,$$*) $$(@F).h
	@echo $@: $^
%.c %.h: ; @echo make $@
E
make -r

### default goal
printf '.a: ; @echo dot\n%%.z: ; @:\nfirst: ; @echo first\nsecond: ; @echo second\n' > Makefile
make; printf '.DEFAULT_GOAL := second\n$(info [$(.DEFAULT_GOAL)])\n' >> Makefile; make

### recipe prefix
printf '.RECIPEPREFIX = >\nall:\n> @echo one\n>@echo two\n.RECIPEPREFIX =\nb:\n\t@echo tab\n' > Makefile
make all b

### posix
printf '.POSIX:\nall:\n\t@false; echo not here\n\t@echo not here\n' > Makefile
make 2>/dev/null; echo $?

### overriding a recipe (stderr)
printf 'a: ; @echo 1\na: ; @echo 2\nb b: ; @echo b\n' > Makefile
make; make b

### grouped targets
cat > Makefile <<'E'
all: a b c d
a b &: in
	@echo both from $<; touch a b
%.1 %.2: %.0
	@echo $@ $*; touch x.1 x.2
c d: x.1 x.2
	@echo $@
in x.0: ; touch $@
E
make; make

### flavors of variables
cat > Makefile <<'E'
x = 1
rec = $(x)
sim := $(x)
posix ::= $(x)$$
imm :::= $(x)$$x
cond ?= c
cond ?= d
sh != echo a; echo b
app = $(x)
app += more $(x)
sapp := $(x)
sapp += $(x) end
x = 2
empty =
empty += e
$(info [$(rec)] [$(sim)] [$(posix)] [$(imm)] [$(cond)] [$(sh)] [$(app)] [$(sapp)] [$(empty)])
$(info $(flavor rec) $(flavor sim) $(flavor none) $(flavor imm) $(origin rec) $(origin none) $(origin CC) $(origin PATH) $(origin @) $(origin MAKE))
$(info $(value app) $(value imm))
all:;@:
E
make; make x=9; make -e PATH="$PATH" cond=z

### define
cat > Makefile <<'E'
define two
echo one $(1)
@echo two
endef
define simple :=
$(x)
endef
define app +=
last
endef
app2 = a
define app2 +=

b
endef
define outer
define inner
in
endef
endef
x = 5
override define ov
ov
endef
all:
	@$(two)
	$(two)
	@echo '$(simple)' '$(app)' '$(value outer)'
	@echo '$(app2)'
E
make

### override and undefine
cat > Makefile <<'E'
override a = file
override b += more
c = file
undefine d
e = x
undefine e
all: ; @echo [$(a)] [$(b)] [$(c)] [$(d)] [$(e)]
E
make a=1 b=2 c=3 d=4; make

### target variables
cat > Makefile <<'E'
V = global
all: a b c
a: V = a
a: dep1
	@echo a: $(V)
b: V += b
b: W := $(V)
b: dep2
	@echo b: $(V) '$(W)'
c: private V = hidden
c: export E = env
c: dep3
	@echo c: $(V) $$E
dep1 dep2 dep3: ; @echo $@: $(V) [$$E]
a: U ?= u
E
make; make V=cmd; make dep1

### pattern variables
cat > Makefile <<'E'
%.o: F = obj
lib%.o: F = lib
%.o: G += g
G = global
all: a.o lib.o libx.o
a.o lib.o libx.o: ; @echo $@ $(F) $(G)
E
make

### export
cat > Makefile <<'E'
A = a
export B = b
C = c
export C D
D = d
unexport HOME
export
unexport C
all: ; @env | grep -E '^(A|B|C|D|HOME|E)=' | sort
E
make E=5; sed -i '/^export$/d' Makefile; make; printf '.EXPORT_ALL_VARIABLES:\n' >> Makefile; make; E=6 make -e

### automatic variables
cat > Makefile <<'E'
dir/sub/t.o: a/x.c b/y.c a/x.c z | o
	@echo '@ $@ $(@D) $(@F)'
	@echo '< $< $(<D) $(<F)'
	@echo '^ $^ $(^D) $(^F)'
	@echo '+ $+ $(+F)'
	@echo '? $?'
	@echo '* $* $(*D) $(*F)'
	@echo '| $|'
a/x.c b/y.c z o: ; @:
E
make

### newer prerequisites
cat > Makefile <<'E'
t: a b c
	@echo '$?'
E
touch a b c t; old a c; touch -d '2020-06-01' t; new b; make; make -B; make -W a; make -o b; echo $?

### text functions
cat > Makefile <<'E'
$(info $(subst ee,EE,feet on the street))
$(info $(patsubst %.c,%.o,x.c.c bar.c y.h) $(patsubst a\%b,z,a%b) $(patsubst %,p-%-s,a b))
$(info [$(strip  a   b	c )] [$(findstring a,a b c)] [$(findstring a,b c)])
$(info [$(filter %.c %.s,foo.c bar.c baz.s ugh.h)] [$(filter-out a b%,a b bb c)])
$(info [$(sort foo bar lose bar)] [$(word 2, foo bar baz)] [$(word 9,a)] [$(wordlist 2, 3, a b c d)] [$(wordlist 3,2,a b c)])
$(info [$(words a b c)] [$(firstword a b)] [$(lastword a b)] [$(words )])
$(info [$(dir src/foo.c hacks /)] [$(notdir src/foo.c hacks a/)] [$(suffix src/foo.c src-1.0/bar hacks.tar.gz)] [$(basename src/foo.c src-1.0/bar hacks.)])
$(info [$(addsuffix .c,foo bar)] [$(addprefix src/,foo bar)] [$(join a b,.c .o .x)])
$(info [$(a:.c=.o)] [$(a:%.c=x/%)] [$(abspath /a/./b/../c //x)])
a = 1.c 2.c 3.h
comma = ,
$(info [$(a:.c=.o)] [$(a:%.c=x/%)] [$(subst $(comma), ,a,b)] [$(subst ,x,a)])
all:;@:
E
make

### logic functions
cat > Makefile <<'E'
t = yes
$(info [$(if $(t),a,b)] [$(if  ,a,b)] [$(if $(n),a)] [$(or ,$(n),x,y)] [$(and a,$(t),z)] [$(and a,,z)])
$(info [$(intcmp 1,2,lt,eq,gt)] [$(intcmp 2,2,lt,eq,gt)] [$(intcmp 3,2,lt,eq,gt)] [$(intcmp -5,-5)] [$(intcmp 1,2)] [$(intcmp 3,2,lt,ge)])
$(info [$(foreach v,a b c,<$(v)>)] [$(let a b,1 2 3,[$(a)/$(b)])] [$(v)])
rev = $(if $1,$(call rev,$(wordlist 2,99,$1)) $(firstword $1))
map = $(foreach a,$(2),$(call $(1),$(a)))
o = $(call map,origin,o map MAKE none)
$(info [$(call rev,a b c)] [$(o)] [$(call none,x)] [$(call subst,a,b,aa)])
pair = $(1)-$(2)-$(0)
$(info [$(call pair,x)] [$(call pair, x , y,z)])
all:;@:
E
make

### eval
cat > Makefile <<'E'
define rule
$(1): $(2)
	@echo $$@ from $$^ by $(1)
endef
$(foreach t,a b,$(eval $(call rule,$(t),$(t).in)))
$(eval all: a b)
a.in b.in:;@echo $@
$(eval X := $$$$1)
$(info [$(X)] [$(eval Y = 1)] [$(Y)])
E
make all

### wildcard and files
cat > Makefile <<'E'
$(info [$(wildcard *.c)] [$(wildcard *.c d/*.[ch] none* a.c)] [$(wildcard */)])
$(info [$(notdir $(realpath a.c none))])
$(file >out,one)
$(file >>out,two)
$(file >empty)
$(info [$(file <out)] [$(file <none)])
all: *.c
	@echo $^
E
mkdir d e; touch b.c a.c d/x.h d/y.c .hidden.c; make; cat out

### shell
cat > Makefile <<'E'
x := $(shell printf 'a\nb\n\n'; exit 3)
$(info [$(x)] $(.SHELLSTATUS))
export V = exported
$(info [$(shell echo $$V)] [$(shell echo 'a  b')] [$(shell echo "#")])
SHELL = /bin/bash
.SHELLFLAGS = -euc
$(info [$(shell echo $$BASH_VERSION | cut -c1)])
all: ; @echo $${none-unset}; [[ a == a ]] && echo bash
E
make | sed 's/\[[0-9]\]/[N]/'

### error, warning, info (stderr)
cat > Makefile <<'E'
$(warning careful)
ifdef FAIL
$(error it failed: $(FAIL))
endif
all:
	@echo one
	$(warning in a recipe)
	@echo $(info i)two
	$(if $(BAD),$(error bad recipe))
E
make; make FAIL=1; make BAD=1

### conditionals (stderr)
cat > Makefile <<'E'
a = 1
ifeq ($(a),1)
$(info eq)
else
$(info no)
endif
ifneq '$(a)' "2"
$(info neq)
endif
ifdef a
  ifndef b
    $(info nested)
  else
    $(info no)
  endif
endif
ifeq ($(a),2)
$(info no)
else ifeq "$(a)" "3"
$(info no)
else ifdef a
$(info chain)
else
$(info no)
endif
ifeq ($(strip $(b)),)
$(info empty)
endif
ifdef none
ifeq (bad
junk ( here
define x
endif
endef
endif
endif
all:
ifeq ($(a),1)
	@echo then
else
	@echo else
endif
	@echo after
E
make; make a=3

### mistakes (stderr)
try() { printf "$1" > Makefile; make; }
try 'a b\n'; try '        echo\n'; try '\techo\n'; try 'ifeq (a,b)\n'; try 'endif\n'; try 'else\n'
try 'all: ; @echo $(x\n'; try 'x = $(x)\nall: ; @echo $(x)\n'; try '$(subst a)\n'; try '= x\n'
try 'define x\n'; try 'a: %%.o: b\n'; try 'a: b: c\n'; try 'ifeq(a,b)\nendif\n'; try '$(word a,b)\n'
try 'ifeq (a,b)\nelse\nelse\nendif\n'; try 'a %%.b: ; x\n'; try '$(error)\n'; try '$(word 0,b)\n'

### include (stderr)
cat > Makefile <<'E'
all: ; @echo $(A) $(B) $(MAKEFILE_LIST)
include a.mk $(wildcard b*.mk)
-include none.mk
sinclude none2.mk
E
echo 'A = a' > a.mk; echo 'B = b' > b1.mk; make
echo 'include gone.mk' >> Makefile; make
mkdir inc; echo 'B = inc' > inc/gone.mk; make -I inc

### makefiles are remade (stderr)
cat > Makefile <<'E'
all: ; @echo $(A) $(MAKE_RESTARTS)
include gen.mk
gen.mk: src
	@echo making $@
	@echo 'A = made' > $@
-include bad.mk
bad.mk: ; @echo trying; false
E
touch src; make; make

### circular (stderr)
printf 'a: b ; @echo a\nb: c ; @echo b\nc: a ; @echo c\n' > Makefile; make

### question and touch (stderr)
cat > Makefile <<'E'
out: in ; @echo made; touch out
E
touch in; make -q; echo $?; make -t; echo $?; ls; make -q; echo $?; make -t

### just print
cat > Makefile <<'E'
all: a
	@echo all
	+@echo really
a:
	touch a
	$(MAKE) -f sub.mk
E
printf 'x: ; echo sub\n' > sub.mk; make -n; ls

### submakes (stderr)
cat > Makefile <<'E'
export X = exported
all: ; @echo level $(MAKELEVEL); $(MAKE) -C sub V=2 && $(MAKE) -f sub/Makefile in W=1 -s
E
mkdir sub; printf 'all: in; @echo "$(MAKELEVEL) $X $V $(MAKEFLAGS) $(notdir $(CURDIR)) $(MAKECMDGOALS)"\nin:;@echo in\n' > sub/Makefile
make A=1; make -k --no-print-directory; make -w; make -s

### a submake fails (stderr)
printf 'all: ; $(MAKE) -C d x\n' > Makefile; mkdir d; printf 'x: ; exit 5\n' > d/Makefile; make; make -i

### makeflags
printf '$(info [$(MAKEFLAGS)] [$(MFLAGS)] [$(MAKECMDGOALS)])\nall x:;@echo "$$MAKEFLAGS"\n' > Makefile
make -k V=1 'W=a b' x; make -ij1 -I foo; MAKEFLAGS=k make; MAKEFLAGS='n -- A=2' make; MAKEFLAGS=-s make x

### makeflags set by a makefile
printf 'MAKEFLAGS += -s --no-print-directory\n$(info [$(MAKEFLAGS)])\nall:;echo "$$MAKEFLAGS"\n' > Makefile
make; make V=1 -k

### vpath
cat > Makefile <<'E'
VPATH = src:other
vpath %.h include
all: a.o b.o
%.o: %.c x.h
	@echo $@: $< $^
E
mkdir src other include; touch src/a.c other/b.c include/x.h; make

### vpath and remaking
cat > Makefile <<'E'
VPATH = d
out: mid ; @echo out from $<
mid: in ; @echo mid from $<; touch mid
E
mkdir d; touch d/in d/mid; old d/mid; make; rm mid; old d/in; new d/mid; make

### libraries
printf 'vpath %%.a libs\nprog: x.o -lm1\n\t@echo $^\nx.o:;@:\n' > Makefile; mkdir libs; touch libs/libm1.a; make

### tilde and escapes
cat > Makefile <<'E'
all: a\ b ./x ././y
	@echo '$^' $<
a\ b x y: ; @echo make '$@'
c\:d: ; @echo '$@'
E
make; make c:d

### values with colons and semicolons
cat > Makefile <<'E'
R = a: b ; @echo from a value
$(R)
b: ; @echo b
E
make

### jobs
cat > Makefile <<'E'
all: a b c
	@echo all
a: ; @sleep 0.3; echo a
b: ; @sleep 0.1; echo b
c: a ; @echo c
E
make -j3; make -j; make -j1

### jobs keep their output together
cat > Makefile <<'E'
all: a b
a: ; @echo a1; sleep 0.4; echo a2
b: ; @sleep 0.2; echo b1; echo b2
E
make -j2 -Otarget; make -j2 -Oline

### jobs and failure (stderr)
cat > Makefile <<'E'
all: a b c
a: ; @sleep 0.1; exit 1
b: ; @sleep 0.4; echo b
c: d ; @echo not here
d: ; @sleep 0.6; echo d
E
make -j3; make -kj3

### jobs across makes
cat > Makefile <<'E'
all: s1 s2
s1 s2: ; @$(MAKE) -s -f sub.mk N=$@
E
printf 'all: a b c\na b c: ; @sleep 0.1; echo x\n' > sub.mk
make -s -j2; make -s -j4

### not parallel
printf '.NOTPARALLEL:\nall: a b\na: ; @sleep 0.2; echo a\nb: ; @echo b\n' > Makefile; make -j4

### wait between prerequisites
printf 'all: a .WAIT b\n\t@echo $^\na: ; @sleep 0.2; echo a\nb: ; @echo b\n' > Makefile; make -j4

### trace (stderr)
printf 'all: a b\n\t@echo all\na: ; @touch a\nb: a ; @touch b\n.PHONY: all\n' > Makefile; make --trace; rm b; make --trace -s

### undefined variables (stderr)
printf 'X = $(undef)\nall: ; @echo $(X) $(other)$(MAKECMDGOALS)\n' > Makefile; make --warn-undefined-variables

### several goals and definitions
printf 'a b: ; @echo $@ $(V)\n' > Makefile; make b a V=1 b; make -f - a <<< 'a: ; @echo from stdin'

### options (stderr)
printf 'all: ; @echo $(X)\nb: ; @pwd | sed s,.*/d,d,\n' > Makefile; mkdir d; cp Makefile d
make --eval='X = evaluated'; make -C d b; make -Cd --no-print-directory b; make -j0 2>&1 | head -n 1; make --directory d -s b
make -C none; GNUMAKEFLAGS=-s make -n

### environment
printf 'A = file\nall: ; @echo $(A) $(B) $(origin A) $(origin B) $(SHELL)\n' > Makefile
A=env B=env SHELL=/bin/none make; A=env B=env make -e; A=env make A=cmd

### shell variable
printf 'SHELL = /bin/echo\nall: ; run this\n' > Makefile; make -s

### standard input
printf 'all: ; @cat\n' > Makefile; echo input | make

### canned sequences and empty recipes
cat > Makefile <<'E'
all: a b
a: ;
b:
	
	@:
%: %.c ; @echo wrong
E
touch a.c b.c; make; make a

### extra targets of a pattern
cat > Makefile <<'E'
all: p.tab.c p.tab.h
%.tab.c %.tab.h: %.y
	@echo run for $@; touch p.tab.c p.tab.h
E
touch p.y; make; make

### archives
cat > Makefile <<'E'
all: lib.a(x.o)
(%.o): %.o
	@echo put $% into $@ from $<
x.o: ; @echo $@
E
make -r

### secondary and not intermediate
cat > Makefile <<'E'
all: a.3
%.3: %.2 ; cp $< $@
%.2: %.1 ; cp $< $@
.NOTINTERMEDIATE: %.2
E
touch a.1; make; ls

### cancelled rules
printf '%%.o: %%.c\nall: x.o\n' > Makefile; touch x.c; make 2>&1; printf '%%.o: %%.s\n' >> Makefile; make x.o

### match-anything rules
cat > Makefile <<'E'
all: one two.c
%: %.src ; @echo any $@ from $<
%:: %.term ; @echo terminal $@ from $<
E
touch one.src two.c.src two.c.term; make

### features
cat > Makefile <<'E'
$(info $(filter oneshell second-expansion order-only target-specific else-if,$(.FEATURES)))
$(info $(if $(filter CC,$(.VARIABLES)),has CC) $(MAKE_VERSION) [$(.INCLUDE_DIRS:/usr%=)])
all:;@:
E
make 2>&1 | sed 's/\[.*//'

### long recipes
cat > Makefile <<'E'
N := $(shell seq 1 200)
all: $(addprefix t,$(N)) ; @echo $(words $^)
t%: ; @:
E
make

### a target that is a directory
printf 'd/out: | d ; @touch $@; echo made\nd: ; mkdir $@\n' > Makefile; make; make

### guile is not there (stderr)
printf '$(info [$(guile 1)])\nall:;@echo on\n' > Makefile; make

### missing includes are told in order (stderr)
printf 'include a.x\ninclude b.x\nall:;@echo all\n' > Makefile; make; make -k
printf 'a.x b.x: ; @echo try $@; exit 1\n' >> Makefile; make; make -k
sed -i 's/; exit 1//' Makefile; make

### debug
cat > Makefile <<'E'
all: a b c
a: x y ; touch a
b: ; touch b
x: ; touch x
c: nothere ; touch c
nothere:
y: ; touch y
E
touch a y; old a; make --debug=b | sed '/^GNU/,/^There is NO/d'; make a --debug=b | tail -n 1

### a signal removes what is half made (stderr)
cat > Makefile <<'E'
.PHONY: all
all: out keep
out keep: ; @echo half > $@; sleep 10
.PRECIOUS: keep
E
timeout -s INT 1 make; echo $?; timeout --foreground -s TERM 1 make keep; echo $?; ls
