//! What somebody probably meant.

/// The candidate that `word` is a slip of: a third of its letters may be wrong, swapped, missing or too many, or it
/// may be the unfinished start of just one candidate.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let mut longer = candidates.iter().filter(|candidate| candidate.to_lowercase().starts_with(&word));
    if word.chars().count() > 1
        && let (Some(one), None) = (longer.next(), longer.next())
    {
        return Some(one);
    }
    let slips = word.chars().count().div_ceil(3);
    let (slipped, best) = candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .min_by_key(|&(slipped, _)| slipped)?;
    (slipped <= slips && slipped < word.chars().count()).then_some(best)
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour to make `a` into `b`.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut fewest = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped: usize = before_last[j - 2];
                fewest = fewest.min(swapped + 1);
            }
            row.push(fewest);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (a, b, expected) in
            [("", "", 0), ("ack", "ack", 0), ("akc", "ack", 1), ("resolv", "resolve", 1), ("", "abc", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn only_what_is_near_is_meant() {
        let verbs = ["resolve", "reopen", "resume", "note", "ack"];
        for (word, expected) in [
            ("resolv", Some("resolve")),
            ("RESLOVE", Some("resolve")),
            ("nota", Some("note")),
            ("acknowledge", None),
            ("re", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, verbs), expected, "{word}");
        }
    }
}
