//! Laying out names in columns.

/// How many columns fit, and how wide each is.
///
/// `widths` are those of the entries in their order; `down` fills column by column. Two spaces
/// are between columns.
pub fn fit(widths: &[usize], line: usize, down: bool) -> (usize, Vec<usize>) {
    let count = widths.len();
    if count == 0 {
        return (0, Vec::new());
    }
    // No column is narrower than one character and its gap.
    let most = if line == 0 { count } else { count.min((line / 3).max(1)) };
    for columns in (1..=most).rev() {
        let rows = count.div_ceil(columns);
        let mut wide = vec![0; columns];
        for (i, &width) in widths.iter().enumerate() {
            let column = if down { i / rows } else { i % columns };
            wide[column] = wide[column].max(width + 2);
        }
        // Filling down may leave columns at the end empty.
        wide.retain(|&width| width > 0);
        let total: usize = wide.iter().sum::<usize>().saturating_sub(2);
        if columns == 1 || line == 0 || total < line {
            return (rows, wide);
        }
    }
    (count, vec![widths.iter().copied().max().unwrap_or(0) + 2])
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn columns() {
        assert_eq!(fit(&[1, 1, 1], 80, true), (1, vec![3, 3, 3]));
        assert_eq!(fit(&[10, 10, 10], 25, true), (2, vec![12, 12]));
        assert_eq!(fit(&[100], 80, true), (1, vec![102]));
        assert_eq!(fit(&[], 80, true), (0, vec![]));
        assert_eq!(fit(&[10, 2, 3, 4], 19, false), (2, vec![12, 6]));
    }
}
