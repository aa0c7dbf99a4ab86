use super::*;

fn read(text: &str) -> Extended {
    Extended::read(text.as_bytes()).number
}

#[track_caller]
fn check(text: &str, letter: u8, precision: Option<usize>, expected: &str) {
    assert_eq!(read(text).format(letter, precision, false), expected, "{text} {}", char::from(letter));
}

#[test]
fn formats_as_c() {
    check("3", b'f', None, "3.000000");
    check("31415", b'e', Some(2), "3.14e+04");
    check("0.0001", b'g', None, "0.0001");
    check("1e10", b'g', None, "1e+10");
    check("100000", b'g', None, "100000");
    check("0", b'g', None, "0");
    check("0", b'e', None, "0.000000e+00");
    check("0.1", b'f', Some(20), "0.10000000000000000000");
    check("0.1", b'g', Some(25), "0.1000000000000000000013553");
    check("0.5", b'f', Some(0), "0");
    check("1.5", b'f', Some(0), "2");
    check("9.996", b'f', Some(2), "10.00");
    check("0.06", b'f', Some(1), "0.1");
    check("0.04", b'f', Some(1), "0.0");
    check("0.04", b'f', Some(0), "0");
    check("999999.5", b'g', None, "1e+06");
    check("1e400", b'g', None, "1e+400");
    check("18446744073709551615", b'f', Some(0), "18446744073709551615");
    check("18446744073709551617", b'f', Some(0), "18446744073709551616");
    check("inf", b'F', None, "INF");
    assert_eq!(read("1").format(b'g', None, true), "1.00000");
    assert_eq!(read("2").format(b'f', Some(0), true), "2.");
}

#[test]
fn hexadecimal_both_ways() {
    check("1", b'a', None, "0x8p-3");
    check("0.1", b'a', None, "0xc.ccccccccccccccdp-7");
    check("2.5", b'a', Some(3), "0xa.000p-2");
    check("15.9", b'a', Some(0), "0x1p+4");
    check("0", b'a', Some(2), "0x0.00p+0");
    check("0x1.8p1", b'g', None, "3");
    check("0x10", b'g', None, "16");
    check("0x1p-16445", b'e', Some(3), "3.645e-4951");
}

#[test]
fn reads_as_c() {
    let reading = |text: &str| {
        let Reading { number, taken, out_of_range } = Extended::read(text.as_bytes());
        (number.format(b'g', Some(10), false), taken, out_of_range)
    };
    assert_eq!(reading("1.5e3"), ("1500".into(), 5, false));
    assert_eq!(reading(" -.5x"), ("0.5".into(), 4, false));
    assert_eq!(reading("1e"), ("1".into(), 1, false));
    assert_eq!(reading("1."), ("1".into(), 2, false));
    assert_eq!(reading("."), ("0".into(), 0, false));
    assert_eq!(reading("abc"), ("0".into(), 0, false));
    assert_eq!(reading("0x"), ("0".into(), 1, false));
    assert_eq!(reading("1e5000"), ("inf".into(), 6, true));
    assert_eq!(reading("1e-5000"), ("0".into(), 7, true));
    assert_eq!(reading("1e999999999999999999999"), ("inf".into(), 23, true));
    assert_eq!(reading("0e99999999999"), ("0".into(), 13, false));
    assert_eq!(reading(&format!("0.{}1e4901", "0".repeat(4900))), ("1".into(), 4908, false));
    assert_eq!(reading(&"9".repeat(100_000)), ("inf".into(), 100_000, true));
}
