//! Any bytes as the head of a request, under a rule that adds a credential: what goes out must be read as what was
//! judged, by a strict reader of its own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use net::http::{HttpHeader, HttpRule, Scheme};

// The filter's own sources, by the names that they have in the kernel: nothing else of it is needed.
#[path = "../../src/net"]
#[allow(dead_code, reason = "the kernel uses the rest")]
mod net {
    #[path = "http"]
    pub(crate) mod http {
        mod head;
        mod rule;

        use head::Request;
        pub(crate) use rule::{HttpHeader, HttpRule, Scheme};

        /// Why a request does not go out.
        #[derive(Debug)]
        pub(super) struct Refusal {
            pub(super) status: u16,
            pub(super) why: String,
        }

        /// A request as the filter does it: judged by the rule, and written anew. `None` if it does not go out.
        pub(crate) fn filtered(head: &[u8], rule: &HttpRule) -> Option<Vec<u8>> {
            let request = Request::parse(head).ok()?;
            rule.allows(request.method, request.path()).then(|| request.write(Some(rule)))
        }
    }
}

fuzz_target!(|head: &[u8]| {
    let rule = HttpRule {
        scheme: Scheme::Https,
        path: "/v1/".into(),
        methods: vec!["GET".into(), "POST".into()],
        headers: vec![HttpHeader { name: "X-Key".into(), value: "kernel".into() }],
    };
    let Some(out) = net::http::filtered(head, &rule) else { return };
    let end = b"\r\n\r\n";
    assert_eq!(out.windows(end.len()).position(|window| window == end), Some(out.len() - end.len()));
    let lines: Vec<&[u8]> = out[..out.len() - end.len()].split(|&byte| byte == b'\n').collect();
    let (last, ended) = lines.split_last().expect("there is a first line");
    assert!(ended.iter().all(|line| line.ends_with(b"\r")) && !last.contains(&b'\r'), "a line ends in something else");
    let lines: Vec<&[u8]> = lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    assert!(lines.iter().all(|line| !line.contains(&b'\r') && !line.contains(&0)));
    let first = std::str::from_utf8(lines[0]).expect("the first line is text");
    let words: Vec<&str> = first.split(' ').collect();
    let [method, target, version] = words[..] else { panic!("{first}") };
    assert!(["GET", "POST"].contains(&method) && ["HTTP/1.0", "HTTP/1.1"].contains(&version), "{first}");
    let mut segments = target.split('?').next().unwrap_or_default().split('/');
    assert!(target.starts_with("/v1/") && segments.all(|segment| segment != "." && segment != ".."), "{first}");
    let name = |line: &&[u8]| {
        let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
        String::from_utf8_lossy(name).to_ascii_lowercase().replace('_', "-")
    };
    let names: Vec<String> = lines[1..].iter().map(name).collect();
    let count = |wanted: &str| names.iter().filter(|name| *name == wanted).count();
    assert!(lines[1..].iter().all(|line| line.contains(&b':') && !line.starts_with(b" ") && !line.starts_with(b"\t")));
    assert_eq!((count("host"), count("x-key")), (1, 1));
    assert!(lines.contains(&&b"X-Key: kernel"[..]));
    assert!(count("content-length") + count("transfer-encoding") <= 1);
    assert_eq!(count("upgrade") + count("te") + count("trailer"), 0);
    // Read once more it is the same.
    assert_eq!(net::http::filtered(&out, &rule).as_deref(), Some(&out[..]));
});
