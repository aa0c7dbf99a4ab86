cat > setup.sql <<'END'
create table t(a integer primary key, b text, c real);
insert into t values(1,'x',1.5),(2,NULL,2),(3,'a,b"c',1e20);
create index ti on t(b);
create view v as select a from t;
END
sqlite3 x.db < setup.sql; trap 'rm -f x.db setup.sql' EXIT
### modes
for m in list csv column table box markdown json line quote insert tabs html; do echo "select a,b,c,x'4142' as d from t;" | sqlite3 -cmd ".mode $m" x.db; done
### headers
for m in list csv column line quote; do sqlite3 -header -cmd ".mode $m" x.db "select a,b from t where a<3"; done
### errors (stderr)
sqlite3 x.db "select * from nope"; echo $?; sqlite3 x.db "insert into t values(1,2,3)"; echo $?
echo "select * from nope; select 1;
insert into t values(1,2,3);
selec 1;
select 2;" | sqlite3 x.db; echo $?; echo .nope | sqlite3 x.db; echo $?; printf 'selec;\nselect 1;\n' | sqlite3 -bail x.db; echo $?
sqlite3 -readonly x.db "insert into t values(9,9,9)"; echo $?
### schema and names
sqlite3 x.db ".schema t" .tables .indexes ".tables t%"
### dump and back
sqlite3 x.db .dump; sqlite3 x.db .dump | sqlite3 y.db; sqlite3 y.db "select count(*) from t"; rm y.db
### import
printf 'p,q\n1,hello\n2,"a ""b"""\n' > i.csv; sqlite3 x.db ".import --csv i.csv n" "select * from n" ".schema n"
sqlite3 x.db ".mode csv" ".import --skip 1 i.csv n" "select count(*) from n"; rm i.csv
### output to files
sqlite3 x.db ".once o.txt" "select 1" "select 2"; cat o.txt; sqlite3 x.db ".output p.txt" "select 3" ".output" "select 4"; cat p.txt; echo 'select 5;' > q.sql; sqlite3 x.db ".read q.sql"; rm o.txt p.txt q.sql
### settings and the end
sqlite3 x.db ".nullvalue NULL" "select * from t"; sqlite3 -separator : x.db "select a,b from t"; sqlite3 x.db ".print hi there"; sqlite3 x.db ".exit 3"; echo $?; echo "select 1" | sqlite3 x.db; sqlite3 :memory: "select 1+1; select 2"
### a journal that needs shared memory is not to be had (ours)
sqlite3 x.db "pragma journal_mode=wal"
### processes take turns (ours)
for w in a b c; do (for i in 1 2 3 4 5; do sqlite3 -cmd '.timeout 20000' x.db "begin immediate; insert into t(b) select count(*) from t; commit"; done) & done; wait; sqlite3 x.db "select count(*), count(distinct b) from t"
### a lock is in the way (ours, stderr)
(echo "begin exclusive; select 'held';"; sleep 0.6; echo "rollback;") | sqlite3 x.db & sleep 0.3; sqlite3 x.db "select 1 from t"; echo $?; sqlite3 -cmd '.timeout 10000' x.db "select count(*) from t"; wait
