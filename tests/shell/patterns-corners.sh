# Slices that begin beyond a list are empty, however long.
A=(a); set --
echo "[${A[*]: -2: -2}] [${A[*]:3:-1}] [${*: -2: -2}]"
(: "${A[*]:0:-1}") 2>/dev/null || echo 'a negative length'
# Case: classes keep it where all else ignores it; the patterns of ^ know groups.
shopt -s nocasematch
for c in a A; do for p in '[A-z]' '[[:lower:]]' '[[:upper:]]' '[!A]'; do [[ $c == $p ]] && echo "$c $p"; done; done
shopt -u nocasematch extglob
s=abc; echo "${s^^@(a|?)}" "${s^@(b)}"
# Slashes stay as they are up to the first pattern.
mkdir -p d/e; touch d/e/f
echo */ */// d//* d//e//* */e//f ./*//e
# Wrong arithmetic ends the command line.
declare -i n='1 +'; echo 'not here'
echo here
printf '%#.0o|%.0o|%#o\n' 0 0 8
