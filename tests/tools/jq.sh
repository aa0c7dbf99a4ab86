cat > f.json <<'END'
{"a":{"b":[1,2]},"c":"é","n":null}
END
### pretty and compact
jq . f.json; jq -c . f.json; jq .a.b < f.json; jq --tab .a f.json; jq --indent 1 .a f.json; jq -a .c f.json
### raw, joined and sorted
jq -r .c f.json; jq -j '.c, .c' f.json; jq -S -c . f.json; jq -r '.a.b[]' f.json; jq -rj '"a","b"' f.json
### inputs
seq 3 | jq -s -c .; seq 3 | jq -R .; seq 3 | jq -Rs .; jq -n -c '[inputs|.a.b[]]' f.json f.json; jq -c '[., input]' f.json f.json
seq 4 | jq -n 'reduce inputs as $i (0; . + $i)'; jq input_filename f.json; jq -n 'input_filename'; seq 3 | jq input_line_number
### variables
jq -n --arg x 1 --argjson y '{"z":2}' -c '[$x,$y.z]'; jq -n -c --args '$ARGS.positional' a b; jq -n -c --jsonargs '$ARGS' 1 '{"a":2}'
jq -n -c --slurpfile s f.json '$s[0].a'; jq -n --rawfile r f.json '$r|length'; jq -n -c --arg a 1 '$ARGS.named'
### program from a file
printf '# what to do\n.a | keys' > p.jq; jq -c -f p.jq f.json; rm p.jq
### exit status
jq -e .n f.json; echo $?; jq -e .c f.json; echo $?; jq -e empty f.json; echo $?; jq -n '1+"a"'; echo $?; jq . nofile; echo $?
jq -n foo; echo $?; jq -n '"x"|halt_error(3)'; echo $?; jq -n halt; echo $?; jq --nope .; echo $?
### messages (stderr)
jq -n '1+"a"'; jq '.a.b.c' f.json; jq '.a.b[]|error' f.json; jq -n '{}|error({a:1})'; jq -n foo; jq -n '$x'
### values one after another
printf '1 2\n[3]{"a":4}"x"null true' | jq -c .; printf '' | jq .; printf '\n \n' | jq .
### after an error the next input goes on
printf '{"a":1} [] {"a":2}' | jq .a; echo
### streams
jq -c --stream . f.json; jq -c tostream f.json; jq -n -c 'fromstream(inputs|tostream)' f.json; jq -c '[1|truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]])]' f.json
### text formats
jq -nr '[1,"a b",null,true]|@csv,@tsv,@sh'; jq -nr '"a&<b>"|@html,@uri,@base64'; jq -nr '@base64d "\("YWI=")"'; jq -nr '"x y"|@text "\(.)",@json'
### a program of several parts
jq -c 'def f($x): . + $x; [.a.b[] | f(10)] | {sum: add, max: max, list: .}' f.json
jq -c '.a.b as [$p, $q] | {$p, $q}' f.json; jq -c 'to_entries | map(.key)' f.json; jq -c 'with_entries(.value |= type)' f.json
jq -c '.a.b |= map(. * 2) | del(.c) | .new = (.a.b | length)' f.json; jq -c '[paths]' f.json; jq '[.. | numbers] | add' f.json
### updates
jq -n -c '[1,[2]] | (.. | numbers) += 1'; jq -n -c '{} | .a[2] = 1'; jq -n -c '[1,2,3] | .[1:] = [9]'; jq -n -c '[3,1,2] | sort, reverse, unique, first, last'
### strings
jq -nr '"a,b,c" | split(","), (split(",") | join("-")), ascii_upcase, length, .[2:4], test("B";"i")' | head -20
jq -nr '"foo bar foo" | sub("foo";"x"), gsub("foo";"x"), [scan("o+")], (capture("(?<w>b.r)") | .w), ltrimstr("foo")' -c
### dates
jq -nr '0 | todate, (todate | fromdate), strftime("%A, %d %B %Y"), gmtime' -c; jq -n '"2015-03-05T23:51:47Z" | strptime("%Y-%m-%dT%H:%M:%SZ") | mktime'
### control
jq -n -c '[limit(3; range(10))], [range(0;10;3)], [.[]?], (try error("x") catch .), [label $out | 1, break $out, 2], (reduce range(5) as $i (0; . + $i))'
jq -n -c '[foreach range(4) as $i (0; . + $i; [$i, .])]' ; jq -n '[1,2] | if length > 1 then "many" elif . == [] then "none" else "one" end'; jq -n '1 as $x | 2 as $y | $x + $y'
### numbers
jq -n -c '[1000, 0.1 + 0.2, 10 / 4, 7 % 3, -1, (1.5 | floor, ceil, round), pow(2; 10), (16 | sqrt), infinite, nan]'
