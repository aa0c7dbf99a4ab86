def with(p; f): p |= f; def sort_keys(p): p |= (if type == "object" then to_entries | sort_by(.key) | from_entries else . end); def explode(f): f; 
