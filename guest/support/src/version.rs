//! The order of names with numbers in them: `f9` before `f10`, as `sort -V` and `ls -v` have it.

use std::cmp::Ordering;

/// Compares two names by their versions; names that count as the same are not always equal.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    // The empty name, "." and "..", and hidden ones come first, in this order.
    let rank = |name: &[u8]| match name {
        b"" => 0,
        b"." => 1,
        b".." => 2,
        [b'.', ..] => 3,
        _ => 4,
    };
    let (rank_a, rank_b) = (rank(a), rank(b));
    if rank_a != rank_b || rank_a < 3 {
        return rank_a.cmp(&rank_b);
    }
    let (stem_a, stem_b) = (stem(a), stem(b));
    match parts(stem_a, stem_b) {
        Ordering::Equal if stem_a.len() != a.len() || stem_b.len() != b.len() => parts(a, b),
        order => order,
    }
}

/// The name without its endings: `.tar.gz`, `.c`.
fn stem(name: &[u8]) -> &[u8] {
    let mut end = name.len();
    loop {
        let Some(dot) = name[..end].iter().rposition(|&b| b == b'.') else { return &name[..end] };
        let ending = &name[dot + 1..end];
        let starts = ending.first().is_some_and(|&b| b.is_ascii_alphabetic() || b == b'~');
        if dot == 0 || !starts || !ending.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'~') {
            return &name[..end];
        }
        end = dot;
    }
}

/// How a byte counts outside of a number: `~` before the end of the name, then letters, then the rest.
fn weight(byte: Option<&u8>) -> i32 {
    match byte {
        Some(b'~') => -2,
        None => -1,
        Some(b) if b.is_ascii_digit() => 0,
        Some(&b) if b.is_ascii_alphabetic() => i32::from(b),
        Some(&b) => i32::from(b) + 256,
    }
}

/// Compares texts and numbers in turn.
fn parts(a: &[u8], b: &[u8]) -> Ordering {
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let digit = |name: &[u8], at: usize| name.get(at).is_some_and(u8::is_ascii_digit);
        while (i < a.len() && !digit(a, i)) || (j < b.len() && !digit(b, j)) {
            match weight(a.get(i)).cmp(&weight(b.get(j))) {
                Ordering::Equal => (i, j) = (i + 1, j + 1),
                order => return order,
            }
        }
        let number = |name: &[u8], at: &mut usize| {
            while name.get(*at) == Some(&b'0') {
                *at += 1;
            }
            let start = *at;
            while digit(name, *at) {
                *at += 1;
            }
            start..*at
        };
        let (first, second) = (number(a, &mut i), number(b, &mut j));
        match first.len().cmp(&second.len()).then_with(|| a[first].cmp(&b[second])) {
            Ordering::Equal => {}
            order => return order,
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn in_order() {
        let names = [
            "", ".", "..", ".a", "a", "a1", "a9.c", "a10.c", "a-1.02", "a-1.9", "a-1.10", "b~", "b", "b.c", "v1.0~rc1",
            "v1.0", "v1.0-rc1", "v1.0.1",
        ];
        for (i, a) in names.iter().enumerate() {
            for (j, b) in names.iter().enumerate() {
                assert_eq!(compare(a.as_bytes(), b.as_bytes()), i.cmp(&j), "{a} {b}");
            }
        }
    }
}
