# status: 1
# Where set -e looks and where it does not.
set -e
false || echo or
if false; then :; fi
while false; do :; done
! true
false && true
f() { false; echo "not stopped in a condition"; }
f || echo no; if f; then echo yes; fi
x=$(false; echo "inherited off"); echo "$x"
(set +e; false; echo inner)
echo before
( false; echo unreached )
echo unreached
