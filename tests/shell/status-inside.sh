# $? inside of compound commands is what it was before, or what the condition left.
st() { return $1; }
st 3; [[ $? -eq 3 && $? == 3 ]]; echo "[[: $?"
st 3; [[ $? -eq 0 ]] || echo 'not 0'
st 3 | st 4; if [[ $? -eq 4 ]]; then echo 'a pipeline'; fi
[[ 1 -eq 08 ]] 2>/dev/null; echo "an error: $?"
[[ ! x =~ [ ]] 2>/dev/null; echo "no expression: $?"
if st 7; then :; else echo "else: $?"; fi
if st 7; then :; elif st 8; then :; else echo "elif: $?"; fi
if st 7; then :; fi; echo "no else: $?"
st 3; for i in $? 2; do echo "for $i: $?"; st 4; done; echo "after: $?"
st 3; for i in; do :; done; echo "no words: $?"
st 3; case x in x) echo "case: $?" ;; esac
st 3; case x in x) ;;& x) echo "next: $?" ;; esac
st 3; case x in x) st 5 ;;& z) ;; esac; echo "last body: $?"
st 3; case x in x) ;; esac; echo "empty: $?"
st 3; case x in y) ;; esac; echo "none: $?"
st 3; select i in a; do echo "select $i: $?"; break; done <<< 1 2>/dev/null
st 3; until [ $? = 4 ]; do echo "until: $?"; st 4; done
f() { if st 9; then :; else return; fi; }; f; echo "return: $?"
# The message names the line of the redirection.
for i in 1; do
    :
done < nope
{
    :
} 2>&1 < nope
# A trap that a function sets is not for the call of it.
g() { trap 'echo "ERR $?"' ERR; return 2; }
g
g
trap - ERR
