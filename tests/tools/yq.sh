printf 'a: 1\nb:\n  - x\n  - y: 2\n---\nc: 3\n' > f.yaml
### shows and picks (ours)
yq . f.yaml; yq '.b[1].y' f.yaml; yq -N .a f.yaml; yq -o json -I0 .b f.yaml; yq f.yaml | head -1
### in place (ours)
yq -i '.a = 5' f.yaml; cat f.yaml
### other formats (ours)
echo '{"k":[1,{"m":"x"}]}' | yq -p json -o yaml; echo 'x = 1' | yq -p toml -o json; printf 'n,m\n1,a\n' | yq -p csv -o json -I0
### status and messages (ours, stderr)
yq -e .zz f.yaml; echo $?; yq '.a[' f.yaml; echo $?; yq . nofile.yaml; echo $?
