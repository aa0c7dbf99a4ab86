### names
dirname /a/b; dirname a; dirname a/b/; dirname /; dirname ///; dirname /a; dirname a//b; dirname ''; dirname a/b c/d; dirname -z a/b | od -c
### wrong (stderr)
dirname; echo $?

### slashes
dirname /; dirname //; dirname a//b; dirname /a//; dirname ''; dirname ./a; dirname ../a/b/; dirname -z a/b c | od -c; dirname a/. /a b/c//
