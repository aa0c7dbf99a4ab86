d='2024-02-29 13:04:05.123456789'
### the usual formats
date -d "$d" '+%Y-%m-%d %H:%M:%S %j %a %A %b %B %e %k %l %p %P %y %C %u %w %U %V %W %G %g %s %N %n%t%%'
### composed formats
date -d "$d" '+%c|%D|%F|%T|%R|%r|%x|%X|%h|%z|%:z|%::z|%Z'
### padding and case
date -d "$d" '+%-d %-m %_H %05d %10Y %^a %^b %#Z %-I %_3S %-N %3N %6N'
### default
date -d "$d"
### standards
date -d "$d" -I; date -d "$d" -Iseconds; date -d "$d" -Ihours; date -d "$d" -Ins; date -d "$d" --iso-8601=minutes; date -d "$d" -R; date -d "$d" --rfc-3339=seconds; date -d "$d" --rfc-3339=ns; date -d "$d" --rfc-3339=date
### epoch
date -d @0 +%F; date -d @1700000000.5 '+%F %T.%N'; date -d @-1 +%T; date -u -d @86400 
### relative to a date
for r in '+1 day' '-1 day' 'next month' 'last year' '2 weeks' '3 hours ago' '+90 minutes' '1 year 2 months' 'tomorrow' 'yesterday' '10 seconds ago' '+1 fortnight'; do date -d "2024-01-31 12:00 $r" '+%F %T'; done
### weekdays
date -d '2024-05-15 next friday' +%F 2>/dev/null; date -d '2024-05-15 friday' +%F; date -d '2024-05-15 last monday' +%F; date -d 'monday' +%a; date -d 'next friday' +%a
### forms of dates
for f in '2024-05-06' '5/6/2024' '5/6' '6 May 2024' 'May 6, 2024' 'May 6 2024' '20240506' '20240506 1234' '6-may-2024' 'Mon, 06 May 2024 07:08:09 +0200' '2024-05-06T07:08:09Z' '2024-05-06T07:08:09+02:00' '2024-05-06 07:08:09.5' '2024-05-06 7am' '2024-05-06 7:08 pm' '2024-05-06 noon' ; do date -u -d "$f" '+%m-%d %T' 2>/dev/null || echo "no: $f"; done
### words
[ "$(date -d now +%F)" = "$(date +%F)" ] && echo same; [ "$(date -d 'yesterday 10:00' +%T)" = 10:00:00 ] && echo ten; [ "$(date -d today +%F)" = "$(date +%F)" ] && echo today; date -d 'tomorrow 00:00' +%T; date -d '10:30' +%T; date -d 'noon' +%T 2>/dev/null || echo no; date -d midnight +%T; date -d '' +%T
### zones in the text
date -u -d '2024-05-06 12:00 EST' +%T; date -u -d '2024-05-06 12:00 UTC' +%T; date -u -d '2024-05-06 12:00 -0330' +%T; date -u -d '2024-05-06 12:00 PDT' +%T
### TZ
TZ=EST5EDT date -d @0; TZ=Europe/Berlin date -d @1720000000 '+%F %T %Z %z'; TZ=America/New_York date -d '2024-07-01 12:00' '+%s %Z'; TZ=Asia/Tokyo date -d @0 -Iseconds; TZ=UTC-3 date -d @0 '+%T %Z %z'; TZ='<+0530>-5:30' date -d @0 '+%T %Z %:z'; TZ=Nowhere/City date -d @0 '+%T %Z'
### TZ in the date
date -d 'TZ="America/Los_Angeles" 2024-07-01 09:00' '+%F %T %Z'
### reference and files
touch -d @1000 f; date -r f +%s; printf '2024-01-01\n@5\n' > g; date -f g +%s; printf '2024-01-01\n' | date -f - +%F
### wrong (stderr)
date -d nonsense; echo $?; date +%F extra; echo $?; date -r nofile; echo $?
### wrong days (stderr)
date -d '2023-02-29'; echo $?; date -d '2024-13-01'; echo $?; date -d '25:00'; echo $?
### setting is refused
date -s '2024-01-01' >/dev/null 2>&1; echo $?
### format of nothing
date +; date -d @0 +x%; date -d @0 '+%Q %E %Ey %Od'
### quarters
date -d "$d" +%q
### from one zone to another
TZ=UTC date -d '2024-01-01 00:00 +0900' '+%F %T'
### ago with mixed units
date -d '2024-03-31 1 month ago' +%F; date -d '2024-03-31 -1 month' +%F; date -d '1 month ago 2024-03-15' +%F; date -d '2024-03-10 12:00 3 days ago 2 hours' '+%F %T'
