# The functions that the language itself can say.

# Numbers.
def nan: _nan;
def infinite: _infinite;
def isinfinite: if type == "number" then _isinfinite else error("\(type) number required") end;
def isnan: if type == "number" then _isnan else error("\(type) number required") end;
def isnormal: if type == "number" then _isnormal else error("\(type) number required") end;
def abs: if type == "number" and . < 0 then -. else . end;
def have_literal_numbers: true;
def have_decnum: false;

# Kinds of values, and dates.
def null: [][0];
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type | . == "array" or . == "object");
def scalars: select(type | . != "array" and . != "object");
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def isvalid(f): try (f | true) catch false;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
def todateiso8601: todate;
def fromdate: fromdateiso8601;
def date: todate;
def dateadd($unit; $n): . + $n;
def datesub($unit; $n): . - $n;

def debug(messages): (messages | debug | empty), .;
def halt_error: halt_error(5);
def add(f): [f] | add;
def recurse(f; condition): def step: ., (f | select(condition) | step); step;
def recurse_down: recurse;
def combinations(n): . as $set | [range(n)] | map($set) | combinations;

# Paths.
def del(f): delpaths([path(f)]);
def paths(condition): path(.. | select(condition)) | select(length > 0);
def leaf_paths: paths(scalars);
def pick(f): . as $whole | reduce path(f) as $path (null; setpath($path; $whole | getpath($path)));
def to_entries: [keys_unsorted[] as $key | {$key, value: .[$key]}];
def from_entries:
  reduce .[] as $entry ({};
    . + {
      ($entry
        | if type == "object" then
            (if has("key") then .key elif has("k") then .k elif has("name") then .name
             elif has("Name") then .Name elif has("Key") then .Key elif has("K") then .K else null end)
          else .[0]? end
        | if type == "string" then . elif type == "null" then "null" else tojson end):
      ($entry
        | if type == "object" then
            (if has("value") then .value elif has("v") then .v elif has("Value") then .Value
             elif has("V") then .V else null end)
          else null end)
    });
def with_entries(f): to_entries | map(f) | from_entries;
def walk(f):
  def step: (if type == "object" then map_values(step) elif type == "array" then map(step) else . end) | f;
  step;
def in(object): . as $key | object | has($key);
def inside(whole): . as $part | whole | contains($part);
def index($wanted): indices($wanted) | .[0];
def rindex($wanted): indices($wanted) | .[-1:][0];
def transpose: (map(length) | max // 0) as $width | . as $rows | [range($width) as $i | [$rows[][$i]]];
def toarray: if type == "array" then . else [.] end;

# Orders.
def sort_by(f): _sort_by([.[] | [f]]);
def group_by(f): _group_by([.[] | [f]]);
def unique_by(f): [_group_by([.[] | [f]])[] | .[0]];
def min_by(f): _min_by([.[] | [f]]);
def max_by(f): _max_by([.[] | [f]]);
def flatten: _flatten(1000000000);
def flatten($depth): if $depth < 0 then error("flatten depth must not be negative") else _flatten($depth) end;

# Streams.
def fromstream(events):
  foreach events as $event ({};
    (if .done then {} else . end)
    | if ($event | length) == 2
      then .value |= setpath($event[0]; $event[1]) | .done = ($event[0] | length == 0)
      else .done = ($event[0] | length == 1) end;
    if .done then .value else empty end);
def truncate_stream(events):
  . as $depth | events | if (.[0] | length) > $depth then .[0] |= .[$depth:] else empty end;

# Regular expressions.
def _pattern_and_flags:
  if type == "array" then [.[0], .[1]] else [., null] end;
def match($re; $flags): _match($re; $flags)[];
def match($re): ($re | _pattern_and_flags) as [$pattern, $flags] | match($pattern; $flags);
def test($re; $flags): _test($re; $flags);
def test($re): ($re | _pattern_and_flags) as [$pattern, $flags] | _test($pattern; $flags);
def _named: [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def capture($re; $flags): match($re; $flags) | _named;
def capture($re): match($re) | _named;
def _scanned: if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan($re; $flags): match($re; "g" + $flags) | _scanned;
def scan($re): scan($re; null);
def split($re; $flags): _split($re; "g" + $flags);
def splits($re; $flags): split($re; $flags)[];
def splits($re): splits($re; null);
def sub($re; replacement; $flags):
  [match($re; $flags)] as $matches
  | _replace($matches; [$matches[] | [_named | replacement]])[];
def sub($re; replacement): sub($re; replacement; "");
def gsub($re; replacement; $flags): sub($re; replacement; $flags + "g");
def gsub($re; replacement): sub($re; replacement; "g");
def ascii: [.] | implode;

# Sets of objects.
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
def INDEX(f): INDEX(.[]; f);
def IN(stream): . as $value | any(stream; . == $value);
def IN(source; stream): any(source; IN(stream));
def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; stream; key): stream | [., $index[key]];
def JOIN($index; stream; key; join): stream | [., $index[key]] | join;
