//! Reading CSV and separated text for `.import`.

/// The records of a text.
pub struct Reader {
    data: Vec<u8>,
    at: usize,
    column: u8,
    row: u8,
}

impl Reader {
    /// Columns and rows end with these bytes.
    pub fn new(data: Vec<u8>, column: u8, row: u8) -> Reader {
        // A byte order mark is no part of the first name.
        let at = if data.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Reader { data, at, column, row }
    }

    /// A field, and whether its row ends with it.
    fn field(&mut self) -> (Vec<u8>, bool) {
        let mut field = Vec::new();
        if self.data.get(self.at) == Some(&b'"') {
            self.at += 1;
            while let Some(&byte) = self.data.get(self.at) {
                self.at += 1;
                if byte != b'"' {
                    field.push(byte);
                } else if self.data.get(self.at) == Some(&b'"') {
                    field.push(b'"');
                    self.at += 1;
                } else {
                    break;
                }
            }
        }
        while let Some(&byte) = self.data.get(self.at) {
            self.at += 1;
            if byte == self.column {
                return (field, false);
            }
            if byte == self.row {
                if self.row == b'\n' && field.last() == Some(&b'\r') {
                    field.pop();
                }
                return (field, true);
            }
            field.push(byte);
        }
        (field, true)
    }
}

impl Iterator for Reader {
    type Item = Vec<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.data.len() {
            return None;
        }
        let mut record = Vec::new();
        loop {
            let (field, last) = self.field();
            record.push(field);
            if last {
                return Some(record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn quotes_and_ends() {
        let data = b"\xef\xbb\xbfp,q\r\n1,\"a \"\"b\"\"\nc\"\r\n,\n\"x\"";
        let records: Vec<_> = Reader::new(data.to_vec(), b',', b'\n').collect();
        let expected: [&[&[u8]]; 4] = [&[b"p", b"q"], &[b"1", b"a \"b\"\nc"], &[b"", b""], &[b"x"]];
        assert_eq!(records, expected);
    }
}
